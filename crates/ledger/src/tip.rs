//! The last shared event, read from its commit alone: the messages of the ledger's commits carry what a status needs.

use std::collections::BTreeSet;

use allclear_core::digest::Digest;
use allclear_core::event::Record;
use allclear_core::version::Version;

use crate::chain::{self, Link, Standing, Tail};
use crate::commit::{self, Commit};
use crate::ledger::LedgerError;
use crate::objects::{Answer, ObjectError, Objects};
use crate::oid::Oid;
use crate::tree::Tree;

/// The commit that a branch of the ledger names, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tip {
    pub(crate) commit: Oid,
    pub(crate) tree: Oid,
    pub(crate) seq: u64,
    pub(crate) digest: Digest,
    pub(crate) open: BTreeSet<Version>,
    path: String,
}

impl Tip {
    /// Reads what a ref names; none when there is no such ref.
    pub(crate) fn read(objects: &mut Objects, name: &str) -> Result<Option<Self>, LedgerError> {
        let object = match objects.ask(name)? {
            Answer::Found(object) => object,
            Answer::Missing => return Ok(None),
            Answer::Damaged => return Err(ObjectError::Damaged(name.to_owned()).into()),
        };
        let commit = if object.kind == "commit" { Commit::read(&object.bytes) } else { None };
        let Some((commit, trailers)) = commit.and_then(|commit| commit.trailers().map(|trailers| (commit, trailers)))
        else {
            return Err(LedgerError::NotALedger { name: name.to_owned(), commit: object.id.to_string() });
        };
        Ok(Some(Self {
            commit: object.id,
            tree: commit.tree,
            seq: trailers.seq,
            digest: trailers.digest,
            open: trailers.open,
            path: trailers.path,
        }))
    }

    /// Returns the end of the chain here; it has the ledger's name, which only the event itself tells.
    pub(crate) fn tail(&self, objects: &mut Objects) -> Result<Tail, LedgerError> {
        let blob = Tree::at(self.tree).blob(objects, &self.path)?;
        let blob = blob.ok_or_else(|| ObjectError::Missing(self.path.clone()))?;
        let record = read_event(&self.path, &objects.get(blob)?)?;
        Ok(Tail::after(&record, self.digest))
    }

    /// Says whether the event is part of the ledger here, in the same place and with the same bytes. `tree` is the tree here, as far
    /// as it was read.
    pub(crate) fn holds(&self, objects: &mut Objects, tree: &mut Tree, link: &Link) -> Result<bool, ObjectError> {
        if link.record.seq > self.seq {
            return Ok(false);
        }
        let found = tree.blob(objects, &link.record.path())?;
        Ok(found == Some(self.commit.format().name("blob", &link.bytes)))
    }

    /// Says where a release stands here.
    pub(crate) fn standing(&self, objects: &mut Objects, release: &Version) -> Result<Option<Standing>, ObjectError> {
        match self.open.contains(release) {
            true => Ok(Some(Standing::Open)),
            false => standing_in(&mut Tree::at(self.tree), objects, release),
        }
    }
}

/// Says where a release stands in a tree: the names of its events' files tell.
pub(crate) fn standing_in(
    tree: &mut Tree,
    objects: &mut Objects,
    release: &Version,
) -> Result<Option<Standing>, ObjectError> {
    let files = event_files(tree, objects, release)?;
    let events = files.iter().filter_map(|(name, _)| commit::file(name)).map(|(_, event)| event);
    Ok(chain::standing(release, events))
}

/// Returns the names and blobs of a release's events, in their order.
pub(crate) fn event_files(
    tree: &mut Tree,
    objects: &mut Objects,
    release: &Version,
) -> Result<Vec<(String, Oid)>, ObjectError> {
    let listed = tree.list(objects, &format!("releases/{release}/"))?;
    let mut files: Vec<_> = listed.into_iter().filter_map(|(name, blob)| Some((name, blob?))).collect();
    // git sorts by bytes, which is not the order of numbers once they have seven digits.
    files.sort_by_key(|(name, _)| commit::file(name).map_or(0, |(seq, _)| seq));
    Ok(files)
}

/// Reads an event's file.
pub(crate) fn read_event(path: &str, bytes: &[u8]) -> Result<Record, LedgerError> {
    Record::read(bytes).map_err(|source| LedgerError::Event { path: path.to_owned(), source })
}
