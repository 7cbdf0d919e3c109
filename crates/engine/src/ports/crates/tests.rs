//! Against Ktra, against trouble on the way to it, against answers that only other registries give, and beside cargo.

mod cargo;
mod faults;
mod strange;

use std::io::Read as _;

use allclear_testbed::{FaultProxy, Ktra, TestEnv};

use super::*;
use crate::ports::samples::{frozen, tarball, without_bytes};

/// The registry with this index, for a release of this version.
fn at(url: &str, version: &str, token: Option<&str>) -> CratesRegistry {
    let variable = Some("HARBOR_TOKEN".to_owned());
    CratesRegistry {
        agent: http::agent(),
        index: format!("{}/", url.trim_end_matches('/')),
        is_crates_io: false,
        release: version.parse().unwrap(),
        credentials: match token {
            Some(token) => Credentials::Token(token.to_owned(), variable),
            None => Credentials::None(variable),
        },
        names: vec![],
        says: Box::new(|_| ()),
        asked: AtomicBool::new(false),
    }
}

/// A crate with more in its manifest.
fn with(env: &TestEnv, name: &str, version: &str, more: &str) -> Frozen {
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2021\"\nlicense = \"MIT\"\n\
         description = \"of the test\"\n{more}"
    );
    let folder = format!("{name}-{version}");
    let files = [(format!("{folder}/Cargo.toml"), manifest), (format!("{folder}/src/lib.rs"), String::new())];
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    frozen(env, &format!("harbor/{version}/{folder}.crate"), &tarball(&files))
}

/// `harbor` of a version; with other `words` it is other bytes.
fn harbor(env: &TestEnv, version: &str, words: &str) -> Frozen {
    with(env, "harbor", version, &format!("keywords = [\"{words}\"]\n"))
}

fn upload(registry: &CratesRegistry, file: &Frozen) -> Result<(), StepError> {
    registry.upload(file, &Meter::silent())
}

/// What an error says, without the address, which differs from run to run; never the token.
fn said<T>(registry: &CratesRegistry, result: Result<T, StepError>) -> String {
    let error = result.err().map(|error| error.chain()).expect("an error");
    if let Credentials::Token(token, _) = &registry.credentials {
        assert!(!error.contains(token.as_str()), "{error}");
    }
    error.replace(registry.index.trim_end_matches('/'), "[registry]")
}

fn found(registry: &CratesRegistry, file: &Frozen) -> String {
    match registry.find(file).unwrap() {
        Probe::Absent => "absent".to_owned(),
        Probe::Ours { place } => format!("ours: {}", place.unwrap_or_default().replace(&registry.index, "[registry]/")),
        Probe::Foreign { found } => format!("foreign: {found}"),
        other => format!("{other:?}"),
    }
}

