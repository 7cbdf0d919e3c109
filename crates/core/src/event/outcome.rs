//! How an attempt at a step ended, and what came of it.

use serde::{Deserialize, Serialize};

use super::Evidence;
use crate::digest::Digest;
use crate::names::{CommitId, RelPath, StepId};

/// How an attempt at a step ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The step.
    pub step: StepId,
    /// The digest of its definition.
    pub definition: Digest,
    /// The candidate that the result speaks for; none before there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidate: Option<CommitId>,
    /// The digest of the git tree ids of the step's declared inputs in that candidate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<Digest>,
    /// One line for people: what was found or done.
    pub summary: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The commit that the step put on the release branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<Moved>,
    /// What the test reports among the evidence say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests: Option<Tests>,
    /// How many tries it took, where the step asks for more than one: passed after more than one is *flaky*.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub tries: u32,
    /// The digest of what the step's `fingerprint` said of the tools it uses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<Digest>,
    /// What a person or a command answered, for the steps after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What was built.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<Artifact>,
    /// What the outside answered for each item of the intent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receipts: Vec<Receipt>,
    /// What stands where ours should, if that is why the step failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub foreign: Option<Foreign>,
    /// The files that show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

fn one() -> u32 {
    1
}

fn is_one(tries: &u32) -> bool {
    *tries == 1
}

/// What test reports say, added up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tests {
    /// How many passed.
    pub passed: u32,
    /// How many failed, or ended in an error.
    pub failed: u32,
    /// How many were skipped.
    pub skipped: u32,
    /// The names of those that failed; of many the first [`Tests::NAMED`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<String>,
}

impl Tests {
    /// How many failed tests are named.
    pub const NAMED: usize = 20;
}

/// A commit that a step put on the release branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moved {
    /// The commit.
    pub commit: CommitId,
    /// What it is to the release.
    pub role: CommitRole,
}

/// What a commit made by a step is to the release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommitRole {
    /// A new candidate.
    Candidate,
    /// The release commit: the candidate with nothing but its version changed, so results for the candidate speak for it.
    Release,
}

/// A file that was built and from then on travels by its digest alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Artifact {
    /// Where the build left it.
    pub path: RelPath,
    /// Its digest.
    pub sha256: Digest,
    /// Its size in bytes.
    pub size: u64,
}

/// What was found outside after an effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The target of the intent's item.
    pub target: String,
    /// The state it was found in.
    pub found: String,
    /// Where a person can look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// Something that is not ours, where ours should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Foreign {
    /// The target of the intent's item.
    pub target: String,
    /// The state it was found in.
    pub found: String,
    /// The state that the item asks for.
    pub wanted: String,
}
