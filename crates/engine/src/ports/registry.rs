//! A registry: it holds named files, and never changes one.

use std::time::Duration;

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

    /// How long what was uploaded may take to be seen.
    fn visibility(&self) -> Duration {
        Duration::ZERO
    }
}
