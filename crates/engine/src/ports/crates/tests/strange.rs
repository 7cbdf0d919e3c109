//! Answers that Ktra does not give, and what only crates.io has.

use std::sync::{Arc, Mutex};

use super::*;
use crate::ports::double::{Double, Seen};
use crate::ports::trusted::Trusted;

const OURS: &str = "token-of-the-test";

type Answer = (u16, &'static str, String);

fn json(status: u16, body: &str) -> Answer {
    (status, "application/json", body.to_owned())
}

/// The configuration of an index whose registry is at this address.
fn config(api: &str) -> Answer {
    json(200, &format!(r#"{{"dl": "{api}dl", "api": "{api}"}}"#))
}

/// A registry whose index says that crates are published at another double.
fn apart(index: &Double) -> CratesRegistry {
    at(&index.url, "1.4.0", Some(OURS))
}

/// Asks the registry, crates.io where it says so, whose index gives these answers, and which itself gives the others; returns what was
/// asked of both.
fn asked<T>(
    of_index: Vec<Answer>,
    of_api: Vec<Answer>,
    is_crates_io: bool,
    ask: impl FnOnce(&CratesRegistry) -> T,
) -> (T, Vec<Seen>, Vec<Seen>) {
    let api = Double::serve(of_api);
    let place = |(status, kind, body): Answer| (status, kind, body.replace("[api]", &api.url));
    let index = Double::serve(of_index.into_iter().map(place).collect());
    let registry = CratesRegistry { is_crates_io, ..apart(&index) };
    let result = ask(&registry);
    (result, index.seen(), api.seen())
}

fn requests(seen: &[Seen]) -> Vec<&str> {
    seen.iter().map(|seen| seen.request.as_str()).collect()
}

/// Uploads to where this is the answer; whether to look again, what is said, and what the registry said beside it.
fn upload_to(answer: Answer) -> (Option<bool>, String, Vec<String>) {
    let env = TestEnv::new();
    let file = harbor(&env, "1.4.0", "ours");
    let told = Arc::new(Mutex::new(Vec::new()));
    let api = Double::serve(vec![answer]);
    let index = Double::serve(vec![config(&api.url)]);
    let hears = Arc::clone(&told);
    let says: Says = Box::new(move |line| hears.lock().unwrap().push(line.to_owned()));
    let registry = CratesRegistry { says, ..apart(&index) };
    let ended = upload(&registry, &file);
    let url = api.url.clone();
    let seen = api.seen();
    assert_eq!((requests(&seen), seen[0].header("authorization")), (vec!["PUT /api/v1/crates/new"], OURS));
    assert!(seen[0].header("user-agent").starts_with("allclear/"));
    index.seen();
    let passes = ended.as_ref().err().map(|error| matches!(error, StepError::Passing { .. }));
    let said = passes.map(|_| said(&registry, ended).replace(url.trim_end_matches('/'), "[api]")).unwrap_or_default();
    let told = told.lock().unwrap().clone();
    (passes, said, told)
}

#[test]
fn a_registry_that_says_yes_and_means_no_is_heard() {
    let (passes, said, _) = upload_to(json(200, r#"{"errors": [{"detail": "no rights for token-of-the-test"}]}"#));
    assert_eq!(passes, Some(false));
    insta::assert_snapshot!(said, @"`PUT [api]/api/v1/crates/new` of `harbor-1.4.0.crate` was refused with status 200 (no rights for [secret]): correct what it says; a version that was ever there cannot be used again, so another one may be needed");
    assert_eq!(upload_to(json(200, "")).0, None);
}

#[test]
fn a_version_that_is_there_already_is_looked_at() {
    let there = r#"{"errors": [{"detail": "crate version `1.4.0` is already uploaded"}]}"#;
    for status in [200, 400] {
        assert_eq!(upload_to(json(status, there)).0, Some(true));
    }
    assert_eq!(upload_to(json(409, "")).0, Some(true));
}

#[test]
fn what_a_registry_says_beside_its_yes_is_told() {
    let warnings =
        r#"{"warnings": {"invalid_categories": ["sea", "air"], "invalid_badges": [], "other": ["an old edition"]}}"#;
    let (passes, _, told) = upload_to(json(200, warnings));
    assert_eq!(passes, None);
    assert_eq!(told, ["harbor: an old edition", "harbor: unknown categories: sea, air"]);
}

#[test]
fn what_is_not_allowed_says_what_to_do() {
    let owners = r#"{"errors": [{"detail": "this crate exists but you don't seem to be an owner."}]}"#;
    insta::assert_snapshot!(upload_to(json(403, owners)).1, @"`PUT [api]/api/v1/crates/new` of `harbor-1.4.0.crate` was refused with status 403 (this crate exists but you don't seem to be an owner.): the token in HARBOR_TOKEN, or else that of `cargo login`, must be valid, not expired, and allowed to publish `harbor`; where the name is somebody else's, one of its owners must add who publishes (`cargo owner --add`), or the crate needs another name");
    insta::assert_snapshot!(upload_to(json(413, "")).1, @"`PUT [api]/api/v1/crates/new` of `harbor-1.4.0.crate` was refused with status 413: the crate is larger than it takes: leave files out (`exclude` in its Cargo.toml)");
    insta::assert_snapshot!(upload_to(json(400, r#"{"errors": [{"detail": "missing or empty metadata fields: license"}]}"#)).1, @"`PUT [api]/api/v1/crates/new` of `harbor-1.4.0.crate` was refused with status 400 (missing or empty metadata fields: license): correct what it says; a version that was ever there cannot be used again, so another one may be needed");
    let (passes, said, _) = upload_to((429, "application/json\r\nRetry-After: 600", String::new()));
    assert_eq!(passes, Some(true));
    insta::assert_snapshot!(said, @"`PUT [api]/api/v1/crates/new`: the service answers with status 429 and wants to be left alone for 600 s");
}

#[test]
fn a_token_is_told_to_an_index_only_where_nobody_may_read_it_without() {
    let env = TestEnv::new();
    let file = harbor(&env, "1.4.0", "ours");
    let line = format!(r#"{{"vers": "1.4.0", "cksum": "{}"}}"#, file.content.sha256);
    let (probe, seen, _) = asked(vec![json(401, ""), json(200, &line)], vec![], false, |registry| registry.find(&file));
    assert!(matches!(probe, Ok(Probe::Ours { .. })));
    assert_eq!(requests(&seen), ["GET /ha/rb/harbor", "GET /ha/rb/harbor"]);
    assert_eq!([seen[0].header("authorization"), seen[1].header("authorization")], ["", OURS]);
    let (told, ..) =
        asked(vec![json(401, ""), json(403, "")], vec![], false, |registry| said(registry, registry.find(&file)));
    insta::assert_snapshot!(told, @"`GET [registry]/ha/rb/harbor` was refused with status 403: the token in HARBOR_TOKEN, or else that of `cargo login`, must be valid, not expired, and allowed to read the index");

    // Nor is it told where the index says that crates are, if that is neither of them.
    let index =
        vec![json(200, &line), json(200, r#"{"dl": "[api]dl", "api": "http://127.0.0.1:1"}"#), json(200, &line)];
    let index = index.into_iter().chain([json(200, r#"{"dl": "[api]dl", "api": "http://127.0.0.1:1"}"#)]).collect();
    let (read, _, seen) = asked(index, vec![json(403, ""), json(403, "")], false, |registry| registry.download(&file));
    assert!(matches!(read, Err(StepError::Refused(_))));
    assert!(seen.iter().all(|seen| seen.header("authorization").is_empty()));
}

#[test]
fn a_registry_that_everybody_must_prove_themselves_to_is_read_with_the_token() {
    let env = TestEnv::new();
    let file = harbor(&env, "1.4.0", "ours");
    let line = format!(r#"{{"vers": "1.4.0", "cksum": "{}"}}"#, file.content.sha256);
    let text = std::fs::read(&file.content.path).unwrap().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let config = r#"{"dl": "[api]dl", "api": "[api]", "auth-required": true}"#;
    let of_index = vec![json(401, ""), json(401, ""), json(200, &line), json(401, ""), json(200, config)];
    let (read, _, seen) =
        asked(of_index, vec![json(401, ""), json(200, &text)], false, |registry| registry.download(&file));
    let read = read.unwrap().unwrap();
    assert_eq!(read.by, download::Reader::WithCredentials);
    assert!(!read.found.is(&file.content.sha256), "these are other bytes");
    assert_eq!([seen[0].header("authorization"), seen[1].header("authorization")], ["", OURS]);
}

#[test]
fn versions_that_differ_behind_the_plus_only_are_one() {
    let env = TestEnv::new();
    let file = harbor(&env, "1.4.0", "ours");
    let line = format!(r#"{{"vers": "1.4.0+build.7", "cksum": "{}"}}"#, "ab".repeat(32));
    let (told, ..) = asked(vec![json(200, &line)], vec![], false, |registry| found(registry, &file));
    insta::assert_snapshot!(told, @"foreign: sha256:abababababababababababababababababababababababababababababababab as harbor 1.4.0+build.7: versions that differ behind the `+` only are one");
}

#[test]
fn an_index_that_is_being_written_is_read_again() {
    let env = TestEnv::new();
    let file = harbor(&env, "1.4.0", "ours");
    let (probe, ..) =
        asked(vec![json(200, "{\"vers\": \"1.4.0\", \"ck")], vec![], false, |registry| registry.find(&file));
    assert!(matches!(probe, Err(StepError::Passing { .. })));
}

#[test]
fn what_is_no_registry_of_crates_is_found_out_before_anything_is_done() {
    let env = TestEnv::new();
    let file = harbor(&env, "1.4.0", "ours");
    let admits = |answers: Vec<Answer>, of_api: Vec<Answer>| {
        let (ended, ..) = asked(answers, of_api, false, |registry| {
            let ended = registry.admits(&file);
            if ended.is_err() { said(registry, ended) } else { "yes".to_owned() }
        });
        ended
    };
    let none = || json(404, "");
    insta::assert_snapshot!(admits(vec![none(), none()], vec![]), @"`[registry]/` has no `config.json`, so it is not a sparse index of crates: correct the target");
    insta::assert_snapshot!(admits(vec![none(), json(200, r#"{"dl": "https://dl.example"}"#)], vec![]), @"`[registry]/` says that nobody can publish there: correct the target");
    insta::assert_snapshot!(admits(vec![none(), json(200, "<html>")], vec![]), @"`[registry]/` is not an index of crates: its `config.json` is not what an index of crates has: expected value at line 1 column 1");
    let there = || vec![none(), json(200, r#"{"dl": "[api]dl", "api": "[api]"}"#)];
    assert!(admits(there(), vec![none()]).contains("this is not where crates are published"));
    for (status, says) in [(200, r#"{"errors": [{"detail": "invalid body length"}]}"#), (400, ""), (500, "")] {
        assert_eq!(admits(there(), vec![json(status, says)]), "yes", "{status}");
    }
}

#[test]
fn crates_io_is_asked_once_since_it_counts_the_questions() {
    let env = TestEnv::new();
    let files = [harbor(&env, "1.4.0", "ours"), with(&env, "tide", "1.4.0", "")];
    let index = vec![json(200, ""), json(200, r#"{"dl": "[api]dl", "api": "[api]"}"#), json(404, "")];
    let (_, seen, of_api) =
        asked(index, vec![json(400, r#"{"errors": [{"detail": "invalid tarball length"}]}"#)], true, |registry| {
            files.iter().for_each(|file| registry.admits(file).unwrap());
        });
    assert_eq!(requests(&seen), ["GET /ha/rb/harbor", "GET /config.json", "GET /ti/de/tide"]);
    // What is sent has no crate in it.
    let (length, told) = of_api[0].bytes.split_at(4);
    assert_eq!(u32::from_le_bytes(length.try_into().unwrap()) as usize, told.len());
    assert_eq!(serde_json::from_slice::<Value>(told).unwrap()["vers"], "1.4.0");
}

#[test]
fn a_new_crate_is_asked_for_by_a_release_only() {
    let (ended, seen, _) = asked(vec![json(404, "")], vec![], true, |registry| registry.admits_name("harbor"));
    assert!(ended.is_ok());
    assert_eq!(requests(&seen), ["GET /ha/rb/harbor"]);
}

#[test]
fn at_crates_io_a_name_that_is_almost_taken_is_taken() {
    let env = TestEnv::new();
    let file = with(&env, "harbor-core", "1.4.0", "");
    let (told, seen, _) =
        asked(vec![json(404, ""), json(200, "")], vec![], true, |registry| said(registry, registry.admits(&file)));
    insta::assert_snapshot!(told, @"crates.io has `harbor_core`, and takes names that differ in `-` and `_` only for one: call the crate `harbor-core` otherwise, or by that name where it is yours");
    assert_eq!(requests(&seen), ["GET /ha/rb/harbor-core", "GET /ha/rb/harbor_core"]);
    let (told, ..) = asked(vec![], vec![], true, |registry| {
        said(registry, registry.admits(&with(&env, "tide", "1.4.0", "[dependencies]\nlog = \"*\"\n")))
    });
    insta::assert_snapshot!(told, @"crates.io would refuse `tide-1.4.0.crate`: it takes any version of `log` (`*`); correct its Cargo.toml");
}

#[test]
fn the_identity_of_a_job_is_exchanged_at_crates_io_once() {
    let env = TestEnv::new();
    let files = [harbor(&env, "1.4.0", "ours"), with(&env, "tide", "1.4.0", "")];
    let server = Double::serve(vec![
        json(200, r#"{"value": "proof.of.identity"}"#),
        json(200, r#"{"token": "cio_tp_minted"}"#),
        json(400, ""),
        json(400, ""),
    ]);
    let config = || json(200, &format!(r#"{{"dl": "{0}dl", "api": "{0}"}}"#, server.url));
    let index = Double::serve(vec![json(200, ""), config(), json(200, ""), config()]);
    for file in &files {
        let identity = (format!("{}identity?api-version=2.0", server.url), "opens-the-proof-of-crates".to_owned());
        let trusted = Trusted::with(exchange(server.url.trim_end_matches('/')), identity);
        let registry =
            CratesRegistry { credentials: Credentials::Trusted(trusted), is_crates_io: true, ..apart(&index) };
        registry.admits(file).unwrap();
    }
    index.seen();
    let seen = server.seen();
    assert_eq!(
        requests(&seen),
        [
            "GET /identity?api-version=2.0&audience=crates.io",
            "POST /api/v1/trusted_publishing/tokens",
            "PUT /api/v1/crates/new",
            "PUT /api/v1/crates/new"
        ]
    );
    assert_eq!(seen[1].body, r#"{"jwt":"proof.of.identity"}"#);
    assert_eq!([seen[2].header("authorization"), seen[3].header("authorization")], ["cio_tp_minted"; 2]);
}
