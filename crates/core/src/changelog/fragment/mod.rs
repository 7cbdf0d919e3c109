//! Changes that people describe in files of their own, one a change, so that nobody's pull request conflicts with another's.
//!
//! Two shapes are read: that of towncrier (`changelog.d/123.feature.md`) and that of changesets (`.changeset/calm-cats-sing.md`).
//! A release tells what they say, word for word, and removes them in the commit that writes the changelog.

mod changesets;
mod towncrier;

use thiserror::Error;

pub use changesets::Level;

use super::Rules;
use super::item::issue;

/// What one file tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fragment {
    /// The file.
    pub path: String,
    /// The title of the group that it belongs to.
    pub group: String,
    /// What it says, without blank lines around it. It may have several lines.
    pub text: String,
    /// The issues that it speaks of, as its name says: `123` or `PROJ-12`.
    pub issues: Vec<String>,
    /// Packages that it is about, and how much it changes them; none where the shape does not say.
    pub packages: Vec<(String, Level)>,
    /// The commit that added the file, where the caller knows: that commit is told by the fragment.
    pub added_by: Option<String>,
}

/// What a folder of fragments holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fragments {
    /// What is told.
    pub told: Vec<Fragment>,
    /// Files that the release uses up.
    pub consumed: Vec<String>,
    /// Files that it changes instead, with their new text: the record of a series of prereleases.
    pub rewritten: Vec<(String, String)>,
}

/// Why a folder of fragments could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FragmentError {
    /// The name of a file does not say what sort of change it is.
    #[error("`{path}` names no sort of change: expected ISSUE.TYPE.md with one of the types {known}")]
    Unknown {
        /// The file.
        path: String,
        /// The types that there are.
        known: String,
    },
    /// A changeset has no front matter, or one that does not say how much changes.
    #[error("`{path}` does not begin with packages and levels between two lines `---`, such as `\"name\": minor`")]
    NoFrontMatter {
        /// The file.
        path: String,
    },
    /// A settings file cannot be read.
    #[error("`{path}` cannot be read: {reason}")]
    Settings {
        /// The file.
        path: String,
        /// Why, in the words of its reader.
        reason: String,
    },
}

/// Reads the files of a folder of fragments.
///
/// `files` are all files below `folder` with their texts; `settings` is the text of the `pyproject.toml` or `towncrier.toml` that
/// may name the types. A folder called `.changeset` is read as changesets, every other as towncrier's.
pub fn read(folder: &str, files: &[(&str, &str)], settings: Option<(&str, &str)>) -> Result<Fragments, FragmentError> {
    let folder = folder.trim_end_matches('/');
    let mut files = files.to_vec();
    files.sort_unstable();
    if folder.rsplit('/').next() == Some(".changeset") {
        return changesets::read(folder, &files);
    }
    towncrier::read(folder, &files, settings)
}

/// The folder that the settings of towncrier name, if they do.
pub fn directory(settings: &str) -> Option<String> {
    towncrier::directory(settings)
}

impl Fragment {
    /// The item in the changelog: the text, and the issues that it does not mention itself.
    pub(super) fn item(&self, rules: &Rules) -> String {
        let mut out = self.text.clone();
        let mut before = " (";
        for number in self.issues.iter().filter(|number| !mentions(&self.text, number)) {
            let at = out.len();
            out.push_str(before);
            if issue(&mut out, number, rules) { before = ", " } else { out.truncate(at) }
        }
        if before == ", " {
            out.push(')');
        }
        out
    }
}

fn mentions(text: &str, number: &str) -> bool {
    let ends = |behind: &str| !behind.starts_with(|next: char| next.is_ascii_digit());
    text.match_indices(number)
        .any(|(at, _)| ends(&text[at + number.len()..]) && text[..at].ends_with(['#', '/', '-', ' ', '(']))
}

/// The text of a fragment, without blank lines around it.
fn bare(text: &str) -> String {
    text.trim_start_matches('\u{feff}').trim_matches(['\r', '\n']).trim_end().replace("\r\n", "\n")
}
