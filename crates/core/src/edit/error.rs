use thiserror::Error;

use super::MAX_BYTES;

/// Why a file's version could not be found, changed or vouched for. The caller adds the path.
#[derive(Debug, Error)]
pub enum EditError {
    /// The file is larger than [`MAX_BYTES`].
    #[error("the file has {bytes} bytes and only files up to {MAX_BYTES} are edited: is this the manifest itself?")]
    TooLarge {
        /// The file's size.
        bytes: usize,
    },
    /// The new value could not be written in every format without escapes.
    #[error(
        "`{value}` cannot be written as a version: expected a letter or digit, then letters, digits and `.+-_!`, at most 128 characters"
    )]
    NotAVersion {
        /// The refused value, control characters escaped.
        value: String,
    },
    /// The file is not TOML.
    #[error("the file cannot be read as TOML")]
    Toml(#[source] toml::de::Error),
    /// The file is not JSON.
    #[error("the file cannot be read as JSON")]
    Json(#[source] serde_json::Error),
    /// The file is YAML that cannot be edited by its lines.
    #[error("line {line}: {reason}")]
    Yaml {
        /// The line, counted from one.
        line: usize,
        /// What stands there, and what to write instead.
        reason: &'static str,
    },
    /// The version is computed when the package is built.
    #[error(
        "`project.dynamic` names the version, so it is computed when the package is built and cannot be set here: state it as \
         `project.version`, or leave this file out of `versions.files`"
    )]
    Dynamic,
    /// The file states no version.
    #[error("no version is stated: expected {expected}; add it, or leave this file out of `versions.files`")]
    Missing {
        /// The keys that would have been understood.
        expected: &'static str,
    },
    /// The version is there and is no text.
    #[error("`{field}` is not a text in quotes: write the version as `\"1.2.3\"`")]
    NotText {
        /// The key's full name.
        field: &'static str,
    },
    /// A key stands twice, and readers disagree on which one counts.
    #[error("the key `{key}` stands twice: remove one")]
    Duplicate {
        /// The key, control characters escaped.
        key: String,
    },
    /// The texts differ in more than the values of their version fields.
    #[error("more than the version differs, from line {line} on: a release commit may change the version fields only")]
    Differs {
        /// The first line of the later text that is not explained by a change of version, counted from one.
        line: usize,
    },
    /// The new value did not arrive where it was written.
    #[error("`{field}` does not read as `{to}` after the edit: set it by hand and report the file as a bug")]
    NotSet {
        /// The key's full name.
        field: String,
        /// The value that was to be written.
        to: String,
    },
}
