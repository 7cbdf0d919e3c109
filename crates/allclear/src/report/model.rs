//! The readiness report as data: what the renderers show, and what `--json` writes. It is a fold of the ledger like everything else.

mod people;
mod step;

use allclear_core::digest::Digest;
use allclear_core::event::Tests;
use allclear_core::names::{CommitId, RelPath, StepId, TagName, Word};
use allclear_core::version::Version;
use jiff::Timestamp;
use serde::Serialize;

pub(crate) use people::{Gate, Given, Repair, Role, Waiver};
pub(crate) use step::{File, Mark, NotRun, Phase, Picture, Receipt, Step};

/// All that can be said about a release at one moment.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// The project's name.
    pub(crate) project: String,
    /// The release.
    pub(crate) version: Version,
    /// Its kind.
    pub(crate) kind: Word,
    /// The moment that the report speaks of.
    pub(crate) made_at: Timestamp,
    /// The line that most people read.
    pub(crate) verdict: Verdict,
    /// How the release was opened.
    pub(crate) opening: Opening,
    /// The release branch.
    pub(crate) branch: Option<String>,
    /// The commit that results speak for.
    pub(crate) candidate: Option<Commit>,
    /// The candidate with nothing but its version changed.
    pub(crate) release_commit: Option<Commit>,
    /// The release before this one.
    pub(crate) last: Option<Last>,
    /// What the report was computed from.
    pub(crate) source: Source,
    /// The steps at a glance.
    pub(crate) totals: Totals,
    /// What changed since the last release.
    pub(crate) changes: Changes,
    /// Every step that is for this release, phase by phase.
    pub(crate) phases: Vec<Phase>,
    /// Sign-offs, asked for and given.
    pub(crate) gates: Vec<Gate>,
    /// Decisions that hold: steps that need not pass.
    pub(crate) waivers: Vec<Waiver>,
    /// What was put back after it had gone, or is about to be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) repairs: Vec<Repair>,
    /// What did not run, and why.
    pub(crate) not_run: Vec<NotRun>,
    /// What was built.
    pub(crate) artifacts: Vec<Artifact>,
}

/// Whether the release is ready, and what is missing.
#[derive(Debug, Serialize)]
pub(crate) struct Verdict {
    /// In one word.
    pub(crate) state: Readiness,
    /// In one sentence.
    pub(crate) sentence: String,
    /// Whether any of it failed or errored, and is not only waited for.
    pub(crate) failed: bool,
    /// Each thing that is missing.
    pub(crate) missing: Vec<Missing>,
}

/// Whether a release is ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Readiness {
    /// All that comes before the point of no return is done.
    Ready,
    /// Something before the point of no return is missing.
    NotReady,
    /// It is past the point of no return and only goes forward.
    Releasing,
    /// Everything is done.
    Finished,
    /// Somebody ended it.
    Aborted,
}

/// Something that is missing.
#[derive(Debug, Serialize)]
pub(crate) struct Missing {
    /// The step, where it is one.
    pub(crate) step: Option<StepId>,
    /// What is missing of it.
    pub(crate) what: String,
}

/// How a release was opened.
#[derive(Debug, Serialize)]
pub(crate) struct Opening {
    /// When.
    pub(crate) at: Timestamp,
    /// By whom.
    pub(crate) by: String,
    /// Why, where the person said so.
    pub(crate) reason: Option<String>,
    /// What the calendar said against it, where it was opened all the same.
    pub(crate) outside: Option<String>,
}

/// A commit, and where it can be looked at.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Commit {
    /// The commit.
    pub(crate) id: CommitId,
    /// Its page at the forge.
    pub(crate) url: Option<String>,
}

/// The release before this one.
#[derive(Debug, Serialize)]
pub(crate) struct Last {
    /// Its version.
    pub(crate) version: Version,
    /// Its tag.
    pub(crate) tag: TagName,
    /// The commit that the tag names.
    pub(crate) commit: Commit,
}

/// What a report was computed from.
#[derive(Debug, Serialize)]
pub(crate) struct Source {
    /// The ledger's branch.
    pub(crate) branch: String,
    /// The number of the last event that was read.
    pub(crate) event: u64,
    /// The digest of that event.
    pub(crate) digest: Option<Digest>,
    /// The digest of the frozen process.
    pub(crate) process: Digest,
    /// The commit that the process was read from.
    pub(crate) process_commit: Commit,
}

/// The steps at a glance.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Totals {
    /// How many let the release pass.
    pub(crate) done: usize,
    /// How many are for this release.
    pub(crate) steps: usize,
    /// How many failed.
    pub(crate) failed: usize,
    /// How many errored.
    pub(crate) errored: usize,
    /// How many are waived.
    pub(crate) waived: usize,
    /// How many results were carried over from an earlier candidate.
    pub(crate) carried_over: usize,
    /// How many passed only after more than one try.
    pub(crate) flaky: usize,
    /// The tests of all results together.
    pub(crate) tests: Option<Tests>,
}

/// What changed since the last release, as the changelog tells it.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Changes {
    /// How many commits there are.
    pub(crate) commits: usize,
    /// What matters most, as Markdown.
    pub(crate) highlights: Vec<String>,
    /// The changes by group.
    pub(crate) groups: Vec<Group>,
    /// Why they cannot be told.
    pub(crate) unknown: Option<String>,
}

/// Changes of one sort.
#[derive(Debug, Serialize)]
pub(crate) struct Group {
    /// The heading.
    pub(crate) title: String,
    /// The changes, as Markdown.
    pub(crate) items: Vec<String>,
}

/// A file that was built.
#[derive(Debug, Serialize)]
pub(crate) struct Artifact {
    /// Where the build left it.
    pub(crate) path: RelPath,
    /// Its digest.
    pub(crate) sha256: Digest,
    /// Its size in bytes.
    pub(crate) size: u64,
}
