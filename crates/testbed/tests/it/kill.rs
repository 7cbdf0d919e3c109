use std::time::Duration;

use allclear_testbed::kill::{kill_when, run_until_killed, was_killed};
use allclear_testbed::{Ran, TestEnv};

const DEADLINE: Duration = Duration::from_secs(30);

#[test]
fn a_killed_process_is_told_from_a_failed_or_terminated_one() {
    let env = TestEnv::new();
    let sh = |script: &str| Ran::of(env.command("sh").args(["-c", script])).status;
    assert!(was_killed(&sh("kill -KILL $$")));
    assert!(!was_killed(&sh("kill -TERM $$")));
    assert!(!was_killed(&sh("exit 137")));
    assert!(was_killed(&run_until_killed(env.command("sh").args(["-c", "kill -KILL $$"]))));
}

#[test]
#[should_panic(expected = "expected to be killed: `sh -c echo survived` ended with exit status: 0")]
fn a_process_that_should_have_been_killed_and_was_not_fails_the_test() {
    run_until_killed(TestEnv::new().command("sh").args(["-c", "echo survived"]));
}

#[test]
fn a_process_is_killed_at_the_chosen_instant() {
    let env = TestEnv::new();
    let (started, done) = (env.root().join("started"), env.root().join("done"));
    let script = "touch started; while [ ! -e never ]; do :; done; touch done";
    let status = kill_when(env.command("sh").args(["-c", script]), "its start", DEADLINE, || started.exists());
    assert!(was_killed(&status));
    assert!(started.exists() && !done.exists());
}

#[test]
fn a_process_that_ends_first_keeps_its_own_status() {
    let env = TestEnv::new();
    let mut command = env.command("sh");
    let status = kill_when(command.args(["-c", "exit 3"]), "never", DEADLINE, || false);
    assert_eq!(status.code(), Some(3));
}

#[test]
#[should_panic(expected = "waited 10ms in vain for a sign")]
fn a_condition_that_never_holds_fails_the_test() {
    let env = TestEnv::new();
    let mut command = env.command("sh");
    command.args(["-c", "while :; do :; done"]);
    let _ = kill_when(&mut command, "a sign", Duration::from_millis(10), || false);
}
