//! What every test needs: a small catalogue of kinds of steps, a process from TOML, and events.

use allclear_core::digest::Digest;
use allclear_core::event::{
    Actor, Artifact, Class, CommitRole, Event, FORMAT, Intent, Item, Moved, Opened, Outcome, Record, SignOff, Verdict,
};
use allclear_core::names::{CommitId, StepId, Word};
use allclear_core::plan::{Facts, Plan, plan};
use allclear_core::process::read::{self, Defaults};
use allclear_core::process::spec::{Becomes, Field, Naming, Type};
use allclear_core::process::{KindSpec, Process, Shape, Step};
use allclear_core::release::{IllegalEvent, Release};
use allclear_core::version::Version;
use jiff::{SignedDuration, Timestamp};

const fn kind(value: Field, fields: &'static [Field], shape: Shape, naming: Naming) -> KindSpec {
    KindSpec { value: value.required(), fields, shape, naming, once: false }
}

/// One kind of step for each shape, and some more.
pub(crate) const KINDS: &[&KindSpec] = &[
    &kind(
        Field::new("run", Type::Command, "the command to run"),
        &[Field::new("shell", Type::Flag, "whether a shell runs it")],
        Shape::Check,
        Naming::Command,
    ),
    &KindSpec {
        once: true,
        ..kind(
            Field::new("branch", Type::Template(Becomes::Branch), "the branch to cut"),
            &[Field::new("from", Type::Template(Becomes::Ref), "where to cut it")],
            Shape::Effect,
            Naming::Kind,
        )
    },
    &kind(
        Field::new("sign-off", Type::List(&Type::Word), "the roles that are asked"),
        &[],
        Shape::SignOff,
        Naming::Kind,
    ),
    &kind(
        Field::new("manual", Type::Text, "what a person does"),
        &[Field::new("value", Type::Word, "what later steps call the answer")],
        Shape::Manual,
        Naming::Kind,
    ),
    &kind(
        Field::new("tag", Type::Template(Becomes::Tag), "the tag to create"),
        &[],
        Shape::IrreversibleEffect,
        Naming::Kind,
    ),
    &kind(
        Field::new("publish", Type::Choice(&["pypi", "npm", "folder"]), "where to publish"),
        &[],
        Shape::IrreversibleEffect,
        Naming::KindAndValue,
    ),
    &kind(Field::new("deploy", Type::Word, "the environment"), &[], Shape::Effect, Naming::KindAndValue),
    &kind(Field::new("soak", Type::Duration, "how long to observe"), &[], Shape::Watch, Naming::Kind),
    &kind(
        Field::new("bump", Type::Template(Becomes::Text), "the message of the release commit"),
        &[],
        Shape::Effect,
        Naming::Kind,
    ),
];

/// Reads a process that must be right.
pub(crate) fn process(toml: &str) -> Process {
    read::read("allclear.toml", toml, KINDS, &Defaults::default()).unwrap_or_else(|bad| panic!("{}", bad.render(false)))
}

/// A word that must be right.
pub(crate) fn word(text: &str) -> Word {
    text.parse().unwrap()
}

/// Everything that is said about a file that must be wrong.
pub(crate) fn problems(toml: &str) -> String {
    let bad = read::read("allclear.toml", toml, KINDS, &Defaults::default()).expect_err("this file has problems");
    bad.render(false)
}

/// A step's name that must be right.
pub(crate) fn id(text: &str) -> StepId {
    text.parse().unwrap()
}

/// A commit that is told apart by its number.
pub(crate) fn commit(number: u32) -> CommitId {
    format!("{number:040x}").parse().unwrap()
}

/// The events of one release, made one after the other.
#[derive(Debug, Clone)]
pub(crate) struct Story {
    pub(crate) records: Vec<Record>,
    /// The clone that writes.
    pub(crate) clone: String,
    /// The time of the next event.
    pub(crate) now: Timestamp,
}

impl Story {
    /// Nothing has happened.
    pub(crate) fn new() -> Self {
        Self { records: vec![], clone: "here".to_owned(), now: "2026-01-31T10:00:00Z".parse().unwrap() }
    }

    /// Ana opened a minor release.
    pub(crate) fn opened() -> Self {
        Self::new().then(opening("minor"))
    }

