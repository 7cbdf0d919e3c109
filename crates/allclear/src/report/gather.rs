//! From a release to its report.

mod changes;
mod evidence;
mod gates;
mod steps;
mod verdict;
mod written;

use std::cell::Cell;

use allclear_core::changelog::Links;
use allclear_core::event::{Event, Record};
use allclear_core::names::{CommitId, Word};
use allclear_core::plan::Plan;
use allclear_core::process::Process;
use allclear_core::release::Release;
use allclear_core::template::Values;
use allclear_engine::repository::Repository;
use allclear_engine::session::Session;
use allclear_engine::values::values;
use allclear_ledger::LedgerError;
use jiff::Timestamp;

use super::model::{Artifact, Commit, Last, Opening, Report, Source};

/// What a report is made of.
struct Gathering<'a> {
    session: &'a Session,
    repository: &'a Repository,
    process: &'a Process,
    release: &'a Release,
    plan: &'a Plan,
    /// The events of the release since it was opened.
    records: Vec<Record>,
    /// What the placeholders of titles stand for.
    values: Values,
    /// Where the project's forge shows commits and files.
    links: Option<Links>,
    /// How many bytes of pictures may still be shown.
    room: Cell<u64>,
}

/// Makes the report of a release.
///
/// # Errors
/// When the ledger cannot be read.
pub(crate) fn gather(
    session: &Session,
    repository: &Repository,
    plan: &Plan,
    now: Timestamp,
) -> Result<Report, LedgerError> {
    let Session { ledger, process, release, .. } = session;
    let mut records = ledger.release(&release.version)?;
    let opening = records.iter().rposition(|record| matches!(record.event, Event::ReleaseOpened(_))).unwrap_or(0);
    records.drain(..opening);
    let links = process.project.forge.as_deref().and_then(Links::of_forge);
    let (values, room) = (values(process, release), Cell::new(evidence::LARGEST_IN_ALL));
    let gathering = Gathering { session, repository, process, release, plan, records, values, links, room };
    Ok(gathering.report(now))
}

impl Gathering<'_> {
    fn report(&self, now: Timestamp) -> Report {
        let Release { version, kind, .. } = self.release;
        let phases = self.phases();
        Report {
            project: self.process.project.name.clone(),
            version: version.clone(),
            kind: kind.clone(),
            made_at: now,
            verdict: self.verdict(),
            opening: self.opening(),
            branch: self.values.get("branch").cloned(),
            candidate: self.release.candidate.as_ref().map(|id| self.commit(id)),
            release_commit: self.release.release_commit.as_ref().map(|id| self.commit(id)),
            last: self.last(),
            source: self.source(),
            totals: steps::totals(&phases),
            changes: self.changes(),
            phases,
            gates: self.gates(),
            waivers: self.waivers(),
            repairs: self.repairs(),
            not_run: self.not_run(),
            artifacts: self.artifacts(),
        }
    }

    fn opening(&self) -> Opening {
        let Release { opened, opening, .. } = self.release;
        let (reason, outside) = (opening.reason.clone(), opening.outside.clone());
        Opening { at: opened.at, by: opened.by.name.clone(), reason, outside }
    }

    fn last(&self) -> Option<Last> {
        let last = self.release.opening.last.as_ref()?;
        Some(Last { version: last.version.clone(), tag: last.tag.clone(), commit: self.commit(&last.commit) })
    }

    fn source(&self) -> Source {
        let head = self.session.ledger.head();
        Source {
            branch: self.process.project.ledger.to_string(),
            event: head.as_ref().map_or(0, |head| head.seq),
            digest: head.map(|head| head.digest),
            process: self.release.opening.process,
            process_commit: self.commit(&self.release.opening.process_commit),
        }
    }

    fn artifacts(&self) -> Vec<Artifact> {
        let built = self.release.artifacts().into_iter();
        built.map(|one| Artifact { path: one.path.clone(), sha256: one.sha256, size: one.size }).collect()
    }

    fn commit(&self, id: &CommitId) -> Commit {
        Commit { id: id.clone(), url: self.links.as_ref().map(|links| links.commit_page(id.as_str())) }
    }

    /// The address of a file of the ledger.
    fn page(&self, path: &str) -> Option<String> {
        let branch = self.process.project.ledger.as_str();
        self.links.as_ref().map(|links| links.file_page(branch, path))
    }

    /// A person as people know them.
    fn person(&self, name: &Word) -> String {
        let known = self.process.people.get(name).and_then(|person| person.name.clone());
        known.unwrap_or_else(|| name.to_string())
    }

    fn people(&self, names: &[Word]) -> Vec<String> {
        names.iter().map(|name| self.person(name)).collect()
    }
}
