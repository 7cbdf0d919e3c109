//! `docs-verify`: the documents of the repository lead where they say, are kept up, and name what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use allclear_core::docs::{self, Gone, Matter, Page, Problem, Site, State, Tree};
use allclear_core::edit::Texts;
use allclear_core::names::CommitId;
use allclear_core::process::spec::{Field, KindSpec, Naming, Shape, Type};
use serde::Deserialize;

use crate::external::{self, Answer};
use crate::files::Pattern;
use crate::step::{Check, Context, Finding, Kind, StepError, Work};

/// How long all addresses of the web together may take where the step does not say.
const TIMEOUT: u64 = 600;

const FIELDS: &[Field] = &[
    Field::new(
        "front-matter",
        Type::List(&Type::Text),
        "keys that every page must say at its head, such as `title` and `owner`",
    ),
    Field::new(
        "reviewed-within",
        Type::Duration,
        "how long a review holds, such as `365d`: `last-reviewed: YYYY-MM-DD` at the head of a page says when it was",
    ),
    Field::new("fences", Type::Flag, "whether every fenced block of code must say its language"),
    Field::new(
        "changelog-entry",
        Type::Flag,
        "whether the changelog of `[project]` must have an entry for the version",
    ),
    Field::new(
        "external",
        Type::Flag,
        "whether addresses of the web are asked for: 404 and 410 fail, and what does not answer is noted",
    ),
    Field::new(
        "history",
        Type::List(&Type::Glob),
        "pages that tell of the past, such as decisions: they may name files and commands that are gone",
    ),
];

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new(
            "docs-verify",
            Type::List(&Type::Glob),
            "checks these Markdown pages of the candidate: links and anchors, fences, files and commands that are gone",
        ),
        fields: FIELDS,
        shape: Shape::Check,
        naming: Naming::Kind,
        once: false,
    },
    work: |step| Ok(Work::Check(Box::new(step.read::<DocsVerify>()?))),
    preflight: |step, preflight| {
        if let Ok(step) = step.read::<DocsVerify>() {
            preflight.pages(&step.docs_verify);
            if step.changelog_entry {
                preflight.changelog(None);
            }
        }
    },
};

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct DocsVerify {
    docs_verify: Vec<String>,
    #[serde(default)]
    front_matter: Vec<String>,
    reviewed_within: Option<u64>,
    #[serde(default)]
    fences: bool,
    #[serde(default)]
    changelog_entry: bool,
    #[serde(default)]
    external: bool,
    #[serde(default)]
    history: Vec<String>,
}

/// The pages of a commit, and what was found in them so far.
struct Found {
    tree: Tree,
    /// The texts of the pages that are checked.
    texts: Texts,
    /// The same pages, and those that they link to with an anchor.
    pages: BTreeMap<String, Page>,
    problems: Vec<Problem>,
    /// What could not be checked, and fails nothing.
    notes: Vec<Problem>,
}

impl Check for DocsVerify {
    fn check(&self, cx: &Context<'_>) -> Result<Finding, StepError> {
        cx.begin()?;
        let commit = cx.commit()?;
        let paths = cx.repository().files(commit)?;
        let mut found = self.read(cx, commit, &paths)?;
        self.pages(cx, &mut found);
        self.gone(cx, commit, &paths, &mut found)?;
        if self.changelog_entry {
            found.problems.extend(entry(cx, commit)?);
        }
        if self.external {
            external(cx, &mut found);
        }
        found.problems.sort();
        let summary = found.summary();
        let lines = found.problems.iter().map(|problem| format!("{problem}\n"));
        let notes = found.notes.iter().map(|Problem { path, line, what }| format!("{path}:{line}: note: {what}\n"));
        let told = lines.chain(notes).collect::<String>() + &summary + "\n";
        Ok(Finding {
            passed: found.problems.is_empty(),
            evidence: vec![cx.keep("docs-verify.txt", "text/plain", told.into_bytes())?],
            summary,
            ..Finding::default()
        })
    }
}

