//! Reading what is to be verified: commits, their events and their evidence, many at a time.

use allclear_core::digest::Digest;
use allclear_core::event::{BadRecord, Record};

use crate::commit::Commit;
use crate::evidence;
use crate::objects::{Answer, Object, ObjectError, Objects};
use crate::oid::Oid;
use crate::tree::Tree;

/// A commit as it was read.
pub(super) struct Read {
    pub(super) id: Oid,
    pub(super) bytes: Vec<u8>,
    /// What it says, when it is written as git writes commits.
    pub(super) commit: Option<Commit>,
    /// The event that it names, if it names one.
    pub(super) found: Option<Found>,
}

/// A commit's event, as it was found in a tree.
pub(super) struct Found {
    pub(super) blob: Option<Oid>,
    pub(super) record: Result<(Record, Digest), Problem>,
    pub(super) evidence: Vec<Kept>,
}

/// Why there is no event.
pub(super) enum Problem {
    Absent,
    Missing,
    Damaged,
    Bad(BadRecord),
}

/// A piece of evidence: where it is, what is there, and whether it is what the event says.
pub(super) struct Kept {
    pub(super) path: String,
    pub(super) blob: Option<Oid>,
    pub(super) state: State,
    sha256: Digest,
}

/// What became of a piece of evidence.
#[derive(Clone, Copy)]
pub(super) enum State {
    /// Its bytes have the digest that the event gives.
    Good,
    /// Its bytes have another one.
    Another,
    /// The tree does not have it.
    Absent,
    /// The tree has it, and this clone does not.
    Missing,
    /// git cannot read it.
    Damaged,
}

/// Looks events up in the tree at the head: since files are only added, that is the quick way from a path to its blob.
pub(super) struct Reader {
    head: Tree,
}

impl Reader {
    pub(super) fn at(objects: &mut Objects, head: Oid) -> Result<Self, ObjectError> {
        let tree = Commit::read(&objects.get(head)?).map_or_else(Tree::empty, |commit| Tree::at(commit.tree));
        Ok(Self { head: tree })
    }

    /// Reads all folders of the head at once, for a walk that will need most of them.
    pub(super) fn read_ahead(&mut self, objects: &mut Objects) -> Result<(), ObjectError> {
        self.head.read_all(objects)
    }

    /// Reads some commits, then their events, then their evidence: three rounds of questions instead of three for each. What
    /// comes is parsed at once, while git gets the next.
    pub(super) fn block(&mut self, objects: &mut Objects, ids: &[Oid]) -> Result<Vec<Read>, ObjectError> {
        let mut block = commits(objects, ids)?;
        for read in &mut block {
            if let Some(trailers) = read.commit.as_ref().and_then(Commit::trailers) {
                read.found = Some(Found::at(self.head.blob(objects, &trailers.path)?));
            }
        }
        let found: Vec<_> = block.iter_mut().filter_map(|read| read.found.as_mut()).collect();
        fill(objects, &mut self.head, found)?;
        Ok(block)
    }
}

fn commits(objects: &mut Objects, ids: &[Oid]) -> Result<Vec<Read>, ObjectError> {
    let (mut block, mut lacking) = (Vec::with_capacity(ids.len()), None);
    objects.each(ids, |n, answer| match answer {
        Answer::Found(Object { id, bytes, .. }) => {
            block.push(Read { id, commit: Commit::read(&bytes), bytes, found: None });
        }
        Answer::Missing => lacking = lacking.take().or(Some(ObjectError::Missing(ids[n].to_string()))),
        Answer::Damaged => lacking = lacking.take().or(Some(ObjectError::Damaged(ids[n].to_string()))),
    })?;
    lacking.map_or(Ok(block), Err)
}

/// Finds an event and its evidence in a tree.
pub(super) fn find(objects: &mut Objects, tree: &mut Tree, path: &str) -> Result<Found, ObjectError> {
    let mut found = Found::at(tree.blob(objects, path)?);
    fill(objects, tree, vec![&mut found])?;
    Ok(found)
}

/// Reads the events that were found, and their evidence.
fn fill(objects: &mut Objects, tree: &mut Tree, found: Vec<&mut Found>) -> Result<(), ObjectError> {
    let (blobs, mut found): (Vec<_>, Vec<_>) =
        found.into_iter().filter_map(|found| found.blob.map(|blob| (blob, found))).unzip();
    objects.each(&blobs, |n, answer| found[n].record = record(answer))?;
    for found in &mut found {
        let Ok((record, _)) = &found.record else { continue };
        for one in record.event.evidence() {
            let path = record.evidence_path(&one.name);
            let blob = tree.blob(objects, &path)?;
            found.evidence.push(Kept { path, blob, state: State::Absent, sha256: evidence::in_ledger(one) });
        }
    }
    judge(objects, found.into_iter().flat_map(|found| &mut found.evidence))
}

fn record(answer: Answer) -> Result<(Record, Digest), Problem> {
    match answer {
        Answer::Found(object) => match Record::read(&object.bytes) {
            Ok(record) => Ok((record, Digest::of(&object.bytes))),
            Err(bad) => Err(Problem::Bad(bad)),
        },
        Answer::Missing => Err(Problem::Missing),
        Answer::Damaged => Err(Problem::Damaged),
    }
}

/// Reads evidence and compares it with the digests that the events give.
fn judge<'a>(objects: &mut Objects, evidence: impl Iterator<Item = &'a mut Kept>) -> Result<(), ObjectError> {
    let mut there: Vec<_> = evidence.filter_map(|kept| kept.blob.map(|blob| (blob, kept))).collect();
    let blobs: Vec<_> = there.iter().map(|(blob, _)| *blob).collect();
    objects.each(&blobs, |n, answer| {
        let (_, kept) = &mut there[n];
        kept.state = match answer {
            Answer::Found(object) if Digest::of(&object.bytes) == kept.sha256 => State::Good,
            Answer::Found(_) => State::Another,
            Answer::Missing => State::Missing,
            Answer::Damaged => State::Damaged,
        };
    })?;
    Ok(())
}

impl Found {
    fn at(blob: Option<Oid>) -> Self {
        Self { blob, record: Err(Problem::Absent), evidence: vec![] }
    }
}
