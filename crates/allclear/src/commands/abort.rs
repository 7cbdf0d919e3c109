use allclear_core::version::Version;
use serde_json::json;

use super::decide::decide;
use crate::error::CommandResult;
use crate::exit::Exit;
use crate::ui::Ui;

/// End the release before its end; what was done outside stays as it is
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Why
    #[arg(long)]
    reason: String,
}

pub(crate) fn run(ui: Ui, release: Option<&Version>, args: &Args) -> CommandResult {
    let (version, past_return) = decide(ui, release, |decider| {
        let release = &decider.session.release;
        let told = (release.version.clone(), release.past_return);
        decider.abort(&args.reason)?;
        Ok(told)
    })?;
    ui.text(format!("{version}: aborted"));
    ui.json(&json!({ "aborted": version, "past-return": past_return }));
    if past_return {
        ui.hint("something that cannot be taken back was begun: `allclear status --release` and the ledger say what; nothing of it was undone");
    }
    Ok(Exit::Done)
}
