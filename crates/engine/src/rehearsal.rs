//! Rehearses a release from its opening to its archive, in a throw-away clone, with stand-ins for every outside service, people who
//! say yes, and a clock that can be turned.
//!
//! It is the real conductor on another [`World`]: what a rehearsal shows is what a release will do.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use allclear_core::event::{Actor, Event, Receipt, Record, Verdict};
use allclear_core::names::{RelPath, StepId, Word};
use allclear_core::plan::{Standing, Wait};
use allclear_core::process::Process;
use allclear_core::release::Release;
use allclear_core::version::Version;
use allclear_ledger::git::{Git, GitError};
use allclear_ledger::{Config, Ledger, LedgerError};
use jiff::Timestamp;
use serde::Serialize;

use crate::clock::{Clock, SimulatedClock};
use crate::conductor::{ConductError, Conductor, Stopped};
use crate::decide::{DecideError, Decider};
use crate::open::{self, OpenError, Request};
use crate::ports::server::EnvironmentServer;
use crate::redact::Redactor;
use crate::repository::{CommitParts, Identity, NoRepository, Repository};
use crate::session::{Session, SessionError};
use crate::steps::soak;
use crate::world::{Mark, Progress, StandIns, World, write_durably};

/// What is rehearsed.
pub enum Source<'a> {
    /// A project that comes with the program: commits, each with a headline and files; the first is tagged as `last`.
    Example {
        /// The commits.
        commits: &'a [Commit<'a>],
        /// The version that the first commit was released as.
        last: Version,
        /// The integration branch.
        integration: &'a str,
    },
    /// A person's clone; `process` is the text of its process file, which need not be committed yet.
    Clone {
        /// The clone.
        repository: &'a Repository,
        /// The process file.
        process: &'a str,
    },
}

/// A commit of an example: a headline, and the files that it adds.
pub type Commit<'a> = (&'a str, Vec<(&'a str, &'a [u8])>);

/// How a rehearsal is run.
pub struct Settings {
    /// An empty folder for everything.
    pub folder: PathBuf,
    /// The kind of release.
    pub kind: Word,
    /// The version; the next one where none is given.
    pub version: Option<Version>,
    /// What a person sees.
    pub progress: Arc<dyn Progress>,
    /// When it begins, on the simulated clock.
    pub start: Timestamp,
}

/// What a rehearsal came to.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The project.
    pub project: String,
    /// The version.
    pub version: Version,
    /// The kind of release.
    pub kind: Word,
    /// Whether it came to its end.
    pub finished: bool,
    /// Steps that were done, in order, with what was found or done.
    pub done: Vec<(StepId, String)>,
    /// What was published or deployed, and where it can be looked at.
    pub outside: Vec<(String, String)>,
    /// Who signed: gate, role, person.
    pub signed: Vec<(StepId, Word, Word)>,
    /// Steps that said no: in a real release they stop it.
    pub failed: Vec<(StepId, String)>,
    /// Steps that could not be rehearsed here, and why.
    pub not_rehearsed: Vec<(StepId, String)>,
    /// How long the release took on the simulated clock, in seconds.
    pub simulated_s: i64,
    /// How long the rehearsal took, in milliseconds.
    pub took_ms: u64,
    /// The folder with the clone, its origin, and the stand-ins.
    pub folder: PathBuf,
    /// How many events its ledger holds.
    pub events: u64,
}

