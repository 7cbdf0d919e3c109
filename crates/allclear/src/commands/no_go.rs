use allclear_core::event::Verdict;
use allclear_core::names::Word;
use allclear_core::version::Version;
use serde_json::json;

use super::decide::decide;
use crate::error::CommandResult;
use crate::exit::Exit;
use crate::ui::Ui;

/// Refuse the sign-off for a role: one no stops the gate until a new round or a new candidate
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The role that you speak for, such as `qa`
    role: Word,
    /// Why not
    #[arg(long)]
    reason: String,
}

pub(crate) fn run(ui: Ui, release: Option<&Version>, args: Args) -> CommandResult {
    let Args { role, reason } = args;
    let gate = decide(ui, release, |decider| decider.sign_off(&role, Verdict::NoGo, Some(reason)))?;
    ui.text(format!("{gate}: refused for {role}"));
    ui.json(&json!({ "gate": gate, "role": role, "verdict": "no-go" }));
    ui.hint(format!("a new candidate, or `allclear retry {gate} --reason …`, opens a new round"));
    Ok(Exit::Done)
}
