//! A small world that does what a conductor and people do: it asks for the plan and carries out some of it, and now and then
//! somebody interferes, or is interrupted.

use std::collections::BTreeMap;

use allclear_core::digest::Digest;
use allclear_core::event::{Artifact, CommitRole, Event, Moved, Outcome, SignOff, Verdict};
use allclear_core::names::{CommitId, StepId, Word};
use allclear_core::plan::{Action, Facts, Plan, Wait, plan};
use allclear_core::process::{Process, Shape, Step};
use allclear_core::release::Release;

use crate::support::{Story, aborted, commit, opening, outcome, reopened, started, yes};

/// What chance decides in one turn.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chance {
    /// Which of the two clones acts.
    pub(crate) second: bool,
    /// Whether something outside the plan happens.
    pub(crate) noise: u8,
    /// Which of the planned things is done.
    pub(crate) pick: u16,
    /// How it goes.
    pub(crate) luck: u8,
}

/// Everything that goes well.
pub(crate) const FRIENDLY: Chance = Chance { second: false, noise: 255, pick: 0, luck: 0 };

pub(crate) const CLONES: [&str; 2] = ["here", "there"];

#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) process: Process,
    pub(crate) story: Story,
    /// The fold of the story, taken further with every event.
    pub(crate) release: Option<Release>,
    pub(crate) tip: Option<CommitId>,
    /// What an interrupted effect has already pushed.
    pushed: BTreeMap<StepId, CommitId>,
    commits: u32,
}

impl World {
    pub(crate) fn new(process: Process) -> Self {
        let mut world = Self { process, story: Story::new(), release: None, tip: None, pushed: [].into(), commits: 0 };
        world.tell(opening("minor"));
        world
    }

    pub(crate) fn tell(&mut self, event: Event) {
        self.story.push(event);
        Release::apply(&mut self.release, &self.story.records[self.story.records.len() - 1]).unwrap();
    }

    pub(crate) fn release(&self) -> &Release {
        self.release.as_ref().unwrap()
    }

    pub(crate) fn new_commit(&mut self) -> CommitId {
        self.commits += 1;
        commit(self.commits)
    }

    pub(crate) fn facts(&self, clone: &str) -> Facts {
        let candidate = self.release().candidate.as_ref();
        let declared = self.process.steps_of(&self.release().kind).filter(|step| !step.inputs.is_empty());
        let inputs = declared.filter_map(|step| Some((step.id.clone(), inputs(step, candidate?)))).collect();
        Facts { clone: clone.to_owned(), tip: self.tip.clone(), inputs, ..Facts::default() }
    }

    pub(crate) fn plan(&self, clone: &str) -> Plan {
        plan(&self.process, self.release(), &self.facts(clone), self.story.now)
    }

    /// Lets something happen.
    pub(crate) fn turn(&mut self, chance: Chance) {
        CLONES[usize::from(chance.second)].clone_into(&mut self.story.clone);
        if chance.noise < 60 {
            return self.interfere(chance);
        }
        let Plan { actions, waits, .. } = self.plan(&self.story.clone);
        let count = actions.len() + waits.len();
        if count == 0 {
            return self.tell(if chance.luck.is_multiple_of(2) { opening_after(self.release()) } else { aborted() });
        }
        match usize::from(chance.pick) % count {
            pick if pick < actions.len() => self.act(&actions[pick], chance.luck),
            pick => self.answer(&waits[pick - actions.len()], chance.luck),
        }
    }

