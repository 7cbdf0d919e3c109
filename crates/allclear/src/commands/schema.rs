use allclear_core::process::schema::schema;
use allclear_engine::catalogue;

use crate::error::{CommandError, CommandResult};
use crate::exit::Exit;
use crate::ui::Ui;

/// Print the JSON Schema of `allclear.toml`, for editors
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(ui: Ui, _args: &Args) -> CommandResult {
    let schema = schema(&catalogue::specs());
    ui.text(serde_json::to_string_pretty(&schema).map_err(|error| CommandError::new(Exit::Errored, error))?);
    ui.json(&schema);
    Ok(Exit::Done)
}
