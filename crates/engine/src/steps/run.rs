//! `run`: a command of the project, in a clean checkout of the candidate.

use std::io::{Read, Seek as _};
use std::path::Path;
use std::time::Duration;

use allclear_core::duration::for_people;
use allclear_core::event::Evidence;
use allclear_core::names::RelPath;
use allclear_core::process::Step;
use allclear_core::process::command::Command;
use allclear_core::process::spec::{Becomes, Field, KindSpec, Naming, Shape, Type};
use allclear_core::results::LARGEST;
use allclear_core::template::Template;
use allclear_ledger::evidence::{self, Source};
use serde::Deserialize;
use serde_json::json;

use super::reports::Reports;
use crate::display;
use crate::exec::{self, Call, Ended, Environment, ExecError};
use crate::files;
use crate::ports::secret;
use crate::step::{Check, Context, Finding, Kind, StepError, Work};
use crate::tools;
use crate::values;
use crate::worktrees::Worktree;

/// How long a command may take where its step does not say.
const TIMEOUT: u64 = 3_600;

/// The key that says where a command runs.
pub(super) const FOLDER: Field = Field::new(
    "folder",
    Type::Template(Becomes::Path),
    "the folder of the checkout to run in; its top where it is left out",
);
/// The key that says what a command sees of the environment.
pub(super) const ENV: Field = Field::new(
    "env",
    Type::List(&Type::Text),
    "the environment variables that the command sees beside the usual ones (`PATH`, `HOME`, `LANG` …); all where it is left out",
);
/// The key that says what a command needs of the machine.
pub(super) const PROGRAMS: Field = Field::new(
    "programs",
    Type::List(&Type::Text),
    "programs that the command needs beside the one that it begins with: where one is missing, the step cannot be checked, and has not failed",
);

const FIELDS: &[Field] = &[
    Field::new("shell", Type::Flag, "whether the command is text for `sh -c`; without it no shell sees it"),
    Field::new("display", Type::Flag, "whether the command needs a display: where there is none it gets a virtual one"),
    FOLDER,
    ENV,
    PROGRAMS,
    Field::new(
        "fingerprint",
        Type::Command,
        "says which tools the result depends on, such as `node --version`: where it says something else, no result carries over",
    ),
];

/// How long a fingerprint may take.
const QUICK: Duration = Duration::from_secs(60);

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new(
            "run",
            Type::Command,
            "runs a command in a clean checkout of the candidate; exit status 0 passes",
        ),
        fields: FIELDS,
        shape: Shape::Check,
        naming: Naming::Command,
        once: false,
    },
    work: |step| Ok(Work::Check(Box::new(step.read::<Run>()?))),
    preflight: |step, preflight| {
        if let Ok(run) = step.read::<Run>() {
            preflight.command(&run.run);
            preflight.programs(&run.setting.programs);
            if run.setting.display {
                preflight.display();
            }
        }
    },
};

#[derive(Deserialize)]
struct Run {
    run: Command,
    #[serde(flatten)]
    setting: Setting,
}

/// What a command runs with.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Setting {
    /// Whether it needs a display.
    display: bool,
    /// The folder of the checkout that it runs in.
    folder: Option<Template>,
    /// Which variables of this process it sees beside the usual ones.
    env: Option<Vec<String>>,
    /// Which programs it needs beside its own.
    pub(super) programs: Vec<String>,
    /// What says which tools the result depends on.
    fingerprint: Option<Command>,
}

/// A command that has ended, and what it left.
pub struct Ran {
    /// How it ended.
    pub ended: Ended,
    /// The command as people would type it.
    pub title: String,
    /// Its log, what is known of the attempt, and the files that the step names.
    pub evidence: Vec<Evidence>,
    /// What the test reports among these files say.
    pub reports: Reports,
    worktree: Worktree,
}

impl Ran {
    /// The checkout that it ran in.
    pub fn folder(&self) -> &Path {
        self.worktree.folder()
    }

    /// Whether the command and the tests that it tells of ended well, and how, for people.
    ///
    /// # Errors
    /// When it was interrupted, which is no answer.
    pub fn verdict(&self, step: &Step) -> Result<(bool, String), StepError> {
        let said = match self.ended {
            Ended::Exit(code) => format!("exit status {code}"),
            Ended::Signal(signal) => format!("ended by signal {signal}"),
            Ended::Timeout => format!("not done after {}", for_people(timeout(step).as_secs() * 1000)),
            Ended::Interrupted => return Err(StepError::Interrupted),
        };
        let ended_well = self.ended == Ended::Exit(0);
        let said = format!("`{}`: {said}{}", self.title, self.reports.said(ended_well));
        Ok((ended_well && !self.reports.failed(), said))
    }
}

impl Check for Run {
    fn check(&self, cx: &Context<'_>) -> Result<Finding, StepError> {
        let ran = run(cx, &self.run, &self.setting)?;
        let (passed, summary) = ran.verdict(cx.step)?;
        Ok(Finding { passed, summary, evidence: ran.evidence, tests: ran.reports.tests, ..Finding::default() })
    }

