use super::*;

const CRATE: &str = r#"
[package]
edition = "2024"
rust-version = "1.95"
name = "harbor"
version = "1.4.0"
authors = ["Ana <ana@example.org>"]
publish = ["crates-io", "harbour"]
description = "A harbor"
readme = "README.md"
keywords = ["sea"]
license = "MIT"

[lib]
name = "harbor"
path = "src/lib.rs"

[features]
default = ["dep:tide"]

[dependencies.log]
version = "0.4"
features = ["std"]
default-features = false

[dependencies.own]
version = ">=1, <2"
registry-index = "sparse+https://crates.example.org/index/"

[dependencies.tide]
version = "=0.1.2"
optional = true
package = "tide-tables"

[dev-dependencies.proptest]
version = "1.12.0"

[target.'cfg(unix)'.dependencies.libc]
version = "0.2"
"#;

fn manifest(text: &str) -> Manifest {
    Manifest::read(text).unwrap()
}

/// The dependencies of [`CRATE`] as a registry is told: a line each.
fn dependencies(home: Home<'_>) -> String {
    let told = manifest(CRATE).told(None, home);
    told["deps"].as_array().unwrap().iter().map(|dependency| format!("{dependency}\n")).collect()
}

#[test]
fn a_registry_is_told_what_the_manifest_says() {
    let mut told = manifest(CRATE).told(Some("# Harbor\n"), Home::CratesIo);
    told["deps"].take();
    insta::assert_snapshot!(format!("{told:#}"), @r##"
    {
      "authors": [
        "Ana <ana@example.org>"
      ],
      "badges": {},
      "categories": [],
      "deps": null,
      "description": "A harbor",
      "documentation": null,
      "features": {
        "default": [
          "dep:tide"
        ]
      },
      "homepage": null,
      "keywords": [
        "sea"
      ],
      "license": "MIT",
      "license_file": null,
      "links": null,
      "name": "harbor",
      "readme": "# Harbor\n",
      "readme_file": "README.md",
      "repository": null,
      "rust_version": "1.95",
      "vers": "1.4.0"
    }
    "##);
    insta::assert_snapshot!(dependencies(Home::CratesIo), @r#"
    {"default_features":false,"features":["std"],"kind":"normal","name":"log","optional":false,"target":null,"version_req":"^0.4"}
    {"default_features":true,"features":[],"kind":"normal","name":"own","optional":false,"registry":"sparse+https://crates.example.org/index/","target":null,"version_req":">=1, <2"}
    {"default_features":true,"explicit_name_in_toml":"tide","features":[],"kind":"normal","name":"tide-tables","optional":true,"target":null,"version_req":"=0.1.2"}
    {"default_features":true,"features":[],"kind":"dev","name":"proptest","optional":false,"target":null,"version_req":"^1.12.0"}
    {"default_features":true,"features":[],"kind":"normal","name":"libc","optional":false,"target":"cfg(unix)","version_req":"^0.2"}
    "#);
}

#[test]
fn elsewhere_crates_io_is_the_other_registry() {
    let told = dependencies(Home::At("sparse+https://crates.example.org/index/"));
    let of = |name: &str| {
        let line = told.lines().find(|line| line.contains(&format!("\"name\":\"{name}\""))).unwrap();
        serde_json::from_str::<Value>(line).unwrap()["registry"].as_str().map(str::to_owned)
    };
    assert_eq!(of("log").as_deref(), Some("https://github.com/rust-lang/crates.io-index"));
    assert_eq!(of("own"), None);
}

#[test]
fn a_crate_says_where_it_may_be_published() {
    let wanted = |says: &str| manifest(&CRATE.replace("publish = [\"crates-io\", \"harbour\"]", says)).wanted();
    assert_eq!(manifest(CRATE).wanted(), Wanted::Only(vec!["crates-io".to_owned(), "harbour".to_owned()]));
    assert_eq!((wanted(""), wanted("publish = true")), (Wanted::Everywhere, Wanted::Everywhere));
    assert_eq!((wanted("publish = false"), wanted("publish = []")), (Wanted::Nowhere, Wanted::Nowhere));
}

#[test]
fn what_is_needed_is_known_by_its_real_name() {
    let manifest = manifest(CRATE);
    assert_eq!(manifest.needs(false).collect::<Vec<_>>(), ["log", "own", "tide-tables", "libc"]);
    assert_eq!(manifest.needs(true).collect::<Vec<_>>(), ["log", "own", "tide-tables", "proptest", "libc"]);
}

#[test]
fn what_crates_io_refuses_is_known_before() {
    let without_own = CRATE.replace("registry-index", "x");
    let refused = |from: &str, to: &str| manifest(&without_own.replace(from, to)).refused_by_crates_io();
    assert_eq!(refused("", ""), None);
    assert_eq!(refused("description = \"A harbor\"", "").as_deref(), Some("it has no `description`"));
    assert_eq!(refused("license = \"MIT\"", "").as_deref(), Some("it has neither `license` nor `license-file`"));
    assert_eq!(refused("license = \"MIT\"", "license-file = \"LICENSE\""), None);
    assert_eq!(refused("\"=0.1.2\"", "\"*\"").as_deref(), Some("it takes any version of `tide-tables` (`*`)"));
    assert_eq!(
        refused("[\"sea\"]", "[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"]").as_deref(),
        Some("it has more than five keywords")
    );
    assert_eq!(manifest(CRATE).refused_by_crates_io().as_deref(), Some("it needs `own` from another registry"));
}

#[test]
fn what_cargo_did_not_write_is_refused() {
    let error = |text: &str| Manifest::read(text).unwrap_err().to_string();
    insta::assert_snapshot!(error("[package"), @"it is not TOML");
    insta::assert_snapshot!(error("[workspace]"), @"it has no `package.name` of its own, as one that `cargo package` wrote has");
    insta::assert_snapshot!(
        error("[package]\nname = \"a\"\nversion.workspace = true"),
        @"it has no `package.version` of its own, as one that `cargo package` wrote has"
    );
    insta::assert_snapshot!(
        error("[package]\nname = \"../a\"\nversion = \"1.0.0\""),
        @"`../a` cannot be the name of a crate: up to 64 letters, digits, `-` and `_` are expected"
    );
    insta::assert_snapshot!(
        error("[package]\nname = \"a\"\nversion = \"1.0.0\"\n[dependencies]\nb = { version = \"1\", artifact = \"bin\" }"),
        @"`b` is an artifact dependency, which only cargo's nightly knows"
    );
}
