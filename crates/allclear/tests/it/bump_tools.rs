//! The ecosystems' own tools take what `allclear bump` wrote, lockfiles included.

use std::path::Path;

use allclear_testbed::{Ran, Repo};

use super::bump::repository;
use super::transcript::ends;

const ROOT: &str = "[workspace]\nresolver = \"3\"\nmembers = [\"crates/*\"]\n[workspace.package]\nversion = \"1.3.0\"\nedition = \"2024\"\n\
    [workspace.dependencies]\nharbor-core = { path = \"crates/core\", version = \"1.3.0\" }\n";
const CORE: &str = "[package]\nname = \"harbor-core\"\nversion.workspace = true\nedition.workspace = true\n";
const CLI: &str = "[package]\nname = \"harbor\"\nversion.workspace = true\nedition.workspace = true\n\
    [dependencies]\nharbor-core.workspace = true\n[dev-dependencies]\nharbor-test = { path = \"../test\", version = \"=1.3.0\" }\n";
const TEST: &str = "[package]\nname = \"harbor-test\"\nversion = \"1.3.0\"\nedition = \"2024\"\n";

/// cargo of the toolchain that runs this test, without the network.
fn cargo(repo: &Repo, words: &[&str]) -> Ran {
    let program = std::env::var("CARGO").unwrap();
    let mut command = repo.command(&program);
    Ran::of(command.args(words).arg("--offline").env("RUSTC", Path::new(&program).with_file_name("rustc")))
}

#[test]
fn cargo_finds_the_lockfile_of_a_workspace_as_it_must_be() {
    let source = ("crates/core/src/lib.rs", "");
    let files = [("Cargo.toml", ROOT), ("crates/core/Cargo.toml", CORE), source, ("crates/cli/Cargo.toml", CLI)];
    let more = [("crates/cli/src/lib.rs", ""), ("crates/test/Cargo.toml", TEST), ("crates/test/src/lib.rs", "")];
    let repo = repository(&[files.as_slice(), &more].concat());
    cargo(&repo, &["generate-lockfile"]).expect_success();
    for version in ["2.0.0-rc.1", "2.0.0", "2.0.1"] {
        ends(&repo, &format!("bump {version}"), 0);
        let metadata = cargo(&repo, &["metadata", "--locked", "--format-version", "1", "--quiet"]).expect_success();
        assert_eq!(metadata.matches(&format!("\"version\":\"{version}\"")).count(), 3, "{metadata}");
    }
}

#[test]
fn npm_finds_the_lockfile_of_a_workspace_as_it_must_be() {
    let repo = repository(&[
        (
            "package.json",
            "{ \"name\": \"mono\", \"version\": \"1.3.0\", \"private\": true, \"workspaces\": [\"packages/*\"],\n  \"devDependencies\": { \"@x/a\": \"^1.3.0\" } }\n",
        ),
        ("packages/a/package.json", "{ \"name\": \"@x/a\", \"version\": \"1.3.0\" }"),
        (
            "packages/b/package.json",
            "{\r\n\t\"name\": \"@x/b\",\r\n\t\"version\": \"1.3.0\",\r\n\t\"dependencies\": { \"@x/a\": \"~1.3.0\" }\r\n}\r\n",
        ),
    ]);
    let npm = |words: &[&str]| {
        let mut command = repo.command("npm");
        Ran::of(command.args(words).args(["--offline", "--no-audit", "--no-fund", "--no-update-notifier"]))
    };
    npm(&["install", "--package-lock-only"]).expect_success();
    for version in ["2.0.0-rc.1", "2.0.0", "2.0.1"] {
        ends(&repo, &format!("bump {version}"), 0);
        npm(&["ci", "--dry-run"]).expect_success();
        let seen = npm(&["ls", "--all", "--package-lock-only"]).expect_success();
        assert_eq!(seen.matches(&format!("@{version}")).count(), 4, "{seen}");
        let lock = std::fs::read_to_string(repo.path().join("package-lock.json")).unwrap();
        npm(&["install", "--package-lock-only"]).expect_success();
        assert_eq!(
            std::fs::read_to_string(repo.path().join("package-lock.json")).unwrap(),
            lock,
            "npm has nothing to correct"
        );
    }
}
