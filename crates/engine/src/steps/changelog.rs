//! `changelog`: an entry for the version, on the release branch.

use allclear_core::changelog::fragment::Fragments;
use allclear_core::changelog::{self, Entry, Manual};
use allclear_core::event::CommitRole;
use allclear_core::names::{BranchName, CommitId, RelPath};
use allclear_core::process::spec::{Field, KindSpec, Naming, Shape, Type};
use serde::Deserialize;

use super::commit::{Change, Commit};
use crate::files::Pattern;
use crate::notes::Notes;
use crate::repository::Edits;
use crate::step::{Context, Kind, StepError, Work};

const FIELDS: &[Field] = &[
    Field::new("file", Type::Glob, "the changelog; that of `[project]` where it is left out"),
    Field::new("highlights", Type::Flag, "whether what breaks, and what is marked as a highlight, is listed first"),
    Field::new(
        "manuals",
        Type::List(&Type::Glob),
        "pages of the manuals: those that changed since the last release are linked",
    ),
];

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new(
            "changelog",
            Type::Table(FIELDS),
            "writes the version's entry into the changelog, from what was written by hand and from the commits",
        ),
        fields: &[],
        shape: Shape::Effect,
        naming: Naming::Kind,
        once: true,
    },
    work: |step| Ok(Work::Effect(Box::new(Commit(step.read::<Changelog>()?)))),
    preflight: |step, preflight| {
        if let Ok(step) = step.read::<Changelog>() {
            preflight.changelog(step.changelog.file.as_deref());
        }
    },
};

#[derive(Deserialize)]
struct Changelog {
    changelog: Settings,
}

#[derive(Deserialize)]
struct Settings {
    file: Option<String>,
    #[serde(default)]
    highlights: bool,
    #[serde(default)]
    manuals: Vec<String>,
}

impl Changelog {
    fn file(&self, cx: &Context<'_>) -> Result<RelPath, StepError> {
        let none =
            || StepError::Refused("the process names no changelog: add `changelog = \"…\"` to `[project]`".to_owned());
        match &self.changelog.file {
            Some(file) => Ok(file.parse()?),
            None => cx.process.project.changelog.clone().ok_or_else(none),
        }
    }

    fn entry(&self, cx: &Context<'_>, base: &CommitId, text: &str, fragments: &Fragments) -> Result<Entry, StepError> {
        let since = cx.release.opening.last.as_ref().map(|last| &last.commit);
        let log = cx.repository().log(since, base, &cx.process.changelog.paths)?;
        let (version, date) = (cx.release.version.to_string(), cx.release.opened.at.strftime("%Y-%m-%d").to_string());
        let mut entry = notes(cx).entry(&version, &date, &log.commits(), fragments, changelog::unreleased(text));
        entry.manuals = self.manuals(cx, since, base)?;
        if !self.changelog.highlights {
            entry.highlights.clear();
        }
        if let Some(template) = &cx.process.changelog.template {
            let text = cx.text(base, template)?;
            let broken = StepError::content("the entry cannot be made");
            entry.text = Some(changelog::fill(template.as_str(), &text, &entry).map_err(broken)?);
        }
        Ok(entry)
    }

    fn manuals(&self, cx: &Context<'_>, since: Option<&CommitId>, base: &CommitId) -> Result<Vec<Manual>, StepError> {
        let Some(since) = since else { return Ok(vec![]) };
        let patterns: Vec<Pattern> =
            self.changelog.manuals.iter().map(|text| Pattern::new(text)).collect::<Result<_, _>>()?;
        let own = self.file(cx)?;
        // The archive of an earlier release is written by us, and is no manual.
        let archive = cx.process.project.archive.as_ref().and_then(|folder| folder.as_str().split('{').next());
        let archived = |path: &str| archive.is_some_and(|folder| !folder.is_empty() && path.starts_with(folder));
        let mut manuals = Vec::new();
        for path in cx.repository().changed(since, base)? {
            if path == own.as_str() || archived(&path) || !patterns.iter().any(|pattern| pattern.fits(&path)) {
                continue;
            }
            let text = cx.repository().read(base, &path)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            if let Some(text) = text {
                manuals.push(Manual {
                    title: title(&text).unwrap_or(&path).to_owned(),
                    path: relative(own.as_str(), &path),
                });
            }
        }
        Ok(manuals)
    }
}

fn notes<'a>(cx: &'a Context<'_>) -> Notes<'a> {
    Notes { repository: cx.repository(), telling: &cx.process.changelog, forge: cx.process.project.forge.as_deref() }
}

/// The first heading of a page.
fn title(text: &str) -> Option<&str> {
    text.lines().find_map(|line| line.strip_prefix("# ")).map(str::trim)
}

/// The path of a page as a link from another file of the repository.
fn relative(from: &str, to: &str) -> String {
    let folder: Vec<_> = from.split('/').rev().skip(1).collect::<Vec<_>>().into_iter().rev().collect();
    let parts: Vec<_> = to.split('/').collect();
    let shared = folder.iter().zip(&parts).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", folder.len() - shared);
    up.chain(parts[shared..].iter().copied()).collect::<Vec<_>>().join("/")
}

impl Change for Changelog {
    fn branch(&self, cx: &Context<'_>) -> Result<BranchName, StepError> {
        cx.branch()
    }

    fn edits(&self, cx: &Context<'_>, base: &CommitId) -> Result<Edits, StepError> {
        let file = self.file(cx)?;
        let text = match cx.repository().read(base, file.as_str())? {
            Some(_) => cx.text(base, &file)?,
            None => String::new(),
        };
        if changelog::has_entry(&text, &cx.release.version.to_string()) {
            return Ok(Edits::new());
        }
        if file.as_str().to_ascii_lowercase().ends_with(".rst") {
            return Err(StepError::Refused(format!(
                "`{file}` is reStructuredText, and changelogs are written as Markdown: name a Markdown file"
            )));
        }
        let since = cx.release.opening.last.as_ref().map(|last| &last.commit);
        let fragments = notes(cx).fragments(since, base)?;
        let cannot = StepError::content(format!("the entry cannot be written into `{file}`"));
        let text = changelog::write(&text, &self.entry(cx, base, &text, &fragments)?).map_err(cannot)?;
        let mut edits = Edits::from([(file, Some(text.into_bytes()))]);
        for path in fragments.consumed {
            edits.insert(path.parse()?, None);
        }
        for (path, text) in fragments.rewritten {
            edits.insert(path.parse()?, Some(text.into_bytes()));
        }
        Ok(edits)
    }

    fn message(&self, cx: &Context<'_>) -> Result<String, StepError> {
        Ok(format!("docs: changelog for {}\n", cx.release.version))
    }

    fn role(&self) -> Option<CommitRole> {
        Some(CommitRole::Candidate)
    }

    fn summary(&self, cx: &Context<'_>) -> String {
        self.file(cx).map_or(String::new(), |file| format!("`{file}` has an entry for {}", cx.release.version))
    }
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn links_lead_from_the_changelog_to_the_page() {
        assert_eq!(relative("docs/changelog.md", "docs/manuals/user.md"), "manuals/user.md");
        assert_eq!(relative("docs/log/changes.md", "docs/manuals/user.md"), "../manuals/user.md");
        assert_eq!(relative("CHANGELOG.md", "docs/user.md"), "docs/user.md");
    }
}
