use allclear_core::version::Version;
use serde_json::json;

use super::decide::decide;
use crate::error::CommandResult;
use crate::exit::Exit;
use crate::ui::Ui;

/// Say that something which is done by hand is done
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The step, such as `prepare/audit`
    step: String,
    /// The answer, where the step asks for one
    #[arg(long)]
    value: Option<String>,
    /// A word with it
    #[arg(long)]
    note: Option<String>,
}

pub(crate) fn run(ui: Ui, release: Option<&Version>, args: Args) -> CommandResult {
    let Args { step, value, note } = args;
    let step = decide(ui, release, |decider| decider.done(&step, value, note))?;
    ui.text(format!("{step}: done"));
    ui.json(&json!({ "step": step, "done": true }));
    Ok(Exit::Done)
}
