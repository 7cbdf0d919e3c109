//! Against Verdaccio, against trouble on the way to it, and against answers that only other registries give.

mod faults;
mod install;
pub(crate) mod pack;
mod scripted;
mod strange;

use std::io::Read as _;

use allclear_core::pointer::{Line, Move};
use allclear_testbed::{FaultProxy, TestEnv, Verdaccio};

use self::pack::{board, package};
use super::*;

/// The registry at an address, for a release of this version.
fn at(url: &str, version: &str, token: Option<&str>) -> NpmRegistry {
    NpmRegistry::with(url, &version.parse().unwrap(), token.map(str::to_owned), secret::NPM.to_owned())
}

/// What an error says, without the address, which differs from run to run; never the token.
fn said<T>(registry: &NpmRegistry, result: Result<T, StepError>) -> String {
    let error = result.err().map(|error| error.chain()).expect("an error");
    if let Some(token) = &registry.token {
        assert!(!error.contains(token.as_str()), "{error}");
    }
    error.replace(&registry.url, "[registry]")
}

fn found(registry: &NpmRegistry, file: &Frozen) -> String {
    match registry.find(file).unwrap() {
        Probe::Absent => "absent".to_owned(),
        Probe::Ours { place } => format!("ours: {}", place.unwrap_or_default().replace(&registry.url, "[registry]")),
        Probe::Foreign { found } => format!("foreign: {found}"),
        other => format!("{other:?}"),
    }
}

