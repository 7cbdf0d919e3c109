//! The board: where a release is, what is next, who is needed. It renders folds and computes no state.

use std::fmt::Write as _;

use allclear_core::names::Word;
use allclear_core::plan::{Action, Plan, Planned, Standing, Wait};
use allclear_core::process::{Process, Step};
use allclear_core::release::{Release, State};
use allclear_core::template::Values;
use allclear_core::version::Version;
use allclear_engine::session::Session;
use allclear_engine::values::{filled, values};
use jiff::Timestamp;
use serde::Serialize;

use crate::ui::{BAD, BOLD, DIM, GOOD, WARN, paint};

/// Everything that the board shows.
#[derive(Serialize)]
pub(crate) struct Board<'a> {
    project: &'a str,
    version: &'a Version,
    kind: &'a Word,
    branch: Option<String>,
    release: &'a Release,
    plan: &'a Plan,
    #[serde(skip)]
    process: &'a Process,
    #[serde(skip)]
    now: Timestamp,
    #[serde(skip)]
    all: bool,
    #[serde(skip)]
    values: Values,
}

impl<'a> Board<'a> {
    pub(crate) fn new(session: &'a Session, plan: &'a Plan, now: Timestamp, all: bool) -> Self {
        let Session { process, release, .. } = session;
        let values = values(process, release);
        let (project, branch) = (process.project.name.as_str(), values.get("branch").cloned());
        Self {
            project,
            version: &release.version,
            kind: &release.kind,
            branch,
            release,
            plan,
            process,
            now,
            all,
            values,
        }
    }

    /// The board as text, with colours as ANSI codes.
    pub(crate) fn text(&self) -> String {
        let mut text = self.headline();
        if let Some(reason) = self.release.opening.overridden() {
            let _ = write!(text, "\n  {} opened outside its window: {reason}", paint(WARN, "~"));
        }
        text.push('\n');
        let mut current = true;
        for (name, phase) in self.process.phases_of(self.kind) {
            let steps: Vec<(&Step, &Planned)> = phase
                .steps
                .iter()
                .filter_map(|step| Some((step, self.planned(step)?)))
                .filter(|(_, p)| p.standing != Standing::NotForThis)
                .collect();
            let done = steps.iter().filter(|(step, planned)| is_done(step, planned)).count();
            let whole = done == steps.len();
            let sign = if whole {
                paint(GOOD, "✓")
            } else if current {
                paint(BOLD, "▸")
            } else {
                " ".to_owned()
            };
            let _ = write!(text, "\n  {sign} {name:<12} {done}/{}", steps.len());
            let remark = remark(&steps);
            if !remark.is_empty() {
                let _ = write!(text, "   {}", paint(DIM, remark));
            }
            if self.all || (!whole && current) {
                steps.iter().for_each(|(step, planned)| text.push_str(&self.step(step, planned)));
            }
            current &= whole;
        }
        text.push_str("\n\n");
        text.push_str(&self.next());
        text
    }

    fn headline(&self) -> String {
        let Release { version, kind, opened, state, .. } = self.release;
        let opened = format!("opened {} by {}", age(opened.at, self.now), opened.by.name);
        let place = match (self.release.commit(), &self.branch) {
            (Some(commit), Some(branch)) => {
                let what = if self.release.release_commit.is_some() { "release commit" } else { "candidate" };
                format!("{what} {} on {branch}", commit.short())
            }
            _ => "no candidate yet".to_owned(),
        };
        let end = match state {
            State::Open if self.release.past_return => format!(" · {}", paint(WARN, "past the point of no return")),
            State::Open => String::new(),
            State::Finished { end } => format!(" · {}", paint(GOOD, format!("finished {}", age(end.at, self.now)))),
            State::Aborted { end, reason } => {
                format!(" · {}", paint(BAD, format!("aborted {}: {reason}", age(end.at, self.now))))
            }
        };
        format!("{} {kind} · {place} · {opened}{end}", paint(BOLD, format!("{} {version}", self.project)))
    }

    fn planned(&self, step: &Step) -> Option<&Planned> {
        self.plan.steps.iter().find(|planned| planned.id == step.id)
    }

    fn step(&self, step: &Step, planned: &Planned) -> String {
        let (name, title) = (step.id.step(), filled(&planned.title, &self.values));
        let (sign, said) = match &planned.standing {
            Standing::NotForThis => return String::new(),
            Standing::Passed { by, summary, carried_from } => {
                let carried =
                    carried_from.as_ref().map_or(String::new(), |from| format!(", carried over from {}", from.short()));
                (paint(GOOD, "✓"), format!("{summary} ({}{carried}{})", age(by.at, self.now), self.evidence(step)))
            }
            Standing::Waived { by, reason } => {
                (paint(WARN, "~"), format!("waived by {} {}: {reason}", by.by.name, age(by.at, self.now)))
            }
            Standing::Failed { summary } => (paint(BAD, "✗"), format!("failed: {summary}{}", self.evidence(step))),
            Standing::Errored { summary } => (paint(WARN, "!"), format!("errored: {summary}{}", self.evidence(step))),
            Standing::Running { by } => {
                (paint(BOLD, "▸"), format!("{title} · {} since {}", by.by.name, age(by.at, self.now)))
            }
            Standing::Ready => (paint(BOLD, "·"), format!("{title} · ready")),
            Standing::Waiting => (paint(BOLD, "?"), format!("{title}{}", self.waits(planned))),
            Standing::Later => (" ".to_owned(), title),
        };
        let stale =
            planned.stale.as_ref().map_or(String::new(), |commit| format!(" (its result was for {})", commit.short()));
        format!("\n      {sign} {name:<24} {said}{}", paint(DIM, stale))
    }

