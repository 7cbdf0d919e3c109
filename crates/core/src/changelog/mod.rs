//! The changelog as text to text: Markdown in the style of Keep a Changelog 1.1, kept by people and added to by a release.
//!
//! What people wrote is moved whole or left alone, never rewritten. Headings in code fences, comments and front matter do
//! not count.

mod body;
mod branches;
mod bumps;
mod classify;
mod commit;
mod compose;
mod date;
mod definitions;
mod dependencies;
mod draft;
mod escape;
mod fate;
pub mod fragment;
mod hand;
mod headline;
mod item;
mod links;
mod message;
mod name;
mod newline;
mod outline;
mod plain;
mod reference;
mod render;
mod revert;
#[cfg(test)]
mod rules;
mod section;
mod spoken;
mod style;
mod telling;
mod template;
mod weigh;
mod withdraw;
mod write;

pub use commit::Commit;
pub use compose::{Sources, compose, contributors, withdrawn};
pub use escape::escaped;
pub use fragment::Fragment;
pub use links::Links;
pub(crate) use outline::front_matter_end;
pub use outline::{entry_of, has_entry, unreleased};
pub use reference::Trackers;
pub use render::render;
pub use section::Section;
pub use telling::sections;
pub use template::{TemplateError, fill};
pub use weigh::{Deciding, Weighed, weigh};
pub use write::{ChangelogError, write};

/// How changes are told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Whether work that no user sees is told too.
    pub internal: bool,
    /// Whether those who wrote a change are named behind it.
    pub authors: bool,
    /// Where the project's pull requests, issues and commits can be read.
    pub links: Option<Links>,
    /// Prefixes of tickets that are kept elsewhere, with their addresses.
    pub trackers: Trackers,
}

/// What a release brings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// The changes, in the order in which their groups are shown; no group is empty.
    pub groups: Vec<Group>,
    /// What matters most: what breaks, and what was marked as a highlight.
    pub highlights: Vec<String>,
    /// What became of the commits.
    pub counts: Counts,
}

/// What became of the commits, by their number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Items that are told for them.
    pub told: usize,
    /// Commits that people speak of in their own words.
    pub spoken: usize,
    /// Commits of no concern to users.
    pub internal: usize,
    /// Commits that were taken back, and those that did it.
    pub reverted: usize,
    /// The work of releasing itself.
    pub housekeeping: usize,
}

/// What a changelog says about one release.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// The version, without a leading `v`.
    pub version: String,
    /// The day of the release, `YYYY-MM-DD`; empty before it.
    pub date: String,
    /// What matters most to a reader, as Markdown; each becomes one item of a list.
    pub highlights: Vec<String>,
    /// The changes, in the order in which their groups are shown.
    pub changes: Vec<Group>,
    /// Manuals that changed with this release.
    pub manuals: Vec<Manual>,
    /// The names of those who took part. Only templates show them.
    pub contributors: Vec<String>,
    /// What a template has made of all this: it stands in place of groups, below what people wrote.
    pub text: Option<String>,
    /// Items that were written earlier and hold no longer; see [`withdrawn`].
    pub withdrawn: Vec<String>,
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
