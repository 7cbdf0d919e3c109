use allclear_testbed::{Fault, GitHttp, Origin, Ran, Repo, TestEnv};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::thread;

const ANA: (&str, &str) = ("ana-example", "sesame");
const REPO: &str = "origin.git";

/// A server with one user, and a clone of that user's with one commit to push.
struct Story {
    origin: Origin,
    ana: Repo,
    commit: String,
    server: GitHttp,
}

fn story() -> Story {
    let env = TestEnv::new();
    let origin = env.origin();
    let server = GitHttp::serve(&env, &[ANA]);
    let ana = env.person(ANA.0).clone_of(&server.url_for(ANA.0, REPO));
    let commit = ana.commit("feat: over the wire");
    Story { origin, ana, commit, server }
}

/// Bytes that do not compress: Marsaglia's xorshift, so that git has as much to send as it was given.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 88_172_645_463_325_252_u64;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    })
    .flatten()
    .take(length)
    .collect()
}

/// Runs git and returns what curl says of the headers.
fn headers(repo: &Repo, args: &[&str]) -> String {
    let mut git = repo.command("git");
    git.env("GIT_TRACE_CURL", "1").env("GIT_TRACE_CURL_NO_DATA", "1");
    let ran = Ran::of(git.args(args));
    assert!(ran.success(), "{ran}");
    ran.stderr
}

#[test]
fn a_push_with_a_password_arrives() {
    let story = story();
    story.ana.push("main");
    assert_eq!(story.origin.rev("main"), story.commit);
}

#[test]
fn a_push_without_the_right_password_does_not() {
    let story = story();
    let before = story.origin.rev("main");
    let wrong = story.server.url_for(ANA.0, REPO).replace("sesame", "guess");
    for url in [story.server.url(REPO), wrong] {
        let refused = story.ana.try_git(&["push", &url, "main"]);
        assert_eq!(refused.status.code(), Some(128), "{refused}");
        assert_eq!(story.origin.rev("main"), before);
    }
}

#[test]
fn reading_needs_no_password_and_a_server_without_users_none_at_all() {
    let env = TestEnv::new();
    let origin = env.origin();
    let closed = GitHttp::serve(&env, &[ANA]);
    let open = GitHttp::serve(&env, &[]);
    let bo = env.person("bo-example").clone_of(&closed.url(REPO));
    let commit = bo.commit("feat: for everybody");
    bo.git(&["push", "--quiet", &open.url(REPO), "main"]);
    assert_eq!(origin.rev("main"), commit);
}

#[test]
fn a_push_of_5_mb_arrives_in_chunks() {
    let story = story();
    story.ana.write("large.bin", noise(5_000_000));
    let commit = story.ana.commit("feat: large");
    let push = ["-c", "http.postBuffer=65536", "push", "origin", "main"];
    let headers = headers(&story.ana, &push);
    assert!(headers.contains("Transfer-Encoding: chunked"), "not sent in chunks:\n{headers}");
    assert_eq!(story.origin.rev("main"), commit);
    let size = story.origin.git(&["cat-file", "-s", "main:large.bin"]);
    assert_eq!(size, "5000000");
}

#[test]
fn a_question_that_git_compresses_is_understood() {
    let story = story();
    for number in 0..40 {
        let tag = format!("tag-{number}");
        story.ana.git(&["tag", "--annotate", "--message", &tag, &tag]);
    }
    story.ana.git(&["push", "--quiet", "--tags", "origin", "main"]);
    let bo = story.ana.env().person("bo-example");
    let empty = bo.repo_at(bo.folder());
    empty.git(&["init", "--quiet"]);
    let fetch = ["fetch", &story.server.url(REPO), "refs/*:refs/all/*"];
    let headers = headers(&empty, &fetch);
    assert!(headers.contains("Content-Encoding: gzip"), "not compressed:\n{headers}");
    assert_eq!(empty.rev("refs/all/heads/main"), story.commit);
}

