//! The conductor: asks the plan what can be done, does it, and writes down what came of it, until nothing can be done.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use allclear_core::digest::Digest;
use allclear_core::event::{Event, Foreign, Item, Outcome, Record};
use allclear_core::names::{CommitId, StepId};
use allclear_core::plan::{Action, Facts, Plan, Standing, plan};
use allclear_core::process::{BadDefinition, Step};
use allclear_core::release::OpenAttempt;
use allclear_core::template::Values;
use allclear_ledger::Reached;

use crate::catalogue;
use crate::exec::Stop;
use crate::places::Place;
use crate::repository::{Away, Identity};
use crate::session::{Session, SessionError};
use crate::step::{Context, StepError, Watch, Work, outcome};
use crate::suite::{Checked, Job, Suite};
use crate::values::{self, values};
use crate::wholes::{self, Left};
use crate::world::{Mark, World};
use crate::{exec, facts};

/// How long others may have to wait for what was written here, while more is being done.
const SHARED_EVERY: Duration = Duration::from_secs(10);

/// Conducts one release.
pub struct Conductor<'w> {
    pub(crate) world: &'w World,
    /// The release and its ledger.
    pub session: Session,
    identity: Identity,
    /// Steps that had their try in this run: an errored one is tried once each time.
    tried: BTreeSet<StepId>,
    /// Steps that wait for the outside, and why.
    away: Vec<(StepId, Away)>,
    /// Effects whose outcome is not known yet, and why.
    open: Vec<(StepId, String)>,
    /// How many checks may run at the same time.
    jobs: usize,
    /// What is known of the world, until something changes it.
    facts: Option<Facts>,
    shared_at: Instant,
    /// Whether something was written that others do not know yet.
    unshared: bool,
    /// What the object store did not take in this run.
    left: Vec<Left>,
}

/// What to do next.
enum Next {
    /// Begin a check, beside those that run.
    Begin(StepId),
    /// Do something that nothing may run beside.
    Alone(Action),
    /// Wait for a check to end.
    Wait,
    /// There is nothing to do.
    Nothing,
}

/// The conductor cannot go on at all.
#[derive(Debug, thiserror::Error)]
pub enum ConductError {
    /// The ledger or the release could not be read or written.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The release's process has a step of a kind that this program does not know.
    #[error("`{step}` is of the kind `{kind}`, which this program does not know: update allclear")]
    UnknownKind {
        /// The step.
        step: StepId,
        /// Its kind.
        kind: String,
    },
    /// Another clone opened the same version first.
    #[error("{release} was opened by another clone first; what was written here is kept in `{place}`")]
    SetAside {
        /// The release.
        release: String,
        /// Where the events are.
        place: String,
    },
    /// This process was asked to stop.
    #[error("interrupted: nothing is lost, `allclear go` goes on from here")]
    Interrupted,
}

/// Where a run of the conductor came to its end.
#[derive(Debug)]
pub struct Stopped {
    /// The plan at that moment.
    pub plan: Plan,
    /// Steps that wait for the outside, and why.
    pub away: Vec<(StepId, Away)>,
    /// Effects whose outcome is not known yet, and why.
    pub unknown: Vec<(StepId, String)>,
    /// Whether the remote could not be told everything: what is kept here for later.
    pub unshared: Option<String>,
    /// What the object store did not take, and is kept here for later.
    pub left: Vec<Left>,
}

impl<'w> Conductor<'w> {
    /// Takes up a release.
    pub fn new(world: &'w World, session: Session, identity: Identity) -> Self {
        Self {
            world,
            session,
            identity,
            tried: BTreeSet::new(),
            away: vec![],
            open: vec![],
            jobs: std::thread::available_parallelism().map_or(1, usize::from),
            facts: None,
            shared_at: Instant::now(),
            unshared: false,
            left: vec![],
        }
    }

    /// Lets at most this many checks run at the same time; otherwise as many as there are processors.
    #[must_use]
    pub fn with_jobs(self, jobs: usize) -> Self {
        Self { jobs: jobs.max(1), ..self }
    }

