//! The process: what a release of a project goes through, as data.
//!
//! [`read`](read::read) turns the text of `allclear.toml` into a [`Process`] or into [`Problems`] that show where it is wrong. The
//! resolved process is frozen into the ledger when a release is opened; its canonical JSON is what later programs read.

pub mod command;
pub mod diagnostic;
pub mod notation;
pub mod read;
pub mod reference;
pub mod schema;
pub mod spec;

mod cadence;
mod check;
mod known;
mod node;
mod object_store;
mod references;
mod steps;
mod target;
mod version_files;

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use cadence::{Cadence, Freeze, Milestone, Skip, Weekly};
pub use diagnostic::{Problem, Problems};
pub use object_store::{Folder, ObjectStore, S3, S3Url};
pub use spec::{KindSpec, Shape};
pub use target::Target;

use self::known::Known;
use crate::canonical;
use crate::changelog::{Links, Rules};
use crate::digest::Digest;
use crate::event::Class;
use crate::history::Scheme;
use crate::names::{BranchName, RelPath, StepId, Word};
use crate::template::Template;
use crate::version::{Spelling, Version};

/// What a release of a project goes through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// What is released.
    pub project: Project,
    /// When releases are due.
    #[serde(default)]
    pub cadence: Cadence,
    /// Where the version stands.
    #[serde(default)]
    pub versions: Versions,
    /// How changes are told.
    #[serde(default, skip_serializing_if = "Telling::is_default")]
    pub changelog: Telling,
    /// Who can be asked.
    #[serde(default)]
    pub people: BTreeMap<Word, Person>,
    /// What people speak for.
    #[serde(default)]
    pub roles: BTreeMap<Word, Role>,
    /// Where releases are published.
    #[serde(default)]
    pub targets: BTreeMap<Word, Target>,
    /// Where releases are deployed.
    #[serde(default)]
    pub environments: BTreeMap<Word, Environment>,
    /// Where continuous integration tells what it found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci: Option<Ci>,
    /// Where large evidence goes; it stays in the clone that recorded it where there is none.
    #[serde(default, rename = "object-store", skip_serializing_if = "Option::is_none")]
    pub object_store: Option<ObjectStore>,
    /// The key that vouches for what is said of the artifacts; nothing is signed where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing: Option<Signing>,
    /// The phases that each kind of release goes through, in order.
    pub kinds: BTreeMap<Word, Vec<Word>>,
    /// The phases.
    pub phases: BTreeMap<Word, Phase>,
}

/// The release key.
///
/// Its public half stands in the process itself, not in a file that the process names: so the frozen process says which key counts,
/// and no commit on a release branch can put another one in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signing {
    /// The environment variable that holds the private key, or the path of its file.
    pub key: String,
    /// The public key, as [`PublicKey`](crate::attest::key::PublicKey) reads it.
    pub public: String,
}

/// What is released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// The project's name.
    pub name: String,
    /// Where issues and pull requests live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forge: Option<String>,
    /// The git remote that holds branches, tags and the ledger.
    #[serde(default = "origin")]
    pub remote: Word,
    /// The branch that the process is read from.
    pub trunk: BranchName,
    /// The branch that releases are cut from, where it is not the trunk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integration: Option<BranchName>,
    /// The branch of the ledger.
    #[serde(default = "ledger_branch")]
    pub ledger: BranchName,
    /// The changelog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changelog: Option<RelPath>,
    /// The folder that a release is archived in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<Template>,
    /// Environment variables whose values are never shown or kept.
    #[serde(default)]
    pub secrets: Vec<String>,
}

fn origin() -> Word {
    Word::new("origin").expect("a word")
}

fn ledger_branch() -> BranchName {
    BranchName::new("allclear/ledger").expect("a branch")
}

/// Where the version stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Versions {
    /// The files.
    pub files: Vec<VersionFile>,
    /// How versions are counted.
    #[serde(default, skip_serializing_if = "Scheme::is_semver")]
    pub scheme: Scheme,
}

