//! Opens releases: finds the process, the version, and the release before.

use allclear_core::calendar::BadCadence;
use allclear_core::calendar::window::{Window, window};
use allclear_core::event::{Actor, Event, Opened};
use allclear_core::history::{Line, NextError, Releases};
use allclear_core::names::{CommitId, RelPath, TagName, Word};
use allclear_core::process::read::{places, read};
use allclear_core::process::{Problems, Process};
use allclear_core::template::{Template, Values};
use allclear_core::version::Version;
use allclear_ledger::evidence::{self, Source};
use allclear_ledger::git::GitError;
use allclear_ledger::{Draft, Ledger, LedgerError, Reached, StoreError};
use jiff::tz::TimeZone;

use crate::catalogue;
use crate::choose::{choose, refuse_known};
use crate::decide::is_reason;
use crate::defaults::defaults;
use crate::history::{self, Tags};
use crate::repository::{Away, Repository};
use crate::session::PROCESS;
use crate::world::World;

/// The process file's name.
pub const FILE: &str = "allclear.toml";

/// What a person asks for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The kind of release.
    pub kind: Word,
    /// The version, where the person says it.
    pub version: Option<Version>,
    /// The line that is released, where it is an older one.
    pub line: Option<Line>,
    /// The label of a prerelease, such as `rc`.
    pub label: Option<String>,
    /// Why, where the person says so.
    pub reason: Option<String>,
}

/// A process as the trunk has it.
pub struct Found {
    /// The process.
    pub process: Process,
    /// Its text.
    pub text: String,
    /// The trunk's commit.
    pub commit: CommitId,
}

