//! The planner: walks the process and asks of every step where it stands.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::{Action, Facts, Plan, Planned, Standing, Wait};
use crate::gate::{self, Gate};
use crate::names::{CommitId, StepId, Word};
use crate::process::{Phase, Process, Shape, Step};
use crate::release::{History, OpenAttempt, Release, Verdict};

/// How long an attempt of another clone is taken to be alive, beyond the step's own timeout, in seconds.
const LEASE: u64 = 600;

/// The tip of the release branch where somebody else has put commits on it.
pub(super) fn moved_tip<'a>(release: &Release, facts: &'a Facts) -> Option<&'a CommitId> {
    let ours =
        |tip: &&CommitId| release.candidate.as_ref() == Some(tip) || release.release_commit.as_ref() == Some(tip);
    let known = release.candidate.is_some() && !release.past_return && !is_moving(release);
    facts.tip.as_ref().filter(|tip| known && !ours(tip))
}

/// Whether one of our own effects may have moved the branch just now: its probe settles that first.
fn is_moving(release: &Release) -> bool {
    release.steps.values().flat_map(|history| &history.open).any(|open| open.intent.is_some())
}

pub(super) struct Planner<'a> {
    process: &'a Process,
    release: &'a Release,
    facts: &'a Facts,
    now: Timestamp,
    pub(super) plan: Plan,
}

impl<'a> Planner<'a> {
    pub(super) fn new(process: &'a Process, release: &'a Release, facts: &'a Facts, now: Timestamp) -> Self {
        Self { process, release, facts, now, plan: Plan { steps: vec![], actions: vec![], waits: vec![] } }
    }

    /// Plans every phase; says whether everything is done.
    pub(super) fn phases(&mut self) -> bool {
        let process = self.process;
        process.phases_of(&self.release.kind).fold(true, |open, (_, phase)| self.phase(phase, open))
    }

    /// Plans one phase; says whether everything up to its end is done.
    fn phase(&mut self, phase: &Phase, mut open: bool) -> bool {
        let missing = self.missing(phase);
        for step in &phase.steps {
            let reached = open && !step.needs.iter().any(|need| missing.contains(need));
            let standing = self.stand(step, reached);
            let stale = self.stale(step, &standing);
            self.plan.steps.push(Planned { id: step.id.clone(), title: step.title.clone(), standing, stale });
            open &= phase.parallel || !missing.contains(&step.id);
        }
        open && missing.is_empty()
    }

    /// The steps of a phase that do not let pass what needs them: those that are not done, and those that need one of these. What
    /// a step needs of other phases has been done before, or is not for this kind of release.
    fn missing<'p>(&self, phase: &'p Phase) -> BTreeSet<&'p StepId> {
        let passes = |step: &Step| {
            let applies = step.applies(&self.release.kind, &self.release.version);
            !applies || self.settled(step).is_some_and(|standing| standing.lets_pass(step))
        };
        let mut missing: BTreeSet<_> = phase.steps.iter().filter(|s| !passes(s)).map(|step| &step.id).collect();
        loop {
            let known = missing.len();
            let held = phase.steps.iter().filter(|step| step.needs.iter().any(|need| missing.contains(need)));
            missing.extend(held.map(|step| &step.id).collect::<Vec<_>>());
            if missing.len() == known {
                return missing;
            }
        }
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
        // Who still looks at another candidate changes nothing for this one; who may have acted does.
        if history.open.iter().any(|open| open.intent.is_some() || self.speaks(step, open.candidate.as_ref())) {
            return None;
        }
        let attempt = history.last().filter(|attempt| attempt.outcome.definition == step.definition())?;
        let candidate = attempt.outcome.candidate.as_ref();
        let carried_from = history.carried_from(self.release.candidate.as_ref()).cloned();
        if !self.speaks(step, candidate) && carried_from.is_none() {
            return None;
        }
        let summary = attempt.outcome.summary.clone();
        Some(match attempt.verdict {
            Verdict::Passed => Standing::Passed { by: attempt.stamp.clone(), summary, carried_from },
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
        if let Some(standing) = self.opened(step) {
            return standing;
        }
        match self.carry(step) {
            Some(from) => self.plan.actions.push(Action::CarryOver { step: step.id.clone(), from }),
            None => self.perform(step),
        }
        Standing::Ready
    }

    /// An attempt began and has not ended. Of several, the first that may be alive goes on: another's is waited for, ours is resumed,
    /// and where none is alive whoever comes takes over.
    fn opened(&mut self, step: &Step) -> Option<Standing> {
        let open = &self.history(step)?.open;
        let newest = open.last()?.clone();
        if step.shape == Shape::Watch && self.speaks(step, newest.candidate.as_ref()) {
            return Some(self.watched(step, &newest));
        }
        let until = |open: &OpenAttempt| later(open.stamp.at, step.timeout.unwrap_or(0).saturating_add(LEASE));
        let ours = |open: &OpenAttempt| open.stamp.by.clone == self.facts.clone;
        let alive = open.iter().find(|open| self.now < until(open)).cloned();
        match alive.filter(|open| step.shape != Shape::Watch && !ours(open)) {
            Some(other) => {
                let until = until(&other);
                self.plan.waits.push(Wait::Other { step: step.id.clone(), by: other.stamp.clone(), until });
                Some(Standing::Running { by: other.stamp })
            }
            None => {
                self.perform(step);
                Some(Standing::Running { by: newest.stamp })
            }
        }
    }

    fn watched(&mut self, step: &Step, open: &OpenAttempt) -> Standing {
        let until = later(open.stamp.at, step.seconds());
        match self.now < until {
            true => self.plan.waits.push(Wait::Time { step: step.id.clone(), until }),
            false => self.perform(step),
        }
        Standing::Running { by: open.stamp.clone() }
    }

    /// The candidate from which a result can be carried over, because the step's inputs, its
    /// tools and its definition are the same.
    fn carry(&self, step: &Step) -> Option<CommitId> {
        let outcome = &self.history(step)?.last().filter(|attempt| attempt.verdict == Verdict::Passed)?.outcome;
        let same_inputs = outcome.inputs.is_some() && outcome.inputs.as_ref() == self.facts.inputs.get(&step.id);
        let same_tools = outcome.tools.as_ref() == self.facts.tools.get(&step.id);
        let same = same_inputs && same_tools && outcome.definition == step.definition();
        outcome.candidate.clone().filter(|_| step.shape == Shape::Check && same)
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
