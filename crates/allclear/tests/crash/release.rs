//! A small real release, driven through the command line by one person.

use std::path::{Path, PathBuf};
use std::process::Command;

use allclear_core::event::{Event, Record};
use allclear_ledger::{Config, Ledger, fault};
use allclear_testbed::kill::was_killed;
use allclear_testbed::{Ran, Repo, SAVE_IMAGE, TestEnv};

use crate::checker::{self, Seen};

/// The folders are found from `people/<name>/work`.
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
[roles]
qa = { members = "ana" }
[targets]
pypi = { folder = "../../../outside/pypi" }
oci-image = { folder = "../../../outside/oci-image" }
helm-chart = { folder = "../../../outside/helm-chart" }
[environments]
staging = { folder = "../../../outside/staging" }
[kinds]
minor = ["prepare", "verify", "ship"]
patch = ["small"]
hotfix = ["slow"]
"#;

/// `small` is what the schedules of many kills go through.
const PHASES: &str = r#"
[[phase.prepare]]
branch = "release/v{version}"
[[phase.prepare]]
changelog = {}
[[phase.prepare]]
id = "audit"
manual = "Audit what is open"
once = true
[[phase.verify]]
run = "grep -q demo package.json"
[[phase.verify]]
sign-off = "qa"
[[phase.ship]]
bump = "chore: {version}"
[[phase.ship]]
build = "sh build.sh"
artifacts = "dist/*"
[[phase.ship]]
tag = "v{version}"
[[phase.ship]]
publish = "pypi"
[[phase.ship]]
publish = "oci-image"
image = "example/demo:{version}"
[[phase.ship]]
publish = "helm-chart"
charts = "chart"
[[phase.ship]]
deploy = "staging"
[[phase.ship]]
archive = "logs"

[[phase.small]]
branch = "release/v{version}"
[[phase.small]]
build = "sh build.sh"
artifacts = "dist/*"
[[phase.small]]
tag = "v{version}"
[[phase.small]]
publish = "pypi"
[[phase.small]]
deploy = "staging"

[[phase.slow]]
branch = "release/v{version}"
[[phase.slow]]
id = "slow"
run = "sh slow.sh"
"#;

/// The clock is in every build, so that a second build would not be the same.
const BUILD: &str = "mkdir -p dist && date +%s%N > dist/demo.tar.gz\n";

/// Waits for ever, unless it was started before; it would pass where it is asked to end.
const SLOW: &str = "test -e \"$HOME/slow.pid\" && exit 0\ntrap 'exit 0' TERM\nsleep 1000 &\n\
                    echo $$ $! > \"$HOME/slow.new\" && mv \"$HOME/slow.new\" \"$HOME/slow.pid\"\nwait\n";

