//! Verifies a ledger offline: its structure, and that every release in it kept to its process.

mod repairs;
mod wholes;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use allclear_core::canonical;
use allclear_core::digest::Digest;
use allclear_core::event::{Event, Intent, Record};
use allclear_core::names::{RelPath, StepId};
use allclear_core::plan::{Action, Facts, Plan, Standing, plan};
use allclear_core::process::Process;
use allclear_core::release::{Release, State};
use allclear_core::version::Version;
use allclear_ledger::{Found, Ledger, LedgerError};
use serde::Serialize;

use crate::repository::Repository;
use crate::session::PROCESS;

pub use self::wholes::Whole;

/// What an audit found.
#[derive(Debug, Default, Serialize)]
pub struct Audit {
    /// How many events were verified.
    pub events: u64,
    /// How many releases they belong to.
    pub releases: usize,
    /// Decisions that let a release go on past a step, and what was put back after it had gone: not wrong, but the first thing that a
    /// reader should see.
    pub overrides: Vec<String>,
    /// What is wrong.
    pub violations: Vec<String>,
    /// What could not be verified.
    pub incomplete: Vec<String>,
    /// Of how much evidence the ledger has head and tail and this clone does not have the whole: it cannot be verified here.
    pub not_here: usize,
    /// Its size, in bytes.
    pub not_here_bytes: u64,
    /// Everything that the ledger has head and tail of.
    #[serde(skip)]
    pub wholes: Vec<Whole>,
}

/// Verifies everything that this clone has.
///
/// # Errors
/// When the ledger cannot be read at all.
pub fn audit(repository: &Repository, ledger: &Ledger) -> Result<Audit, LedgerError> {
    let mut releases: BTreeMap<Version, Vec<Record>> = BTreeMap::new();
    let report = ledger.verify(|record, _| releases.entry(record.release.clone()).or_default().push(record.clone()))?;
    let said = |finding: &allclear_ledger::Finding| match finding.seq {
        Some(seq) => format!("event {seq}: {}", finding.what),
        None => format!("commit {}: {}", finding.commit.short(), finding.what),
    };
    let mut audit = Audit {
        events: report.events,
        releases: releases.len(),
        violations: report.violations.iter().map(said).collect(),
        incomplete: report.incomplete.iter().map(said).collect(),
        ..Audit::default()
    };
    let mut processes = BTreeMap::new();
    for (version, records) in &releases {
        Auditor {
            processes: &mut processes,
            repository,
            ledger,
            version,
            audit: &mut audit,
            process: None,
            release: None,
            early: BTreeMap::new(),
        }
        .release(records);
    }
    audit.count_missing(ledger.store());
    Ok(audit)
}

struct Auditor<'a> {
    repository: &'a Repository,
    ledger: &'a Ledger,
    version: &'a Version,
    audit: &'a mut Audit,
    /// Processes that were read for other releases, by what their openings name and the digest of their bytes.
    processes: &'a mut BTreeMap<(Digest, Digest), Rc<Process>>,
    process: Option<Rc<Process>>,
    release: Option<Release>,
    /// Intents that came when it was not their turn, and were not taken back since: the step, its clone, and the event.
    early: BTreeMap<(StepId, String), u64>,
}

