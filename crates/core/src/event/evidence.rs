//! The files that show what happened.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::names::RelPath;

/// A file that shows what happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Its name within the event's evidence folder.
    pub name: RelPath,
    /// The digest of the whole file.
    pub sha256: Digest,
    /// The size of the whole file in bytes.
    pub size: u64,
    /// Its media type, such as `text/plain`.
    pub media_type: String,
    /// Where its bytes are.
    pub kept: Kept,
}

/// Where the bytes of evidence are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "in", deny_unknown_fields)]
pub enum Kept {
    /// Whole, in the ledger beside the event.
    Ledger,
    /// Head and tail in the ledger, with a line between that says how much is left out.
    Excerpt {
        /// The digest of what the ledger holds.
        sha256: Digest,
    },
}
