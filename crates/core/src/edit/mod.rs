//! Where a project writes its own version, and how that is changed without touching another byte.
//!
//! Nothing is parsed and printed again: an edit replaces byte spans, so comments, key order, quotes, line ends, a byte order
//! mark and a missing final newline stay as their author left them. An edit works on a set of files at once, because lockfiles,
//! and dependencies between the packages of one repository, follow. One file per format; [`Format::ALL`] is the list.

mod agree;
mod cargo;
mod cargo_lock;
mod chart;
mod error;
mod json;
mod key;
mod npm;
mod package_json;
mod package_lock;
mod pattern;
mod pyproject;
mod python_lock;
mod requirement;
#[cfg(test)]
mod rules;
mod set;
mod spelled;
#[cfg(test)]
mod tests;
mod toml;
mod write;
mod yaml;

use std::ops::Range;
use std::sync::Arc;

pub use agree::{Agreement, Differs, differing};
pub(crate) use chart::digest as lock_digest;
pub use error::EditError;
pub use pattern::PLACEHOLDER;
pub use requirement::Dialect;
pub(crate) use set::join;
pub use set::{How, InFile, Selected, Texts, named_places, wanted};
pub(crate) use write::is_version_byte;
pub use write::{Change, Edited, bump, only_versions_differ};

use crate::version::Spelling;

/// The largest file that is edited, in bytes: lockfiles of large repositories have some megabytes.
pub const MAX_BYTES: usize = 32 * 1024 * 1024;

/// A kind of file that states its project's version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `pyproject.toml`: `project.version` (PEP 621) and `tool.poetry.version`; `uv.lock` and `poetry.lock` follow.
    Pyproject,
    /// `package.json`: the top-level `version`; `package-lock.json` and the packages of its workspace follow.
    PackageJson,
    /// `Cargo.toml`: `package.version` and `workspace.package.version`; `Cargo.lock` and the crates of its workspace follow.
    Cargo,
    /// `Chart.yaml` of a Helm chart: `version` and, where it is stated, `appVersion`; `Chart.lock` and the charts that depend
    /// on it follow.
    Chart,
}

impl Format {
    /// Every format, in the order in which they are named to people.
    pub const ALL: [Self; 4] = [Self::Pyproject, Self::PackageJson, Self::Cargo, Self::Chart];

    /// Returns the format of the file at `path`, told by its file name alone.
    pub fn of(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next()?;
        Self::ALL.into_iter().find(|format| format.file_name() == name)
    }

    /// The file name that this format goes by; its own tools insist on the exact spelling.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Pyproject => "pyproject.toml",
            Self::PackageJson => "package.json",
            Self::Cargo => "Cargo.toml",
            Self::Chart => chart::FILE,
        }
    }

    /// The names of the files that may follow.
    fn followers(self) -> &'static [&'static str] {
        match self {
            Self::Pyproject => &[python_lock::UV, python_lock::POETRY],
            Self::PackageJson => &[package_lock::NAMES[0], package_lock::NAMES[1], npm::PNPM],
            Self::Cargo => &[cargo_lock::FILE],
            Self::Chart => &[chart::LOCK],
        }
    }

    /// The fields of which the first that is stated is the version of the package itself.
    fn own(self) -> &'static [&'static str] {
        match self {
            Self::Pyproject => &["project.version", "tool.poetry.version"],
            Self::PackageJson | Self::Chart => &["version"],
            Self::Cargo => &[cargo::OWN, cargo::SHARED],
        }
    }
}

/// One place that a release may change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The key's full name, such as `tool.poetry.version`; no two places of a file have the same.
    pub field: String,
    /// The value as a reader of the format understands it, escapes resolved.
    pub value: String,
    /// The bytes of the value as written, within its quotes if it has any.
    pub span: Range<usize>,
    /// What the value is.
    pub holds: Holds,
    /// Whether it is YAML without quotes, which not every value can be.
    bare: bool,
}

/// What stands at a place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Holds {
    /// The version, spelled like this.
    Version(Spelling),
    /// What another package of the repository asks of one whose version changes.
    Requirement {
        /// How the ecosystem reads it.
        dialect: Dialect,
        /// The version before.
        at: Arc<str>,
    },
    /// The digest in a `Chart.lock`.
    Digest,
}

/// Finds every place where a manifest states its own version, in the order of the file, and at least one.
///
/// Versions of dependencies and nested keys of the same name are never among them. An error says what is missing or what
/// cannot be edited safely.
pub fn places(format: Format, text: &str) -> Result<Vec<Place>, EditError> {
    if text.len() > MAX_BYTES {
        return Err(EditError::TooLarge { bytes: text.len() });
    }
    let mut found = match format {
        Format::Pyproject => pyproject::places(text),
        Format::PackageJson => package_json::places(text),
        Format::Cargo => cargo::places(text),
        Format::Chart => chart::places(text),
    }?;
    found.sort_by_key(|place| place.span.start);
    Ok(found)
}
