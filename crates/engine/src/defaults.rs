//! The process that ships with the program: kinds and phases for projects that do not define their own.

use allclear_core::process::Problems;
use allclear_core::process::read::{Defaults, read_defaults};

use crate::catalogue;

/// The default process as commented TOML.
pub const TEXT: &str = include_str!("default.toml");

/// Reads the default process.
///
/// # Errors
/// Never in a released program: a test reads it.
pub fn defaults() -> Result<Defaults, Problems> {
    read_defaults("default.toml", TEXT, &catalogue::specs())
}
