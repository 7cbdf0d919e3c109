//! What people said: sign-offs and waivers.

use allclear_core::digest::Digest;
use allclear_core::event::{Class, Verdict as Said};
use allclear_core::names::{StepId, Word};
use jiff::Timestamp;
use serde::Serialize;

use super::{Commit, Mark};

/// A step that asks for sign-offs.
#[derive(Debug, Serialize)]
pub(crate) struct Gate {
    /// The step.
    pub(crate) step: StepId,
    /// How it stands.
    pub(crate) mark: Mark,
    /// The roles that it asks.
    pub(crate) roles: Vec<Role>,
    /// What was said, of all rounds and for all candidates, in order.
    pub(crate) given: Vec<Given>,
}

/// A role that a gate asks.
#[derive(Debug, Serialize)]
pub(crate) struct Role {
    /// The role.
    pub(crate) role: Word,
    /// How many must sign.
    pub(crate) quorum: u32,
    /// Who has signed and counts.
    pub(crate) signed: Vec<String>,
    /// Who could still sign.
    pub(crate) waiting_for: Vec<String>,
    /// Whether enough have signed.
    pub(crate) met: bool,
}

/// A sign-off given or refused.
#[derive(Debug, Serialize)]
pub(crate) struct Given {
    /// The role that the person spoke for.
    pub(crate) role: Word,
    /// The person.
    pub(crate) person: String,
    /// Yes or no.
    pub(crate) verdict: Said,
    /// How strongly it is proven who said so.
    pub(crate) class: Class,
    /// The person's words.
    pub(crate) comment: Option<String>,
    /// When.
    pub(crate) at: Timestamp,
    /// The commit that it speaks for.
    pub(crate) candidate: Commit,
    /// The digest of the list of artifacts that it speaks for.
    pub(crate) artifacts: Option<Digest>,
    /// Whether it counts for the present candidate; a *no* that counts stops the gate.
    pub(crate) counts: bool,
    /// Why it does not.
    pub(crate) why_not: Option<String>,
    /// The path of its event in the ledger's branch.
    pub(crate) path: String,
}

/// A decision that a step need not pass.
#[derive(Debug, Serialize)]
pub(crate) struct Waiver {
    /// The step.
    pub(crate) step: StepId,
    /// Why.
    pub(crate) reason: String,
    /// By whom.
    pub(crate) by: String,
    /// When.
    pub(crate) at: Timestamp,
}

/// Something that was done, had gone, and is put back.
#[derive(Debug, Serialize)]
pub(crate) struct Repair {
    /// The step that had done it.
    pub(crate) step: StepId,
    /// The thing.
    pub(crate) target: String,
    /// By whom it is put back.
    pub(crate) by: String,
    /// When it was there again; none where that is not known yet.
    pub(crate) at: Option<Timestamp>,
}
