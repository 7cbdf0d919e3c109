//! What can be done next, and what is waited for: a pure function of the process, the release, a few facts and the time.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::digest::Digest;
use crate::gate::{self, Gate};
use crate::names::{CommitId, StepId, Word};
use crate::process::{Phase, Process, Shape, Step};
use crate::release::{History, OpenAttempt, Release, Stamp, State, Verdict};

/// How long an attempt of another clone is taken to be alive, beyond the step's own timeout, in seconds.
const LEASE: u64 = 600;

/// What the plan needs to know of the world.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Facts {
    /// The clone that asks: its own unfinished attempts are resumed, others' are waited for.
    pub clone: String,
    /// The tip of the release branch, where it is known.
    pub tip: Option<CommitId>,
    /// For each step that declares inputs: the digest of their git tree ids in the present candidate.
    pub inputs: BTreeMap<StepId, Digest>,
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
    fn lets_pass(&self, step: &Step) -> bool {
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
    let mut planner =
        Planner { process, release, facts, now, plan: Plan { steps: vec![], actions: vec![], waits: vec![] } };
    planner.phases();
    let mut plan = planner.plan;
    if release.state != State::Open {
        plan.actions.clear();
        plan.waits.clear();
    } else if let Some(commit) = moved_tip(release, facts) {
        plan.actions = vec![Action::Adopt { commit: commit.clone() }];
        plan.waits.clear();
    } else if plan.actions.is_empty() && plan.waits.is_empty() {
        plan.actions.push(Action::Finish);
    }
    plan
}

/// The tip of the release branch where somebody else has put commits on it.
fn moved_tip<'a>(release: &Release, facts: &'a Facts) -> Option<&'a CommitId> {
    let ours =
        |tip: &&CommitId| release.candidate.as_ref() == Some(tip) || release.release_commit.as_ref() == Some(tip);
    let known = release.candidate.is_some() && !release.past_return && !is_moving(release);
    facts.tip.as_ref().filter(|tip| known && !ours(tip))
}

/// Whether one of our own effects may have moved the branch just now: its probe settles that first.
fn is_moving(release: &Release) -> bool {
    release.steps.values().flat_map(|history| &history.open).any(|open| open.intent.is_some())
}

struct Planner<'a> {
    process: &'a Process,
    release: &'a Release,
    facts: &'a Facts,
    now: Timestamp,
    plan: Plan,
}

