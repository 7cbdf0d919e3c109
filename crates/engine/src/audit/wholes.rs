//! The wholes of evidence of which the ledger has head and tail: which of them are here, and what the object store says.

use std::collections::BTreeMap;

use allclear_core::digest::Digest;
use allclear_core::event::{Kept, Record};
use allclear_core::process::{ObjectStore as Config, Process};
use allclear_ledger::Store;

use super::Audit;
use crate::ports::folder::digest_of;
use crate::step::chain;
use crate::wholes::{bring, place};
use crate::world::World;

/// Evidence of which the ledger has head and tail.
#[derive(Debug, Clone)]
pub struct Whole {
    /// The event and the file, for people.
    named: String,
    sha256: Digest,
    size: u64,
    /// Where the whole is, by the process of the release.
    store: Option<Config>,
}

/// What came of a look at one whole.
enum Look {
    Verified,
    Violated(String),
    Incomplete(String),
    /// The store could not be asked at all, and there is no sense in asking it for another.
    Away(String),
}

impl Audit {
    /// Takes note of what an event names and the ledger has not whole; each content once for each store.
    pub(super) fn note_wholes(&mut self, record: &Record, process: Option<&Process>) {
        let store = process.and_then(|process| process.object_store.as_ref());
        for one in record.event.evidence().iter().filter(|one| one.kept != Kept::Ledger) {
            if !self.wholes.iter().any(|known| known.sha256 == one.sha256 && known.store.as_ref() == store) {
                let named = format!("{} event {}: `{}`", record.release, record.seq, one.name);
                self.wholes.push(Whole { named, sha256: one.sha256, size: one.size, store: store.cloned() });
            }
        }
    }

    /// Counts what this clone does not have, or has other bytes of.
    pub(super) fn count_missing(&mut self, store: &Store) {
        let missing = self.wholes.iter().filter(|whole| !is_here(store, whole));
        (self.not_here, self.not_here_bytes) = missing.fold((0, 0), |(n, bytes), whole| (n + 1, bytes + whole.size));
    }

    /// Fetches every whole from its object store, verifies it, and keeps it in this clone. What is not there, or cannot be asked
    /// for, is incomplete; other bytes are a violation.
    pub fn verify_wholes(&mut self, world: &World, store: &Store) {
        let mut away: BTreeMap<String, (usize, String)> = BTreeMap::new();
        let wholes = std::mem::take(&mut self.wholes);
        for whole in &wholes {
            let Some(config) = &whole.store else {
                self.without_store(store, whole);
                continue;
            };
            let key = place(config);
            if let Some((more, _)) = away.get_mut(&key) {
                *more += 1;
                continue;
            }
            match look(world, store, whole, config) {
                Look::Verified => {}
                Look::Violated(what) => self.violations.push(what),
                Look::Incomplete(what) => self.incomplete.push(what),
                Look::Away(what) => drop(away.insert(key, (0, format!("{}: {what}", whole.named)))),
            }
        }
        for (more, what) in away.into_values() {
            let more = if more == 0 { String::new() } else { format!(" ({more} more are kept there)") };
            self.incomplete.push(what + &more);
        }
        self.wholes = wholes;
        self.count_missing(store);
    }

    /// A process without an object store leaves wholes where they were recorded.
    fn without_store(&mut self, store: &Store, whole: &Whole) {
        if !is_here(store, whole) {
            self.incomplete.push(format!(
                "{}: the ledger has head and tail of it, the process names no object store, and this clone does not have the whole",
                whole.named
            ));
        }
    }
}

fn is_here(store: &Store, whole: &Whole) -> bool {
    matches!(digest_of(&store.path(&whole.sha256)), Ok(Some(found)) if found == whole.sha256)
}

fn look(world: &World, store: &Store, whole: &Whole, config: &Config) -> Look {
    let Whole { named, sha256, size, .. } = whole;
    let at = match world.object_store(config) {
        Ok(at) => at,
        Err(error) => return Look::Away(world.redactor.text(&chain(&error))),
    };
    match bring(at.as_ref(), store, sha256, *size) {
        Ok(Some(true)) => Look::Verified,
        Ok(Some(false)) => Look::Violated(format!("{named}: {} has other bytes under sha256:{sha256}", at.place())),
        Ok(None) => {
            let waits = store.pending().is_ok_and(|pending| pending.iter().any(|one| one.sha256 == *sha256));
            let why = if waits {
                "it is still to be uploaded from this clone"
            } else {
                "the clone that recorded it may still have it"
            };
            Look::Incomplete(format!("{named}: sha256:{sha256} is not in {}: {why}", at.place()))
        }
        Err(error) => Look::Away(world.redactor.text(&chain(&error))),
    }
}
