//! People who may not, and words that say nothing.

use insta::assert_snapshot;

use super::sample::Sample;
use super::transcript::{Story, ends};

#[test]
fn who_may_not_speak_is_told_who_may() {
    let sample = Sample::new();
    let (ana, bo, cy) = (sample.ana(), sample.bo(), sample.cy());
    let mut story = Story::default();
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 4);
    story.tell(&bo, "sign-off qa");
    ends(&ana, "done audit", 0);
    ends(&ana, "go", 4);
    let before = sample.recorded(&ana);

    story.tell(&cy, "sign-off qa").tell(&ana, "sign-off qa").tell(&ana, "sign-off nobody");
    story.tell(&ana, "done unheard-of").tell(&ana, "done check").tell(&ana, "done ticket");
    story.tell(&ana, "waive check --reason never").tell(&ana, "waive tag --reason ' '").tell(&ana, "retry Check");
    story.tell(&ana, "abort").tell(&ana, "--release 9.9.9 go").tell(&ana, "fly");
    assert_snapshot!(story.told(), @"

    bo$ allclear sign-off qa
    | error: no gate waits for `qa` now
    [64]

    cy$ allclear sign-off qa
    | error: the process knows nobody with the e-mail address `cy-example@example.org`: add it to `emails` of a person in `[people]`, or set `git config user.email`
    [64]

    ana$ allclear sign-off qa
    | error: `ana` is not a member of `qa`: its members are bo
    [64]

    ana$ allclear sign-off nobody
    | error: no gate waits for `nobody` now: waited for are `product`, `qa`
    [64]

    ana$ allclear done unheard-of
    | error: there is no step `unheard-of` in this release: it has prepare/branch, prepare/branch-from-tag, prepare/audit, prepare/changelog, verify/check, verify/manual, review/readiness, package/bump, package/build, package/tag, package/publish-pypi, package/publish-helm-chart, deploy/deploy-staging, deploy/go-ahead, deploy/deploy-production, close/ticket, close/archive
    [64]

    ana$ allclear done check
    | error: `verify/check` does not wait for somebody to say that it is done: it has passed
    [64]

    ana$ allclear done ticket
    | error: `close/ticket` does not wait for somebody to say that it is done: it comes later
    [64]

    ana$ allclear waive check --reason never
    | error: `verify/check` has passed; there is nothing to waive
    [64]

    ana$ allclear waive tag --reason ' '
    | error: a reason has at most 2000 characters, and cannot be empty
    [64]

    ana$ allclear retry Check
    | error: there is no step `Check` in this release: it has prepare/branch, prepare/branch-from-tag, prepare/audit, prepare/changelog, verify/check, verify/manual, review/readiness, package/bump, package/build, package/tag, package/publish-pypi, package/publish-helm-chart, deploy/deploy-staging, deploy/go-ahead, deploy/deploy-production, close/ticket, close/archive
    [64]

    ana$ allclear abort
    | error: the following required arguments were not provided:
    |   --reason <REASON>
    |
    | Usage: allclear abort --reason <REASON>
    |
    | For more information, try '--help'.
    [64]

    ana$ allclear --release 9.9.9 go
    | error: there is no release 9.9.9 in the ledger: `allclear start` opens one
    [64]

    ana$ allclear fly
    | error: unrecognized subcommand 'fly'
    |
    | Usage: allclear [OPTIONS] [COMMAND]
    |
    | For more information, try '--help'.
    [64]
    ");
    assert_eq!(sample.recorded(&ana), before, "nothing was recorded");

    ends(&bo, "sign-off qa", 0);
    story.tell(&bo, "sign-off qa");
    assert_snapshot!(story.told(), @"

    bo$ allclear sign-off qa
    | error: `bo` has spoken in `review/readiness` for this candidate already, and a person speaks for one role of a gate
    [64]
    ");
}

#[test]
fn who_opened_the_release_does_not_count_where_others_must() {
    let process = format!("{}{}", super::sample::HEAD, super::sample::PHASES);
    let sample = Sample::with(&process.replace("members = [\"bo\"]", "members = [\"ana\", \"bo\"], separate = true"));
    let ana = sample.ana();
    let mut story = Story::default();
    ends(&ana, "start minor", 0);
    ends(&ana, "done audit", 64);
    ends(&ana, "go", 4);
    ends(&ana, "done audit", 0);
    ends(&ana, "go", 4);

    story.tell(&ana, "sign-off qa").tell(&ana, "status");
    assert_snapshot!(story.told(), @"

    ana$ allclear sign-off qa
    | error: `ana` opened the release, and `qa` asks for somebody else (`separate = true`)
    [64]

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
}
