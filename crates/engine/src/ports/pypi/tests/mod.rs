//! Against real indexes, in calm and in trouble, and against a double for what they cannot be brought to say.

mod attested;
mod trouble;
mod trusted;

use std::path::{Path, PathBuf};

use allclear_testbed::{Devpi, FaultProxy, PUBLISHER, PypiServer, Ran, TestEnv, Trouble};

use super::*;
use crate::ports::double::Double;
use crate::ports::folder::digest_of;
use crate::python::samples::{many, packages};

const VARIABLE: &str = "RELEASE_PASSWORD";

fn index(upload: &str, index: &str, (user, word): (&str, &str)) -> PypiIndex {
    let secret = Secret { user: user.to_owned(), word: word.to_owned() };
    PypiIndex {
        agent: agent(),
        upload: upload.to_owned(),
        index: index.to_owned(),
        credentials: Credentials::Secret(secret, VARIABLE.to_owned()),
        attestations: None,
    }
}

fn index_with_wrong_word(upload: &str, simple: &str) -> PypiIndex {
    index(upload, simple, (PUBLISHER.0, "not-the-word"))
}

fn frozen(path: &Path) -> Frozen {
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    let digest = digest_of(path).unwrap().unwrap();
    let path = path.to_owned();
    Frozen { path: format!("harbor/1.4.0/{name}"), name, content: Content::file(path, digest).unwrap() }
}

fn upload(index: &PypiIndex, file: &Frozen) -> Result<(), StepError> {
    index.upload(file, &Meter::silent())
}

/// What an error says, without what differs from run to run.
fn said<T>(result: Result<T, StepError>, server: &str) -> String {
    let error = result.err().expect("an error").chain();
    assert!(!error.contains(PUBLISHER.1) && !error.contains("not-the-word"), "{error}");
    error.replace(server.trim_end_matches('/'), "[server]")
}

fn is_ours(probe: &Probe) -> bool {
    matches!(probe, Probe::Ours { .. })
}

/// Has the real pip install a version from an index, and returns what was installed.
fn installed(env: &TestEnv, simple: &str, what: &str) -> Vec<u8> {
    let target = env.root().join("installed");
    let mut pip = env.command("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--no-cache-dir", "--disable-pip-version-check"]);
    pip.args(["--only-binary", ":all:", "--index-url", simple, what, "--target"]).arg(&target);
    Ran::of(&mut pip).expect_success();
    std::fs::read(target.join("harbor.py")).unwrap()
}

/// The whole story against one index: nothing there, admitted, published, there, once more, installed.
fn publishes(env: &TestEnv, url: &str, simple: &str) {
    let index = index(url, simple, PUBLISHER);
    let files = packages(env, "harbor", "1.4.0", "1.4.0", 2 << 20).map(|path: PathBuf| frozen(&path));
    for file in &files {
        index.admits(file).unwrap();
        assert_eq!(index.find(file).unwrap(), Probe::Absent);
        upload(&index, file).unwrap();
        assert!(is_ours(&index.find(file).unwrap()));
        // A second time: whatever is answered, the same bytes are there.
        let _ = upload(&index, file);
        assert_eq!(index.find(file).unwrap(), Probe::Ours { place: Some(format!("{simple}harbor/")) });
    }
    // Who can read can look, also with a password that is not right any more.
    let late = index_with_wrong_word(url, simple);
    assert!(is_ours(&late.find(&files[0]).unwrap()));
    assert_eq!(installed(env, simple, "harbor==1.4.0"), b"VERSION = '1.4.0'\n");

    // Under the same name there can be nothing else, and the digest of what is there is told.
    let other = env.root().join("other").join(&files[0].name);
    std::fs::create_dir(other.parent().unwrap()).unwrap();
    std::fs::copy(&packages(env, "harbor", "1.4.0", "1.4.0", 7)[0], &other).unwrap();
    let other = frozen(&other);
    assert!(upload(&index, &other).is_err());
    let found = Probe::Foreign { found: format!("sha256:{}", files[0].content.sha256) };
    assert_eq!(index.find(&other).unwrap(), found);
}

#[test]
fn devpi_gets_both_files_and_pip_installs_them() {
    let env = TestEnv::new();
    let server = Devpi::serve(&env);
    publishes(&env, &server.url(), &server.simple());
}

#[test]
fn pypiserver_gets_both_files_and_pip_installs_them() {
    let env = TestEnv::new();
    let server = PypiServer::serve(&env);
    publishes(&env, &server.url(), &server.simple());
}

