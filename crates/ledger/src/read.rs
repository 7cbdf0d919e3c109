//! Reading releases and evidence.

use std::collections::BTreeSet;

use allclear_core::digest::Digest;
use allclear_core::event::{Evidence, Kept, Record};
use allclear_core::names::RelPath;
use allclear_core::version::Version;

use crate::evidence;
use crate::ledger::{Ledger, LedgerError};
use crate::objects::{Answer, ObjectError};
use crate::report::Report;
use crate::store::StoreError;
use crate::tip::{self, Tip};
use crate::tree::Tree;
use crate::verify;

/// The bytes of a piece of evidence, checked against its digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// All of it.
    Whole(Vec<u8>),
    /// Head and tail: the whole is in the store of the clone that recorded it.
    Excerpt(Vec<u8>),
}

impl Ledger {
    /// Returns all releases that the ledger knows, in the order of versions.
    ///
    /// # Errors
    /// When git cannot read the ledger.
    pub fn releases(&self) -> Result<Vec<Version>, LedgerError> {
        let mut releases: BTreeSet<Version> = self.unshared_releases();
        if let Some(tip) = &self.tip {
            let folders = Tree::at(tip.tree).list(&mut self.objects(), "releases/")?;
            releases.extend(folders.iter().filter_map(|(name, _)| name.strip_suffix('/')?.parse().ok()));
        }
        Ok(releases.into_iter().collect())
    }

    /// Returns the events of a release, in their order; those that are not shared yet come last.
    ///
    /// # Errors
    /// When an event is damaged, of a newer format, or not in its place.
    pub fn release(&self, release: &Version) -> Result<Vec<Record>, LedgerError> {
        let mut records = match &self.tip {
            Some(tip) => self.shared_events(tip, release)?,
            None => vec![],
        };
        records.extend(self.unshared().filter(|record| record.release == *release).cloned());
        Ok(records)
    }

    fn shared_events(&self, tip: &Tip, release: &Version) -> Result<Vec<Record>, LedgerError> {
        let mut objects = self.objects();
        let files = tip::event_files(&mut Tree::at(tip.tree), &mut objects, release)?;
        let blobs: Vec<_> = files.iter().map(|(_, blob)| *blob).collect();
        let answers = objects.ask_all(&blobs)?;
        let records = files.iter().zip(answers).map(|((name, blob), answer)| {
            let path = format!("releases/{release}/{name}");
            let record = match answer {
                Answer::Found(object) => tip::read_event(&path, &object.bytes)?,
                Answer::Missing => return Err(ObjectError::Missing(blob.to_string()).into()),
                Answer::Damaged => return Err(ObjectError::Damaged(blob.to_string()).into()),
            };
            match record.path() == path {
                true => Ok(record),
                false => Err(LedgerError::Misplaced { path, belongs: record.path() }),
            }
        });
        records.collect()
    }

    /// Returns the bytes of an event's evidence: the whole file if this clone has it, otherwise what the ledger holds.
    ///
    /// # Errors
    /// When the event has no such evidence, or no copy here has the bytes that the event names.
    pub fn evidence(&self, record: &Record, name: &RelPath) -> Result<Found, LedgerError> {
        let evidence = named(record, name)?;
        let failed = match self.store.get(&evidence.sha256) {
            Ok(bytes) => return Ok(Found::Whole(bytes)),
            Err(error) => error,
        };
        match (self.in_ledger(record, evidence)?, &evidence.kept) {
            (Some(bytes), Kept::Ledger) => Ok(Found::Whole(bytes)),
            (Some(bytes), Kept::Excerpt { .. }) => Ok(Found::Excerpt(bytes)),
            (None, _) => Err(failed.into()),
        }
    }

    /// Returns what the ledger itself holds of an event's evidence, the whole or head and tail: the same bytes on every clone.
    ///
    /// # Errors
    /// When the event has no such evidence, or its bytes are not here or not those that the event names.
    pub fn held(&self, record: &Record, name: &RelPath) -> Result<Vec<u8>, LedgerError> {
        let evidence = named(record, name)?;
        let missing = || StoreError::Missing(evidence::in_ledger(evidence)).into();
        self.in_ledger(record, evidence)?.ok_or_else(missing)
    }

    /// Reads what the ledger holds of a piece of evidence, from the shared history or, before that, from the store.
    fn in_ledger(&self, record: &Record, evidence: &Evidence) -> Result<Option<Vec<u8>>, LedgerError> {
        let digest = evidence::in_ledger(evidence);
        let mut objects = self.objects();
        let blob = match &self.tip {
            Some(tip) => Tree::at(tip.tree).blob(&mut objects, &record.evidence_path(&evidence.name))?,
            None => None,
        };
        match blob {
            Some(blob) => {
                let bytes = objects.get(blob)?;
                let good = Digest::of(&bytes) == digest;
                if good { Ok(Some(bytes)) } else { Err(StoreError::Damaged(digest).into()) }
            }
            None => Ok(self.store.get(&digest).ok()),
        }
    }

    /// Verifies the structure of the whole ledger offline: every commit one after the other, nothing but additions, every event
    /// and piece of evidence with the bytes that the chain names. Hands over each event and its digest, in order, so that the
    /// caller can check what events mean on the same walk. What was never shared is not part of it.
    ///
    /// # Errors
    /// When git or a commit cannot be read at all. Everything else is a finding of the report.
    pub fn verify(&self, mut each: impl FnMut(&Record, Digest)) -> Result<Report, LedgerError> {
        match &self.tip {
            Some(tip) => Ok(verify::walk(&self.git, &mut self.objects(), None, tip.commit, &mut each)?),
            None => Ok(Report::default()),
        }
    }
}

fn named<'r>(record: &'r Record, name: &RelPath) -> Result<&'r Evidence, LedgerError> {
    let wanted = record.event.evidence().iter().find(|evidence| evidence.name == *name);
    wanted.ok_or_else(|| LedgerError::NoEvidence { seq: record.seq, name: name.clone() })
}
