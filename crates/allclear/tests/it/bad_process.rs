//! Process files and versions that no release can be opened with.

use insta::assert_snapshot;

use super::sample::{HEAD, PHASES, Sample, short};
use super::transcript::{Story, ends, says};

#[test]
fn a_malformed_process_is_shown_where_it_is_wrong() {
    let sample = Sample::with(&format!("{HEAD}{PHASES}").replace("members = [\"bo\"]", "member = [\"bo\"]"));
    let ana = sample.ana();
    let before = sample.recorded(&ana);
    assert_snapshot!(says(&ana, "start minor"), @r#"
    | error: `allclear.toml` is not a valid process: 2 problems
    |
    | error: the key `members` is missing
    |   --> allclear.toml:16:6
    |    |
    | 16 | qa = { member = ["bo"] }
    |    |      ^^^^^^^^^^^^^^^^^^^ in this table
    |    |
    |    = help: `members`: the people who may speak for the role
    |
    | error: unknown key `member`
    |   --> allclear.toml:16:8
    |    |
    | 16 | qa = { member = ["bo"] }
    |    |        ^^^^^^ not a key of this table
    |    |
    |    = help: did you mean `members`?
    [64]
    "#);
    assert_eq!(sample.recorded(&ana), before);
}

#[test]
fn a_process_that_is_only_in_the_checkout_governs_nothing() {
    let sample = Sample::new();
    let cy = sample.cy();
    cy.git(&["rm", "--quiet", "allclear.toml"]);
    cy.commit("chore: no process yet");
    cy.push("main");
    let ana = sample.ana();
    ana.write("allclear.toml", format!("{HEAD}{PHASES}"));
    let before = sample.recorded(&ana);
    assert_snapshot!(says(&ana, "start minor"), @"
    | error: `allclear.toml` is not on `main` of the remote
    | hint: `allclear init` drafts one; commit it to `main` and push it: a release is governed by what the trunk says
    [64]
    ");
    assert_eq!(sample.recorded(&ana), before);
}

#[test]
fn a_branch_that_a_shell_would_run_is_no_branch() {
    let sample = Sample::with(&short("").replace("release/v{version}", "release/$(touch pwned)"));
    assert_snapshot!(says(&sample.ana(), "start minor"), @r#"
    | error: `allclear.toml` is not a valid process
    |
    | error: `release/$(touch pwned)` is not a branch name: letters, digits and `._/+-` are expected, no part that begins with `.` or `-` or ends with `.lock`, at most 128
    |   --> allclear.toml:31:10
    |    |
    | 31 | branch = "release/$(touch pwned)"
    |    |          ^^^^^^^^^^^^^^^^^^^^^^^^
    [64]
    "#);
}

#[test]
fn a_version_is_released_once() {
    let sample = Sample::with(&short(""));
    let ana = sample.ana();
    let mut story = Story::default();
    story.tell(&ana, "start minor --version 1.2.0").tell(&ana, "start minor --version 'one point three'");
    story.tell(&ana, "start minor --version 1.3.0+mine").tell(&ana, "start biggest");
    ends(&ana, "start minor", 0);
    story.tell(&ana, "start minor");
    ends(&ana, "go", 0);
    story.tell(&ana, "start minor").tell(&ana, "go");
    assert_snapshot!(story.told(), @"

    ana$ allclear start minor --version 1.2.0
    | error: 1.2.0 is released already: the tag `v1.2.0` names [id]
    | hint: say another one: `allclear start KIND --version X.Y.Z`
    [64]

    ana$ allclear start minor --version 'one point three'
    | error: invalid value 'one point three' for '--version <VERSION>': `one point three` is not a version: three numbers are expected, as in `1.4.0` or `1.4.0-rc.1`
    |
    | For more information, try '--help'.
    [64]

    ana$ allclear start minor --version 1.3.0+mine
    | error: invalid value '1.3.0+mine' for '--version <VERSION>': `1.3.0+mine` carries build metadata (`+…`), which registries cannot hold: leave it out
    |
    | For more information, try '--help'.
    [64]

    ana$ allclear start biggest
    | error: the process has no kind of release `biggest`: it has `minor`
    [64]

    ana$ allclear start minor
    | error: 1.3.0 is open already
    | hint: `allclear` shows where it is; `allclear abort --reason …` ends it
    [64]

    ana$ allclear start minor
    | error: 1.3.0 is finished already
    | hint: a version is released once: `allclear start KIND --version X.Y.Z` opens another
    [64]

    ana$ allclear go
    no release is open: there is nothing to do
    [0]
    ");
    assert_eq!(sample.ledger().lines().count(), 4);
}

#[test]
fn without_a_tag_the_first_version_must_be_said() {
    let sample = Sample::with(&short(""));
    sample.origin.git(&["tag", "--delete", "v1.2.0"]);
    let ana = sample.ana();
    let mut story = Story::default();
    story.tell(&ana, "start minor").tell(&ana, "start minor --version 0.1.0");
    assert_snapshot!(story.told(), @"

    ana$ allclear start minor
    | error: there is no tag like `v{version}` to count from
    | hint: say the first version: `allclear start minor --version 0.1.0`
    [64]

    ana$ allclear start minor --version 0.1.0
    kiosk 0.1.0 is open: a minor release
    | hint: `allclear go` does everything that can be done now
    [0]
    ");
}
