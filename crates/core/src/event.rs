//! The events of the ledger: everything that a release is made of.
//!
//! An event is written once, as canonical JSON inside a [`Record`], and never changed. Format version 1; a reader refuses a newer
//! version and never skips an event that it does not know.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::digest::Digest;
use crate::names::{CommitId, RelPath, StepId, TagName, Word};
use crate::version::Version;

/// The version of the ledger's format that this program writes, and the newest that it reads.
pub const FORMAT: u32 = 1;

/// The largest event, in bytes of canonical JSON; anything larger is evidence, named by its digest.
pub const LARGEST: usize = 60 * 1024;

/// An event in its place: the exact content of one file of the ledger, as canonical JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The format's version.
    pub v: u32,
    /// Which ledger this is: a random name given to it by its first event, so that an event cannot be moved to another.
    pub ledger: String,
    /// The event's number in the ledger, from 1.
    pub seq: u64,
    /// The digest of the bytes of the event before this one; of the ledger's name for the first.
    pub prev: Digest,
    /// The release that the event belongs to.
    pub release: Version,
    /// When the actor says that it happened; order is given by `seq`, never by this.
    pub at: Timestamp,
    /// Who did it.
    pub actor: Actor,
    /// What happened.
    pub event: Event,
}

/// Who wrote an event: the git identity, and the running program that wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// `user.name` of git.
    pub name: String,
    /// `user.email` of git.
    pub email: String,
    /// The clone that the program ran in: a random name made once in each clone. It tells our own unfinished work from others'.
    pub clone: String,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Event {
    /// A release was opened, with the process that governs it to its end.
    ReleaseOpened(Opened),
    /// Somebody else's commit became what the release is about; results for the commit before do not speak for it.
    CandidateChosen {
        /// The new candidate.
        commit: CommitId,
        /// Why: a sentence for people.
        why: String,
    },
    /// A step began to run; with an intent it is about to act on the outside world.
    StepStarted {
        /// The step.
        step: StepId,
        /// The digest of its definition.
        definition: Digest,
        /// The candidate at that moment.
        #[serde(skip_serializing_if = "Option::is_none")]
        candidate: Option<CommitId>,
        /// What it is about to make true, if it acts outside.
        #[serde(skip_serializing_if = "Option::is_none")]
        intent: Option<Intent>,
    },
    /// The step was done, or what it checks is so.
    StepPassed(Outcome),
    /// The thing was checked and said no.
    StepFailed(Outcome),
    /// The thing could not be checked or done.
    StepErrored(Outcome),
    /// An earlier result holds for a new candidate because nothing that it depends on has changed.
    StepCarriedOver {
        /// The step.
        step: StepId,
        /// The candidate that the result was for.
        from: CommitId,
        /// The candidate that it now holds for.
        candidate: CommitId,
    },
    /// A person decided that a step need not pass.
    StepWaived {
        /// The step.
        step: StepId,
        /// The candidate at that moment.
        #[serde(skip_serializing_if = "Option::is_none")]
        candidate: Option<CommitId>,
        /// Why it need not.
        reason: String,
    },
    /// A person asked for a step to be tried again, or for a new round of a sign-off.
    StepReopened {
        /// The step.
        step: StepId,
        /// Why.
        reason: String,
    },
    /// A person gave or refused a sign-off.
    SignedOff(SignOff),
    /// What a step had made true is missing outside, and is about to be made true again, as it was recorded.
    RepairStarted {
        /// The step.
        step: StepId,
        /// The targets of its receipts that are missing.
        targets: Vec<String>,
    },
    /// A repair came to its end.
    Repaired {
        /// The step.
        step: StepId,
        /// What is there again, as it was found.
        receipts: Vec<Receipt>,
        /// The targets that are missing all the same.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        not_done: Vec<String>,
    },
    /// Everything that the process asks for is done.
    ReleaseFinished {},
    /// A person ended the release before its end.
    ReleaseAborted {
        /// Why.
        reason: String,
    },
}

