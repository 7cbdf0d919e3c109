//! Large evidence in a bucket of a real S3 server.

use std::fs;
use std::process::Command;

use allclear_testbed::{OWNER, Ran, Repo, S3Server};
use insta::assert_snapshot;

use super::object_store::{LARGE, NAME, SCRIPT, notes};
use super::sample::{Sample, short};
use super::transcript::{Story, allclear, command, ends, seen};

/// A project, its server with one bucket, and a release whose commands say what they know of credentials.
fn stage(script: &str) -> (Sample, S3Server, Repo) {
    // The process names the server, so the server comes first.
    let env = allclear_testbed::TestEnv::new();
    let server = S3Server::serve(&env, &["evidence"]);
    let store = format!("[object-store]\nurl = \"s3://evidence/kiosk\"\nendpoint = \"{}\"\n", server.url());
    let allowed = "[[step]]\nrun = \"env\"\nid = \"allowed\"\nenv = \"AWS_SECRET_ACCESS_KEY\"\n";
    let sample = Sample::with(&short(&format!("{LARGE}{allowed}\n{store}")));
    sample.push_to("main", "large.sh", script, "test: much evidence");
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    (sample, server, ana)
}

/// The program in a clone of somebody who has these credentials.
fn with(clone: &Repo, words: &str, (id, secret): (&str, &str)) -> Command {
    let mut command = command(clone, words);
    command.env("AWS_ACCESS_KEY_ID", id).env("AWS_SECRET_ACCESS_KEY", secret);
    command
}

fn tell(story: &mut Story, clone: &Repo, words: &str) {
    story.add(clone, words, &Ran::of(&mut with(clone, words, OWNER)));
}

/// What a run said of the object store, which never is a secret.
fn of_store(clone: &Repo, ran: &Ran) -> String {
    let seen = seen(clone, ran);
    assert!(!seen.contains(OWNER.1) && !seen.contains("Signature"), "{seen}");
    let lines = seen.lines().filter(|line| line.contains("object store") || line.contains("uploaded"));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn two_people_and_a_bucket_that_is_away_damaged_and_empty() {
    let (sample, mut server, ana) = stage(&format!("{SCRIPT}! env | grep '^AWS_'\n"));
    let bo = sample.bo();
    let object = format!("kiosk/{NAME}");
    assert_snapshot!(of_store(&ana, &Ran::of(&mut command(&ana, "check"))), @"✗ the object store cannot be used: no credentials for s3://evidence/kiosk: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN for those of a session), or write the profile `default` into `[root]/people/ana-example/home/.aws/credentials`");
    let forged = Ran::of(&mut with(&ana, "check", (OWNER.0, "another secret")));
    assert_snapshot!(of_store(&ana, &forged), @"✗ the object store cannot be used: `HEAD s3://evidence` at `http://127.0.0.1:[port]` is refused with status 403: the credentials must be right, and allowed to list the bucket and to read and write in it");
    assert_eq!(of_store(&ana, &Ran::of(&mut with(&ana, "check", OWNER))), "");

    server.down(true);
    let away = Ran::of(&mut with(&ana, "go", OWNER));
    assert_eq!((away.status.code(), notes(&ana)), (Some(4), 1), "{away}");
    assert_snapshot!(of_store(&ana, &away), @"| 1 file (3.0 MB) still to be uploaded to s3://evidence/kiosk: it cannot be reached: `http://127.0.0.1:[port]`: io: Connection refused (os error 111)");
    server.down(false);
    assert_snapshot!(of_store(&ana, &allclear(&ana, "go")), @"| 1 file (3.0 MB) still to be uploaded to s3://evidence/kiosk: no credentials for s3://evidence/kiosk: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN for those of a session), or write the profile `default` into `[root]/people/ana-example/home/.aws/credentials`");
    let back = Ran::of(&mut with(&ana, "done word", OWNER));
    assert_eq!((back.status.code(), notes(&ana), of_store(&ana, &back).as_str()), (Some(0), 0, ""));
    assert_eq!(Ran::of(&mut with(&ana, "go", OWNER)).status.code(), Some(0));

    ends(&bo, "status --sync --release 1.3.0", 0);
    let mut story = Story::default();
    tell(&mut story, &bo, "audit");
    story.tell(&bo, "audit --evidence");
    let profile = format!("[default]\naws_access_key_id = {}\naws_secret_access_key = {}\n", OWNER.0, OWNER.1);
    fs::create_dir(bo.env().home().join(".aws")).unwrap();
    fs::write(bo.env().home().join(".aws/credentials"), profile).unwrap();
    story.tell(&bo, "audit --evidence");
    server.damage("evidence", &object, b"forged");
    tell(&mut story, &ana, "audit --evidence");
    server.remove("evidence", &object);
    tell(&mut story, &ana, "audit --evidence");
    assert_snapshot!(story.untold(&[OWNER.1]), @"

    bo$ allclear audit
    verified: 9 events, 1 release
    not verifiable here: 1 large file of evidence (3.0 MB), of which the ledger has head and tail: `allclear audit --evidence` asks the object store for the rest
    [0]

    bo$ allclear audit --evidence
    ? 1.3.0 event 5: `large.txt`: no credentials for s3://evidence/kiosk: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN for those of a session), or write the profile `default` into `[root]/people/bo-example/home/.aws/credentials`
    not everything can be verified: 9 events, 1 release
    not verifiable here: 1 large file of evidence (3.0 MB), of which the ledger has head and tail
    [2]

    bo$ allclear audit --evidence
    verified: 9 events, 1 release
    [0]

    ana$ allclear audit --evidence
    ✗ 1.3.0 event 5: `large.txt`: s3://evidence/kiosk has other bytes under sha256:[id]
    violated: 9 events, 1 release
    [1]

    ana$ allclear audit --evidence
    ? 1.3.0 event 5: `large.txt`: sha256:[id] is not in s3://evidence/kiosk: the clone that recorded it may still have it
    not everything can be verified: 9 events, 1 release
    [2]
    ");

    // Neither the ledger nor anything that a clone keeps has the key, also where a command was allowed to see it.
    let objects = sample.origin.git(&["cat-file", "--batch-all-objects", "--batch"]);
    assert!(!objects.contains(OWNER.1) && objects.contains("AWS_SECRET_ACCESS_KEY=[secret]"));
    let kept = Ran::of(ana.command("grep").args(["-rl", OWNER.1, ".git/allclear"]));
    assert_eq!((kept.status.code(), kept.stdout.as_str()), (Some(1), ""));
}

#[test]
fn a_hundred_megabytes_go_up_and_come_down_in_little_memory() {
    let (sample, _server, ana) = stage("head -c 100000000 /dev/zero > large.txt\n");
    let bo = sample.bo();
    let peak = |clone: &Repo, words: &str, code: i32| {
        let program = with(clone, words, OWNER);
        let mut measured = clone.command("python3");
        measured.args(["-c", MEASURE]).arg(program.get_program()).args(program.get_args());
        measured.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let ran = Ran::of(&mut measured);
        assert_eq!(ran.status.code(), Some(code), "{ran}");
        ran.stdout.lines().last().unwrap().parse::<u64>().unwrap()
    };
    let up = peak(&ana, "go", 4);
    assert_eq!(notes(&ana), 0);
    ends(&bo, "go", 4);
    let down = peak(&bo, "audit --evidence", 0);
    assert!(up < 64_000 && down < 64_000, "{up} and {down} KiB");
}

/// Runs a program and says, last, how much memory it had at most, in KiB.
const MEASURE: &str = "import resource, subprocess, sys
ran = subprocess.run(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(ran.returncode)";
