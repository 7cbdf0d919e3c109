//! Crates: what they are called, what cargo's manifest says of them, what a registry is told, and how its index lists them.

mod index;
mod manifest;
mod name;
mod platform;

pub use index::{BadIndex, Config, Listed, listed};
pub use manifest::{BadManifest, Home, Manifest, Wanted};
pub use name::{BadName, Name, canonical};
