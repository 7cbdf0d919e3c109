//! Answers that Verdaccio does not give.

use super::scripted::{Answer, registry};
use super::*;

const OURS: &str = "token-of-the-test";

/// Looks for `board` 1.4.0 where these are the answers; what is found, and what was asked.
fn look(answers: &[Answer<'_>]) -> (String, Vec<String>) {
    let env = TestEnv::new();
    let file = board(&env, "1.4.0", "ours");
    registry(answers, |url| {
        let registry = at(url, "1.4.0", Some(OURS));
        match registry.find(&file) {
            Ok(_) => panic!("one look is one look"),
            Err(error) => said(&registry, Err::<(), _>(error)),
        }
    })
}

/// Likewise, where an answer is expected.
fn see(file: &Frozen, answers: &[Answer<'_>]) -> (String, Vec<String>) {
    registry(answers, |url| {
        let registry = at(url, "1.4.0", Some(OURS));
        let ours = registry.package(file).unwrap().integrity;
        found(&registry, file).replace(&ours, "[ours]")
    })
}

/// Uploads to where this is the answer.
fn upload(answer: Answer<'_>) -> (bool, String) {
    let env = TestEnv::new();
    let file = board(&env, "1.4.0", "ours");
    let (told, asked) = registry(&[answer], |url| {
        let registry = at(url, "1.4.0", Some(OURS));
        let error = registry.upload(&file, &Meter::silent());
        (matches!(error, Err(StepError::Passing { .. })), said(&registry, error))
    });
    assert_eq!(asked, ["PUT /board Bearer token-of-the-test"]);
    told
}

#[test]
fn a_version_that_was_unpublished_is_burnt() {
    let env = TestEnv::new();
    let file = board(&env, "1.4.0", "ours");
    let (found, _) =
        see(&file, &[(200, "", br#"{"versions": {"1.3.0": {}}, "time": {"1.3.0": "then", "1.4.0": "then"}}"#)]);
    assert_eq!(found, "foreign: nothing: board 1.4.0 was unpublished, and npm never takes a version again");
}

#[test]
fn where_only_a_sha1_is_known_the_tarball_is_looked_at() {
    let env = TestEnv::new();
    let file = board(&env, "1.4.0", "ours");
    let ours = std::fs::read(&file.content.path).unwrap();
    let old =
        br#"{"versions": {"1.4.0": {"dist": {"shasum": "00", "tarball": "[registry]/board/-/board-1.4.0.tgz"}}}}"#;
    let (found, asked) = see(&file, &[(200, "", old), (200, "", &ours)]);
    assert_eq!(found, "ours: [registry]/board/1.4.0");
    assert_eq!(asked, ["GET /board Bearer token-of-the-test", "GET /board/-/board-1.4.0.tgz Bearer token-of-the-test"]);
    for other in [&ours[1..], &[&ours[..], b"x"].concat()] {
        let (found, _) = see(&file, &[(200, "", old), (200, "", other)]);
        assert!(
            found.starts_with("foreign: board 1.4.0 with sha512-") && found.ends_with(", and not [ours]"),
            "{found}"
        );
    }
}

#[test]
fn the_token_goes_nowhere_but_to_the_registry() {
    let env = TestEnv::new();
    let file = board(&env, "1.4.0", "ours");
    let ours = std::fs::read(&file.content.path).unwrap();
    let ((found, _), asked) = registry(&[(200, "", &ours)], |elsewhere| {
        let packument = format!(r#"{{"versions": {{"1.4.0": {{"dist": {{"tarball": "{elsewhere}/board.tgz"}}}}}}}}"#);
        see(&file, &[(200, "", packument.as_bytes())])
    });
    assert_eq!((found.as_str(), asked), ("ours: [registry]/board/1.4.0", vec!["GET /board.tgz".to_owned()]));
    // Nor where the registry sends us.
    let ((_, first), asked) = registry(&[], |elsewhere| look(&[(302, &format!("Location: {elsewhere}/\r\n"), b"")]));
    assert_eq!((first.len(), asked.len()), (1, 0));
}

#[test]
fn what_everybody_may_read_is_read_without_a_token_that_is_over() {
    let env = TestEnv::new();
    let file = board(&env, "1.4.0", "ours");
    let (found, asked) = see(&file, &[(401, "", b""), (200, "", b"{}")]);
    assert_eq!((found.as_str(), asked.len()), ("absent", 2));
    assert_eq!(asked[1], "GET /board");
    // Nothing is known of what only some may read.
    let (said, _) = look(&[(401, "", b""), (404, "", b"")]);
    insta::assert_snapshot!(said, @"`GET [registry]/board` was refused with status 401: the token in NPM_TOKEN, or else in the user's `.npmrc`, must be valid, and allowed to write the package");
}

#[test]
fn a_page_is_not_a_registry() {
    let (said, _) = look(&[(200, "", b"<html>Sign in</html>")]);
    insta::assert_snapshot!(said, @"`GET [registry]/board`: this is not what an npm registry answers: is the address of the target right?: expected value at line 1 column 1");
}

#[test]
fn a_service_that_wants_to_be_left_alone_is_asked_again_later() {
    let env = TestEnv::new();
    let file = board(&env, "1.4.0", "ours");
    for upload in [false, true] {
        let (after, _) = registry(&[(429, "Retry-After: 7\r\n", b"")], |url| {
            let registry = at(url, "1.4.0", Some(OURS));
            let result = if upload { registry.upload(&file, &Meter::silent()) } else { registry.find(&file).map(drop) };
            match result {
                Err(StepError::Passing { after, .. }) => after,
                other => panic!("{other:?}"),
            }
        });
        assert_eq!(after, Some(Duration::from_secs(7)));
    }
}

#[test]
fn a_no_to_an_upload_is_looked_into_where_the_version_may_be_there() {
    let over = br#"{"error": "You cannot publish over the previously published versions: 1.4.0."}"#;
    assert!(upload((403, "", over)).0);
    assert!(upload((409, "", b"{}")).0);
    let (passes, said) = upload((403, "", br#"{"error": "no right for token-of-the-test"}"#));
    assert!(!passes);
    insta::assert_snapshot!(said, @"`PUT [registry]/board` was refused with status 403 (no right for [secret]): the token in NPM_TOKEN, or else in the user's `.npmrc`, must be valid, and allowed to write the package");
    let (passes, said) = upload((401, "WWW-Authenticate: OTP\r\n", b""));
    assert!(!passes);
    insta::assert_snapshot!(said, @"`PUT [registry]/board` was refused with status 401: it wants a code from a person for each upload: make a token that needs none (a granular token that bypasses 2FA)");
}

#[test]
fn who_may_not_write_is_told_before_anything_is_done_where_the_registry_can_say() {
    let env = TestEnv::new();
    let file = board(&env, "1.4.0", "ours");
    let admits = |answers: &[Answer<'_>]| {
        let (result, asked) = registry(answers, |url| {
            let registry = at(url, "1.4.0", Some(OURS));
            registry.admits(&file).map_err(|error| said(&registry, Err::<(), _>(error)))
        });
        assert_eq!(asked.len(), answers.len());
        result
    };
    let (me, there): (Answer<'_>, Answer<'_>) = ((200, "", br#"{"username": "ana"}"#), (200, "", b"{}"));
    assert_eq!(admits(&[me, there, (200, "", br#"{"ana": "read-write"}"#)]), Ok(()));
    assert_eq!(admits(&[me, there, (404, "", b"")]), Ok(()));
    assert_eq!(admits(&[me, (404, "", b"")]), Ok(()));
    assert_eq!(admits(&[(404, "", b"")]), Ok(()));
    let reader = admits(&[me, there, (200, "", br#"{"ana": "read"}"#)]).unwrap_err();
    insta::assert_snapshot!(reader, @"`ana` may not write the package `board` at `[registry]`: one of its maintainers must allow it (`npm owner add ana board`)");
    assert_eq!(admits(&[me, there, (200, "", br#"{"bea": "read-write"}"#)]), Err(reader));
    assert!(admits(&[(401, "", b"")]).is_err());
}

#[test]
fn addresses_are_compared_as_they_are_meant() {
    for (one, other, same) in [
        ("https://registry.npmjs.org/", "https://registry.npmjs.org", true),
        ("https://Registry.npmjs.org:443/", "https://registry.npmjs.org", true),
        ("http://host/", "https://host/", false),
        ("https://host/npm/", "https://host/npm", true),
        ("https://host/npm", "https://host/other", false),
        ("https://host:8443/", "https://host/", false),
        ("https://host.evil/", "https://host/", false),
    ] {
        assert_eq!(is_same(one, other), same, "{one} {other}");
    }
    let env = TestEnv::new();
    let registry = at("https://registry.npmjs.org/", "1.4.0", None);
    let package = registry.package(&board(&env, "1.4.0", "ours")).unwrap();
    assert_eq!(registry.place(&package), "https://www.npmjs.com/package/board/v/1.4.0");
}
