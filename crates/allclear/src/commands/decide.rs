//! What the commands of people have in common: hear others, let the person speak, tell the others.

use allclear_core::version::Version;
use allclear_engine::clock::{Clock, SystemClock};
use allclear_engine::decide::{DecideError, Decider};
use allclear_engine::session::Session;

use crate::error::CommandError;
use crate::here::{Here, share};
use crate::ui::Ui;

/// Lets the person at the keyboard say something about a release.
pub(super) fn decide<T>(
    ui: Ui,
    release: Option<&Version>,
    what: impl FnOnce(&mut Decider<'_>) -> Result<T, DecideError>,
) -> Result<T, CommandError> {
    let here = Here::find()?;
    here.require_remote()?;
    let identity = here.identity()?;
    let mut ledger = here.ledger()?;
    // A release that somebody else opened is found when others were heard.
    let _ = ledger.share()?;
    let version = here.version(&ledger, release)?;
    let mut session = Session::open(ledger, &version, here.actor(&identity)?)?;
    if let Err(away) = here.repository.fetch() {
        ui.words(away.to_string());
    }
    let plan = here.plan(&session);
    let decided =
        what(&mut Decider { session: &mut session, plan: &plan, identity: &identity, now: SystemClock.now() })?;
    share(ui, &here, &mut session)?;
    Ok(decided)
}
