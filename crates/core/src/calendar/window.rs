//! Whether a release may be opened now.
//!
//! The window of a run is its day in the cadence's zone, from the run's time to the end of that day: long enough for people who have a
//! meeting first, and over before anybody could take tomorrow for today.

use std::fmt;

use jiff::Timestamp;
use jiff::ZonedDateTime;

use super::freeze::{Freezes, Frozen};
use super::run::Run;
use super::schedule::{BadCadence, Schedule, zone};
use super::time::plus;
use crate::names::Word;
use crate::process::Cadence;

/// How far ahead a next run is looked for, in days: ten years. A freeze without an end leaves none.
pub const AHEAD: i64 = 3653;

/// What the calendar says to the opening of a release.
#[derive(Debug, Clone, PartialEq)]
pub enum Window {
    /// The kind has no cadence: it is opened whenever needed, also in a freeze.
    Whenever {
        /// The freeze that people should know of.
        frozen: Option<Frozen>,
    },
    /// A run is due today.
    Open {
        /// The run.
        run: Box<Run>,
    },
    /// No run is due now.
    Closed {
        /// The freeze that today lies in.
        frozen: Option<Frozen>,
        /// When the next window opens, if there is one within ten years.
        next: Option<ZonedDateTime>,
    },
}

/// Asks the calendar whether a release of a kind may be opened now.
///
/// # Errors
/// When the process was not checked by a program that knows all of it.
pub fn window(cadence: &Cadence, kind: &Word, now: Timestamp) -> Result<Window, BadCadence> {
    let Some(schedule) = Schedule::read(cadence, kind)? else {
        // The days of a freeze are days somewhere: where the project's planned releases are.
        let zone = zone(cadence.kinds().next().map(|(_, weekly)| weekly))?;
        let today = now.to_zoned_datetime(zone).date();
        return Ok(Window::Whenever { frozen: Freezes::read(&cadence.freeze)?.on(today) });
    };
    let here = now.to_zoned_datetime(schedule.zone().clone());
    let today = here.date();
    let last = plus(today, AHEAD).unwrap_or(today);
    let run = schedule.runs(today).take_while(|run| run.day() <= last).find(|run| run.actual.is_some());
    let next = run.as_ref().and_then(|run| run.actual.clone());
    Ok(match (run, &next) {
        (Some(run), Some(at)) if at.date() == today && *at <= here => Window::Open { run: Box::new(run) },
        _ => Window::Closed { frozen: schedule.freezes().on(today), next },
    })
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (frozen, next) = match self {
            Self::Whenever { frozen: None } => return write!(f, "opened whenever needed"),
            Self::Whenever { frozen: Some(frozen) } => return write!(f, "{frozen}"),
            Self::Open { .. } => return write!(f, "due today"),
            Self::Closed { frozen, next } => (frozen, next),
        };
        if let Some(frozen) = frozen {
            write!(f, "{frozen}; ")?;
        }
        match next {
            Some(next) => write!(f, "the next window is {}", opening(next)),
            None => write!(f, "no window opens in the next ten years"),
        }
    }
}

fn opening(at: &ZonedDateTime) -> String {
    let zone = at.time_zone().iana_name().unwrap_or("UTC");
    format!("{} {zone} to the end of that day", at.strftime("%A %Y-%m-%d, from %H:%M"))
}
