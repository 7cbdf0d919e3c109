//! The files that are looked at together: which of them are named, which may follow, and every place in them.

use std::collections::BTreeMap;
use std::sync::Arc;

use globset::{GlobBuilder, GlobMatcher};

use super::{EditError, Format, Holds, MAX_BYTES, Place, cargo, chart, key, npm, pattern, places, python_lock};
use crate::at_once::at_once;
use crate::version::Spelling;

/// Texts by their paths inside the repository.
pub type Texts = BTreeMap<String, String>;

/// A file that is named, and how the version is found in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selected {
    /// The file.
    pub path: String,
    /// How the version is found.
    pub how: How,
}

/// How the version is found in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// The file is a manifest.
    Manifest(Format),
    /// It is the value of this key, such as `image.tag`.
    Key {
        /// The names on the way to it, with dots between them.
        key: String,
        /// How it is spelled.
        spelling: Spelling,
    },
    /// It stands in these words, at [`PLACEHOLDER`](super::PLACEHOLDER).
    Pattern {
        /// The words.
        pattern: String,
        /// How often they stand there.
        count: usize,
        /// How it is spelled.
        spelling: Spelling,
    },
}

/// What is wrong, and in which file.
#[derive(Debug, thiserror::Error)]
#[error("the version cannot be written into `{path}`")]
pub struct InFile {
    /// The file.
    pub path: String,
    /// What is wrong.
    #[source]
    pub error: EditError,
}

impl InFile {
    pub(super) fn at(path: &str) -> impl FnOnce(EditError) -> Self {
        move |error| Self { path: path.to_owned(), error }
    }
}

/// The files among `paths` that are to be read before an edit: those that are named, and those that may follow them.
pub fn wanted<'p>(selected: &[Selected], paths: &'p [String]) -> Vec<&'p str> {
    let has = |format: &Format| selected.iter().any(|selected| Format::of(&selected.path) == Some(*format));
    let names: Vec<&str> = Format::ALL
        .iter()
        .filter(|format| has(format))
        .flat_map(|format| [&[format.file_name()], format.followers()].concat())
        .collect();
    let mut named: Vec<&str> = selected.iter().map(|selected| selected.path.as_str()).collect();
    named.sort_unstable();
    let ours = |path: &&str| !path.split('/').any(|folder| folder == "node_modules");
    let follows = |path: &&str| names.contains(&base_name(path)) && ours(path);
    paths.iter().map(String::as_str).filter(|path| named.binary_search(path).is_ok() || follows(path)).collect()
}

/// Every place of the version in the files that are named, in their order.
pub fn named_places(selected: &[Selected], texts: &Texts) -> Result<Vec<(String, Place)>, InFile> {
    let each = at_once(selected, |selected| places_of(selected, texts));
    let each = each.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(each.into_iter().flatten().collect())
}

/// Every place of the version in a file that is named, or where its workspace has it.
fn places_of(Selected { path, how }: &Selected, texts: &Texts) -> Result<Vec<(String, Place)>, InFile> {
    let text = texts.get(path).ok_or(EditError::NoFile).map_err(InFile::at(path))?;
    if text.len() > MAX_BYTES {
        return Err(InFile::at(path)(EditError::TooLarge { bytes: text.len() }));
    }
    let places = match how {
        How::Manifest(format) => places(*format, text),
        How::Key { key, spelling } => key::places(path, text, key, Holds::Version(*spelling)),
        How::Pattern { pattern, count, spelling } => pattern::places(text, pattern, *count, *spelling),
    };
    match places {
        Ok(places) => Ok(places.into_iter().map(|place| (path.clone(), place)).collect()),
        // The crate takes it from its workspace, and there it is written.
        Err(EditError::NoneOfItsOwn) => {
            let shared = cargo::shared(path, &Files(texts));
            shared.map(|place| vec![place]).ok_or(EditError::NoneOfItsOwn).map_err(InFile::at(path))
        }
        Err(error) => Err(InFile::at(path)(error)),
    }
}

