//! Places in which no release can be conducted, and some in which it can.

use std::fs;

use allclear_testbed::{Ran, Repo};
use insta::assert_snapshot;

use super::sample::{Sample, short};
use super::transcript::{allclear, command, ends, says, seen};

#[test]
fn changes_that_are_not_committed_are_named() {
    let sample = Sample::new();
    let ana = sample.ana();
    for file in ["check.sh", "menu.txt", "pyproject.toml", "build.sh"] {
        ana.write(file, "changed\n");
    }
    let before = sample.recorded(&ana);
    assert_snapshot!(says(&ana, "start minor"), @"
    | error: this checkout has changes that are not committed: `build.sh`, `check.sh`, `menu.txt` and 1 more
    | hint: a release is cut from what is pushed: commit and push them, or stash them, or say `--allow-dirty` to leave them out
    [64]
    ");
    assert_eq!(sample.recorded(&ana), before);
    ends(&ana, "start minor --allow-dirty", 0);
}

#[test]
fn a_shallow_clone_does_not_know_enough() {
    let sample = Sample::new();
    let ana = sample.env.person("ana-example");
    let path = ana.folder().join("shallow");
    let url = format!("file://{}", sample.origin.url());
    Ran::of(ana.command("git").args(["clone", "--quiet", "--depth=1", &url]).arg(&path)).expect_success();
    let clone = ana.repo_at(path);
    assert_snapshot!(says(&clone, "start minor"), @"
    | error: this clone is shallow: its history is cut off, and versions and changelogs would be wrong
    | hint: `git fetch --unshallow --tags`
    [64]
    ");
    assert_eq!(says(&clone, "start minor"), says(&clone, "go"));
}

#[test]
fn without_a_remote_there_is_nothing_to_share() {
    let sample = Sample::new();
    let ana = sample.ana();
    ana.git(&["remote", "rename", "origin", "elsewhere"]);
    assert_snapshot!(says(&ana, "start minor"), @"
    | error: this clone has no remote `origin`: release branches, tags and the ledger live there
    | hint: `git remote add origin URL`, or name another as `remote` in `[project]`
    [64]
    ");
}

#[test]
fn a_remote_that_is_down_opens_nothing() {
    let sample = Sample::new();
    let ana = sample.ana();
    sample.down(true);
    let told = says(&ana, "start minor");
    sample.down(false);
    assert_snapshot!(told, @"
    | error: the remote `origin` cannot be reached: fatal: '[root]/origin.git' does not appear to be a git repository
    [5]
    ");
    assert!(!sample.refs().contains("allclear"));
    ends(&ana, "start minor", 0);
}

#[test]
fn outside_of_a_clone_it_says_where_to_go() {
    let sample = Sample::new();
    let nowhere = sample.env.repo_at(sample.env.root());
    let bare = sample.env.repo_at(sample.origin.path());
    assert_snapshot!(says(&nowhere, "start minor"), @"
    | error: `[root]` is not inside a git repository: change into a clone of your project
    [64]
    ");
    assert_snapshot!(says(&bare, "start minor"), @"
    | error: `[root]/origin.git` is a bare repository: allclear works in a clone of it
    [64]
    ");
    assert_snapshot!(says(&bare, ""), @"
    | error: `[root]/origin.git` is a bare repository: allclear works in a clone of it
    [64]
    ");
}

#[test]
fn somebody_without_a_name_is_asked_for_it() {
    let sample = Sample::new();
    let ana = sample.ana();
    ana.git(&["config", "--global", "--remove-section", "user"]);
    assert_snapshot!(says(&ana, "start minor"), @r#"
    | error: git does not know who you are, and every event of the ledger names somebody
    | hint: `git config user.name "…"` and `git config user.email …`
    [64]
    "#);
    assert!(!sample.refs().contains("allclear"));
}

#[test]
fn without_git_there_is_nothing() {
    let sample = Sample::new();
    let ana = sample.ana();
    let empty = sample.env.root().join("empty");
    fs::create_dir(&empty).unwrap();
    let ran = Ran::of(command(&ana, "start minor").env("PATH", empty));
    assert_snapshot!(seen(&ana, &ran), @"
    | error: git is not installed, or not on the PATH: install git 2.36 or newer
    [3]
    ");
}

#[test]
fn a_detached_head_and_a_folder_of_the_clone_are_as_good_as_any() {
    let sample = Sample::with(&short("[[step]]\nrun = \"sh check.sh\""));
    let ana = sample.ana();
    ana.git(&["checkout", "--quiet", "--detach", "v1.2.0"]);
    let folder = ana.env().repo_at(ana.path().join("docs"));
    ends(&folder, "start minor", 0);
    ends(&folder, "go", 0);
    assert_eq!(head(&ana), "HEAD", "the checkout stays as it was");
    assert_eq!(ana.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_second_checkout_of_the_clone_shares_its_ledger() {
    let sample = Sample::with(&short("[[step]]\nrun = \"sh check.sh\""));
    let ana = sample.ana();
    ana.git(&["worktree", "add", "--quiet", "../second"]);
    let second = ana.env().repo_at(ana.path().with_file_name("second"));
    ends(&ana, "start minor", 0);
    ends(&second, "go", 0);
    ends(&ana, "audit", 0);
    assert_eq!(allclear(&ana, "audit").stdout, allclear(&second, "audit").stdout);
}

fn head(clone: &Repo) -> String {
    clone.git(&["rev-parse", "--abbrev-ref", "HEAD"])
}