impl DocsVerify {
    /// Reads the pages that the step names, and those that they lead into.
    fn read(&self, cx: &Context<'_>, commit: &CommitId, paths: &[String]) -> Result<Found, StepError> {
        let patterns = patterns(&self.docs_verify)?;
        // The archive of an earlier release is written by us, from pages of other folders.
        let archive = cx.process.project.archive.as_ref().and_then(|folder| folder.as_str().split('{').next());
        let archived = |path: &str| archive.is_some_and(|folder| !folder.is_empty() && path.starts_with(folder));
        let named = paths.iter().map(String::as_str).filter(|path| fits(&patterns, path) && !archived(path));
        let named: Vec<&str> = named.collect();
        if named.is_empty() {
            let (globs, commit) = (self.docs_verify.join("`, `"), commit.short());
            let way_out = "correct `docs-verify`, or take the step out of the process";
            return Err(StepError::Refused(format!("`{globs}` matches no file of {commit}: {way_out}")));
        }
        let tree = Tree::new(paths.iter().map(String::as_str));
        let (mut texts, mut problems) = (Texts::new(), Vec::new());
        for (path, bytes) in cx.repository().read_regular(commit, &named)? {
            match docs::text(&path, &bytes) {
                Ok(text) => drop(texts.insert(path, text.to_owned())),
                Err(problem) => problems.push(problem),
            }
        }
        let mut pages: BTreeMap<_, _> = texts.iter().map(|(path, text)| (path.clone(), Page::of(text))).collect();
        let linked: BTreeSet<String> =
            pages.iter().flat_map(|(path, page)| docs::anchored(path, page, &tree)).collect();
        let others: Vec<&str> = linked.iter().map(String::as_str).filter(|path| !pages.contains_key(*path)).collect();
        for (path, bytes) in cx.repository().read_regular(commit, &others)? {
            // What cannot be read is the problem of whoever checks that page.
            if let Ok(text) = docs::text(&path, &bytes) {
                pages.insert(path, Page::of(text));
            }
        }
        Ok(Found { tree, texts, pages, problems, notes: Vec::new() })
    }

    /// What can be said of each page by itself.
    fn pages(&self, cx: &Context<'_>, found: &mut Found) {
        let matter = Matter { required: &self.front_matter, reviewed_within: self.reviewed_within, now: cx.now };
        let site = Site { tree: &found.tree, pages: &found.pages };
        for (path, text) in &found.texts {
            let Some(page) = found.pages.get(path) else { continue };
            found.problems.extend(docs::links(path, page, site));
            found.problems.extend(docs::fences(path, page, self.fences));
            found.problems.extend(docs::anchors_twice(path, page));
            found.problems.extend(docs::front_matter(path, text, matter));
        }
        found.problems.extend(docs::slugs_twice(&found.texts));
    }

    /// What pages name that was there at the last release and is not any more.
    fn gone(&self, cx: &Context<'_>, commit: &CommitId, paths: &[String], found: &mut Found) -> Result<(), StepError> {
        let Some(last) = &cx.release.opening.last else { return Ok(()) };
        let (history, own) = (patterns(&self.history)?, cx.process.project.changelog.as_ref());
        let old_paths = cx.repository().files(&last.commit)?;
        let old_tree = Tree::new(old_paths.iter().map(String::as_str));
        let (old, new) = (build_files(cx, &last.commit, &old_paths)?, build_files(cx, commit, paths)?);
        let version = last.version.to_string();
        let before = State { tree: &old_tree, texts: &old };
        let gone = Gone::between(&version, before, State { tree: &found.tree, texts: &new });
        for (path, text) in &found.texts {
            // A changelog tells of what is gone.
            let tells = own.is_some_and(|own| own.as_str() == path) || fits(&history, path);
            if let Some(page) = found.pages.get(path).filter(|_| !tells) {
                found.problems.extend(gone.mentioned(path, text, page));
            }
        }
        Ok(())
    }
}

