//! SIGTERM or Ctrl-C while a command of the project runs: it ends, what it found is not believed, and the release goes on later.

use std::os::unix::process::CommandExt as _;
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

/// Runs `go` in a group of its own, and sends a signal to it, or to the whole group as a terminal does, while a command runs.
fn interrupted(signal: &str, whole_group: bool) {
    let release = Release::new();
    Ran::of(&mut release.command(&["start", "hotfix", "--version", "1.1.0"])).expect_success();
    let mut go = release.command(&["go"]);
    let going = go.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let pids = release.ana.env().home().join("slow.pid");
    wait::until("the command's start", PATIENCE, || pids.exists());
    let whom = if whole_group { format!("-{}", going.id()) } else { going.id().to_string() };
    Ran::of(Command::new("kill").args([signal, "--", &whom])).expect_success();
    let ended = going.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(3), "{said}");
    assert!(said.contains("error: interrupted: nothing is lost, `allclear go` goes on from here"), "{said}");
    for pid in std::fs::read_to_string(&pids).unwrap().split_whitespace() {
        wait::until("the end of the command and its child", PATIENCE, || !lives(pid));
    }
    let last = release.records().pop().unwrap().event;
    assert!(matches!(&last, Event::StepErrored(outcome) if outcome.summary == "interrupted"), "{last:?}");
    Ran::of(&mut release.command(&["go"])).expect_success();
    release.check("interrupted");
}

#[test]
fn an_interrupted_step_has_not_passed() {
    interrupted("-TERM", false);
}

#[test]
fn ctrl_c_on_a_terminal_is_the_same() {
    interrupted("-INT", true);
}
