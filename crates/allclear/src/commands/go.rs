use allclear_core::plan::{Planned, Standing, Wait};
use allclear_core::release::{Release, State};
use allclear_core::version::Version;
use allclear_engine::clock::{Clock, SystemClock};
use allclear_engine::conductor::{Conductor, Stopped};
use allclear_engine::session::Session;
use serde::Serialize;

use crate::board::Board;
use crate::error::CommandResult;
use crate::exit::Exit;
use crate::here::Here;
use crate::lock::Lock;
use crate::ui::Ui;

/// Do everything that can be done now, and say what the release waits for
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many checks may run at the same time; as many as there are processors where it is left out
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

#[derive(Serialize)]
struct Went<'a> {
    exit: Exit,
    away: Vec<String>,
    unknown: Vec<String>,
    unshared: Option<&'a str>,
    to_upload: Vec<String>,
    board: Board<'a>,
}

pub(crate) fn run(ui: Ui, release: Option<&Version>, args: &Args) -> CommandResult {
    let here = Here::find()?;
    here.require_remote()?;
    let identity = here.identity()?;
    let mut ledger = here.ledger()?;
    let _lock = Lock::take(&here)?;
    // Somebody else may have opened the release: the version is looked for when others were heard.
    let _ = ledger.share()?;
    if release.is_none() && ledger.open_releases().is_empty() && !ledger.releases()?.is_empty() {
        // Also the answer to a script that asks again after the last step.
        ui.text("no release is open: there is nothing to do");
        ui.json(&serde_json::json!({ "exit": Exit::Done, "open": [] }));
        return Ok(Exit::Done);
    }
    let version = here.version(&ledger, release)?;
    let session = Session::open(ledger, &version, here.actor(&identity)?)?;
    let world = here.world(ui, Some(&session.process));
    let mut conductor = Conductor::new(&world, session, identity);
    if let Some(jobs) = args.jobs {
        conductor = conductor.with_jobs(jobs.into());
    }
    let stopped = conductor.go()?;
    let exit = exit(&stopped, &conductor.session.release);
    let board = Board::new(&conductor.session, &stopped.plan, SystemClock.now(), false);
    ui.text(format!("\n{}", board.text()));
    for (step, away) in &stopped.away {
        ui.words(format!("{step} waits: {away}"));
    }
    for (step, why) in &stopped.unknown {
        ui.words(format!("{step}: {why}; `allclear go` looks again"));
    }
    if let Some(reason) = &stopped.unshared {
        ui.words(format!("kept here until `{}` takes it: {reason}", here.repository.remote()));
    }
    for left in &stopped.left {
        ui.words(left.to_string());
    }
    ui.json(&Went {
        exit,
        away: stopped.away.iter().map(|(step, away)| format!("{step}: {away}")).collect(),
        unknown: stopped.unknown.iter().map(|(step, why)| format!("{step}: {why}")).collect(),
        unshared: stopped.unshared.as_deref(),
        to_upload: stopped.left.iter().map(ToString::to_string).collect(),
        board,
    });
    Ok(exit)
}

/// The exit code says what has to happen next: the first of these that is so.
fn exit(stopped: &Stopped, release: &Release) -> Exit {
    let foreign = |step: &Planned| {
        let last = release.steps.get(&step.id).and_then(|history| history.last());
        matches!(step.standing, Standing::Failed { .. }) && last.is_some_and(|last| last.outcome.foreign.is_some())
    };
    let waits = |fits: &dyn Fn(&Wait) -> bool| stopped.plan.waits.iter().any(fits);
    match release.state {
        State::Finished { .. } => Exit::Done,
        State::Aborted { .. } => Exit::Failed,
        State::Open if stopped.plan.steps.iter().any(foreign) => Exit::Conflict,
        State::Open if waits(&|wait| matches!(wait, Wait::Decision { .. })) => Exit::Failed,
        State::Open if !stopped.away.is_empty() => Exit::WaitsForOutside,
        State::Open if stopped.errored() => Exit::Errored,
        State::Open if waits(&|wait| matches!(wait, Wait::SignOff { .. } | Wait::Person { .. })) => {
            Exit::WaitsForPeople
        }
        State::Open => Exit::WaitsForOutside,
    }
}
