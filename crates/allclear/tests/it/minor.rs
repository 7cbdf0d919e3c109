//! A whole minor release by two people on two clones.

use allclear_testbed::Ran;
use insta::assert_snapshot;

use super::filter::filtered;
use super::sample::Sample;
use super::transcript::Story;

#[test]
fn two_people_release_from_start_to_archive() {
    let sample = Sample::new();
    let (ana, bo) = (sample.ana(), sample.bo());
    let mut story = Story::default();

    story.tell(&ana, "").tell(&ana, "start minor").tell(&ana, "go");
    assert_snapshot!(story.told(), @"

    ana$ allclear 
    no release is open, and the ledger of this clone is empty
    | hint: `allclear start minor` opens a release, `allclear rehearse minor` tries it out first
    [0]

    ana$ allclear start minor
    kiosk 1.3.0 is open: a minor release
    | hint: `allclear go` does everything that can be done now
    [0]

    ana$ allclear go

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example

      ▸ prepare      1/3
          ✓ branch                   release/v1.3.0 at [id] (just now)
          ? audit                    Audit the open issues of 1.3.0
            changelog                changelog
        verify       0/2
        review       0/1
        package      0/5
        deploy       0/3
        close        0/2

    next  allclear done prepare/audit   anybody: Audit the open issues of 1.3.0
    |   ✓ prepare/branch                     release/v1.3.0 at [id]
    [4]
    ");
    story.tell(&bo, "done audit --note 'nothing is open'").tell(&bo, "go");
    assert_snapshot!(story.told(), @"

    bo$ allclear done audit --note 'nothing is open'
    prepare/audit: done
    [0]

    bo$ allclear go

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example

      ✓ prepare      3/3
      ✓ verify       2/2
      ▸ review       0/1
          ? readiness                sign-off product, qa · product: 1 of ana · qa: 1 of bo
        package      0/5
        deploy       0/3
        close        0/2

    next  allclear sign-off product   ana
          allclear sign-off qa        bo
    |   ✓ prepare/changelog                  `CHANGELOG.md` has an entry for 1.3.0
    |   ✓ verify/check                       `sh check.sh`: exit status 0
    |   ✓ verify/manual                      `test -f docs/manual.md`: exit status 0
    [4]
    ");
    story.tell(&bo, "sign-off qa").tell(&ana, "sign-off product").tell(&ana, "go");
    assert_snapshot!(story.told(), @"

    bo$ allclear sign-off qa
    review/readiness: signed off for qa on candidate [id]
    [0]

    ana$ allclear sign-off product
    review/readiness: signed off for product on candidate [id]
    [0]

    ana$ allclear go

    kiosk 1.3.0 minor · release commit [id] on release/v1.3.0 · opened just now by ana-example · past the point of no return

      ✓ prepare      3/3
      ✓ verify       2/2
      ✓ review       1/1
      ✓ package      5/5
      ▸ deploy       1/3
          ✓ deploy-staging           1.3.0 runs on staging (just now)
          ? go-ahead                 sign-off product · product: 1 of ana
            deploy-production        deploy production
        close        0/2

    next  allclear sign-off product   ana
    |   ✓ package/bump                       1.3.0 stands in every file of `[versions]`
    |   ✓ package/build                      `sh build.sh` made dist/kiosk-1.3.0.tar.gz
    |   ✓ package/tag                        tag v1.3.0 on [id]
    |   ✓ package/publish-pypi               kiosk/1.3.0/kiosk-1.3.0.tar.gz to pypi
    |   ✓ package/publish-helm-chart         kiosk-1.3.0.tgz to helm-chart
    |   ✓ deploy/deploy-staging              1.3.0 runs on staging
    [4]
    ");
    story.tell(&ana, "sign-off product --comment 'staging looks good'").tell(&bo, "go").tell(&ana, "done ticket");
    assert_snapshot!(story.told(), @"

    ana$ allclear sign-off product --comment 'staging looks good'
    deploy/go-ahead: signed off for product on candidate [id]
    [0]

    bo$ allclear go

    kiosk 1.3.0 minor · release commit [id] on release/v1.3.0 · opened just now by ana-example · past the point of no return

      ✓ prepare      3/3
      ✓ verify       2/2
      ✓ review       1/1
      ✓ package      5/5
      ✓ deploy       3/3
      ▸ close        0/2
          ? ticket                   Close the ticket of 1.3.0
            archive                  archive logs

    next  allclear done close/ticket   anybody: Close the ticket of 1.3.0
    |   ✓ deploy/deploy-production           1.3.0 runs on production
    [4]

    ana$ allclear done ticket
    close/ticket: done
    [0]
    ");
    story.tell(&ana, "go").tell(&ana, "status --release 1.3.0 --all").tell(&bo, "audit");
    assert_snapshot!(story.told(), @"

    ana$ allclear go

    kiosk 1.3.0 minor · release commit [id] on release/v1.3.0 · opened just now by ana-example · finished just now

      ✓ prepare      3/3
      ✓ verify       2/2
      ✓ review       1/1
      ✓ package      5/5
      ✓ deploy       3/3
      ✓ close        2/2

    next  nothing: this release is over
    |   ✓ close/archive                      `docs/releases/1.3.0` on main
    [0]

    ana$ allclear status --release 1.3.0 --all
    kiosk 1.3.0 minor · release commit [id] on release/v1.3.0 · opened just now by ana-example · finished just now

      ✓ prepare      3/3
          ✓ branch                   release/v1.3.0 at [id] (just now)
          ✓ audit                    nothing is open (just now)
          ✓ changelog                `CHANGELOG.md` has an entry for 1.3.0 (just now)
      ✓ verify       2/2
          ✓ check                    `sh check.sh`: exit status 0 (just now, 2 files of evidence)
          ✓ manual                   `test -f docs/manual.md`: exit status 0 (just now, 2 files of evidence)
      ✓ review       1/1
          ✓ readiness                product: ana · qa: bo (just now)
      ✓ package      5/5
          ✓ bump                     1.3.0 stands in every file of `[versions]` (just now)
          ✓ build                    `sh build.sh` made dist/kiosk-1.3.0.tar.gz (just now, 2 files of evidence)
          ✓ tag                      tag v1.3.0 on [id] (just now)
          ✓ publish-pypi             kiosk/1.3.0/kiosk-1.3.0.tar.gz to pypi (just now)
          ✓ publish-helm-chart       kiosk-1.3.0.tgz to helm-chart (just now)
      ✓ deploy       3/3
          ✓ deploy-staging           1.3.0 runs on staging (just now)
          ✓ go-ahead                 product: ana (just now)
          ✓ deploy-production        1.3.0 runs on production (just now)
      ✓ close        2/2
          ✓ ticket                   done (just now)
          ✓ archive                  `docs/releases/1.3.0` on main (just now)

    next  nothing: this release is over
    [0]

    bo$ allclear audit
    verified: 27 events, 1 release
    [0]
    ");
    assert_snapshot!(sample.ledger(), @"
    1.3.0: minor release opened
    1.3.0: prepare/branch is about to act: branch release/v1.3.0 at [id]
    1.3.0: prepare/branch passed: release/v1.3.0 at [id]
    1.3.0: prepare/audit passed: nothing is open
    1.3.0: prepare/changelog is about to act: commit [id] on release/v1.3.0
    1.3.0: prepare/changelog passed: `CHANGELOG.md` has an entry for 1.3.0
    1.3.0: verify/check started
    1.3.0: verify/check passed: `sh check.sh`: exit status 0
    1.3.0: verify/manual started
    1.3.0: verify/manual passed: `test -f docs/manual.md`: exit status 0
    1.3.0: review/readiness signed off by bo for qa
    1.3.0: review/readiness signed off by ana for product
    1.3.0: package/bump is about to act: commit [id] on release/v1.3.0
    1.3.0: package/bump passed: 1.3.0 stands in every file of `[versions]`
    1.3.0: package/build started
    1.3.0: package/build passed: `sh build.sh` made dist/kiosk-1.3.0.tar.gz
    1.3.0: package/tag is about to act: tag v1.3.0 on [id]
    1.3.0: package/tag passed: tag v1.3.0 on [id]
    1.3.0: package/publish-pypi is about to act: kiosk/1.3.0/kiosk-1.3.0.tar.gz to pypi
    1.3.0: package/publish-pypi passed: kiosk/1.3.0/kiosk-1.3.0.tar.gz to pypi
    1.3.0: package/publish-helm-chart is about to act: kiosk-1.3.0.tgz to helm-chart
    1.3.0: package/publish-helm-chart passed: kiosk-1.3.0.tgz to helm-chart
    1.3.0: deploy/deploy-staging is about to act: 1.3.0 on staging
    1.3.0: deploy/deploy-staging passed: 1.3.0 runs on staging
    1.3.0: deploy/go-ahead signed off by ana for product
    1.3.0: deploy/deploy-production is about to act: 1.3.0 on production
    1.3.0: deploy/deploy-production passed: 1.3.0 runs on production
    1.3.0: close/ticket passed: done
    1.3.0: close/archive is about to act: commit [id] on main
    1.3.0: close/archive passed: `docs/releases/1.3.0` on main
    1.3.0: release finished
    ");
    told_by_plain_git(&sample);
}

/// What somebody without the program finds.
fn told_by_plain_git(sample: &Sample) {
    let git = |args: &[&str]| sample.origin.git(args);
    let shown = |text: String| filtered(&text, sample.env.root());
    let event = git(&["log", "-1", "--format=%H", "--grep", "package/tag passed", "allclear/ledger"]);
    assert_snapshot!(shown(git(&["show", "--stat=200", "--format=%an <%ae>%n%s%n%b", &event])), @"
    ana-example <ana-example@example.org>
    1.3.0: package/tag passed: tag v1.3.0 on [id]
    Event: releases/1.3.0/000018-step-passed.json
    Digest: sha256:[id]
    Open: 1.3.0


     releases/1.3.0/000018-step-passed.json | 1 +
     1 file changed, 1 insertion(+)
    ");

    assert_eq!(sample.origin.rev("release/v1.3.0"), sample.origin.rev("v1.3.0^{commit}"));
    let before_tag = git(&["log", "-1", "--format=%H", "--grep", "package/build passed", "allclear/ledger"]);
    let built = git(&["diff-tree", "--no-commit-id", "-r", "--name-only", &before_tag]);
    let bytes =
        Ran::of(sample.env.command("sh").args(["-c", "git -C \"$0\" cat-file blob \"$1\" | sha256sum"]).args([
            sample.origin.url(),
            format!("{before_tag}:{}", built.lines().find(|file| file.ends_with(".json")).unwrap()),
        ]))
        .expect_success();
    let message = git(&["for-each-ref", "--format=%(objecttype)%0a%(contents)", "refs/tags/v1.3.0"]);
    assert!(message.contains(&bytes[..64]), "the tag names the ledger's head before it: {message}");
    assert_snapshot!(shown(message), @"
    tag
    kiosk 1.3.0

    Allclear-Ledger: 16 [id]
    ");

    assert_snapshot!(shown(git(&["log", "--format=%s", "v1.2.0..v1.3.0"])), @"
    chore(release): v1.3.0
    docs: changelog for 1.3.0
    fix: there was no coffee
    feat: a menu
    ");
    assert_snapshot!(shown(git(&["diff", "--unified=0", "v1.3.0~1", "v1.3.0"])), @r#"
    diff --git a/charts/kiosk/Chart.yaml b/charts/kiosk/Chart.yaml
    index [id]..[id] 100644
    --- a/charts/kiosk/Chart.yaml
    +++ b/charts/kiosk/Chart.yaml
    @@ -3,2 +3,2 @@ name: kiosk
    -version: 1.2.0
    -appVersion: "1.2.0"
    +version: 1.3.0
    +appVersion: "1.3.0"
    diff --git a/package.json b/package.json
    index [id]..[id] 100644
    --- a/package.json
    +++ b/package.json
    @@ -3 +3 @@
    -  "version": "1.2.0"
    +  "version": "1.3.0"
    diff --git a/pyproject.toml b/pyproject.toml
    index [id]..[id] 100644
    --- a/pyproject.toml
    +++ b/pyproject.toml
    @@ -3 +3 @@ name = "kiosk"
    -version = "1.2.0" # one of three
    +version = "1.3.0" # one of three
    "#);
    assert_snapshot!(shown(git(&["diff", "--unified=0", "v1.3.0~2", "v1.3.0~1"])), @"
    diff --git a/CHANGELOG.md b/CHANGELOG.md
    index [id]..[id] 100644
    --- a/CHANGELOG.md
    +++ b/CHANGELOG.md
    @@ -2,0 +3,10 @@
    +## 1.3.0 - [date]
    +
    +### Added
    +
    +- a menu ([id])
    +
    +### Fixed
    +
    +- there was no coffee ([id])
    +
    ");
    assert_snapshot!(shown(git(&["show", "--stat=200", "--format=%an: %s", "main"])), @"
    ana-example: docs: archive the release 1.3.0

     docs/releases/1.3.0/README.md             | 21 +++++++++++++++++++++
     docs/releases/1.3.0/package/build-log.txt |  0
     docs/releases/1.3.0/verify/check-log.txt  |  1 +
     docs/releases/1.3.0/verify/manual-log.txt |  0
     4 files changed, 22 insertions(+)
    ");
    assert_snapshot!(git(&["cat-file", "blob", "v1.3.0:pyproject.toml"]), @r#"
    [project]
    name = "kiosk"
    version = "1.3.0" # one of three
    "#);

    let digests = "cd services && find . -name '*gz' -exec sha256sum {} + | sort -k2";
    let published = Ran::of(sample.env.command("sh").args(["-c", digests])).expect_success();
    assert_snapshot!(shown(published.clone()), @"
    [id]  ./charts/kiosk-1.3.0.tgz
    [id]  ./pypi/kiosk/1.3.0/kiosk-1.3.0.tar.gz
    ");
    let ledger = git(&["grep", "-h", "found", "allclear/ledger", "--", "releases/1.3.0/*-step-passed.json"]);
    for line in published.lines() {
        assert!(ledger.contains(&line[..64]), "the ledger has a receipt with the digest of {line}");
    }
}
