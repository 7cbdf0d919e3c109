//! A release as the fold of its events.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::canonical;
use crate::digest::Digest;
use crate::event::{Actor, Artifact, CommitRole, Event, Intent, Opened, Outcome, Receipt, Record, SignOff};
use crate::names::{CommitId, StepId, Word};
use crate::version::Version;

/// Everything that the ledger says about one release.
#[derive(Debug, Clone, Serialize)]
pub struct Release {
    /// Its version, which names it.
    pub version: Version,
    /// Its kind.
    pub kind: Word,
    /// Who opened it, and when.
    pub opened: Stamp,
    /// How it was opened.
    pub opening: Opened,
    /// Whether it goes on.
    pub state: State,
    /// The commit that results speak for.
    pub candidate: Option<CommitId>,
    /// The candidate with nothing but its version changed.
    pub release_commit: Option<CommitId>,
    /// Whether something that cannot be taken back has begun; from then on the candidate is fixed.
    pub past_return: bool,
    /// What happened to each step.
    pub steps: BTreeMap<StepId, History>,
    /// What was put back after it had gone, or is about to be: one for each target.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub repairs: Vec<Repair>,
    /// The number of its last event.
    pub seq: u64,
}

/// Who did something, and when they say they did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stamp {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Actor,
}

/// Whether a release goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum State {
    /// It does.
    Open,
    /// Everything was done.
    Finished {
        /// When and by whom the end was written.
        end: Stamp,
    },
    /// Somebody ended it.
    Aborted {
        /// When and by whom.
        end: Stamp,
        /// Why.
        reason: String,
    },
}

/// What happened to a step.
#[derive(Debug, Clone, Default, Serialize)]
pub struct History {
    /// Its attempts that ended, in order.
    pub attempts: Vec<Attempt>,
    /// Attempts before this position were set aside by a person who reopened the step.
    pub reopened_at: usize,
    /// Attempts that began and did not end.
    pub open: Vec<OpenAttempt>,
    /// The newest carry-over of its last attempt: from which candidate to which.
    pub carried: Option<(CommitId, CommitId)>,
    /// The newest decision that it need not pass.
    pub waiver: Option<Waiver>,
    /// Sign-offs given or refused in the present round.
    pub sign_offs: Vec<Given>,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It was done, or is so.
    Passed,
    /// It was checked and is not so.
    Failed,
    /// It could not be checked or done.
    Errored,
}

/// An attempt that ended.
#[derive(Debug, Clone, Serialize)]
pub struct Attempt {
    /// The number of the event.
    pub seq: u64,
    /// When and by whom.
    pub stamp: Stamp,
    /// How.
    pub verdict: Verdict,
    /// What came of it.
    pub outcome: Outcome,
}

/// An attempt that began.
#[derive(Debug, Clone, Serialize)]
pub struct OpenAttempt {
    /// The number of the event.
    pub seq: u64,
    /// When and by whom.
    pub stamp: Stamp,
    /// What it is about to make true.
    pub intent: Option<Intent>,
    /// The candidate at that moment.
    pub candidate: Option<CommitId>,
}

/// A decision that a step need not pass.
#[derive(Debug, Clone, Serialize)]
pub struct Waiver {
    /// When and by whom.
    pub stamp: Stamp,
    /// The candidate that it was decided for.
    pub candidate: Option<CommitId>,
    /// Why.
    pub reason: String,
}

/// A sign-off and who recorded it.
#[derive(Debug, Clone, Serialize)]
pub struct Given {
    /// When and by whom it was written.
    pub stamp: Stamp,
    /// What was said.
    pub sign_off: SignOff,
}

/// Something that was missing outside and is put back.
#[derive(Debug, Clone, Serialize)]
pub struct Repair {
    /// The step that had made it.
    pub step: StepId,
    /// The target of its receipt.
    pub target: String,
    /// When it was found missing, and by whom.
    pub begun: Stamp,
    /// When it was there again, and who found that; none where that is not known yet.
    pub done: Option<Stamp>,
}

