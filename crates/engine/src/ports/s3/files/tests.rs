//! Against a real server, in calm and in trouble.

use allclear_testbed::{FaultProxy, OWNER, READER, S3Server, TestEnv};

use super::*;
use crate::ports::registry::Frozen;
use crate::ports::s3::tests::credentials;
use crate::ports::samples::{frozen, without_bytes};
use crate::reach::trial;
use crate::step::item;

fn files(endpoint: &str, url: &str, who: (&str, &str)) -> S3Files {
    let url = url.parse().unwrap();
    let config = S3 { url, endpoint: Some(endpoint.to_owned()), region: "eu-central-1".to_owned() };
    S3Files::with(&config, credentials(who))
}

fn upload(files: &S3Files, file: &Frozen) -> Result<(), StepError> {
    files.upload(file, &Meter::silent())
}

/// What an error says, without what differs from run to run.
fn said<T>(result: Result<T, StepError>, server: &str) -> String {
    let error = result.err().expect("an error").chain();
    assert!(!error.contains(OWNER.1) && !error.contains(READER.1) && !error.contains("Signature="), "{error}");
    error.replace(server, "[server]")
}

#[test]
fn a_file_stands_under_its_name_and_is_never_replaced() {
    let env = TestEnv::new();
    let server = S3Server::serve(&env, &["releases"]);
    let files = files(&server.url(), "s3://releases/team", OWNER);
    for path in ["harbor/1.4.0/harbor-1.4.0.deb", "harbor/1.4.0+build.7/read me (1) ä~.txt", "harbor/1.4.0/empty"] {
        let bytes = if path.ends_with("empty") { vec![] } else { vec![b'x'; 3 << 20] };
        let file = frozen(&env, path, &bytes);
        files.admits(&file).unwrap();
        assert_eq!(files.find(&file).unwrap(), Probe::Absent, "{path}");
        upload(&files, &file).unwrap();
        let place = Some(format!("s3://releases/team/{path}"));
        assert_eq!(files.find(&file).unwrap(), Probe::Ours { place: place.clone() }, "{path}");
        assert_eq!(files.find(&without_bytes(&file)).unwrap(), Probe::Ours { place }, "{path}");

        let other = frozen(&env, path, b"other bytes");
        assert!(matches!(files.find(&other).unwrap(), Probe::Foreign { .. }), "{path}");
        assert!(matches!(upload(&files, &other), Err(StepError::Passing { .. })), "{path}");
        assert!(matches!(files.find(&file).unwrap(), Probe::Ours { .. }), "{path}");
    }
}

#[test]
fn to_ask_whether_one_may_publish_leaves_nothing_behind() {
    let env = TestEnv::new();
    let server = S3Server::serve(&env, &["releases"]);
    let (url, file) = (server.url(), frozen(&env, "harbor.deb", b"bytes"));
    let owner = files(&url, "s3://releases", OWNER);
    owner.admits(&file).unwrap();
    let asked = owner.ask(&Ask::new("GET", None).with("uploads", ""), ()).unwrap();
    let begun = bucket::text(asked).unwrap();
    assert!(begun.contains("<ListMultipartUploadsResult") && !begun.contains("<Upload>"), "{begun}");
    assert_eq!(owner.find(&file).unwrap(), Probe::Absent);

    let (reader, nowhere) = (files(&url, "s3://releases", READER), files(&url, "s3://no-such-bucket", OWNER));
    insta::assert_snapshot!(said(reader.admits(&file), &url), @"`POST s3://releases/harbor.deb` at `[server]` was refused with status 403 (AccessDenied): the credentials must be right, and allowed to list the bucket and to read and write in it");
    insta::assert_snapshot!(said(upload(&reader, &file), &url), @"`PUT s3://releases/harbor.deb` at `[server]` was refused with status 403 (AccessDenied): the credentials must be right, and allowed to list the bucket and to read and write in it");
    insta::assert_snapshot!(said(nowhere.admits(&file), &url), @"`POST s3://no-such-bucket/harbor.deb` at `[server]` was refused with status 404 (NoSuchBucket): make the bucket `no-such-bucket`, or correct `url`");
    insta::assert_snapshot!(said(files(&url, "s3://releases", ("nobody", "secret")).find(&file), &url), @"`HEAD s3://releases/harbor.deb` at `[server]` was refused with status 403: the credentials must be right, and allowed to list the bucket and to read and write in it");
}

#[test]
fn whatever_goes_wrong_on_the_way_the_file_is_there_once_and_whole() {
    let env = TestEnv::new();
    let server = S3Server::serve(&env, &["releases"]);
    let port = server.url().rsplit(':').next().unwrap().parse().unwrap();
    let proxy = FaultProxy::before(port);
    let (files, direct) = (files(&proxy.url(), "s3://releases", OWNER), files(&server.url(), "s3://releases", OWNER));
    for seed in 0..200 {
        let size = if seed % 20 == 7 { 2 << 20 } else { 1000 };
        let bytes: Vec<u8> = format!("{seed} ").into_bytes().into_iter().cycle().take(size).collect();
        let file = frozen(&env, &format!("harbor/{seed}/harbor.deb"), &bytes);
        proxy.meet(FaultProxy::schedule(seed));
        let item = item(file.path.clone(), file.content.sha256, format!("file {seed}"));
        trial::runs(&item, &|| files.find(&file), &|| upload(&files, &file), &|| proxy.met())
            .unwrap_or_else(|error| panic!("{seed}: {}: {:#?}", error.chain(), proxy.met()));
        assert!(matches!(direct.find(&file).unwrap(), Probe::Ours { .. }), "{seed}");
    }
}

#[test]
fn a_target_without_credentials_says_which_are_missing() {
    let target = |user: Option<&str>| Target {
        url: Some("s3://releases/team".to_owned()),
        user: user.map(str::to_owned),
        token: Some("NOT_SET_BY_ANY_TEST".to_owned()),
        ..Target::default()
    };
    insta::assert_snapshot!(said(S3Files::new(&target(None)).map(drop), "none"), @"no credentials for s3://releases/team: `user` of the target is missing: it names the key whose secret is in `NOT_SET_BY_ANY_TEST`");
    insta::assert_snapshot!(said(S3Files::new(&target(Some("key"))).map(drop), "none"), @"no credentials for s3://releases/team: set the variable `NOT_SET_BY_ANY_TEST` to the secret of the key `key`");
}
