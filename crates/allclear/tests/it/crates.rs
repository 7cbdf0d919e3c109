//! Crates, published to a real registry.

use std::fs;
use std::process::Command;

use allclear_testbed::{Ktra, Ran, Repo, TestEnv};
use insta::assert_snapshot;

use super::sample::{Sample, short};
use super::transcript::{command, ends, seen};

const STEPS: &str = r#"
[[step]]
bump = "chore(release): v{version}"
[[step]]
build = "cargo package --quiet --workspace --registry own"
artifacts = "target/package/*.crate"
[[step]]
tag = "v{version}"
[[step]]
publish = "crates"
[[step]]
published = "crates"
"#;

const ABOUT: &str = "edition = \"2021\"\nlicense = \"MIT\"\ndescription = \"of the test\"\n";

/// A workspace of which `kiosk` needs `kiosk-tea`; with more in the manifest of `kiosk`.
fn stage(kiosk: &str) -> (Sample, Ktra, Repo) {
    let server = Ktra::serve(&TestEnv::new());
    let process = short(&format!("{STEPS}\n[targets.crates]\nurl = \"sparse+{}\"\n", server.url()));
    let process = process.replace("files = [", "files = [\"Cargo.toml\", ");
    let sample = Sample::with(&process);
    let maker = sample.ana();
    let own = "registry = \"own\", version = \"1.2.0\"";
    maker.write(".cargo/config.toml", format!("[registries.own]\nindex = \"sparse+{}\"\n", server.url()));
    maker.write(
        "Cargo.toml",
        format!(
            "[workspace]\nresolver = \"2\"\nmembers = [\"kiosk\", \"tea\"]\n[workspace.package]\nversion = \"1.2.0\"\n\
             [workspace.dependencies]\nkiosk-tea = {{ path = \"tea\", {own} }}\n"
        ),
    );
    let head = |name: &str| format!("[package]\nname = \"{name}\"\nversion.workspace = true\n{ABOUT}");
    maker.write("kiosk/Cargo.toml", format!("{}{kiosk}[dependencies]\nkiosk-tea.workspace = true\n", head("kiosk")));
    maker.write("kiosk/src/lib.rs", "pub fn sold() -> &'static str { kiosk_tea::NAME }\n");
    maker.write("tea/Cargo.toml", format!("{}publish = [\"own\"]\n", head("kiosk-tea")));
    maker.write("tea/src/lib.rs", "pub const NAME: &str = \"tea\";\n");
    let mut lock = cargo(&maker);
    Ran::of(lock.arg("generate-lockfile").current_dir(maker.path())).expect_success();
    maker.write(".gitignore", "target\n");
    maker.commit("feat: crates");
    maker.push("main");
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    (sample, server, ana)
}

fn cargo(clone: &Repo) -> Command {
    clone.env().cargo()
}

fn with(clone: &Repo, words: &str, token: &str) -> Command {
    let mut command = command(clone, words);
    clone.env().with_toolchain(&mut command);
    command.env("CARGO_REGISTRIES_OWN_TOKEN", token);
    command
}