/// A file in which the version stands, or several by a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum VersionFile {
    /// A manifest, told by its name.
    Manifest(String),
    /// Any file, with words that say where the version stands in it.
    At(VersionAt),
}

/// Where the version stands in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VersionAt {
    /// The path or pattern of the file.
    pub file: String,
    /// The key whose value it is, such as `image.tag`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The words around it, with `{version}` where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// How often the pattern stands in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// How it is spelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spelling: Option<Spelling>,
}

impl VersionFile {
    /// The path or pattern of the file.
    pub fn file(&self) -> &str {
        match self {
            Self::Manifest(file) | Self::At(VersionAt { file, .. }) => file,
        }
    }
}

/// How changes are told in the changelog.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Telling {
    /// The folder of changelog fragments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fragments: Option<RelPath>,
    /// Whether work that no user sees is told.
    pub internal: bool,
    /// Whether authors and co-authors are named.
    pub authors: bool,
    /// Prefixes of issues that are kept elsewhere, in lower case, and their addresses.
    pub issues: BTreeMap<Word, String>,
    /// Patterns of the files that a commit must touch to be told.
    pub paths: Vec<String>,
    /// A template for what an entry says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<RelPath>,
}

impl Telling {
    /// Whether nothing has been said; processes of older programs have no such table.
    fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// What this means for the text of a changelog, of a project whose issues live at `forge`.
    pub fn rules(&self, forge: Option<&str>) -> Rules {
        let tracker = |(prefix, address): (&Word, &String)| (prefix.as_str().to_ascii_uppercase(), address.clone());
        Rules {
            internal: self.internal,
            authors: self.authors,
            links: forge.and_then(Links::of_forge),
            trackers: self.issues.iter().map(tracker).collect(),
        }
    }
}

/// Somebody who can be asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Person {
    /// The person's name, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The e-mail addresses of the person's git identity.
    pub emails: Vec<String>,
    /// The person's login at the forge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub github: Option<String>,
    /// The person's SSH public keys.
    pub keys: Vec<String>,
}

/// What people speak for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// The people who may speak for it.
    pub members: Vec<Word>,
    /// How many of them must.
    #[serde(default = "one")]
    pub quorum: u32,
    /// The weakest class of sign-off that counts.
    #[serde(default = "recorded")]
    pub class: Class,
    /// Whether the person who opened the release does not count.
    #[serde(default)]
    pub separate: bool,
}

fn one() -> u32 {
    1
}

fn recorded() -> Class {
    Class::Recorded
}

/// Where releases are deployed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// The folder, relative to the repository or absolute.
    pub folder: String,
    /// Where it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Where continuous integration tells what it found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ci {
    /// The folder with a file for each commit, relative to the repository or absolute.
    pub folder: String,
}

/// A part of the process: some steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// Whether its steps do not wait for each other.
    pub parallel: bool,
    /// Its steps, in order.
    pub steps: Vec<Step>,
}

/// One thing to do, to check, or to ask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its name in the whole process.
    pub id: StepId,
    /// The key that says what it is.
    pub kind: Word,
    /// What it is to the plan.
    pub shape: Shape,
    /// A few words for people.
    pub title: String,
    /// When it applies; always where there is none.
    pub when: Vec<Condition>,
    /// Steps that must be done first, beside the order of the phase.
    pub needs: Vec<StepId>,
    /// Files and folders that its result depends on; none means everything.
    pub inputs: Vec<Template>,
    /// How long it may take, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
    /// How often a failed attempt is repeated before it counts.
    pub retries: u32,
    /// Patterns of files that are kept as evidence.
    pub evidence: Vec<String>,
    /// The role that is responsible for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Word>,
    /// Whether the release may go on when it fails.
    pub optional: bool,
    /// Things that it needs to itself: no other step that uses one of them runs at the same time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<Word>,
    /// Whether nothing else may run at the same time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exclusive: bool,
    /// Whether its result holds for the whole release, whatever becomes the candidate.
    pub once: bool,
    /// What its kind understands, checked against the kind's grammar.
    pub config: Map<String, Value>,
    /// The digest of all of this.
    #[serde(skip)]
    known: Known,
}