/// A rehearsal could not be run.
#[derive(Debug, thiserror::Error)]
pub enum RehearsalError {
    /// A folder or file could not be made.
    #[error("cannot {what}")]
    Io {
        /// The operation and its place.
        what: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// git failed.
    #[error(transparent)]
    Git(#[from] GitError),
    /// The throw-away clone cannot be used.
    #[error(transparent)]
    Repository(#[from] NoRepository),
    /// The release could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The release could not be read or written.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The conductor could not go on.
    #[error(transparent)]
    Conduct(#[from] ConductError),
    /// A person's word could not be taken.
    #[error("the rehearsed person could not speak")]
    Decide(#[from] DecideError),
}

fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> RehearsalError {
    let what = what.into();
    move |source| RehearsalError::Io { what, source }
}

/// Rehearses a release.
///
/// # Errors
/// When it cannot be run at all. What a step meets is not an error: it is in the report.
pub fn rehearse(source: &Source<'_>, settings: &Settings) -> Result<Report, RehearsalError> {
    let began = Instant::now();
    let repository = stage(source, settings)?;
    let environments = settings.folder.join("services/environments");
    let server = EnvironmentServer::start(environments).map_err(io("start the stand-in for the environments"))?;
    let clock = Arc::new(SimulatedClock::new(settings.start));
    let stand_ins = StandIns { folder: settings.folder.join("services"), url: server.url().to_owned() };
    let world = World {
        repository,
        clock: clock.clone(),
        redactor: Redactor::new(&[]),
        progress: settings.progress.clone(),
        stand_ins: Some(stand_ins),
    };
    let mut rehearsal = Rehearsal::open(&world, settings)?;
    rehearsal.conduct()?;
    let mut report = rehearsal.report(settings);
    report.simulated_s = clock.now().duration_since(settings.start).as_secs();
    report.took_ms = crate::effect::elapsed(began);
    Ok(report)
}

/// Makes the bare origin and the clone.
fn stage(source: &Source<'_>, settings: &Settings) -> Result<Repository, RehearsalError> {
    let (origin, clone) = (settings.folder.join("origin.git"), settings.folder.join("clone"));
    std::fs::create_dir_all(&origin).map_err(io(format!("make the folder `{}`", origin.display())))?;
    let git = Git::at(&origin);
    git.run(["init", "--quiet", "--bare", "--initial-branch=main", "."])?;
    if let Source::Clone { repository, process } = source {
        copy(repository, &git)?;
        git.run(["symbolic-ref", "HEAD", &format!("refs/heads/{}", trunk(repository, process))])?;
    }
    let outer = Git::at(&settings.folder);
    outer.run(["clone", "--quiet", "--no-checkout", "--", "origin.git", "clone"])?;
    let own = Git::at(&clone);
    own.run(["config", "user.name", "Rehearsal"])?;
    own.run(["config", "user.email", CONDUCTOR])?;
    match source {
        Source::Example { commits, last, integration } => example(&clone, commits, last, integration, settings.start)?,
        Source::Clone { process, repository } => put_process(&clone, repository, process, settings.start)?,
    }
    Ok(Repository::discover(&clone, Word::new("origin").expect("a word"))?)
}

/// The conductor's address in rehearsals.
const CONDUCTOR: &str = "rehearsal@allclear.invalid";

/// Gives the origin what the person's remote has, as far as their clone knows it, and the branches that only the clone has.
fn copy(repository: &Repository, origin: &Git) -> Result<(), RehearsalError> {
    let from = repository.top().to_string_lossy().into_owned();
    let remote = format!("+refs/remotes/{}/*:refs/heads/*", repository.remote());
    let fetch = ["fetch", "--quiet", "--no-tags", "--update-head-ok", "--", from.as_str()];
    origin.run(fetch.iter().chain(&["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"]))?;
    origin.run(fetch.iter().chain(&[remote.as_str()]))?;
    // The real ledger stays out of it, and so does the remote's symbolic HEAD.
    origin
        .run(["for-each-ref", "--format=%(refname)", "refs/heads/allclear", "refs/heads/HEAD"])?
        .lines()
        .try_for_each(|name| origin.run(["update-ref", "--no-deref", "-d", name]).map(drop))?;
    Ok(())
}

/// The trunk: what the process says, or what the person's remote calls its own.
fn trunk(repository: &Repository, process: &str) -> String {
    let said = allclear_core::process::read::places(process).trunk;
    said.or_else(|| open::remote_head(repository)).unwrap_or_else(|| "main".to_owned())
}

/// Puts the person's process file, as it is in their checkout, on the trunk.
fn put_process(clone: &Path, repository: &Repository, process: &str, at: Timestamp) -> Result<(), RehearsalError> {
    let clone = Repository::discover(clone, Word::new("origin").expect("a word"))?;
    let trunk = trunk(repository, process);
    clone.git().run(["fetch", "--quiet", "origin"])?;
    let Some(base) = clone.commit(&format!("refs/remotes/origin/{trunk}")) else {
        return Err(OpenError::NoTrunk(trunk).into());
    };
    let edits = BTreeMap::from([(RelPath::new(open::FILE).expect("a path"), Some(process.as_bytes().to_vec()))]);
    let who = Identity { name: "Rehearsal".to_owned(), email: CONDUCTOR.to_owned() };
    let message = "chore: the process as it is in the checkout";
    let commit = clone.make_commit(&CommitParts { base: &base, edits: &edits, message, who: &who, at })?;
    clone.push(&commit, &format!("refs/heads/{trunk}"), Some(&base))?;
    clone.git().run(["fetch", "--quiet", "origin"])?;
    Ok(())
}

/// Makes an example's history.
fn example(
    clone: &Path,
    commits: &[Commit<'_>],
    last: &Version,
    integration: &str,
    at: Timestamp,
) -> Result<(), RehearsalError> {
    let date = format!("@{} +0000", at.as_second() - 864_000);
    let git = Git::at(clone).with_env("GIT_AUTHOR_DATE", &date).with_env("GIT_COMMITTER_DATE", &date);
    git.run(["checkout", "--quiet", "-B", "main"])?;
    for (n, (headline, files)) in commits.iter().enumerate() {
        for (path, bytes) in files {
            let path = clone.join(path);
            write_durably(&path, bytes).map_err(io(format!("write `{}`", path.display())))?;
        }
        git.run(["add", "--all"])?;
        git.run(["commit", "--quiet", "--message", headline])?;
        if n == 0 {
            git.run(["tag", "--annotate", "--message", &last.to_string(), &format!("v{last}")])?;
        }
    }
    git.run(["push", "--quiet", "--tags", "origin", "main", &format!("main:refs/heads/{integration}")])?;
    git.run(["fetch", "--quiet", "origin"])?;
    Ok(())
}

struct Rehearsal<'w> {
    world: &'w World,
    conductor: Conductor<'w>,
    me: Identity,
    failed: Vec<(StepId, String)>,
    not_rehearsed: Vec<(StepId, String)>,
}

impl<'w> Rehearsal<'w> {
    fn open(world: &'w World, settings: &Settings) -> Result<Self, RehearsalError> {
        let me = Identity { name: "Rehearsal".to_owned(), email: CONDUCTOR.to_owned() };
        let found = open::find_process(&world.repository, None)?;
        let config = Config { branch: found.process.project.ledger.clone(), remote: Some("origin".to_owned()) };
        let mut ledger = Ledger::open(world.repository.top(), &config)?;
        let actor = Actor { name: me.name.clone(), email: me.email.clone(), clone: "rehearsal".to_owned() };
        let request = Request {
            kind: settings.kind.clone(),
            version: settings.version.clone(),
            line: None,
            label: None,
            reason: Some("a rehearsal".to_owned()),
        };
        let version = open::open(world, &mut ledger, &found, &request, actor.clone())?;
        let session = Session::open(ledger, &version, actor)?;
        prepare_metrics(world, &session.process)?;
        let conductor = Conductor::new(world, session, me.clone());
        Ok(Self { world, conductor, me, failed: vec![], not_rehearsed: vec![] })
    }

    /// Goes on until the release ends, or nothing changes any more.
    fn conduct(&mut self) -> Result<(), RehearsalError> {
        loop {
            let before = self.conductor.session.release.seq;
            let stopped = self.conductor.go()?;
            if !self.conductor.session.release.is_open() {
                return Ok(());
            }
            self.answer(&stopped)?;
            if self.conductor.session.release.seq == before {
                return Ok(());
            }
        }
    }

    /// Does what is waited for: people say yes, time passes, and what cannot be done is set aside and remembered.
    fn answer(&mut self, stopped: &Stopped) -> Result<(), RehearsalError> {
        for step in &stopped.plan.steps {
            if let Standing::Errored { summary } = &step.standing {
                self.not_rehearsed.push((step.id.clone(), summary.clone()));
                self.waive(&step.id, &format!("not rehearsed: {summary}"))?;
            }
        }
        for wait in &stopped.plan.waits {
            match wait {
                Wait::SignOff { step, role, missing, who } => self.sign(step, role, *missing, who)?,
                Wait::Person { step, who, .. } => {
                    let person = who.first().map_or_else(|| self.me.clone(), |name| self.identity(name));
                    self.decide(&person, |decider| {
                        decider.done(step.as_str(), Some("rehearsed".to_owned()), None).map(drop)
                    })?;
                    self.said(step, &format!("{} says that it is done", person.name));
                }
                Wait::Decision { step, summary } => {
                    self.failed.push((step.clone(), summary.clone()));
                    self.waive(step, &format!("the rehearsal goes on: {summary}"))?;
                }
                Wait::Time { step, until } => {
                    self.world.clock.pass(*until);
                    self.world
                        .progress
                        .note(&format!("{step}: the clock is turned to {}", until.strftime("%Y-%m-%d %H:%M")));
                }
                Wait::Other { until, .. } => {
                    self.world.clock.pass(*until);
                }
            }
        }
        for (step, away) in &stopped.away {
            self.not_rehearsed.push((step.clone(), away.to_string()));
        }
        Ok(())
    }

    fn sign(&mut self, step: &StepId, role: &Word, missing: u32, who: &[Word]) -> Result<(), RehearsalError> {
        let mut signed = 0;
        for person in who {
            if signed == missing {
                break;
            }
            let identity = self.identity(person);
            let yes = |decider: &mut Decider<'_>| {
                decider.sign_off(role, Verdict::Go, Some("a rehearsal".to_owned())).map(drop)
            };
            match self.decide(&identity, yes) {
                Ok(()) => {
                    signed += 1;
                    self.said(step, &format!("{} signs for {role}", identity.name));
                }
                Err(RehearsalError::Decide(DecideError::Spoken { .. } | DecideError::Nobody { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        if signed < missing && self.conductor.plan().actions.is_empty() {
            let why = format!("{missing} of `{role}` must sign, and {signed} of its people can: see `allclear check`");
            if !self.not_rehearsed.iter().any(|(known, _)| known == step) {
                self.not_rehearsed.push((step.clone(), why.clone()));
                self.waive(step, &format!("not rehearsed: {why}"))?;
            }
        }
        Ok(())
    }

    /// Shows what a person did.
    fn said(&self, step: &StepId, what: &str) {
        self.world.progress.ended(step.as_str(), Mark::Passed, what);
    }

    fn identity(&self, person: &Word) -> Identity {
        let known = self.conductor.session.process.people.get(person);
        let email = known.and_then(|person| person.emails.first().cloned());
        Identity {
            name: known.and_then(|person| person.name.clone()).unwrap_or_else(|| person.to_string()),
            email: email.unwrap_or_else(|| format!("{person}@allclear.invalid")),
        }
    }

    fn waive(&mut self, step: &StepId, reason: &str) -> Result<(), RehearsalError> {
        let reason: String = reason.chars().take(1900).collect();
        let me = self.me.clone();
        match self.decide(&me, |decider| decider.waive(step.as_str(), &reason).map(drop)) {
            Err(RehearsalError::Decide(DecideError::Settled { .. })) => Ok(()),
            other => other,
        }
    }

    fn decide(
        &mut self,
        who: &Identity,
        what: impl FnOnce(&mut Decider<'_>) -> Result<(), DecideError>,
    ) -> Result<(), RehearsalError> {
        let (plan, now) = (self.conductor.plan(), self.world.clock.now());
        let session = &mut self.conductor.session;
        session.act_as(who);
        let decided = what(&mut Decider { session, plan: &plan, identity: who, now });
        self.conductor.session.act_as(&self.me);
        Ok(decided?)
    }

    fn report(self, settings: &Settings) -> Report {
        let plan = self.conductor.plan();
        let Session { process, release, ledger, .. } = &self.conductor.session;
        let done = plan.steps.iter().filter_map(|step| match &step.standing {
            Standing::Passed { summary, .. } => Some((step.id.clone(), summary.clone())),
            _ => None,
        });
        Report {
            project: process.project.name.clone(),
            version: release.version.clone(),
            kind: release.kind.clone(),
            finished: !release.is_open(),
            done: done.collect(),
            outside: ledger.release(&release.version).map(|records| outside(&records)).unwrap_or_default(),
            signed: signed(release),
            failed: self.failed,
            not_rehearsed: self.not_rehearsed,
            simulated_s: 0,
            took_ms: 0,
            folder: settings.folder.clone(),
            events: ledger.last_seq(),
        }
    }
}

/// What was made true outside, in the order in which it was done: a few words, and where it can be looked at.
fn outside(records: &[Record]) -> Vec<(String, String)> {
    let mut titles = BTreeMap::new();
    let mut outside = Vec::new();
    for record in records {
        match &record.event {
            Event::StepStarted { intent: Some(intent), .. } => {
                titles.extend(intent.items.iter().map(|item| (item.target.clone(), item.title.clone())));
            }
            Event::StepPassed(outcome) => {
                let told = |receipt: &Receipt| Some((titles.get(&receipt.target)?.clone(), receipt.place.clone()?));
                outside.extend(outcome.receipts.iter().filter_map(told));
            }
            _ => {}
        }
    }
    outside
}

fn signed(release: &Release) -> Vec<(StepId, Word, Word)> {
    let given = release.steps.values().flat_map(|history| &history.sign_offs);
    given
        .map(|given| (given.sign_off.gate.clone(), given.sign_off.role.clone(), given.sign_off.person.clone()))
        .collect()
}

/// Gives the stand-in environments numbers with which the soak passes.
fn prepare_metrics(world: &World, process: &Process) -> Result<(), RehearsalError> {
    let Some(stand_ins) = &world.stand_ins else { return Ok(()) };
    let mut metrics: BTreeMap<Word, BTreeMap<String, f64>> = BTreeMap::new();
    for step in process.phases.values().flat_map(|phase| &phase.steps).filter(|step| step.kind.as_str() == "soak") {
        for (environment, query, number) in soak::healthy(step) {
            metrics.entry(environment).or_default().insert(query, number);
        }
    }
    for (environment, numbers) in metrics {
        let path = stand_ins.folder.join("environments").join(environment.as_str()).join("metrics.json");
        let bytes = serde_json::to_vec(&numbers).expect("numbers by name are JSON");
        write_durably(&path, &bytes).map_err(io(format!("write `{}`", path.display())))?;
    }
    Ok(())
}
