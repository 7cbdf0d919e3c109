//! Where a project writes its own version, and how that is changed without touching another byte.
//!
//! Nothing is parsed and printed again: an edit replaces byte spans, so comments, key order, quotes, line ends, a byte order
//! mark and a missing final newline stay as their author left them. One file per format; [`Format::ALL`] is the list.

mod chart;
mod error;
mod package_json;
mod pyproject;
#[cfg(test)]
mod rules;
mod write;
mod yaml;

use std::ops::Range;

pub use error::EditError;
pub(crate) use write::is_version_byte;
pub use write::{Change, Edited, only_versions_differ, set_version};

/// The largest file that is edited, in bytes. A hand-kept manifest is a thousand times smaller.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// A kind of file that states its project's version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `pyproject.toml`: `project.version` (PEP 621) and `tool.poetry.version`.
    Pyproject,
    /// `package.json`: the top-level `version`.
    PackageJson,
    /// `Chart.yaml` of a Helm chart: `version` and, where it is stated, `appVersion`.
    Chart,
}

impl Format {
    /// Every format, in the order in which they are named to people.
    pub const ALL: [Self; 3] = [Self::Pyproject, Self::PackageJson, Self::Chart];

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
            Self::Chart => "Chart.yaml",
        }
    }

    /// The text that stands in place of `place` once its value is `to`.
    fn written(self, text: &str, place: &Place, to: &str) -> String {
        match self {
            Self::Pyproject | Self::PackageJson => to.to_owned(),
            Self::Chart => chart::written(text, place, to),
        }
    }
}

/// One place where the project's own version stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The key's full name, such as `tool.poetry.version`.
    pub field: String,
    /// The value as a reader of the format understands it, escapes resolved.
    pub value: String,
    /// The bytes of the value as written, within its quotes if it has any.
    pub span: Range<usize>,
}

/// Finds every place where the project's own version stands, in the order of the file, and at least one.
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
        Format::Chart => chart::places(text),
    }?;
    found.sort_by_key(|place| place.span.start);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_name_tells_the_format() {
        assert_eq!(Format::of("pyproject.toml"), Some(Format::Pyproject));
        assert_eq!(Format::of("web/app/package.json"), Some(Format::PackageJson));
        assert_eq!(Format::of("infra/helm/api/Chart.yaml"), Some(Format::Chart));
        for other in ["", "Cargo.toml", "package-lock.json", "Chart.yml", "pyproject.toml/x"] {
            assert_eq!(Format::of(other), None, "{other}");
        }
    }

    #[test]
    fn a_file_above_the_cap_is_refused() {
        let text = format!("version: 1.0.0\n#{}", "x".repeat(MAX_BYTES));
        let refused = places(Format::Chart, &text).unwrap_err();
        insta::assert_snapshot!(refused, @"the file has 4194320 bytes and only files up to 4194304 are edited: is this the manifest itself?");
    }
}
