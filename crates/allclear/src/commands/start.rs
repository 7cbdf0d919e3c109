use allclear_core::history::Line;
use allclear_core::names::Word;
use allclear_core::version::Version;
use allclear_engine::open::{self, Request};
use serde_json::json;

use crate::error::{CommandError, CommandResult};
use crate::exit::Exit;
use crate::here::Here;
use crate::ui::Ui;

/// Open a release with the process that the trunk has now
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The kind of release, such as `minor`
    kind: Word,
    /// The version; the next one of the kind where it is left out
    #[arg(long)]
    version: Option<Version>,
    /// A prerelease with this label, such as `rc`
    #[arg(long, value_name = "LABEL", conflicts_with = "version")]
    pre: Option<String>,
    /// The older line that is released, such as `1.3`
    #[arg(long, conflicts_with = "version")]
    line: Option<Line>,
    /// Why it is opened; needed where the calendar says that no release of the kind is due
    #[arg(long)]
    reason: Option<String>,
    /// Open it although this checkout has changes that are not committed
    #[arg(long)]
    allow_dirty: bool,
}

pub(crate) fn run(ui: Ui, args: Args) -> CommandResult {
    let here = Here::find()?;
    here.require_remote()?;
    refuse_dirty(&here, args.allow_dirty)?;
    let identity = here.identity()?;
    here.repository.fetch()?;
    let found = open::find_process(&here.repository, here.process_text.as_deref())?;
    let world = here.world(ui, Some(&found.process));
    let request =
        Request { kind: args.kind, version: args.version, line: args.line, label: args.pre, reason: args.reason };
    let version = open::open(&world, &mut here.ledger()?, &found, &request, here.actor(&identity)?)?;
    ui.text(format!("{} {version} is open: a {} release", found.process.project.name, request.kind));
    ui.json(&json!({ "opened": version, "kind": request.kind }));
    ui.hint("`allclear go` does everything that can be done now");
    Ok(Exit::Done)
}

/// What a person has changed and not pushed is not in the release; they should know before, not after.
fn refuse_dirty(here: &Here, allowed: bool) -> Result<(), CommandError> {
    let changed = here.repository.uncommitted()?;
    if allowed || changed.is_empty() {
        return Ok(());
    }
    let names = changed.iter().take(3).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let more = if changed.len() > 3 { format!(" and {} more", changed.len() - 3) } else { String::new() };
    let error = CommandError::usage(format!("this checkout has changes that are not committed: {names}{more}"));
    Err(error.hint("a release is cut from what is pushed: commit and push them, or stash them, or say `--allow-dirty` to leave them out"))
}
