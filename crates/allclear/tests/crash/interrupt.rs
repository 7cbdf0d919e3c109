//! SIGTERM while a command of the project runs: it ends, what it found is not believed, and the release goes on later.

use std::process::{Command, Stdio};
use std::time::Duration;

use allclear_core::event::Event;
use allclear_testbed::{Ran, wait};

use crate::crash::release::*;

const PATIENCE: Duration = Duration::from_secs(60);

fn lives(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|state| !state.is_empty() && !state.starts_with(['Z', 'X']))
}

#[test]
fn an_interrupted_step_has_not_passed() {
    let release = Release::new();
    Ran::of(&mut release.command(&["start", "hotfix", "--version", "1.1.0"])).expect_success();
    let mut going = release.command(&["go"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let pids = release.ana.env().home().join("slow.pid");
    wait::until("the command's start", PATIENCE, || pids.exists());
    Ran::of(Command::new("kill").arg("-TERM").arg(going.id().to_string())).expect_success();
    assert_eq!(going.wait().unwrap().code(), Some(3));
    for pid in std::fs::read_to_string(&pids).unwrap().split_whitespace() {
        wait::until("the end of the command and its child", PATIENCE, || !lives(pid));
    }
    let last = release.records().pop().unwrap().event;
    assert!(matches!(&last, Event::StepErrored(outcome) if outcome.summary == "interrupted"), "{last:?}");
    Ran::of(&mut release.command(&["go"])).expect_success();
    release.check("interrupted");
}
