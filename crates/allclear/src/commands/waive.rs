use allclear_core::version::Version;
use serde_json::json;

use super::decide::decide;
use crate::error::CommandResult;
use crate::exit::Exit;
use crate::ui::Ui;

/// Decide that a step need not pass; the decision stays visible in every report
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The step, such as `verify/lint`
    step: String,
    /// Why it need not pass
    #[arg(long)]
    reason: String,
}

pub(crate) fn run(ui: Ui, release: Option<&Version>, args: &Args) -> CommandResult {
    let step = decide(ui, release, |decider| decider.waive(&args.step, &args.reason))?;
    ui.text(format!("{step}: waived"));
    ui.json(&json!({ "step": step, "waive": args.reason }));
    Ok(Exit::Done)
}
