//! A release that waits for CI: it can be stopped at any time, and goes on when CI has come to its end.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use allclear_testbed::{Ran, wait};
use insta::assert_snapshot;

use super::sample::{Sample, short};
use super::transcript::{Story, command, ends};

const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn waiting_for_ci_can_be_interrupted_and_taken_up_again() {
    let sample = Sample::with(&short("[[step]]\nci = \"green\"\n\n[ci]\nfolder = \"../../../services/ci\"\n"));
    let ana = sample.ana();
    fs::create_dir_all(sample.services().join("ci")).unwrap();
    ends(&ana, "start minor", 0);
    let mut going = command(&ana, "go").stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let waits = || sample.recorded(&ana).contains("\"step\":\"work/ci\"");
    wait::until("the step's beginning", PATIENCE, waits);
    Ran::of(Command::new("kill").arg("-TERM").arg(going.id().to_string())).expect_success();
    assert_eq!(going.wait().unwrap().code(), Some(3));

    let candidate = ana.git(&["rev-parse", "origin/main"]);
    let told = r#"{"checks": [{"name": "unit", "state": "passed", "url": "https://ci.example.org/7"}]}"#;
    fs::write(sample.services().join(format!("ci/{candidate}.json")), told).unwrap();
    let mut story = Story::default();
    story.tell(&ana, "go");
    assert_snapshot!(story.told(), @"

    ana$ allclear go

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example · finished just now

      ✓ work         2/2

    next  nothing: this release is over
    |   ✓ work/ci                            CI on [id]: 1 check passed: unit
    [0]
    ");
    assert_snapshot!(sample.ledger(), @"
    1.3.0: minor release opened
    1.3.0: work/branch is about to act: branch release/v1.3.0 at [id]
    1.3.0: work/branch passed: release/v1.3.0 at [id]
    1.3.0: work/ci started
    1.3.0: work/ci errored: interrupted
    1.3.0: work/ci started
    1.3.0: work/ci passed: CI on [id]: 1 check passed: unit
    1.3.0: release finished
    ");
}
