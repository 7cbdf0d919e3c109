//! What the ledger does not keep whole, between this clone and the object store: up when the ledger is shared, down when it is verified or
//! published.

use std::fmt;

use allclear_core::digest::Digest;
use allclear_core::event::{Event, Kept};
use allclear_core::process::ObjectStore as Config;
use allclear_core::size;
use allclear_ledger::{Pending, Store, StoreError, fault};

use crate::ports::object_store::{ObjectStore, ObjectStoreError};
use crate::step::chain;
use crate::world::World;

/// What could not be taken to an object store yet. It stays in this clone, noted, for the next time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// How many files.
    pub files: usize,
    /// Their size together, in bytes.
    pub bytes: u64,
    /// Where they belong.
    pub place: String,
    /// Why they are not there.
    pub reason: String,
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { files, bytes, place, reason } = self;
        let ending = if *files == 1 { "" } else { "s" };
        let size = size::for_people(*bytes);
        write!(f, "{files} file{ending} ({size}) still to be uploaded to {place}: {reason}")
    }
}

/// The words by which a note of this clone names an object store: what the process says of it.
pub fn place(config: &Config) -> String {
    serde_json::to_string(config).expect("the words of a process are JSON")
}

/// Notes what an event names and the ledger does not keep whole: large evidence, and what was built.
pub(crate) fn note(store: &Store, event: &Event, config: &Config) -> Result<(), StoreError> {
    let place = place(config);
    let large = event.evidence().iter().filter(|one| one.kept != Kept::Ledger).map(|one| (&one.sha256, one.size));
    let built = event.artifacts().iter().map(|one| (&one.sha256, one.size));
    large.chain(built).try_for_each(|(sha256, size)| store.note_pending(sha256, size, &place))
}

/// Brings content of this size from an object store into this clone, and says whether it was there with the right bytes; none where
/// nothing was there.
///
/// # Errors
/// When it cannot be asked, or the disk does not take it.
pub(crate) fn bring(
    from: &dyn ObjectStore,
    store: &Store,
    digest: &Digest,
    size: u64,
) -> Result<Option<bool>, ObjectStoreError> {
    let Some(mut reader) = from.get(digest)? else { return Ok(None) };
    let right = store.put_if(digest, size, &mut reader);
    right.map(Some).map_err(|error| ObjectStoreError::Away { place: from.place(), reason: chain(&error) })
}

/// Takes everything that waits for it to its object store, each file once. Nothing of a release depends on it: what goes wrong is
/// told, once for each store, and tried again the next time.
pub fn upload(world: &World, store: &Store) -> Vec<Left> {
    match store.pending() {
        Ok(pending) => {
            let stores = pending.chunk_by(|one, next| one.place == next.place);
            stores.filter_map(|group| upload_to_one(world, store, group)).collect()
        }
        Err(error) => {
            vec![Left { files: 0, bytes: 0, place: "the object store".to_owned(), reason: chain(&error) }]
        }
    }
}

/// Takes files to the store that all their notes name, and says which did not get there. What the store as a whole says no to is
/// not tried with the next file.
fn upload_to_one(world: &World, store: &Store, group: &[Pending]) -> Option<Left> {
    let config: Result<Config, _> = serde_json::from_str(&group.first()?.place);
    let Ok(config) = config else {
        let reason = "a newer program noted them: update allclear".to_owned();
        return Some(left(group, "an object store".to_owned(), reason));
    };
    let name = name(&config);
    let to = match world.object_store(&config) {
        Ok(to) => to,
        Err(error) => return Some(left(group, name, why(world, &error))),
    };
    let (mut failed, mut reason) = (Vec::new(), None);
    for (at, one) in group.iter().enumerate() {
        match upload_one(to.as_ref(), store, one) {
            Ok(()) => {}
            Err(error) if error.is_of_the_whole() => {
                failed.extend_from_slice(&group[at..]);
                reason = Some(why(world, &error));
                break;
            }
            Err(error) => {
                failed.push(one.clone());
                reason = Some(why(world, &error));
            }
        }
    }
    reason.map(|reason| left(&failed, name, reason))
}

fn upload_one(to: &dyn ObjectStore, store: &Store, one: &Pending) -> Result<(), ObjectStoreError> {
    to.put(&one.sha256, &store.path(&one.sha256), one.size)?;
    fault::point("whole-uploaded");
    store.uploaded(one).map_err(|error| ObjectStoreError::Io {
        what: "take the note away that a file is to be uploaded".to_owned(),
        source: std::io::Error::other(error),
    })
}

fn left(files: &[Pending], place: String, reason: String) -> Left {
    Left { files: files.len(), bytes: files.iter().map(|one| one.size).sum(), place, reason }
}

/// Why a store could not be used, for a sentence that names the store already.
fn why(world: &World, error: &ObjectStoreError) -> String {
    world.redactor.text(&match error {
        ObjectStoreError::Away { reason, .. } => format!("it cannot be reached: {reason}"),
        error => chain(error),
    })
}

/// An object store as people call it.
fn name(config: &Config) -> String {
    match config {
        Config::Folder(folder) => format!("`{}`", folder.folder),
        Config::S3(s3) => s3.url.to_string(),
    }
}