    /// Does everything that can be done now.
    ///
    /// # Errors
    /// When the ledger cannot be read or written, was rewritten, or this process was asked to stop. Whatever a step meets is not an
    /// error of the run: it is recorded.
    pub fn go(&mut self) -> Result<Stopped, ConductError> {
        self.meet_others()?;
        std::thread::scope(|scope| self.work(&mut Suite::new(scope, self.jobs)))?;
        self.left.clear();
        let unshared = self.share()?;
        Ok(Stopped {
            plan: self.plan(),
            away: std::mem::take(&mut self.away),
            unknown: std::mem::take(&mut self.open),
            unshared,
            left: std::mem::take(&mut self.left),
        })
    }

    /// Does one thing after the other, and checks side by side, until nothing is left to do. Whatever goes wrong, checks that run are
    /// ended and written down first.
    fn work<'s>(&mut self, suite: &mut Suite<'s, '_>) -> Result<(), ConductError>
    where
        'w: 's,
    {
        let mut wrong = None;
        loop {
            let done = match self.next(suite, wrong.is_some() || exec::interrupted()) {
                Next::Begin(step) => self.begin_check(&step, suite),
                Next::Alone(action) => self.alone(&action),
                Next::Wait => suite.wait().map_or(Ok(()), |checked| self.found(checked)),
                Next::Nothing if exec::interrupted() => return Err(wrong.unwrap_or(ConductError::Interrupted)),
                Next::Nothing => return wrong.map_or(Ok(()), Err),
            };
            self.world.progress.tick();
            if let Err(error) = done.and_then(|()| self.share_now_and_then()) {
                suite.stop();
                wrong.get_or_insert(error);
            }
        }
    }

    fn alone(&mut self, action: &Action) -> Result<(), ConductError> {
        self.perform(action)?;
        // To write that a result carries over changes nothing outside; whatever else is done alone may.
        if !matches!(action, Action::CarryOver { .. }) {
            self.facts = None;
        }
        Ok(())
    }

    /// What to do next; where it is time to stop, only to wait for what runs.
    fn next(&mut self, suite: &Suite<'_, '_>, stop: bool) -> Next {
        if stop {
            return if suite.is_idle() { Next::Nothing } else { Next::Wait };
        }
        if suite.is_full() {
            return Next::Wait;
        }
        let mut alone = None;
        for action in self.planned().actions {
            match &action {
                Action::Perform { step } if suite.runs(step) || self.tried.contains(step) => {}
                Action::Perform { step } if self.may_run_beside(step) => {
                    if self.session.process.step(step).is_some_and(|step| suite.has_room_for(step)) {
                        return Next::Begin(step.clone());
                    }
                }
                _ => alone = alone.or(Some(action)),
            }
        }
        match (alone, suite.is_idle()) {
            (_, false) => Next::Wait,
            (Some(action), true) => Next::Alone(action),
            (None, true) => Next::Nothing,
        }
    }

    /// The plan, from what is known of the world already.
    fn planned(&mut self) -> Plan {
        if self.facts.is_none() {
            self.facts = Some(self.gather());
        }
        let Session { process, release, .. } = &self.session;
        let known = self.facts.clone().unwrap_or_default();
        plan(process, release, &known, self.world.clock.now())
    }

    fn share_now_and_then(&mut self) -> Result<(), ConductError> {
        if self.unshared && self.shared_at.elapsed() >= SHARED_EVERY {
            self.share()?;
        }
        Ok(())
    }

    /// Learns what others did: their events, and what they pushed.
    pub(crate) fn meet_others(&mut self) -> Result<(), ConductError> {
        self.share()?;
        self.facts = None;
        if let Err(away) = self.world.repository.fetch() {
            self.world.progress.note(&away.to_string());
        }
        Ok(())
    }

    /// Shares the ledger, after the wholes of its evidence; says why where the remote is away.
    pub(crate) fn share(&mut self) -> Result<Option<String>, ConductError> {
        // A store that was away is asked again at the end of the run only, so that it does not slow everything down.
        if self.left.is_empty() {
            self.left = wholes::upload(self.world, self.session.ledger.store());
        }
        let shared = self.session.share()?;
        (self.shared_at, self.unshared) = (Instant::now(), false);
        if let Some(aside) = shared.set_aside.into_iter().next() {
            let release = aside.records.first().map_or(String::new(), |record| record.release.to_string());
            return Err(ConductError::SetAside { release, place: aside.file.display().to_string() });
        }
        Ok(match shared.reached {
            Reached::All => None,
            Reached::Away { reason } | Reached::Refused { reason } => Some(reason),
        })
    }