/// The opening of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opened {
    /// The kind of release: a kind of the process.
    pub kind: Word,
    /// The digest of the resolved process, kept as the evidence `process.json` of this event.
    pub process: Digest,
    /// The trunk's commit that the process was read from.
    pub process_commit: CommitId,
    /// The release before this one on its line, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<Last>,
    /// Why it was opened, where the person said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the calendar said against it, where it was opened all the same, for that reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside: Option<String>,
    /// The evidence of this event: the process as written and as resolved.
    pub evidence: Vec<Evidence>,
}

impl Opened {
    /// Why it was opened although the calendar said no; none where the calendar did not.
    pub fn overridden(&self) -> Option<&str> {
        self.outside.as_ref().map(|_| self.reason.as_deref().unwrap_or_default())
    }
}

/// The release before this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Last {
    /// Its version.
    pub version: Version,
    /// Its tag.
    pub tag: TagName,
    /// The commit that the tag names.
    pub commit: CommitId,
}

/// What an effect is about to make true, frozen before it acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// The states to reach, in this order.
    pub items: Vec<Item>,
    /// Whether it can be taken back. After the first intent that cannot, the release only goes forward.
    pub reversible: bool,
}

/// One state of one thing outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// The thing: a ref, a file of a registry, an environment. Unique among the effects of a release.
    pub target: String,
    /// The state it shall have: a digest or a git object name.
    pub desired: String,
    /// A few words for people: `tag v1.4.0`.
    pub title: String,
    /// What the effect needs in order to make the very same thing again after a crash.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<String, String>,
}

/// How an attempt at a step ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The step.
    pub step: StepId,
    /// The digest of its definition.
    pub definition: Digest,
    /// The candidate that the result speaks for; none before there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidate: Option<CommitId>,
    /// The digest of the git tree ids of the step's declared inputs in that candidate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<Digest>,
    /// One line for people: what was found or done.
    pub summary: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The commit that the step put on the release branch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<Moved>,
    /// What the test reports among the evidence say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tests: Option<Tests>,
    /// How many tries it took, where the step asks for more than one: passed after more than one is *flaky*.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub tries: u32,
    /// The digest of what the step's `fingerprint` said of the tools it uses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<Digest>,
    /// What a person or a command answered, for the steps after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What was built.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<Artifact>,
    /// What the outside answered for each item of the intent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receipts: Vec<Receipt>,
    /// What stands where ours should, if that is why the step failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub foreign: Option<Foreign>,
    /// The files that show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

fn one() -> u32 {
    1
}

fn is_one(tries: &u32) -> bool {
    *tries == 1
}

/// What test reports say, added up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tests {
    /// How many passed.
    pub passed: u32,
    /// How many failed, or ended in an error.
    pub failed: u32,
    /// How many were skipped.
    pub skipped: u32,
    /// The names of those that failed; of many the first [`Tests::NAMED`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<String>,
}

impl Tests {
    /// How many failed tests are named.
    pub const NAMED: usize = 20;
}

/// A commit that a step put on the release branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Moved {
    /// The commit.
    pub commit: CommitId,
    /// What it is to the release.
    pub role: CommitRole,
}

/// What a commit made by a step is to the release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommitRole {
    /// A new candidate.
    Candidate,
    /// The release commit: the candidate with nothing but its version changed, so results for the candidate speak for it.
    Release,
}

/// A file that was built and from then on travels by its digest alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Artifact {
    /// Where the build left it.
    pub path: RelPath,
    /// Its digest.
    pub sha256: Digest,
    /// Its size in bytes.
    pub size: u64,
}

/// What was found outside after an effect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The target of the intent's item.
    pub target: String,
    /// The state it was found in.
    pub found: String,
    /// Where a person can look at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
}

/// Something that is not ours, where ours should be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Foreign {
    /// The target of the intent's item.
    pub target: String,
    /// The state it was found in.
    pub found: String,
    /// The state that the item asks for.
    pub wanted: String,
}

