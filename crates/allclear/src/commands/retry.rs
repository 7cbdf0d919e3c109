use allclear_core::version::Version;
use serde_json::json;

use super::decide::decide;
use crate::error::CommandResult;
use crate::exit::Exit;
use crate::ui::Ui;

/// Try a step again that failed, or open a new round of a sign-off
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The step, such as `verify/lint`
    step: String,
    /// Why it is tried again
    #[arg(long, default_value = "another try")]
    reason: String,
}

pub(crate) fn run(ui: Ui, release: Option<&Version>, args: &Args) -> CommandResult {
    let step = decide(ui, release, |decider| decider.retry(&args.step, &args.reason))?;
    ui.text(format!("{step}: open for another try"));
    ui.json(&json!({ "step": step, "retry": args.reason }));
    ui.hint("`allclear go` tries it");
    Ok(Exit::Done)
}
