use allclear_testbed::TestEnv;
use proptest::collection::vec;
use proptest::prelude::*;

use super::super::tests::pack::{frozen, gzip, package, tarball};
use super::*;

const MANIFEST: &str = "package/package.json";

fn read(file: &Frozen) -> Result<Package, StepError> {
    Package::read(file, &Version::new(1, 4, 0))
}

fn said(file: &Frozen) -> String {
    read(file).err().map(|error| error.chain()).expect("an error")
}

#[test]
fn a_package_is_read_with_its_digests_and_its_readme() {
    let env = TestEnv::new();
    let bytes = tarball(&[
        ("package/lib/package.json", "{}"),
        ("package/README.md", "# Board\n"),
        (MANIFEST, "\u{feff}{\"name\": \"@harbor/board\", \"version\": \"1.4.0\", \"private\": false}"),
        ("package/docs/readme.md", "another"),
    ]);
    let package = read(&frozen(&env, "board.tgz", &bytes)).unwrap();
    assert_eq!((package.name.to_string(), package.version), ("@harbor/board".to_owned(), Version::new(1, 4, 0)));
    assert_eq!(package.readme, Some(("README.md".to_owned(), "# Board\n".to_owned())));
    assert_eq!(package.integrity, format!("sha512-{}", STANDARD.encode(Sha512::digest(&bytes))));
    assert_eq!(package.shasum, hex(&Sha1::digest(&bytes)));
}

#[test]
fn of_two_files_with_one_name_the_last_counts_as_when_it_is_unpacked() {
    let env = TestEnv::new();
    let files =
        [(MANIFEST, r#"{"name": "shown", "version": "1.4.0"}"#), (MANIFEST, r#"{"name": "real", "version": "1.4.0"}"#)];
    assert_eq!(read(&frozen(&env, "board.tgz", &tarball(&files))).unwrap().name.to_string(), "real");
}

#[test]
fn what_must_not_be_published_is_refused_with_the_way_out() {
    let env = TestEnv::new();
    let said = |manifest: &str| said(&package(&env, "board.tgz", manifest));
    insta::assert_snapshot!(
        said(r#"{"name": "board", "version": "1.3.9"}"#),
        @"`board.tgz` is of version `1.3.9`, and the release is 1.4.0: build it from the release commit, in which the version stands in its package.json"
    );
    insta::assert_snapshot!(
        said(r#"{"name": "board", "version": "1.4.0", "private": true}"#),
        @r#"`board.tgz` says `"private": true` in its package.json, so it must not be published: take that out, or leave the file out with `artifacts`"#
    );
    insta::assert_snapshot!(
        said(r#"{"version": "1.4.0"}"#),
        @"the `package.json` in `board.tgz` has no `name`: add it"
    );
    insta::assert_snapshot!(
        said("[]"),
        @"the `package.json` in `board.tgz` is not a JSON object: invalid type: sequence, expected a map at line 1 column 0"
    );
}

#[test]
fn what_is_no_package_is_refused_with_the_way_out() {
    let env = TestEnv::new();
    let said = |bytes: &[u8]| said(&frozen(&env, "board.tgz", bytes));
    insta::assert_snapshot!(
        said(&tarball(&[("board/package.json", "{}")])),
        @"`board.tgz` has no `package/package.json`: make it with `npm pack`"
    );
    insta::assert_snapshot!(
        said(b"plain text"),
        @"`board.tgz` is not a tarball as `npm pack` makes them (invalid gzip header): build it again"
    );
    assert!(said(&gzip(&[7; 600])).contains("is not a tarball as `npm pack` makes them"));
    let large = format!("{{\"name\": \"{}\"}}", "x".repeat(5 << 20));
    insta::assert_snapshot!(
        said(&tarball(&[(MANIFEST, &large)])),
        @"`board.tgz` is not a tarball as `npm pack` makes them (its `package.json` has more than 4 MiB): build it again"
    );
}

#[test]
fn a_tarball_that_unpacks_without_end_is_left_at_the_limit() {
    let bytes = tarball(&[("package/zeros", &"\0".repeat(1 << 20))]);
    let error = scan(&mut &bytes[..], "board.tgz", 1 << 16).err().map(|error| error.to_string());
    assert_eq!(error.unwrap(), "`board.tgz` unpacks to more than 65536 bytes, which no registry takes");
}

#[test]
fn bytes_that_have_changed_since_they_were_frozen_are_no_package() {
    let env = TestEnv::new();
    let file = package(&env, "board.tgz", r#"{"name": "board", "version": "1.4.0"}"#);
    std::fs::write(&file.content.path, tarball(&[(MANIFEST, r#"{"name": "other", "version": "1.4.0"}"#)])).unwrap();
    let error = said(&file);
    assert!(error.contains("the file has changed since"), "{error}");
}

#[test]
fn a_file_that_is_elsewhere_is_looked_for_from_there() {
    let env = TestEnv::new();
    let file = package(&env, "board.tgz", "{}");
    std::fs::remove_file(&file.content.path).unwrap();
    assert!(matches!(read(&file), Err(StepError::Elsewhere(_))));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in vec(any::<u8>(), 0..2000), is_gzip: bool) {
        let bytes = if is_gzip { gzip(&bytes) } else { bytes };
        prop_assert!(scan(&mut &bytes[..], "board.tgz", 1 << 20).is_ok_and(|found| found.manifest.is_none()) || bytes.len() < 4000);
    }
}