/// What a run said of what is published, which never is the token.
fn of_steps(clone: &Repo, ran: &Ran, token: &str) -> String {
    let seen = seen(clone, ran);
    assert!(!seen.contains(token), "{seen}");
    let is =
        |line: &&str| line.starts_with('|') && ["publish", "tag ", "build "].iter().any(|step| line.contains(step));
    seen.lines().filter(is).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_wrong_token_is_found_out_before_the_tag_and_the_right_one_publishes_what_was_frozen() {
    let (sample, server, ana) = stage("");
    let wrong = Ran::of(&mut with(&ana, "go", "guessed-token"));
    assert_snapshot!(of_steps(&ana, &wrong, "guessed-token"), @"
    |   ✓ work/build                         `cargo package --quiet --workspace --registry own` made 2 files
    |   ! work/tag                           errored: nothing is published before everything can be, and work/publish-crates cannot: `PUT http://127.0.0.1:[port]/api/v1/crates/new` without a crate was refused with status 403 (invalid token: [secret]): the token in CARGO_REGISTRIES_OWN_TOKEN, or else that of `cargo login`, must be valid, not expired, and allowed to publish `kiosk-tea`; where the name is somebody else's, one of its owners must add who publishes (`cargo owner --add`), or the crate needs another name
    ");
    assert_eq!(sample.origin.git(&["tag", "--list", "v1.3.0"]), "");

    // The right one is where cargo itself looks for it.
    let cargo_home = ana.env().home().join(".cargo");
    fs::create_dir_all(&cargo_home).unwrap();
    let written = format!("[registries.own]\ntoken = \"{}\"\n", server.token());
    fs::write(cargo_home.join("credentials.toml"), written).unwrap();
    let mut right = command(&ana, "go");
    ana.env().with_toolchain(&mut right);
    let right = Ran::of(&mut right);
    assert_snapshot!(of_steps(&ana, &right, server.token()), @"
    |   ✓ work/tag                           tag v1.3.0 on [id]
    |   ✓ work/publish-crates                2 files to crates
    |   ✓ work/published                     2 files of crates: as they were frozen
    ");
    assert_eq!(right.status.code(), Some(0), "{right}");
    assert_eq!(server.published(), ["kiosk-tea 1.3.0", "kiosk 1.3.0"], "first what the other needs");
    let kept = Ran::of(ana.command("grep").args(["-rl", server.token(), ".git/allclear"]));
    assert_eq!(kept.stdout, "", "the token is written nowhere");

    let folder = sample.env.root().join("consumer");
    fs::create_dir_all(folder.join("src")).unwrap();
    let dependency =
        format!("[dependencies]\nkiosk = {{ version = \"1.3\", registry-index = \"sparse+{}\" }}\n", server.url());
    fs::write(
        folder.join("Cargo.toml"),
        format!("[package]\nname = \"town\"\nversion = \"0.1.0\"\n{ABOUT}{dependency}"),
    )
    .unwrap();
    fs::write(folder.join("src/main.rs"), "fn main() { println!(\"{}\", kiosk::sold()); }\n").unwrap();
    assert_eq!(Ran::of(cargo(&ana).args(["run", "--quiet"]).current_dir(&folder)).expect_success(), "tea");
}

#[test]
fn a_crate_that_must_not_be_published_is_not_even_announced() {
    let (sample, server, ana) = stage("publish = false\n");
    let ran = Ran::of(&mut with(&ana, "go", server.token()));
    assert_snapshot!(of_steps(&ana, &ran, server.token()), @"
    |   ✓ work/build                         `cargo package --quiet --workspace --registry own` made 2 files
    |   ! work/tag                           errored: nothing is published before everything can be, and work/publish-crates cannot: `kiosk-1.3.0.crate` says `publish = false` in its Cargo.toml, so it must not be published: take that out, or leave the file out with `artifacts`
    ");
    assert_eq!(sample.origin.git(&["tag", "--list", "v1.3.0"]), "");
    assert!(server.published().is_empty());
}

/// Packs two crates whose names are one to a registry.
const TWINS: &str = r#"set -eu
for name in kiosk-tea kiosk_tea; do
    folder=$name-$ALLCLEAR_VERSION
    mkdir $folder
    printf '[package]\nname = "%s"\nversion = "%s"\n' $name $ALLCLEAR_VERSION > $folder/Cargo.toml
    tar -czf $folder.crate $folder
done
"#;

#[test]
fn of_two_files_of_one_crate_none_is_published() {
    let server = Ktra::serve(&TestEnv::new());
    let steps = "[[step]]\nbuild = \"sh twins.sh\"\nartifacts = \"*.crate\"\n[[step]]\npublish = \"crates\"\n";
    let sample = Sample::with(&short(&format!("{steps}\n[targets.crates]\nurl = \"{}\"\n", server.url())));
    sample.push_to("main", "twins.sh", TWINS, "build: twins");
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    let ran = Ran::of(&mut with(&ana, "go", server.token()));
    assert_snapshot!(of_steps(&ana, &ran, server.token()), @"
    |   ✓ work/build                         `sh twins.sh` made 2 files
    |   ! work/publish-crates                errored: `kiosk-tea-1.3.0.crate` and `kiosk_tea-1.3.0.crate` are the same crate to a registry: leave one of them out with `artifacts`
    ");
    assert!(server.published().is_empty());
}

#[test]
fn who_may_publish_is_asked_by_check_for_the_crates_of_the_workspace() {
    let (_sample, server, ana) = stage("");
    let lines = |token: &str| {
        let seen = seen(&ana, &Ran::of(&mut with(&ana, "check", token)));
        assert!(!seen.contains(token), "{seen}");
        seen.lines().filter(|line| line.contains("crates/new")).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(lines("guessed-token"), @"
    ✗ work/publish-crates: `PUT http://127.0.0.1:[port]/api/v1/crates/new` without a crate was refused with status 403 (invalid token: [secret]): the token in CARGO_REGISTRIES_OWN_TOKEN, or else that of `cargo login`, must be valid, not expired, and allowed to publish `kiosk`; where the name is somebody else's, one of its owners must add who publishes (`cargo owner --add`), or the crate needs another name
    ✗ work/publish-crates: `PUT http://127.0.0.1:[port]/api/v1/crates/new` without a crate was refused with status 403 (invalid token: [secret]): the token in CARGO_REGISTRIES_OWN_TOKEN, or else that of `cargo login`, must be valid, not expired, and allowed to publish `kiosk-tea`; where the name is somebody else's, one of its owners must add who publishes (`cargo owner --add`), or the crate needs another name
    ");
    assert_eq!(lines(server.token()), "");
}