/// An event that cannot follow the events before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IllegalEvent {
    /// Nothing can happen to a release before it is opened.
    #[error("`{event}` comes before the opening of {release}")]
    NotOpened {
        /// The event's type.
        event: &'static str,
        /// The release.
        release: Version,
    },
    /// A version is released once.
    #[error("{release} is opened a second time")]
    OpenedTwice {
        /// The release.
        release: Version,
    },
}

impl Release {
    /// Folds the events of one release, in the order of the ledger; none where there are no events.
    ///
    /// # Errors
    /// When an event cannot follow those before it.
    pub fn fold<'a>(records: impl IntoIterator<Item = &'a Record>) -> Result<Option<Self>, IllegalEvent> {
        let mut release = None;
        for record in records {
            Self::apply(&mut release, record)?;
        }
        Ok(release)
    }

    /// Takes in one more event.
    ///
    /// # Errors
    /// When it cannot follow those before it; then nothing has changed.
    pub fn apply(release: &mut Option<Self>, record: &Record) -> Result<(), IllegalEvent> {
        match (release.as_mut(), &record.event) {
            (None, Event::ReleaseOpened(opening)) => *release = Some(Self::open(record, opening)),
            (Some(Self { state: State::Aborted { .. }, .. }), Event::ReleaseOpened(opening)) => {
                *release = Some(Self::open(record, opening));
            }
            (Some(_), Event::ReleaseOpened(_)) => {
                return Err(IllegalEvent::OpenedTwice { release: record.release.clone() });
            }
            (None, event) => {
                return Err(IllegalEvent::NotOpened { event: event.name(), release: record.release.clone() });
            }
            (Some(release), event) => {
                release.seq = record.seq;
                // What arrives after the end, from a clone that did not know, stays in the record and changes nothing.
                // What was published can get lost long after.
                let repair = matches!(event, Event::RepairStarted { .. } | Event::Repaired { .. });
                if release.state == State::Open || repair {
                    release.take(record, event);
                }
            }
        }
        Ok(())
    }

    fn open(record: &Record, opening: &Opened) -> Self {
        Self {
            version: record.release.clone(),
            kind: opening.kind.clone(),
            opened: Stamp::of(record),
            opening: opening.clone(),
            state: State::Open,
            candidate: None,
            release_commit: None,
            past_return: false,
            steps: BTreeMap::new(),
            repairs: vec![],
            seq: record.seq,
        }
    }

    fn take(&mut self, record: &Record, event: &Event) {
        let stamp = Stamp::of(record);
        match event {
            Event::ReleaseOpened(_) => {}
            Event::CandidateChosen { commit, .. } => self.choose(commit.clone()),
            Event::StepStarted { step, definition, candidate, .. }
                if self.has_passed(step, definition, candidate.as_ref()) => {}
            Event::StepStarted { step, candidate, intent, .. } => {
                self.past_return |= intent.as_ref().is_some_and(|intent| !intent.reversible);
                let open = OpenAttempt { seq: record.seq, stamp, intent: intent.clone(), candidate: candidate.clone() };
                let history = self.history(step);
                // Who only looked at a candidate before this one has nothing to say any more.
                history.open.retain(|other| other.intent.is_some() || other.candidate == *candidate);
                history.open.push(open);
            }
            Event::StepPassed(outcome) => self.end(record, Verdict::Passed, outcome),
            Event::StepFailed(outcome) => self.end(record, Verdict::Failed, outcome),
            Event::StepErrored(outcome) => self.end(record, Verdict::Errored, outcome),
            Event::StepCarriedOver { step, from, candidate } => {
                self.history(step).carried = Some((from.clone(), candidate.clone()));
            }
            Event::StepWaived { step, candidate, reason } => {
                let history = self.history(step);
                // Whoever waives a step takes what an attempt may have left half done upon themselves.
                history.open.clear();
                history.waiver = Some(Waiver { stamp, candidate: candidate.clone(), reason: reason.clone() });
            }
            Event::StepReopened { step, .. } => self.history(step).reopen(),
            Event::SignedOff(sign_off) => {
                self.history(&sign_off.gate).sign_offs.push(Given { stamp, sign_off: sign_off.clone() });
            }
            Event::RepairStarted { step, targets } => {
                // What this clone began before and did not bring to its end begins again.
                self.repairs.retain(|one| !one.is_open_of(step, &record.actor.clone) || !targets.contains(&one.target));
                let of = |target: &String| Repair {
                    step: step.clone(),
                    target: target.clone(),
                    begun: stamp.clone(),
                    done: None,
                };
                self.repairs.extend(targets.iter().map(of));
            }
            Event::Repaired { step, receipts, not_done } => {
                // Whoever else is at it does the same.
                let back = |one: &Repair| receipts.iter().any(|receipt| receipt.target == one.target);
                let open = self.repairs.iter_mut().filter(|one| one.done.is_none() && one.step == *step);
                open.filter(|one| back(one)).for_each(|one| one.done = Some(stamp.clone()));
                self.repairs
                    .retain(|one| !one.is_open_of(step, &record.actor.clone) || !not_done.contains(&one.target));
            }
            Event::ReleaseFinished {} => self.state = State::Finished { end: stamp },
            Event::ReleaseAborted { reason } => self.state = State::Aborted { end: stamp, reason: reason.clone() },
        }
    }

    fn history(&mut self, step: &StepId) -> &mut History {
        self.steps.entry(step.clone()).or_default()
    }

    fn end(&mut self, record: &Record, verdict: Verdict, outcome: &Outcome) {
        let done = self.has_passed(&outcome.step, &outcome.definition, outcome.candidate.as_ref());
        let late = self.is_late(&record.actor.clone, outcome);
        let elsewhere = outcome.candidate != self.candidate;
        let history = self.history(&outcome.step);
        let own = |open: &OpenAttempt| open.stamp.by.clone == record.actor.clone;
        match verdict {
            // It is so: whoever is still at it comes too late, and nobody has to wait for them.
            Verdict::Passed => history.open.clear(),
            _ if history.open.iter().any(own) => history.open.retain(|open| !own(open)),
            // Who could not do what was done for an older candidate says nothing of those who are at this one.
            Verdict::Errored if done && elsewhere => {}
            _ => history.open.clear(),
        }
        // A conductor that came too late could not do what was done, or did the same; that says nothing new.
        match verdict {
            Verdict::Errored if done => return,
            Verdict::Passed if late && !outcome.receipts.is_empty() => return,
            _ => {}
        }
        history.attempts.push(Attempt { seq: record.seq, stamp: Stamp::of(record), verdict, outcome: outcome.clone() });
        match &outcome.moved {
            Some(moved) if moved.role == CommitRole::Candidate => self.choose(moved.commit.clone()),
            Some(moved) => self.release_commit = Some(moved.commit.clone()),
            None => {}
        }
    }

    /// Whether a step has passed for this candidate already, or in making it. The attempt of a clone that did not know changes
    /// nothing then: what it was about to look at or to make true is so.
    pub fn has_passed(&self, step: &StepId, definition: &Digest, candidate: Option<&CommitId>) -> bool {
        let made = |outcome: &Outcome| outcome.moved.as_ref().is_some_and(|moved| Some(&moved.commit) == candidate);
        let same = |outcome: &Outcome| {
            outcome.definition == *definition && (outcome.candidate.as_ref() == candidate || made(outcome))
        };
        let last = self.steps.get(step).and_then(History::last);
        last.is_some_and(|attempt| attempt.verdict == Verdict::Passed && same(&attempt.outcome))
    }

    /// Whether an outcome tells of an attempt that another clone has ended meanwhile, and ended well.
    pub fn is_late(&self, clone: &str, outcome: &Outcome) -> bool {
        let open = self.steps.get(&outcome.step).map(|history| history.open.as_slice()).unwrap_or_default();
        !open.iter().any(|open| open.stamp.by.clone == clone)
            && self.has_passed(&outcome.step, &outcome.definition, outcome.candidate.as_ref())
    }

    /// Takes a new candidate. A choice that says nothing new, or comes too late, changes nothing.
    fn choose(&mut self, commit: CommitId) {
        if !self.past_return && self.candidate.as_ref() != Some(&commit) {
            self.candidate = Some(commit);
            self.release_commit = None;
        }
    }

    /// The commit that steps work on: the release commit once there is one, the candidate before.
    pub fn commit(&self) -> Option<&CommitId> {
        self.release_commit.as_ref().or(self.candidate.as_ref())
    }

    /// What a step made true outside, as it was found, whichever of its attempts did.
    pub fn receipts(&self, step: &StepId) -> impl Iterator<Item = &Receipt> {
        let attempts = self.steps.get(step).map(|history| history.attempts.as_slice()).unwrap_or_default();
        let passed = attempts.iter().filter(|attempt| attempt.verdict == Verdict::Passed);
        passed.flat_map(|attempt| &attempt.outcome.receipts)
    }

    /// What was built from the present candidate, over all steps that build.
    pub fn artifacts(&self) -> Vec<&Artifact> {
        self.built(|_| true)
    }

    fn built(&self, by: impl Fn(&StepId) -> bool) -> Vec<&Artifact> {
        let built = self.steps.iter().filter(|(step, _)| by(step)).filter_map(|(_, history)| {
            let attempt = history.last().filter(|attempt| attempt.verdict == Verdict::Passed)?;
            let from = attempt.outcome.candidate.as_ref();
            let candidate = self.candidate.as_ref();
            (from == candidate || history.carried_from(candidate).is_some()).then_some(attempt)
        });
        built.flat_map(|attempt| &attempt.outcome.artifacts).collect()
    }

    /// The digest of what some of the steps built; none while they built nothing.
    pub fn digest_of_built(&self, by: impl Fn(&StepId) -> bool) -> Option<Digest> {
        let artifacts = self.built(by);
        (!artifacts.is_empty()).then(|| canonical::digest(&artifacts).expect("artifacts have no fractions"))
    }

    /// Whether the release goes on.
    pub fn is_open(&self) -> bool {
        self.state == State::Open
    }
}

