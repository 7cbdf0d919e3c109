use allclear_core::version::Version;
use allclear_engine::conductor::Conductor;
use allclear_engine::reconcile::{Compared, Found};
use allclear_engine::session::Session;
use allclear_ledger::Ledger;
use serde::Serialize;

use crate::error::{CommandError, CommandResult};
use crate::exit::Exit;
use crate::here::Here;
use crate::lock::Lock;
use crate::ui::{BAD, DIM, GOOD, Ui, WARN, paint};

/// Hold what the ledger says was tagged and published against what is there now
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Put back what is missing, with the very same bytes, and write that into the ledger
    #[arg(long)]
    repair: bool,
    /// Download what was published and hash it, instead of believing what registries say of it
    #[arg(long)]
    download: bool,
}

#[derive(Serialize)]
struct Answer<'a> {
    exit: Exit,
    release: &'a Version,
    items: &'a [Compared],
}

pub(crate) fn run(ui: Ui, release: Option<&Version>, args: &Args) -> CommandResult {
    let here = Here::find()?;
    here.require_remote()?;
    let identity = here.identity()?;
    let mut ledger = here.ledger()?;
    let _lock = args.repair.then(|| Lock::take(&here)).transpose()?;
    if args.repair {
        // What others have put back meanwhile is told of already.
        let _ = ledger.share()?;
    }
    let version = newest(&ledger, release)?;
    let session = Session::open(ledger, &version, here.actor(&identity)?)?;
    let world = here.world(ui, Some(&session.process));
    let mut conductor = Conductor::new(&world, session, identity);
    let mut compared = conductor.reconcile(args.download)?;
    if args.repair {
        conductor.repair(&mut compared)?;
    }
    for one in &compared {
        ui.text(line(one));
    }
    if compared.is_empty() {
        ui.text(format!("{version} has done nothing yet that cannot be taken back"));
    }
    if !args.repair && compared.iter().any(|one| one.found == Found::Missing) {
        ui.words("`allclear reconcile --repair` puts back what is missing");
    }
    let exit = exit(&compared);
    ui.json(&Answer { exit, release: &version, items: &compared });
    Ok(exit)
}

/// The release that is named; else the newest that is open; else the newest.
fn newest(ledger: &Ledger, named: Option<&Version>) -> Result<Version, CommandError> {
    let newest = match named {
        Some(version) => Some(version.clone()),
        None => ledger.open_releases().into_iter().max().or(ledger.releases()?.pop()),
    };
    newest.ok_or_else(|| CommandError::usage("no release is in the ledger").hint("`allclear start minor` opens one"))
}

fn line(one: &Compared) -> String {
    let (mark, said) = match &one.found {
        Found::Ours { .. } if one.put_back => (paint(GOOD, "✓"), "put back".to_owned()),
        Found::Ours { .. } => (paint(GOOD, "✓"), "ours".to_owned()),
        Found::Missing => (paint(BAD, "✗"), "missing".to_owned()),
        Found::Foreign { found } => {
            (paint(BAD, "✗"), format!("foreign: {found} is there, and {} was recorded", one.item.desired))
        }
        Found::NotKnown { why } => (paint(WARN, "?"), format!("not known: {why}")),
    };
    let not = one.not_put_back.as_ref().map_or(String::new(), |why| format!(", and was not put back: {why}"));
    format!("{mark} {}  {}  {said}{not}", one.step, paint(DIM, &one.item.target))
}

/// The first of these that is so.
fn exit(compared: &[Compared]) -> Exit {
    let any = |is: fn(&Found) -> bool| compared.iter().any(|one| is(&one.found));
    match () {
        () if any(|found| matches!(found, Found::Foreign { .. })) => Exit::Conflict,
        () if any(|found| matches!(found, Found::Missing)) => Exit::Failed,
        () if any(|found| matches!(found, Found::NotKnown { .. })) => Exit::Errored,
        () => Exit::Done,
    }
}
