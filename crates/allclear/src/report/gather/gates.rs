//! Sign-offs: who was asked, who spoke, and whether that still counts.

use std::collections::BTreeSet;

use allclear_core::event::{Event, Record, SignOff, Verdict};
use allclear_core::gate::{self, Count};
use allclear_core::process::{Shape, Step};

use super::Gathering;
use super::steps::mark;
use crate::report::model::{Gate, Given, Mark, Role};

impl Gathering<'_> {
    pub(super) fn gates(&self) -> Vec<Gate> {
        let gates = self.process.steps_of(&self.release.kind).filter(|step| step.shape == Shape::SignOff);
        gates.filter_map(|step| self.gate(step)).filter(|gate| gate.mark != Mark::NotForThis).collect()
    }

    fn gate(&self, step: &Step) -> Option<Gate> {
        let mark = mark(&self.planned(step)?.standing);
        let counted = gate::count(self.process, self.release, step);
        let given = self.given(step, &counted);
        let roles = counted.counts.iter().map(|count| self.role(count)).collect();
        Some(Gate { step: step.id.clone(), mark, roles, given })
    }

    fn role(&self, count: &Count) -> Role {
        Role {
            role: count.role.clone(),
            quorum: count.quorum,
            met: count.met(),
            signed: self.people(&count.signed),
            waiting_for: self.people(&count.waiting_for),
        }
    }

    fn given(&self, step: &Step, counted: &gate::Gate) -> Vec<Given> {
        let about = |record: &&Record| record.event.step() == Some(&step.id);
        let events: Vec<&Record> = self.records.iter().filter(about).collect();
        // A step that is opened again begins a new round; what was said before it is history.
        let reopened = events.iter().rposition(|record| matches!(record.event, Event::StepReopened { .. }));
        let mut heard = BTreeSet::new();
        let mut given = Vec::new();
        for (at, record) in events.iter().enumerate() {
            let Event::SignedOff(sign_off) = &record.event else { continue };
            let why_not = match reopened {
                Some(reopened) if at < reopened => Some("it was said in an earlier round".to_owned()),
                _ => self.why_not(step, sign_off, counted, &mut heard),
            };
            given.push(Given {
                role: sign_off.role.clone(),
                person: self.person(&sign_off.person),
                verdict: sign_off.verdict,
                class: sign_off.class,
                comment: sign_off.comment.clone(),
                at: record.at,
                candidate: self.commit(&sign_off.candidate),
                artifacts: sign_off.artifacts,
                counts: why_not.is_none(),
                why_not,
                path: record.path(),
            });
        }
        given
    }

    /// Why a sign-off of the present round does not count, in the order in which a person would ask.
    fn why_not<'s>(
        &self,
        step: &Step,
        sign_off: &'s SignOff,
        counted: &gate::Gate,
        heard: &mut BTreeSet<&'s str>,
    ) -> Option<String> {
        let SignOff { role, person, candidate, .. } = sign_off;
        if Some(candidate) != self.release.candidate.as_ref() {
            return Some(format!("it speaks for {}, which is not the candidate any more", candidate.short()));
        }
        if sign_off.artifacts != gate::artifacts(self.process, self.release, step) {
            return Some("it speaks for other artifacts".to_owned());
        }
        if gate::is_excluded(self.process, self.release, role, person) {
            return Some("whoever opened the release does not count for this role".to_owned());
        }
        let rule = self.process.roles.get(role).filter(|rule| rule.members.contains(person));
        let Some(rule) = rule.filter(|_| step.words().contains(role)) else {
            return Some("the gate asks for other roles, or the person does not have this one".to_owned());
        };
        if sign_off.class < rule.class {
            return Some("the role asks for a stronger proof of who said it".to_owned());
        }
        let signed = counted.counts.iter().any(|count| count.role == *role && count.signed.contains(person));
        match (heard.insert(person.as_str()), signed) {
            _ if sign_off.verdict == Verdict::NoGo => None,
            (true, true) => None,
            (true, false) => Some("the person said no later".to_owned()),
            (false, _) => Some("the person has spoken in this gate already".to_owned()),
        }
    }
}