#[test]
fn who_may_not_publish_is_told_before_and_nothing_is_published() {
    let env = TestEnv::new();
    let (devpi, pypi) = (Devpi::serve(&env), PypiServer::serve(&env));
    let [wheel, _] = packages(&env, "harbor", "1.4.0", "1.4.0", 10).map(|path: PathBuf| frozen(&path));
    let on_devpi = index_with_wrong_word(&devpi.url(), &devpi.simple());
    let on_pypi = index_with_wrong_word(&pypi.url(), &pypi.simple());
    insta::assert_snapshot!(
        said(on_devpi.admits(&wheel), &devpi.url()),
        @"`POST [server]/` without a file was refused with status 401 (401 Unauthorized This server could not verify that you are authorized to access the document you requested. Either you supplied the wrong credentials (e.g., bad password), or your browser does not understand how to supply the credentials required.): the user `publisher` and the password in `RELEASE_PASSWORD` must be right, not expired, and allowed to upload to `harbor`: make a new one where it is not"
    );
    insta::assert_snapshot!(
        said(on_pypi.admits(&wheel), &pypi.url()),
        @"`POST [server]/` without a file was refused with status 403 (Error: 403 Forbidden Sorry, the requested URL '[server]/' caused an error: None): the user `publisher` and the password in `RELEASE_PASSWORD` must be right, not expired, and allowed to upload to `harbor`: make a new one where it is not"
    );
    insta::assert_snapshot!(
        said(upload(&on_pypi, &wheel), &pypi.url()),
        @"`POST [server]/` of `harbor-1.4.0-py3-none-any.whl` was refused with status 403 (Error: 403 Forbidden Sorry, the requested URL '[server]/' caused an error: None): the user `publisher` and the password in `RELEASE_PASSWORD` must be right, not expired, and allowed to upload to `harbor`: make a new one where it is not"
    );
    assert!(matches!(upload(&on_devpi, &wheel), Err(StepError::Refused(_))));
    assert_eq!(index(&pypi.url(), &pypi.simple(), PUBLISHER).find(&wheel).unwrap(), Probe::Absent);
    assert_eq!(index(&devpi.url(), &devpi.simple(), PUBLISHER).find(&wheel).unwrap(), Probe::Absent);

    let nowhere = index(&format!("{}nowhere/", devpi.url()), &devpi.simple(), PUBLISHER);
    insta::assert_snapshot!(
        said(nowhere.admits(&wheel), &devpi.url()),
        @"`POST [server]/nowhere/` without a file was refused with status 404 (404 Not Found The resource could not be found.): this is not where files are uploaded: correct `url`"
    );
}

#[test]
fn a_target_without_anything_that_proves_who_publishes_says_what_to_set() {
    let target = Target {
        url: Some("https://packages.example/".to_owned()),
        token: Some("NOT_SET_BY_ANY_TEST".to_owned()),
        ..Target::default()
    };
    let index = PypiIndex::new(&target).unwrap();
    assert_eq!(index.index, "https://packages.example/simple/");
    insta::assert_snapshot!(
        said(index.authorization(), "none"),
        @"nothing proves to `https://packages.example/` who publishes: set the variable `NOT_SET_BY_ANY_TEST` to a token, or name another one with `token`; on GitHub, `permissions: id-token: write` and a trusted publisher need no token"
    );
    let open = Target { url: Some("http://packages.example/".to_owned()), ..Target::default() };
    insta::assert_snapshot!(
        said(PypiIndex::new(&open), "none"),
        @"`http://packages.example/` would be told a secret that everybody on the way can read: say `https://`"
    );
    let bucket = Target { url: Some("s3://bucket/x".to_owned()), ..Target::default() };
    insta::assert_snapshot!(
        said(PypiIndex::new(&bucket), "none"),
        @r#"an index of Python packages needs `url = "https://…"`: correct the target"#
    );
}