impl History {
    fn reopen(&mut self) {
        self.reopened_at = self.attempts.len();
        self.carried = None;
        self.waiver = None;
        self.sign_offs.clear();
    }

    /// The candidate from which the newest result was carried over to this one, if it was.
    pub fn carried_from(&self, candidate: Option<&CommitId>) -> Option<&CommitId> {
        let found_on = self.last()?.outcome.candidate.as_ref();
        let (from, to) = self.carried.as_ref()?;
        (Some(from) == found_on && Some(to) == candidate).then_some(from)
    }

    /// The newest attempt that no person has set aside.
    pub fn last(&self) -> Option<&Attempt> {
        self.attempts.get(self.reopened_at..).and_then(<[Attempt]>::last)
    }
}

impl Attempt {
    /// The event that tells of it.
    pub fn event(&self) -> Event {
        let outcome = self.outcome.clone();
        match self.verdict {
            Verdict::Passed => Event::StepPassed(outcome),
            Verdict::Failed => Event::StepFailed(outcome),
            Verdict::Errored => Event::StepErrored(outcome),
        }
    }
}

impl Repair {
    fn is_open_of(&self, step: &StepId, clone: &str) -> bool {
        self.done.is_none() && self.step == *step && self.begun.by.clone == clone
    }
}

impl Stamp {
    fn of(record: &Record) -> Self {
        Self { at: record.at, by: record.actor.clone() }
    }
}
