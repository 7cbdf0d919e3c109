//! What people say: sign-offs, things done by hand, waivers, another try, the end.

use allclear_core::event::{Class, Event, SignOff, Verdict};
use allclear_core::gate;
use allclear_core::names::{StepId, Word};
use allclear_core::plan::{Plan, Standing, Wait};
use allclear_core::process::{Shape, Step};
use allclear_core::release::Release;
use jiff::Timestamp;

use crate::repository::Identity;
use crate::session::{Session, SessionError};
use crate::step::outcome;

/// What a person said cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// git's identity is nobody of the process.
    #[error(
        "the process knows nobody with the e-mail address `{email}`: add it to `emails` of a person in `[people]`, or set `git config user.email`"
    )]
    Nobody {
        /// The address.
        email: String,
    },
    /// The person does not have the role.
    #[error("`{person}` is not a member of `{role}`: its members are {members}")]
    NotMember {
        /// The person.
        person: Word,
        /// The role.
        role: Word,
        /// Who is.
        members: String,
    },
    /// Who opened the release does not count for the role.
    #[error("`{person}` opened the release, and `{role}` asks for somebody else (`separate = true`)")]
    Separate {
        /// The person.
        person: Word,
        /// The role.
        role: Word,
    },
    /// The person has spoken in this gate.
    #[error("`{person}` has spoken in `{gate}` for this candidate already, and a person speaks for one role of a gate")]
    Spoken {
        /// The person.
        person: Word,
        /// The gate.
        gate: StepId,
    },
    /// No gate asks for the role now.
    #[error("no gate waits for `{role}` now{hint}")]
    NotAsked {
        /// The role.
        role: Word,
        /// What is waited for, if anything.
        hint: String,
    },
    /// The step is not in the release.
    #[error("there is no step `{step}` in this release: it has {known}")]
    NoStep {
        /// What was asked for.
        step: String,
        /// What there is.
        known: String,
    },
    /// The step is not waiting for a person.
    #[error("`{step}` does not wait for somebody to say that it is done: it {is}")]
    NotWaiting {
        /// The step.
        step: StepId,
        /// How it stands.
        is: String,
    },
    /// The step yields a value.
    #[error("`{step}` asks for an answer: `--value …` gives `{name}` its value")]
    NeedsValue {
        /// The step.
        step: StepId,
        /// The value's name.
        name: String,
    },
    /// The step is settled.
    #[error("`{step}` has passed; there is nothing to {verb}")]
    Settled {
        /// The step.
        step: StepId,
        /// `waive` or `retry`.
        verb: &'static str,
    },
    /// What a person says has a limit.
    #[error("a reason has at most 2000 characters, and cannot be empty")]
    Reason,
    /// The release is over.
    #[error("{0} is over: nothing can be decided about it any more")]
    Over(String),
    /// The ledger failed.
    #[error(transparent)]
    Session(#[from] SessionError),
}

/// A person at the keyboard, about to say something about a release.
pub struct Decider<'a> {
    /// The release.
    pub session: &'a mut Session,
    /// The plan as things stand.
    pub plan: &'a Plan,
    /// The person's git identity.
    pub identity: &'a Identity,
    /// The present moment.
    pub now: Timestamp,
}

