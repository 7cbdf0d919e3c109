//! The changelog as text to text: Markdown in the style of Keep a Changelog 1.1, kept by people and added to by a release.
//!
//! What people wrote is moved whole or left alone, never rewritten. Headings in code fences, comments and front matter do
//! not count.

mod draft;
mod escape;
mod hand;
mod insert;
mod newline;
mod outline;
mod render;
#[cfg(test)]
mod rules;
mod subjects;

pub use insert::{ChangelogError, insert};
pub use outline::{entry_of, has_entry};
pub use render::render;
pub use subjects::{Subject, group_subjects};

/// What a changelog says about one release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The version, without a leading `v`.
    pub version: String,
    /// The day of the release, `YYYY-MM-DD`.
    pub date: String,
    /// What matters most to a reader, as Markdown; each becomes one item of a list.
    pub highlights: Vec<String>,
    /// The changes, in the order in which their groups are shown.
    pub changes: Vec<Group>,
    /// Manuals that changed with this release.
    pub manuals: Vec<Manual>,
}

/// Changes of one sort.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// The heading, such as `Added`.
    pub title: String,
    /// The changes as Markdown; each becomes one item of a list.
    pub items: Vec<String>,
}

/// A manual that a changelog entry links to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manual {
    /// Where it stands, relative to the changelog; `/` separates folders.
    pub path: String,
    /// Its title, as plain text.
    pub title: String,
}
