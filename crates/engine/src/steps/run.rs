//! `run`: a command of the project, in a clean checkout of the candidate.

use std::path::{Path, PathBuf};
use std::time::Duration;

use allclear_core::duration::for_people;
use allclear_core::event::Evidence;
use allclear_core::process::Step;
use allclear_core::process::command::Command;
use allclear_core::process::spec::{Field, KindSpec, Naming, Shape, Type};
use serde::Deserialize;

use crate::exec::{self, Call, Ended, ExecError};
use crate::files;
use crate::step::{Check, Context, Finding, Kind, StepError, Work};
use crate::tools;
use crate::values;

/// How long a command may take where its step does not say.
const TIMEOUT: u64 = 3_600;

const FIELDS: &[Field] = &[
    Field::new("shell", Type::Flag, "whether the command is text for `sh -c`; without it no shell sees it"),
    Field::new("display", Type::Flag, "whether the command needs a display: where there is none it gets a virtual one"),
];

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
            if run.display {
                preflight.display();
            }
        }
    },
};

#[derive(Deserialize)]
struct Run {
    run: Command,
    #[serde(default)]
    display: bool,
}

/// A command that has ended, and what it left.
pub struct Ran {
    /// How it ended.
    pub ended: Ended,
    /// The command as people would type it.
    pub title: String,
    /// The checkout that it ran in.
    pub folder: PathBuf,
    /// Its log, and the files that the step names.
    pub evidence: Vec<Evidence>,
}

impl Ran {
    /// How the command ended, for people.
    ///
    /// # Errors
    /// When it was interrupted, which is no answer.
    pub fn said(&self, step: &Step) -> Result<String, StepError> {
        Ok(match self.ended {
            Ended::Exit(code) => format!("exit status {code}"),
            Ended::Signal(signal) => format!("ended by signal {signal}"),
            Ended::Timeout => format!("not done after {}", for_people(timeout(step).as_secs() * 1000)),
            Ended::Interrupted => return Err(StepError::Interrupted),
        })
    }
}

impl Check for Run {
    fn check(&self, cx: &Context<'_>) -> Result<Finding, StepError> {
        let ran = run(cx, &self.run, self.display)?;
        let said = ran.said(cx.step)?;
        let passed = ran.ended == Ended::Exit(0);
        Ok(Finding {
            passed,
            summary: format!("`{}`: {said}", ran.title),
            evidence: ran.evidence,
            ..Finding::default()
        })
    }
}

fn timeout(step: &Step) -> Duration {
    Duration::from_secs(step.timeout.unwrap_or(TIMEOUT))
}

/// Runs a command of a step in a clean checkout of the commit at hand, and keeps its log.
///
/// # Errors
/// When it cannot be run at all.
pub fn run(cx: &Context<'_>, command: &Command, display: bool) -> Result<Ran, StepError> {
    let folder = cx.repository().worktree(cx.commit()?)?;
    let mut words = match command {
        Command::Words(words) => words.iter().map(|word| word.render(cx.values)).collect::<Result<_, _>>()?,
        Command::Shell(text) => vec!["sh".to_owned(), "-c".to_owned(), text.render(cx.values)?],
    };
    require(&words, &folder)?;
    if display && std::env::var_os("DISPLAY").is_none() {
        words.splice(0..0, ["xvfb-run".to_owned(), "-a".to_owned()]);
        require(&words, &folder)?;
    }
    let environment = values::environment(cx.world, cx.process, cx.release, cx.values);
    let call = Call { words, folder: folder.clone(), environment, timeout: timeout(cx.step) };
    let log = cx.scratch()?.join("log.txt");
    let step = cx.step.id.as_str();
    let ended =
        exec::run(&call, &log, &cx.world.redactor, &mut |line| cx.world.progress.says(step, line)).map_err(missing)?;
    let mut evidence = vec![cx.keep_file("log.txt", "text/plain", &log)?];
    evidence.extend(collect(cx, &folder)?);
    Ok(Ran { ended, title: command.for_people(), folder, evidence })
}

fn require(words: &[String], folder: &Path) -> Result<(), StepError> {
    let program = words.first().map_or("", String::as_str);
    match tools::find(program, folder) {
        Some(_) => Ok(()),
        None => Err(StepError::MissingTool { program: program.to_owned(), recipe: tools::recipe(program) }),
    }
}

fn missing(error: ExecError) -> StepError {
    match error {
        ExecError::Missing { program } => StepError::MissingTool { recipe: tools::recipe(&program), program },
        error => error.into(),
    }
}

/// Keeps the files that the step names as evidence.
fn collect(cx: &Context<'_>, folder: &Path) -> Result<Vec<Evidence>, StepError> {
    // A command may have removed its own checkout; then there is nothing to keep, and its exit status tells.
    if !folder.is_dir() {
        return Ok(vec![]);
    }
    let named = files::below(folder, &cx.step.evidence)?;
    let read = |path: &str| std::fs::read(folder.join(path)).map_err(StepError::io(format!("read `{path}`")));
    named.iter().map(|path| cx.keep(path, media_type(path), read(path)?)).collect()
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
