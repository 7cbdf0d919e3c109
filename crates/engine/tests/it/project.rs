//! A small project with an origin, targets in folders, and people who conduct its releases in this process.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

use allclear_core::event::{Actor, Event, Record};
use allclear_core::version::Version;
use allclear_engine::audit::{Audit, audit};
use allclear_engine::clock::{Clock, SimulatedClock};
use allclear_engine::conductor::{ConductError, Conductor, Stopped};
use allclear_engine::decide::Decider;
use allclear_engine::open::{self, OpenError, Request};
use allclear_engine::redact::Redactor;
use allclear_engine::repository::{Identity, Repository};
use allclear_engine::session::Session;
use allclear_engine::world::{Silent, World};
use allclear_ledger::fault::{self, Trapped};
use allclear_ledger::{Config, Ledger};
use allclear_testbed::{Ran, Repo, SAVE_IMAGE, TestEnv};
use jiff::SignedDuration;

use crate::it::checker::{self, Seen};

/// All that every process begins with. The folders are found from `people/<name>/work`.
const PROCESS: &str = r#"
[project]
name = "demo"
trunk = "main"
changelog = "CHANGELOG.md"
archive = "docs/releases/{version}"

[versions]
files = ["package.json", "chart/Chart.yaml"]

[people.ana]
emails = "ana-example@example.org"

[targets]
pypi = { folder = "../../../outside/pypi" }
oci-image = { folder = "../../../outside/oci-image" }
helm-chart = { folder = "../../../outside/helm-chart" }

[environments]
staging = { folder = "../../../outside/staging" }

[kinds]
minor = ["ship"]
"#;

/// The clock is in every build, so that a second build would not be the same.
const BUILD: &str = "mkdir -p dist && date +%s%N > dist/demo-1.1.0.tar.gz\n";

/// An origin with a released version, and a release 1.1.0 that Ana has opened in her clone.
pub(crate) struct Project {
    pub(crate) env: TestEnv,
    pub(crate) origin: Repo,
    clock: Arc<SimulatedClock>,
}

/// A person's clone.
pub(crate) struct Hand {
    pub(crate) repo: Repo,
    pub(crate) world: World,
    identity: Identity,
}

impl Project {
    /// Makes a project whose process has these steps in its only phase, `ship`.
    pub(crate) fn new(steps: &str) -> Self {
        let project = Self::unopened(steps);
        project.ana().open("minor", None).unwrap();
        project
    }

    /// The same, with steps that do not wait for each other.
    pub(crate) fn side_by_side(steps: &str) -> Self {
        let project = Self::written(&format!("parallel = [\"ship\"]\n{PROCESS}{steps}"));
        project.ana().open("minor", None).unwrap();
        project
    }

    /// The project before Ana has opened the release.
    pub(crate) fn unopened(steps: &str) -> Self {
        Self::written(&format!("{PROCESS}{steps}"))
    }

    fn written(process: &str) -> Self {
        let env = TestEnv::new();
        env.origin().git(&["config", "core.logAllRefUpdates", "always"]);
        let project = Self::within(env, "2026-01-31T10:00:00Z");
        let repo = project.clone_for("ana-example");
        // A path that leads to the origin in every copy.
        repo.git(&["remote", "set-url", "origin", "../../../origin.git"]);
        repo.write("allclear.toml", process);
        repo.write("package.json", "{\n  \"name\": \"demo\",\n  \"version\": \"1.0.0\"\n}\n");
        repo.write("chart/Chart.yaml", "apiVersion: v2\nname: demo\nversion: 1.0.0\nappVersion: \"1.0.0\"\n");
        repo.write("CHANGELOG.md", "# Changelog\n");
        repo.write("build.sh", format!("{BUILD}{SAVE_IMAGE}"));
        repo.commit("feat: a demo");
        repo.git(&["tag", "v1.0.0"]);
        repo.git(&["push", "--quiet", "origin", "main", "v1.0.0"]);
        project
    }

    fn within(env: TestEnv, start: &str) -> Self {
        let origin = env.repo_at(env.root().join("origin.git"));
        Self { env, origin, clock: Arc::new(SimulatedClock::new(start.parse().unwrap())) }
    }

    /// The same project, as it is, in another place and an hour later.
    pub(crate) fn copy(&self) -> Self {
        let env = TestEnv::new();
        // What commands ran in knows its place, and is made again where it is missing.
        let _ = std::fs::remove_dir_all(self.ana().repo.path().join(".git/allclear/worktrees"));
        Ran::of(env.command("cp").arg("-a").arg(self.env.root().join(".")).arg(env.root())).expect_success();
        Self::within(env, "2026-01-31T11:00:00Z")
    }

    fn clone_for(&self, person: &str) -> Repo {
        self.env.person(person).clone_of(self.origin.path().to_str().unwrap())
    }

    /// Gives a person a clone.
    pub(crate) fn hand(&self, person: &str) -> Hand {
        self.hand_of(self.clone_for(person))
    }