/// The tarball of a version, as anybody gets it.
fn downloaded(url: &str, path: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let answer = ureq::get(format!("{url}{path}")).call().unwrap();
    answer.into_body().into_reader().read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn a_version_is_published_once_and_never_replaced() {
    let env = TestEnv::new();
    let server = Verdaccio::serve(&env);
    let registry = at(&server.url(), "1.4.0", Some(server.token()));
    let file = board(&env, "1.4.0", "ours");
    registry.admits(&file).unwrap();
    assert_eq!(found(&registry, &file), "absent");
    registry.upload(&file, &Meter::silent()).unwrap();
    assert_eq!(found(&registry, &file), "ours: [registry]/board/1.4.0");
    assert!(downloaded(&server.url(), "board/-/board-1.4.0.tgz") == std::fs::read(&file.content.path).unwrap());

    // A second time says nothing but that somebody must look.
    let again = registry.upload(&file, &Meter::silent());
    assert!(matches!(again, Err(StepError::Passing { .. })), "{}", said(&registry, again));
    assert_eq!(found(&registry, &file), "ours: [registry]/board/1.4.0");

    let other = board(&env, "1.4.0", "other words");
    let digest = |file: &Frozen| registry.package(file).unwrap().integrity;
    let told = found(&registry, &other).replace(&digest(&file), "[theirs]").replace(&digest(&other), "[ours]");
    assert_eq!(told, "foreign: board 1.4.0 with [theirs], and not [ours]");
    registry.admits(&other).unwrap();
}

#[test]
fn who_may_not_publish_is_told_the_way_out_and_nothing_is_published() {
    let env = TestEnv::new();
    let server = Verdaccio::serve(&env);
    let file = board(&env, "1.4.0", "ours");
    let open = at(&server.url(), "1.4.0", None);
    insta::assert_snapshot!(
        said(&open, open.admits(&file)),
        @"no token for `[registry]`: set NPM_TOKEN to a token that may write the package, or `npm login --registry [registry]/`"
    );
    assert_eq!(said(&open, open.upload(&file, &Meter::silent())), said(&open, open.admits(&file)));
    let wrong = at(&server.url(), "1.4.0", Some("guessed-token"));
    insta::assert_snapshot!(
        said(&wrong, wrong.admits(&file)),
        @"`[registry]` does not know who asks: the token in NPM_TOKEN, or else in the user's `.npmrc`, must be valid, and allowed to write the package"
    );
    insta::assert_snapshot!(
        said(&wrong, wrong.upload(&file, &Meter::silent())),
        @"`PUT [registry]/board` was refused with status 401 (authorization required to publish package board): the token in NPM_TOKEN, or else in the user's `.npmrc`, must be valid, and allowed to write the package"
    );
    let visitor = at(&server.url(), "1.4.0", Some(server.visitor()));
    visitor.admits(&file).unwrap();
    insta::assert_snapshot!(
        said(&visitor, visitor.upload(&file, &Meter::silent())),
        @"`PUT [registry]/board` was refused with status 403 (user visitor is not allowed to publish package board): the token in NPM_TOKEN, or else in the user's `.npmrc`, must be valid, and allowed to write the package"
    );
    assert_eq!(found(&open, &file), "absent");
}

#[test]
fn a_token_that_expires_half_way_leaves_what_is_there() {
    let env = TestEnv::new();
    let server = Verdaccio::serve(&env);
    let registry = at(&server.url(), "1.4.0", Some(server.token()));
    let (first, second) =
        (board(&env, "1.4.0", "first"), package(&env, "core.tgz", r#"{"name": "core", "version": "1.4.0"}"#));
    registry.upload(&first, &Meter::silent()).unwrap();
    server.expire_everybody();
    let error = registry.upload(&second, &Meter::silent());
    assert!(matches!(error, Err(StepError::Refused(_))));
    insta::assert_snapshot!(
        said(&registry, error),
        @"`PUT [registry]/core` was refused with status 401 (authorization required to publish package core): the token in NPM_TOKEN, or else in the user's `.npmrc`, must be valid, and allowed to write the package"
    );
    assert_eq!(found(&registry, &second), "absent");
    assert_eq!(found(&registry, &first), "ours: [registry]/board/1.4.0");
    assert!(registry.admits(&second).is_err());
}

#[test]
fn a_package_that_is_meant_for_another_registry_goes_nowhere_else() {
    let env = TestEnv::new();
    let registry = at("http://127.0.0.1:1/npm/", "1.4.0", Some("token-of-the-test"));
    let meant = |registry: &str| {
        let config = format!(r#""publishConfig": {{"registry": "{registry}"}}"#);
        package(&env, "board.tgz", &format!(r#"{{"name": "board", "version": "1.4.0", {config}}}"#))
    };
    let other = meant("https://npm.pkg.example/");
    insta::assert_snapshot!(
        said(&registry, registry.find(&other)),
        @"`board.tgz` is meant for the registry `https://npm.pkg.example/`, as `publishConfig` in its package.json says, and the target is `[registry]`: correct the one or the other"
    );
    assert_eq!(said(&registry, registry.upload(&other, &Meter::silent())), said(&registry, registry.find(&other)));
    // The same one, written otherwise: the question is put, and nobody is there.
    for same in ["http://127.0.0.1:1/npm", "HTTP://127.0.0.1:1/npm/"] {
        assert!(matches!(registry.find(&meant(same)), Err(StepError::Passing { .. })), "{same}");
    }
}

#[test]
fn latest_is_moved_by_nobody_but_us() {
    let env = TestEnv::new();
    let server = Verdaccio::serve(&env);
    let name = Name::new("board").unwrap();
    let publish = |version: &str| {
        let registry = at(&server.url(), version, Some(server.token()));
        registry.upload(&board(&env, version, "ours"), &Meter::silent()).unwrap();
        registry
    };
    let tags = |registry: &NpmRegistry| {
        let tags: Vec<_> = registry.tags(&name).unwrap().into_iter().collect();
        tags.iter().map(|(tag, version)| format!("{tag}={version}")).collect::<Vec<_>>().join(" ")
    };
    let registry = at(&server.url(), "1.0.0", Some(server.token()));
    assert!(registry.tags(&name).unwrap().is_empty() && registry.versions(&name).unwrap().is_empty());
    // The registry itself names the first one.
    assert_eq!(tags(&publish("1.0.0")), "allclear=1.0.0 latest=1.0.0");
    assert_eq!(tags(&publish("2.0.0")), "allclear=2.0.0 latest=1.0.0");
    registry.set_tag(&name, "latest", &Version::new(2, 0, 0)).unwrap();
    assert_eq!(tags(&publish("3.0.0-rc.1")), "allclear=3.0.0-rc.1 latest=2.0.0");
    let hotfix = publish("1.0.1");
    assert_eq!(tags(&hotfix), "allclear=1.0.1 latest=2.0.0");

    let (published, now) = (hotfix.versions(&name).unwrap(), hotfix.tags(&name).unwrap()["latest"].parse().ok());
    assert_eq!(published.len(), 4);
    let verdict = Line::Everything.may_move(&Version::new(1, 0, 1), now.as_ref(), &published);
    assert_eq!(verdict, Move::Newer(Version::new(2, 0, 0)));

    insta::assert_snapshot!(
        said(&registry, registry.set_tag(&name, "latest", &Version::new(9, 0, 0))),
        @"`[registry]` has no board 9.0.0 that `latest` could name: publish it first"
    );
    let visitor = at(&server.url(), "1.0.0", Some(server.visitor()));
    insta::assert_snapshot!(
        said(&visitor, visitor.set_tag(&name, "latest", &Version::new(1, 0, 0))),
        @"`PUT [registry]/-/package/board/dist-tags/latest` was refused with status 403 (user visitor is not allowed to publish package board): the token in NPM_TOKEN, or else in the user's `.npmrc`, must be valid, and allowed to write the package"
    );
}
