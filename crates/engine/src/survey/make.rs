//! The targets of the project's Makefile, and what they run.

use std::collections::BTreeSet;

use super::Run;
use super::tree::{Tree, is_plain};
use crate::preflight::make_targets;

/// The Makefile at the top.
#[derive(Default)]
pub(super) struct Make {
    text: String,
    targets: BTreeSet<String>,
}

impl Make {
    pub(super) fn of(tree: &Tree<'_>) -> Self {
        let file = tree.first(&["GNUmakefile", "makefile", "Makefile"]);
        Self::from_text(file.and_then(|file| tree.text(file)).unwrap_or_default())
    }

    fn from_text(text: String) -> Self {
        let targets = make_targets(&text).into_iter().filter(|target| is_plain(target)).collect();
        Self { text, targets }
    }

    /// The first of these targets that is there.
    pub(super) fn target<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        names.iter().find(|name| self.targets.contains(**name)).copied()
    }

    /// The first of these targets, as a command.
    pub(super) fn run(&self, names: &[&str]) -> Option<Run> {
        self.target(names).map(|target| Run::new(format!("make {target}")))
    }

    /// The lines of a target: its prerequisites and its recipe.
    pub(super) fn rule(&self, target: &str) -> String {
        let begins = |line: &&str| {
            line.split_once(':').is_some_and(|(names, rest)| {
                !line.starts_with(['\t', ' ', '.', '#'])
                    && !rest.starts_with('=')
                    && names.split_whitespace().any(|name| name == target)
            })
        };
        let mut lines = self.text.lines().skip_while(|line| !begins(line));
        let head = lines.next().unwrap_or_default();
        let recipe = lines.take_while(|line| line.starts_with('\t') || line.trim().is_empty());
        std::iter::once(head).chain(recipe).collect::<Vec<_>>().join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_ends_where_the_next_one_begins() {
        let make = Make::from_text("fmt: a\n\tblack .\n\n\tisort .\nlint:\n\truff check .\n".to_owned());
        assert_eq!(make.rule("fmt"), "fmt: a\n\tblack .\n\n\tisort .");
        assert_eq!(make.rule("lint"), "lint:\n\truff check .");
        assert_eq!(make.target(&["format", "lint"]), Some("lint"));
        assert_eq!(make.rule("none"), "");
    }
}