/// What a person types from the opening to the end of a release, each with the exit code that it has then.
pub(crate) type Orders = &'static [(&'static [&'static str], i32)];

pub(crate) const MINOR: Orders = &[
    (&["start", "minor"], 0),
    (&["go"], 4),
    (&["done", "audit"], 0),
    (&["go"], 4),
    (&["sign-off", "qa"], 0),
    (&["go"], 0),
];
pub(crate) const PATCH: Orders = &[(&["start", "patch"], 0), (&["go"], 0)];

/// A project, its origin, and everything outside, in one folder.
pub(crate) struct Release {
    env: TestEnv,
    pub(crate) ana: Repo,
    acknowledged: Vec<Event>,
    /// How often the program was killed.
    pub(crate) kills: usize,
}

impl Release {
    /// Makes a project.
    pub(crate) fn new() -> Self {
        Self::within(make())
    }

    fn within(env: TestEnv) -> Self {
        let ana = env.person("ana-example");
        let ana = ana.repo_at(ana.folder().join("work"));
        Self { env, ana, acknowledged: vec![], kills: 0 }
    }

    /// The same project in another place, before anything has happened.
    pub(crate) fn copy(&self) -> Self {
        let env = TestEnv::new();
        Ran::of(env.command("cp").arg("-a").arg(self.env.root().join(".")).arg(env.root())).expect_success();
        Self::within(env)
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = self.ana.command(env!("CARGO_BIN_EXE_allclear"));
        command.args(words);
        command
    }

    fn ledger(&self) -> Ledger {
        Ledger::open(self.ana.path(), &Config { remote: Some("origin".to_owned()), ..Config::default() }).unwrap()
    }

    /// The events of the release under way.
    pub(crate) fn records(&self) -> Vec<Record> {
        let ledger = self.ledger();
        ["1.1.0", "1.0.1"].iter().flat_map(|version| ledger.release(&version.parse().unwrap()).unwrap()).collect()
    }

    fn is_finished(&self) -> bool {
        self.records().last().is_some_and(|record| matches!(record.event, Event::ReleaseFinished {}))
    }

    /// Runs a command that dies at the point, if it comes there; says whether it was killed.
    pub(crate) fn try_to_kill(&mut self, words: &[&str], point: &str) -> (bool, Ran) {
        let ran = Ran::of(self.command(words).env(fault::VARIABLE, point));
        let killed = was_killed(&ran.status);
        self.kills += usize::from(killed);
        // Whatever can be read now was acknowledged, and can never be lost.
        let events: Vec<Event> = self.records().into_iter().map(|record| record.event).collect();
        let lost = checker::lost(&self.records(), &self.acknowledged);
        assert!(lost.is_empty(), "killed at {point}: {lost:#?}");
        self.acknowledged = events;
        (killed, ran)
    }

    /// Follows the orders. Each is killed at the points that `next` gives for it, until there are no more, or it comes to its end.
    pub(crate) fn drive(&mut self, orders: Orders, mut next: impl FnMut(&str, usize) -> Option<String>) {
        for (words, code) in orders {
            let mut kills = 0;
            loop {
                let point = next(words[0], kills).unwrap_or_else(|| "never".to_owned());
                let (killed, ran) = self.try_to_kill(words, &point);
                if killed {
                    kills += 1;
                    continue;
                }
                // What was said or ended before the kill stands, and cannot be said or ended again.
                let said = kills > 0 && (words[0] != "go" || self.is_finished()) && ran.status.code() == Some(64);
                assert!(said || ran.status.code() == Some(*code), "after {kills} kills, {point}: {ran}");
                break;
            }
        }
    }

    /// Expects that everything is as it must be.
    #[track_caller]
    pub(crate) fn check(&self, what: &str) {
        let records = self.records();
        let told: Vec<_> = records.iter().map(|record| record.event.sentence()).collect();
        assert!(self.is_finished(), "{what}: {told:#?}");
        assert_eq!(self.ledger().unshared().count(), 0, "{what}: everybody knows");
        let wrong = checker::violations(&records, &self.acknowledged, &self.seen());
        assert!(wrong.is_empty(), "{what}: {wrong:#?}\n{told:#?}");
        let audit = Ran::of(&mut self.command(&["audit"]));
        assert!(audit.success(), "{what}: {audit}\n{told:#?}");
    }

    fn origin(&self) -> PathBuf {
        self.env.root().join("origin.git")
    }

    pub(crate) fn seen(&self) -> Seen {
        let theirs = self.ana.git(&["rev-list", "v1.0.0"]);
        Seen::look(&self.origin(), &self.env.root().join("outside"), theirs.lines().map(str::to_owned))
    }
}

fn make() -> TestEnv {
    let env = TestEnv::new();
    let origin = env.origin();
    origin.git(&["config", "core.logAllRefUpdates", "always"]);
    let ana = origin.clone_for("ana-example");
    // A path that leads to the origin in every copy.
    ana.git(&["remote", "set-url", "origin", "../../../origin.git"]);
    write(
        &ana,
        &[
            ("allclear.toml", &format!("{PROCESS}{PHASES}")),
            ("build.sh", &format!("{BUILD}{SAVE_IMAGE}")),
            ("slow.sh", SLOW),
        ],
    );
    write(&ana, &[("package.json", "{\n  \"name\": \"demo\",\n  \"version\": \"1.0.0\"\n}\n")]);
    write(&ana, &[("chart/Chart.yaml", "apiVersion: v2\nname: demo\nversion: 1.0.0\nappVersion: \"1.0.0\"\n")]);
    write(&ana, &[("CHANGELOG.md", "# Changelog\n")]);
    ana.commit("feat: a demo");
    ana.git(&["tag", "v1.0.0"]);
    ana.push("main");
    ana.push("v1.0.0");
    env
}

fn write(repo: &Repo, files: &[(&str, &str)]) {
    for (path, text) in files {
        repo.write(path, text);
    }
}

/// The names of the points in a crate's sources.
pub(crate) fn points(krate: &str) -> Vec<String> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(krate).join("src")];
    let mut points = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            let named = text.split("fault::point(\"").skip(1).filter_map(|rest| rest.split('"').next());
            points.extend(named.map(str::to_owned));
        }
    }
    points.sort();
    points.dedup();
    points
}
