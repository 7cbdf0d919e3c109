use allclear_core::event::Verdict;
use allclear_core::names::Word;
use allclear_core::version::Version;
use serde_json::json;

use super::decide::decide;
use crate::error::CommandResult;
use crate::exit::Exit;
use crate::ui::Ui;

/// Sign off the candidate for a role
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The role that you speak for, such as `qa`
    role: Word,
    /// A word with it
    #[arg(long)]
    comment: Option<String>,
}

pub(crate) fn run(ui: Ui, release: Option<&Version>, args: Args) -> CommandResult {
    let Args { role, comment } = args;
    let (gate, candidate) = decide(ui, release, |decider| {
        let gate = decider.sign_off(&role, Verdict::Go, comment)?;
        Ok((gate, decider.session.release.candidate.clone()))
    })?;
    let commit = candidate.as_ref().map_or("", |commit| commit.short());
    ui.text(format!("{gate}: signed off for {role} on candidate {commit}"));
    ui.json(&json!({ "gate": gate, "role": role, "verdict": "go", "candidate": candidate }));
    Ok(Exit::Done)
}
