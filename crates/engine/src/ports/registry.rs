//! A registry: it holds named files, and never changes one.

use std::time::Duration;

use allclear_core::digest::Digest;

use super::download::{Downloaded, Found, Reader};
use crate::content::{Content, Meter};
use crate::step::{Probe, StepError};

/// A file that is published: its bytes are frozen, whatever is done with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// Its own name, such as `harbor-1.4.0.tar.gz`.
    pub name: String,
    /// Where a store of named files keeps it: `harbor/1.4.0/harbor-1.4.0.tar.gz`.
    pub path: String,
    /// Its bytes.
    pub content: Content,
}

/// The most of a file that is read to learn its digest, in bytes, where our own size is not known.
const LARGEST: u64 = 16 << 30;

impl Frozen {
    /// How much of what stands in its place is read to learn its digest, in bytes: what is larger is not this file.
    pub(crate) fn most(&self) -> u64 {
        // Without its bytes here its size is not known.
        if self.content.size == 0 { LARGEST } else { self.content.size }
    }

    /// What it means that a file of this digest stands in its place, or one that is larger than [`most`](Self::most).
    pub(crate) fn against(&self, found: Option<Digest>, place: String) -> Probe {
        match found {
            Some(found) if found == self.content.sha256 => Probe::Ours { place: Some(place) },
            Some(found) => Probe::Foreign { found: format!("sha256:{found}") },
            None => Probe::Foreign { found: format!("a file of more than {} bytes", self.most()) },
        }
    }
}

/// Where files of a release are published. One version of a name holds one sequence of bytes for ever.
///
/// Whatever goes wrong decides nothing: only [`Registry::find`] says what is there. So nothing here tries again by itself.
pub trait Registry: Sync {
    /// Looks, past every cache, what stands where this file is to stand: nothing, these very bytes, or something else. Changes nothing.
    ///
    /// # Errors
    /// When the registry cannot be asked: [`StepError::Passing`] where later it may be.
    fn find(&self, file: &Frozen) -> Result<Probe, StepError>;

    /// Uploads the file, in one request or one sequence of them. Done twice it harms nothing: it is the same bytes.
    ///
    /// # Errors
    /// When it says so; only a look at it tells what happened.
    fn upload(&self, file: &Frozen, meter: &Meter<'_>) -> Result<(), StepError>;

    /// Proves, as far as the registry lets anybody, that this file may be published by who asks; publishes nothing.
    ///
    /// # Errors
    /// Why it may not, with the way out.
    fn admits(&self, _file: &Frozen) -> Result<(), StepError> {
        Ok(())
    }

    /// Downloads what stands where this file is to stand, by its name and as a user would, and hashes it while it is read, up to one byte
    /// more than the file has (any size where its is 0, which means unknown): without credentials first, with them only where everybody is
    /// refused or sees nothing. None where there is nothing.
    ///
    /// A registry that does not say how is asked by [`Registry::find`] only: then the answer is what it says of the file, no byte of it
    /// was read, and the answer tells that ([`Reader::NotRead`]).
    ///
    /// # Errors
    /// When it cannot be read: [`StepError::Passing`] where later it may be.
    fn download(&self, file: &Frozen) -> Result<Option<Downloaded>, StepError> {
        let said = |found, place: String| Downloaded { found, size: file.content.size, place, by: Reader::NotRead };
        match self.find(file)? {
            Probe::Absent => Ok(None),
            Probe::Ours { place } => {
                Ok(Some(said(Found::Whole(file.content.sha256), place.unwrap_or_else(|| file.name.clone()))))
            }
            Probe::Foreign { found } | Probe::Superseded { found } => {
                Ok(Some(said(Found::Other(found), file.name.clone())))
            }
            Probe::Unsure { why } => Err(StepError::Passing { what: why, after: None }),
        }
    }

    /// The same registry for files that nobody sees yet; none where what is uploaded is seen.
    fn stage(&self) -> Option<&dyn Stage> {
        None
    }

    /// How long what was uploaded may take to be seen.
    fn visibility(&self) -> Duration {
        Duration::ZERO
    }
}

/// Where files of a release wait to be published: whoever does not know their digest or their address does not see them, and they can be
/// forgotten.
pub trait Stage: Sync {
    /// Looks whether a file waits there.
    ///
    /// # Errors
    /// When it cannot be asked.
    fn find_staged(&self, file: &Frozen) -> Result<Probe, StepError>;

    /// Uploads the file, and lets nothing lead to it. Done twice it harms nothing.
    ///
    /// # Errors
    /// When it says so; only a look at it tells what happened.
    fn upload_staged(&self, file: &Frozen, meter: &Meter<'_>) -> Result<(), StepError>;
}
