//! The files of one commit, and their texts.

use allclear_core::edit::Texts;
use allclear_core::names::{CommitId, RelPath};
use serde_json::Value as Json;
use toml::de::{DeTable, DeValue};

use crate::repository::Repository;
use crate::step::StepError;

/// Folders whose files are not the project's own, or are about something else.
const NOT_OURS: &[&str] = &[
    "node_modules",
    "vendor",
    "third_party",
    "testdata",
    "test-data",
    "fixtures",
    "__fixtures__",
    "examples",
    "example",
    "templates",
    "site-packages",
    ".venv",
    "venv",
];

/// The files of the commit that is looked at.
pub(super) struct Tree<'a> {
    repository: &'a Repository,
    from: From<'a>,
    /// Every file, however it is called.
    pub(super) all: Vec<String>,
    /// The project's own files whose names can stand in a command and in a pattern as they are.
    pub(super) files: Vec<String>,
}

/// Where the texts come from.
enum From<'a> {
    Nothing,
    Commit(CommitId),
    /// The person's checkout, as it was read.
    Here(&'a Texts),
}

impl<'a> Tree<'a> {
    /// Lists the files of a commit; none where there is no commit. Links and submodules are no files.
    pub(super) fn of(repository: &'a Repository, commit: Option<CommitId>) -> Result<Self, StepError> {
        let listed = match &commit {
            Some(commit) => repository.git().bytes(["ls-tree", "-r", "-z", "--full-tree", commit.as_str()])?,
            None => Vec::new(),
        };
        let file = |entry: &[u8]| {
            let (kind, path) = std::str::from_utf8(entry).ok()?.split_once('\t')?;
            kind.starts_with("100").then(|| path.to_owned())
        };
        let all: Vec<String> = listed.split(|byte| *byte == 0).filter_map(file).collect();
        Ok(Self::with(repository, commit.map_or(From::Nothing, From::Commit), all))
    }

    /// These files of the person's checkout.
    pub(super) fn here(repository: &'a Repository, all: &[String], texts: &'a Texts) -> Self {
        Self::with(repository, From::Here(texts), all.to_vec())
    }

    fn with(repository: &'a Repository, from: From<'a>, all: Vec<String>) -> Self {
        let files = all.iter().filter(|path| is_plain(path) && is_ours(path)).cloned().collect();
        Self { repository, from, all, files }
    }

    /// Whether there is such a file.
    pub(super) fn has(&self, path: &str) -> bool {
        self.files.iter().any(|file| file == path)
    }

    /// The first of these files that is there.
    pub(super) fn first<'p>(&self, paths: &[&'p str]) -> Option<&'p str> {
        paths.iter().find(|path| self.has(path)).copied()
    }

    /// The files below a folder.
    pub(super) fn below<'t>(&'t self, folder: &'t str) -> impl Iterator<Item = &'t str> {
        self.files.iter().map(String::as_str).filter(move |file| {
            folder.is_empty() || file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
        })
    }

    /// The files with this name, wherever they are.
    pub(super) fn named<'t>(&'t self, name: &'t str) -> impl Iterator<Item = &'t str> {
        self.files.iter().map(String::as_str).filter(move |file| base_name(file) == name)
    }

    /// A file's text; none where there is no such file, or it is no text.
    pub(super) fn text(&self, path: &str) -> Option<String> {
        match &self.from {
            From::Nothing => None,
            From::Commit(commit) => String::from_utf8(self.repository.read(commit, path).ok()??).ok(),
            From::Here(texts) => texts.get(path).cloned(),
        }
    }

    /// A JSON file; `null` where there is none, or it is broken.
    pub(super) fn json(&self, path: &str) -> Json {
        if !self.has(path) {
            return Json::Null;
        }
        let text = self.text(path).unwrap_or_default();
        serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap_or_default()
    }

    /// A TOML file as JSON; `null` where there is none, or it is broken.
    pub(super) fn toml(&self, path: &str) -> Json {
        if !self.has(path) {
            return Json::Null;
        }
        let text = self.text(path).unwrap_or_default();
        DeTable::parse(&text).map_or(Json::Null, |table| table_as_json(table.get_ref()))
    }
}

fn table_as_json(table: &DeTable<'_>) -> Json {
    table.iter().map(|(key, value)| (key.get_ref().to_string(), as_json(value.get_ref()))).collect()
}

fn as_json(value: &DeValue<'_>) -> Json {
    match value {
        DeValue::String(text) => Json::String(text.to_string()),
        DeValue::Boolean(flag) => Json::Bool(*flag),
        DeValue::Array(items) => items.iter().map(|item| as_json(item.get_ref())).collect(),
        DeValue::Table(table) => table_as_json(table),
        // Numbers and dates decide nothing here.
        _ => Json::Null,
    }
}

/// Whether a name means itself in a command, in a pattern and in a comment.
pub(super) fn is_plain(text: &str) -> bool {
    RelPath::new(text).is_ok() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-+/@".contains(&b))
}

fn is_ours(path: &str) -> bool {
    !path.split('/').rev().skip(1).any(|folder| NOT_OURS.contains(&folder))
}

/// The last part of a path.
pub(super) fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The folder of a file; empty for the top.
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