/// What anybody gets at an address.
fn downloaded(url: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    ureq::get(url).call().unwrap().into_body().into_reader().read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn a_version_is_published_once_and_never_replaced() {
    let env = TestEnv::new();
    let server = Ktra::serve(&env);
    let registry = at(&server.url(), "1.4.0", Some(server.token()));
    let file = harbor(&env, "1.4.0", "ours");
    registry.admits(&file).unwrap();
    assert_eq!((found(&registry, &file).as_str(), registry.download(&file).unwrap()), ("absent", None));
    upload(&registry, &file).unwrap();
    assert_eq!(found(&registry, &file), "ours: [registry]/ha/rb/harbor");
    // Also for a clone that did not build it.
    assert_eq!(found(&registry, &without_bytes(&file)), "ours: [registry]/ha/rb/harbor");
    let read = registry.download(&file).unwrap().unwrap();
    assert_eq!((read.found, read.size), (Found::Whole(file.content.sha256), file.content.size));
    assert_eq!(read.place, format!("{}dl/harbor/1.4.0/download", server.url()));
    assert_eq!(read.by, download::Reader::Everybody);

    // A second time says nothing but that somebody must look.
    let again = upload(&registry, &file);
    assert!(matches!(again, Err(StepError::Passing { .. })), "{}", said(&registry, again));

    let other = harbor(&env, "1.4.0", "other words");
    assert_eq!(found(&registry, &other), format!("foreign: sha256:{}", file.content.sha256));
    registry.admits(&other).unwrap();
}

#[test]
fn a_version_that_was_taken_back_is_there_all_the_same() {
    let env = TestEnv::new();
    let server = Ktra::serve(&env);
    let registry = at(&server.url(), "1.4.0", Some(server.token()));
    let file = harbor(&env, "1.4.0", "ours");
    upload(&registry, &file).unwrap();
    let yank = format!("{}api/v1/crates/harbor/1.4.0/yank", server.url());
    ureq::delete(yank).header("authorization", server.token()).call().unwrap();
    assert!(downloaded(&format!("{}ha/rb/harbor", server.url())).windows(13).any(|part| part == b"\"yanked\":true"));
    assert_eq!(found(&registry, &file), "ours: [registry]/ha/rb/harbor");
}

#[test]
fn who_may_not_publish_is_told_the_way_out_and_nothing_is_published() {
    let env = TestEnv::new();
    let server = Ktra::serve(&env);
    let file = harbor(&env, "1.4.0", "ours");
    let open = at(&server.url(), "1.4.0", None);
    insta::assert_snapshot!(
        said(&open, open.admits(&file)),
        @"nothing proves to `[registry]/` who publishes: set the variable `HARBOR_TOKEN` to a token, or `cargo login`"
    );
    assert_eq!(said(&open, upload(&open, &file)), said(&open, open.admits(&file)));
    let wrong = at(&server.url(), "1.4.0", Some("guessed-token"));
    insta::assert_snapshot!(said(&wrong, wrong.admits(&file)), @"`PUT [registry]/api/v1/crates/new` without a crate was refused with status 403 (invalid token: [secret]): the token in HARBOR_TOKEN, or else that of `cargo login`, must be valid, not expired, and allowed to publish `harbor`; where the name is somebody else's, one of its owners must add who publishes (`cargo owner --add`), or the crate needs another name");
    insta::assert_snapshot!(said(&wrong, wrong.admits_name("harbor")), @"`PUT [registry]/api/v1/crates/new` without a crate was refused with status 403 (invalid token: [secret]): the token in HARBOR_TOKEN, or else that of `cargo login`, must be valid, not expired, and allowed to publish `harbor`; where the name is somebody else's, one of its owners must add who publishes (`cargo owner --add`), or the crate needs another name");
    insta::assert_snapshot!(said(&wrong, upload(&wrong, &file)), @"`PUT [registry]/api/v1/crates/new` of `harbor-1.4.0.crate` was refused with status 403 (invalid token: [secret]): the token in HARBOR_TOKEN, or else that of `cargo login`, must be valid, not expired, and allowed to publish `harbor`; where the name is somebody else's, one of its owners must add who publishes (`cargo owner --add`), or the crate needs another name");
    assert_eq!(found(&open, &file), "absent");

    let stranger = at(&server.url(), "1.0.0", Some(server.stranger()));
    upload(&stranger, &harbor(&env, "1.0.0", "somebody else's")).unwrap();
    // Ktra looks whose the name is before it misses the crate.
    let registry = at(&server.url(), "1.4.0", Some(server.token()));
    insta::assert_snapshot!(said(&registry, registry.admits(&file)), @"`PUT [registry]/api/v1/crates/new` without a crate was refused with status 403 (invalid user id: 0): the token in HARBOR_TOKEN, or else that of `cargo login`, must be valid, not expired, and allowed to publish `harbor`; where the name is somebody else's, one of its owners must add who publishes (`cargo owner --add`), or the crate needs another name");
    insta::assert_snapshot!(said(&registry, upload(&registry, &file)), @"`PUT [registry]/api/v1/crates/new` of `harbor-1.4.0.crate` was refused with status 403 (invalid user id: 0): the token in HARBOR_TOKEN, or else that of `cargo login`, must be valid, not expired, and allowed to publish `harbor`; where the name is somebody else's, one of its owners must add who publishes (`cargo owner --add`), or the crate needs another name");
    assert_eq!(found(&registry, &file), "absent");
}

#[test]
fn a_token_that_expires_half_way_leaves_what_is_there() {
    let env = TestEnv::new();
    let server = Ktra::serve(&env);
    let registry = at(&server.url(), "1.4.0", Some(server.token()));
    let (first, second) = (harbor(&env, "1.4.0", "first"), with(&env, "core", "1.4.0", ""));
    upload(&registry, &first).unwrap();
    server.expire();
    assert!(matches!(upload(&registry, &second), Err(StepError::Refused(_))));
    assert!(registry.admits(&second).is_err());
    assert_eq!(found(&registry, &second), "absent");
    assert_eq!(found(&registry, &first), "ours: [registry]/ha/rb/harbor");
}

#[test]
fn a_crate_that_is_meant_for_another_registry_goes_nowhere_else() {
    let env = TestEnv::new();
    let mut registry = at("http://127.0.0.1:1/index/", "1.4.0", Some("token-of-the-test"));
    let file = with(&env, "harbor", "1.4.0", "publish = [\"harbour-master\"]\n");
    insta::assert_snapshot!(said(&registry, registry.admits(&file)), @"`harbor-1.4.0.crate` is meant for `harbour-master` only, as `publish` in its Cargo.toml says, and cargo's configuration has no `[registries.NAME]` for `[registry]/`: correct the one or the other");
    registry.names = vec![spelled("docks")];
    insta::assert_snapshot!(said(&registry, upload(&registry, &file)), @"`harbor-1.4.0.crate` is meant for `harbour-master` only, as `publish` in its Cargo.toml says, and cargo's configuration calls `[registry]/` `docks`: correct the one or the other");
    registry.names.push(spelled("harbour-master"));
    assert!(
        matches!(registry.admits(&file), Err(StepError::Passing { .. })),
        "the question is put, and nobody is there"
    );
    registry.is_crates_io = true;
    registry.names = vec![spelled(CRATES_IO)];
    insta::assert_snapshot!(said(&registry, registry.admits(&file)), @"`harbor-1.4.0.crate` is meant for `harbour-master` only, as `publish` in its Cargo.toml says, and the target is crates.io (`crates-io`): correct the one or the other");
}

#[test]
fn a_target_is_the_address_of_an_index() {
    let new = |url: &str| {
        let target = Target { url: Some(url.to_owned()), ..Target::default() };
        CratesRegistry::new(&target, &Version::new(1, 4, 0), None, Box::new(|_| ()))
    };
    for url in ["https://crates.io", "https://index.crates.io/", "sparse+https://index.crates.io/"] {
        let registry = new(url).unwrap();
        assert_eq!((registry.index.as_str(), registry.is_crates_io), (INDEX, true), "{url}");
    }
    let registry = new("sparse+https://crates.example.org/index").unwrap();
    assert_eq!((registry.index.as_str(), registry.is_crates_io), ("https://crates.example.org/index/", false));
    let error = |url: &str| new(url).err().unwrap().to_string();
    insta::assert_snapshot!(error("oci://crates.io"), @r#"a target for crates needs the address of a sparse index, such as `url = "https://crates.io"` or `"sparse+https://crates.example.org/index/"`: correct the target"#);
    insta::assert_snapshot!(error("http://crates.example.org/"), @"`http://crates.example.org/` would be told a secret that everybody on the way can read: say `https://`");
}
