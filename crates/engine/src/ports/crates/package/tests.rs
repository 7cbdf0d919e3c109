use allclear_testbed::TestEnv;

use super::*;
use crate::ports::samples::{frozen, tarball, without_bytes};

const MANIFEST: &str = "[package]\nname = \"harbor\"\nversion = \"1.4.0\"\nreadme = \"docs/READ.md\"\n";

fn read(file: &Frozen) -> Result<Package, StepError> {
    Package::read(file, &Version::new(1, 4, 0))
}

/// What is wrong with `harbor-1.4.0.crate` if these are its files.
fn wrong_with(files: &[(&str, &str)]) -> String {
    let env = TestEnv::new();
    let file = frozen(&env, "harbor/1.4.0/harbor-1.4.0.crate", &tarball(files));
    read(&file).err().map(|error| error.chain()).expect("an error")
}

#[test]
fn a_crate_is_read_with_its_readme() {
    let env = TestEnv::new();
    let files = [
        ("harbor-1.4.0/docs/READ.md", "# Harbor\n"),
        ("harbor-1.4.0/inner/Cargo.toml", "[package]\nname = \"other\"\n"),
        ("harbor-1.4.0/Cargo.toml", MANIFEST),
    ];
    let package = read(&frozen(&env, "harbor-1.4.0.crate", &tarball(&files))).unwrap();
    assert_eq!((package.manifest.name.as_str(), package.readme.as_deref()), ("harbor", Some("# Harbor\n")));
}

#[test]
fn what_must_not_be_published_is_refused_with_the_way_out() {
    let wrong = |manifest: &str| wrong_with(&[("harbor-1.4.0/Cargo.toml", manifest)]);
    insta::assert_snapshot!(wrong(&MANIFEST.replace("1.4.0", "1.3.9")), @"`harbor-1.4.0.crate` is `harbor` 1.3.9 by the Cargo.toml in it: build it from the release commit");
    insta::assert_snapshot!(wrong(&MANIFEST.replace("readme", "publish = false\nreadme")), @"`harbor-1.4.0.crate` says `publish = false` in its Cargo.toml, so it must not be published: take that out, or leave the file out with `artifacts`");
    insta::assert_snapshot!(wrong(MANIFEST), @"`harbor-1.4.0.crate` is not a crate as `cargo package` makes them (it has not the readme that its `Cargo.toml` names): build it again");
    insta::assert_snapshot!(wrong("[workspace]"), @"the `Cargo.toml` in `harbor-1.4.0.crate` cannot be used: it has no `package.name` of its own, as one that `cargo package` wrote has");
}

#[test]
fn what_is_no_crate_is_refused_with_the_way_out() {
    let env = TestEnv::new();
    insta::assert_snapshot!(wrong_with(&[("harbor-1.4.0/src/lib.rs", "")]), @"`harbor-1.4.0.crate` is not a crate as `cargo package` makes them (it has no `Cargo.toml`): build it again");
    insta::assert_snapshot!(wrong_with(&[("harbor/Cargo.toml", MANIFEST)]), @"`harbor-1.4.0.crate` is not a crate as `cargo package` makes them (`harbor/Cargo.toml` in it is not below `harbor-1.4.0/`): build it again");
    insta::assert_snapshot!(wrong_with(&[("harbor-1.4.0/Cargo.toml", MANIFEST), ("harbor-1.4.0/Cargo.toml", MANIFEST)]), @"`harbor-1.4.0.crate` is not a crate as `cargo package` makes them (`Cargo.toml` stands in it twice): build it again");
    insta::assert_snapshot!(wrong_with(&[("harbor-1.4.0/Cargo.toml", &"#".repeat(5 << 20))]), @"`harbor-1.4.0.crate` is not a crate as `cargo package` makes them (its `Cargo.toml` has more than 4194304 bytes): build it again");
    let plain = frozen(&env, "harbor-1.4.0.crate", b"plain text");
    insta::assert_snapshot!(read(&plain).err().unwrap().chain(), @"`harbor-1.4.0.crate` is not a crate as `cargo package` makes them (invalid gzip header): build it again");
    insta::assert_snapshot!(read(&frozen(&env, "harbor-1.3.0.crate", b"")).err().unwrap().chain(), @"`harbor-1.3.0.crate` is not called NAME-1.4.0.crate, as cargo calls a crate of this release: build it from the release commit, in which the version stands in its Cargo.toml, or leave it out with `artifacts`");
    assert!(matches!(read(&without_bytes(&plain)), Err(StepError::Elsewhere(_))));
    // An archive that unpacks to much is given up.
    let file = frozen(&env, "harbor-1.4.0.crate", &tarball(&[("harbor-1.4.0/x", &"x".repeat(1 << 20))]));
    let bytes = std::fs::read(&file.content.path).unwrap();
    let error = scan(&mut bytes.as_slice(), &file, "Cargo.toml", 10_000).unwrap_err();
    insta::assert_snapshot!(error.chain(), @"`harbor-1.4.0.crate` is not a crate as `cargo package` makes them (it unpacks to more than 10000 bytes): build it again");
}

#[test]
fn bytes_that_have_changed_are_not_believed() {
    let env = TestEnv::new();
    let file = frozen(&env, "harbor-1.4.0.crate", &tarball(&[("harbor-1.4.0/Cargo.toml", MANIFEST)]));
    std::fs::write(&file.content.path, tarball(&[("harbor-1.4.0/Cargo.toml", "[package]\nname = \"harbor\"\n")]))
        .unwrap();
    assert!(read(&file).err().unwrap().chain().contains("the file has changed since"));
}
