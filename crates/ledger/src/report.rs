//! What an audit of the ledger's structure found.

use std::collections::BTreeSet;
use std::fmt;

use allclear_core::names::CommitId;
use allclear_core::version::Version;

/// How many findings a report holds; after that the walk ends.
pub const MOST: usize = 100;

/// What an audit found.
#[derive(Debug, Default)]
pub struct Report {
    /// How many commits, each with an event, were looked at.
    pub events: u64,
    /// The releases that they belong to.
    pub releases: BTreeSet<Version>,
    /// What is not as it must be.
    pub violations: Vec<Finding>,
    /// What could not be checked because this clone does not have it.
    pub incomplete: Vec<Finding>,
    /// Whether the walk ended early because there were [`MOST`] findings.
    pub cut_short: bool,
}

/// One thing that an audit found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The commit.
    pub commit: CommitId,
    /// The number of its event, where it is known.
    pub seq: Option<u64>,
    /// What is wrong: a sentence for people.
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.seq {
            Some(seq) => write!(f, "event {seq} (commit {}): {}", self.commit.short(), self.what),
            None => write!(f, "commit {}: {}", self.commit.short(), self.what),
        }
    }
}

impl Report {
    /// Says whether everything was there and as it must be.
    pub fn is_clean(&self) -> bool {
        self.violations.is_empty() && self.incomplete.is_empty()
    }
}
