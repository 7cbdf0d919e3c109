//! Makes a repository whose ledger holds many releases, for measuring: `many_releases FOLDER [RELEASES] [STEPS]`.
//!
//! Each release is opened, every step starts and passes with a log as evidence, and it is finished; the newest stays open half-way.
//! With 74 steps a release has 150 events.

use std::error::Error;
use std::path::Path;

use allclear_core::event::{Actor, Event, Opened};
use allclear_core::process::Process;
use allclear_core::release::Release;
use allclear_core::version::Version;
use allclear_engine::open::{FILE, read_process};
use allclear_engine::session::PROCESS;
use allclear_engine::step::outcome;
use allclear_ledger::evidence::{self, Source};
use allclear_ledger::git::Git;
use allclear_ledger::{Config, Draft, Ledger};
use jiff::{SignedDuration, Timestamp};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("say the folder")?;
    let mut number = |usual| arguments.next().map_or(Ok(usual), |text| text.parse::<u64>());
    let (releases, steps) = (number(200)?, number(74)?);
    let mut maker = Maker::new(Path::new(&folder), steps)?;
    for n in 0..releases {
        maker.release(&Version::new(1, n, 0), n + 1 < releases)?;
    }
    let _ = maker.ledger.share()?;
    Ok(())
}

struct Maker {
    ledger: Ledger,
    process: Process,
    text: String,
    now: Timestamp,
}

impl Maker {
    fn new(folder: &Path, steps: u64) -> Result<Self, Box<dyn Error>> {
        std::fs::create_dir_all(folder)?;
        let git = Git::at(folder);
        git.run(["init", "--quiet", "--initial-branch=main"])?;
        git.run(["config", "user.name", "Ana Example"])?;
        git.run(["config", "user.email", "ana-example@example.org"])?;
        let text = process(steps);
        std::fs::write(folder.join(FILE), &text)?;
        git.run(["add", "."])?;
        git.run(["commit", "--quiet", "--message", "the process"])?;
        let process = read_process(&text)?;
        // Without a remote the shared history is the local branch.
        let ledger = Ledger::open(folder, &Config { remote: None, ..Config::default() })?;
        Ok(Self { ledger, process, text, now: "2026-01-05T09:00:00Z".parse()? })
    }

    fn release(&mut self, version: &Version, whole: bool) -> Result<(), Box<dyn Error>> {
        let mut release = None;
        let opening = self.opening()?;
        self.append(version, &mut release, opening)?;
        let steps: Vec<_> = self.process.phases.values().flat_map(|phase| &phase.steps).cloned().collect();
        let done = if whole { steps.len() } else { steps.len() / 2 };
        for step in &steps[..done] {
            let (definition, id) = (step.definition(), step.id.clone());
            let started = Event::StepStarted { step: id, definition, candidate: None, intent: None };
            self.append(version, &mut release, started)?;
            let Some(now) = &release else { continue };
            let mut passed = outcome(step, now, "`true`: exit status 0", 12_300);
            let log = format!("{version} {}: all is well\n", step.id);
            passed.evidence = vec![self.keep("log.txt", "text/plain", log.as_bytes())?];
            self.append(version, &mut release, Event::StepPassed(passed))?;
        }
        if whole {
            self.append(version, &mut release, Event::ReleaseFinished {})?;
        }
        Ok(())
    }

    fn opening(&self) -> Result<Event, Box<dyn Error>> {
        let resolved = allclear_core::canonical::to_vec(&self.process)?;
        Ok(Event::ReleaseOpened(Opened {
            kind: "minor".parse()?,
            process: self.process.digest(),
            process_commit: "0".repeat(40).parse()?,
            last: None,
            reason: None,
            outside: None,
            evidence: vec![
                self.keep(FILE, "application/toml", self.text.as_bytes())?,
                self.keep(PROCESS, "application/json", &resolved)?,
            ],
        }))
    }

    fn keep(
        &self,
        name: &str,
        media_type: &str,
        bytes: &[u8],
    ) -> Result<allclear_core::event::Evidence, Box<dyn Error>> {
        Ok(evidence::keep(self.ledger.store(), name.parse()?, media_type, Source::Bytes(bytes))?)
    }

    fn append(&mut self, version: &Version, release: &mut Option<Release>, event: Event) -> Result<(), Box<dyn Error>> {
        self.now = self.now.checked_add(SignedDuration::from_millis(700))?;
        let actor = Actor {
            name: "Ana Example".to_owned(),
            email: "ana-example@example.org".to_owned(),
            clone: "0123456789abcdef".to_owned(),
        };
        let draft = Draft { release: version.clone(), at: self.now, actor, event, expect: None };
        let record = self.ledger.append(draft)?;
        Ok(Release::apply(release, &record)?)
    }
}

/// A process with this many steps in one phase.
fn process(steps: u64) -> String {
    let head = "[project]\nname = \"many\"\ntrunk = \"main\"\n[kinds]\nminor = [\"verify\"]\n";
    let step = |n| format!("[[phase.verify]]\nid = \"check-{n}\"\nrun = \"true\"\n");
    head.to_owned() + &(0..steps).map(step).collect::<String>()
}
