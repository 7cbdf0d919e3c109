//! Every file in which the project's version stands, and those that stand apart.

use std::collections::BTreeMap;

use allclear_core::edit::{self, EditError, Format};

use super::tree::{Tree, base_name, folder_of};
use crate::files::Pattern;

/// Where the version stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Versions {
    /// The project's version as its first manifest states it.
    pub stated: Option<String>,
    /// What `[versions]` lists: paths and patterns.
    pub listed: Vec<Listed>,
    /// Files that are left out, and why.
    pub apart: Vec<Apart>,
}

/// One entry of `[versions]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// A path, or a pattern that selects exactly the files that were found.
    pub pattern: String,
    /// How many files that is.
    pub files: usize,
    /// The version that most of them state.
    pub version: String,
    /// Files among them that state another version, with it.
    pub differing: Vec<(String, String)>,
}

/// A file that is left out of `[versions]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apart {
    /// The file.
    pub path: String,
    /// Why, as the end of a sentence.
    pub why: String,
}

/// Every manifest with what it says of its version.
struct Manifests {
    readable: Vec<(String, String)>,
    apart: Vec<Apart>,
}

impl Manifests {
    /// Reads all manifests; charts inside of charts are parts of those, and not looked at.
    fn of(tree: &Tree<'_>) -> Self {
        let mut manifests = Self { readable: Vec::new(), apart: Vec::new() };
        for path in tree.files.iter().filter(|path| !is_nested_chart(tree, path)) {
            let Some(format) = Format::of(path) else { continue };
            let text = tree.text(path).unwrap_or_default();
            match edit::places(format, &text) {
                Ok(places) => manifests.readable.push((path.clone(), places[0].value.clone())),
                // A crate whose version stands in its workspace, or a workspace whose crates state theirs.
                Err(EditError::NoneOfItsOwn) => {}
                Err(error) => {
                    manifests.apart.push(Apart { path: path.clone(), why: crate::step::chain(&error) });
                }
            }
        }
        manifests.readable.sort_by_cached_key(|(path, _)| (path.matches('/').count(), rank(path), path.clone()));
        manifests
    }
}

fn rank(path: &str) -> usize {
    Format::ALL.iter().position(|format| format.file_name() == base_name(path)).unwrap_or(usize::MAX)
}

/// Whether the file is a chart in another chart's `charts/`.
pub(super) fn is_nested_chart(tree: &Tree<'_>, path: &str) -> bool {
    let group = folder_of(folder_of(path));
    let around = match folder_of(group) {
        "" => "Chart.yaml".to_owned(),
        folder => format!("{folder}/Chart.yaml"),
    };
    base_name(path) == "Chart.yaml" && base_name(group) == "charts" && tree.has(&around)
}

/// Sorts the manifests into those that a release writes and those that stand apart.
///
/// What is at the top and every chart is released with the project, whatever it says today. A manifest deeper down is taken along
/// only where it says the same as the project.
pub(super) fn versions(tree: &Tree<'_>) -> Versions {
    let manifests = Manifests::of(tree);
    let at_top = manifests.readable.iter().find(|(path, _)| !path.contains('/'));
    let stated = at_top.map(|(_, version)| version).or(manifests.readable.first().map(|(_, version)| version)).cloned();
    let mut versions = Versions { stated, ..Versions::default() };
    let mut taken: Vec<(String, String)> = Vec::new();
    for (path, version) in &manifests.readable {
        let along = !path.contains('/') || base_name(path) == "Chart.yaml" || Some(version) == versions.stated.as_ref();
        match along {
            true => taken.push((path.clone(), version.clone())),
            false => {
                let why = format!("it states {version}, so it seems to be released on its own");
                versions.apart.push(Apart { path: path.clone(), why });
            }
        }
    }
    versions.apart.extend(manifests.apart);
    versions.listed = grouped(tree, taken);
    versions
}

/// Joins siblings of the same name to a pattern, where it selects them and nothing else.
fn grouped(tree: &Tree<'_>, taken: Vec<(String, String)>) -> Vec<Listed> {
    let mut groups: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for (path, version) in taken {
        let pattern = sibling_pattern(&path).unwrap_or_else(|| path.clone());
        match groups.iter_mut().find(|(other, _)| *other == pattern) {
            Some((_, files)) => files.push((path, version)),
            None => groups.push((pattern, vec![(path, version)])),
        }
    }
    let mut listed = Vec::new();
    for (pattern, files) in groups {
        match files.len() > 1 && selects_exactly(tree, &pattern, files.len()) {
            true => listed.push(entry(pattern, files)),
            false => listed.extend(files.into_iter().map(|file| entry(file.0.clone(), vec![file]))),
        }
    }
    listed
}

/// `infra/helm/*/Chart.yaml` for `infra/helm/api/Chart.yaml`.
fn sibling_pattern(path: &str) -> Option<String> {
    let folder = folder_of(path);
    let above = folder_of(folder);
    (!above.is_empty()).then(|| format!("{above}/*/{}", base_name(path)))
}

/// Whether a pattern selects this many files of the commit; it always selects the siblings that it was made from.
pub(super) fn selects_exactly(tree: &Tree<'_>, pattern: &str, files: usize) -> bool {
    Pattern::new(pattern).is_ok_and(|pattern| pattern.select(&tree.all).len() == files)
}

fn entry(pattern: String, files: Vec<(String, String)>) -> Listed {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, version) in &files {
        *counts.entry(version).or_default() += 1;
    }
    let version = counts.into_iter().max_by_key(|(_, count)| *count).map_or("", |(version, _)| version).to_owned();
    let count = files.len();
    let differing = files.into_iter().filter(|(_, other)| *other != version).collect();
    Listed { pattern, files: count, version, differing }
}