    fn evidence(&self, step: &Step) -> String {
        let last = self.release.steps.get(&step.id).and_then(|history| history.last());
        match last.map_or(0, |last| last.outcome.evidence.len()) {
            0 => String::new(),
            1 => ", 1 file of evidence".to_owned(),
            n => format!(", {n} files of evidence"),
        }
    }

    fn waits(&self, planned: &Planned) -> String {
        let waits = self.plan.waits.iter().filter_map(|wait| match wait {
            Wait::SignOff { step, role, missing, who } if *step == planned.id => {
                Some(format!("{role}: {missing} of {}", names(who)))
            }
            Wait::Person { step, who, .. } if *step == planned.id && !who.is_empty() => {
                Some(format!("waits for {}", names(who)))
            }
            _ => None,
        });
        let waits: Vec<_> = waits.collect();
        if waits.is_empty() { String::new() } else { format!(" · {}", waits.join(" · ")) }
    }

    /// What can be done next, as commands to paste, with the people who can do it.
    fn next(&self) -> String {
        if !self.release.is_open() {
            return "next  nothing: this release is over".to_owned();
        }
        let mut lines: Vec<(String, String)> = Vec::new();
        if !self.plan.actions.is_empty() {
            lines.push(("allclear go".to_owned(), actions(&self.plan.actions)));
        }
        lines.extend(self.plan.waits.iter().map(|wait| self.wait(wait)));
        let width = lines.iter().map(|(command, _)| command.len()).max().unwrap_or(0);
        let line = |(n, (command, who)): (usize, &(String, String))| {
            format!("{}  {command:<width$}   {}", if n == 0 { "next" } else { "    " }, paint(DIM, who))
        };
        lines.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
    }

    fn wait(&self, wait: &Wait) -> (String, String) {
        match wait {
            Wait::SignOff { role, who, missing, .. } => {
                let count = if *missing > 1 { format!("{missing} of ") } else { String::new() };
                (format!("allclear sign-off {role}"), format!("{count}{}", names(who)))
            }
            Wait::Person { step, what, who } => {
                let who = if who.is_empty() { "anybody".to_owned() } else { names(who) };
                let yields = self.process.step(step).and_then(|step| step.yields()).map_or("", |_| " --value …");
                let what = filled(what, &self.values);
                (format!("allclear done {step}{yields}"), format!("{who}: {what}"))
            }
            Wait::Time { step, until } => {
                ("allclear go".to_owned(), format!("after {}: {step}", until.strftime("%Y-%m-%d %H:%M UTC")))
            }
            Wait::Other { step, by, until } => {
                let who = &by.by.name;
                (
                    "allclear go".to_owned(),
                    format!("{who} is at {step}; taken to be dead after {}", until.strftime("%H:%M UTC")),
                )
            }
            Wait::Decision { step, summary } => (
                format!("allclear retry {step}"),
                format!("or push a fix, or `allclear waive {step} --reason …`: {summary}"),
            ),
        }
    }
}

fn is_done(step: &Step, planned: &Planned) -> bool {
    match planned.standing {
        Standing::Passed { .. } | Standing::Waived { .. } => true,
        Standing::Failed { .. } | Standing::Errored { .. } => step.optional,
        _ => false,
    }
}

/// What is worth knowing about a phase at a glance.
fn remark(steps: &[(&Step, &Planned)]) -> String {
    let count = |fits: &dyn Fn(&Standing) -> bool| steps.iter().filter(|(_, planned)| fits(&planned.standing)).count();
    let parts = [
        (count(&|s| matches!(s, Standing::Failed { .. })), "failed"),
        (count(&|s| matches!(s, Standing::Errored { .. })), "errored"),
        (count(&|s| matches!(s, Standing::Waived { .. })), "waived"),
        (count(&|s| matches!(s, Standing::Passed { carried_from: Some(_), .. })), "carried over"),
    ];
    let stale = steps.iter().filter(|(_, planned)| planned.stale.is_some()).count();
    let parts = parts.into_iter().chain([(stale, "emptied by a new candidate")]);
    parts.filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}

fn actions(actions: &[Action]) -> String {
    match actions.first() {
        Some(Action::Adopt { commit }) => format!("takes {} as the new candidate", commit.short()),
        Some(Action::Finish) => "finishes the release".to_owned(),
        Some(Action::Perform { step } | Action::CarryOver { step, .. }) if actions.len() == 1 => {
            format!("goes on with {step}")
        }
        Some(Action::Perform { step } | Action::CarryOver { step, .. }) => {
            format!("goes on with {step} and {} more", actions.len() - 1)
        }
        None => String::new(),
    }
}

fn names(who: &[Word]) -> String {
    match who {
        [] => "nobody who is left".to_owned(),
        [one] => one.to_string(),
        [rest @ .., last] => format!("{} or {last}", rest.iter().map(Word::as_str).collect::<Vec<_>>().join(", ")),
    }
}

/// How long ago something happened, in one unit.
pub(crate) fn age(then: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(then).as_secs().max(0);
    let (count, unit) = match seconds {
        0..60 => return "just now".to_owned(),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}
