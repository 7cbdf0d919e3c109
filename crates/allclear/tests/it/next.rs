//! Which version comes next, and why.

use allclear_testbed::{Ran, Repo, TestEnv};
use insta::assert_snapshot;

use super::sample::{HEAD, PHASES};
use super::transcript::{allclear, says};

/// A project in a clone of its own, with these commits; what stands behind `@` tags the commit before it.
fn project(env: &TestEnv, history: &[&str]) -> Repo {
    let repo = env.origin().clone_for("ana-example");
    tell(&repo, history);
    repo
}

fn tell(repo: &Repo, history: &[&str]) {
    for one in history {
        match one.strip_prefix('@') {
            Some(tag) => repo.git(&["tag", tag]),
            None => repo.commit(one),
        };
    }
}

#[test]
fn the_commits_decide_and_are_named() {
    let env = TestEnv::new();
    let repo = project(&env, &["start", "@v1.3.0", "@latest", "feat(api): an export", "fix: a leak", "chore: lint"]);
    assert_snapshot!(says(&repo, "next"), @"
    1.4.0
    |   last     v1.3.0 at [id], the highest and only release; another tag is none
    |   commits  3 since; all that count follow the convention
    |   so       minor: 1 commit adds something
    |            [id] feat(api): an export
    [0]
    ");
    repo.commit("feat!: drop the old export");
    assert_snapshot!(says(&repo, "next"), @"
    2.0.0
    |   last     v1.3.0 at [id], the highest and only release; another tag is none
    |   commits  4 since; all that count follow the convention
    |   so       major: 1 commit breaks something
    |            [id] feat!: drop the old export
    [0]
    ");
    assert_snapshot!(says(&repo, "next minor --pre rc"), @"
    1.4.0-rc.1
    |   last     v1.3.0 at [id], the highest and only release; another tag is none
    |   commits  4 since
    |   so       minor, as you say
    [0]
    ");
}

#[test]
fn releases_cut_on_branches_count_and_their_line_goes_on_there() {
    let env = TestEnv::new();
    let repo = project(&env, &["start", "@v1.0.0"]);
    repo.git(&["checkout", "-q", "-b", "release/v1.0.0"]);
    tell(&repo, &["fix: a", "@v1.0.1"]);
    repo.git(&["checkout", "-q", "main"]);
    tell(&repo, &["feat: b", "@v1.1.0-rc.1", "@v1.1.0", "@v2.0.0-nightly.20261123", "fix: c"]);
    assert_snapshot!(says(&repo, "next"), @"
    1.1.1
    |   last     v1.1.0 at [id], the highest of 5 releases
    |   commits  1 since; all that count follow the convention
    |   so       patch: no commit says that it adds or breaks something
    [0]
    ");
    repo.git(&["checkout", "-q", "release/v1.0.0"]);
    tell(&repo, &["feat: backported"]);
    assert_snapshot!(says(&repo, "next"), @"
    1.0.2
    |   last     v1.0.1 at [id], the highest of the line 1.0, which the branch `release/v1.0.0` is for
    |   commits  1 since; all that count follow the convention
    |   so       patch: 1 commit adds something; a minor release would leave the line 1.0
    |            [id] feat: backported
    [0]
    ");
    assert_snapshot!(says(&repo, "next minor"), @"
    |   last     v1.0.1 at [id], the highest of the line 1.0, which the branch `release/v1.0.0` is for
    |   commits  1 since
    | error: a minor release leaves the line 1.0: the next would be 1.1.0; leave the line out, or release a patch
    [64]
    ");
    assert_snapshot!(says(&repo, "next --line 3 --from main"), @"
    3.0.0
    |   last     v1.1.0 at [id], the one before the first of the line 3
    |   commits  1 since; all that count follow the convention
    |   so       the line 3 begins
    [0]
    ");
}

#[test]
fn where_commits_follow_no_convention_a_person_is_asked() {
    let env = TestEnv::new();
    let repo = project(&env, &["start", "@4.2", "Add b", "Fix c", "fix: d"]);
    assert_snapshot!(says(&repo, "next"), @"
    |   last     4.2 at [id], the highest and only release
    |   commits  3 since; 1 of the 3 that count follow the convention
    | the commits do not say how much they change, since most of them follow no convention
    | hint: `allclear next minor`, or another kind
    [4]
    ");
    assert_snapshot!(says(&repo, "next minor"), @"
    4.3.0
    |   last     4.2 at [id], the highest and only release
    |   commits  3 since
    |   so       minor, as you say
    [0]
    ");
    assert_snapshot!(says(&repo, "next --from 4.2"), @"
    |   last     4.2 at [id], the highest and only release
    |   commits  0 since
    | nothing has changed, so there is nothing to release
    [0]
    ");
}

#[test]
fn the_first_release_and_a_calendar_are_understood() {
    let env = TestEnv::new();
    let repo = project(&env, &["feat: start"]);
    assert_snapshot!(says(&repo, "next"), @"
    0.1.0
    |   last     no tag is like `v{version}`; where some are missing, `git fetch --tags`
    |   commits  2 since; 1 of the 2 that count follow the convention
    |   so       minor: 1 commit adds something
    |            [id] feat: start
    [0]
    ");
    let process =
        |scheme| format!("{HEAD}{PHASES}").replace("[versions]\n", &format!("[versions]\nscheme = \"{scheme}\"\n"));
    repo.write("allclear.toml", process("YYYY.0M.MICRO"));
    assert_snapshot!(says(&repo, "next"), @r#"
    | error: `allclear.toml` is not a valid process
    |
    | error: `0M` would have leading zeros, which npm and Cargo refuse and PyPI removes: use MM
    |  --> allclear.toml:8:10
    |   |
    | 8 | scheme = "YYYY.0M.MICRO"
    |   |          ^^^^^^^^^^^^^^^
    [64]
    "#);
    repo.write("allclear.toml", process("YY.MINOR.MICRO"));
    tell(&repo, &["@v24.3.1", "fix: a"]);
    assert_snapshot!(says(&repo, "next patch"), @"
    24.3.2
    |   last     v24.3.1 at [id], the highest and only release
    |   commits  1 since
    |   so       patch, as you say
    [0]
    ");
}

#[test]
fn a_clone_that_does_not_know_enough_is_refused() {
    let env = TestEnv::new();
    let repo = project(&env, &["start", "@v1.0.0", "fix: a"]);
    repo.push("HEAD:refs/heads/main");
    let shallow = repo.path().with_file_name("shallow");
    let url = format!("file://{}", repo.git(&["remote", "get-url", "origin"]).trim());
    Ran::of(env.command("git").args(["clone", "--quiet", "--depth=1", &url]).arg(&shallow)).expect_success();
    assert_snapshot!(says(&env.repo_at(shallow), "next"), @"
    | error: this clone is shallow: its history is cut off, and versions and changelogs would be wrong
    | hint: `git fetch --unshallow --tags`
    [64]
    ");
    assert_snapshot!(says(&repo, "next --from nowhere"), @"
    | error: `nowhere` names no commit of this clone
    [64]
    ");
    assert_snapshot!(says(&repo, "next --line one"), @"
    | error: invalid value 'one' for '--line <LINE>': `one` is not a line of releases: one or two numbers are expected, as in `2`, `2.x` or `1.3`
    |
    | For more information, try '--help'.
    [64]
    ");
}

#[test]
fn programs_are_told_everything() {
    let env = TestEnv::new();
    let repo = project(&env, &["start", "@v1.3.0", "feat(api): an export"]);
    let told: serde_json::Value = serde_json::from_str(&allclear(&repo, "next --json").stdout).unwrap();
    assert_eq!((&told["version"], &told["tag"], &told["level"]), (&"1.4.0".into(), &"v1.4.0".into(), &"minor".into()));
    assert_eq!((&told["last"]["tag"], &told["commits"]), (&"v1.3.0".into(), &1.into()));
    assert_eq!(told["deciding"][0]["subject"], "feat(api): an export");
}