    pub(crate) fn push(&mut self, event: Event) {
        let seq = self.records.len() as u64 + 1;
        let actor = Actor {
            name: "Ana Example".to_owned(),
            email: "ana-example@example.org".to_owned(),
            clone: self.clone.clone(),
        };
        let (prev, release) = (Digest::of(&seq.to_be_bytes()), Version::new(1, 4, 0));
        let ledger = "0f3c".to_owned();
        self.records.push(Record { v: FORMAT, ledger, seq, prev, release, at: self.now, actor, event });
        self.wait(1);
    }

    pub(crate) fn then(mut self, event: Event) -> Self {
        self.push(event);
        self
    }

    /// The next events are written by this clone.
    pub(crate) fn on(mut self, clone: &str) -> Self {
        clone.clone_into(&mut self.clone);
        self
    }

    pub(crate) fn wait(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    pub(crate) fn fold(&self) -> Result<Option<Release>, IllegalEvent> {
        Release::fold(&self.records)
    }

    pub(crate) fn release(&self) -> Release {
        self.fold().unwrap().unwrap()
    }

    /// The plan of the clone that writes, while nobody else touches the branch.
    pub(crate) fn plan(&self, process: &Process) -> Plan {
        let release = self.release();
        let facts = Facts { clone: self.clone.clone(), tip: release.commit().cloned(), ..Facts::default() };
        plan(process, &release, &facts, self.now)
    }
}

pub(crate) fn opening(kind: &str) -> Event {
    Event::ReleaseOpened(Opened {
        kind: word(kind),
        process: Digest::of(b"process"),
        process_commit: commit(0),
        last: None,
        reason: None,
        outside: None,
        evidence: vec![],
    })
}

pub(crate) fn chosen(number: u32) -> Event {
    Event::CandidateChosen { commit: commit(number), why: "the release branch moved".to_owned() }
}

pub(crate) fn outcome(step: &Step, candidate: Option<CommitId>) -> Outcome {
    Outcome {
        step: step.id.clone(),
        definition: step.definition(),
        candidate,
        inputs: None,
        summary: "as it should be".to_owned(),
        duration_ms: 0,
        moved: None,
        value: None,
        artifacts: vec![],
        receipts: vec![],
        tests: None,
        tries: 1,
        tools: None,
        foreign: None,
        evidence: vec![],
    }
}

/// A step passed on a candidate.
pub(crate) fn passed(process: &Process, step: &str, number: u32) -> Event {
    Event::StepPassed(outcome(process.step(&id(step)).unwrap(), Some(commit(number))))
}

/// A step passed on a candidate and put the release commit on the branch.
pub(crate) fn bumped(process: &Process, step: &str, number: u32, release: u32) -> Event {
    let moved = Some(Moved { commit: commit(release), role: CommitRole::Release });
    Event::StepPassed(Outcome { moved, ..outcome(process.step(&id(step)).unwrap(), Some(commit(number))) })
}

/// A step passed on a candidate and built a file with these bytes.
pub(crate) fn built(process: &Process, step: &str, number: u32, bytes: &[u8]) -> Event {
    let path = "dist/demo.whl".parse().unwrap();
    let artifacts = vec![Artifact { path, sha256: Digest::of(bytes), size: bytes.len() as u64 }];
    Event::StepPassed(Outcome { artifacts, ..outcome(process.step(&id(step)).unwrap(), Some(commit(number))) })
}

/// A step began on a candidate; with `reversible`, to act outside.
pub(crate) fn started(process: &Process, step: &str, number: u32, reversible: Option<bool>) -> Event {
    let item = |target: &str| Item {
        target: target.to_owned(),
        desired: "there".to_owned(),
        title: target.to_owned(),
        data: [].into(),
    };
    Event::StepStarted {
        step: id(step),
        definition: process.step(&id(step)).unwrap().definition(),
        candidate: Some(commit(number)),
        intent: reversible.map(|reversible| Intent { items: vec![item(step)], reversible }),
    }
}

/// A person's yes, with the weakest class, before anything is built.
pub(crate) fn yes(gate: &str, role: &str, person: &str, number: u32) -> SignOff {
    SignOff {
        gate: id(gate),
        role: word(role),
        person: word(person),
        verdict: Verdict::Go,
        class: Class::Recorded,
        candidate: commit(number),
        artifacts: None,
        comment: None,
    }
}

pub(crate) fn waived(step: &str, number: u32) -> Event {
    Event::StepWaived { step: id(step), candidate: Some(commit(number)), reason: "known".to_owned() }
}

pub(crate) fn reopened(step: &str) -> Event {
    Event::StepReopened { step: id(step), reason: "again".to_owned() }
}

pub(crate) fn aborted() -> Event {
    Event::ReleaseAborted { reason: "not now".to_owned() }
}
