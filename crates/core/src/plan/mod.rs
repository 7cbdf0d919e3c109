//! What can be done next, and what is waited for: a pure function of the process, the release, a few facts and the time.

mod planner;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::digest::Digest;
use crate::names::{CommitId, StepId, Word};
use crate::process::{Process, Step};
use crate::release::{Release, Stamp};
use planner::Planner;

/// What the plan needs to know of the world.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// The clone that asks: its own unfinished attempts are resumed, others' are waited for.
    pub clone: String,
    /// The tip of the release branch, where it is known.
    pub tip: Option<CommitId>,
    /// For each step that declares inputs: the digest of their git tree ids in the present candidate.
    pub inputs: BTreeMap<StepId, Digest>,
    /// For steps with a fingerprint, where it was asked for: the digest of what it says on this machine.
    pub tools: BTreeMap<StepId, Digest>,
}

/// What is so, what can be done, and what is waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// Every step of the release's kind, in order.
    pub steps: Vec<Planned>,
    /// What can be done now, in order.
    pub actions: Vec<Action>,
    /// What is waited for.
    pub waits: Vec<Wait>,
}

/// A step and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Planned {
    /// The step.
    pub id: StepId,
    /// A few words for people.
    pub title: String,
    /// Where it stands.
    pub standing: Standing,
    /// The candidate that its newest result spoke for, where that is not the present one.
    pub stale: Option<CommitId>,
}

/// Where a step stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Standing {
    /// It is not for this release.
    NotForThis,
    /// Others come first.
    Later,
    /// It can be done now.
    Ready,
    /// Somebody is at it.
    Running {
        /// Who, and since when.
        by: Stamp,
    },
    /// It was done, or is so.
    Passed {
        /// When and by whom.
        by: Stamp,
        /// What was found or done.
        summary: String,
        /// The candidate that the result was found on, where it was carried over.
        carried_from: Option<CommitId>,
    },
    /// A person decided that it need not pass.
    Waived {
        /// When and by whom.
        by: Stamp,
        /// Why.
        reason: String,
    },
    /// It was checked and is not so, or somebody refused.
    Failed {
        /// What was found.
        summary: String,
    },
    /// It could not be checked or done.
    Errored {
        /// Why not.
        summary: String,
    },
    /// It is waited for.
    Waiting,
}

/// Something that can be done now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "do")]
pub enum Action {
    /// Take the new tip of the release branch as the candidate; nothing else is planned before that.
    Adopt {
        /// The tip.
        commit: CommitId,
    },
    /// Let an earlier result hold for the present candidate.
    CarryOver {
        /// The step.
        step: StepId,
        /// The candidate that the result was found on.
        from: CommitId,
    },
    /// Perform a step, or go on with an attempt that was cut off.
    Perform {
        /// The step.
        step: StepId,
    },
    /// Write that everything is done.
    Finish,
}

/// Something that is waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "for")]
pub enum Wait {
    /// People of a role.
    SignOff {
        /// The gate.
        step: StepId,
        /// The role.
        role: Word,
        /// How many are missing.
        missing: u32,
        /// Who could sign.
        who: Vec<Word>,
    },
    /// A person who does something by hand.
    Person {
        /// The step.
        step: StepId,
        /// What is to be done.
        what: String,
        /// Who could do it; anybody where it is empty.
        who: Vec<Word>,
    },
    /// A point in time.
    Time {
        /// The step.
        step: StepId,
        /// When it is over.
        until: Timestamp,
    },
    /// An attempt of another clone.
    Other {
        /// The step.
        step: StepId,
        /// Who is at it, and since when.
        by: Stamp,
        /// When it is taken to be dead.
        until: Timestamp,
    },
    /// A decision about a step that failed: a fix, another try, or a waiver.
    Decision {
        /// The step.
        step: StepId,
        /// What was found.
        summary: String,
    },
}

impl Standing {
    /// Whether the release may go on past a step that stands so.
    pub(crate) fn lets_pass(&self, step: &Step) -> bool {
        match self {
            Self::NotForThis | Self::Passed { .. } | Self::Waived { .. } => true,
            Self::Failed { .. } | Self::Errored { .. } => step.optional,
            _ => false,
        }
    }
}

/// Plans: says for every step where it stands, what can be done now, and what is waited for.
///
/// Deterministic, and complete: while a release is open there is always an action, or somebody or something that is waited for.
pub fn plan(process: &Process, release: &Release, facts: &Facts, now: Timestamp) -> Plan {
    let mut planner = Planner::new(process, release, facts, now);
    let done = planner.phases();
    let mut plan = planner.plan;
    if !release.is_open() {
        plan.actions.clear();
        plan.waits.clear();
    } else if let Some(commit) = planner::moved_tip(release, facts) {
        plan.actions = vec![Action::Adopt { commit: commit.clone() }];
        plan.waits.clear();
    } else if done {
        plan.actions.push(Action::Finish);
    }
    plan
}
