//! When releases are due: runs, freezes and milestones, from the `[cadence]` of a process.
//!
//! A [`Schedule`] turns the cadence of one kind of release into its [`Run`]s; [`window`] says whether a release may be opened now;
//! [`ics`] writes what was found as a calendar. Nothing here knows what time it is, and time zones come from the database that is
//! built into the program, so that the answer is the same on every machine.

pub mod freeze;
pub mod ics;
pub mod offset;
pub mod rule;
pub mod run;
pub mod time;
pub mod window;

mod schedule;
mod weeks;

pub use freeze::{Freezes, Frozen};
pub use run::{Due, Remark, Run};
pub use schedule::{BadCadence, Schedule};
pub use weeks::YearEnd;
pub use window::Window;
