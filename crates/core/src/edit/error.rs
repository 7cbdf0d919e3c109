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
    #[error("`project.dynamic` names the version, so it is computed when the package is built: {stands}")]
    Dynamic {
        /// Where it stands, and what to do.
        stands: String,
    },
    /// The crate takes its version from the workspace, or the manifest is that of a workspace without one.
    #[error(
        "this manifest states no version of its own: name those that do in `versions.files`, as in `crates/*/Cargo.toml`"
    )]
    NoneOfItsOwn,
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
        field: String,
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
    /// A requirement that the new version does not meet, and that cannot be moved without a choice.
    #[error("`{requirement}` does not let {to} in, and how to change it is not plain: write it by hand")]
    Requirement {
        /// What is required.
        requirement: String,
        /// The new version.
        to: String,
    },
    /// The digest of a `Chart.lock` cannot be made again.
    #[error(
        "the digest cannot be computed as Helm does, or is stale already: run `helm dependency update`, commit what it writes, \
         and try again; dependencies with `import-values` want a range such as `>=0.0.0-0` instead of a lock"
    )]
    Digest,
    /// The lockfile would have to be sorted anew.
    #[error("two packages are called `{name}`, and their order would change: run `cargo update --workspace` by hand")]
    Ambiguous {
        /// The name.
        name: String,
    },
    /// The pattern does not name the version once.
    #[error("the pattern `{pattern}` must have `{{version}}` once, and other words around it")]
    BadPattern {
        /// The pattern.
        pattern: String,
    },
    /// The pattern does not stand in the file as often as it should.
    #[error("{}", matches(.pattern, *.expected, *.found))]
    Matches {
        /// The pattern.
        pattern: String,
        /// How often it should stand there.
        expected: usize,
        /// How often it does.
        found: usize,
    },
    /// The file is none in which keys can be looked for.
    #[error("keys are looked for in YAML, JSON and TOML files: use a `pattern` for this one")]
    NoKeys,
    /// The named key is not there.
    #[error("there is no key `{key}` with a value of its own line: write it so, or correct `path`")]
    NoSuchKey {
        /// The key's full name.
        key: String,
    },
    /// The file is not among those that were read.
    #[error("the file is not there, or is no text")]
    NoFile,
}

fn matches(pattern: &str, expected: usize, found: usize) -> String {
    match found {
        0 => format!(
            "the pattern `{pattern}` stands nowhere in the file, with a version in its place: correct it, or the file"
        ),
        _ => format!(
            "the pattern `{pattern}` stands {found} times in the file, and {expected} is expected: make it longer, or say \
             `count = {found}`"
        ),
    }
}
