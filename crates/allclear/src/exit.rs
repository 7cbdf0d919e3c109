//! The exit codes, which scripts may rely on.

use std::process::ExitCode;

use serde::Serialize;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub(crate) enum Exit {
    /// Everything that was asked for is done. For `audit`: verified.
    Done = 0,
    /// Something was checked and said no. For `audit`: violated.
    Failed = 1,
    /// `audit` only: nothing is wrong, but not everything could be verified.
    Incomplete = 2,
    /// Something could not be checked or done.
    Errored = 3,
    /// The release waits for people.
    WaitsForPeople = 4,
    /// The release waits for time, or for the outside.
    WaitsForOutside = 5,
    /// Somebody else was first, or something that is not ours is in the way, or the ledger was rewritten.
    Conflict = 6,
    /// The command, the process file or the clone is not as it must be.
    Usage = 64,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}
