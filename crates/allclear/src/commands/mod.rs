//! The subcommands: one line each.

mod abort;
mod audit;
mod bump;
mod calendar;
mod changelog;
mod check;
mod decide;
mod done;
mod go;
mod init;
mod next;
mod no_go;
mod plan;
mod reconcile;
mod rehearse;
mod report;
mod retry;
mod schema;
mod sign_off;
mod start;
mod status;
mod waive;

use allclear_core::version::Version;
use clap::{Parser, Subcommand};

use crate::error::CommandResult;
use crate::ui::Ui;

/// Conducts a project's release process from its written definition, and proves what happened
///
/// Without a command it shows where the release is, what is next, and who is needed.
///
/// Exit codes: 0 done, 1 failed, 2 audit incomplete, 3 errored, 4 waits for people, 5 waits for time or the outside, 6 conflict, 64 usage.
#[derive(Parser)]
#[command(name = "allclear", version, disable_help_subcommand = true)]
pub(crate) struct Cli {
    /// Write data as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,

    /// The release, where several are open
    #[arg(long, global = true, value_name = "VERSION")]
    release: Option<Version>,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    Status(status::Args),
    Init(init::Args),
    Check(check::Args),
    Calendar(calendar::Args),
    Next(next::Args),
    Changelog(changelog::Args),
    Rehearse(rehearse::Args),
    Start(start::Args),
    Go(go::Args),
    Plan(plan::Args),
    SignOff(sign_off::Args),
    NoGo(no_go::Args),
    Done(done::Args),
    Waive(waive::Args),
    Retry(retry::Args),
    Abort(abort::Args),
    Report(report::Args),
    Audit(audit::Args),
    Reconcile(reconcile::Args),
    Bump(bump::Args),
    Schema(schema::Args),
}

/// Runs the command that was asked for.
pub(crate) fn run(ui: Ui, cli: Cli) -> CommandResult {
    let release = cli.release.as_ref();
    match cli.command.unwrap_or(Command::Status(status::Args { sync: false, all: false })) {
        Command::Status(args) => status::run(ui, release, &args),
        Command::Init(args) => init::run(ui, &args),
        Command::Check(args) => check::run(ui, &args),
        Command::Calendar(args) => calendar::run(ui, &args),
        Command::Next(args) => next::run(ui, &args),
        Command::Changelog(args) => changelog::run(ui, &args),
        Command::Rehearse(args) => rehearse::run(ui, &args),
        Command::Start(args) => start::run(ui, args),
        Command::Go(args) => go::run(ui, release, &args),
        Command::Plan(args) => plan::run(ui, release, &args),
        Command::SignOff(args) => sign_off::run(ui, release, args),
        Command::NoGo(args) => no_go::run(ui, release, args),
        Command::Done(args) => done::run(ui, release, args),
        Command::Waive(args) => waive::run(ui, release, &args),
        Command::Retry(args) => retry::run(ui, release, &args),
        Command::Abort(args) => abort::run(ui, release, &args),
        Command::Report(args) => report::run(ui, release, &args),
        Command::Audit(args) => audit::run(ui, &args),
        Command::Reconcile(args) => reconcile::run(ui, release, &args),
        Command::Bump(args) => bump::run(ui, &args),
        Command::Schema(args) => schema::run(ui, &args),
    }
}
