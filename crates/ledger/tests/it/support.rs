//! People with clones, and the events that they record.

use std::path::PathBuf;
use std::process::Command;

use allclear_core::digest::Digest;
use allclear_core::event::{Actor, Event, Evidence, Opened, Outcome, Record};
use allclear_core::version::Version;
use allclear_ledger::git::Git;
use allclear_ledger::{Config, Draft, Ledger, Reached, Report, Shared};
use allclear_testbed::{Repo, TestEnv};

pub(crate) const BRANCH: &str = "refs/heads/allclear/ledger";

/// A repository that is shared with nobody.
pub(crate) fn alone(format: &str) -> Repo {
    let env = TestEnv::new();
    let path = env.root().join("alone");
    let repo = env.repo_at(&path);
    assert!(env.command("git").args(["init", "-q", "--object-format", format]).arg(&path).status().unwrap().success());
    repo
}

/// git as the person runs it.
pub(crate) fn git(repo: &Repo) -> Git {
    let mut command = Command::new("git");
    repo.env().apply(&mut command);
    let variables = command.get_envs().filter_map(|(name, value)| Some((name, value?)));
    variables.fold(Git::at(repo.path()), |git, (name, value)| git.with_env(name, value))
}

pub(crate) fn open(repo: &Repo, remote: Option<&str>) -> Ledger {
    Ledger::with(git(repo), &Config { remote: remote.map(str::to_owned), ..Config::default() }).unwrap()
}

/// A clone's ledger, shared through `origin`.
pub(crate) fn shared(repo: &Repo) -> Ledger {
    open(repo, Some("origin"))
}

pub(crate) fn version(text: &str) -> Version {
    text.parse().unwrap()
}

pub(crate) fn draft(release: &str, event: Event) -> Draft {
    let (name, email) = ("Ana Example".to_owned(), "ana-example@example.org".to_owned());
    Draft {
        release: version(release),
        at: "2026-01-31T10:00:00.5Z".parse().unwrap(),
        actor: Actor { name, email, clone: "c1".to_owned() },
        event,
        expect: None,
    }
}

pub(crate) fn opened() -> Event {
    Event::ReleaseOpened(Opened {
        kind: "minor".parse().unwrap(),
        process: Digest::of(b"process"),
        process_commit: "a".repeat(40).parse().unwrap(),
        last: None,
        reason: None,
        outside: None,
        evidence: vec![],
    })
}

pub(crate) fn noted(words: &str) -> Event {
    Event::StepReopened { step: "verify/lint".parse().unwrap(), reason: words.to_owned() }
}

pub(crate) fn passed(evidence: Vec<Evidence>) -> Event {
    Event::StepPassed(Outcome {
        step: "verify/lint".parse().unwrap(),
        definition: Digest::of(b"lint"),
        candidate: None,
        inputs: None,
        summary: "make lint: exit status 0".to_owned(),
        duration_ms: 12_300,
        moved: None,
        tests: None,
        tries: 1,
        tools: None,
        value: None,
        artifacts: vec![],
        receipts: vec![],
        foreign: None,
        evidence,
    })
}

/// Records an event that must be taken.
#[track_caller]
pub(crate) fn record(ledger: &mut Ledger, release: &str, event: Event) -> Record {
    ledger.append(draft(release, event)).unwrap()
}

/// Shares, and expects to reach the remote.
#[track_caller]
pub(crate) fn share(ledger: &mut Ledger) -> Shared {
    let shared = ledger.share().unwrap();
    assert_eq!(shared.reached, Reached::All);
    shared
}

/// Shares, expects to reach the remote, and does not care what came of it.
#[track_caller]
pub(crate) fn sync(ledger: &mut Ledger) {
    let _ = share(ledger);
}

/// What a release's events say, each by its number.
#[track_caller]
pub(crate) fn story(ledger: &Ledger, release: &str) -> Vec<String> {
    let records = ledger.release(&version(release)).unwrap();
    records.iter().map(|record| format!("{} {}", record.seq, record.event.sentence())).collect()
}

/// Verifies everything, and returns the report with the sentences of all events.
#[track_caller]
pub(crate) fn audit(ledger: &Ledger) -> (Report, Vec<String>) {
    let mut told = Vec::new();
    let report = ledger.verify(|record, _| told.push(record.event.sentence())).unwrap();
    (report, told)
}

/// Expects that everything verifies, and returns the sentences of all events.
#[track_caller]
pub(crate) fn verified(ledger: &Ledger) -> Vec<String> {
    let (report, told) = audit(ledger);
    assert!(report.is_clean(), "{report:#?}");
    assert_eq!(report.events, told.len() as u64);
    told
}

/// The example `hand`, which `cargo test` builds beside the tests.
pub(crate) fn hand(repo: &Repo, remote: &str, orders: &[&str]) -> Command {
    let tests = std::env::current_exe().unwrap();
    let program: PathBuf = tests.ancestors().nth(2).unwrap().join("examples/hand");
    assert!(program.exists(), "{} is missing: `cargo test` builds it, `cargo test --test` does not", program.display());
    let mut command = repo.env().command(program);
    command.arg(repo.path()).arg(remote).args(orders);
    command
}
