//! Steps, what became of them, and the files that show it.

use allclear_core::digest::Digest;
use allclear_core::event::Tests;
use allclear_core::names::{RelPath, StepId, Word};
use jiff::Timestamp;
use serde::Serialize;

use super::Commit;

/// A phase and its steps.
#[derive(Debug, Serialize)]
pub(crate) struct Phase {
    /// Its name.
    pub(crate) name: Word,
    /// How it stands as a whole.
    pub(crate) mark: Mark,
    /// How many of its steps let the release pass.
    pub(crate) done: usize,
    /// Its steps that are for this release.
    pub(crate) steps: Vec<Step>,
}

/// A step and what became of it.
#[derive(Debug, Serialize)]
pub(crate) struct Step {
    /// The step.
    pub(crate) id: StepId,
    /// A few words for people.
    pub(crate) title: String,
    /// How it stands.
    pub(crate) mark: Mark,
    /// What was found, or what it waits for.
    pub(crate) said: String,
    /// Who found it.
    pub(crate) by: Option<String>,
    /// When.
    pub(crate) at: Option<Timestamp>,
    /// How long it took, in milliseconds.
    pub(crate) duration_ms: Option<u64>,
    /// How many tries the result took.
    pub(crate) tries: u32,
    /// Whether it passed only after more than one.
    pub(crate) flaky: bool,
    /// How many attempts have ended over the whole release, those for other candidates too.
    pub(crate) attempts: usize,
    /// What its test reports say.
    pub(crate) tests: Option<Tests>,
    /// The candidate that the result was found on, where it was carried over.
    pub(crate) carried_from: Option<Commit>,
    /// The candidate that its newest result spoke for, where that is not the present one.
    pub(crate) stale: Option<Commit>,
    /// Whether the release goes on when it fails.
    pub(crate) optional: bool,
    /// What the outside answered.
    pub(crate) receipts: Vec<Receipt>,
    /// The files that show it.
    pub(crate) evidence: Vec<File>,
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Mark {
    /// It was done, or is so.
    Passed,
    /// It was checked and is not so.
    Failed,
    /// It could not be checked or done.
    Errored,
    /// A person decided that it need not pass.
    Waived,
    /// Somebody is at it.
    Running,
    /// It can be done now.
    Ready,
    /// It waits for people.
    Waiting,
    /// Others come first.
    Later,
    /// It is not for this release.
    NotForThis,
}

/// What was found outside after an effect.
#[derive(Debug, Serialize)]
pub(crate) struct Receipt {
    /// The thing.
    pub(crate) target: String,
    /// The state it was found in: a digest or a git object name.
    pub(crate) found: String,
    /// Where a person can look at it.
    pub(crate) place: Option<String>,
}

/// A file of evidence.
#[derive(Debug, Serialize)]
pub(crate) struct File {
    /// Its name.
    pub(crate) name: RelPath,
    /// Its path in the ledger's branch.
    pub(crate) path: String,
    /// Its page at the forge.
    pub(crate) url: Option<String>,
    /// The digest of the whole file.
    pub(crate) sha256: Digest,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// Its media type.
    pub(crate) media_type: String,
    /// Whether the ledger holds all of it, not head and tail alone.
    pub(crate) whole: bool,
    /// What is to be seen of it, if it is a picture.
    pub(crate) picture: Option<Picture>,
}

/// A picture of the evidence.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub(crate) enum Picture {
    /// It can be shown.
    Shown {
        /// The whole picture as a `data:` address; the JSON has it by its digest already.
        #[serde(skip)]
        data: String,
    },
    /// It is named only.
    Named {
        /// Why.
        why: String,
    },
}

/// Steps that did not run, for the same reason.
#[derive(Debug, Serialize)]
pub(crate) struct NotRun {
    /// The steps.
    pub(crate) steps: Vec<StepId>,
    /// How they stand.
    pub(crate) mark: Mark,
    /// Why they did not.
    pub(crate) why: String,
}
