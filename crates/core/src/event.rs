//! The events of the ledger: everything that a release is made of.
//!
//! An event is written once, as canonical JSON inside a [`Record`], and never changed. Format version 1; a reader refuses a newer
//! version and never skips an event that it does not know.

mod evidence;
mod intent;
mod outcome;
mod sign_off;
mod told;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::evidence::{Evidence, Kept};
pub use self::intent::{Intent, Item};
pub use self::outcome::{Artifact, CommitRole, Foreign, Moved, Outcome, Receipt, Tests};
pub use self::sign_off::{Class, SignOff, Verdict};
pub use self::told::{one_line, summary};
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

impl Event {
    /// The digest of what happened, wherever it stands in the ledger: of the canonical JSON under `event` in its file. It stays the
    /// same where the event is chained anew.
    pub fn digest(&self) -> Digest {
        crate::canonical::digest(self).expect("an event has no fractions")
    }
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