/// A file that shows what happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// Its name within the event's evidence folder.
    pub name: RelPath,
    /// The digest of the whole file.
    pub sha256: Digest,
    /// The size of the whole file in bytes.
    pub size: u64,
    /// Its media type, such as `text/plain`.
    pub media_type: String,
    /// Where its bytes are.
    pub kept: Kept,
}

/// Where the bytes of evidence are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "in", deny_unknown_fields)]
pub enum Kept {
    /// Whole, in the ledger beside the event.
    Ledger,
    /// Head and tail in the ledger, with a line between that says how much is left out.
    Excerpt {
        /// The digest of what the ledger holds.
        sha256: Digest,
    },
}

/// A sign-off given or refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignOff {
    /// The step that asks for it.
    pub gate: StepId,
    /// The role that the person speaks for.
    pub role: Word,
    /// The person, as the process knows them.
    pub person: Word,
    /// Yes or no.
    pub verdict: Verdict,
    /// How strongly it is proven who said so.
    pub class: Class,
    /// The candidate that it speaks for.
    pub candidate: CommitId,
    /// The digest of the list of artifacts at that moment; none before they are built.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifacts: Option<Digest>,
    /// The person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// The answer of a sign-off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Yes.
    Go,
    /// No: one is enough to stop the gate.
    NoGo,
}

/// How strongly it is proven who gave a sign-off; the stronger, the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// By the git identity alone.
    Recorded,
    /// By an authenticated login of a forge.
    Forge,
    /// By the person's own key.
    Signed,
}

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

impl Record {
    /// The file's path in the ledger: `releases/1.4.0/000731-step-passed.json`.
    pub fn path(&self) -> String {
        format!("releases/{}/{:06}-{}.json", self.release, self.seq, self.event.name())
    }

    /// The path of a piece of evidence of this event: `releases/1.4.0/evidence/verify/lint/000731/log.txt`.
    pub fn evidence_path(&self, name: &RelPath) -> String {
        match self.event.step() {
            Some(step) => format!("releases/{}/evidence/{step}/{:06}/{name}", self.release, self.seq),
            None => format!("releases/{}/evidence/{}/{:06}/{name}", self.release, self.event.name(), self.seq),
        }
    }

    /// Reads the exact bytes of an event.
    ///
    /// # Errors
    /// When they are too large, not canonical JSON, of a newer format, or no event that this program knows.
    pub fn read(bytes: &[u8]) -> Result<Self, BadRecord> {
        if bytes.len() > LARGEST {
            return Err(BadRecord::TooLarge(bytes.len()));
        }
        let value: Value = serde_json::from_slice(bytes).map_err(BadRecord::NotJson)?;
        match value.get("v").and_then(Value::as_u64) {
            Some(v) if v <= u64::from(FORMAT) => {}
            v => return Err(BadRecord::Newer(v)),
        }
        let record: Self = serde_json::from_value(value).map_err(BadRecord::Unknown)?;
        match record.bytes()? == bytes {
            true => Ok(record),
            false => Err(BadRecord::NotCanonical),
        }
    }

    /// Writes the exact bytes of the event.
    ///
    /// # Errors
    /// When the event is larger than [`LARGEST`].
    pub fn bytes(&self) -> Result<Vec<u8>, BadRecord> {
        let bytes = crate::canonical::to_vec(self).map_err(|_| BadRecord::NotCanonical)?;
        match bytes.len() <= LARGEST {
            true => Ok(bytes),
            false => Err(BadRecord::TooLarge(bytes.len())),
        }
    }
}

