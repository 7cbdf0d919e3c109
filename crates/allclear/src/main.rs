//! The `allclear` command: one small file a subcommand, one way to a person, one place for errors and exit codes.

mod board;
mod commands;
mod diff;
mod error;
mod example;
mod exit;
mod here;
mod live;
mod lock;
mod report;
mod tagged;
mod ui;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let cli = match commands::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // A reader that has gone away is no error.
            let _ = error.print();
            return if error.use_stderr() { exit::Exit::Usage.into() } else { ExitCode::SUCCESS };
        }
    };
    let ui = ui::Ui { json: cli.json };
    match commands::run(ui, cli) {
        Ok(exit) => exit.into(),
        Err(error) => {
            ui.error(&error);
            error.exit.into()
        }
    }
}