    /// Ana, in the clone in which she opened the release.
    pub(crate) fn ana(&self) -> Hand {
        let ana = self.env.person("ana-example");
        self.hand_of(ana.repo_at(ana.folder().join("work")))
    }

    fn hand_of(&self, repo: Repo) -> Hand {
        let world = World {
            repository: Repository::discover(repo.path(), "origin".parse().unwrap()).unwrap(),
            clock: self.clock.clone(),
            redactor: Redactor::default(),
            progress: Arc::new(Silent),
            stand_ins: None,
        };
        let name = repo.env().name().to_owned();
        let identity = Identity { email: format!("{name}@example.org"), name };
        Hand { repo, world, identity }
    }

    /// Goes up to the step that waits for Ana's word, which she gives.
    pub(crate) fn up_to_the_effect(self) -> Self {
        let ana = self.ana();
        ana.go();
        ana.done("ready");
        self
    }

    pub(crate) fn outside(&self) -> PathBuf {
        self.env.root().join("outside")
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, seconds: i64) {
        let now = self.clock.now();
        assert!(self.clock.pass(now + SignedDuration::from_secs(seconds)));
    }

    /// The world, in which people have pushed what is on `main` before the release, its tag, and these objects.
    pub(crate) fn seen(&self, people: &[&str]) -> Seen {
        let theirs = self.origin.git(&["rev-list", "v1.0.0"]);
        let theirs = theirs.lines().chain(people.iter().copied()).map(str::to_owned);
        Seen::look(self.origin.path(), &self.outside(), theirs)
    }
}

impl Hand {
    fn ledger(&self) -> Ledger {
        let config = Config { remote: Some("origin".to_owned()), ..Config::default() };
        Ledger::open(self.world.repository.top(), &config).unwrap()
    }

    fn actor(&self) -> Actor {
        let Identity { name, email } = self.identity.clone();
        Actor { clone: name.clone(), name, email }
    }

    pub(crate) fn open(&self, kind: &str, reason: Option<&str>) -> Result<Version, OpenError> {
        self.world.repository.fetch().unwrap();
        let found = open::find_process(&self.world.repository, None).unwrap();
        let request = Request {
            kind: kind.parse().unwrap(),
            version: None,
            line: None,
            label: None,
            reason: reason.map(str::to_owned),
        };
        open::open(&self.world, &mut self.ledger(), &found, &request, self.actor())
    }

    pub(crate) fn session(&self) -> Session {
        let mut ledger = self.ledger();
        let _ = ledger.share().unwrap();
        Session::open(ledger, &version(), self.actor()).unwrap()
    }

    /// Takes the release up, as a program that was started just now does.
    pub(crate) fn conductor(&self) -> Conductor<'_> {
        Conductor::new(&self.world, self.session(), self.identity.clone())
    }

    pub(crate) fn try_go(&self) -> Result<Stopped, ConductError> {
        self.conductor().go()
    }

    pub(crate) fn go(&self) -> Stopped {
        self.try_go().unwrap()
    }

    /// Goes until the point, and crashes there.
    pub(crate) fn crash(&self, point: &str) {
        fault::trap(point, 1);
        let ended = catch_unwind(AssertUnwindSafe(|| self.go()));
        let payload = ended.err().unwrap_or_else(|| panic!("never came to {point}: {:#?}", self.told()));
        assert!(payload.is::<Trapped>(), "panicked before {point}");
    }

    pub(crate) fn done(&self, step: &str) {
        let conductor = self.conductor();
        let (plan, now) = (conductor.plan(), self.world.clock.now());
        let mut session = conductor.session;
        Decider { session: &mut session, plan: &plan, identity: &self.identity, now }.done(step, None, None).unwrap();
    }

    /// The events of the release as this clone knows them, shared or not.
    pub(crate) fn records(&self) -> Vec<Record> {
        self.ledger().release(&version()).unwrap()
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.records().into_iter().map(|record| record.event).collect()
    }

    /// What the events say.
    pub(crate) fn told(&self) -> Vec<String> {
        self.events().iter().map(Event::sentence).collect()
    }

    pub(crate) fn audit(&self) -> Audit {
        self.world.repository.fetch().unwrap();
        audit(&self.world.repository, &self.ledger()).unwrap()
    }

    /// Expects that the release is over and everything is as it must be.
    #[track_caller]
    pub(crate) fn check(&self, project: &Project, acknowledged: &[Event], people: &[&str], what: &str) {
        let records = self.records();
        let told = format!("{what}: {:#?}", self.told());
        assert!(matches!(records.last().unwrap().event, Event::ReleaseFinished {}), "not finished, {told}");
        let wrong = checker::violations(&records, acknowledged, &project.seen(people));
        assert!(wrong.is_empty(), "{wrong:#?}\n{told}");
        let audit = self.audit();
        assert!(audit.violations.is_empty() && audit.incomplete.is_empty(), "{audit:#?}\n{told}");
    }
}

pub(crate) fn version() -> Version {
    "1.1.0".parse().unwrap()
}
