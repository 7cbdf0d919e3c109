//! Recording an event: on disk before anybody is told.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use allclear_core::event::{Actor, Event, Evidence, FORMAT, Record};
use allclear_core::version::Version;
use jiff::Timestamp;

use crate::chain::{self, Link, Standing, Tail};
use crate::disk::{DiskError, Lock};
use crate::evidence;
use crate::fault;
use crate::ledger::{Ledger, LedgerError};
use crate::store::StoreError;

/// An event that shall be recorded.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The release that it belongs to.
    pub release: Version,
    /// When it happened.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What happened. Its evidence has to be kept before, with [`evidence::keep`].
    pub event: Event,
    /// The number of the last event that the caller knew of when it decided; none when it does not matter.
    pub expect: Option<u64>,
}

impl Ledger {
    /// Records an event behind all others that this clone knows. When this returns, the event is on disk; [`Ledger::share`]
    /// makes it known to others, and may give it another number then.
    ///
    /// # Errors
    /// When the event cannot follow what is there, names evidence that was not kept, is too large, when others were faster than
    /// [`Draft::expect`] allows, or when the disk does not take it. Only after [`crate::JournalError::Dead`] is it unknown whether the
    /// event was recorded; after every other error it was not.
    pub fn append(&mut self, draft: Draft) -> Result<Record, LedgerError> {
        self.check_evidence(draft.event.evidence())?;
        let lock = Lock::take(&self.folder)?;
        self.refresh()?;
        self.settle(&lock)?;
        if let Some(expected) = draft.expect.filter(|seen| *seen != self.last_seq()) {
            return Err(LedgerError::Moved { expected, found: self.last_seq() });
        }
        chain::after(self.standing(&draft.release)?, &draft.release, draft.event.name())?;
        let tail = match self.tail()? {
            Some(tail) => tail,
            None => Tail::new(new_name()?),
        };
        let Draft { release, at, actor, event, expect: _ } = draft;
        let (ledger, seq, prev) = (tail.ledger, tail.seq + 1, tail.digest);
        let record = Record { v: FORMAT, ledger, seq, prev, release, at, actor, event };
        let link = Link::new(record).map_err(LedgerError::Record)?;
        fault::point("append-before-write");
        self.journal.append(&lock, &link)?;
        let record = link.record.clone();
        self.outbox.push(link);
        Ok(record)
    }

    /// Says where a release stands, by the events that this clone knows; none when it was never opened.
    ///
    /// # Errors
    /// When git cannot read the ledger.
    pub fn standing(&self, release: &Version) -> Result<Option<Standing>, LedgerError> {
        let shared = match &self.tip {
            Some(tip) => tip.standing(&mut self.objects(), release)?,
            None => None,
        };
        let ours = self.unshared().filter(|record| record.release == *release);
        Ok(ours.fold(shared, |standing, record| chain::after(standing, release, record.event.name()).ok().or(standing)))
    }

    fn check_evidence(&self, list: &[Evidence]) -> Result<(), LedgerError> {
        if let Some(name) = evidence::unfit(list) {
            return Err(LedgerError::EvidenceName(name.clone()));
        }
        for one in list {
            let digest = evidence::in_ledger(one);
            let not_kept = |source| LedgerError::EvidenceNotKept { name: one.name.clone(), source };
            let length = self
                .store
                .open(&digest)
                .map_err(not_kept)?
                .metadata()
                .map_err(|error| not_kept(DiskError::at("read", &self.store.path(&digest))(error).into()))?;
            if digest == one.sha256 && length.len() != one.size {
                return Err(not_kept(StoreError::Damaged(digest)));
            }
        }
        Ok(())
    }
}

/// A ledger's name: 32 random hexadecimal digits.
fn new_name() -> Result<String, DiskError> {
    let path = Path::new("/dev/urandom");
    let mut bytes = [0; 16];
    File::open(path).and_then(|mut file| file.read_exact(&mut bytes)).map_err(DiskError::at("read", path))?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}
