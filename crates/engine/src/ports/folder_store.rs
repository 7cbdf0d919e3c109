//! A folder as an object store: a shared drive, or a stand-in in rehearsals.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use allclear_core::digest::{Digest, Hasher};

use super::object_store::{ObjectStore, ObjectStoreError, name};

/// A folder that holds content under its digest.
pub struct FolderStore {
    folder: PathBuf,
}

impl FolderStore {
    /// Takes a folder, which need not exist yet.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.folder.join(name(digest))
    }
}

impl ObjectStore for FolderStore {
    fn has(&self, digest: &Digest) -> Result<Option<u64>, ObjectStoreError> {
        let path = self.path(digest);
        match fs::metadata(&path) {
            Ok(found) => Ok(Some(found.len())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(cannot("read", &path)(error)),
        }
    }

    fn put(&self, digest: &Digest, file: &Path, size: u64) -> Result<(), ObjectStoreError> {
        let path = self.path(digest);
        if self.is_there(digest, size)? {
            return Ok(());
        }
        let write = cannot("write", &path);
        let folder = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder).map_err(&write)?;
        let mut draft = tempfile::NamedTempFile::new_in(folder).map_err(&write)?;
        let mut copied = Hashed { reader: File::open(file).map_err(cannot("read", file))?, hasher: Hasher::default() };
        io::copy(&mut copied, &mut draft).map_err(&write)?;
        if copied.hasher.finish() != *digest {
            return Err(ObjectStoreError::Damaged(*digest));
        }
        draft.as_file().sync_all().map_err(&write)?;
        match draft.persist_noclobber(&path) {
            // Somebody else was faster, and what they put there is looked at.
            Err(raced) if raced.error.kind() == ErrorKind::AlreadyExists => self.is_there(digest, size).map(drop),
            placed => {
                placed.map_err(|error| write(error.error))?;
                let flushed =
                    [folder, &self.folder].map(|folder| File::open(folder).and_then(|folder| folder.sync_all()));
                flushed.into_iter().collect::<io::Result<()>>().map_err(write)
            }
        }
    }

    fn get(&self, digest: &Digest) -> Result<Option<Box<dyn Read>>, ObjectStoreError> {
        let path = self.path(digest);
        match File::open(&path) {
            Ok(file) => Ok(Some(Box::new(file))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(cannot("read", &path)(error)),
        }
    }

    /// Looks by a file that is gone again at once, in the folder or, where nobody has made it yet, in the one that it would be made in.
    fn look(&self) -> Result<(), ObjectStoreError> {
        let there = self.folder.ancestors().find(|folder| folder.exists()).unwrap_or(&self.folder);
        tempfile::tempfile_in(there).map(drop).map_err(cannot("write in", there))
    }

    fn place(&self) -> String {
        self.folder.display().to_string()
    }
}

impl FolderStore {
    /// Says whether something of this size is there; what is of another size is not ours.
    fn is_there(&self, digest: &Digest, size: u64) -> Result<bool, ObjectStoreError> {
        match self.has(digest)? {
            None => Ok(false),
            Some(found) if found == size => Ok(true),
            Some(found) => Err(ObjectStoreError::Other { place: self.place(), digest: *digest, found, wanted: size }),
        }
    }
}

/// A reader that knows the digest of what was read.
struct Hashed {
    reader: File,
    hasher: Hasher,
}

impl Read for Hashed {
    fn read(&mut self, piece: &mut [u8]) -> io::Result<usize> {
        let length = self.reader.read(piece)?;
        self.hasher.update(&piece[..length]);
        Ok(length)
    }
}

fn cannot(what: &'static str, path: &Path) -> impl Fn(io::Error) -> ObjectStoreError {
    let what = format!("{what} `{}`", path.display());
    move |source| ObjectStoreError::Io { what: what.clone(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &[u8] = b"a log of many lines\n";

    /// A store that nobody has made yet, and a file to put there.
    fn stage() -> (tempfile::TempDir, FolderStore, PathBuf) {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("log");
        fs::write(&file, TEXT).unwrap();
        let store = FolderStore::new(root.path().join("shared/evidence"));
        (root, store, file)
    }

    fn read(store: &FolderStore, digest: &Digest) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        store.get(digest).unwrap()?.read_to_end(&mut bytes).unwrap();
        Some(bytes)
    }

    #[test]
    fn what_was_put_there_stays_as_it_is() {
        let (root, store, file) = stage();
        let digest = Digest::of(TEXT);
        assert_eq!((store.has(&digest).unwrap(), read(&store, &digest)), (None, None));
        store.put(&digest, &file, TEXT.len() as u64).unwrap();
        assert_eq!(store.has(&digest).unwrap(), Some(TEXT.len() as u64));
        assert_eq!(read(&store, &digest).unwrap(), TEXT);

        // A second time nothing is written, not even read.
        store.put(&digest, &root.path().join("no such file"), TEXT.len() as u64).unwrap();
        let names = fs::read_dir(store.path(&digest).parent().unwrap()).unwrap().count();
        assert_eq!(names, 1, "no draft is left behind");
    }

    #[test]
    fn other_bytes_are_neither_overwritten_nor_put_there() {
        let (_root, store, file) = stage();
        let (right, wrong) = (Digest::of(TEXT), Digest::of(b"something else"));
        assert!(matches!(store.put(&wrong, &file, TEXT.len() as u64), Err(ObjectStoreError::Damaged(_))));
        assert_eq!(store.has(&wrong).unwrap(), None);

        fs::create_dir_all(store.path(&right).parent().unwrap()).unwrap();
        fs::write(store.path(&right), b"short").unwrap();
        let refused = store.put(&right, &file, TEXT.len() as u64);
        assert!(matches!(refused, Err(ObjectStoreError::Other { found: 5, wanted: 20, .. })), "{refused:?}");
        assert_eq!(read(&store, &right).unwrap(), b"short");
    }

    #[test]
    fn a_look_leaves_nothing_and_finds_what_is_in_the_way() {
        let (root, store, file) = stage();
        store.look().unwrap();
        assert!(!root.path().join("shared").exists());
        let blocked = FolderStore::new(file.join("evidence"));
        assert!(blocked.look().unwrap_err().to_string().starts_with("cannot write in `"));
    }
}
