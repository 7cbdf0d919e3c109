use std::path::{Path, PathBuf};
use std::sync::Arc;

use allclear_core::names::Word;
use allclear_core::version::Version;
use allclear_engine::clock::{Clock, SystemClock};
use allclear_engine::rehearsal::{Report, Settings, Source, rehearse};

use crate::error::{CommandError, CommandResult};
use crate::example;
use crate::exit::Exit;
use crate::here::{Here, shown};
use crate::live::Live;
use crate::ui::{BAD, BOLD, DIM, GOOD, Ui, WARN, paint};

/// Rehearse a whole release in a throw-away clone, with stand-ins for everything outside and a clock that is turned
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The kind of release
    #[arg(default_value = "minor")]
    kind: Word,
    /// The version; the next one of the kind where it is left out
    #[arg(long)]
    version: Option<Version>,
    /// Rehearse the example project that comes with the program
    #[arg(long)]
    example: bool,
    /// Keep everything in this folder, which must be empty or new
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
}

pub(crate) fn run(ui: Ui, args: &Args) -> CommandResult {
    let here = if args.example { None } else { Some(Here::find()?) };
    let temporary = tempfile::tempdir().map_err(|error| CommandError::new(Exit::Errored, error))?;
    let folder = match &args.keep {
        Some(folder) => empty(folder)?,
        None => temporary.path().to_owned(),
    };
    let settings = Settings {
        folder,
        kind: args.kind.clone(),
        version: args.version.clone(),
        progress: Arc::new(Live::new(ui)),
        start: SystemClock.now(),
    };
    let commits = example::commits();
    let report = match &here {
        None => rehearse(&example::source(&commits), &settings)?,
        Some(here) => rehearse(&own(here)?, &settings)?,
    };
    ui.text(summary(&report, args.keep.as_deref()));
    ui.json(&report);
    Ok(match (report.finished, report.failed.is_empty()) {
        (true, true) => Exit::Done,
        (true, false) => Exit::Failed,
        (false, _) => Exit::Errored,
    })
}

fn own(here: &Here) -> Result<Source<'_>, CommandError> {
    let none = || CommandError::usage("this checkout has no `allclear.toml`").hint("`allclear init` drafts one");
    let process = here.process_text.as_deref().ok_or_else(none)?;
    if here.repository.is_shallow() {
        return Err(
            CommandError::usage("this clone is shallow: its history is cut off").hint("`git fetch --unshallow`")
        );
    }
    Ok(Source::Clone { repository: &here.repository, process })
}

fn empty(folder: &Path) -> Result<PathBuf, CommandError> {
    let cannot =
        |error: std::io::Error| CommandError::usage(format!("cannot use the folder `{}`: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(cannot)?;
    if std::fs::read_dir(folder).map_err(cannot)?.next().is_some() {
        return Err(CommandError::usage(format!("the folder `{}` is not empty", folder.display())));
    }
    folder.canonicalize().map_err(cannot)
}

/// The rehearsal on one screen: what was done, what was published where, who signed, how long, and what would stop a real one.
fn summary(report: &Report, kept: Option<&Path>) -> String {
    let title = paint(BOLD, format!("{} {} {}", report.project, report.version, report.kind));
    let end = if report.finished {
        paint(GOOD, "rehearsed from open to archive")
    } else {
        paint(BAD, "did not come to its end")
    };
    let mut text = format!("\n{title} · {end}\n");
    let mut section = |name: &str, lines: Vec<String>| {
        for (n, line) in lines.iter().enumerate() {
            text.push_str(&format!("\n  {:<12} {line}", if n == 0 { name } else { "" }));
        }
    };
    section("done", vec![format!("{} steps", report.done.len())]);
    section(
        "outside",
        report
            .outside
            .iter()
            .map(|(target, place)| format!("{target}  {}", paint(DIM, shown(Path::new(place)))))
            .collect(),
    );
    section("signed", signed(report));
    section("failed", report.failed.iter().map(|(step, why)| format!("{} {step}: {why}", paint(BAD, "✗"))).collect());
    section(
        "not here",
        report.not_rehearsed.iter().map(|(step, why)| format!("{} {step}: {why}", paint(WARN, "!"))).collect(),
    );
    let simulated = allclear_core::duration::for_people(u64::try_from(report.simulated_s).unwrap_or(0) * 1000);
    let took = allclear_core::duration::for_people(report.took_ms);
    section("time", vec![format!("{simulated} on the simulated clock, {took} on yours")]);
    section(
        "ledger",
        vec![match kept {
            Some(_) => {
                format!("{} events: `git -C {}/clone log allclear/ledger`", report.events, shown(&report.folder))
            }
            None => format!("{} events; `--keep DIR` leaves everything for a look", report.events),
        }],
    );
    text
}

fn signed(report: &Report) -> Vec<String> {
    let mut gates: Vec<(String, Vec<String>)> = Vec::new();
    for (gate, role, person) in &report.signed {
        let signed = format!("{person} for {role}");
        match gates.iter_mut().find(|(known, _)| known == gate.as_str()) {
            Some((_, list)) => list.push(signed),
            None => gates.push((gate.to_string(), vec![signed])),
        }
    }
    gates.into_iter().map(|(gate, list)| format!("{gate}: {}", list.join(", "))).collect()
}