/// A release cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The trunk has no process.
    #[error("`{FILE}` is not on `{trunk}` of the remote")]
    NoProcess {
        /// The trunk.
        trunk: String,
    },
    /// The trunk is not on the remote.
    #[error("the remote has no branch `{0}`, which should be the trunk")]
    NoTrunk(String),
    /// The process is wrong.
    #[error(transparent)]
    Problems(#[from] Problems),
    /// The process has no such kind of release.
    #[error("the process has no kind of release `{kind}`: it has {known}")]
    NoKind {
        /// What was asked for.
        kind: Word,
        /// What there is.
        known: String,
    },
    /// No release of this kind is due now.
    #[error("no {kind} release is due now: {window}")]
    NotDue {
        /// The kind.
        kind: Word,
        /// What the calendar says.
        window: Window,
    },
    /// The reason is no reason.
    #[error("a reason has at most 2000 characters, and cannot be empty")]
    Reason,
    /// The process says when releases are due in a way that this program does not know.
    #[error(transparent)]
    Cadence(#[from] BadCadence),
    /// The version is tagged already.
    #[error("{version} is released already: the tag `{tag}` names {commit}")]
    Tagged {
        /// The version.
        version: Version,
        /// Its tag.
        tag: TagName,
        /// The commit, for people.
        commit: String,
    },
    /// The version is in the ledger already.
    #[error("{version} is {state} already")]
    Known {
        /// The version.
        version: Version,
        /// `open` or `finished`.
        state: &'static str,
    },
    /// Another release of the same kind is under way.
    #[error("{0} is open already")]
    AnotherOpen(Version),
    /// The first release has nothing before it.
    #[error("there is no tag like `{pattern}` to count from")]
    NoLast {
        /// What tags look like.
        pattern: String,
    },
    /// The line or the label does not fit.
    #[error(transparent)]
    Next(#[from] NextError),
    /// The person's clone cannot be used.
    #[error("{0}")]
    Clone(String),
    /// Another clone was faster.
    #[error("{version} was opened by another clone at the same moment; what was written here is kept in `{place}`")]
    Raced {
        /// The version.
        version: Version,
        /// Where the event is.
        place: String,
    },
    /// The remote is away.
    #[error(transparent)]
    Away(#[from] Away),
    /// git failed.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The content store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads the process from the trunk of the remote, as it was fetched last. The trunk is what `hint`, the text of the process in the
/// person's checkout, says it is; without one, what the remote's `HEAD` names.
///
/// # Errors
/// When there is none, or it is wrong.
pub fn find_process(repository: &Repository, hint: Option<&str>) -> Result<Found, OpenError> {
    let trunk = hint
        .and_then(|text| places(text).trunk)
        .or_else(|| remote_head(repository))
        .unwrap_or_else(|| "main".to_owned());
    let revision = format!("refs/remotes/{}/{trunk}", repository.remote());
    let commit = repository.commit(&revision).ok_or_else(|| OpenError::NoTrunk(trunk.clone()))?;
    let bytes = repository.read(&commit, FILE)?.ok_or(OpenError::NoProcess { trunk })?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let process = read_process(&text)?;
    Ok(Found { process, text, commit })
}

/// Reads a process from its text.
///
/// # Errors
/// All problems of the text.
pub fn read_process(text: &str) -> Result<Process, Problems> {
    read(FILE, text, &catalogue::specs(), &defaults()?)
}

/// The branch that the remote calls its own, if the clone knows it.
pub fn remote_head(repository: &Repository) -> Option<String> {
    let name = format!("refs/remotes/{}/HEAD", repository.remote());
    let target = repository.git().run(["symbolic-ref", "--quiet", &name]).ok()?;
    target.strip_prefix(&format!("refs/remotes/{}/", repository.remote())).map(str::to_owned)
}

/// Opens a release and shares its opening.
///
/// # Errors
/// When it cannot be; then nothing was opened.
pub fn open(
    world: &World,
    ledger: &mut Ledger,
    found: &Found,
    request: &Request,
    actor: Actor,
) -> Result<Version, OpenError> {
    let process = &found.process;
    if !process.kinds.contains_key(&request.kind) {
        let known: Vec<_> = process.kinds.keys().map(|kind| format!("`{kind}`")).collect();
        return Err(OpenError::NoKind { kind: request.kind.clone(), known: known.join(", ") });
    }
    let outside = due(world, process, request)?;
    let _ = ledger.share()?;
    let tags = Tags::read(world.repository.git())?;
    let releases = Releases::of(&history::pattern(Some(process), &tags), tags.names());
    let today = world.clock.now().to_zoned_datetime(TimeZone::UTC).date();
    let (version, last) = choose(process, request, &world.repository, &releases, today)?;
    refuse_known(ledger, &version, &world.repository, &releases)?;
    let keep = |name: &str, media_type, bytes: &[u8]| {
        evidence::keep(ledger.store(), RelPath::new(name).expect("a path"), media_type, Source::Bytes(bytes))
    };
    let resolved = allclear_core::canonical::to_vec(process).expect("a process has no fractions");
    let kept =
        vec![keep(FILE, "application/toml", found.text.as_bytes())?, keep(PROCESS, "application/json", &resolved)?];
    let opened = Opened {
        kind: request.kind.clone(),
        process: process.digest(),
        process_commit: found.commit.clone(),
        last,
        reason: request.reason.clone(),
        outside,
        evidence: kept,
    };
    let event = Event::ReleaseOpened(opened);
    ledger.append(Draft { release: version.clone(), at: world.clock.now(), actor, event, expect: None })?;
    let shared = ledger.share()?;
    if let Some(aside) = shared.set_aside.into_iter().next() {
        return Err(OpenError::Raced { version, place: aside.file.display().to_string() });
    }
    if let Reached::Away { reason } | Reached::Refused { reason } = shared.reached {
        world
            .progress
            .note(&format!("the opening is kept here until `{}` can be reached: {reason}", world.repository.remote()));
    }
    Ok(version)
}

/// Asks the calendar whether the release is due. Where it is not, a reason is needed, and what the calendar says is returned.
fn due(world: &World, process: &Process, request: &Request) -> Result<Option<String>, OpenError> {
    if request.reason.as_deref().is_some_and(|reason| !is_reason(reason)) {
        return Err(OpenError::Reason);
    }
    // A rehearsal is of any day.
    if world.stand_ins.is_some() {
        return Ok(None);
    }
    match window(&process.cadence, &request.kind, world.clock.now())? {
        Window::Open { .. } | Window::Whenever { frozen: None } => Ok(None),
        Window::Whenever { frozen: Some(frozen) } => {
            world.progress.note(&format!("{frozen}; a {} release is opened whenever needed", request.kind));
            Ok(None)
        }
        window if request.reason.is_some() => Ok(Some(window.to_string())),
        window => Err(OpenError::NotDue { kind: request.kind.clone(), window }),
    }
}

/// What the tags of this project look like: `v{version}`.
pub fn tag_pattern(process: &Process) -> String {
    let step = process.phases.values().flat_map(|phase| &phase.steps).find_map(|step| step.config.get("tag")?.as_str());
    let whole =
        |text: &str| text.replace("{major}.{minor}.{patch}", "{version}").replace("{project}", &process.project.name);
    step.map_or("v{version}".to_owned(), whole)
}

/// Fills a template that knows the version only, such as a tag.
pub fn spelled(template: &str, version: &Version) -> Option<String> {
    Template::new(template).render(&Values::from([("version".to_owned(), version.to_string())])).ok()
}