impl Auditor<'_> {
    fn release(&mut self, records: &[Record]) {
        for record in records {
            self.before(record);
            if let Err(illegal) = Release::apply(&mut self.release, record) {
                self.violation(record.seq, &illegal.to_string());
            }
            if let Event::ReleaseOpened(opened) = &record.event {
                if let Some(reason) = opened.overridden() {
                    let by = &record.actor.name;
                    let text = format!("{}: opened outside its window by {by}: {reason}", self.version);
                    self.audit.overrides.push(text);
                }
                self.process = self.frozen_process(record, opened.process);
            }
            self.audit.note_wholes(record, self.process.as_deref());
        }
        self.end();
    }

    fn violation(&mut self, seq: u64, what: &str) {
        self.audit.violations.push(format!("{} event {seq}: {what}", self.version));
    }

    /// The frozen process. Releases mostly share theirs, and it is read once for all of them.
    fn frozen_process(&mut self, record: &Record, named: Digest) -> Option<Rc<Process>> {
        let name = RelPath::new(PROCESS).ok()?;
        let evidence = record.event.evidence().iter().find(|evidence| evidence.name == name);
        let known = evidence.map(|evidence| (named, evidence.sha256));
        if let Some(process) = known.and_then(|known| self.processes.get(&known)) {
            return Some(Rc::clone(process));
        }
        let process = Rc::new(self.read_process(record, &name)?);
        match canonical::digest(&*process) {
            Ok(found) if found == named => {
                self.processes.extend(known.map(|known| (known, Rc::clone(&process))));
            }
            _ => self.violation(record.seq, "the frozen process is not the one that the opening names"),
        }
        Some(process)
    }

    fn read_process(&mut self, record: &Record, name: &RelPath) -> Option<Process> {
        let bytes = match self.ledger.evidence(record, name) {
            Ok(Found::Whole(bytes) | Found::Excerpt(bytes)) => bytes,
            Err(error) => {
                let why = crate::step::chain(&error);
                self.audit.incomplete.push(format!("{}: the process cannot be read: {why}", self.version));
                return None;
            }
        };
        let process = serde_json::from_slice(&bytes).ok();
        if process.is_none() {
            self.violation(record.seq, "the frozen process is not one that this program can read");
        }
        process
    }

    /// Whether the process allowed the event, as things stood before it.
    fn before(&mut self, record: &Record) {
        if let Some(problem) = self.release.as_ref().and_then(|release| repairs::problem(release, &record.event)) {
            self.violation(record.seq, &problem);
        }
        if matches!(&record.event, Event::Repaired { receipts, .. } if !receipts.is_empty()) {
            let (said, by) = (record.event.sentence(), &record.actor.name);
            self.audit.overrides.push(format!("{}: {said}, by {by}", self.version));
        }
        let (Some(process), Some(release)) = (&self.process, &self.release) else { return };
        if !release.is_open() {
            return;
        }
        let problem = match &record.event {
            Event::StepStarted { step, candidate, intent: Some(intent), .. } => {
                let plan = self.plan(process, release, record);
                // What can be taken back is announced when it is done already: others may have gone on meanwhile.
                let late = intent.reversible && *candidate != release.candidate;
                if !late && !allows(&plan, step) {
                    self.early.insert((step.clone(), record.actor.clone.clone()), record.seq);
                }
                let foreign = reversible_differs(process, step, intent);
                foreign.then(|| format!("`{step}` says that it can be taken back, and its kind cannot"))
            }
            // An intent comes to stand behind what others shared meanwhile; whoever finds that does not act, and says so.
            Event::StepErrored(outcome) => {
                self.early.remove(&(outcome.step.clone(), record.actor.clone.clone()));
                None
            }
            Event::ReleaseFinished {} => {
                let done = self.plan(process, release, record).actions == [Action::Finish];
                (!done).then(|| "the release was finished before everything was done".to_owned())
            }
            Event::StepPassed(outcome) if !outcome.receipts.is_empty() => settled(release, record),
            Event::StepWaived { step, reason, .. } => {
                self.audit
                    .overrides
                    .push(format!("{}: {step} waived by {}: {reason}", self.version, record.actor.name));
                None
            }
            _ => None,
        };
        if let Some(problem) = problem {
            self.violation(record.seq, &problem);
        }
    }

    fn plan(&self, process: &Process, release: &Release, record: &Record) -> Plan {
        let facts = Facts { clone: record.actor.clone.clone(), ..Facts::default() };
        plan(process, release, &facts, record.at)
    }

    fn end(&mut self) {
        for ((step, _), seq) in std::mem::take(&mut self.early) {
            self.violation(seq, &format!("`{step}` began to act before its gates were met"));
        }
        let Some(release) = self.release.take() else { return };
        let open: Vec<_> = release
            .steps
            .iter()
            .filter(|(_, history)| history.open.iter().any(|open| open.intent.is_some()))
            .map(|(step, _)| step.clone())
            .collect();
        for step in open {
            match release.state {
                State::Finished { .. } => {
                    self.audit.violations.push(format!("{}: `{step}` has an intent without an outcome", self.version));
                }
                _ => self.audit.incomplete.push(format!("{}: what came of `{step}` is not known yet", self.version)),
            }
        }
        self.audit.incomplete.extend(repairs::open(&release));
        self.twice(&release);
        self.tags(&release);
    }

    /// At most one distinct effect a target.
    fn twice(&mut self, release: &Release) {
        let outcomes = release.steps.values().flat_map(|history| &history.attempts).map(|attempt| &attempt.outcome);
        let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for receipt in outcomes.flat_map(|outcome| &outcome.receipts) {
            found.entry(&receipt.target).or_default().insert(&receipt.found);
        }
        for (target, _) in found.into_iter().filter(|(_, states)| states.len() > 1) {
            self.audit.violations.push(format!("{}: `{target}` was given two different states", self.version));
        }
    }

    /// The tags of this clone are the ones that were recorded.
    fn tags(&mut self, release: &Release) {
        let outcomes = release.steps.values().flat_map(|history| &history.attempts).map(|attempt| &attempt.outcome);
        for receipt in
            outcomes.flat_map(|outcome| &outcome.receipts).filter(|receipt| receipt.target.starts_with("refs/tags/"))
        {
            let here = self.repository.git().run(["rev-parse", "--verify", "--quiet", &receipt.target]).ok();
            match here {
                Some(object) if object == receipt.found => {}
                Some(object) => {
                    self.audit.violations.push(format!(
                        "{}: `{}` is {object}, and {} was recorded",
                        self.version, receipt.target, receipt.found
                    ));
                }
                None => self
                    .audit
                    .incomplete
                    .push(format!("{}: `{}` is not in this clone: `git fetch --tags`", self.version, receipt.target)),
            }
        }
    }
}

fn allows(plan: &Plan, step: &StepId) -> bool {
    let standing = plan.steps.iter().find(|planned| &planned.id == step).map(|planned| &planned.standing);
    // A step that has passed had its gates met: a clone that did not know was about to do the same.
    matches!(
        standing,
        Some(Standing::Ready | Standing::Running { .. } | Standing::Errored { .. } | Standing::Passed { .. })
    )
}

fn reversible_differs(process: &Process, step: &StepId, intent: &Intent) -> bool {
    let irreversible =
        process.step(step).is_some_and(|step| step.shape == allclear_core::process::Shape::IrreversibleEffect);
    irreversible && intent.reversible
}

/// Whether the outcome found exactly what the intent named.
fn settled(release: &Release, record: &Record) -> Option<String> {
    let Event::StepPassed(outcome) = &record.event else { return None };
    if release.is_late(&record.actor.clone, outcome) {
        return None;
    }
    let open = release.steps.get(&outcome.step).map(|history| history.open.as_slice()).unwrap_or_default();
    let intents: Vec<&Intent> = open.iter().filter_map(|open| open.intent.as_ref()).collect();
    let named = |target: &str, found: &str| {
        intents.iter().flat_map(|intent| &intent.items).any(|item| item.target == target && item.desired == found)
    };
    let strange = outcome.receipts.iter().find(|receipt| !named(&receipt.target, &receipt.found))?;
    Some(format!("`{}` has a receipt for `{}` that no intent names", outcome.step, strange.target))
}