    /// The plan as things stand.
    pub fn plan(&self) -> Plan {
        plan(&self.session.process, &self.session.release, &self.gather(), self.world.clock.now())
    }

    /// What the plan needs to know, with what the tools of steps say whose results might be carried over.
    fn gather(&self) -> Facts {
        let Session { process, release, .. } = &self.session;
        let mut facts = facts::gather(&self.world.repository, process, release, self.session.clone_name());
        for step in process.steps_of(&release.kind) {
            if !facts::might_carry_over(step, release, &facts) {
                continue;
            }
            let Ok(Ok(Work::Check(check))) = self.work_of(step) else { continue };
            if let Ok(Some(said)) = self.with_context(step, |cx| check.tools(cx)) {
                facts.tools.insert(step.id.clone(), Digest::of(said.as_bytes()));
            }
        }
        facts
    }

    /// What an effect would do as things stand: its items, each with what it changes where that can be shown.
    ///
    /// # Errors
    /// Why it cannot be said yet.
    pub fn preview(&self, step: &Step) -> Result<Vec<(Item, Option<String>)>, String> {
        let kind = catalogue::kind(step.kind.as_str())
            .ok_or_else(|| format!("`{}` is a kind that this program does not know", step.kind))?;
        let work = (kind.work)(step).map_err(|error| error.to_string())?;
        let Work::Effect(effect) = work else { return Ok(vec![]) };
        self.with_context(step, |cx| {
            let items = effect.items(cx).map_err(|error| error.chain())?;
            Ok(items.into_iter().map(|item| (item.clone(), effect.preview(cx, &item))).collect())
        })
    }

    /// Whether the plan would still begin this step now, after others were heard.
    pub(crate) fn is_still_planned(&self, step: &Step) -> bool {
        begins(&self.plan(), step)
    }

    /// Whether our open attempt at a step began when it was its turn, in the order of events that all clones see, and the release
    /// still goes on. An intent comes to stand behind whatever others shared while it was written: an outcome, a no, an end.
    pub(crate) fn is_first(&self, step: &Step) -> Result<bool, ConductError> {
        let Session { process, release, .. } = &self.session;
        let open = release.steps.get(&step.id).map(|history| history.open.as_slice()).unwrap_or_default();
        let Some(own) = open.iter().find(|open| open.stamp.by.clone == self.session.clone_name()) else {
            return Ok(self.is_still_planned(step));
        };
        let Some(before) = self.session.before(own.seq)? else { return Ok(false) };
        // Where the branch is now says nothing: the attempt may have moved it already.
        let facts = facts::gather(&self.world.repository, process, &before, self.session.clone_name());
        let then = plan(process, &before, &Facts { tip: None, ..facts }, self.world.clock.now());
        Ok(release.is_open() && begins(&then, step))
    }

    fn perform(&mut self, action: &Action) -> Result<(), ConductError> {
        match action {
            Action::Adopt { .. } => self.adopt(action),
            Action::CarryOver { step, from } => self.carry_over(step, from),
            Action::Perform { step } => {
                self.tried.insert(step.clone());
                self.step(step)
            }
            Action::Finish => {
                self.append(Event::ReleaseFinished {})?;
                Ok(())
            }
        }
    }

    fn adopt(&mut self, action: &Action) -> Result<(), ConductError> {
        // What moved the branch may be another conductor, of whose intent is not known here yet.
        self.share()?;
        let Some(Action::Adopt { commit }) = self.plan().actions.into_iter().find(|next| next == action) else {
            return Ok(());
        };
        let why = "the release branch moved".to_owned();
        self.world.progress.note(&format!("new candidate {}: {why}", commit.short()));
        self.append(Event::CandidateChosen { commit, why })?;
        self.tried.clear();
        Ok(())
    }

    fn carry_over(&mut self, step: &StepId, from: &CommitId) -> Result<(), ConductError> {
        let Some(candidate) = self.session.release.candidate.clone() else { return Ok(()) };
        self.world.progress.ended(step.as_str(), Mark::Passing, &format!("carried over from {}", from.short()));
        self.append(Event::StepCarriedOver { step: step.clone(), from: from.clone(), candidate })?;
        Ok(())
    }

