//! Writing so that it is still there after a power cut: flush the file, rename it into place, flush the folder.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A file or folder that could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("cannot {what} {}", path.display())]
pub struct DiskError {
    what: &'static str,
    path: PathBuf,
    source: io::Error,
}

impl DiskError {
    /// Returns a function that gives an [`io::Error`] its place, for `map_err`.
    pub(crate) fn at<'a>(what: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> Self + 'a {
        move |source| Self { what, path: path.to_owned(), source }
    }

    /// Says what kind of failure the system reported.
    pub fn kind(&self) -> ErrorKind {
        self.source.kind()
    }
}

/// Flushes a folder: names that were added to it stay.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), DiskError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(DiskError::at("flush the folder", folder))
}

/// Makes a folder and those above it, durably.
pub(crate) fn make_folder(folder: &Path) -> Result<(), DiskError> {
    if folder.is_dir() {
        return Ok(());
    }
    let above = folder.parent().unwrap_or(folder);
    make_folder(above)?;
    match std::fs::create_dir(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(DiskError::at("make the folder", folder)(error)),
        _ => sync_folder(above),
    }
}

/// Puts bytes into a file, at once or not at all; the file and its name are on disk when this returns.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), DiskError> {
    let mut draft = Draft::beside(path)?;
    draft.write(bytes)?;
    draft.finish(path)
}

/// A file that is written under a name of its own first.
pub(crate) struct Draft(tempfile::NamedTempFile);

impl Draft {
    /// Begins a file that shall become `path`.
    pub(crate) fn beside(path: &Path) -> Result<Self, DiskError> {
        Self::within(path.parent().unwrap_or(path))
    }

    /// Begins a file in this folder, made if need be.
    pub(crate) fn within(folder: &Path) -> Result<Self, DiskError> {
        make_folder(folder)?;
        let draft = tempfile::Builder::new().prefix(".draft-").tempfile_in(folder);
        draft.map(Self).map_err(DiskError::at("write in", folder))
    }

    /// Adds bytes.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), DiskError> {
        self.0.write_all(bytes).map_err(DiskError::at("write", self.0.path()))
    }

    /// Flushes the file, gives it its name, and flushes that too.
    pub(crate) fn finish(self, path: &Path) -> Result<(), DiskError> {
        self.0.as_file().sync_all().map_err(DiskError::at("flush", self.0.path()))?;
        let folder = path.parent().unwrap_or(path);
        make_folder(folder)?;
        self.0.persist(path).map_err(|error| DiskError::at("put in place", path)(error.error))?;
        sync_folder(folder)
    }
}

/// The lock that everybody who changes the ledger of this clone holds. The kernel frees it when its holder dies.
pub(crate) struct Lock {
    _held: File,
}

impl Lock {
    /// Waits for the lock.
    pub(crate) fn take(folder: &Path) -> Result<Self, DiskError> {
        make_folder(folder)?;
        let path = folder.join("lock");
        let file = OpenOptions::new().create(true).append(true).open(&path).map_err(DiskError::at("open", &path))?;
        file.lock().map_err(DiskError::at("lock", &path))?;
        Ok(Self { _held: file })
    }
}
