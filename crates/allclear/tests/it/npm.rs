//! Packages of npm, published to a real registry.

use std::fs;
use std::process::Command;

use allclear_testbed::{Ran, Repo, TestEnv, Verdaccio, exchange};
use insta::assert_snapshot;

use super::sample::{Sample, short};
use super::transcript::{command, ends, seen};

/// Packs a package that needs another one, and that one.
const STEPS: &str = r#"
[[step]]
bump = "chore(release): v{version}"
[[step]]
build = "sh pack.sh"
artifacts = "dist/*.tgz"
[[step]]
publish = "npm"
"#;

const PACK: &str = r#"set -eu
mkdir -p dist out/app out/core
version=$ALLCLEAR_VERSION
printf '{"name": "kiosk", "version": "%s", "dependencies": {"@kiosk/core": "%s"}}\n' "$version" "$version" > out/app/package.json
printf '{"name": "@kiosk/core", "version": "%s"}\n' "$version" > out/core/package.json
for part in app core; do (cd out/$part && npm pack --silent --pack-destination ../../dist); done
"#;

fn stage(pack: &str) -> (Sample, Verdaccio, Repo) {
    let server = Verdaccio::serve(&TestEnv::new());
    let sample = Sample::with(&short(&format!("{STEPS}\n[targets.npm]\nurl = \"{}\"\n", server.url())));
    sample.push_to("main", "pack.sh", pack, "build: packages");
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    (sample, server, ana)
}

fn with(clone: &Repo, words: &str, token: &str) -> Command {
    let mut command = command(clone, words);
    command.env("NPM_TOKEN", token);
    command
}

/// What a run said of the step, which never is the token.
fn of_step(clone: &Repo, ran: &Ran, token: &str) -> String {
    let seen = seen(clone, ran);
    assert!(!seen.contains(token), "{seen}");
    seen.lines().filter(|line| line.contains("publish-npm ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_wrong_token_is_found_out_and_the_right_one_publishes_what_was_frozen() {
    let (sample, server, ana) = stage(PACK);
    let wrong = Ran::of(&mut with(&ana, "go", "guessed-token"));
    let told = of_step(&ana, &wrong, "guessed-token");
    assert!(told.contains("the token in NPM_TOKEN, or else in the user's `.npmrc`, must be valid"), "{wrong}");
    assert!(exchange(server.port(), "GET", "/kiosk", &[], b"").unwrap().contains("no such package available"));

    // The right one is where npm itself looks for it.
    let address = server.url().replace("http:", "");
    fs::write(ana.env().home().join(".npmrc"), format!("{address}:_authToken = {}\n", server.token())).unwrap();
    let right = Ran::of(&mut command(&ana, "go"));
    assert_snapshot!(of_step(&ana, &right, server.token()), @"|   ✓ work/publish-npm                   2 files to npm");
    assert_eq!(right.status.code(), Some(0), "{right}");
    let kept = Ran::of(ana.command("grep").args(["-rl", server.token(), ".git/allclear"]));
    assert_eq!(kept.stdout, "", "the token is written nowhere");
    let folder = sample.env.root().join("consumer");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join(".npmrc"), format!("registry={}\n", server.url())).unwrap();
    let mut install = ana.command("npm");
    install.args(["install", "kiosk@1.3.0", "--no-audit", "--no-fund", "--no-update-notifier"]);
    Ran::of(install.current_dir(&folder)).expect_success();
    assert!(folder.join("node_modules/@kiosk/core/package.json").exists());
}

#[test]
fn a_package_of_another_version_is_not_even_announced() {
    let (sample, server, ana) = stage(&PACK.replace("\"$version\" > out/core", "0.0.1 > out/core"));
    let ran = Ran::of(&mut with(&ana, "go", server.token()));
    assert_snapshot!(of_step(&ana, &ran, server.token()), @"
          ! publish-npm              errored: `kiosk-core-0.0.1.tgz` is of version `0.0.1`, and the release is 1.3.0: build it from the release commit, in which the version stands in its package.json
    |   ! work/publish-npm                   errored: `kiosk-core-0.0.1.tgz` is of version `0.0.1`, and the release is 1.3.0: build it from the release commit, in which the version stands in its package.json
    ");
    assert_snapshot!(sample.ledger(), @"
    1.3.0: minor release opened
    1.3.0: work/branch is about to act: branch release/v1.3.0 at [id]
    1.3.0: work/branch passed: release/v1.3.0 at [id]
    1.3.0: work/bump is about to act: commit [id] on release/v1.3.0
    1.3.0: work/bump passed: 1.3.0 stands in every file of `[versions]`
    1.3.0: work/build started
    1.3.0: work/build passed: `sh pack.sh` made 2 files
    1.3.0: work/publish-npm errored: `kiosk-core-0.0.1.tgz` is of version `0.0.1`, and the release is 1.3.0: build it from the release commit, in which the version stands in its package.json
    ");
}

#[test]
fn of_two_tarballs_of_one_package_none_is_published() {
    let (_sample, server, ana) = stage(&format!("{PACK}cp dist/kiosk-$version.tgz dist/again.tgz\n"));
    let ran = Ran::of(&mut with(&ana, "go", server.token()));
    assert_snapshot!(of_step(&ana, &ran, server.token()), @"
          ! publish-npm              errored: `again.tgz` and `kiosk-1.3.0.tgz` are both the package `kiosk` 1.3.0: leave one of them out with `artifacts`
    |   ! work/publish-npm                   errored: `again.tgz` and `kiosk-1.3.0.tgz` are both the package `kiosk` 1.3.0: leave one of them out with `artifacts`
    ");
}