    fn step(&mut self, id: &StepId) -> Result<(), ConductError> {
        let Some(step) = self.announced(id) else { return Ok(()) };
        match self.work_of(&step)? {
            Ok(Work::Check(_)) => {
                // An attempt of ours was cut off; it is closed, and the next one begins like any other.
                self.could_not(&step, &StepError::Interrupted, 0)?;
                self.may_try_again(&step);
                Ok(())
            }
            Ok(Work::Effect(effect)) => self.effect(&step, effect.as_ref()),
            Ok(Work::Watch(watch)) => self.watch(&step, watch.as_ref()),
            Ok(Work::People) => Ok(()),
            Err(error) => self.could_not(&step, &error.into(), 0),
        }
    }

    /// A step of the process, of which is said that it begins.
    fn announced(&self, id: &StepId) -> Option<Step> {
        let step = self.session.process.step(id)?.clone();
        let title = self.with_context(&step, |cx| values::filled(&step.title, cx.values));
        self.world.progress.begins(id.as_str(), &title);
        Some(step)
    }

    pub(crate) fn work_of(&self, step: &Step) -> Result<Result<Work, BadDefinition>, ConductError> {
        let unknown = || ConductError::UnknownKind { step: step.id.clone(), kind: step.kind.to_string() };
        Ok((catalogue::kind(step.kind.as_str()).ok_or_else(unknown)?.work)(step))
    }

    /// Whether a step looks and answers, and no attempt at it was cut off: then it may run while others do.
    fn may_run_beside(&self, id: &StepId) -> bool {
        let Some(step) = self.session.process.step(id) else { return false };
        self.open_attempt(step).is_none() && matches!(self.work_of(step), Ok(Ok(Work::Check(_))))
    }

    fn begin_check<'s>(&mut self, id: &StepId, suite: &mut Suite<'s, '_>) -> Result<(), ConductError>
    where
        'w: 's,
    {
        self.tried.insert(id.clone());
        let Some(step) = self.session.process.step(id).cloned() else { return Ok(()) };
        let Ok(Work::Check(check)) = self.work_of(&step)? else { return Ok(()) };
        self.begin(&step)?;
        let Session { ledger, process, release, .. } = &self.session;
        suite.begin(Job {
            world: self.world,
            store: ledger.store().clone(),
            process: Arc::clone(process),
            release: release.clone(),
            step,
            check,
            identity: self.identity.clone(),
            now: self.world.clock.now(),
        });
        Ok(())
    }

    fn found(&mut self, checked: Checked) -> Result<(), ConductError> {
        let Checked { step, found, tools, took, tries } = checked;
        let finding = match found {
            Ok(finding) => finding,
            Err(StepError::Away(away)) => {
                self.could_not(&step, &StepError::Refused(away.to_string()), took)?;
                return self.wait_for_outside(&step, away);
            }
            Err(StepError::Interrupted) => {
                self.could_not(&step, &StepError::Interrupted, took)?;
                return Err(ConductError::Interrupted);
            }
            Err(error) => return self.could_not(&step, &error, took),
        };
        let Session { process, release, .. } = &self.session;
        let mut outcome = outcome(&step, release, &finding.summary, took);
        let candidate = release.candidate.as_ref();
        let inputs = |commit| facts::inputs(&self.world.repository, &step, &values(process, release), commit);
        outcome.inputs = candidate.filter(|_| !step.inputs.is_empty()).and_then(inputs);
        (outcome.evidence, outcome.artifacts, outcome.tests) = (finding.evidence, finding.artifacts, finding.tests);
        (outcome.tries, outcome.tools) = (tries, tools);
        if step.yields().is_some() {
            self.facts = None;
        }
        let event = if finding.passed { Event::StepPassed } else { Event::StepFailed };
        self.end(event(outcome))
    }

    fn watch(&mut self, step: &Step, watch: &dyn Watch) -> Result<(), ConductError> {
        let candidate = self.session.release.candidate.clone();
        match self.open_attempt(step).filter(|open| open.candidate == candidate) {
            Some(open) => {
                let verdict = self.with_context(step, |cx| watch.verdict(cx, open.stamp.at));
                let took = self.world.clock.now().duration_since(open.stamp.at).as_millis();
                let took = u64::try_from(took).unwrap_or(0);
                self.found(Checked { step: step.clone(), found: verdict, tools: None, took, tries: 1 })
            }
            None => {
                self.begin(step)?;
                self.may_try_again(step);
                Ok(())
            }
        }
    }

