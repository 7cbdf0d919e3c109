//! Processes that are killed at a chosen instant.
//!
//! Only the process itself is killed: programs that it had started go on, as they do when an operator kills it by hand.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::{Ran, wait};

const SIGKILL: i32 = 9;

/// Returns whether the process died of SIGKILL.
#[must_use]
pub fn was_killed(status: &ExitStatus) -> bool {
    status.signal() == Some(SIGKILL)
}

/// Runs a command that gets itself killed, at a crash point for example; panics with all that it said when it ends otherwise.
///
/// A sweep, whose last run is not killed, uses [`Ran::of`] and [`was_killed`].
#[track_caller]
pub fn run_until_killed(command: &mut Command) -> ExitStatus {
    let ran = Ran::of(command);
    assert!(was_killed(&ran.status), "expected to be killed: {ran}");
    ran.status
}

/// Starts the command and kills it as soon as the condition holds; panics with `what` when that takes longer than `deadline`.
///
/// What the command says is dropped. One that ends before the condition holds returns its own status: ask [`was_killed`].
#[must_use]
#[track_caller]
pub fn kill_when(
    command: &mut Command,
    what: &str,
    deadline: Duration,
    mut condition: impl FnMut() -> bool,
) -> ExitStatus {
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a command to kill");
    let in_time = wait::holds_within(deadline, || condition() || child.try_wait().is_ok_and(|status| status.is_some()));
    child.kill().expect("a child of ours can be killed");
    let status = child.wait().expect("a child of ours can be waited for");
    assert!(in_time, "waited {deadline:?} in vain for {what}");
    status
}
