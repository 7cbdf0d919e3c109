//! Against a real server, and against one that fails to order.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::thread::JoinHandle;

use allclear_testbed::{OWNER, READER, S3Server, TestEnv};

use super::*;
use crate::ports::double::Double;

const TEXT: &[u8] = b"a log of many lines\n";

fn store_of(endpoint: &str, url: &str, (id, secret): (&str, &str)) -> S3Store {
    let config =
        S3 { url: url.parse().unwrap(), endpoint: Some(endpoint.to_owned()), region: "eu-central-1".to_owned() };
    S3Store::with(&config, credentials((id, secret)))
}

/// The files of a bucket, for its owner.
pub(in crate::ports) fn files(endpoint: &str, url: &str) -> S3Files {
    let url = url.parse().unwrap();
    let config = S3 { url, endpoint: Some(endpoint.to_owned()), region: "eu-central-1".to_owned() };
    S3Files::with(&config, credentials(OWNER))
}

pub(super) fn credentials((id, secret): (&str, &str)) -> Credentials {
    let variable = |name: &str| match name {
        "AWS_ACCESS_KEY_ID" => Some(id.to_owned()),
        "AWS_SECRET_ACCESS_KEY" => Some(secret.to_owned()),
        _ => None,
    };
    Credentials::of(variable, "default", None).unwrap()
}

fn file(env: &TestEnv, name: &str, bytes: &[u8]) -> PathBuf {
    let path = env.root().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn read(store: &S3Store, digest: &Digest) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    store.get(digest).unwrap()?.read_to_end(&mut bytes).unwrap();
    Some(bytes)
}

/// What an error says, without what differs from run to run.
fn said<T>(result: Result<T, ObjectStoreError>, server: &str) -> String {
    let error = result.err().map(|error| crate::step::chain(&error)).expect("an error");
    assert!(!error.contains(OWNER.1) && !error.contains("Signature="), "{error}");
    error.replace(server, "[server]")
}

#[test]
fn a_real_server_keeps_what_it_is_given_and_says_no_as_it_should() {
    let env = TestEnv::new();
    let server = S3Server::serve(&env, &["evidence"]);
    let url = server.url();
    let store = store_of(&url, "s3://evidence/kiosk", OWNER);
    let (digest, path) = (Digest::of(TEXT), file(&env, "log", TEXT));
    store.look().unwrap();
    assert_eq!((store.has(&digest).unwrap(), read(&store, &digest)), (None, None));
    store.put(&digest, &path, TEXT.len() as u64).unwrap();
    assert_eq!(store.has(&digest).unwrap(), Some(TEXT.len() as u64));
    assert_eq!(read(&store, &digest).unwrap(), TEXT);

    // A second time, also by somebody who thinks that it has another size: nothing is overwritten.
    store.put(&digest, &path, TEXT.len() as u64).unwrap();
    let other = file(&env, "other", b"other bytes");
    insta::assert_snapshot!(
        said(store.put(&digest, &other, 11), &url),
        @"s3://evidence/kiosk has other bytes under sha256:afeb6a0561f88995f59053e3ee3a04b974de5d016cfd5bd778cddfaf183245a2 (20 bytes, and 11 are right): nothing was overwritten; find out who wrote them, and remove them"
    );
    assert_eq!(read(&store, &digest).unwrap(), TEXT);

    // The server compares what arrives with the digest that was signed.
    let wrong = Digest::of(b"what the file should have been");
    insta::assert_snapshot!(said(store.put(&wrong, &path, TEXT.len() as u64), &url), @"sha256:704db5db393551f77ce27f5a80b0dfd8f477d0262a0f51250ffb1f381ac2b91e has other bytes in this clone, and was not kept: check the disk");
    assert_eq!(store.has(&wrong).unwrap(), None);

    let (stranger, reader) =
        (store_of(&url, "s3://evidence", ("nobody", "secret")), store_of(&url, "s3://evidence", READER));
    let nowhere = store_of(&url, "s3://no-such-bucket", OWNER);
    let forged = store_of(&url, "s3://evidence", (OWNER.0, "another secret"));
    insta::assert_snapshot!(said(stranger.look(), &url), @"`HEAD s3://evidence` at `[server]` is refused with status 403: the credentials must be right, and allowed to list the bucket and to read and write in it");
    insta::assert_snapshot!(said(stranger.put(&digest, &path, 20), &url), @"`PUT s3://evidence/af/eb6a0561f88995f59053e3ee3a04b974de5d016cfd5bd778cddfaf183245a2` at `[server]` is refused with status 403 (InvalidAccessKeyId): the credentials are not right: correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile");
    insta::assert_snapshot!(said(forged.get(&digest), &url), @"`GET s3://evidence/af/eb6a0561f88995f59053e3ee3a04b974de5d016cfd5bd778cddfaf183245a2` at `[server]` is refused with status 403 (SignatureDoesNotMatch): the credentials are not right: correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile");
    insta::assert_snapshot!(said(reader.put(&digest, &path, 20), &url), @"`PUT s3://evidence/af/eb6a0561f88995f59053e3ee3a04b974de5d016cfd5bd778cddfaf183245a2` at `[server]` is refused with status 403 (AccessDenied): the credentials must be right, and allowed to list the bucket and to read and write in it");
    insta::assert_snapshot!(said(nowhere.look(), &url), @"`HEAD s3://no-such-bucket` at `[server]` is refused with status 404: make the bucket `no-such-bucket`, or correct `url`");
    insta::assert_snapshot!(said(nowhere.put(&digest, &path, 20), &url), @"`PUT s3://no-such-bucket/af/eb6a0561f88995f59053e3ee3a04b974de5d016cfd5bd778cddfaf183245a2` at `[server]` is refused with status 404 (NoSuchBucket): make the bucket `no-such-bucket`, or correct `url`");
    insta::assert_snapshot!(said(nowhere.get(&digest), &url), @"`HEAD s3://no-such-bucket` at `[server]` is refused with status 404: make the bucket `no-such-bucket`, or correct `url`");
}

