use allclear_engine::audit::{Audit, audit};

use crate::error::CommandResult;
use crate::exit::Exit;
use crate::here::Here;
use crate::ui::{BAD, GOOD, Ui, WARN, paint};

/// Verify the whole ledger offline: chain, evidence, gates before effects, every intent with its outcome
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(ui: Ui, _args: &Args) -> CommandResult {
    let here = Here::find()?;
    let audit = audit(&here.repository, &here.ledger()?)?;
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

fn releases(count: usize) -> String {
    if count == 1 { "1 release".to_owned() } else { format!("{count} releases") }
}
