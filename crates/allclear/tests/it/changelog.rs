//! What a release brings, for people who want only that.

use std::fs;

use allclear_testbed::{Repo, TestEnv};
use insta::assert_snapshot;

use super::transcript::{allclear, says};

/// A project with a release line of its own beside the trunk, a topic that was merged late, and something new.
fn project(env: &TestEnv) -> Repo {
    let repo = env.origin().clone_for("ana-example");
    let git = |words: &str| repo.git(&words.split(' ').collect::<Vec<_>>());
    let commit = |message: &str| repo.commit(message);
    commit("feat: begin");
    git("tag v1.0.0");
    git("checkout -q -b topic");
    repo.write("web/page.html", "late");
    commit("feat(web): a topic that took long");
    git("checkout -q -b 1.0.x v1.0.0");
    commit("fix: only on the line");
    git("tag v1.0.1");
    git("checkout -q main");
    commit("fix: a leak");
    git("tag v1.1.0-rc.1");
    git("tag v1.1.0");
    git("merge -q --no-ff -m late topic");
    commit("feat!: drop the old export\n\nBREAKING CHANGE: call `write` instead");
    commit("chore: lint");
    repo
}

#[test]
fn what_is_not_released_is_told() {
    let env = TestEnv::new();
    let repo = project(&env);
    assert_snapshot!(says(&repo, "changelog"), @"
    ## [Unreleased]

    ### Highlights

    - drop the old export — call `write` instead ([id])

    ### Breaking changes

    - drop the old export — call `write` instead ([id])

    ### Added

    - **web:** a topic that took long ([id])
    [0]
    ");
    assert_snapshot!(says(&repo, "changelog --path web/**"), @"
    ## [Unreleased]

    ### Added

    - **web:** a topic that took long ([id])
    [0]
    ");
}

#[test]
fn a_version_is_told_from_the_one_before_it() {
    let env = TestEnv::new();
    let repo = project(&env);
    assert_snapshot!(says(&repo, "changelog 1.1.0"), @"
    ## [1.1.0] - [date]

    ### Fixed

    - a leak ([id])
    [0]
    ");
    assert_snapshot!(says(&repo, "changelog 1.0.1"), @"
    ## [1.0.1] - [date]

    ### Fixed

    - only on the line ([id])
    [0]
    ");
}

#[test]
fn each_commit_is_told_under_the_release_that_had_it_first() {
    let env = TestEnv::new();
    let repo = project(&env);
    assert_snapshot!(says(&repo, "changelog --all"), @"
    # Changelog

    ## [Unreleased]

    ### Highlights

    - drop the old export — call `write` instead ([id])

    ### Breaking changes

    - drop the old export — call `write` instead ([id])

    ### Added

    - **web:** a topic that took long ([id])

    ## [1.1.0] - [date]

    ### Fixed

    - a leak ([id])

    ## [1.0.0] - [date]

    ### Added

    - begin ([id])

    ### Changed

    - Initial commit ([id])
    [0]
    ");
    assert_snapshot!(says(&repo, "changelog --all --prereleases --from v1.1.0"), @"
    # Changelog

    ## [1.1.0-rc.1] - [date]

    ### Fixed

    - a leak ([id])

    ## [1.0.0] - [date]

    ### Added

    - begin ([id])

    ### Changed

    - Initial commit ([id])
    [0]
    ");
    let told: serde_json::Value = serde_json::from_str(&allclear(&repo, "changelog --all --json").stdout).unwrap();
    let versions: Vec<_> = told.as_array().unwrap().iter().map(|entry| entry["version"].as_str().unwrap()).collect();
    assert_eq!(versions, ["Unreleased", "1.1.0", "1.0.0"]);
}

#[test]
fn each_release_has_its_own_day_even_where_two_are_one_commit() {
    let env = TestEnv::new();
    let repo = env.origin().clone_for("ana-example");
    for (day, tags) in
        [("2026-01-05", &["v1.0.0", "v1.0.1"][..]), ("2026-02-10", &["v1.1.0"]), ("2026-03-15", &["v1.2.0"])]
    {
        let mut commit = repo.command("git");
        commit.args(["commit", "-q", "--allow-empty", "-m", &format!("fix: of {day}")]);
        assert!(commit.env("GIT_COMMITTER_DATE", format!("{day}T12:00:00+0000")).status().unwrap().success());
        tags.iter().for_each(|tag| drop(repo.git(&["tag", tag])));
    }
    let told: serde_json::Value = serde_json::from_str(&allclear(&repo, "changelog --all --json").stdout).unwrap();
    let of = |entry: &serde_json::Value| {
        format!("{} {}", entry["version"].as_str().unwrap(), entry["date"].as_str().unwrap())
    };
    let days: Vec<_> = told.as_array().unwrap().iter().map(of).collect();
    assert_eq!(days, ["1.2.0 2026-03-15", "1.1.0 2026-02-10", "1.0.0 2026-01-05"]);
}

#[test]
fn the_changelog_is_written_in_place() {
    let env = TestEnv::new();
    let repo = project(&env);
    repo.write(
        "CHANGELOG.md",
        "# Changes\n\n## Unreleased\n\n- Faster, says ana.\n\n## 1.1.0 (2026-01-01)\n\n- before\n",
    );
    let written = || fs::read_to_string(repo.path().join("CHANGELOG.md")).unwrap();
    let ran = allclear(&repo, "changelog 2.0.0 --write");
    assert!(ran.success(), "{ran}");
    let once = written();
    assert_snapshot!(super::filter::filtered(&once, env.root()), @"
    # Changes

    ## Unreleased

    ## 2.0.0 ([date])

    - Faster, says ana.
    - **Breaking:** drop the old export — call `write` instead ([id])
    - **web:** a topic that took long ([id])

    ## 1.1.0 ([date])

    - before
    ");
    assert!(allclear(&repo, "changelog 2.0.0 --write").success());
    assert_eq!(written(), once, "written twice is written once");
}

#[test]
fn what_cannot_be_is_said() {
    let env = TestEnv::new();
    let repo = project(&env);
    assert_snapshot!(says(&repo, "changelog --write"), @"
    | error: the following required arguments were not provided:
    |   <VERSION>
    |
    | Usage: allclear changelog --write <VERSION>
    |
    | For more information, try '--help'.
    [64]
    ");
    assert_snapshot!(says(&repo, "changelog --all 1.1.0"), @"
    | error: the argument '--all' cannot be used with '[VERSION]'
    |
    | Usage: allclear changelog --all [VERSION]
    |
    | For more information, try '--help'.
    [64]
    ");
    repo.write("CHANGES", "x");
    assert_snapshot!(says(&repo, "changelog 2.0.0 --write --file CHANGES/x.md"), @"
    | error: `CHANGES/x.md` cannot be read: Not a directory (os error 20)
    [64]
    ");
}
