//! A store of large evidence: bytes by their digest, which never change.

use std::io::Read;
use std::path::Path;

use allclear_core::digest::Digest;
use allclear_core::process::ObjectStore as Config;

use super::folder_store::FolderStore;
use super::s3::S3Store;

/// Where the whole of large evidence is kept for everybody.
pub trait ObjectStore {
    /// The size of what it has under this digest, in bytes; none where it has nothing.
    ///
    /// # Errors
    /// When it cannot be asked.
    fn has(&self, digest: &Digest) -> Result<Option<u64>, ObjectStoreError>;

    /// Keeps a file of this digest and size, for good. Nothing that is there is overwritten, and there is nothing to do where it is.
    ///
    /// # Errors
    /// When the store or the file cannot be reached, or something of another size stands under the digest.
    fn put(&self, digest: &Digest, file: &Path, size: u64) -> Result<(), ObjectStoreError>;

    /// What it has under this digest, unchecked: whoever reads it compares. None where it has nothing.
    ///
    /// # Errors
    /// When it cannot be asked.
    fn get(&self, digest: &Digest) -> Result<Option<Box<dyn Read>>, ObjectStoreError>;

    /// Looks whether it can be used, without leaving anything there.
    ///
    /// # Errors
    /// Why it cannot be.
    fn look(&self) -> Result<(), ObjectStoreError>;

    /// Where it is, for people.
    fn place(&self) -> String;
}

/// An object store could not be used. No message holds a credential or a signature.
#[derive(Debug, thiserror::Error)]
pub enum ObjectStoreError {
    /// It cannot be reached just now: nothing is wrong with what was asked.
    #[error("{place} cannot be reached: {reason}")]
    Away {
        /// The store.
        place: String,
        /// What was tried last, and what came of it.
        reason: String,
    },
    /// It says no.
    #[error("{what} is refused with {said}: {way_out}")]
    Refused {
        /// What was asked, with the store and the name in it.
        what: String,
        /// Its status, and its own word for it.
        said: String,
        /// What a person can do.
        way_out: String,
    },
    /// It wants to know who asks, and this machine does not say.
    #[error("{0}")]
    Credentials(String),
    /// What stands under the digest are other bytes.
    #[error(
        "{place} has other bytes under sha256:{digest} ({found} bytes, and {wanted} are right): nothing was overwritten; find out \
         who wrote them, and remove them"
    )]
    Other {
        /// The store.
        place: String,
        /// The digest.
        digest: Digest,
        /// The size of what is there.
        found: u64,
        /// The size of what belongs there.
        wanted: u64,
    },
    /// The file that was to be kept has other bytes than its digest says.
    #[error("sha256:{0} has other bytes in this clone, and was not kept: check the disk")]
    Damaged(Digest),
    /// The file is larger than the store takes.
    #[error("sha256:{digest} has {size} bytes, and {place} takes at most {most} in one piece: leave smaller evidence")]
    TooLarge {
        /// The store.
        place: String,
        /// The digest of the file.
        digest: Digest,
        /// Its size.
        size: u64,
        /// The largest size that the store takes.
        most: u64,
    },
    /// A file cannot be read or written.
    #[error("cannot {what}")]
    Io {
        /// What was tried, with the file.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
}

impl ObjectStoreError {
    /// Whether the store as a whole cannot be used now, so that there is no sense in asking it for something else.
    pub fn is_of_the_whole(&self) -> bool {
        !matches!(self, Self::Other { .. } | Self::Damaged(_) | Self::TooLarge { .. })
    }
}

/// The object store that a process names, for a repository whose top is here.
///
/// # Errors
/// When it cannot even be asked.
pub fn at(config: &Config, top: &Path) -> Result<Box<dyn ObjectStore>, ObjectStoreError> {
    match config {
        Config::Folder(folder) => Ok(Box::new(FolderStore::new(top.join(&folder.folder)))),
        Config::S3(s3) => Ok(Box::new(S3Store::new(s3)?)),
    }
}

/// The name of content in a store: `ab/cdef…`, so that no folder gets too full for people or file systems.
pub(super) fn name(digest: &Digest) -> String {
    let digest = digest.to_string();
    format!("{}/{}", &digest[..2], &digest[2..])
}
