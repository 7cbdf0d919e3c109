//! Commands that misbehave: the runner comes back, tells the truth, and leaves nobody behind.

use std::path::Path;
use std::time::{Duration, Instant};

use allclear_core::event::{Event, Evidence};
use allclear_engine::exec::{self, Call, Ended, Environment, ExecError, Stop};
use allclear_engine::redact::Redactor;
use allclear_ledger::evidence::in_ledger;
use allclear_ledger::{Config, Ledger, Store};
use allclear_testbed::wait;

use crate::it::project::Project;

/// Longer than any of these takes, on a busy machine too.
const PATIENCE: Duration = Duration::from_secs(60);

fn call(folder: &Path, script: &str, timeout: Duration) -> Call {
    let words = ["sh", "-c", script].map(str::to_owned).to_vec();
    Call { words, folder: folder.to_owned(), environment: Environment::default(), timeout, stop: Stop::default() }
}

/// Runs a script; returns how it ended and its log, without the times.
fn run(folder: &Path, script: &str, timeout: Duration) -> (Ended, Vec<u8>) {
    let ran = exec::run(&call(folder, script, timeout), folder, &Redactor::default(), &mut |_| {}).unwrap();
    let (ended, (evidence, store)) = (ran.ended, kept(folder, ran));
    let log = store.get(&in_ledger(&evidence)).unwrap();
    (ended, log.split_inclusive(|byte| *byte == b'\n').flat_map(|line| &line[10..]).copied().collect())
}

/// Keeps a log, in the store of a ledger of its own.
fn kept(folder: &Path, mut ran: exec::Ran) -> (Evidence, Store) {
    let repo = folder.join("ledger.git");
    let made = std::process::Command::new("git").args(["init", "--quiet"]).arg(&repo).status().unwrap();
    assert!(made.success());
    let store = Ledger::open(&repo, &Config::default()).unwrap().store().clone();
    (ran.log.keep(&store, "log.txt".parse().unwrap()).unwrap(), store)
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// Whether a process still runs; one that nobody waits for has no memory any more.
fn lives(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
    stat.rsplit(") ").next().is_some_and(|state| !state.is_empty() && !state.starts_with(['Z', 'X']))
}

#[test]
fn a_timeout_ends_grandchildren_too() {
    let folder = folder();
    let (ended, log) = run(folder.path(), "sleep 1000 & echo $!; wait", Duration::from_secs(1));
    assert_eq!(ended, Ended::Timeout);
    let grandchild = String::from_utf8(log).unwrap();
    assert!(!grandchild.trim().is_empty());
    wait::until("the grandchild's end", PATIENCE, || !lives(&grandchild));
}

#[test]
fn a_child_that_keeps_the_pipe_open_does_not_hold_us() {
    let folder = folder();
    let began = Instant::now();
    let script = "setsid sh -c 'echo $$; : > left; exec sleep 1000' & until test -e left; do :; done";
    let (ended, log) = run(folder.path(), script, PATIENCE);
    assert_eq!(ended, Ended::Exit(0));
    assert!(began.elapsed() < PATIENCE);
    let daemon = String::from_utf8(log).unwrap();
    assert!(lives(&daemon), "it left the group, and is its own master");
    let (ended, _) = run(folder.path(), &format!("kill {daemon}"), PATIENCE);
    assert_eq!(ended, Ended::Exit(0));
}

#[test]
fn a_child_of_the_group_ends_with_the_command() {
    let folder = folder();
    let (ended, log) = run(folder.path(), "sleep 1000 & echo $!", PATIENCE);
    assert_eq!(ended, Ended::Exit(0));
    let left = String::from_utf8(log).unwrap();
    wait::until("the end of what was left behind", PATIENCE, || !lives(&left));
}

#[test]
fn every_end_is_told_as_it_was() {
    let folder = folder();
    assert_eq!(run(folder.path(), "exit 0", PATIENCE), (Ended::Exit(0), vec![]));
    assert_eq!(run(folder.path(), "echo no >&2; exit 7", PATIENCE), (Ended::Exit(7), b"no\n".to_vec()));
    assert_eq!(run(folder.path(), "kill -9 $$", PATIENCE), (Ended::Signal(9), vec![]));
    assert_eq!(run(folder.path(), "printf '\\377\\000\\n\\376'", PATIENCE), (Ended::Exit(0), vec![255, 0, 10, 254]));
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let folder = folder();
    let words = vec!["no-such-program-example".to_owned()];
    let call = Call { words, ..call(folder.path(), "", PATIENCE) };
    let ended = exec::run(&call, folder.path(), &Redactor::default(), &mut |_| {});
    assert!(matches!(ended, Err(ExecError::Missing { program }) if program == "no-such-program-example"));
}

/// Resident memory of this process, in KiB.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim_end_matches("kB").trim().parse().unwrap()
}

