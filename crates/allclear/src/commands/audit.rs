use allclear_core::size;
use allclear_engine::audit::{Audit, audit};

use crate::error::CommandResult;
use crate::exit::Exit;
use crate::here::Here;
use crate::ui::{BAD, GOOD, Ui, WARN, paint};

/// Verify the whole ledger offline: chain, evidence, gates before effects, every intent with its outcome
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Fetch evidence that is too large for the ledger from the object store, and verify all of it
    #[arg(long)]
    evidence: bool,
}

pub(crate) fn run(ui: Ui, args: &Args) -> CommandResult {
    let here = Here::find()?;
    let ledger = here.ledger()?;
    let mut audit = audit(&here.repository, &ledger)?;
    if args.evidence {
        audit.verify_wholes(&here.world(ui, None), ledger.store());
    }
    for finding in &audit.overrides {
        ui.text(format!("{} {finding}", paint(WARN, "~")));
    }
    for finding in &audit.violations {
        ui.text(format!("{} {finding}", paint(BAD, "✗")));
    }
    for finding in &audit.incomplete {
        ui.text(format!("{} {finding}", paint(WARN, "?")));
    }
    let (exit, word) = verdict(&audit);
    ui.text(format!("{word}: {} events, {}", audit.events, releases(audit.releases)));
    if let Some(text) = not_here(&audit, args.evidence) {
        ui.text(text);
    }
    ui.json(&audit);
    Ok(exit)
}

fn verdict(audit: &Audit) -> (Exit, String) {
    match (audit.violations.is_empty(), audit.incomplete.is_empty()) {
        (false, _) => (Exit::Failed, paint(BAD, "violated")),
        (true, false) => (Exit::Incomplete, paint(WARN, "not everything can be verified")),
        (true, true) => (Exit::Done, paint(GOOD, "verified")),
    }
}

/// What the verdict is not about, because this clone does not have it.
fn not_here(audit: &Audit, asked: bool) -> Option<String> {
    let files = match audit.not_here {
        0 => return None,
        1 => "1 large file".to_owned(),
        files => format!("{files} large files"),
    };
    let size = size::for_people(audit.not_here_bytes);
    let way_out = if asked { "" } else { ": `allclear audit --evidence` asks the object store for the rest" };
    Some(format!("not verifiable here: {files} of evidence ({size}), of which the ledger has head and tail{way_out}"))
}

fn releases(count: usize) -> String {
    if count == 1 { "1 release".to_owned() } else { format!("{count} releases") }
}
