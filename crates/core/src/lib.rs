//! The pure heart of Allclear.
//!
//! Everything here is a function of its arguments: no files, no processes, no network, no clock. The process file becomes a
//! [`process::Process`], the ledger's events become a [`release::Release`], and [`plan::plan`] says what can be done next.

pub mod at_once;
pub mod attest;
pub mod calendar;
pub mod canonical;
pub mod changelog;
pub mod crates;
pub mod digest;
pub mod docs;
pub mod duration;
pub mod edit;
pub mod event;
pub mod forge;
pub mod gate;
pub mod helm;
pub mod history;
pub mod image_name;
pub mod names;
pub mod package_order;
pub mod plan;
pub mod pointer;
pub mod process;
pub mod python;
pub mod release;
pub mod results;
pub mod size;
pub mod template;
pub mod version;