/// A condition on a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// A kind of release, or `prerelease`.
    pub word: Word,
    /// Whether the condition is that it is not so.
    pub negated: bool,
}

/// A step whose frozen definition this program cannot use.
#[derive(Debug, thiserror::Error)]
#[error("the frozen definition of `{step}` is not one that this program understands: update allclear")]
pub struct BadDefinition {
    step: StepId,
    source: serde_json::Error,
}

impl Process {
    /// Returns the phases of a kind of release in order, each with its name.
    pub fn phases_of(&self, kind: &Word) -> impl Iterator<Item = (&Word, &Phase)> {
        let names = self.kinds.get(kind).map(Vec::as_slice).unwrap_or_default();
        names.iter().filter_map(|name| self.phases.get(name).map(|phase| (name, phase)))
    }

    /// Returns the steps of a kind of release in order, including those that do not apply.
    pub fn steps_of(&self, kind: &Word) -> impl Iterator<Item = &Step> {
        self.phases_of(kind).flat_map(|(_, phase)| &phase.steps)
    }

    /// Returns a step by its name.
    pub fn step(&self, id: &StepId) -> Option<&Step> {
        self.phases.values().flat_map(|phase| &phase.steps).find(|step| &step.id == id)
    }

    /// The branch that releases are cut from.
    pub fn integration(&self) -> &BranchName {
        self.project.integration.as_ref().unwrap_or(&self.project.trunk)
    }

    /// Returns the person to whom an e-mail address of a git identity belongs.
    pub fn person_by_email(&self, email: &str) -> Option<&Word> {
        let owns = |person: &Person| person.emails.iter().any(|known| known.eq_ignore_ascii_case(email));
        self.people.iter().find(|(_, person)| owns(person)).map(|(name, _)| name)
    }

    /// The digest that names this process in the ledger.
    pub fn digest(&self) -> Digest {
        canonical::digest(self).expect("a process has no fractions")
    }
}

impl Step {
    /// The digest of the definition: a result speaks for this definition only.
    pub fn definition(&self) -> Digest {
        self.known.or(|| canonical::digest(self).expect("a step has no fractions"))
    }

    /// Says whether the step applies to a release.
    pub fn applies(&self, kind: &Word, version: &Version) -> bool {
        let holds = |word: &Word| word == kind || (word.as_str() == "prerelease" && version.is_prerelease());
        let (negated, plain): (Vec<_>, Vec<_>) = self.when.iter().partition(|condition| condition.negated);
        !negated.iter().any(|condition| holds(&condition.word))
            && (plain.is_empty() || plain.iter().any(|c| holds(&c.word)))
    }

    /// Reads what the step's kind understands into the kind's own type.
    ///
    /// # Errors
    /// When the definition was frozen by a program whose kind has another grammar.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, BadDefinition> {
        serde_json::from_value(Value::Object(self.config.clone()))
            .map_err(|source| BadDefinition { step: self.id.clone(), source })
    }

    /// The kind's own value where it is a list of words, such as the roles of a sign-off.
    pub fn words(&self) -> Vec<Word> {
        let own = self.config.get(self.kind.as_str()).and_then(Value::as_array);
        own.into_iter().flatten().filter_map(|word| Word::new(word.as_str()?).ok()).collect()
    }

    /// The kind's own value where it is a length of time, in seconds.
    pub fn seconds(&self) -> u64 {
        self.config.get(self.kind.as_str()).and_then(Value::as_u64).unwrap_or(0)
    }

    /// The name under which later steps find what this one yields.
    pub fn yields(&self) -> Option<&str> {
        self.config.get("value").and_then(Value::as_str)
    }
}