#[test]
fn without_a_digest_on_the_page_the_file_itself_is_read() {
    let env = TestEnv::new();
    let [_, sdist] = packages(&env, "harbor", "1.4.0", "1.4.0", 10);
    let text = env.root().join("harbor-1.4.0.tar.gz");
    std::fs::write(&text, "what was frozen").unwrap();
    let (file, other) = (frozen(&text), frozen(&sdist));
    let page = || (200, "text/html", "<a href='../../f/harbor-1.4.0.tar.gz#md5=0'>x</a>".to_owned());
    let bytes = |text: &str| (200, "application/octet-stream", text.to_owned());
    let found = |file: &Frozen, answer: (u16, &'static str, String)| {
        let server = Double::serve(vec![page(), answer]);
        let probe = index("http://other.example/", &format!("{}simple/", server.url), PUBLISHER).find(file);
        let seen = server.seen();
        assert_eq!(seen[0].request, "GET /simple/harbor/");
        assert_eq!(seen[0].header("cache-control"), "no-cache");
        // The credentials are for another server.
        assert_eq!(seen[0].header("authorization"), "");
        assert_eq!(seen[1].request, "GET /f/harbor-1.4.0.tar.gz");
        probe
    };
    assert!(is_ours(&found(&file, bytes("what was frozen")).unwrap()));
    let others = format!("sha256:{}", Digest::of(b"what was frozen"));
    assert_eq!(found(&other, bytes("what was frozen")).unwrap(), Probe::Foreign { found: others });
    let larger = Probe::Foreign { found: "a file of more than 15 bytes".to_owned() };
    assert_eq!(found(&file, bytes("what was frozen, and more")).unwrap(), larger);
    // Listed and not there: neither absent nor somebody else's.
    assert!(matches!(found(&file, (404, "text/html", String::new())), Err(StepError::Passing { .. })));
}

#[test]
fn what_is_no_index_is_not_taken_for_an_empty_one() {
    let env = TestEnv::new();
    let [wheel, _] = packages(&env, "harbor", "1.4.0", "1.4.0", 10).map(|path: PathBuf| frozen(&path));
    let answer = |status: u16, kind: &'static str, body: &str| {
        let server = Double::serve(vec![(status, kind, body.to_owned())]);
        let url = server.url.clone();
        let found = index("http://other.example/", &format!("{url}simple/"), PUBLISHER).find(&wheel);
        server.seen();
        said(found, &url)
    };
    insta::assert_snapshot!(answer(200, "application/json", "{}"), @"`GET [server]/simple/harbor/`: this is not an index of Python packages: set `index` to where it is read");
    insta::assert_snapshot!(answer(200, "application/vnd.pypi.simple.v1+json", "{}"), @"the answer to `GET [server]/simple/harbor/` cannot be read: it is not a page of an index as PEP 691 describes it: missing field `files` at line 1 column 2");
    insta::assert_snapshot!(answer(301, "text/html", "moved"), @"`GET [server]/simple/harbor/` was refused with status 301 (moved): the index is elsewhere: set `index` to where it is read");
    insta::assert_snapshot!(answer(401, "text/html", "who are you"), @"`GET [server]/simple/harbor/` was refused with status 401 (who are you): it asks who reads, and what is for `http://other.example/` is shown to no other server: set `index` to one that everybody may read");
}

#[test]
fn a_name_that_is_taken_and_a_limit_that_is_reached_are_told_in_the_words_of_the_index() {
    let env = TestEnv::new();
    let [wheel, _] = packages(&env, "harbor", "1.4.0", "1.4.0", 10).map(|path: PathBuf| frozen(&path));
    let refused = |status: u16, words: &str| {
        let server = Double::serve(vec![(status, "text/html", format!("<html><body>{words}</body></html>"))]);
        let url = server.url.clone();
        let taken = upload(&index(&url, &format!("{url}simple/"), PUBLISHER), &wheel);
        server.seen();
        said(taken, &url)
    };
    insta::assert_snapshot!(refused(403, "The user &#039;publisher&#039; isn&#039;t allowed to upload to project &#039;harbor&#039;."), @"`POST [server]/` of `harbor-1.4.0-py3-none-any.whl` was refused with status 403 (The user 'publisher' isn't allowed to upload to project 'harbor'.): the user `publisher` and the password in `RELEASE_PASSWORD` must be right, not expired, and allowed to upload to `harbor`: make a new one where it is not");
    insta::assert_snapshot!(refused(400, "The name &#039;harbor&#039; is too similar to an existing project."), @"`POST [server]/` of `harbor-1.4.0-py3-none-any.whl` was refused with status 400 (The name 'harbor' is too similar to an existing project.): correct what it says; a name that was ever used cannot be used again, so another version may be needed");
    insta::assert_snapshot!(refused(400, "Project size too large. Limit for project &#039;harbor&#039; total size is 10 GB."), @"`POST [server]/` of `harbor-1.4.0-py3-none-any.whl` was refused with status 400 (Project size too large. Limit for project 'harbor' total size is 10 GB.): correct what it says; a name that was ever used cannot be used again, so another version may be needed");
}
