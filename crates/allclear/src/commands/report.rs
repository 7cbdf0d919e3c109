use std::path::{Path, PathBuf};

use allclear_core::version::Version;
use allclear_engine::clock::{Clock, SystemClock};
use allclear_engine::repository::Identity;
use allclear_engine::session::Session;
use allclear_ledger::Ledger;

use crate::error::{CommandError, CommandResult};
use crate::exit::Exit;
use crate::here::Here;
use crate::report::{gather, html, markdown};
use crate::ui::Ui;

/// Tell whether a release is ready, with everything that shows it; as Markdown, where no file is named
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The release; the one that is open where it is left out
    version: Option<Version>,
    /// Write the report as one HTML page that needs nothing else
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write the report as Markdown, for a ticket
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

pub(crate) fn run(ui: Ui, release: Option<&Version>, args: &Args) -> CommandResult {
    let here = Here::find()?;
    let ledger = here.ledger()?;
    let version = here.version(&ledger, args.version.as_ref().or(release)).map_err(|error| hinted(error, &ledger))?;
    let nobody = Identity { name: String::new(), email: String::new() };
    let session = Session::open(ledger, &version, here.actor(&nobody)?)?;
    let plan = here.plan(&session);
    let report = gather(&session, &here.repository, &plan, SystemClock.now())?;
    if let Some(file) = &args.html {
        write(ui, file, &html(&report))?;
    }
    if let Some(file) = &args.markdown {
        write(ui, file, &markdown(&report))?;
    }
    if args.html.is_none() && args.markdown.is_none() {
        ui.exact(&markdown(&report));
    }
    ui.json(&report);
    Ok(Exit::Done)
}

/// A release that is over can be told of as well.
fn hinted(error: CommandError, ledger: &Ledger) -> CommandError {
    match ledger.releases().unwrap_or_default().last() {
        Some(last) => error.hint(format!("`allclear report {last}` tells of the newest that the ledger knows")),
        None => error,
    }
}

fn write(ui: Ui, file: &Path, text: &str) -> Result<(), CommandError> {
    std::fs::write(file, text).map_err(|error| {
        CommandError::new(Exit::Errored, format!("`{}` cannot be written: {error}", file.display()))
    })?;
    ui.words(format!("the report is in `{}`", file.display()));
    Ok(())
}
