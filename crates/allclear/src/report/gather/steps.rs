//! Each step: how it stands, what its newest result says, and why it did not run.

use allclear_core::plan::{Planned, Standing, Wait};
use allclear_core::process::Step as Defined;
use allclear_core::release::{Attempt, History};
use allclear_engine::values::filled;

use super::Gathering;
use crate::report::model::{Mark, NotRun, Phase, Receipt, Repair, Step, Totals, Waiver};
use crate::report::words::{any_of, time};

impl Gathering<'_> {
    pub(super) fn phases(&self) -> Vec<Phase> {
        let phases = self.process.phases_of(&self.release.kind).map(|(name, phase)| {
            let steps = phase.steps.iter().filter_map(|step| Some((step, self.planned(step)?)));
            let steps: Vec<Step> = steps.map(|(step, planned)| self.step(step, planned)).collect();
            let steps: Vec<Step> = steps.into_iter().filter(|step| step.mark != Mark::NotForThis).collect();
            let done = steps.iter().filter(|step| lets_pass(step)).count();
            Phase { name: name.clone(), mark: whole(&steps, done), done, steps }
        });
        phases.filter(|phase| !phase.steps.is_empty()).collect()
    }

    pub(super) fn planned(&self, step: &Defined) -> Option<&Planned> {
        self.plan.steps.iter().find(|planned| planned.id == step.id)
    }

    fn step(&self, step: &Defined, planned: &Planned) -> Step {
        let history = self.release.steps.get(&step.id);
        // A result for another candidate says nothing of this one: its files would only be mistaken for this one's.
        let settled = matches!(mark(&planned.standing), Mark::Passed | Mark::Failed | Mark::Errored);
        let attempt = history.and_then(History::last).filter(|_| settled);
        let outcome = attempt.map(|attempt| &attempt.outcome);
        let (by, at) = when(&planned.standing, attempt);
        let carried = match &planned.standing {
            Standing::Passed { carried_from, .. } => carried_from.as_ref(),
            _ => None,
        };
        let tries = outcome.map_or(1, |outcome| outcome.tries);
        let receipts = outcome.into_iter().flat_map(|outcome| &outcome.receipts).map(|one| Receipt {
            target: one.target.clone(),
            found: one.found.clone(),
            place: one.place.clone(),
        });
        Step {
            id: step.id.clone(),
            title: self.filled(&planned.title),
            mark: mark(&planned.standing),
            said: without_mark(self.said(planned), tries),
            by,
            at,
            duration_ms: outcome.map(|outcome| outcome.duration_ms).filter(|ms| *ms > 0),
            tries,
            flaky: tries > 1 && matches!(planned.standing, Standing::Passed { .. }),
            attempts: history.map_or(0, |history| history.attempts.len()),
            tests: outcome.and_then(|outcome| outcome.tests.clone()),
            carried_from: carried.map(|commit| self.commit(commit)),
            stale: planned.stale.as_ref().map(|commit| self.commit(commit)),
            optional: step.optional,
            receipts: receipts.collect(),
            evidence: attempt.map_or(vec![], |attempt| self.files(attempt.seq)),
        }
    }

    /// What was found, or why there is nothing yet.
    pub(super) fn said(&self, planned: &Planned) -> String {
        match &planned.standing {
            Standing::Passed { summary, .. } | Standing::Failed { summary } | Standing::Errored { summary } => {
                summary.clone()
            }
            Standing::Waived { by, reason } => format!("waived by {}: {reason}", by.by.name),
            Standing::NotForThis => format!("not for {} {}", self.release.kind, self.release.version),
            _ if !self.release.is_open() => "not done before the release was over".to_owned(),
            Standing::Running { by } => format!("{} is at it since {}", by.by.name, time(by.at)),
            Standing::Ready => "can be done now: `allclear go`".to_owned(),
            Standing::Later => "comes later".to_owned(),
            Standing::Waiting => self.waits(planned),
        }
    }

    fn waits(&self, planned: &Planned) -> String {
        let waits = self.plan.waits.iter().filter_map(|wait| match wait {
            Wait::SignOff { step, role, missing, who } if *step == planned.id => {
                let count = if *missing > 1 { format!("{missing} of ") } else { String::new() };
                Some(format!("{role}: {count}{}", any_of(&self.people(who))))
            }
            Wait::Person { step, who, .. } if *step == planned.id && who.is_empty() => {
                Some(format!("anybody: {}", self.filled(&planned.title)))
            }
            Wait::Person { step, who, .. } if *step == planned.id => {
                Some(format!("{}: {}", any_of(&self.people(who)), self.filled(&planned.title)))
            }
            _ => None,
        });
        let waits: Vec<_> = waits.collect();
        if waits.is_empty() { "waits".to_owned() } else { format!("waits for {}", waits.join(" · ")) }
    }

    fn filled(&self, text: &str) -> String {
        filled(text, &self.values)
    }

    /// What did not run; steps that did not for the same reason are told together.
    pub(super) fn not_run(&self) -> Vec<NotRun> {
        let ran = |planned: &&Planned| matches!(planned.standing, Standing::Passed { .. } | Standing::Failed { .. });
        let mut told: Vec<NotRun> = Vec::new();
        for planned in self.plan.steps.iter().filter(|planned| !ran(planned)) {
            let (mark, why) = (mark(&planned.standing), format!("{}{}", self.said(planned), before(planned)));
            match told.iter_mut().find(|one| one.mark == mark && one.why == why) {
                Some(one) => one.steps.push(planned.id.clone()),
                None => told.push(NotRun { steps: vec![planned.id.clone()], mark, why }),
            }
        }
        told
    }

    pub(super) fn repairs(&self) -> Vec<Repair> {
        let repair = |one: &allclear_core::release::Repair| {
            let by = one.done.as_ref().unwrap_or(&one.begun).by.name.clone();
            let at = one.done.as_ref().map(|done| done.at);
            Repair { step: one.step.clone(), target: one.target.clone(), by, at }
        };
        self.release.repairs.iter().map(repair).collect()
    }

    pub(super) fn waivers(&self) -> Vec<Waiver> {
        let waiver = |planned: &Planned| match &planned.standing {
            Standing::Waived { by, reason } => {
                let (step, reason, by, at) = (planned.id.clone(), reason.clone(), by.by.name.clone(), by.at);
                Some(Waiver { step, reason, by, at })
            }
            _ => None,
        };
        self.plan.steps.iter().filter_map(waiver).collect()
    }
}

