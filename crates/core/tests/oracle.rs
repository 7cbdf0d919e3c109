//! What is so according to the events, worked out slowly and in other words than the fold's and the plan's.

use std::collections::BTreeSet;

use allclear_core::canonical;
use allclear_core::digest::Digest;
use allclear_core::event::{Artifact, CommitRole, Event, Outcome, Record, SignOff, Verdict};
use allclear_core::names::{CommitId, StepId};
use allclear_core::process::{Process, Shape, Step};

/// The events of the present opening of a release.
pub(crate) struct Oracle<'a> {
    process: &'a Process,
    records: &'a [Record],
    /// Which of the records tell of a step that was done already: a beginning, or that it could not be done.
    late: Vec<bool>,
}

impl<'a> Oracle<'a> {
    pub(crate) fn new(process: &'a Process, records: &'a [Record]) -> Self {
        let opened = |record: &Record| matches!(record.event, Event::ReleaseOpened(_));
        let records = &records[records.iter().rposition(opened).unwrap()..];
        let ended = |record: &Record| matches!(record.event, Event::ReleaseFinished {} | Event::ReleaseAborted { .. });
        let end = records.iter().position(ended).map_or(records.len(), |at| at + 1);
        let mut oracle = Self { process, records: &records[..end], late: vec![] };
        for record in oracle.records {
            let late = match &record.event {
                Event::StepStarted { step, candidate, .. } => oracle.was_done(step, candidate.as_ref()),
                Event::StepErrored(outcome) => oracle.was_done(&outcome.step, outcome.candidate.as_ref()),
                _ => false,
            };
            oracle.late.push(late);
        }
        oracle
    }

    /// What was so before a record.
    fn at(&self, at: usize) -> Self {
        Self { process: self.process, records: &self.records[..at], late: self.late[..at].to_vec() }
    }

    /// Whether, among the records that were judged so far, a step was done for a candidate, or made it.
    fn was_done(&self, step: &StepId, candidate: Option<&CommitId>) -> bool {
        self.newest(step).is_some_and(|(event, outcome)| {
            let made = outcome.moved.as_ref().is_some_and(|moved| Some(&moved.commit) == candidate);
            matches!(event, Event::StepPassed(_)) && (made || outcome.candidate.as_ref() == candidate)
        })
    }

    pub(crate) fn is_open(&self) -> bool {
        !matches!(self.records.last().unwrap().event, Event::ReleaseFinished {} | Event::ReleaseAborted { .. })
    }