    /// What the plan does not foresee.
    fn interfere(&mut self, chance: Chance) {
        let steps: Vec<_> = self.process.steps_of(&self.release().kind).cloned().collect();
        let step = &steps[usize::from(chance.pick) % steps.len()];
        match chance.luck % 8 {
            0 | 1 if self.tip.is_some() => self.tip = Some(self.new_commit()),
            2 if self.tip.is_some() => self.tip = Some(commit(1 + u32::from(chance.pick) % self.commits)),
            3 => self.waive(&step.id.clone()),
            4 => self.tell(reopened(step.id.as_str())),
            5 if chance.noise < 10 => self.tell(aborted()),
            6 => {
                let role = ["qa", "docs", "nobody"][usize::from(chance.pick) % 3];
                let person = ["ana", "bo", "di", "stranger"][usize::from(chance.pick >> 2) % 4];
                self.sign(&step.id.clone(), role, person, if chance.noise < 20 { Verdict::NoGo } else { Verdict::Go });
            }
            7 if self.release().steps.get(&step.id).is_some_and(|history| !history.open.is_empty()) => {
                let step = step.clone();
                self.start(&step); // without having heard of the other attempt
            }
            _ => self.story.wait(i64::from(chance.pick) % 900),
        }
    }

    fn act(&mut self, action: &Action, luck: u8) {
        match action {
            Action::Adopt { commit } => {
                self.tell(Event::CandidateChosen { commit: commit.clone(), why: "moved".to_owned() });
            }
            Action::CarryOver { step, from } => {
                let candidate = self.release().candidate.clone().unwrap();
                self.tell(Event::StepCarriedOver { step: step.clone(), from: from.clone(), candidate });
            }
            Action::Perform { step } => {
                let step = self.process.step(step).unwrap().clone();
                self.perform(&step, luck);
            }
            Action::Finish => self.tell(Event::ReleaseFinished {}),
        }
    }

    fn perform(&mut self, step: &Step, luck: u8) {
        let open = self.release().steps.get(&step.id).and_then(|history| history.open.last()).cloned();
        let present = open.as_ref().is_some_and(|open| step.once || open.candidate == self.release().candidate);
        match (step.shape, open) {
            (Shape::Check, Some(_)) => self.tell(Event::StepErrored(self.outcome(step))),
            (Shape::Watch, Some(_)) if present => self.end(step, luck),
            (Shape::Effect | Shape::IrreversibleEffect, Some(_)) => self.reach(step, luck),
            (shape, _) => {
                self.start(step);
                match shape {
                    Shape::Watch => {}
                    _ if luck % 7 == 6 => {} // interrupted before anything was done
                    Shape::Check => self.end(step, luck),
                    _ => self.reach(step, luck),
                }
            }
        }
    }

    fn start(&mut self, step: &Step) {
        let reversible = match step.shape {
            Shape::Effect => Some(true),
            Shape::IrreversibleEffect => Some(false),
            _ => None,
        };
        let Event::StepStarted { step, definition, intent, .. } =
            started(&self.process, step.id.as_str(), 0, reversible)
        else {
            unreachable!("that is what it makes")
        };
        let candidate = self.release().candidate.clone();
        self.tell(Event::StepStarted { step, definition, candidate, intent });
    }

    /// Acts outside, as often as needed until it is so.
    fn reach(&mut self, step: &Step, luck: u8) {
        let moved = match self.push(step) {
            Ok(moved) => moved,
            Err(()) => return self.tell(Event::StepErrored(self.outcome(step))),
        };
        match luck % 7 {
            5 => {} // interrupted after it was done
            4 => self.tell(Event::StepFailed(self.outcome(step))),
            3 if step.shape == Shape::Effect => self.tell(Event::StepErrored(self.outcome(step))),
            _ => {
                self.pushed.remove(&step.id);
                self.tell(Event::StepPassed(Outcome { moved, ..self.outcome(step) }));
            }
        }
    }