/// Finds every place that a release may change: in the files that are named, and in those that follow them.
pub(super) fn find(selected: &[Selected], texts: &Texts) -> Result<BTreeMap<String, Vec<Place>>, InFile> {
    let mut found = Found::default();
    for (path, place) in named_places(selected, texts)? {
        found.add(&path, vec![place]);
    }
    let files = Files(texts);
    for format in Format::ALL {
        let moved = found.moved(format);
        if moved.is_empty() {
            continue;
        }
        match format {
            Format::Pyproject => python_lock::follow(&moved, &files, &mut found)?,
            Format::PackageJson => npm::follow(&moved, &files, &mut found)?,
            Format::Cargo => cargo::follow(&moved, &files, &mut found)?,
            Format::Chart => chart::follow(&moved, &files, &mut found)?,
        }
    }
    for places in found.0.values_mut() {
        places.sort_by_key(|place| place.span.start);
        places.dedup_by_key(|place| place.span.clone());
    }
    Ok(found.0)
}

/// The packages whose version changes: their folders, with the version that they have now.
pub(super) type Moved = BTreeMap<String, Arc<str>>;

/// Places by file, as they are found.
#[derive(Default)]
pub(super) struct Found(BTreeMap<String, Vec<Place>>);

impl Found {
    pub(super) fn add(&mut self, path: &str, places: Vec<Place>) {
        if !places.is_empty() {
            self.0.entry(path.to_owned()).or_default().extend(places);
        }
    }

    fn moved(&self, format: Format) -> Moved {
        let manifests = self.0.iter().filter(|(path, _)| Format::of(path) == Some(format));
        let own = |places: &[Place]| {
            format
                .own()
                .iter()
                .find_map(|field| places.iter().find(|place| place.field == *field))
                .map(|place| place.value.as_str().into())
        };
        manifests.filter_map(|(path, places)| Some((folder_of(path).to_owned(), own(places)?))).collect()
    }
}

/// The texts at hand.
pub(super) struct Files<'a>(pub(super) &'a Texts);

impl<'a> Files<'a> {
    pub(super) fn get(&self, path: &str) -> Option<&'a str> {
        self.0.get(path).map(String::as_str)
    }

    /// The files with one of these names, wherever they are.
    pub(super) fn named(&self, names: &[&str]) -> impl Iterator<Item = (&'a str, &'a str)> {
        let files = self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        files.filter(move |(path, _)| names.contains(&base_name(path)))
    }
}

/// Patterns of the folders that belong to a workspace; those with a `!` take folders out.
pub(super) struct Members {
    takes: Vec<GlobMatcher>,
    leaves: Vec<GlobMatcher>,
}

impl Members {
    pub(super) fn new<'p>(patterns: impl Iterator<Item = &'p str>) -> Self {
        let mut members = Self { takes: Vec::new(), leaves: Vec::new() };
        for pattern in patterns {
            match pattern.strip_prefix('!') {
                Some(pattern) => members.leaves.extend(glob(pattern)),
                None => members.takes.extend(glob(pattern)),
            }
        }
        members
    }

    /// Whether a folder below the root is a member.
    pub(super) fn has(&self, root: &str, folder: &str) -> bool {
        let below =
            if root.is_empty() { Some(folder) } else { folder.strip_prefix(root).and_then(|f| f.strip_prefix('/')) };
        below.is_some_and(|folder| {
            self.takes.iter().any(|glob| glob.is_match(folder)) && !self.leaves.iter().any(|glob| glob.is_match(folder))
        })
    }
}

fn glob(pattern: &str) -> Option<GlobMatcher> {
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    GlobBuilder::new(pattern).literal_separator(true).build().ok().map(|glob| glob.compile_matcher())
}

/// The last part of a path.
pub(super) fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The folder of a file; empty for the top.
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// A file in a folder.
pub(super) fn in_folder(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Follows a relative path from a folder; none where it leads out of the repository.
pub(crate) fn join(folder: &str, relative: &str) -> Option<String> {
    if relative.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_paths_stay_inside() {
        assert_eq!(join("a/b", "../c/./d/"), Some("a/c/d".to_owned()));
        assert_eq!(join("", "."), Some(String::new()));
        assert_eq!(join("a", "../.."), None);
        assert_eq!(join("a", "/b"), None);
    }
}
