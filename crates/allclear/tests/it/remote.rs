//! A release over HTTP, with a password in the remote's URL.

use std::fs;

use allclear_testbed::GitHttp;
use insta::assert_snapshot;

use super::sample::{Sample, short};
use super::transcript::{Story, allclear};

const PASSWORD: &str = "tell-nobody-7";

#[test]
fn a_release_over_http_never_tells_the_password() {
    let sample = Sample::with(&short(
        "[[step]]\nrun = \"sh check.sh\"\n[[step]]\nsign-off = \"qa\"\n[[step]]\nbump = \"v{version}\"\n[[step]]\ntag = \"v{version}\"",
    ));
    let server = GitHttp::serve(&sample.env, &[("ana", PASSWORD), ("bo", PASSWORD)]);
    let clone_for =
        |name: &str| sample.env.person(&format!("{name}-example")).clone_of(&server.url_for(name, "origin.git"));
    let (ana, bo) = (clone_for("ana"), clone_for("bo"));
    let mut story = Story::default();

    story.tell(&ana, "start minor").tell(&ana, "go").tell(&bo, "sign-off qa");
    server.down(true);
    story.tell(&ana, "go").tell(&ana, "status --sync").tell(&bo, "start minor --version 2.0.0");
    server.down(false);
    story.tell(&ana, "go").tell(&bo, "audit");
    assert_snapshot!(without_reasons(&story.untold(&[PASSWORD])), @"

    ana$ allclear start minor
    kiosk 1.3.0 is open: a minor release
    | hint: `allclear go` does everything that can be done now
    [0]

    ana$ allclear go

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example

      ▸ work         2/5
          ✓ branch                   release/v1.3.0 at [id] (just now)
          ✓ check                    `sh check.sh`: exit status 0 (just now, 2 files of evidence)
          ? sign-off                 sign-off qa · qa: 1 of bo
            bump                     bump v1.3.0
            tag                      tag v1.3.0

    next  allclear sign-off qa   bo
    |   ✓ work/branch                        release/v1.3.0 at [id]
    |   ✓ work/check                         `sh check.sh`: exit status 0
    [4]

    bo$ allclear sign-off qa
    work/sign-off: signed off for qa on candidate [id]
    [0]

    ana$ allclear go

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example

      ▸ work         2/5
          ✓ branch                   release/v1.3.0 at [id] (just now)
          ✓ check                    `sh check.sh`: exit status 0 (just now, 2 files of evidence)
          ? sign-off                 sign-off qa · qa: 1 of bo
            bump                     bump v1.3.0
            tag                      tag v1.3.0

    next  allclear sign-off qa   bo
    |   · the remote `origin` cannot be reached: fatal: unable to access 'http://127.0.0.1:[port]/origin.git/': [reason]
    | kept here until `origin` takes it: fatal: unable to access 'http://127.0.0.1:[port]/origin.git/': [reason]
    [4]

    ana$ allclear status --sync
    | kept here until `origin` takes it: fatal: unable to access 'http://127.0.0.1:[port]/origin.git/': [reason]
    | error: the remote `origin` cannot be reached: fatal: unable to access 'http://127.0.0.1:[port]/origin.git/': [reason]
    [5]

    bo$ allclear start minor --version 2.0.0
    | error: the remote `origin` cannot be reached: fatal: unable to access 'http://127.0.0.1:[port]/origin.git/': [reason]
    [5]

    ana$ allclear go

    kiosk 1.3.0 minor · release commit [id] on release/v1.3.0 · opened just now by ana-example · finished just now

      ✓ work         5/5

    next  nothing: this release is over
    |   ✓ work/bump                          1.3.0 stands in every file of `[versions]`
    |   ✓ work/tag                           tag v1.3.0 on [id]
    [0]

    bo$ allclear audit
    verified: 6 events, 1 release
    [0]
    ");
    assert_snapshot!(sample.ledger(), @"
    1.3.0: minor release opened
    1.3.0: work/branch is about to act: branch release/v1.3.0 at [id]
    1.3.0: work/branch passed: release/v1.3.0 at [id]
    1.3.0: work/check started
    1.3.0: work/check passed: `sh check.sh`: exit status 0
    1.3.0: work/sign-off signed off by bo for qa
    1.3.0: work/bump is about to act: commit [id] on release/v1.3.0
    1.3.0: work/bump passed: 1.3.0 stands in every file of `[versions]`
    1.3.0: work/tag is about to act: tag v1.3.0 on [id]
    1.3.0: work/tag passed: tag v1.3.0 on [id]
    1.3.0: release finished
    ");

    for word in ["check", "plan", "status --all --release 1.3.0", "--json go"] {
        let ran = allclear(&ana, word);
        assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(PASSWORD), "{ran}");
    }
    let objects = sample.origin.git(&["cat-file", "--batch-all-objects", "--batch"]);
    assert!(!objects.contains(PASSWORD));
    for clone in [&ana, &bo] {
        let kept = allclear_testbed::Ran::of(clone.command("grep").args(["-rl", PASSWORD, ".git/allclear"]));
        assert_eq!((kept.status.code(), kept.stdout.as_str()), (Some(1), ""));
        assert!(fs::read_to_string(clone.path().join(".git/config")).unwrap().contains(PASSWORD), "git has it");
    }
}

/// How a connection that is closed ends depends on the moment.
fn without_reasons(told: &str) -> String {
    let reason =
        |line: &str| line.split_once("origin.git/': ").map(|(before, _)| format!("{before}origin.git/': [reason]"));
    told.lines().map(|line| reason(line).unwrap_or_else(|| line.to_owned()) + "\n").collect()
}
