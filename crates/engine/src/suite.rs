//! Checks that run side by side: each in a thread of its own, with a view of the release as it was when it began.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::Scope;
use std::time::Duration;

use allclear_core::digest::Digest;
use allclear_core::event::{Evidence, summary};
use allclear_core::names::{RelPath, StepId};
use allclear_core::process::{Process, Step};
use allclear_core::release::Release;
use allclear_ledger::Store;
use jiff::Timestamp;

use crate::exec::Stop;
use crate::places::{Place, Places};
use crate::repository::Identity;
use crate::step::{Check, Context, Finding, StepError, flaky};
use crate::values::values;
use crate::world::World;

/// How often who waits for the suite looks around, in milliseconds.
const TICK: Duration = Duration::from_millis(200);

/// The checks that are under way.
pub(crate) struct Suite<'s, 'e> {
    scope: &'s Scope<'s, 'e>,
    /// How many may run at the same time.
    jobs: usize,
    places: Places,
    /// Those that run, and those that wait for a place.
    running: BTreeMap<StepId, Step>,
    ended: (Sender<Checked>, Receiver<Checked>),
    stop: Stop,
}

/// A check to run, with everything that it may look at.
pub(crate) struct Job<'w> {
    pub(crate) world: &'w World,
    pub(crate) store: Store,
    pub(crate) process: Arc<Process>,
    pub(crate) release: Release,
    pub(crate) step: Step,
    pub(crate) check: Box<dyn Check>,
    pub(crate) identity: Identity,
    pub(crate) now: Timestamp,
}

/// What came of a check.
pub(crate) struct Checked {
    pub(crate) step: Step,
    pub(crate) found: Result<Finding, StepError>,
    /// The digest of what the step's tools said of themselves.
    pub(crate) tools: Option<Digest>,
    /// How long it took, in milliseconds.
    pub(crate) took: u64,
    /// How many tries it took.
    pub(crate) tries: u32,
}

impl<'s, 'e> Suite<'s, 'e> {
    /// Nothing runs yet, and this many may at the same time.
    pub(crate) fn new(scope: &'s Scope<'s, 'e>, jobs: usize) -> Self {
        let jobs = jobs.max(1);
        Self {
            scope,
            jobs,
            places: Places::new(jobs),
            running: BTreeMap::new(),
            ended: channel(),
            stop: Stop::default(),
        }
    }

    /// Whether nothing runs.
    pub(crate) fn is_idle(&self) -> bool {
        self.running.is_empty()
    }

    /// Whether for each that works another one waits for its place already.
    pub(crate) fn is_full(&self) -> bool {
        self.running.len() >= 2 * self.jobs
    }

    /// Whether this step runs.
    pub(crate) fn runs(&self, step: &StepId) -> bool {
        self.running.contains_key(step)
    }

    /// Whether a step may begin now: it would not wait long for a place, nobody wants to be alone, and nobody uses what it uses.
    pub(crate) fn has_room_for(&self, step: &Step) -> bool {
        let alone = step.exclusive || self.running.values().any(|other| other.exclusive);
        let in_use = |other: &Step| other.uses.iter().any(|thing| step.uses.contains(thing));
        self.is_idle() || (!self.is_full() && !alone && !self.running.values().any(in_use))
    }

    /// Begins a check.
    pub(crate) fn begin(&mut self, job: Job<'s>) {
        self.running.insert(job.step.id.clone(), job.step.clone());
        let (sender, stop, place) = (self.ended.0.clone(), self.stop.clone(), self.places.place());
        // Who waits for the suite waits for every check of it.
        self.scope.spawn(move || drop(sender.send(job.run(&stop, &place))));
    }

    /// Waits a moment for a check to end.
    pub(crate) fn wait(&mut self) -> Option<Checked> {
        let checked = self.ended.1.recv_timeout(TICK).ok()?;
        self.running.remove(&checked.step.id);
        Some(checked)
    }

    /// Asks all that run to end; each of them still has to be waited for.
    pub(crate) fn stop(&self) {
        self.stop.ask();
    }
}

impl Job<'_> {
    fn run(self, stop: &Stop, place: &Place) -> Checked {
        let values = values(&self.process, &self.release);
        let cx = Context {
            world: self.world,
            store: &self.store,
            ledger: None,
            process: &self.process,
            release: &self.release,
            step: &self.step,
            values: &values,
            identity: &self.identity,
            now: self.now,
            stop,
            place,
        };
        let tools = self.check.tools(&cx).map(|tools| tools.map(|said| Digest::of(said.as_bytes())));
        let (tools, found, tries) = match tools {
            Ok(tools) => {
                let (found, tries) = self.tries(&cx);
                (tools, found, tries)
            }
            Err(error) => (None, Err(error), 1),
        };
        let took = place.began().map_or(0, |began| u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
        Checked { step: self.step, found, tools, took, tries }
    }

    /// Tries as often as the step says. What earlier tries left is kept beside the last one's.
    fn tries(&self, cx: &Context<'_>) -> (Result<Finding, StepError>, u32) {
        let mut earlier: Vec<Evidence> = Vec::new();
        let mut tries = 1;
        loop {
            let found = self.check.check(cx);
            let over = tries > self.step.retries || cx.stop.is_asked();
            match found {
                Ok(finding) if !finding.passed && !over => earlier.extend(set_aside(finding.evidence, tries)),
                Err(ref error) if !over && !matches!(error, StepError::Interrupted) => {}
                found => return (found.map(|finding| together(finding, earlier, tries)), tries),
            }
            let again = format!("{} did not pass at try {tries}, and is tried again", self.step.id);
            self.world.progress.note(&again);
            tries += 1;
        }
    }
}

/// Evidence of a try that was not the last one, in a folder of its own.
fn set_aside(evidence: Vec<Evidence>, tries: u32) -> impl Iterator<Item = Evidence> {
    evidence.into_iter().filter_map(move |one| {
        let name = RelPath::new(format!("try-{tries}/{}", one.name)).ok()?;
        Some(Evidence { name, ..one })
    })
}

fn together(mut finding: Finding, earlier: Vec<Evidence>, tries: u32) -> Finding {
    if tries > 1 {
        let mark = if finding.passed { flaky(tries) } else { format!("failed at try {tries}: ") };
        finding.summary = summary(&(mark + &finding.summary));
    }
    finding.evidence.extend(earlier);
    finding
}
