//! Performs an effect: probe, intent, act, probe, outcome.
//!
//! The order is what makes a crash harmless at every point: before the intent nothing has happened; after it, whoever resumes probes
//! before acting; an outcome is only written for what was found. The intent is shared before anything is done, so that a second
//! conductor sees it: the push is the fence between the two. What cannot be taken back waits until it could be shared.

use allclear_core::event::{Event, Intent, Outcome};
use allclear_core::plan::Standing;
use allclear_core::process::{Shape, Step};
use allclear_core::release::OpenAttempt;
use allclear_ledger::fault;

use crate::conductor::{ConductError, Conductor};
use crate::reach;
use crate::repository::Away;
use crate::session::Session;
use crate::step::{Effect, StepError, Work, intent, outcome};

impl Conductor<'_> {
    /// Performs an effect from the beginning, or goes on with the attempt that is open.
    pub(crate) fn effect(&mut self, step: &Step, effect: &dyn Effect) -> Result<(), ConductError> {
        let started = std::time::Instant::now();
        let intent = match self.open_attempt(step) {
            Some(OpenAttempt { intent: Some(intent), .. }) => intent,
            _ => match self.declare(step, effect) {
                Ok(Some(intent)) => intent,
                Ok(None) => return Ok(()),
                Err(error) => return self.not_begun(step, error),
            },
        };
        let reached = self.reach(step, effect, &intent);
        let took = elapsed(started);
        match reached {
            Ok(mut outcome) => {
                fault::point("effect-before-outcome");
                outcome.duration_ms = took;
                self.end(Event::StepPassed(outcome))?;
                fault::point("effect-after-outcome");
                Ok(())
            }
            Err(Trouble::Step(error)) => self.not_reached(step, &intent, error, took),
            Err(Trouble::Conduct(error)) => Err(error),
        }
    }

    /// Writes down what is about to be made true; none where another conductor turned out to be at it.
    fn declare(&mut self, step: &Step, effect: &dyn Effect) -> Result<Option<Intent>, Trouble> {
        if step.shape == Shape::IrreversibleEffect {
            // Nothing irreversible is even announced while the remote cannot hear it; and what it names of the ledger is shared.
            self.share_or_wait()?;
            if !self.is_still_planned(step) {
                return Ok(None);
            }
            self.admitted(step).map_err(Trouble::Step)?;
        }
        let items = self.with_context(step, |cx| effect.items(cx)).map_err(Trouble::Step)?;
        let intent = intent(items, step);
        fault::point("effect-before-intent");
        let event = Event::StepStarted {
            step: step.id.clone(),
            definition: step.definition(),
            candidate: self.session.release.candidate.clone(),
            intent: Some(intent.clone()),
        };
        self.append(event)?;
        fault::point("effect-after-intent");
        Ok(Some(intent))
    }

    /// Before the first thing that cannot be taken back: whether everything of that sort can be done by who is here. A token that is
    /// wrong is found out now, and not with half of the release published.
    fn admitted(&self, first: &Step) -> Result<(), StepError> {
        let Session { process, release, .. } = &self.session;
        if release.past_return {
            return Ok(());
        }
        let plan = self.plan();
        let settled = |step: &Step| {
            let standing = plan.steps.iter().find(|planned| planned.id == step.id).map(|planned| &planned.standing);
            matches!(standing, None | Some(Standing::NotForThis | Standing::Passed { .. } | Standing::Waived { .. }))
        };
        // The release goes on without what is optional.
        let counts = |step: &&Step| step.shape == Shape::IrreversibleEffect && !step.optional && !settled(step);
        process.steps_of(&release.kind).filter(counts).try_for_each(|step| self.is_admitted(step, first))
    }

    fn is_admitted(&self, step: &Step, first: &Step) -> Result<(), StepError> {
        let Ok(Ok(Work::Effect(effect))) = self.work_of(step) else { return Ok(()) };
        match self.with_context(step, |cx| effect.admits(cx)) {
            Ok(()) | Err(StepError::NotYet(_) | StepError::Elsewhere(_)) => Ok(()),
            Err(error) if step.id == first.id => Err(error),
            Err(StepError::Passing { what, after }) => {
                Err(StepError::Passing { what: format!("{}: {what}", step.id), after })
            }
            Err(error) => Err(StepError::Refused(format!(
                "nothing is published before everything can be, and {} cannot: {}",
                step.id,
                error.chain()
            ))),
        }
    }

    fn share_or_wait(&mut self) -> Result<(), Trouble> {
        match self.share()? {
            Some(reason) => {
                let remote = self.world.repository.remote().clone();
                Err(Trouble::Step(StepError::Away(Away { remote, reason })))
            }
            None => Ok(()),
        }
    }

    /// Tells the others what is about to be done. What can be taken back is done even where they cannot be told; but told they must
    /// be where they can: who finds the release branch moved has to know by whom, and not take it for a new candidate.
    fn announce(&mut self, intent: &Intent) -> Result<(), Trouble> {
        match (intent.reversible, intent.items.is_empty()) {
            (false, _) => self.share_or_wait(),
            (true, false) => Ok(self.share().map(drop)?),
            (true, true) => Ok(()),
        }
    }

    fn reach(&mut self, step: &Step, effect: &dyn Effect, intent: &Intent) -> Result<Outcome, Trouble> {
        self.announce(intent)?;
        fault::point("effect-after-shared-intent");
        if !self.is_first(step)? {
            return Err(Trouble::Step(StepError::Superseded("another conductor was first".to_owned())));
        }
        let receipts = self.with_context(step, |cx| reach::all(effect, cx, &intent.items)).map_err(Trouble::Step)?;
        let done = self.with_context(step, |cx| effect.done(cx, &intent.items)).map_err(Trouble::Step)?;
        let mut outcome = outcome(step, &self.session.release, &done.summary, 0);
        (outcome.moved, outcome.evidence, outcome.receipts) = (done.moved, done.evidence, receipts);
        Ok(outcome)
    }

    /// An effect that could not even be announced: nothing has happened outside.
    fn not_begun(&mut self, step: &Step, trouble: Trouble) -> Result<(), ConductError> {
        match trouble {
            Trouble::Conduct(error) => Err(error),
            Trouble::Step(StepError::Away(away)) => self.wait_for_outside(step, away),
            // Not for the ledger: it says nothing about the release, and another clone may be at it.
            Trouble::Step(error @ StepError::Elsewhere(_)) => self.leave_open(step, &error),
            Trouble::Step(error @ StepError::Foreign { .. }) => self.fail(step, &error, 0),
            Trouble::Step(error) => self.could_not(step, &error, 0),
        }
    }

    /// An announced effect that did not come to its end: whether the intent may be closed depends on what is known.
    fn not_reached(&mut self, step: &Step, intent: &Intent, error: StepError, took: u64) -> Result<(), ConductError> {
        match error {
            StepError::Away(away) => self.wait_for_outside(step, away),
            // The intent stays open: the next look settles it.
            error @ StepError::Unsure { .. } => self.leave_open(step, &error),
            error @ StepError::Foreign { .. } => self.fail(step, &error, took),
            error @ StepError::Superseded(_) => {
                self.could_not(step, &error, took)?;
                self.meet_others()?;
                self.may_try_again(step);
                Ok(())
            }
            error if intent.items.is_empty() || intent.reversible => self.could_not(step, &error, took),
            error => self.leave_open(step, &error),
        }
    }
}

/// What stops an effect: the step's own trouble, which is recorded, or the ledger's, which ends the run.
enum Trouble {
    Step(StepError),
    Conduct(ConductError),
}

impl From<ConductError> for Trouble {
    fn from(error: ConductError) -> Self {
        Self::Conduct(error)
    }
}

pub(crate) fn elapsed(started: std::time::Instant) -> u64 {
    u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX)
}
