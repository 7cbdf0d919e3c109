//! The verdict: whether the release is ready, and what is missing.

use allclear_core::names::StepId;
use allclear_core::plan::{Action, Planned, Standing};
use allclear_core::process::{Shape, Step};
use allclear_core::release::State;

use super::Gathering;
use super::steps::before;
use crate::report::model::{Missing, Readiness, Verdict};
use crate::report::words::count;

impl Gathering<'_> {
    /// Ready means that whatever is checked or asked before the point of no return is so. What `allclear go` does by itself once it
    /// is its turn does not count as missing: effects on the way there, and the builds of the phase that goes beyond it.
    pub(super) fn verdict(&self) -> Verdict {
        let missing = self.missing();
        let (state, sentence) = match &self.release.state {
            State::Aborted { reason, .. } => (Readiness::Aborted, format!("Aborted: {reason}")),
            State::Finished { .. } => {
                (Readiness::Finished, "Released: everything that the process asks for is done".to_owned())
            }
            State::Open if self.release.past_return => (Readiness::Releasing, self.releasing(missing.len())),
            State::Open if missing.is_empty() => (Readiness::Ready, self.ready()),
            State::Open => (Readiness::NotReady, format!("Not ready: {} missing", are(missing.len()))),
        };
        let missing = if self.release.is_open() { missing } else { vec![] };
        Verdict { state, sentence, failed: missing.iter().any(|missing| self.fell_through(missing)), missing }
    }

    fn ready(&self) -> String {
        match self.first_irreversible() {
            Some(step) => format!("Ready: everything that comes before `{}` is checked and signed", step.phase()),
            None => "Ready: everything is checked and signed".to_owned(),
        }
    }

    fn releasing(&self, missing: usize) -> String {
        let rest = if missing == 0 { "nothing is missing".to_owned() } else { format!("{} missing", are(missing)) };
        format!("Being released, past the point of no return: {rest}")
    }

    /// The first effect that cannot be taken back.
    fn first_irreversible(&self) -> Option<&StepId> {
        let (kind, version) = (&self.release.kind, &self.release.version);
        let mut steps = self.process.steps_of(kind).filter(|step| step.applies(kind, version));
        steps.find(|step| step.shape == Shape::IrreversibleEffect).map(|step| &step.id)
    }

    fn missing(&self) -> Vec<Missing> {
        let mut missing = Vec::new();
        if let Some(Action::Adopt { commit }) = self.plan.actions.first() {
            let what =
                format!("the release branch has moved to {}: `allclear go` takes it as the candidate", commit.short());
            missing.push(Missing { step: None, what });
        } else if self.release.candidate.is_none() {
            missing.push(Missing { step: None, what: "there is no candidate yet".to_owned() });
        }
        let end = if self.release.past_return { None } else { self.first_irreversible() };
        let steps = self.process.steps_of(&self.release.kind).take_while(|step| Some(&step.id) != end);
        let mut later = Vec::new();
        for (step, planned) in steps.filter_map(|step| Some((step, self.planned(step)?))) {
            match self.lacks(step, planned) {
                Some(_) if planned.standing == Standing::Later && planned.stale.is_none() => {
                    later.push(format!("`{}`", step.id));
                }
                Some(what) => missing.push(Missing { step: Some(step.id.clone()), what }),
                None => {}
            }
        }
        if !later.is_empty() {
            let what = format!("still to come: {}", later.join(", "));
            missing.push(Missing { step: None, what });
        }
        missing
    }

    fn fell_through(&self, missing: &Missing) -> bool {
        let fell = |planned: &Planned| matches!(planned.standing, Standing::Failed { .. } | Standing::Errored { .. });
        self.plan.steps.iter().any(|planned| Some(&planned.id) == missing.step.as_ref() && fell(planned))
    }

    /// What is missing of a step; nothing where it lets the release pass, or is done by itself when it is its turn.
    fn lacks(&self, step: &Step, planned: &Planned) -> Option<String> {
        let beyond =
            !self.release.past_return && self.first_irreversible().is_some_and(|end| end.phase() == step.id.phase());
        let by_itself = match step.shape {
            Shape::Effect | Shape::IrreversibleEffect => true,
            Shape::Check | Shape::Watch => beyond,
            Shape::SignOff | Shape::Manual => false,
        };
        match &planned.standing {
            Standing::NotForThis | Standing::Passed { .. } | Standing::Waived { .. } => None,
            Standing::Failed { .. } | Standing::Errored { .. } if step.optional => None,
            Standing::Failed { summary } => Some(format!("failed: {summary}")),
            Standing::Errored { summary } => Some(format!("errored: {summary}")),
            _ if by_itself => None,
            _ => Some(format!("{}{}", self.said(planned), before(planned))),
        }
    }
}

fn are(things: usize) -> String {
    format!("{} {}", count(things, "thing"), if things == 1 { "is" } else { "are" })
}
