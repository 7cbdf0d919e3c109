//! Other kinds of release than minor ones.

use insta::assert_snapshot;

use super::sample::Sample;
use super::transcript::{Story, ends};

#[test]
fn a_patch_is_cut_from_the_last_tag() {
    let sample = Sample::new();
    let (ana, bo) = (sample.ana(), sample.bo());
    let mut story = Story::default();

    story.tell(&ana, "start patch").tell(&ana, "go");
    sample.push_to("release/v1.2.1", "menu.txt", "tea\n", "fix: an empty menu");
    ends(&ana, "done audit", 0);
    ends(&ana, "go", 4);
    ends(&ana, "sign-off product", 0);
    ends(&bo, "sign-off qa", 0);
    ends(&ana, "go", 4);
    story.tell(&ana, "status");
    assert_snapshot!(story.told(), @"

    ana$ allclear start patch
    kiosk 1.2.1 is open: a patch release
    | hint: `allclear go` does everything that can be done now
    [0]

    ana$ allclear go

    kiosk 1.2.1 patch · candidate [id] on release/v1.2.1 · opened just now by ana-example

      ▸ prepare      1/3
          ✓ branch-from-tag          release/v1.2.1 at [id] (just now)
          ? audit                    Audit the open issues of 1.2.1
            changelog                changelog
        verify       0/2
        review       0/1
        package      0/5
        deploy       0/3
        close        0/2

    next  allclear done prepare/audit   anybody: Audit the open issues of 1.2.1
    |   ✓ prepare/branch-from-tag            release/v1.2.1 at [id]
    [4]

    ana$ allclear status
    kiosk 1.2.1 patch · release commit [id] on release/v1.2.1 · opened just now by ana-example · past the point of no return

      ✓ prepare      3/3
      ✓ verify       2/2
      ✓ review       1/1
      ✓ package      5/5
      ▸ deploy       1/3
          ✓ deploy-staging           1.2.1 runs on staging (just now)
          ? go-ahead                 sign-off product · product: 1 of ana
            deploy-production        deploy production
        close        0/2

    next  allclear sign-off product   ana
    [0]
    ");
    assert_snapshot!(sample.origin.git(&["log", "--format=%s", "v1.2.0..v1.2.1"]), @"
    chore(release): v1.2.1
    docs: changelog for 1.2.1
    fix: an empty menu
    ");
    assert_snapshot!(sample.origin.git(&["show", "v1.2.1:CHANGELOG.md"]).replace(&today(), "[date]"), @"
    # Changelog

    ## 1.2.1 - [date]

    ### Fixed

    - an empty menu (3a9ade5)

    ## 1.2.0 - 2026-01-05

    - The first one
    ");
}

#[test]
fn a_hotfix_waits_for_the_fix_and_tells_the_stakeholders() {
    let sample = Sample::new();
    let ana = sample.ana();
    let mut story = Story::default();

    story.tell(&ana, "start hotfix --reason 'the till is open'").tell(&ana, "go");
    sample.push_to("hotfix/v1.2.1", "till.txt", "closed\n", "fix: close the till");
    story.tell(&ana, "done apply").tell(&ana, "go").tell(&ana, "sign-off product").tell(&ana, "go");
    story.tell(&ana, "done stakeholders").tell(&ana, "done ticket").tell(&ana, "go").tell(&ana, "audit");
    assert_snapshot!(story.told(), @"

    ana$ allclear start hotfix --reason 'the till is open'
    kiosk 1.2.1 is open: a hotfix release
    | hint: `allclear go` does everything that can be done now
    [0]

    ana$ allclear go

    kiosk 1.2.1 hotfix · candidate [id] on hotfix/v1.2.1 · opened just now by ana-example

      ▸ fix          1/3
          ✓ branch                   hotfix/v1.2.1 at [id] (just now)
          ? apply                    Apply the fix to hotfix/v1.2.1
            changelog                changelog
        verify       0/2
        package      0/5
        deploy       0/3
        notify       0/1
        close        0/2

    next  allclear done fix/apply   anybody: Apply the fix to hotfix/v1.2.1
    |   ✓ fix/branch                         hotfix/v1.2.1 at [id]
    [4]

    ana$ allclear done apply
    fix/apply: done
    [0]

    ana$ allclear go

    kiosk 1.2.1 hotfix · release commit [id] on hotfix/v1.2.1 · opened just now by ana-example · past the point of no return

      ✓ fix          3/3
      ✓ verify       2/2
      ✓ package      5/5
      ▸ deploy       1/3
          ✓ deploy-staging           1.2.1 runs on staging (just now)
          ? go-ahead                 sign-off product · product: 1 of ana
            deploy-production        deploy production
        notify       0/1
        close        0/2

    next  allclear sign-off product   ana
    |   · new candidate [id]: the release branch moved
    |   ✓ fix/changelog                      `CHANGELOG.md` has an entry for 1.2.1
    |   ✓ verify/check                       `sh check.sh`: exit status 0
    |   ✓ verify/manual                      `test -f docs/manual.md`: exit status 0
    |   ✓ package/bump                       1.2.1 stands in every file of `[versions]`
    |   ✓ package/build                      `sh build.sh` made dist/kiosk-1.2.1.tar.gz
    |   ✓ package/tag                        tag v1.2.1 on [id]
    |   ✓ package/publish-pypi               kiosk/1.2.1/kiosk-1.2.1.tar.gz to pypi
    |   ✓ package/publish-helm-chart         kiosk-1.2.1.tgz to helm-chart
    |   ✓ deploy/deploy-staging              1.2.1 runs on staging
    [4]

    ana$ allclear sign-off product
    deploy/go-ahead: signed off for product on candidate [id]
    [0]

    ana$ allclear go

    kiosk 1.2.1 hotfix · release commit [id] on hotfix/v1.2.1 · opened just now by ana-example · past the point of no return

      ✓ fix          3/3
      ✓ verify       2/2
      ✓ package      5/5
      ✓ deploy       3/3
      ▸ notify       0/1
          ? stakeholders             Tell the stakeholders that 1.2.1 is out
        close        0/2

    next  allclear done notify/stakeholders   anybody: Tell the stakeholders that 1.2.1 is out
    |   ✓ deploy/deploy-production           1.2.1 runs on production
    [4]

    ana$ allclear done stakeholders
    notify/stakeholders: done
    [0]

    ana$ allclear done ticket
    close/ticket: done
    [0]

    ana$ allclear go

    kiosk 1.2.1 hotfix · release commit [id] on hotfix/v1.2.1 · opened just now by ana-example · finished just now

      ✓ fix          3/3
      ✓ verify       2/2
      ✓ package      5/5
      ✓ deploy       3/3
      ✓ notify       1/1
      ✓ close        2/2

    next  nothing: this release is over
    |   ✓ close/archive                      `docs/releases/1.2.1` on main
    [0]

    ana$ allclear audit
    verified: 31 events, 1 release
    [0]
    ");
}

/// The day on which the test runs, in UTC.
fn today() -> String {
    let sample = allclear_testbed::TestEnv::new();
    allclear_testbed::Ran::of(sample.command("date").args(["-u", "+%Y-%m-%d"])).expect_success()
}