    fn tools(&self, cx: &Context<'_>) -> Result<Option<String>, StepError> {
        self.setting.fingerprint.as_ref().map(|command| fingerprint(cx, command, &self.setting)).transpose()
    }
}

fn timeout(step: &Step) -> Duration {
    Duration::from_secs(step.timeout.unwrap_or(TIMEOUT))
}

/// Runs a command of a step in a clean checkout of the commit at hand, and keeps its log.
///
/// # Errors
/// When it cannot be run at all.
pub fn run(cx: &Context<'_>, command: &Command, setting: &Setting) -> Result<Ran, StepError> {
    let worktree = cx.repository().worktree(cx.commit()?)?;
    let mut call = call(cx, command, setting, &worktree)?;
    if setting.display && !display::is_here() {
        display::PROGRAMS.iter().try_for_each(|program| require(program, &call.folder))?;
        display::give(&mut call.words);
    }
    let step = cx.step.id.as_str();
    cx.begin()?;
    let mut live = |line: &str| cx.world.progress.says(step, line);
    let mut ran = exec::run(&call, &cx.scratch()?, &cx.world.redactor, &mut live).map_err(missing)?;
    cx.place.leave();
    let mut evidence = vec![ran.log.keep(cx.store, RelPath::new("log.txt")?)?];
    evidence.push(attempt(cx, command, &ran)?);
    let mut reports = Reports::default();
    evidence.extend(collect(cx, worktree.folder(), &mut reports)?);
    Ok(Ran { ended: ran.ended, title: command.for_people(), evidence, reports, worktree })
}

/// What to run, where and with what around it.
///
/// # Errors
/// When a placeholder has no value, or a program or folder is missing.
pub(super) fn call(
    cx: &Context<'_>,
    command: &Command,
    setting: &Setting,
    worktree: &Worktree,
) -> Result<Call, StepError> {
    let words = match command {
        Command::Words(words) => words.iter().map(|word| word.render(cx.values)).collect::<Result<_, _>>()?,
        Command::Shell(text) => vec!["sh".to_owned(), "-c".to_owned(), text.render(cx.values)?],
    };
    let folder = setting.folder.as_ref().map_or(Ok(String::new()), |folder| folder.render(cx.values))?;
    let folder = worktree.folder().join(folder);
    if !folder.is_dir() {
        let commit = cx.commit()?.short();
        return Err(StepError::Refused(format!(
            "the folder `{}` is not in {commit}: correct `folder`",
            folder.display()
        )));
    }
    require(words.first().map_or("", String::as_str), &folder)?;
    setting.programs.iter().try_for_each(|program| require(program, &folder))?;
    let set = values::environment(cx.world, cx.process, cx.release, cx.values);
    let environment = Environment { set, only: setting.env.clone(), without: secret::variables(cx.process) };
    Ok(Call { words, folder, environment, timeout: timeout(cx.step), stop: cx.stop.clone() })
}

/// Runs a command that answers something, and returns its standard output, masked. `title` is what people know it by.
///
/// # Errors
/// When it does not end with exit status 0, or answers with more than so many bytes.
pub(super) fn answer(cx: &Context<'_>, call: &Call, title: &str, most: u64) -> Result<Vec<u8>, StepError> {
    let mut file = tempfile::tempfile_in(cx.scratch()?).map_err(StepError::io("make a temporary file"))?;
    let output = file.try_clone().map_err(StepError::io("make a temporary file"))?;
    let mut live = |line: &str| cx.world.progress.says(cx.step.id.as_str(), line);
    let ran = exec::ask(call, output, &cx.scratch()?, &cx.world.redactor, &mut live).map_err(missing)?;
    ended_well(title, ran)?;
    let mut said = Vec::new();
    let read = file.rewind().and_then(|()| file.take(most + 1).read_to_end(&mut said));
    read.map_err(StepError::io("read what a command answered"))?;
    match said.len() as u64 <= most {
        true => Ok(cx.world.redactor.bytes(said)),
        false => Err(StepError::Refused(format!("{title} answers with more than {most} bytes, which are the most"))),
    }
}

/// The exit status of a command that could do nothing now and may be called again: `EX_TEMPFAIL` of `sysexits.h`.
const LATER: i32 = 75;

/// Whether a command that was asked something has ended well; its last words tell why not.
fn ended_well(title: &str, mut ran: exec::Ran) -> Result<(), StepError> {
    let ended = ran.ended;
    let how = match ended {
        Ended::Exit(0) => return Ok(()),
        Ended::Interrupted => return Err(StepError::Interrupted),
        Ended::Exit(code) => format!("ended with exit status {code}"),
        Ended::Signal(signal) => format!("was ended by signal {signal}"),
        Ended::Timeout => "was not done in time".to_owned(),
    };
    let mut last = String::new();
    let mut hear = |line: &str| last = if line.trim().is_empty() { last.clone() } else { line.trim().to_owned() };
    // Without its last words, how it ended still tells.
    let _ = ran.log.each_line(&mut hear);
    let said = if last.is_empty() { String::new() } else { format!(": {last}") };
    let what = format!("{title} {how}{said}");
    Err(match ended {
        Ended::Exit(LATER) => StepError::Passing { what, after: None },
        _ => StepError::Refused(what),
    })
}

