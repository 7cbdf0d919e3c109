//! Against a real nginx, in calm and in trouble, and against a double for what other servers say.

use std::fs;

use allclear_testbed::{FaultProxy, Nginx, PUBLISHER, TestEnv};

use super::*;
use crate::ports::double::Double;
use crate::ports::samples::{frozen, without_bytes};
use crate::reach::trial;
use crate::step::item;

const VARIABLE: &str = "RELEASE_PASSWORD";

fn files(url: &str, word: &str) -> WebFiles {
    let secret = Secret { user: PUBLISHER.0.to_owned(), word: word.to_owned() };
    WebFiles::with(url, Some(secret), Some(VARIABLE.to_owned())).unwrap()
}

fn upload(files: &WebFiles, file: &Frozen) -> Result<(), StepError> {
    files.upload(file, &Meter::silent())
}

/// What an error says, without what differs from run to run.
fn said<T>(result: Result<T, StepError>, server: &str) -> String {
    let error = result.err().expect("an error").chain();
    assert!(!error.contains(PUBLISHER.1) && !error.contains("not-the-word"), "{error}");
    error.replace(server.trim_end_matches('/'), "[server]")
}

#[test]
fn a_file_is_put_where_everybody_finds_it() {
    let env = TestEnv::new();
    let server = Nginx::serve(&env);
    let files = files(&format!("{}/releases", server.url()), PUBLISHER.1);
    for path in ["harbor/1.4.0/harbor-1.4.0.deb", "harbor/1.4.0+build.7/read me (1).txt", "harbor/1.4.0/empty"] {
        let bytes = if path.ends_with("empty") { vec![] } else { vec![b'x'; 3 << 20] };
        let file = frozen(&env, path, &bytes);
        files.admits(&file).unwrap();
        assert_eq!(files.find(&file).unwrap(), Probe::Absent, "{path}");
        upload(&files, &file).unwrap();
        let place = format!("{}/releases/{}", server.url(), encoded_path(path));
        assert_eq!(files.find(&file).unwrap(), Probe::Ours { place: Some(place.clone()) }, "{path}");
        assert_eq!(files.find(&without_bytes(&file)).unwrap(), Probe::Ours { place: Some(place) }, "{path}");
        assert!(fs::read(server.folder().join("releases").join(path)).unwrap() == bytes, "{path}");
    }
}

#[test]
fn other_bytes_under_the_name_are_found_whatever_their_size() {
    let env = TestEnv::new();
    let server = Nginx::serve(&env);
    let files = files(&server.url(), PUBLISHER.1);
    let ours = frozen(&env, "harbor.deb", b"what was frozen");
    upload(&files, &frozen(&env, "harbor.deb", b"something else!")).unwrap();
    let other = format!("sha256:{}", Digest::of(b"something else!"));
    assert_eq!(files.find(&ours).unwrap(), Probe::Foreign { found: other });
    upload(&files, &frozen(&env, "harbor.deb", b"something much larger")).unwrap();
    assert_eq!(files.find(&ours).unwrap(), Probe::Foreign { found: "a file of more than 15 bytes".to_owned() });
}

#[test]
fn who_may_not_publish_is_told_what_to_correct() {
    let env = TestEnv::new();
    let server = Nginx::serve(&env);
    let (stranger, file) = (files(&server.url(), "not-the-word"), frozen(&env, "harbor.deb", b"bytes"));
    insta::assert_snapshot!(
        said(stranger.admits(&file), &server.url()),
        @"`OPTIONS [server]/harbor.deb` was refused with status 401 (401 Authorization Required nginx): the user `publisher` and the password in `RELEASE_PASSWORD` must be right, and allowed to write there"
    );
    insta::assert_snapshot!(
        said(upload(&stranger, &file), &server.url()),
        @"`PUT [server]/harbor.deb` was refused with status 401 (401 Authorization Required nginx): the user `publisher` and the password in `RELEASE_PASSWORD` must be right, and allowed to write there"
    );
    let target = |url: &str, token: Option<&str>| Target {
        url: Some(url.to_owned()),
        token: token.map(str::to_owned),
        ..Target::default()
    };
    let unset = WebFiles::new(&target(&server.url(), Some("NOT_SET_BY_ANY_TEST"))).unwrap();
    insta::assert_snapshot!(
        said(unset.admits(&file), &server.url()),
        @"nothing proves to `[server]/` who publishes: set the variable `NOT_SET_BY_ANY_TEST` to the token"
    );
    let open = WebFiles::new(&target("http://files.example/", Some("NOT_SET_BY_ANY_TEST"))).map(drop);
    insta::assert_snapshot!(
        said(open, "none"),
        @"`http://files.example/` would be told a secret that everybody on the way can read: say `https://`"
    );
}

