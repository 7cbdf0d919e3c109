//! One release under way: its frozen process, the fold of its events, and the ledger that they go to.

use std::sync::Arc;

use allclear_core::digest::Digest;
use allclear_core::event::{Actor, Event, Record};
use allclear_core::names::RelPath;
use allclear_core::process::Process;
use allclear_core::release::{IllegalEvent, Release};
use allclear_core::version::Version;
use allclear_ledger::{Draft, Found, Ledger, LedgerError, Shared, fault};
use jiff::Timestamp;

use crate::repository::Identity;
use crate::wholes;

/// A release, as far as this clone knows.
pub struct Session {
    /// The ledger.
    pub ledger: Ledger,
    /// The process that governs the release.
    pub process: Arc<Process>,
    /// The release.
    pub release: Release,
    /// Who writes.
    actor: Actor,
    /// The event up to which the release was read.
    read_to: Option<(u64, Digest)>,
}

/// A release could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// There is no such release.
    #[error("there is no release {0} in the ledger: `allclear start` opens one")]
    NoSuchRelease(Version),
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// Its events do not fit together.
    #[error("the events of the release do not fit together")]
    Illegal(#[from] IllegalEvent),
    /// The frozen process cannot be read.
    #[error("the frozen process of {release} cannot be read")]
    Process {
        /// The release.
        release: Version,
        /// Why.
        source: serde_json::Error,
    },
}

/// The name of the resolved process among the evidence of an opening.
pub const PROCESS: &str = "process.json";

impl Session {
    /// Reads a release from the ledger.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub fn open(ledger: Ledger, version: &Version, actor: Actor) -> Result<Self, SessionError> {
        let records = ledger.release(version)?;
        let (process, release) = read(&ledger, version, &records)?;
        let read_to = last(&ledger);
        Ok(Self { ledger, process: Arc::new(process), release, actor, read_to })
    }

    /// Lets another person write from here on.
    pub fn act_as(&mut self, who: &Identity) {
        (self.actor.name, self.actor.email) = (who.name.clone(), who.email.clone());
    }

    /// The name of this clone, by which its own unfinished attempts are known.
    pub fn clone_name(&self) -> &str {
        &self.actor.clone
    }

    /// Reads again what others may have added.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub fn refresh(&mut self) -> Result<(), SessionError> {
        let records = self.ledger.release(&self.release.version)?;
        let (process, release) = read(&self.ledger, &self.release.version, &records)?;
        (self.release, self.read_to) = (release, last(&self.ledger));
        if *self.process != process {
            self.process = Arc::new(process);
        }
        Ok(())
    }

    /// The release as it was before one of its events; none where that event opened it.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub fn before(&self, seq: u64) -> Result<Option<Release>, SessionError> {
        let records = self.ledger.release(&self.release.version)?;
        Ok(Release::fold(records.iter().filter(|record| record.seq < seq))?)
    }

    /// Writes an event durably and takes it in. What it names and the ledger does not keep whole is noted first, for the object store.
    ///
    /// # Errors
    /// When the ledger cannot hold it; then it did not happen.
    pub fn append(&mut self, at: Timestamp, event: Event) -> Result<Record, SessionError> {
        if let Some(config) = &self.process.object_store {
            wholes::note(self.ledger.store(), &event, config).map_err(LedgerError::from)?;
        }
        fault::point("wholes-noted");
        let draft = Draft { release: self.release.version.clone(), at, actor: self.actor.clone(), event, expect: None };
        let record = self.ledger.append(draft)?;
        // Another process of this clone may have written in between; only a full read is right then.
        self.refresh_from(&record)?;
        Ok(record)
    }

    fn refresh_from(&mut self, record: &Record) -> Result<(), SessionError> {
        if record.seq != self.release.seq + 1 {
            return self.refresh();
        }
        let mut release = Some(self.release.clone());
        Release::apply(&mut release, record)?;
        self.release = release.unwrap_or_else(|| self.release.clone());
        self.read_to = last(&self.ledger);
        Ok(())
    }

    /// Shares what was written with the remote and takes in what others wrote.
    ///
    /// # Errors
    /// When the ledger was rewritten or cannot be written. A remote that is away is no error.
    pub fn share(&mut self) -> Result<Shared, SessionError> {
        let shared = self.ledger.share()?;
        // Where nobody else wrote, the release is what it was.
        if last(&self.ledger) != self.read_to {
            self.refresh()?;
        }
        Ok(shared)
    }
}

/// The last event of a ledger.
fn last(ledger: &Ledger) -> Option<(u64, Digest)> {
    ledger.head().map(|head| (head.seq, head.digest))
}

fn read(ledger: &Ledger, version: &Version, records: &[Record]) -> Result<(Process, Release), SessionError> {
    let release = Release::fold(records)?.ok_or_else(|| SessionError::NoSuchRelease(version.clone()))?;
    let opening = records.iter().rev().find(|record| matches!(record.event, Event::ReleaseOpened(_)));
    let opening = opening.ok_or_else(|| SessionError::NoSuchRelease(version.clone()))?;
    let name = RelPath::new(PROCESS).expect("a path");
    let (Found::Whole(bytes) | Found::Excerpt(bytes)) = ledger.evidence(opening, &name)?;
    let process =
        serde_json::from_slice(&bytes).map_err(|source| SessionError::Process { release: version.clone(), source })?;
    Ok((process, release))
}