#[test]
fn fifty_megabytes_go_through_without_piling_up() {
    let folder = folder();
    let (before, mut most, mut lines) = (memory(), 0, 0u64);
    let mut live = |_: &str| {
        lines += 1;
        // Whoever watches is slower than the command, as terminals are.
        if lines.is_multiple_of(50) {
            most = most.max(memory());
        }
    };
    let line = "a line of the output of a command that has a lot to say about everything";
    let script = format!("yes '{line}' | head -c 52428800");
    let call = call(folder.path(), &script, PATIENCE);
    let ran = exec::run(&call, folder.path(), &Redactor::default(), &mut live).unwrap();
    assert_eq!(ran.ended, Ended::Exit(0));
    assert!(most < before + 30_000, "memory grew from {before} to {most} KiB");
    let (evidence, store) = kept(folder.path(), ran);
    let times = 10 * 52_428_800_u64.div_ceil(line.len() as u64 + 1);
    assert_eq!(evidence.size, 52_428_800 + times, "the log is whole");
    assert_eq!(store.open(&evidence.sha256).unwrap().metadata().unwrap().len(), evidence.size);
}

#[test]
fn of_a_log_that_is_too_large_the_ends_are_kept_and_the_digest_of_the_whole() {
    let folder = folder();
    let script = "echo first; yes 'a line of the output of a command that has a lot to say about everything' | head -c 73400320; echo last";
    let call = call(folder.path(), script, 2 * PATIENCE);
    let before = memory();
    let ran = exec::run(&call, folder.path(), &Redactor::of(["hunter22-example".to_owned()]), &mut |_| {}).unwrap();
    assert_eq!(ran.ended, Ended::Exit(0));
    assert!(memory() < before + 60_000, "memory grew from {before} to {} KiB", memory());
    let (evidence, store) = kept(folder.path(), ran);
    assert!(evidence.size > 73_400_320);
    let excerpt = String::from_utf8(store.get(&in_ledger(&evidence)).unwrap()).unwrap();
    assert!(excerpt.lines().next().unwrap().ends_with(" first"), "{}", &excerpt[..80]);
    assert!(excerpt.trim_end().ends_with("last"), "{}", &excerpt[excerpt.len() - 80..]);
    assert!(excerpt.contains(&evidence.sha256.to_string()) && excerpt.len() < 2 << 20);
    assert!(store.open(&evidence.sha256).is_err(), "the whole is nowhere, and its digest says what it was");
}

#[test]
fn a_secret_that_is_said_in_pieces_is_masked_where_it_is_shown_and_kept() {
    let folder = folder();
    let shown = std::sync::Mutex::new(String::new());
    let script =
        "printf 'a hun'; : > said; until test -e go-on; do :; done; printf 'ter22 b\\n'; printf hunter22 | base64";
    let call = call(folder.path(), script, PATIENCE);
    let go_on = folder.path().join("go-on");
    let said = folder.path().join("said");
    std::thread::spawn(move || {
        wait::until("the first half", PATIENCE, || said.exists());
        std::fs::write(go_on, "").unwrap();
    });
    let redactor = Redactor::of(["hunter22".to_owned()]);
    let mut live = |line: &str| shown.lock().unwrap().push_str(line);
    let ran = exec::run(&call, folder.path(), &redactor, &mut live).unwrap();
    let (evidence, store) = kept(folder.path(), ran);
    let log = String::from_utf8(store.get(&evidence.sha256).unwrap()).unwrap();
    assert!(log.lines().next().unwrap().ends_with("a [secret] b"), "{log}");
    for text in [&log, &*shown.lock().unwrap()] {
        assert!(!text.contains("ter22") && !text.contains("aHVudGVyMj"), "{text}");
    }
}

#[test]
fn a_command_may_remove_its_own_checkout() {
    let project = Project::new(
        "[[phase.ship]]\nbranch = \"release/v{version}\"\n\
         [[phase.ship]]\nid = \"remove\"\nrun = 'rm -rf \"$PWD\"'\nshell = true\n\
         [[phase.ship]]\nid = \"look\"\nrun = \"test -f package.json\"\n",
    );
    let ana = project.ana();
    ana.go();
    assert!(matches!(ana.events().pop(), Some(Event::ReleaseFinished {})), "{:#?}", ana.told());
}
