//! What people said.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::names::{CommitId, StepId, Word};

/// A sign-off given or refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignOff {
    /// The step that asks for it.
    pub gate: StepId,
    /// The role that the person speaks for.
    pub role: Word,
    /// The person, as the process knows them.
    pub person: Word,
    /// Yes or no.
    pub verdict: Verdict,
    /// How strongly it is proven who said so.
    pub class: Class,
    /// The candidate that it speaks for.
    pub candidate: CommitId,
    /// The digest of the list of artifacts at that moment; none before they are built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifacts: Option<Digest>,
    /// The person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// The answer of a sign-off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Yes.
    Go,
    /// No: one is enough to stop the gate.
    NoGo,
}

/// How strongly it is proven who gave a sign-off; the stronger, the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// By the git identity alone.
    Recorded,
    /// By an authenticated login of a forge.
    Forge,
    /// By the person's own key.
    Signed,
}