/// That a step had a result, where it was for another candidate.
pub(super) fn before(planned: &Planned) -> String {
    planned.stale.as_ref().map_or(String::new(), |commit| format!("; its result was for {}", commit.short()))
}

fn when(standing: &Standing, attempt: Option<&Attempt>) -> (Option<String>, Option<jiff::Timestamp>) {
    let stamp = match standing {
        Standing::Passed { by, .. } | Standing::Waived { by, .. } => Some(by),
        _ => attempt.map(|attempt| &attempt.stamp),
    };
    (stamp.map(|stamp| stamp.by.name.clone()), stamp.map(|stamp| stamp.at))
}

pub(super) fn mark(standing: &Standing) -> Mark {
    match standing {
        Standing::NotForThis => Mark::NotForThis,
        Standing::Later => Mark::Later,
        Standing::Ready => Mark::Ready,
        Standing::Running { .. } => Mark::Running,
        Standing::Passed { .. } => Mark::Passed,
        Standing::Waived { .. } => Mark::Waived,
        Standing::Failed { .. } => Mark::Failed,
        Standing::Errored { .. } => Mark::Errored,
        Standing::Waiting => Mark::Waiting,
    }
}

/// How a phase stands, of whose steps some are done.
fn whole(steps: &[Step], done: usize) -> Mark {
    let has = |mark| steps.iter().any(|step| step.mark == mark && !step.optional);
    match () {
        () if has(Mark::Failed) => Mark::Failed,
        () if has(Mark::Errored) => Mark::Errored,
        () if done == steps.len() => Mark::Passed,
        () if steps.iter().any(|step| step.mark != Mark::Later) => Mark::Running,
        () => Mark::Later,
    }
}

/// Whether the release may go on past a step.
fn lets_pass(step: &Step) -> bool {
    match step.mark {
        Mark::Passed | Mark::Waived => true,
        Mark::Failed | Mark::Errored => step.optional,
        _ => false,
    }
}

pub(super) fn totals(phases: &[Phase]) -> Totals {
    let steps: Vec<&Step> = phases.iter().flat_map(|phase| &phase.steps).collect();
    let count = |fits: &dyn Fn(&Step) -> bool| steps.iter().filter(|step| fits(step)).count();
    let mut totals = Totals {
        done: count(&lets_pass),
        steps: steps.len(),
        failed: count(&|step| step.mark == Mark::Failed),
        errored: count(&|step| step.mark == Mark::Errored),
        waived: count(&|step| step.mark == Mark::Waived),
        carried_over: count(&|step| step.carried_from.is_some()),
        flaky: count(&|step| step.flaky),
        tests: None,
    };
    for tests in steps.iter().filter_map(|step| step.tests.clone()) {
        totals.tests.get_or_insert_default().add(tests);
    }
    totals
}

/// What was found, without the word that a summary begins with where a step passed late: the report has a mark for that.
fn without_mark(said: String, tries: u32) -> String {
    match said.strip_prefix(&allclear_engine::step::flaky(tries)) {
        Some(found) => found.to_owned(),
        None => said,
    }
}