#[test]
fn a_client_that_waits_to_be_asked_for_the_body_is_asked() {
    let env = TestEnv::new();
    let _origin = env.origin();
    let server = GitHttp::serve(&env, &[]);
    let mut client = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
    let head = "POST /origin.git/git-upload-pack HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\
                Content-Type: application/x-git-upload-pack-request\r\n\r\n";
    client.write_all(head.as_bytes()).unwrap();
    let mut asked = [0; 25];
    client.read_exact(&mut asked).unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    client.write_all(b"0000").unwrap();
    let mut reply = String::new();
    client.read_to_string(&mut reply).unwrap();
    assert!(reply.starts_with("HTTP/1.1 200 "), "{reply}");
}

#[test]
fn a_push_whose_answer_is_lost_took_effect() {
    let story = story();
    story.server.fail_next(Fault::LoseAnswer);
    story.ana.git(&["fetch", "--quiet"]);
    assert_eq!(story.server.faults_left(), 1, "a fetch loses no answer");
    let unsure = story.ana.try_push("main");
    assert!(!unsure.success(), "{unsure}");
    assert_eq!(story.server.faults_left(), 0);
    assert_eq!(story.origin.rev("main"), story.commit);
    story.ana.push("main");
}

#[test]
fn a_large_push_loses_its_answer_and_not_that_of_its_probe() {
    let story = story();
    story.ana.write("large.bin", noise(200_000));
    let commit = story.ana.commit("feat: large");
    story.server.fail_next(Fault::LoseAnswer);
    let push = ["-c", "http.postBuffer=65536", "push", "origin", "main"];
    let unsure = story.ana.try_git(&push);
    assert!(!unsure.success(), "{unsure}");
    assert_eq!(story.origin.rev("main"), commit);
}

#[test]
fn a_refused_connection_is_one_connection() {
    let story = story();
    story.server.fail_next(Fault::Refuse);
    let refused = story.ana.try_git(&["ls-remote", "origin"]);
    assert_eq!(refused.status.code(), Some(128), "{refused}");
    story.ana.push("main");
    assert_eq!(story.origin.rev("main"), story.commit);
}

#[test]
fn a_status_keeps_a_push_from_taking_effect() {
    let story = story();
    let before = story.origin.rev("main");
    story.server.fail_next(Fault::Status(503));
    let failed = story.ana.try_push("main");
    assert!(failed.stderr.contains("503"), "{failed}");
    assert_eq!(story.origin.rev("main"), before);
    story.ana.push("main");
    assert_eq!(story.origin.rev("main"), story.commit);
}

#[test]
fn faults_happen_in_the_order_given() {
    let story = story();
    for fault in [Fault::Status(502), Fault::Refuse, Fault::LoseAnswer] {
        story.server.fail_next(fault);
    }
    let left = || {
        let ran = story.ana.try_push("main");
        assert!(!ran.success(), "{ran}");
        story.server.faults_left()
    };
    assert_eq!([left(), left(), left()], [2, 1, 0]);
    assert_eq!(story.origin.rev("main"), story.commit);
}

#[test]
fn a_server_that_is_down_closes_every_connection_and_uses_up_no_fault() {
    let story = story();
    let answers = || story.ana.try_git(&["ls-remote", "origin"]).success();
    story.server.fail_next(Fault::Refuse);
    story.server.down(true);
    assert!(!answers() && !answers());
    assert_eq!(story.server.faults_left(), 1);
    story.server.down(false);
    assert!(!answers(), "the refusal was still to come");
    assert!(answers());
}

#[test]
fn of_two_pushes_at_once_one_arrives_and_one_is_rejected() {
    let story = story();
    let bo = story.ana.env().person("bo-example");
    let bo = bo.clone_of(&story.server.url_for(ANA.0, REPO));
    bo.commit("feat: the other one");
    let pushed = thread::scope(|both| {
        let pushes = [&story.ana, &bo].map(|repo| both.spawn(|| repo.try_push("main").success()));
        pushes.map(|push| push.join().unwrap())
    });
    assert!(pushed[0] != pushed[1], "{pushed:?}");
    let winner = if pushed[0] { &story.ana } else { &bo };
    assert_eq!(story.origin.rev("main"), winner.rev("HEAD"));
}

#[test]
fn a_dropped_server_leaves_nothing_behind() {
    let story = story();
    let root = story.ana.env().root().to_owned();
    let went_away = TcpStream::connect(("127.0.0.1", story.server.port())).unwrap();
    drop(went_away);
    drop(story);
    assert!(!root.exists(), "a thread of the server still holds the root");
}