#[test]
fn whatever_goes_wrong_on_the_way_the_file_is_there_once_and_whole() {
    let env = TestEnv::new();
    let server = Nginx::serve(&env);
    let proxy = FaultProxy::before(server.port());
    let files = files(&proxy.url(), PUBLISHER.1);
    for seed in 0..200 {
        // Small files, and some that do not fit into the buffers on the way.
        let size = if seed % 20 == 7 { 2 << 20 } else { 1000 };
        let bytes: Vec<u8> = format!("{seed} ").into_bytes().into_iter().cycle().take(size).collect();
        let file = frozen(&env, &format!("harbor/{seed}/harbor.deb"), &bytes);
        proxy.meet(FaultProxy::schedule(seed));
        let item = item(file.path.clone(), file.content.sha256, format!("file {seed}"));
        trial::runs(&item, &|| files.find(&file), &|| upload(&files, &file), &|| proxy.met())
            .unwrap_or_else(|error| panic!("{seed}: {}: {:#?}", error.chain(), proxy.met()));
        assert!(fs::read(server.folder().join(&file.path)).unwrap() == bytes, "{seed}");
    }
}

/// The digest of `bytes`, as servers spell it.
const HEX: &str = "X-Checksum-Sha256: 277089D91C0BDF4F2E6862BA7E4A07605119431F5D13F726DD352B06F1B206A9";
const REPR: &str = "Repr-Digest: md5=:AAAA:, sha-256=:J3CJ2RwL308uaGK6fkoHYFEZQx9dE/cm3TUrBvGyBqk=:";
const OLDER: &str = "Digest: SHA-256=J3CJ2RwL308uaGK6fkoHYFEZQx9dE/cm3TUrBvGyBqk=";

fn answer(status: u16, line: &str, body: &str) -> (u16, &'static str, String) {
    (status, Box::leak(format!("application/octet-stream\r\nX-Line: x\r\n{line}").into_boxed_str()), body.to_owned())
}

/// What is found where a server gives these answers, and how often it was asked.
fn found(env: &TestEnv, answers: Vec<(u16, &'static str, String)>) -> (Result<Probe, StepError>, Vec<String>) {
    let server = Double::serve(answers);
    let files = WebFiles::with(&server.url, None, None).unwrap();
    let found = files.find(&frozen(env, "harbor.deb", b"bytes"));
    let seen = server.seen();
    assert_eq!(seen[0].header("want-repr-digest"), "sha-256=10");
    (found, seen.into_iter().map(|seen| seen.request).collect())
}

#[test]
fn where_the_server_tells_the_digest_the_file_is_not_read() {
    let env = TestEnv::new();
    for line in [HEX, REPR, OLDER] {
        let (found, asked) = found(&env, vec![answer(200, line, "")]);
        assert!(matches!(found, Ok(Probe::Ours { .. })), "{line}: {found:?}");
        assert_eq!(asked, ["HEAD /harbor.deb"], "{line}");
    }
    let packed = format!("Content-Encoding: gzip\r\n{REPR}");
    for (status, line) in [(200, "X-Checksum-Sha256: what"), (200, packed.as_str()), (405, REPR.split_at(0).0)] {
        let line = if line.is_empty() { "X-More: y" } else { line };
        let (found, asked) = found(&env, vec![answer(status, line, ""), answer(200, "X-More: y", "bytes")]);
        assert!(matches!(found, Ok(Probe::Ours { .. })), "{line}: {found:?}");
        assert_eq!(asked, ["HEAD /harbor.deb", "GET /harbor.deb"], "{line}");
    }
}

#[test]
fn only_a_plain_no_means_that_nothing_is_there() {
    let env = TestEnv::new();
    let told = |status: u16| {
        let (found, _) = found(&env, vec![answer(status, "Location: http://elsewhere.example/", "")]);
        let error = found.expect_err("an error").chain();
        let (what, said) = error.split_once(" was refused").expect("a refusal");
        assert!(what.starts_with("`HEAD http://127.0.0.1:"), "{error}");
        said.to_owned()
    };
    insta::assert_snapshot!(told(302), @" with status 302: it sends elsewhere, and what proves who publishes is shown to no other server: correct `url`");
    insta::assert_snapshot!(told(401), @" with status 401: name the variable that holds a token with `token` of the target");
    insta::assert_snapshot!(told(403), @" with status 403: name the variable that holds a token with `token` of the target");
    insta::assert_snapshot!(told(410), @" with status 410: the server knows why");
    insta::assert_snapshot!(told(413), @" with status 413: the file is too large for this server: ask its operators for more");
    insta::assert_snapshot!(told(507), @" with status 507: there is no room left: make some, or ask its operators for more");
    let (found, _) = found(&env, vec![answer(503, "X-More: y", "")]);
    assert!(matches!(found, Err(StepError::Passing { .. })), "{found:?}");
}

#[test]
fn what_is_put_is_guarded_and_a_name_that_is_taken_decides_nothing() {
    let env = TestEnv::new();
    let file = frozen(&env, "harbor.deb", b"bytes");
    let server = Double::serve(vec![answer(412, "X-More: y", "")]);
    let secret = Secret { user: String::new(), word: "a-token".to_owned() };
    let files = WebFiles::with(&server.url, Some(secret), Some(VARIABLE.to_owned())).unwrap();
    assert!(matches!(upload(&files, &file), Err(StepError::Passing { .. })));
    let put = server.seen().remove(0);
    assert_eq!((put.request.as_str(), put.body.as_str()), ("PUT /harbor.deb", "bytes"));
    let sent = ["if-none-match", "content-length", "authorization", CHECKSUM].map(|name| put.header(name).to_owned());
    assert_eq!(sent, ["*", "5", "Bearer a-token", &file.content.sha256.to_string()]);
}
