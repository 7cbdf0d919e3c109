//! The process file, the fold, the gate and the plan, as their users see them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod calendar;
mod calendar_ics;
mod calendar_laws;
mod changelogs;
mod defaults;
mod diagnostics_of_cadence;
mod diagnostics_of_names;
mod diagnostics_of_steps;
mod fold;
mod gates;
mod laws;
mod oracle;
mod plans;
mod random;
mod reader_laws;
mod samples;
mod schema;
mod simulator;
mod summaries;
mod support;
