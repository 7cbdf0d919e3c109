//! A registry that holds named files and never changes one.

use std::path::Path;

use allclear_core::digest::Digest;

use crate::step::StepError;

/// Where files of a release are published. One version of a name holds one sequence of bytes for ever.
pub trait Registry {
    /// The digest of what stands under a name; none where nothing does.
    ///
    /// # Errors
    /// When the registry cannot be asked.
    fn find(&self, name: &str) -> Result<Option<Digest>, StepError>;

    /// Uploads a file under a name at which nothing stands.
    ///
    /// # Errors
    /// When it says so; only a look at it tells what happened.
    fn upload(&self, name: &str, file: &Path) -> Result<(), StepError>;

    /// Where a person can look at what stands under a name.
    fn place(&self, name: &str) -> String;
}
