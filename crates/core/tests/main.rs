//! The process file, the fold, the gate and the plan, as their users see them.

mod defaults;
mod diagnostics_of_names;
mod diagnostics_of_steps;
mod fold;
mod gates;
mod plans;
mod reader_laws;
mod samples;
mod schema;
mod support;
