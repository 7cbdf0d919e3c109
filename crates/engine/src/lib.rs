//! Allclear's hands: the conductor, the kinds of steps, and the adapters to the world.
//!
//! The [`conductor`] asks the pure plan of `allclear-core` what can be done, does it through the [`step`] traits, and writes down what
//! came of it. Every kind of step is one file in [`steps`] and one line in [`catalogue`]. The world outside is one value,
//! [`world::World`]; a rehearsal is another such value.

pub mod audit;
pub mod capture;
pub mod catalogue;
pub mod checkout;
pub mod clock;
pub mod conductor;
pub mod content;
pub mod decide;
pub mod defaults;
pub mod exec;
pub mod external;
pub mod facts;
pub mod files;
pub mod history;
pub mod log;
pub mod notes;
pub mod open;
pub mod pack;
pub mod places;
pub mod ports;
pub mod preflight;
pub mod python;
pub mod reconcile;
pub mod redact;
pub mod rehearsal;
pub mod repository;
pub mod session;
pub mod step;
pub mod steps;
pub mod survey;
pub mod tools;
pub mod values;
pub mod version_files;
pub mod wholes;
pub mod worktrees;
pub mod world;

mod choose;
mod display;
mod effect;
mod helm;
mod reach;
mod signing;
mod suite;