/// Answers one request after the other, each as it is told: a status, or nothing in the middle of what is sent.
struct Faulty {
    url: String,
    thread: JoinHandle<Vec<(String, usize)>>,
}

/// What is done with a request.
enum Answer {
    Status(&'static str),
    /// The connection is cut off after the head and so many bytes.
    Cut(usize),
}

impl Faulty {
    fn serve(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let thread = std::thread::spawn(move || {
            answers.iter().map(|answer| one(&listener.accept().unwrap().0, answer)).collect()
        });
        Self { url, thread }
    }

    /// What arrived: the first line of each request, and how many bytes of content.
    fn seen(self) -> Vec<(String, usize)> {
        self.thread.join().unwrap()
    }
}

fn one(mut stream: &TcpStream, answer: &Answer) -> (String, usize) {
    let mut reader = BufReader::new(stream);
    let (mut first, mut line, mut length) = (String::new(), String::new(), 0);
    reader.read_line(&mut first).unwrap();
    while reader.read_line(&mut line).unwrap() > 2 {
        let head = line.to_ascii_lowercase();
        length = head.strip_prefix("content-length:").map_or(length, |size| size.trim().parse().unwrap());
        line.clear();
    }
    let wanted = if let Answer::Cut(bytes) = answer { *bytes } else { length };
    if length > 0 {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap();
    }
    let mut content = vec![0; wanted];
    reader.read_exact(&mut content).unwrap();
    if let Answer::Status(status) = answer {
        write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
    }
    (first.split(' ').next().unwrap().to_owned(), wanted)
}

#[test]
fn what_passes_is_tried_again_with_the_whole_file() {
    let env = TestEnv::new();
    let bytes = vec![b'x'; 3 << 20];
    let (digest, path) = (Digest::of(&bytes), file(&env, "large", &bytes));
    let server = Faulty::serve(vec![
        Answer::Status("500 Internal Server Error"),
        Answer::Cut(1 << 20),
        Answer::Status("503 Slow Down"),
        Answer::Status("200 OK"),
    ]);
    store_of(&server.url, "s3://evidence", OWNER).put(&digest, &path, bytes.len() as u64).unwrap();
    let sizes: Vec<_> = server.seen().into_iter().map(|(method, size)| (method == "PUT").then_some(size)).collect();
    assert_eq!(sizes, [Some(3 << 20), Some(1 << 20), Some(3 << 20), Some(3 << 20)]);
}

#[test]
fn tries_come_to_an_end() {
    let env = TestEnv::new();
    let path = file(&env, "log", TEXT);
    let server = Faulty::serve((0..4).map(|_| Answer::Status("503 Slow Down")).collect());
    let url = server.url.clone();
    let put = store_of(&url, "s3://evidence", OWNER).put(&Digest::of(TEXT), &path, TEXT.len() as u64);
    insta::assert_snapshot!(said(put, &url), @"s3://evidence cannot be reached: `[server]`: it answers with status 503");
    assert_eq!(server.seen().len(), 4);
}

#[test]
fn what_is_not_there_any_more_and_what_is_not_whole_are_told_apart() {
    let server = Faulty::serve(vec![Answer::Status("404 Not Found"), Answer::Status("200 OK")]);
    assert!(store_of(&server.url, "s3://evidence", OWNER).get(&Digest::of(TEXT)).unwrap().is_none());
    assert_eq!(server.seen().iter().map(|(method, _)| method.as_str()).collect::<Vec<_>>(), ["GET", "HEAD"]);
}

#[test]
fn a_bucket_without_room_says_so() {
    let env = TestEnv::new();
    let path = file(&env, "log", TEXT);
    let no = |status: u16, code: &str| {
        let server = Double::serve(vec![(status, "application/xml", format!("<Error><Code>{code}</Code></Error>"))]);
        let url = server.url.trim_end_matches('/').to_owned();
        let refused = store_of(&url, "s3://evidence", OWNER).put(&Digest::of(TEXT), &path, TEXT.len() as u64);
        server.seen();
        said(refused, &url)
    };
    insta::assert_snapshot!(no(403, "QuotaExceeded"), @"`PUT s3://evidence/af/eb6a0561f88995f59053e3ee3a04b974de5d016cfd5bd778cddfaf183245a2` at `[server]` is refused with status 403 (QuotaExceeded): there is no room left: make some, or ask its operators for more");
    insta::assert_snapshot!(no(507, "XMinioStorageFull"), @"`PUT s3://evidence/af/eb6a0561f88995f59053e3ee3a04b974de5d016cfd5bd778cddfaf183245a2` at `[server]` is refused with status 507 (XMinioStorageFull): there is no room left: make some, or ask its operators for more");
}
