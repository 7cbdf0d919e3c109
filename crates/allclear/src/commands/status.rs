use allclear_core::version::Version;
use allclear_engine::clock::{Clock, SystemClock};
use allclear_engine::repository::Identity;
use allclear_engine::session::Session;
use serde_json::json;

use crate::board::Board;
use crate::error::{CommandError, CommandResult};
use crate::exit::Exit;
use crate::here::{Here, share};
use crate::ui::Ui;

/// Show where the release is, what is next, and who is needed (also without any command)
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Ask the remote first; without it the board shows what this clone knows
    #[arg(long)]
    pub(crate) sync: bool,
    /// Show the steps of all phases
    #[arg(long)]
    pub(crate) all: bool,
}

pub(crate) fn run(ui: Ui, release: Option<&Version>, args: &Args) -> CommandResult {
    let here = Here::find()?;
    let ledger = here.ledger()?;
    if release.is_none() && ledger.open_releases().is_empty() && !args.sync {
        return nothing_open(ui, &here, &ledger.releases()?);
    }
    let nobody = Identity { name: String::new(), email: String::new() };
    let version = here.version(&ledger, release)?;
    let mut session = Session::open(ledger, &version, here.actor(&nobody)?)?;
    if args.sync {
        share(ui, &here, &mut session)?;
        here.repository.fetch()?;
    }
    let plan = here.plan(&session);
    let board = Board::new(&session, &plan, SystemClock.now(), args.all);
    ui.text(board.text());
    ui.json(&board);
    Ok(Exit::Done)
}

fn nothing_open(ui: Ui, here: &Here, releases: &[Version]) -> Result<Exit, CommandError> {
    let known: Vec<_> = releases.iter().map(Version::to_string).collect();
    ui.json(&json!({ "open": [], "releases": known }));
    ui.text(match releases.last() {
        Some(last) => format!("no release is open; the ledger's newest is {last}"),
        None => "no release is open, and the ledger of this clone is empty".to_owned(),
    });
    match here.process_text {
        Some(_) => ui.hint("`allclear start minor` opens a release, `allclear rehearse minor` tries it out first"),
        None => ui.hint("`allclear init` drafts a process for this project"),
    }
    Ok(Exit::Done)
}