    fn begin(&mut self, step: &Step) -> Result<(), ConductError> {
        let candidate = self.session.release.candidate.clone();
        let event =
            Event::StepStarted { step: step.id.clone(), definition: step.definition(), candidate, intent: None };
        self.append(event)?;
        Ok(())
    }

    /// The newest attempt at a step that has not ended.
    pub(crate) fn open_attempt(&self, step: &Step) -> Option<OpenAttempt> {
        self.session.release.steps.get(&step.id)?.open.last().cloned()
    }

    pub(crate) fn with_context<T>(&self, step: &Step, work: impl FnOnce(&Context<'_>) -> T) -> T {
        let Session { ledger, process, release, .. } = &self.session;
        let values: Values = values(process, release);
        let now = self.world.clock.now();
        work(&Context {
            world: self.world,
            store: ledger.store(),
            ledger: Some(ledger),
            process,
            release,
            step,
            values: &values,
            identity: &self.identity,
            now,
            stop: &Stop::default(),
            place: &Place::default(),
        })
    }

    pub(crate) fn append(&mut self, event: Event) -> Result<Record, ConductError> {
        self.unshared = true;
        Ok(self.session.append(self.world.clock.now(), event)?)
    }

    /// Writes the end of an attempt and shows it.
    pub(crate) fn end(&mut self, event: Event) -> Result<(), ConductError> {
        if let Event::StepPassed(outcome) | Event::StepFailed(outcome) | Event::StepErrored(outcome) = &event {
            let mark = match event {
                Event::StepPassed(_) => Mark::Passed,
                Event::StepFailed(_) => Mark::Failed,
                _ => Mark::Errored,
            };
            self.world.progress.ended(outcome.step.as_str(), mark, &outcome.summary);
        }
        self.append(event)?;
        Ok(())
    }

    fn said(&self, step: &Step, error: &StepError, took: u64) -> Outcome {
        outcome(step, &self.session.release, &self.world.redactor.text(&error.chain()), took)
    }

    pub(crate) fn could_not(&mut self, step: &Step, error: &StepError, took: u64) -> Result<(), ConductError> {
        let outcome = self.said(step, error, took);
        self.end(Event::StepErrored(outcome))
    }

    pub(crate) fn fail(&mut self, step: &Step, error: &StepError, took: u64) -> Result<(), ConductError> {
        let mut outcome = self.said(step, error, took);
        if let StepError::Foreign { target, found, wanted, .. } = error {
            let (target, found, wanted) = (target.clone(), found.clone(), wanted.clone());
            outcome.foreign = Some(Foreign { target, found, wanted });
        }
        self.end(Event::StepFailed(outcome))
    }

    pub(crate) fn wait_for_outside(&mut self, step: &Step, away: Away) -> Result<(), ConductError> {
        self.world.progress.ended(step.id.as_str(), Mark::Errored, &away.to_string());
        self.away.push((step.id.clone(), away));
        Ok(())
    }

    pub(crate) fn leave_open(&mut self, step: &Step, error: &StepError) -> Result<(), ConductError> {
        let why = self.world.redactor.text(&error.chain());
        self.world.progress.ended(step.id.as_str(), Mark::Errored, &why);
        self.open.push((step.id.clone(), why));
        Ok(())
    }

    /// Lets a step have one more try in this run, because what stopped it is gone.
    pub(crate) fn may_try_again(&mut self, step: &Step) {
        let attempts = self.session.release.steps.get(&step.id).map_or(0, |history| history.attempts.len());
        // A bound, so that a world that moves all the time cannot keep us here for ever.
        if attempts < 20 {
            self.tried.remove(&step.id);
        }
        if let Err(away) = self.world.repository.fetch() {
            self.world.progress.note(&away.to_string());
        }
        self.facts = None;
    }
}

fn begins(plan: &Plan, step: &Step) -> bool {
    plan.actions.iter().any(|action| matches!(action, Action::Perform { step: planned } if planned == &step.id))
}

impl Stopped {
    /// Whether any step stands as failed.
    pub fn failed(&self) -> bool {
        self.plan.steps.iter().any(|step| matches!(step.standing, Standing::Failed { .. }))
    }

    /// Whether any step stands as errored.
    pub fn errored(&self) -> bool {
        !self.unknown.is_empty() || self.plan.steps.iter().any(|step| matches!(step.standing, Standing::Errored { .. }))
    }
}