impl Planner<'_> {
    fn phases(&mut self) {
        let mut done = BTreeSet::new();
        let mut open = true;
        for (_, phase) in self.process.phases_of(&self.release.kind) {
            open = self.phase(phase, open, &mut done);
        }
    }

    /// Plans one phase; says whether everything in it is done.
    fn phase<'p>(&mut self, phase: &'p Phase, mut open: bool, done: &mut BTreeSet<&'p StepId>) -> bool {
        let mut all = true;
        for step in &phase.steps {
            let reached = open && step.needs.iter().all(|need| done.contains(need) || !self.has(need));
            let standing = self.stand(step, reached);
            let passes = standing.lets_pass(step);
            let stale = self.stale(step, &standing);
            self.plan.steps.push(Planned { id: step.id.clone(), title: step.title.clone(), standing, stale });
            if passes {
                done.insert(&step.id);
            }
            all &= passes;
            open &= passes || phase.parallel;
        }
        open && all
    }

    /// Whether the release has a step at all: what another kind of release does is not waited for.
    fn has(&self, step: &StepId) -> bool {
        self.process
            .steps_of(&self.release.kind)
            .any(|other| &other.id == step && other.applies(&self.release.kind, &self.release.version))
    }

    fn history(&self, step: &Step) -> Option<&History> {
        self.release.steps.get(&step.id)
    }

    /// Whether something that was said about `candidate` speaks for the present one.
    fn speaks(&self, step: &Step, candidate: Option<&CommitId>) -> bool {
        step.once || candidate == self.release.candidate.as_ref()
    }

    fn stale(&self, step: &Step, standing: &Standing) -> Option<CommitId> {
        let unsettled =
            matches!(standing, Standing::Later | Standing::Ready | Standing::Waiting | Standing::Running { .. });
        let outcome = &self.history(step)?.last()?.outcome;
        outcome.candidate.clone().filter(|candidate| unsettled && !self.speaks(step, Some(candidate)))
    }

    fn stand(&mut self, step: &Step, reached: bool) -> Standing {
        if !step.applies(&self.release.kind, &self.release.version) {
            return Standing::NotForThis;
        }
        if let Some(standing) = self.settled(step) {
            match (&standing, reached) {
                (Standing::Failed { summary }, true) if !step.optional => {
                    self.plan.waits.push(Wait::Decision { step: step.id.clone(), summary: summary.clone() });
                }
                (Standing::Errored { .. }, true) if !step.optional => self.perform(step),
                _ => {}
            }
            return standing;
        }
        match (reached, step.shape) {
            (false, _) => Standing::Later,
            (true, Shape::SignOff) => self.sign_off(step),
            (true, Shape::Manual) => self.manual(step),
            (true, _) => self.act(step),
        }
    }

    /// A result, waiver or complete gate that speaks for the present candidate.
    fn settled(&self, step: &Step) -> Option<Standing> {
        let history = self.history(step)?;
        if let Some(waiver) = history.waiver.as_ref().filter(|waiver| self.speaks(step, waiver.candidate.as_ref())) {
            return Some(Standing::Waived { by: waiver.stamp.clone(), reason: waiver.reason.clone() });
        }
        if step.shape == Shape::SignOff {
            return self.gate_settled(step, history);
        }
        if !history.open.is_empty() {
            return None;
        }
        let attempt = history.last().filter(|attempt| attempt.outcome.definition == step.definition())?;
        let candidate = attempt.outcome.candidate.as_ref();
        let carried = history
            .carried
            .as_ref()
            .filter(|(from, to)| Some(from) == candidate && Some(to) == self.release.candidate.as_ref());
        if !self.speaks(step, candidate) && carried.is_none() {
            return None;
        }
        let summary = attempt.outcome.summary.clone();
        Some(match attempt.verdict {
            Verdict::Passed => {
                let carried_from = carried.map(|(from, _)| from.clone());
                Standing::Passed { by: attempt.stamp.clone(), summary, carried_from }
            }
            Verdict::Failed => Standing::Failed { summary },
            Verdict::Errored => Standing::Errored { summary },
        })
    }

    fn gate_settled(&self, step: &Step, history: &History) -> Option<Standing> {
        let gate = gate::count(self.process, self.release, step);
        if let Some((person, words)) = &gate.refused {
            let summary =
                if words.is_empty() { format!("{person} said no") } else { format!("{person} said no: {words}") };
            return Some(Standing::Failed { summary });
        }
        let by = history.sign_offs.last()?.stamp.clone();
        gate.met().then(|| Standing::Passed { by, summary: signers(&gate), carried_from: None })
    }

    fn sign_off(&mut self, step: &Step) -> Standing {
        let gate = gate::count(self.process, self.release, step);
        for count in gate.counts.into_iter().filter(|count| !count.met()) {
            let missing = count.quorum - count.signed.len() as u32;
            self.plan.waits.push(Wait::SignOff {
                step: step.id.clone(),
                role: count.role,
                missing,
                who: count.waiting_for,
            });
        }
        Standing::Waiting
    }

    fn manual(&mut self, step: &Step) -> Standing {
        let role = step.role.as_ref().and_then(|role| self.process.roles.get(role));
        let who = role.map(|role| role.members.clone()).unwrap_or_default();
        self.plan.waits.push(Wait::Person { step: step.id.clone(), what: step.title.clone(), who });
        Standing::Waiting
    }

    fn perform(&mut self, step: &Step) {
        self.plan.actions.push(Action::Perform { step: step.id.clone() });
    }

    fn act(&mut self, step: &Step) -> Standing {
        if let Some(open) = self.history(step).and_then(|history| history.open.last()).cloned() {
            return self.opened(step, &open);
        }
        match self.carry(step) {
            Some(from) => self.plan.actions.push(Action::CarryOver { step: step.id.clone(), from }),
            None => self.perform(step),
        }
        Standing::Ready
    }

    /// An attempt began and has not ended: ours is gone on with, another's is waited for as long as it may be alive.
    fn opened(&mut self, step: &Step, open: &OpenAttempt) -> Standing {
        let until = later(open.stamp.at, step.timeout.unwrap_or(0) + LEASE);
        let watch = step.shape == Shape::Watch;
        if watch && self.speaks(step, open.candidate.as_ref()) {
            return self.watched(step, open);
        }
        if open.stamp.by.clone != self.facts.clone && self.now < until && !watch {
            self.plan.waits.push(Wait::Other { step: step.id.clone(), by: open.stamp.clone(), until });
            return Standing::Running { by: open.stamp.clone() };
        }
        self.perform(step);
        Standing::Running { by: open.stamp.clone() }
    }

    fn watched(&mut self, step: &Step, open: &OpenAttempt) -> Standing {
        let until = later(open.stamp.at, step.seconds());
        match self.now < until {
            true => self.plan.waits.push(Wait::Time { step: step.id.clone(), until }),
            false => self.perform(step),
        }
        Standing::Running { by: open.stamp.clone() }
    }

    /// The candidate from which a result can be carried over, because the step's inputs and definition are the same.
    fn carry(&self, step: &Step) -> Option<CommitId> {
        let attempt = self.history(step)?.last()?;
        let same =
            attempt.outcome.inputs.is_some() && attempt.outcome.inputs.as_ref() == self.facts.inputs.get(&step.id);
        let passed = attempt.verdict == Verdict::Passed && attempt.outcome.definition == step.definition();
        attempt.outcome.candidate.clone().filter(|_| step.shape == Shape::Check && same && passed)
    }
}

fn signers(gate: &Gate) -> String {
    let role = |count: &gate::Count| {
        let names: Vec<_> = count.signed.iter().map(Word::as_str).collect();
        format!("{}: {}", count.role, names.join(", "))
    };
    gate.counts.iter().map(role).collect::<Vec<_>>().join(" · ")
}

fn later(from: Timestamp, seconds: u64) -> Timestamp {
    let duration = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
    from.checked_add(duration).unwrap_or(Timestamp::MAX)
}
