use allclear_engine::open;
use allclear_engine::preflight::{Concern, Weight, preflight};
use serde_json::json;

use crate::error::CommandResult;
use crate::exit::Exit;
use crate::here::Here;
use crate::ui::{BAD, DIM, GOOD, HINT, Ui, WARN, paint};

/// Find what would fail later: tools, files, branches, targets, people
#[derive(clap::Args)]
pub(crate) struct Args {}

pub(crate) fn run(ui: Ui, _args: &Args) -> CommandResult {
    let here = Here::find()?;
    if let Err(away) = here.repository.fetch() {
        ui.words(format!("{away}; what was fetched before is checked"));
    }
    let process = match &here.process_text {
        // What is in the checkout is what a person is working on.
        Some(text) => open::read_process(text)?,
        None => open::find_process(&here.repository, None)?.process,
    };
    let concerns = preflight(&here.repository, &process);
    let stops = concerns.iter().filter(|concern| concern.weight == Weight::Stops).count();
    concerns.iter().for_each(|concern| ui.text(line(concern)));
    ui.json(&json!({ "concerns": concerns, "stops": stops }));
    ui.text(match (stops, concerns.len() - stops) {
        (0, 0) => paint(GOOD, "everything that can be checked is there"),
        (0, gaps) => format!("nothing would stop a release; {gaps} gaps to know of"),
        (stops, gaps) => format!("{} would stop a release, {gaps} gaps to know of", paint(BAD, stops)),
    });
    Ok(if stops == 0 { Exit::Done } else { Exit::Failed })
}

fn line(concern: &Concern) -> String {
    let sign = match concern.weight {
        Weight::Stops => paint(BAD, "✗"),
        Weight::Gap => paint(WARN, "?"),
    };
    let step = concern.step.as_ref().map_or(String::new(), |step| format!("{}: ", paint(DIM, step)));
    format!("{sign} {step}{}\n    {} {}", concern.what, paint(HINT, "→"), concern.way_out)
}
