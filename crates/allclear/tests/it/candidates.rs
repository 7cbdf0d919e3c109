//! What is wrong is repaired: new candidates, other tries, waivers.

use insta::assert_snapshot;

use super::sample::Sample;
use super::transcript::{Story, ends};

#[test]
fn a_fix_makes_a_new_candidate_and_empties_what_spoke_for_the_old_one() {
    let sample = Sample::new();
    sample.push_to("main", "check.sh", "echo the till is open; exit 1\n", "feat: a till");
    let (ana, bo) = (sample.ana(), sample.bo());
    let mut story = Story::default();

    ends(&ana, "start minor", 0);
    ends(&ana, "go", 4);
    ends(&ana, "done audit", 0);
    story.tell(&ana, "go").tell(&ana, "go").tell(&bo, "retry check --reason 'was it the network?'").tell(&bo, "go");
    assert_snapshot!(story.told(), @"

    ana$ allclear go

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example

      ✓ prepare      3/3
      ▸ verify       0/2   1 failed
          ✗ check                    failed: `sh check.sh`: exit status 1, 2 files of evidence
            manual                   test -f docs/manual.md
        review       0/1
        package      0/5
        deploy       0/3
        close        0/2

    next  allclear retry verify/check   or push a fix, or `allclear waive verify/check --reason …`: `sh check.sh`: exit status 1
    |   ✓ prepare/changelog                  `CHANGELOG.md` has an entry for 1.3.0
    |   ✗ verify/check                       failed: `sh check.sh`: exit status 1
    |       the till is open
    [1]

    ana$ allclear go

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example

      ✓ prepare      3/3
      ▸ verify       0/2   1 failed
          ✗ check                    failed: `sh check.sh`: exit status 1, 2 files of evidence
            manual                   test -f docs/manual.md
        review       0/1
        package      0/5
        deploy       0/3
        close        0/2

    next  allclear retry verify/check   or push a fix, or `allclear waive verify/check --reason …`: `sh check.sh`: exit status 1
    [1]

    bo$ allclear retry check --reason 'was it the network?'
    verify/check: open for another try
    | hint: `allclear go` tries it
    [0]

    bo$ allclear go

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example

      ✓ prepare      3/3
      ▸ verify       0/2   1 failed
          ✗ check                    failed: `sh check.sh`: exit status 1, 2 files of evidence
            manual                   test -f docs/manual.md
        review       0/1
        package      0/5
        deploy       0/3
        close        0/2

    next  allclear retry verify/check   or push a fix, or `allclear waive verify/check --reason …`: `sh check.sh`: exit status 1
    |   ✗ verify/check                       failed: `sh check.sh`: exit status 1
    |       the till is open
    [1]
    ");

    sample.push_to("release/v1.3.0", "check.sh", "echo all is well\n", "fix: close the till");
    story.tell(&ana, "go").tell(&bo, "sign-off qa");
    assert_snapshot!(story.told(), @"

    ana$ allclear go

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
    |   · new candidate [id]: the release branch moved
    |   ✓ verify/check                       `sh check.sh`: exit status 0
    |   ✓ verify/manual                      `test -f docs/manual.md`: exit status 0
    [4]

    bo$ allclear sign-off qa
    review/readiness: signed off for qa on candidate [id]
    [0]
    ");

    sample.push_to("release/v1.3.0", "check.sh", "exit 3\n", "fix: the till again");
    story.tell(&ana, "go").tell(&ana, "status");
    assert_snapshot!(story.told(), @"

    ana$ allclear go

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example

      ✓ prepare      3/3
      ▸ verify       0/2   1 failed, 1 emptied by a new candidate
          ✗ check                    failed: `sh check.sh`: exit status 3, 2 files of evidence
            manual                   test -f docs/manual.md (its result was for [id])
        review       0/1
        package      0/5
        deploy       0/3
        close        0/2

    next  allclear retry verify/check   or push a fix, or `allclear waive verify/check --reason …`: `sh check.sh`: exit status 3
    |   · new candidate [id]: the release branch moved
    |   ✗ verify/check                       failed: `sh check.sh`: exit status 3
    [1]

    ana$ allclear status
    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example

      ✓ prepare      3/3
      ▸ verify       0/2   1 failed, 1 emptied by a new candidate
          ✗ check                    failed: `sh check.sh`: exit status 3, 2 files of evidence
            manual                   test -f docs/manual.md (its result was for [id])
        review       0/1
        package      0/5
        deploy       0/3
        close        0/2

    next  allclear retry verify/check   or push a fix, or `allclear waive verify/check --reason …`: `sh check.sh`: exit status 3
    [0]
    ");

    story.tell(&bo, "waive check --reason 'the check itself is broken'").tell(&bo, "go").tell(&ana, "audit");
    assert_snapshot!(story.told(), @"

    bo$ allclear waive check --reason 'the check itself is broken'
    verify/check: waived
    [0]

    bo$ allclear go

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example

      ✓ prepare      3/3
      ✓ verify       2/2   1 waived, 1 carried over
      ▸ review       0/1
          ? readiness                sign-off product, qa · product: 1 of ana · qa: 1 of bo
        package      0/5
        deploy       0/3
        close        0/2

    next  allclear sign-off product   ana
          allclear sign-off qa        bo
    |   = verify/manual                      carried over from [id]
    [4]

    ana$ allclear audit
    verified: 20 events, 1 release
    [0]
    ");
}

#[test]
fn a_no_stops_the_release_until_there_is_a_new_round() {
    let sample = Sample::new();
    let (ana, bo) = (sample.ana(), sample.bo());
    let mut story = Story::default();
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 4);
    ends(&ana, "done audit", 0);
    ends(&ana, "go", 4);

    story.tell(&ana, "sign-off product").tell(&bo, "no-go qa --reason 'the coffee is cold'").tell(&ana, "go");
    story.tell(&bo, "sign-off qa").tell(&ana, "retry readiness --reason 'it is hot now'").tell(&ana, "status");
    assert_snapshot!(story.told(), @"

    ana$ allclear sign-off product
    review/readiness: signed off for product on candidate [id]
    [0]

    bo$ allclear no-go qa --reason 'the coffee is cold'
    review/readiness: refused for qa
    | hint: a new candidate, or `allclear retry review/readiness --reason …`, opens a new round
    [0]

    ana$ allclear go

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example

      ✓ prepare      3/3
      ✓ verify       2/2
      ▸ review       0/1   1 failed
          ✗ readiness                failed: bo said no: the coffee is cold
        package      0/5
        deploy       0/3
        close        0/2

    next  allclear retry review/readiness   or push a fix, or `allclear waive review/readiness --reason …`: bo said no: the coffee is cold
    [1]

    bo$ allclear sign-off qa
    | error: no gate waits for `qa` now
    [64]

    ana$ allclear retry readiness --reason 'it is hot now'
    review/readiness: open for another try
    | hint: `allclear go` tries it
    [0]

    ana$ allclear status
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
    [0]
    ");

    ends(&ana, "sign-off product", 0);
    ends(&bo, "sign-off qa", 0);
    ends(&ana, "go", 4);
}

#[test]
fn an_aborted_version_can_be_started_again() {
    let sample = Sample::new();
    let ana = sample.ana();
    let mut story = Story::default();
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 4);

    story.tell(&ana, "abort --reason 'too early'").tell(&ana, "go").tell(&ana, "done audit --release 1.3.0");
    story.tell(&ana, "status --release 1.3.0").tell(&ana, "start minor").tell(&ana, "go").tell(&ana, "audit");
    assert_snapshot!(story.told(), @"

    ana$ allclear abort --reason 'too early'
    1.3.0: aborted
    [0]

    ana$ allclear go
    no release is open: there is nothing to do
    [0]

    ana$ allclear done audit --release 1.3.0
    | error: 1.3.0 is over: nothing can be decided about it any more
    [64]

    ana$ allclear status --release 1.3.0
    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example · aborted just now: too early

      ▸ prepare      1/3
          ✓ branch                   release/v1.3.0 at [id] (just now)
          ? audit                    Audit the open issues of 1.3.0
            changelog                changelog
        verify       0/2
        review       0/1
        package      0/5
        deploy       0/3
        close        0/2

    next  nothing: this release is over
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

    ana$ allclear audit
    verified: 7 events, 1 release
    [0]
    ");
}

#[test]
fn what_was_pushed_cannot_be_taken_back_by_an_abort() {
    let sample = Sample::with(&super::sample::short(
        "[[step]]\ntag = \"v{version}\"\n[[step]]\nid = \"rest\"\nmanual = \"All the rest\"",
    ));
    let ana = sample.ana();
    let mut story = Story::default();
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 4);

    story.tell(&ana, "abort --reason 'too late'").tell(&ana, "start minor --version 1.3.0");
    assert_snapshot!(story.told(), @"

    ana$ allclear abort --reason 'too late'
    1.3.0: aborted
    | hint: something that cannot be taken back was begun: `allclear status --release` and the ledger say what; nothing of it was undone
    [0]

    ana$ allclear start minor --version 1.3.0
    | error: 1.3.0 is released already: the tag `v1.3.0` names [id]
    | hint: say another one: `allclear start KIND --version X.Y.Z`
    [64]
    ");
}