    /// The steps that this release has, in order.
    pub(crate) fn steps(&self) -> impl Iterator<Item = &'a Step> {
        let Event::ReleaseOpened(opened) = &self.records[0].event else { unreachable!("it begins so") };
        let (kind, version) = (&opened.kind, &self.records[0].release);
        self.process.steps_of(kind).filter(move |step| step.applies(kind, version))
    }

    /// Whether something that cannot be taken back has begun.
    pub(crate) fn past_return(&self) -> Option<usize> {
        self.records.iter().position(
            |record| matches!(&record.event, Event::StepStarted { intent: Some(intent), .. } if !intent.reversible),
        )
    }

    pub(crate) fn candidate(&self) -> Option<&'a CommitId> {
        let free = &self.records[..self.past_return().unwrap_or(self.records.len())];
        free.iter().rev().find_map(|record| match &record.event {
            Event::CandidateChosen { commit, .. } => Some(commit),
            event => match ended(event)?.moved.as_ref()? {
                moved if moved.role == CommitRole::Candidate => Some(&moved.commit),
                _ => None,
            },
        })
    }

    /// The events of a step in its present round.
    fn round(&self, step: &StepId) -> Vec<&'a Event> {
        let heard = self.records.iter().zip(&self.late).filter(|(_, late)| !**late);
        let events: Vec<_> = heard.map(|(record, _)| &record.event).collect();
        let reopened = |event: &&Event| matches!(event, Event::StepReopened { step: other, .. } if other == step);
        let from = events.iter().rposition(reopened).map_or(0, |at| at + 1);
        events[from..].iter().copied().filter(|event| event.step() == Some(step)).collect()
    }

    /// The clones that began a step and have not ended it, with the place of the beginning and whether it had an intent.
    pub(crate) fn open(&self, step: &StepId) -> Vec<(usize, &'a str, bool)> {
        let mut open: Vec<(usize, &str, bool)> = vec![];
        for (at, record) in self.records.iter().enumerate().filter(|(_, record)| record.event.step() == Some(step)) {
            let clone = record.actor.clone.as_str();
            match &record.event {
                Event::StepStarted { .. } if self.late[at] => {}
                Event::StepErrored(outcome)
                    if self.late[at] && outcome.candidate.as_ref() != self.at(at).candidate() =>
                {
                    open.retain(|(_, other, _)| *other != clone);
                }
                Event::StepStarted { intent, candidate, .. } => {
                    let same = |at: usize| match &self.records[at].event {
                        Event::StepStarted { candidate: other, .. } => other == candidate,
                        _ => false,
                    };
                    open.retain(|(at, _, intent)| *intent || same(*at));
                    open.push((at, clone, intent.is_some()));
                }
                Event::StepWaived { .. } | Event::StepPassed(_) => open.clear(),
                event if ended(event).is_some() => {
                    let others: Vec<_> = open.iter().copied().filter(|(_, other, _)| *other != clone).collect();
                    open = if others.len() == open.len() { vec![] } else { others };
                }
                _ => {}
            }
        }
        open
    }

    /// The newest outcome of a step in its present round.
    pub(crate) fn newest(&self, step: &StepId) -> Option<(&'a Event, &'a Outcome)> {
        self.round(step).into_iter().rev().find_map(|event| Some((event, ended(event)?)))
    }

    /// Whether the newest outcome of a step, or a waiver, speaks for the present candidate.
    pub(crate) fn is_settled(&self, step: &Step) -> bool {
        self.is_waived(step) || self.speaking(step).is_some()
    }

    fn is_waived(&self, step: &Step) -> bool {
        let waiver = self.round(&step.id).into_iter().rev().find_map(|event| match event {
            Event::StepWaived { candidate, .. } => Some(candidate.as_ref()),
            _ => None,
        });
        waiver.is_some_and(|candidate| step.once || candidate == self.candidate())
    }

    fn speaking(&self, step: &Step) -> Option<&'a Event> {
        let (event, outcome) = self.newest(&step.id)?;
        let speaks = step.once || outcome.candidate.as_ref() == self.candidate() || self.carried(step);
        let at_it = |(at, _, intent): &(usize, &str, bool)| match &self.records[*at].event {
            Event::StepStarted { candidate, .. } => *intent || step.once || candidate.as_ref() == self.candidate(),
            _ => false,
        };
        (speaks && !self.open(&step.id).iter().any(at_it)).then_some(event)
    }

    /// Whether the release may go on past a step.
    pub(crate) fn passes(&self, step: &Step) -> bool {
        if self.is_waived(step) {
            return true;
        }
        if step.shape == Shape::SignOff {
            return match self.refused(step) {
                true => step.optional,
                false => self.is_signed(step),
            };
        }
        match self.speaking(step) {
            Some(Event::StepPassed(_)) => true,
            Some(_) => step.optional,
            None => false,
        }
    }

    fn heard(&self, gate: &Step) -> Vec<&'a SignOff> {
        let heard = |sign_off: &&SignOff| {
            let rule = self.process.roles.get(&sign_off.role);
            let asked = gate.words().contains(&sign_off.role);
            let known = rule.is_some_and(|rule| rule.members.contains(&sign_off.person));
            // The opener is always ana.
            let other = !rule.is_some_and(|rule| rule.separate) || sign_off.person.as_str() != "ana";
            let shown = self.shown(gate) == sign_off.artifacts;
            asked && known && other && shown && Some(&sign_off.candidate) == self.candidate()
        };
        let given = self.round(&gate.id).into_iter().filter_map(|event| match event {
            Event::SignedOff(sign_off) => Some(sign_off),
            _ => None,
        });
        given.filter(heard).collect()
    }

    /// The list of artifacts that a sign-off of a gate names: what was built before the gate.
    fn shown(&self, gate: &Step) -> Option<Digest> {
        let mut before: Vec<_> = self.steps().take_while(|step| step.id != gate.id).collect();
        before.sort_by_key(|step| &step.id);
        let files: Vec<_> = before.into_iter().flat_map(|step| self.built(step)).collect();
        (!files.is_empty()).then(|| canonical::digest(&files).unwrap())
    }

    /// What is built belongs to a candidate, even where the result of the step holds for the whole release.
    fn built(&self, step: &Step) -> &'a [Artifact] {
        match self.newest(&step.id) {
            Some((Event::StepPassed(outcome), _))
                if self.carried(step) || outcome.candidate.as_ref() == self.candidate() =>
            {
                &outcome.artifacts
            }
            _ => &[],
        }
    }

    fn carried(&self, step: &Step) -> bool {
        let from = self.newest(&step.id).and_then(|(_, outcome)| outcome.candidate.as_ref());
        let last = self.round(&step.id).into_iter().rev().find_map(|event| match event {
            Event::StepCarriedOver { from, candidate, .. } => Some((Some(from), Some(candidate))),
            _ => None,
        });
        last == Some((from, self.candidate())) && from.is_some()
    }

    fn refused(&self, gate: &Step) -> bool {
        self.heard(gate).iter().any(|sign_off| sign_off.verdict == Verdict::NoGo)
    }

    fn is_signed(&self, gate: &Step) -> bool {
        let mut spoken = BTreeSet::new();
        let first: Vec<_> = self.heard(gate).into_iter().filter(|sign_off| spoken.insert(&sign_off.person)).collect();
        gate.words().iter().all(|role| {
            let signed = first.iter().filter(|sign_off| sign_off.role == *role).count();
            signed >= self.process.roles[role].quorum as usize
        })
    }

    /// Everything that must let pass before a step may begin.
    pub(crate) fn before(&self, step: &Step) -> Vec<&'a Step> {
        let Event::ReleaseOpened(opened) = &self.records[0].event else { unreachable!("it begins so") };
        let phases: Vec<_> = self.process.phases_of(&opened.kind).map(|(_, phase)| phase).collect();
        let own = phases.iter().position(|phase| phase.steps.contains(step)).unwrap();
        let mut before: Vec<&Step> = phases[..own].iter().flat_map(|phase| &phase.steps).collect();
        if phases[own].parallel {
            let mut needed = step.needs.clone();
            while let Some(need) = needed.pop() {
                before.extend(phases[own].steps.iter().filter(|other| other.id == need));
                needed.extend(
                    phases[own].steps.iter().filter(|other| other.id == need).flat_map(|other| other.needs.clone()),
                );
            }
        } else {
            before.extend(phases[own].steps.iter().take_while(|other| *other != step));
        }
        let has: Vec<_> = self.steps().collect();
        before.into_iter().filter(|step| has.contains(step)).collect()
    }
}

fn ended(event: &Event) -> Option<&Outcome> {
    match event {
        Event::StepPassed(outcome) | Event::StepFailed(outcome) | Event::StepErrored(outcome) => Some(outcome),
        _ => None,
    }
}
