//! The content store of one clone: bytes named by their SHA-256, under `<git common dir>/allclear/store/`.
//!
//! It holds what an event names before the event is written, and the whole of what the ledger keeps only an excerpt of.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use allclear_core::digest::{Digest, Hasher};

use crate::disk::{self, DiskError, Draft};

/// The content store.
#[derive(Debug, Clone)]
pub struct Store {
    folder: PathBuf,
}

/// Content cannot be had from the store, or put into it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// This clone does not have it.
    #[error("the content sha256:{0} is not in this clone's store")]
    Missing(Digest),
    /// The bytes are not those of its name.
    #[error(
        "the content sha256:{0} is damaged in this clone's store: check the disk, and restore the file from another clone"
    )]
    Damaged(Digest),
    /// A file could not be read or written.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

impl StoreError {
    /// What is to be kept could not be read back.
    pub fn reading(source: std::io::Error) -> Self {
        Self::Disk(DiskError::at("read", Path::new("what is to be kept"))(source))
    }
}

impl Store {
    /// The store in this folder.
    pub(crate) fn within(folder: &Path) -> Self {
        Self { folder: folder.join("store") }
    }

    /// Returns where content is, or would be.
    pub fn path(&self, digest: &Digest) -> PathBuf {
        let name = digest.to_string();
        self.folder.join(&name[..2]).join(&name[2..])
    }

    /// A folder of ours beside the content; its name is longer than the two digits of a folder of content.
    pub(crate) fn path_of(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Keeps bytes; they are on disk when this returns.
    ///
    /// # Errors
    /// When the disk does not take them.
    pub fn put(&self, bytes: &[u8]) -> Result<Digest, StoreError> {
        let digest = Digest::of(bytes);
        if !self.has(&digest, bytes.len() as u64)? {
            let mut draft = Draft::within(&self.folder)?;
            draft.write(bytes)?;
            draft.finish(&self.path(&digest))?;
        }
        Ok(digest)
    }

    /// Keeps a file of any size, and returns the digest and size of the bytes that were read.
    ///
    /// # Errors
    /// When the file cannot be read, or the disk does not take it.
    pub fn put_file(&self, path: &Path) -> Result<(Digest, u64), StoreError> {
        let mut file = File::open(path).map_err(DiskError::at("open", path))?;
        self.put_read(&mut file, path)
    }

    /// Keeps whatever is read, and returns its digest and size.
    ///
    /// # Errors
    /// When it cannot be read, or the disk does not take it.
    pub fn put_from(&self, reader: &mut dyn Read) -> Result<(Digest, u64), StoreError> {
        self.put_read(reader, Path::new("what is to be kept"))
    }

    fn put_read(&self, file: &mut dyn Read, path: &Path) -> Result<(Digest, u64), StoreError> {
        let (digest, size, draft) = self.draft(file, path)?;
        if !self.has(&digest, size)? {
            draft.finish(&self.path(&digest))?;
        }
        Ok((digest, size))
    }

    /// Keeps what is read if it is the content of this name and size, and says whether it was. Of what goes on and on no more
    /// than that is read.
    ///
    /// # Errors
    /// When it cannot be read to its end, or the disk does not take it.
    pub fn put_if(&self, wanted: &Digest, size: u64, reader: &mut dyn Read) -> Result<bool, StoreError> {
        let mut reader = reader.take(size.saturating_add(1));
        let (found, _, draft) = self.draft(&mut reader, Path::new("what was fetched"))?;
        let right = found == *wanted;
        if right && !self.has(wanted, size)? {
            draft.finish(&self.path(wanted))?;
        }
        Ok(right)
    }

    /// Writes what is read into a draft, and returns its digest and size.
    fn draft(&self, file: &mut dyn Read, path: &Path) -> Result<(Digest, u64, Draft), StoreError> {
        let mut draft = Draft::within(&self.folder)?;
        let (mut hasher, mut size, mut piece) = (Hasher::default(), 0, vec![0; 1 << 16]);
        loop {
            match file.read(&mut piece) {
                Ok(0) => return Ok((hasher.finish(), size, draft)),
                Ok(length) => {
                    hasher.update(&piece[..length]);
                    draft.write(&piece[..length])?;
                    size += length as u64;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(DiskError::at("read", path)(error).into()),
            }
        }
    }

    /// Opens content for reading, as it is on disk: only [`Store::get`] checks it.
    ///
    /// # Errors
    /// When the store does not have it.
    pub fn open(&self, digest: &Digest) -> Result<File, StoreError> {
        let path = self.path(digest);
        File::open(&path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => StoreError::Missing(*digest),
            _ => DiskError::at("open", &path)(error).into(),
        })
    }

    /// Reads content, and checks it against its name.
    ///
    /// # Errors
    /// When the store does not have it, or has other bytes.
    pub fn get(&self, digest: &Digest) -> Result<Vec<u8>, StoreError> {
        let mut bytes = Vec::new();
        let path = self.path(digest);
        self.open(digest)?.read_to_end(&mut bytes).map_err(DiskError::at("read", &path))?;
        match Digest::of(&bytes) == *digest {
            true => Ok(bytes),
            false => Err(StoreError::Damaged(*digest)),
        }
    }

    /// Says whether content of this size is kept, durably: whoever put it may have died before its name was flushed.
    pub(crate) fn has(&self, digest: &Digest, size: u64) -> Result<bool, DiskError> {
        let path = self.path(digest);
        match std::fs::metadata(&path) {
            Ok(meta) if meta.is_file() && meta.len() == size => {
                disk::sync_folder(path.parent().unwrap_or(&path)).map(|()| true)
            }
            _ => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_kept_once_and_checked_when_read() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::within(folder.path());
        let digest = store.put(b"log").unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, b"log").unwrap();
        assert_eq!(store.put_file(&file).unwrap(), (digest, 3));
        assert_eq!(store.get(&digest).unwrap(), b"log");
        std::fs::write(store.path(&digest), b"lug").unwrap();
        assert!(matches!(store.get(&digest), Err(StoreError::Damaged(_))));
        assert!(matches!(store.get(&Digest::of(b"other")), Err(StoreError::Missing(_))));
    }

    #[test]
    fn only_the_content_of_its_name_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::within(folder.path());
        let digest = Digest::of(b"whole");
        assert!(!store.put_if(&digest, 5, &mut &b"whale"[..]).unwrap());
        assert!(!store.put_if(&digest, 5, &mut std::io::repeat(b'w')).unwrap(), "what has no end is not read to it");
        assert!(matches!(store.get(&digest), Err(StoreError::Missing(_))));
        assert!(store.put_if(&digest, 5, &mut &b"whole"[..]).unwrap());
        assert_eq!(store.get(&digest).unwrap(), b"whole");
    }

    #[test]
    fn half_a_file_is_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::within(folder.path());
        let digest = store.put(b"whole").unwrap();
        std::fs::write(store.path(&digest), b"wh").unwrap();
        assert_eq!(store.put(b"whole").unwrap(), digest);
        assert_eq!(store.get(&digest).unwrap(), b"whole");
        let drafts = std::fs::read_dir(folder.path().join("store")).unwrap().count();
        assert_eq!(drafts, 1, "one folder, and no draft is left behind");
    }
}