/// Bytes that are not an event of the ledger.
#[derive(Debug, thiserror::Error)]
pub enum BadRecord {
    /// Larger than [`LARGEST`].
    #[error("the event has {0} bytes, and {LARGEST} are the limit: what is larger belongs into evidence")]
    TooLarge(usize),
    /// Not JSON at all.
    #[error("the event is not JSON")]
    NotJson(#[source] serde_json::Error),
    /// Written by a newer program.
    #[error("the event has format version {0:?}, and this program reads {FORMAT}: update allclear")]
    Newer(Option<u64>),
    /// JSON, but no event of this format.
    #[error("the event is of no kind that this program knows: update allclear")]
    Unknown(#[source] serde_json::Error),
    /// An event, but other bytes than we write.
    #[error("the event is not written in canonical form")]
    NotCanonical,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(event: Event) -> Record {
        Record {
            v: FORMAT,
            ledger: "0f3c".to_owned(),
            seq: 731,
            prev: Digest::of(b"before"),
            release: Version::new(1, 4, 0),
            at: "2026-01-31T10:00:00.123Z".parse().unwrap(),
            actor: Actor {
                name: "Ana Example".to_owned(),
                email: "ana-example@example.org".to_owned(),
                clone: "c1".to_owned(),
            },
            event,
        }
    }

    fn passed() -> Event {
        Event::StepPassed(Outcome {
            step: "verify/lint".parse().unwrap(),
            definition: Digest::of(b"lint"),
            candidate: Some("a".repeat(40).parse().unwrap()),
            inputs: None,
            summary: "make lint: exit status 0".to_owned(),
            duration_ms: 12_300,
            moved: None,
            value: None,
            artifacts: vec![],
            receipts: vec![],
            tests: None,
            tries: 1,
            tools: None,
            foreign: None,
            evidence: vec![],
        })
    }

    #[test]
    fn a_record_is_its_bytes() {
        let record = record(passed());
        let bytes = record.bytes().unwrap();
        insta::assert_snapshot!(String::from_utf8_lossy(&bytes), @r#"{"actor":{"clone":"c1","email":"ana-example@example.org","name":"Ana Example"},"at":"2026-01-31T10:00:00.123Z","event":{"candidate":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","definition":"da966368ea663ea591cb8252f53a8e9c266b4f5110c97322acf005371858952c","duration_ms":12300,"step":"verify/lint","summary":"make lint: exit status 0","type":"step-passed"},"ledger":"0f3c","prev":"6db7d803e74f1ffa7d8f5adc0bf95b3e15bf4c8373fffadf546227cc6c6742cb","release":"1.4.0","seq":731,"v":1}"#);
        assert_eq!(Record::read(&bytes).unwrap(), record);
        assert_eq!(record.path(), "releases/1.4.0/000731-step-passed.json");
        assert_eq!(record.event.sentence(), "verify/lint passed in 12.3 s: make lint: exit status 0");
        assert_eq!(
            record.evidence_path(&"log.txt".parse().unwrap()),
            "releases/1.4.0/evidence/verify/lint/000731/log.txt"
        );
    }

    #[test]
    fn every_event_has_the_name_of_its_type() {
        let value = serde_json::to_value(Event::ReleaseFinished {}).unwrap();
        assert_eq!(value["type"], Event::ReleaseFinished {}.name());
        assert_eq!(serde_json::to_value(passed()).unwrap()["type"], passed().name());
    }

    #[test]
    fn other_bytes_for_the_same_event_are_refused() {
        let bytes = record(passed()).bytes().unwrap();
        let spaced = String::from_utf8(bytes.clone()).unwrap().replacen(':', ": ", 1);
        assert!(matches!(Record::read(spaced.as_bytes()), Err(BadRecord::NotCanonical)));
        let newer = String::from_utf8(bytes.clone()).unwrap().replace("\"v\":1", "\"v\":2");
        assert!(matches!(Record::read(newer.as_bytes()), Err(BadRecord::Newer(Some(2)))));
        let unknown = String::from_utf8(bytes).unwrap().replace("step-passed", "step-blessed");
        assert!(matches!(Record::read(unknown.as_bytes()), Err(BadRecord::Unknown(_))));
        assert!(matches!(Record::read(&vec![b'x'; LARGEST + 1]), Err(BadRecord::TooLarge(_))));
    }

    #[test]
    fn foreign_text_stays_on_one_line() {
        let event = Event::ReleaseAborted { reason: "no\n\u{1b}]52;c;x\u{7}".to_owned() };
        assert_eq!(event.sentence(), "release aborted: no  ]52;c;x");
    }
}