impl Found {
    /// One line for people: how much was looked at, and what comes first.
    fn summary(&self) -> String {
        let links: usize = self.texts.keys().filter_map(|path| self.pages.get(path)).map(Page::links).sum();
        let notes = match self.notes.len() {
            0 => String::new(),
            notes => format!("; {} could not be checked", count(notes, "address")),
        };
        let looked_at = format!("{} with {}", count(self.texts.len(), "page"), count(links, "link"));
        match self.problems.first() {
            None => format!("{looked_at}: nothing is wrong{notes}"),
            Some(first) => {
                let wrong = count(self.problems.len(), "problem");
                format!("{wrong} in {looked_at}{notes}, the first at {first}")
            }
        }
    }
}

/// A number of things, in words of English.
fn count(number: usize, thing: &str) -> String {
    let plural = if thing.ends_with('s') { "es" } else { "s" };
    format!("{number} {thing}{}", if number == 1 { "" } else { plural })
}

fn patterns(texts: &[String]) -> Result<Vec<Pattern>, StepError> {
    texts.iter().map(|text| Pattern::new(text)).collect()
}

fn fits(patterns: &[Pattern], path: &str) -> bool {
    patterns.iter().any(|pattern| pattern.fits(path))
}

/// The texts that say which commands a commit has.
fn build_files(cx: &Context<'_>, commit: &CommitId, paths: &[String]) -> Result<Texts, StepError> {
    let named: Vec<&str> = paths.iter().map(String::as_str).filter(|path| docs::is_build_file(path)).collect();
    let read = cx.repository().read_regular(commit, &named)?;
    Ok(read.into_iter().map(|(path, bytes)| (path, String::from_utf8_lossy(&bytes).into_owned())).collect())
}

/// Whether the changelog has an entry for the version.
fn entry(cx: &Context<'_>, commit: &CommitId) -> Result<Option<Problem>, StepError> {
    let none =
        || StepError::Refused("the process names no changelog: add `changelog = \"…\"` to `[project]`".to_owned());
    let file = cx.process.project.changelog.as_ref().ok_or_else(none)?;
    let version = cx.release.version.to_string();
    match cx.repository().read(commit, file.as_str())? {
        Some(_) => Ok(docs::entry(file.as_str(), &cx.text(commit, file)?, &version)),
        None => Ok(docs::entry(file.as_str(), "", &version)),
    }
}

/// Asks for every address of the web, each once.
fn external(cx: &Context<'_>, found: &mut Found) {
    let mut places: BTreeMap<String, Vec<(&str, usize)>> = BTreeMap::new();
    for path in found.texts.keys() {
        for (url, line) in found.pages.get(path).map(docs::external).unwrap_or_default() {
            places.entry(url).or_default().push((path, line));
        }
    }
    places.retain(|url, _| external::is_public(url));
    let urls: BTreeSet<String> = places.keys().cloned().collect();
    // A rehearsal asks nothing of the outside.
    let answers = match &cx.world.stand_ins {
        Some(_) => urls.into_iter().map(|url| (url, Answer::Unknown("a rehearsal does not ask".to_owned()))).collect(),
        None => external::ask_all(&urls, Duration::from_secs(cx.step.timeout.unwrap_or(TIMEOUT))),
    };
    for (url, answer) in answers {
        let all = places.get(&url).into_iter().flatten();
        let all = |what: String| all.map(|(path, line)| Problem::new(path, *line, what.clone())).collect::<Vec<_>>();
        match answer {
            Answer::There => {}
            Answer::Gone(status) => {
                found
                    .problems
                    .extend(all(format!("{url} answers with status {status}: correct the link, or take it out")));
            }
            Answer::Unknown(why) => found.notes.extend(all(format!("{url} could not be checked: {why}"))),
        }
    }
}
