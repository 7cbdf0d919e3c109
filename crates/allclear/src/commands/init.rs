use allclear_engine::open::FILE;
use allclear_engine::survey::{draft, survey};
use serde_json::json;

use crate::error::{CommandError, CommandResult};
use crate::exit::Exit;
use crate::here::Here;
use crate::ui::{DIM, GOOD, HINT, Ui, WARN, paint};

/// Draft a first `allclear.toml` from what is in the repository
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Replace a file that is there
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(ui: Ui, args: &Args) -> CommandResult {
    let here = Here::find()?;
    let path = here.repository.top().join(FILE);
    if path.exists() && !args.force {
        return Err(CommandError::usage(format!("`{FILE}` is there already"))
            .hint("`allclear check` says what it lacks; `--force` replaces it"));
    }
    let draft = draft(&survey(&here.repository)?);
    let cannot =
        |error: std::io::Error| CommandError::new(Exit::Errored, format!("cannot write `{}`: {error}", path.display()));
    std::fs::write(&path, &draft.text).map_err(cannot)?;
    for found in &draft.found {
        ui.words(format!("{} {found}", paint(GOOD, "✓")));
    }
    for question in &draft.questions {
        ui.words(format!(
            "{} {}: {}\n    {} {}",
            paint(WARN, "?"),
            paint(DIM, &question.about),
            question.text,
            paint(HINT, "→"),
            question.way_out
        ));
    }
    ui.text(format!("wrote `{FILE}`"));
    ui.json(&json!({ "wrote": FILE, "found": draft.found, "questions": draft.questions }));
    ui.hint("read it, then `allclear check`, then `allclear rehearse minor`");
    Ok(Exit::Done)
}
