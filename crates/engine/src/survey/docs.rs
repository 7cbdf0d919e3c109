//! Changelog, manuals, runbooks, and the place of the archive.

use std::collections::BTreeSet;

use allclear_core::version::Version;

use super::tree::{Tree, base_name, folder_of};

/// What the project writes for people.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Docs {
    /// The changelog, in Markdown.
    pub changelog: Option<String>,
    /// The highest version that the changelog has a heading for.
    pub newest: Option<Version>,
    /// A changelog in another format, where there is none in Markdown.
    pub other_changelog: Option<String>,
    /// The pages of the manuals, as a pattern.
    pub manuals: Option<String>,
    /// The runbooks, as patterns.
    pub runbooks: Vec<String>,
    /// The folder of a release's archive.
    pub archive: String,
}

const CHANGELOGS: &[&str] = &["changelog", "changes", "history", "news", "releases", "release-notes", "release_notes"];

/// Finds what is written for people.
pub(super) fn docs(tree: &Tree<'_>) -> Docs {
    let found = changelogs(tree);
    let markdown = found.iter().find(|path| path.to_lowercase().ends_with(".md"));
    let pages = tree.below("docs").any(|path| path.ends_with(".md") && Some(path) != markdown.map(String::as_str));
    Docs {
        newest: markdown.and_then(|path| newest(&tree.text(path)?)),
        changelog: markdown.cloned(),
        other_changelog: found.iter().find(|_| markdown.is_none()).cloned(),
        manuals: pages.then(|| "docs/**/*.md".to_owned()),
        runbooks: runbooks(tree),
        archive: "docs/releases/{version}".to_owned(),
    }
}

/// Changelogs at the top and in `docs`, the likeliest first.
fn changelogs(tree: &Tree<'_>) -> Vec<String> {
    let place = |path: &&String| {
        let stem = base_name(path).split('.').next().unwrap_or_default().to_lowercase();
        let rank = CHANGELOGS.iter().position(|name| *name == stem)?;
        let near = match folder_of(path) {
            "" => 0,
            folder if folder.eq_ignore_ascii_case("docs") || folder.eq_ignore_ascii_case("doc") => 1,
            _ => return None,
        };
        let text = ["md", "rst", "txt", "adoc", "org"];
        let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending).to_lowercase();
        (text.contains(&ending.as_str()) || !base_name(path).contains('.')).then_some((rank, near))
    };
    let mut found: Vec<_> = tree.files.iter().filter_map(|path| Some((place(&path)?, path.clone()))).collect();
    found.sort();
    found.into_iter().map(|(_, path)| path).collect()
}

/// The highest version in a heading of the second level: `## [1.4.0] - 2026-01-31`.
fn newest(changelog: &str) -> Option<Version> {
    let heading = |line: &str| {
        let mut words = line.strip_prefix("## ")?.split(|c: char| c.is_whitespace() || "[]()".contains(c));
        words.find_map(|word| word.trim_start_matches('v').parse::<Version>().ok())
    };
    changelog.lines().filter_map(heading).filter(|version| !version.is_prerelease()).max()
}

/// Every folder that is called `runbooks` and has pages in it.
fn runbooks(tree: &Tree<'_>) -> Vec<String> {
    let folder = |path: &String| {
        let parts: Vec<&str> = folder_of(path).split('/').collect();
        let at = parts.iter().position(|part| matches!(*part, "runbooks" | "runbook"))?;
        path.ends_with(".md").then(|| format!("{}/**", parts[..=at].join("/")))
    };
    tree.files.iter().filter_map(folder).collect::<BTreeSet<_>>().into_iter().collect()
}