impl Decider<'_> {
    /// The person of the process to whom the git identity belongs.
    ///
    /// # Errors
    /// When it belongs to nobody.
    pub fn person(&self) -> Result<Word, DecideError> {
        let email = &self.identity.email;
        let known = self.session.process.person_by_email(email).cloned();
        known.ok_or_else(|| DecideError::Nobody { email: email.clone() })
    }

    /// Gives or refuses a sign-off for a role; the gate is the one that waits for the role.
    ///
    /// # Errors
    /// When no gate waits for it, or the person may not.
    pub fn sign_off(&mut self, role: &Word, verdict: Verdict, comment: Option<String>) -> Result<StepId, DecideError> {
        self.open()?;
        checked(comment.as_deref().unwrap_or("-"))?;
        let person = self.person()?;
        let gate = self.gate(role)?;
        self.may_sign(role, &person, &gate)?;
        let release = &self.session.release;
        let Some(candidate) = release.candidate.clone() else {
            return Err(DecideError::NotAsked {
                role: role.clone(),
                hint: ": the release has no candidate yet".to_owned(),
            });
        };
        let artifacts = gate::artifacts(&self.session.process, release, &gate);
        let class = Class::Recorded;
        let sign_off = SignOff {
            gate: gate.id.clone(),
            role: role.clone(),
            person,
            verdict,
            class,
            candidate,
            artifacts,
            comment,
        };
        self.session.append(self.now, Event::SignedOff(sign_off))?;
        Ok(gate.id)
    }

    fn open(&self) -> Result<(), DecideError> {
        match self.session.release.is_open() {
            true => Ok(()),
            false => Err(DecideError::Over(self.session.release.version.to_string())),
        }
    }

    /// The gate that waits now and asks for a role.
    fn gate(&self, role: &Word) -> Result<Step, DecideError> {
        let waiting =
            |id: &StepId| self.plan.steps.iter().any(|step| &step.id == id && step.standing == Standing::Waiting);
        let mut gates = self
            .session
            .process
            .steps_of(&self.session.release.kind)
            .filter(|step| step.shape == Shape::SignOff && waiting(&step.id));
        let found = gates.find(|gate| gate.words().contains(role)).cloned();
        found.ok_or_else(|| {
            let asked: Vec<_> = self
                .plan
                .waits
                .iter()
                .filter_map(|wait| if let Wait::SignOff { role, .. } = wait { Some(format!("`{role}`")) } else { None })
                .collect();
            let hint = if asked.is_empty() { String::new() } else { format!(": waited for are {}", asked.join(", ")) };
            DecideError::NotAsked { role: role.clone(), hint }
        })
    }

    fn may_sign(&self, role: &Word, person: &Word, gate: &Step) -> Result<(), DecideError> {
        let Session { process, release, .. } = &*self.session;
        let members = process.roles.get(role).map(|rule| rule.members.as_slice()).unwrap_or_default();
        if !members.contains(person) {
            let members: Vec<_> = members.iter().map(Word::as_str).collect();
            return Err(DecideError::NotMember {
                person: person.clone(),
                role: role.clone(),
                members: members.join(", "),
            });
        }
        if gate::is_excluded(process, release, role, person) {
            return Err(DecideError::Separate { person: person.clone(), role: role.clone() });
        }
        let counts = gate::count(process, release, gate).counts;
        match counts.iter().any(|count| count.signed.contains(person)) {
            true => Err(DecideError::Spoken { person: person.clone(), gate: gate.id.clone() }),
            false => Ok(()),
        }
    }

    /// Says that a step which waits for a person is done.
    ///
    /// # Errors
    /// When it does not wait, or an answer is missing, or the person does not have the step's role.
    pub fn done(&mut self, step: &str, value: Option<String>, note: Option<String>) -> Result<StepId, DecideError> {
        self.open()?;
        let step = self.step(step)?;
        let standing = self.standing(&step);
        if step.shape != Shape::Manual || standing != Standing::Waiting {
            return Err(DecideError::NotWaiting { step: step.id.clone(), is: is(&standing).to_owned() });
        }
        if let Some(role) = &step.role {
            let person = self.person()?;
            let members = self.session.process.roles.get(role).map(|rule| rule.members.clone()).unwrap_or_default();
            if !members.contains(&person) {
                let members: Vec<_> = members.iter().map(Word::as_str).collect();
                return Err(DecideError::NotMember { person, role: role.clone(), members: members.join(", ") });
            }
        }
        if let (Some(name), None) = (step.yields(), &value) {
            return Err(DecideError::NeedsValue { step: step.id.clone(), name: name.to_owned() });
        }
        let said = note.or_else(|| value.clone()).unwrap_or_else(|| "done".to_owned());
        checked(&said)?;
        let mut outcome = outcome(&step, &self.session.release, &said, 0);
        outcome.value = value;
        self.session.append(self.now, Event::StepPassed(outcome))?;
        Ok(step.id)
    }

    /// Decides that a step need not pass.
    ///
    /// # Errors
    /// When it has passed, or there is no such step, or no reason.
    pub fn waive(&mut self, step: &str, reason: &str) -> Result<StepId, DecideError> {
        self.open()?;
        checked(reason)?;
        let step = self.step(step)?;
        if let Standing::Passed { .. } | Standing::Waived { .. } = self.standing(&step) {
            return Err(DecideError::Settled { step: step.id.clone(), verb: "waive" });
        }
        let candidate = self.session.release.candidate.clone();
        self.session
            .append(self.now, Event::StepWaived { step: step.id.clone(), candidate, reason: reason.to_owned() })?;
        Ok(step.id)
    }

    /// Asks for another try at a step, or a new round of a sign-off.
    ///
    /// # Errors
    /// When it has passed, or there is no such step, or no reason.
    pub fn retry(&mut self, step: &str, reason: &str) -> Result<StepId, DecideError> {
        self.open()?;
        checked(reason)?;
        let step = self.step(step)?;
        if let Standing::Passed { .. } = self.standing(&step) {
            return Err(DecideError::Settled { step: step.id.clone(), verb: "retry" });
        }
        self.session.append(self.now, Event::StepReopened { step: step.id.clone(), reason: reason.to_owned() })?;
        Ok(step.id)
    }

    /// Ends the release before its end. What was done outside stays; whether anything was is for the caller to say.
    ///
    /// # Errors
    /// When it is over already, or there is no reason.
    pub fn abort(&mut self, reason: &str) -> Result<(), DecideError> {
        self.open()?;
        checked(reason)?;
        self.session.append(self.now, Event::ReleaseAborted { reason: reason.to_owned() })?;
        Ok(())
    }

    /// Finds a step by its whole name, or by its own word where that is the name of one step only.
    fn step(&self, name: &str) -> Result<Step, DecideError> {
        let Session { process, release: Release { kind, .. }, .. } = &*self.session;
        let named: Vec<&Step> =
            process.steps_of(kind).filter(|step| step.id.as_str() == name || step.id.step() == name).collect();
        match named.as_slice() {
            [step] => Ok((*step).clone()),
            _ => {
                let known: Vec<_> = process.steps_of(kind).map(|step| step.id.to_string()).collect();
                Err(DecideError::NoStep {
                    step: name.chars().take(80).flat_map(char::escape_default).collect(),
                    known: known.join(", "),
                })
            }
        }
    }

    fn standing(&self, step: &Step) -> Standing {
        self.plan
            .steps
            .iter()
            .find(|planned| planned.id == step.id)
            .map_or(Standing::NotForThis, |planned| planned.standing.clone())
    }
}

fn checked(reason: &str) -> Result<(), DecideError> {
    match is_reason(reason) {
        true => Ok(()),
        false => Err(DecideError::Reason),
    }
}

/// Whether a text can stand in the ledger as the reason of a decision.
pub(crate) fn is_reason(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= 2000
}

/// How a step stands, as the end of a sentence.
fn is(standing: &Standing) -> &'static str {
    match standing {
        Standing::NotForThis => "is not for this kind of release",
        Standing::Later => "comes later",
        Standing::Ready => "is done by `allclear go`",
        Standing::Running { .. } => "is running",
        Standing::Passed { .. } => "has passed",
        Standing::Waived { .. } => "is waived",
        Standing::Failed { .. } => "has failed",
        Standing::Errored { .. } => "has errored",
        Standing::Waiting => "waits for something else",
    }
}
