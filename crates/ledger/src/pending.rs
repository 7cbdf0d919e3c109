//! What is still to be taken from this clone to an object store: one small file for each, beside the content itself.
//!
//! The note is on disk before the event that names the content, and is taken away when the object store has it. So a crash in between
//! leaves a note too many at worst, and content goes up that nobody asks for; it never leaves one too few.

use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

use allclear_core::digest::Digest;

use crate::disk::{self, DiskError};
use crate::store::{Store, StoreError};

/// Content that is still to be taken to an object store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Its digest.
    pub sha256: Digest,
    /// Its size in bytes.
    pub size: u64,
    /// The object store, in the words of whoever noted it.
    pub place: String,
    note: PathBuf,
}

impl Store {
    /// Notes that content is to be taken to an object store, where this clone has it.
    ///
    /// # Errors
    /// When the disk does not take the note.
    pub fn note_pending(&self, sha256: &Digest, size: u64, place: &str) -> Result<(), StoreError> {
        if !self.has(sha256, size)? {
            return Ok(());
        }
        // The same content may be wanted in two places.
        let note = self.notes().join(format!("{sha256}-{size}-{}", Digest::of(place.as_bytes()).short()));
        Ok(disk::replace(&note, place.as_bytes())?)
    }

    /// Returns what is still to be taken to an object store, in the order of object stores and digests.
    ///
    /// # Errors
    /// When the notes cannot be read.
    pub fn pending(&self) -> Result<Vec<Pending>, StoreError> {
        let folder = self.notes();
        let listed = match fs::read_dir(&folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(vec![]),
            listed => listed.map_err(DiskError::at("read", &folder))?,
        };
        let mut pending = Vec::new();
        for entry in listed {
            let note = entry.map_err(DiskError::at("read", &folder))?.path();
            // Anything else is a draft of a note.
            let Some((sha256, size)) = note.file_name().and_then(|name| named(name.to_str()?)) else { continue };
            // Somebody else in this clone may have taken it up, and the note away, just now.
            let place = match fs::read_to_string(&note) {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                place => place.map_err(DiskError::at("read", &note))?,
            };
            pending.push(Pending { sha256, size, place, note });
        }
        pending.sort_by_key(|one| (one.place.clone(), one.sha256));
        Ok(pending)
    }

    /// Takes the note away: the object store has the content.
    ///
    /// # Errors
    /// When the disk does not let it go.
    pub fn uploaded(&self, pending: &Pending) -> Result<(), StoreError> {
        match fs::remove_file(&pending.note) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(DiskError::at("remove", &pending.note)(error).into())
            }
            _ => Ok(()),
        }
    }

    fn notes(&self) -> PathBuf {
        self.path_of("pending")
    }
}

/// The content that a note is about, by the note's name.
fn named(name: &str) -> Option<(Digest, u64)> {
    let mut parts = name.split('-');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence;

    #[test]
    fn content_is_noted_once_a_place() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::within(folder.path());
        assert_eq!(store.pending().unwrap(), vec![]);
        let sha256 = store.put(b"much").unwrap();
        for place in ["here", "here", "there"] {
            store.note_pending(&sha256, 4, place).unwrap();
        }
        let pending = store.pending().unwrap();
        assert_eq!(pending.iter().map(|one| (one.sha256, one.size)).collect::<Vec<_>>(), vec![(sha256, 4); 2]);
        assert_eq!(pending.iter().map(|one| one.place.as_str()).collect::<Vec<_>>(), ["here", "there"]);

        store.uploaded(&pending[0]).unwrap();
        store.uploaded(&pending[0]).unwrap();
        assert_eq!(store.pending().unwrap(), pending[1..]);
    }

    #[test]
    fn what_this_clone_never_had_whole_is_not_noted() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::within(folder.path());
        let whole = (Digest::of(b"much"), 100 << 20);
        let ends = (b"head\n".to_vec(), b"tail\n".to_vec());
        let kept = evidence::keep_ends(&store, "log.txt".parse().unwrap(), "text/plain", whole, ends).unwrap();
        store.note_pending(&kept.sha256, kept.size, "here").unwrap();
        assert_eq!(store.pending().unwrap(), vec![]);
    }
}