/// What is known of an attempt beside what the command said.
fn attempt(cx: &Context<'_>, command: &Command, ran: &exec::Ran) -> Result<Evidence, StepError> {
    let ended = match ran.ended {
        Ended::Exit(code) => json!({ "exit": code }),
        Ended::Signal(signal) => json!({ "signal": signal }),
        Ended::Timeout => json!("timeout"),
        Ended::Interrupted => json!("interrupted"),
    };
    let host = rustix::system::uname();
    let text = |name: &std::ffi::CStr| name.to_string_lossy().into_owned();
    let known = json!({
        "command": command.for_people(),
        "candidate": cx.commit()?,
        "ended": ended,
        "duration_ms": u64::try_from(ran.took.as_millis()).unwrap_or(u64::MAX),
        "peak_memory_kib": ran.peak_kib,
        "host": {
            "name": text(host.nodename()),
            "system": format!("{} {}", text(host.sysname()), text(host.release())),
            "machine": text(host.machine()),
            "processors": std::thread::available_parallelism().map_or(0, usize::from),
        },
    });
    cx.keep("attempt.json", "application/json", format!("{known:#}\n").into_bytes())
}

/// What a command says of the tools that a step depends on.
fn fingerprint(cx: &Context<'_>, command: &Command, setting: &Setting) -> Result<String, StepError> {
    let worktree = cx.repository().worktree(cx.commit()?)?;
    let call = Call { timeout: QUICK, ..call(cx, command, setting, &worktree)? };
    let mut said = String::new();
    cx.begin()?;
    let mut ran = exec::run(&call, &cx.scratch()?, &cx.world.redactor, &mut |_| {}).map_err(missing)?;
    let mut hear = |line: &str| said.extend([line, "\n"]);
    ran.log.each_line(&mut hear).map_err(StepError::io("read what the fingerprint said"))?;
    match ran.ended {
        Ended::Exit(0) => Ok(said),
        Ended::Interrupted => Err(StepError::Interrupted),
        _ => Err(StepError::Refused(format!(
            "the fingerprint `{}` did not succeed: {}",
            command.for_people(),
            said.trim()
        ))),
    }
}

fn require(program: &str, folder: &Path) -> Result<(), StepError> {
    match tools::find(program, folder) {
        Some(_) => Ok(()),
        None => Err(StepError::MissingTool { program: program.to_owned(), recipe: tools::recipe(program) }),
    }
}

/// A program that is missing is told with the way to get it.
pub(super) fn missing(error: ExecError) -> StepError {
    match error {
        ExecError::Missing { program } => StepError::MissingTool { recipe: tools::recipe(&program), program },
        error => error.into(),
    }
}

/// How much of a file that is too large to be read as a test report tells whether it is one, in bytes.
const BEGINNING: u64 = 64 << 10;

/// Keeps the files that the step names as evidence, and reads the test reports among them. What is too large for that is never in
/// memory as a whole.
fn collect(cx: &Context<'_>, folder: &Path, reports: &mut Reports) -> Result<Vec<Evidence>, StepError> {
    // A command may have removed its own checkout; then there is nothing to keep, and its exit status tells.
    if !folder.is_dir() {
        return Ok(vec![]);
    }
    let mut kept = Vec::new();
    for path in files::below(folder, &cx.step.evidence)? {
        let cannot = || StepError::io(format!("read `{path}`"));
        let mut file = std::fs::File::open(folder.join(&path)).map_err(cannot())?;
        let size = file.metadata().map_err(cannot())?.len();
        // Masked before it is read: the name of a test ends up in the summary.
        let mut masked = cx.world.redactor.reader(&mut file);
        let mut bytes = Vec::new();
        if size <= LARGEST as u64 {
            masked.read_to_end(&mut bytes).map_err(cannot())?;
            reports.take(&path, &bytes);
            kept.push(cx.keep(&path, media_type(&path), bytes)?);
        } else {
            masked.by_ref().take(BEGINNING).read_to_end(&mut bytes).map_err(cannot())?;
            reports.take_large(&path, &bytes, size);
            let mut whole = bytes.as_slice().chain(masked);
            let name = RelPath::new(path.as_str())?;
            kept.push(evidence::keep(cx.store, name, media_type(&path), Source::Reader(&mut whole))?);
        }
    }
    Ok(kept)
}

/// The media type of a file, by its name.
pub fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "txt" | "log" | "tap" => "text/plain",
        "md" => "text/markdown",
        "html" => "text/html",
        "xml" => "application/xml",
        "json" => "application/json",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        _ => "application/octet-stream",
    }
}
