//! What a kind of step is to the conductor: the traits that its file implements, and what they are given.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use allclear_core::event::{self, Artifact, Evidence, Intent, Item, Moved, Outcome, Receipt, Tests};
use allclear_core::names::{CommitId, RelPath};
use allclear_core::process::spec::KindSpec;
use allclear_core::process::{BadDefinition, Process, Step};
use allclear_core::release::Release;
use allclear_core::template::{NoValue, Values};
use allclear_ledger::evidence::{self, Source};
use allclear_ledger::git::GitError;
use allclear_ledger::{Ledger, Store};
use jiff::{SignedDuration, Timestamp};

use crate::content::Meter;
use crate::exec::{ExecError, Stop};
use crate::places::Place;
use crate::preflight::Preflight;
use crate::repository::{Away, Identity, Repository};
use crate::values;
use crate::world::World;

/// How often who waits looks whether it shall stop.
const GLANCE: Duration = Duration::from_millis(200);

/// A kind of step: its grammar and its work.
pub struct Kind {
    /// Its grammar, and what it is to the plan.
    pub spec: KindSpec,
    /// Makes the work of one step from its checked definition.
    pub work: fn(&Step) -> Result<Work, BadDefinition>,
    /// Finds what would fail later, without changing anything.
    pub preflight: fn(&Step, &mut Preflight<'_>),
}

/// The work of a step.
pub enum Work {
    /// It looks and answers.
    Check(Box<dyn Check>),
    /// It makes something true outside.
    Effect(Box<dyn Effect>),
    /// It observes for a length of time.
    Watch(Box<dyn Watch>),
    /// People do it.
    People,
}

/// Looks at the candidate and answers.
pub trait Check: Send {
    /// Looks.
    ///
    /// # Errors
    /// When the thing could not be checked: that is *errored*, never *failed*.
    fn check(&self, cx: &Context<'_>) -> Result<Finding, StepError>;

    /// What the tools that the result depends on say of themselves, where the step asks for it.
    ///
    /// # Errors
    /// When they cannot be asked.
    fn tools(&self, _cx: &Context<'_>) -> Result<Option<String>, StepError> {
        Ok(None)
    }
}

/// Makes states true outside: probe, intent, act, probe, outcome.
pub trait Effect: Sync {
    /// The states to reach, in order, computed before anything is done; nothing outside is changed.
    ///
    /// # Errors
    /// When they cannot be known.
    fn items(&self, cx: &Context<'_>) -> Result<Vec<Item>, StepError>;

    /// Looks whether one state is so.
    ///
    /// # Errors
    /// When it cannot look.
    fn probe(&self, cx: &Context<'_>, item: &Item) -> Result<Probe, StepError>;

    /// Looks whether one state is so without believing what a service says of itself, where there are bytes that can be read again.
    ///
    /// # Errors
    /// When it cannot look.
    fn read_again(&self, cx: &Context<'_>, item: &Item) -> Result<Probe, StepError> {
        self.probe(cx, item)
    }

    /// Acts once; only the probe after it says what came of it. Acting again, with the same bytes, harms nothing.
    ///
    /// # Errors
    /// When something went wrong, which decides nothing.
    fn act(&self, cx: &Context<'_>, item: &Item) -> Result<(), StepError>;

    /// What to record once every state is so.
    ///
    /// # Errors
    /// When it cannot be known.
    fn done(&self, cx: &Context<'_>, items: &[Item]) -> Result<Done, StepError>;

    /// When an item's turn is: items of one rank are made true side by side, one rank after the other. `at` is the item's place in
    /// the list, and items follow each other where nothing else is said.
    fn rank(&self, _item: &Item, at: usize) -> usize {
        at
    }

    /// How long after acting "absent" need not be believed.
    fn visibility(&self, _cx: &Context<'_>) -> Duration {
        Duration::ZERO
    }

    /// Finds, as far as anybody can, what would stop it: what it is about must be in order, and who is here must be allowed to do it.
    /// Changes nothing. It is asked before anything is done that cannot be taken back.
    ///
    /// # Errors
    /// What would stop it, with the way out. [`StepError::NotYet`] and [`StepError::Elsewhere`] would not: nothing can be said before another
    /// step, or from this clone.
    fn admits(&self, _cx: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    /// What the effect would change, for people: a diff, a list; none where the item's title says it all.
    fn preview(&self, _cx: &Context<'_>, _item: &Item) -> Option<String> {
        None
    }
}

/// Observes something for a length of time that the plan measures.
pub trait Watch {
    /// Gives the verdict, at the end of the time that began at `since`.
    ///
    /// # Errors
    /// When nothing can be said.
    fn verdict(&self, cx: &Context<'_>, since: Timestamp) -> Result<Finding, StepError>;
}

/// What a look at an item of an effect found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probe {
    /// Nothing is there: we may act.
    Absent,
    /// It is as we want it.
    Ours {
        /// Where a person can look at it.
        place: Option<String>,
    },
    /// Something else is there, and it is not ours to change.
    Foreign {
        /// What was found.
        found: String,
    },
    /// What we wanted to build on has moved; nothing of ours is there, and the step starts anew.
    Superseded {
        /// What was found.
        found: String,
    },
    /// It cannot be said yet.
    Unsure {
        /// Why.
        why: String,
    },
}

/// What a check found.
#[derive(Debug, Clone, Default)]
pub struct Finding {
    /// Whether it is so.
    pub passed: bool,
    /// One line for people.
    pub summary: String,
    /// The files that show it.
    pub evidence: Vec<Evidence>,
    /// What was built.
    pub artifacts: Vec<Artifact>,
    /// What the test reports among the evidence say.
    pub tests: Option<Tests>,
}

/// What an effect records at its end.
#[derive(Debug, Clone, Default)]
pub struct Done {
    /// One line for people.
    pub summary: String,
    /// The commit that it put on the release branch.
    pub moved: Option<Moved>,
    /// The files that show it.
    pub evidence: Vec<Evidence>,
}

/// What a step is given.
pub struct Context<'a> {
    /// The world.
    pub world: &'a World,
    /// Where content is kept until an event names it.
    pub store: &'a Store,
    /// The ledger, for reading; only while nothing else goes on, so that checks, which run side by side, have none.
    pub ledger: Option<&'a Ledger>,
    /// The frozen process.
    pub process: &'a Process,
    /// The release so far.
    pub release: &'a Release,
    /// The step.
    pub step: &'a Step,
    /// What the placeholders stand for.
    pub values: &'a Values,
    /// Who conducts.
    pub identity: &'a Identity,
    /// The present moment.
    pub now: Timestamp,
    /// Whether the work shall come to its end.
    pub stop: &'a Stop,
    /// Where it works, beside others.
    pub place: &'a Place,
}

/// Why a step could not be checked or done.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// A program is missing.
    #[error("`{program}` is not on this machine: {recipe}")]
    MissingTool {
        /// The program.
        program: String,
        /// How to get it.
        recipe: String,
    },
    /// The outside does not answer; later it may.
    #[error(transparent)]
    Away(#[from] Away),
    /// A service does not answer, or says that it cannot just now; it may be asked again.
    #[error("{what}")]
    Passing {
        /// What was asked, and what came of it.
        what: String,
        /// How long it asks to be left alone.
        after: Option<Duration>,
    },
    /// Something that is not ours is where ours should be.
    #[error("{target} holds {found}, and this release has {wanted}: {way_out}")]
    Foreign {
        /// Where.
        target: String,
        /// What is there.
        found: String,
        /// What should be there.
        wanted: String,
        /// What to do.
        way_out: String,
    },
    /// Only another clone can do it.
    #[error("{0}")]
    Elsewhere(String),
    /// What the step is about is not there yet; another step makes it.
    #[error("{0}")]
    NotYet(String),
    /// What the step builds on has moved; it can start anew.
    #[error("{0}")]
    Superseded(String),
    /// It is not known whether the effect took place; a later look will tell.
    #[error("it is not known yet whether {title} took place: {why}")]
    Unsure {
        /// The effect.
        title: String,
        /// Why.
        why: String,
    },
    /// Something that the step needs is not so.
    #[error("{0}")]
    Refused(String),
    /// This process was asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// git failed.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] allclear_ledger::LedgerError),
    /// The content store failed.
    #[error(transparent)]
    Store(#[from] allclear_ledger::StoreError),
    /// A command failed to run.
    #[error(transparent)]
    Exec(#[from] ExecError),
    /// A placeholder has no value.
    #[error(transparent)]
    NoValue(#[from] NoValue),
    /// A rendered name does not fit its grammar.
    #[error(transparent)]
    BadName(#[from] allclear_core::names::BadName),
    /// The frozen definition is of another program.
    #[error(transparent)]
    Definition(#[from] BadDefinition),
    /// A file could not be read or written.
    #[error("cannot {what}")]
    Io {
        /// The operation and the file.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file of the project is not what the step can work with.
    #[error("{what}")]
    Content {
        /// The file and what about it.
        what: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl StepError {
    /// Makes an error from what the system said about a file.
    pub fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let what = what.into();
        move |source| Self::Io { what, source }
    }

    /// Makes an error from what a reader said about a file of the project.
    pub fn content<E: std::error::Error + Send + Sync + 'static>(what: impl Into<String>) -> impl FnOnce(E) -> Self {
        let what = what.into();
        move |source| Self::Content { what, source: Box::new(source) }
    }

    /// The error and all its causes on one line.
    pub fn chain(&self) -> String {
        chain(self)
    }
}

/// An error and all its causes on one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}

impl Context<'_> {
    /// Waits for a place to work at, and says that the work begins. A check calls it once everything is prepared.
    ///
    /// # Errors
    /// When the work shall come to its end instead.
    pub fn begin(&self) -> Result<(), StepError> {
        if !self.place.take(self.stop) {
            return Err(StepError::Interrupted);
        }
        self.announce();
        Ok(())
    }

    /// Says that the work begins, where it only waits and needs no place.
    pub fn announce(&self) {
        if self.place.begins() {
            self.world.progress.begins(self.step.id.as_str(), &values::filled(&self.step.title, self.values));
        }
    }

    /// The project's repository.
    pub fn repository(&self) -> &Repository {
        &self.world.repository
    }

    /// The ledger.
    ///
    /// # Errors
    /// When other steps run at the same time, which no step that reads the ledger allows.
    pub fn ledger(&self) -> Result<&Ledger, StepError> {
        self.ledger.ok_or_else(|| StepError::Refused("the ledger cannot be read while other steps run".to_owned()))
    }

    /// The commit that the step works on.
    ///
    /// # Errors
    /// When the release has none yet.
    pub fn commit(&self) -> Result<&CommitId, StepError> {
        let none =
            || StepError::Refused("the release has no candidate yet: a `branch` step must come first".to_owned());
        self.release.commit().ok_or_else(none)
    }

    /// The release branch.
    ///
    /// # Errors
    /// When the process has no step that makes one.
    pub fn branch(&self) -> Result<allclear_core::names::BranchName, StepError> {
        let none = || StepError::Refused("the process has no `branch` step for this kind of release".to_owned());
        Ok(self.values.get("branch").ok_or_else(none)?.parse()?)
    }

    /// Reads a text file of a commit.
    ///
    /// # Errors
    /// When it is not there or not text.
    pub fn text(&self, commit: &CommitId, path: &RelPath) -> Result<String, StepError> {
        let bytes = self.repository().read(commit, path.as_str())?;
        let missing = || StepError::Refused(format!("`{path}` is not in {}", commit.short()));
        String::from_utf8(bytes.ok_or_else(missing)?).map_err(StepError::content(format!("`{path}` is not UTF-8 text")))
    }

    /// Keeps bytes as evidence; secrets in them are masked, whatever they are.
    ///
    /// # Errors
    /// When the store cannot hold them.
    pub fn keep(&self, name: &str, media_type: &str, bytes: Vec<u8>) -> Result<Evidence, StepError> {
        let bytes = self.world.redactor.bytes(bytes);
        Ok(evidence::keep(self.store, RelPath::new(name)?, media_type, Source::Bytes(&bytes))?)
    }

    /// Keeps a file as evidence, whose text was masked when it was written.
    ///
    /// # Errors
    /// When it cannot be read, or the store cannot hold it.
    pub fn keep_file(&self, name: &str, media_type: &str, file: &Path) -> Result<Evidence, StepError> {
        Ok(evidence::keep(self.store, RelPath::new(name)?, media_type, Source::File(file))?)
    }

    /// Waits: at once where the world's clock can be turned, and otherwise as long as it takes.
    ///
    /// # Errors
    /// When the work shall come to its end meanwhile.
    pub fn wait(&self, time: Duration) -> Result<(), StepError> {
        let clock = &self.world.clock;
        let until = clock.now().saturating_add(SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX));
        let end = Instant::now() + time;
        let turned = until.is_ok_and(|until| clock.pass(until));
        while !turned && Instant::now() < end {
            if self.stop.is_asked() {
                return Err(StepError::Interrupted);
            }
            std::thread::sleep(GLANCE.min(end.saturating_duration_since(Instant::now())));
            self.world.progress.tick();
        }
        Ok(())
    }

    /// Sends something, and lets people see how far it is: a name for it, its size in bytes, and what sends it.
    pub fn metered<T>(&self, what: &str, of: u64, send: impl FnOnce(&Meter<'_>) -> T) -> T {
        send(&Meter::new(&|sent| self.world.progress.sends(self.step.id.as_str(), what, sent, of)))
    }

    /// A folder for files that need not outlive the step.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn scratch(&self) -> Result<PathBuf, StepError> {
        let folder = self.repository().own().join("scratch");
        std::fs::create_dir_all(&folder).map_err(StepError::io(format!("make the folder `{}`", folder.display())))?;
        Ok(folder)
    }
}

/// Makes an item of an effect.
pub fn item(target: impl Into<String>, desired: impl std::fmt::Display, title: impl Into<String>) -> Item {
    Item { target: target.into(), desired: desired.to_string(), title: title.into(), data: BTreeMap::new() }
}

/// Makes an outcome that still lacks what was found.
pub fn outcome(step: &Step, release: &Release, summary: &str, duration_ms: u64) -> Outcome {
    Outcome {
        step: step.id.clone(),
        definition: step.definition(),
        candidate: release.candidate.clone(),
        inputs: None,
        summary: event::summary(summary),
        duration_ms,
        moved: None,
        tests: None,
        tries: 1,
        tools: None,
        value: None,
        artifacts: vec![],
        receipts: vec![],
        foreign: None,
        evidence: vec![],
    }
}

/// What the summary of a check begins with that passed, and not at the first try.
pub fn flaky(tries: u32) -> String {
    format!("flaky: passed at try {tries}: ")
}

/// Makes the receipt of an item that was found as wanted.
pub fn receipt(item: &Item, place: Option<String>) -> Receipt {
    Receipt { target: item.target.clone(), found: item.desired.clone(), place }
}

/// Makes an intent.
pub fn intent(items: Vec<Item>, step: &Step) -> Intent {
    Intent { items, reversible: step.shape != allclear_core::process::Shape::IrreversibleEffect }
}
