use std::ops::Range;

use super::Group;
use super::newline::Newline;
use super::outline::{Heading, Outline, without_blank_lines};
use super::render::items;

/// What people wrote under `Unreleased`.
pub(super) struct Hand<'a> {
    text: &'a str,
    span: Range<usize>,
    headings: Vec<Heading<'a>>,
}

impl<'a> Hand<'a> {
    pub(super) fn of(outline: &Outline<'a>, body: Range<usize>) -> Self {
        let inside = |heading: &&Heading<'a>| body.contains(&heading.start);
        let headings = outline.headings.iter().filter(inside).copied().collect();
        Self { text: outline.text, span: without_blank_lines(outline.text, body.clone()), headings }
    }

    /// What stands before the first group.
    pub(super) fn intro(&self) -> &'a str {
        &self.text[without_blank_lines(self.text, self.span.start..self.groups_start())]
    }

    /// Where the group of the same title ends: at the next heading of any level.
    pub(super) fn end_of(&self, group: &Group) -> Option<usize> {
        let same = |heading: &Heading<'_>| heading.level == 3 && heading.title.eq_ignore_ascii_case(group.title.trim());
        let index = self.headings.iter().position(same)?;
        Some(self.headings.get(index + 1).map_or(self.span.end, |next| next.start))
    }

    /// The groups, with the items of `merged` at the end of those that have the same title.
    pub(super) fn with(&self, merged: &[Group], newline: Newline) -> String {
        let mut additions: Vec<(usize, &Group)> =
            merged.iter().filter_map(|group| Some((self.end_of(group)?, group))).collect();
        additions.sort_by_key(|(end, _)| *end);
        let mut out = String::new();
        let mut at = self.groups_start();
        for (end, group) in additions {
            let kept = without_blank_lines(self.text, at..end).end;
            out.push_str(&self.text[at..kept.max(at)]);
            out.push_str(&newline.applied(separator(&out)));
            out.push_str(&newline.applied(items(group).trim_end()));
            at = kept.max(at);
        }
        out.push_str(&self.text[at..self.span.end]);
        out
    }

    fn groups_start(&self) -> usize {
        self.headings.first().map_or(self.span.end, |first| first.start)
    }
}

/// A list goes on in the next line; after anything else a blank line keeps the items apart.
fn separator(before: &str) -> &'static str {
    let last = before.lines().next_back().unwrap_or_default();
    if last.starts_with(['-', '*', '+', ' ', '\t']) { "\n" } else { "\n\n" }
}
