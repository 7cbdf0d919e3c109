//! Pages that name files and commands which were there at the last release and are not any more.

use std::collections::BTreeSet;

use super::address::{Address, folder_of};
use super::commands::{Call, calls, gone_scripts, gone_targets};
use super::ignored::Ignored;
use super::page::Code;
use super::{Page, Problem, Tree};
use crate::edit::Texts;

/// A commit, as far as pages speak of it.
#[derive(Clone, Copy)]
pub struct State<'a> {
    /// Its files.
    pub tree: &'a Tree,
    /// The texts of its build files; see [`is_build_file`](super::is_build_file).
    pub texts: &'a Texts,
}

/// What a release takes away.
pub struct Gone<'a> {
    last: &'a str,
    now: &'a Tree,
    paths: BTreeSet<&'a str>,
    targets: BTreeSet<String>,
    scripts: BTreeSet<String>,
}

/// Beginnings of words near which a page tells of the past, or of something that is made.
const TOLD: [&str; 27] = [
    "archiv",
    "creat",
    "decompos",
    "delet",
    "deprecat",
    "drop",
    "earlier",
    "former",
    "generat",
    "gone",
    "histor",
    "instead",
    "legacy",
    "migrat",
    "moved",
    "no longer",
    "obsolete",
    "output",
    "previous",
    "remov",
    "renam",
    "replac",
    "split",
    "used to",
    "was ",
    "were ",
    "writ",
];

/// Languages of blocks in which commands are typed.
const SHELLS: [&str; 15] = [
    "",
    "bash",
    "bat",
    "cmd",
    "console",
    "fish",
    "powershell",
    "ps1",
    "sh",
    "sh-session",
    "shell",
    "shell-session",
    "terminal",
    "text",
    "zsh",
];

/// Programs whose arguments need not be there, because they make them or take them away.
const MAKERS: [&str; 9] = ["mkdir", "touch", "rm", "rmdir", "cp", "mv", "tee", "-o", "--output"];

impl<'a> Gone<'a> {
    /// What was there at the last release, which is called like this, and is not there now.
    pub fn between(last: &'a str, before: State<'a>, now: State<'a>) -> Self {
        let ignored = Ignored::of(now.texts);
        let paths = before.tree.without(now.tree).filter(|path| !ignored.covers(path)).collect();
        let targets = gone_targets(before.texts, now.texts);
        let scripts = gone_scripts(before.texts, now.texts);
        Self { last, now: now.tree, paths, targets, scripts }
    }

    /// Finds what a page names in code as if it still were there.
    pub fn mentioned(&self, path: &str, text: &str, page: &Page) -> Vec<Problem> {
        let lines: Vec<&str> = text.lines().collect();
        let mut problems = Vec::new();
        let (mut last_line, mut elsewhere) = (0, false);
        for code in &page.code {
            let goes_on = code.language.is_some() && code.line == last_line + 1;
            elsewhere &= goes_on;
            last_line = code.line;
            let mut found = self.named_paths(path, code);
            let is_shell = code.language.as_deref().is_none_or(|language| SHELLS.contains(&language));
            for call in calls(&code.text).into_iter().filter(|_| is_shell) {
                elsewhere |= call == Call::Elsewhere;
                found.extend(self.called(&call).filter(|_| !elsewhere));
            }
            if !found.is_empty() && !is_told(&lines, page, code) {
                problems.extend(found.into_iter().map(|what| Problem::new(path, code.line, what)));
            }
        }
        problems.dedup();
        problems
    }

    fn called(&self, call: &Call<'_>) -> Option<String> {
        let (what, file) = match call {
            Call::Target(target) if self.targets.contains(*target) => (format!("make {target}"), "the Makefile"),
            Call::Script(script) if self.scripts.contains(*script) => (format!("npm run {script}"), "`package.json`"),
            _ => return None,
        };
        let last = self.last;
        Some(format!(
            "`{what}` is called, and {file} has it no longer; it was there at {last}: name what took its place"
        ))
    }

    fn named_paths(&self, page: &str, code: &Code) -> Vec<String> {
        let words = || code.text.split_whitespace();
        let makes = words().any(|word| MAKERS.contains(&word) || word.starts_with('>'));
        let is_difference = code.language.as_deref().is_some_and(|language| ["diff", "patch"].contains(&language));
        if makes || is_difference {
            return Vec::new();
        }
        let named = code.text.split(|c: char| c.is_whitespace() || "\"'`=,;()[]<>|".contains(c));
        named.filter_map(|word| self.gone_path(page, word, code.language.is_some())).collect()
    }

    fn gone_path(&self, page: &str, word: &str, is_block: bool) -> Option<String> {
        let word = word.trim_end_matches(['.', ':', '!', '?']);
        // `src/main.py:12` is a place in a file.
        let word = word.split_once(':').map_or(word, |(path, _)| path);
        if !word.contains('/') || word.starts_with(['/', '~', '-', '@', '$']) || word.contains(['*', '{', '$', '\\']) {
            return None;
        }
        // In a drawing of folders a single name says nothing about where it is.
        if is_block && !word.trim_end_matches('/').contains('/') {
            return None;
        }
        let Address::Inside(inside) = Address::of(word) else { return None };
        let here = inside.from(folder_of(page)).ok();
        let from_top = inside.from("").ok();
        let is_there = |path: &Option<String>| path.as_ref().is_some_and(|path| self.now.has_below(path));
        if is_there(&here) || is_there(&from_top) {
            return None;
        }
        let gone = [from_top, here].into_iter().flatten().find(|path| self.paths.contains(path.as_str()))?;
        let meant = self.now.meant(&gone).map_or(String::new(), |meant| format!(" (is it `{meant}`?)"));
        let way_out = "name what took its place, or take it out";
        Some(format!("`{gone}` was there at {} and is not any more{meant}: {way_out}", self.last))
    }
}

/// Whether the lines around say that this is the past, or made by something: its paragraph, list or table with what stands
/// above that, and the heading.
fn is_told(lines: &[&str], page: &Page, code: &Code) -> bool {
    // A block is spoken of above it.
    let fence = page.fences.iter().rev().find(|fence| code.language.is_some() && fence.line <= code.line);
    let at = fence.map_or(code.line, |fence| fence.line).min(lines.len()).saturating_sub(1);
    let is_blank = |index: &usize| lines.get(*index).is_none_or(|line| line.trim().is_empty());
    let begins = (at.saturating_sub(200)..at).rev().find(is_blank).map_or(at, |blank| blank + 1);
    let heading =
        (at.saturating_sub(200)..at).rev().find(|index| lines.get(*index).is_some_and(|line| line.starts_with('#')));
    let around = code.line.saturating_sub(2)..code.line + 1;
    let above = begins.saturating_sub(2)..begins + 1;
    let tells = |line: &&str| {
        let line = line.to_lowercase();
        TOLD.iter().any(|word| line.contains(word))
    };
    around.chain(above).chain([at]).chain(heading).filter_map(|index| lines.get(index)).any(tells)
}
