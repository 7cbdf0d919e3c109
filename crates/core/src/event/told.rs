//! Events as people read them: the names of their files, and the headlines of their commits.

use super::{Artifact, Event, Evidence, Intent, Outcome, SignOff, Verdict};
use crate::names::StepId;

impl Event {
    /// The event's type, as it stands in the name of its file.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ReleaseOpened(_) => "release-opened",
            Self::CandidateChosen { .. } => "candidate-chosen",
            Self::StepStarted { .. } => "step-started",
            Self::StepPassed(_) => "step-passed",
            Self::StepFailed(_) => "step-failed",
            Self::StepErrored(_) => "step-errored",
            Self::StepCarriedOver { .. } => "step-carried-over",
            Self::StepWaived { .. } => "step-waived",
            Self::StepReopened { .. } => "step-reopened",
            Self::SignedOff(_) => "signed-off",
            Self::RepairStarted { .. } => "repair-started",
            Self::Repaired { .. } => "repaired",
            Self::ReleaseFinished {} => "release-finished",
            Self::ReleaseAborted { .. } => "release-aborted",
        }
    }

    /// The step that the event is about.
    pub fn step(&self) -> Option<&StepId> {
        match self {
            Self::StepStarted { step, .. }
            | Self::StepCarriedOver { step, .. }
            | Self::StepWaived { step, .. }
            | Self::StepReopened { step, .. }
            | Self::RepairStarted { step, .. }
            | Self::Repaired { step, .. } => Some(step),
            Self::StepPassed(outcome) | Self::StepFailed(outcome) | Self::StepErrored(outcome) => Some(&outcome.step),
            Self::SignedOff(sign_off) => Some(&sign_off.gate),
            _ => None,
        }
    }

    /// The evidence that belongs to the event.
    pub fn evidence(&self) -> &[Evidence] {
        match self {
            Self::ReleaseOpened(opened) => &opened.evidence,
            Self::StepPassed(outcome) | Self::StepFailed(outcome) | Self::StepErrored(outcome) => &outcome.evidence,
            _ => &[],
        }
    }

    /// What the step of the event built.
    pub fn artifacts(&self) -> &[Artifact] {
        match self {
            Self::StepPassed(outcome) => &outcome.artifacts,
            _ => &[],
        }
    }

    /// The event as a sentence for people; it is the headline of its commit.
    pub fn sentence(&self) -> String {
        let timed = |outcome: &Outcome, verb| match outcome.duration_ms {
            0 => format!("{} {verb}: {}", outcome.step, outcome.summary),
            ms => format!("{} {verb} in {}: {}", outcome.step, crate::duration::for_people(ms), outcome.summary),
        };
        let sentence = match self {
            Self::ReleaseOpened(opened) => match opened.overridden() {
                Some(reason) => format!("{} release opened outside its window: {reason}", opened.kind),
                None => format!("{} release opened", opened.kind),
            },
            Self::CandidateChosen { commit, why } => format!("candidate is {}: {why}", commit.short()),
            Self::StepStarted { step, intent: None, .. } => format!("{step} started"),
            Self::StepStarted { step, intent: Some(intent), .. } => {
                format!("{step} is about to act: {}", titles(intent))
            }
            Self::StepPassed(outcome) => timed(outcome, "passed"),
            Self::StepFailed(outcome) => timed(outcome, "failed"),
            Self::StepErrored(outcome) => timed(outcome, "errored"),
            Self::StepCarriedOver { step, from, .. } => format!("{step} carried over from {}", from.short()),
            Self::StepWaived { step, reason, .. } => format!("{step} waived: {reason}"),
            Self::StepReopened { step, reason } => format!("{step} reopened: {reason}"),
            Self::SignedOff(SignOff { gate, role, person, verdict, .. }) => match verdict {
                Verdict::Go => format!("{gate} signed off by {person} for {role}"),
                Verdict::NoGo => format!("{gate} refused by {person} for {role}"),
            },
            Self::RepairStarted { step, targets } => {
                format!("{step} is about to put back {}", named(targets.iter().map(String::as_str)))
            }
            Self::Repaired { step, receipts, not_done } if receipts.is_empty() => {
                format!("{step} could not put back {}", named(not_done.iter().map(String::as_str)))
            }
            Self::Repaired { step, receipts, .. } => {
                format!("{step} put back {}", named(receipts.iter().map(|receipt| receipt.target.as_str())))
            }
            Self::ReleaseFinished {} => "release finished".to_owned(),
            Self::ReleaseAborted { reason } => format!("release aborted: {reason}"),
        };
        one_line(&sentence)
    }
}

fn titles(intent: &Intent) -> String {
    match intent.items.as_slice() {
        [] => "nothing is left to do".to_owned(),
        [item] => item.title.clone(),
        [first, rest @ ..] => format!("{} and {} more", first.title, rest.len()),
    }
}

fn named<'a>(mut targets: impl ExactSizeIterator<Item = &'a str>) -> String {
    match (targets.next(), targets.len()) {
        (None, _) => "nothing".to_owned(),
        (Some(one), 0) => one.to_owned(),
        (Some(first), more) => format!("{first} and {more} more"),
    }
}

/// The first 200 characters on one line, without control characters: foreign text must not break a commit's headline or a terminal.
pub fn one_line(text: &str) -> String {
    first(200, text)
}

/// What an event says of its outcome: like [`one_line`], with room for two digests and a way out.
pub fn summary(text: &str) -> String {
    first(600, text)
}

fn first(most: usize, text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(most).collect::<String>().trim().to_owned()
}