    /// Puts a commit on the branch, where the step does that; fails where somebody else was there first.
    fn push(&mut self, step: &Step) -> Result<Option<Moved>, ()> {
        let role = match step.kind.as_str() {
            "branch" => CommitRole::Candidate,
            "bump" => CommitRole::Release,
            _ => return Ok(None),
        };
        let done = self.pushed.get(&step.id).filter(|commit| self.tip.as_ref() == Some(*commit)).cloned();
        let ours = self.tip.as_ref() == self.release().commit() || self.tip == self.release().candidate;
        let commit = match done {
            Some(commit) => commit,
            None if role == CommitRole::Candidate && self.release().candidate.is_some() => return Ok(None),
            None if role == CommitRole::Candidate && self.tip.is_some() => self.tip.clone().ok_or(())?,
            None if ours || self.release().past_return => self.new_commit(),
            None => {
                self.pushed.remove(&step.id);
                return Err(());
            }
        };
        self.tip = Some(commit.clone());
        self.pushed.insert(step.id.clone(), commit.clone());
        Ok(Some(Moved { commit, role }))
    }

    fn end(&mut self, step: &Step, luck: u8) {
        let mut outcome = self.outcome(step);
        if step.title.contains("build") {
            let path = format!("dist/{}", step.id.step()).parse().unwrap();
            let sha256 = Digest::of(&[luck, self.commits as u8]);
            outcome.artifacts = vec![Artifact { path, sha256, size: 1 }];
        }
        self.tell(match luck % 7 {
            5 => Event::StepErrored(outcome),
            3 | 4 => Event::StepFailed(outcome),
            _ => Event::StepPassed(outcome),
        });
    }

    fn outcome(&self, step: &Step) -> Outcome {
        let candidate = self.release().candidate.clone();
        let inputs = candidate.as_ref().filter(|_| !step.inputs.is_empty()).map(|commit| inputs(step, commit));
        Outcome { inputs, ..outcome(step, candidate) }
    }

    fn answer(&mut self, wait: &Wait, luck: u8) {
        match wait {
            Wait::SignOff { step, role, who, .. } => {
                let verdict = if luck % 7 == 6 { Verdict::NoGo } else { Verdict::Go };
                match who.get(usize::from(luck) % who.len().max(1)) {
                    Some(person) => self.sign(step, role.as_str(), person.as_str(), verdict),
                    None => self.tell(reopened(step.as_str())),
                }
            }
            Wait::Person { step, .. } => self.tell(Event::StepPassed(self.outcome(self.process.step(step).unwrap()))),
            Wait::Time { until, .. } | Wait::Other { until, .. } => self.story.now = self.story.now.max(*until),
            Wait::Decision { step, .. } if luck.is_multiple_of(2) => self.tell(reopened(step.as_str())),
            Wait::Decision { step, .. } => self.waive(step),
        }
    }

    /// Nobody waives the very first step: without a candidate there is nothing to speak for.
    fn waive(&mut self, step: &StepId) {
        if let Some(candidate) = self.release().candidate.clone() {
            self.tell(Event::StepWaived { step: step.clone(), candidate: Some(candidate), reason: "known".to_owned() });
        }
    }

    fn sign(&mut self, gate: &StepId, role: &str, person: &str, verdict: Verdict) {
        let Some(candidate) = self.release().candidate.clone() else { return };
        let asked = self.process.step(gate).expect("the plan asks for gates of the process");
        let artifacts = allclear_core::gate::artifacts(&self.process, self.release(), asked);
        let given = yes(gate.as_str(), role, person, 0);
        self.tell(Event::SignedOff(SignOff { verdict, candidate, artifacts, ..given }));
    }
}

/// What stands in a step's inputs in a commit: some commits change them, some do not.
fn inputs(step: &Step, commit: &CommitId) -> Digest {
    let number = u32::from_str_radix(&commit.as_str()[32..], 16).unwrap();
    let word: &Word = &step.kind;
    Digest::of(format!("{word} {}", number / 3).as_bytes())
}

/// A release that was aborted can be opened anew; nothing follows a finished one but late events.
fn opening_after(release: &Release) -> Event {
    match release.state {
        allclear_core::release::State::Aborted { .. } => opening("minor"),
        _ => aborted(),
    }
}
