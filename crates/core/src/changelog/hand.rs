use std::ops::Range;

use super::Group;
use super::newline::Newline;
use super::outline::{Outline, without_blank_lines};
use super::render::items;
use super::section::{Section, same};
use super::style::{Bullet, Groups, Style, labels};

/// What people wrote where the entry goes.
pub(super) struct Hand<'a> {
    text: &'a str,
    span: Range<usize>,
    /// Where groups begin, and their titles.
    marks: Vec<(usize, &'a str)>,
    bullet: Bullet,
}

impl<'a> Hand<'a> {
    pub(super) fn of(outline: &Outline<'a>, body: Range<usize>, style: &Style<'a>) -> Self {
        let headings = outline.headings.iter().filter(|heading| body.contains(&heading.line));
        let mut marks: Vec<(usize, &'a str)> = headings.map(|heading| (heading.start, heading.title)).collect();
        if matches!(style.groups, Groups::Label(..)) {
            marks.extend(labels(outline.text, body.clone()).map(|label| (label.start, label.title)));
            marks.sort_unstable();
        }
        Self { text: outline.text, span: without_blank_lines(outline.text, body), marks, bullet: style.bullet.clone() }
    }

    /// Everything that stands there.
    pub(super) fn all(&self) -> &'a str {
        &self.text[self.span.clone()]
    }

    /// What stands before the first group.
    pub(super) fn intro(&self) -> &'a str {
        &self.text[without_blank_lines(self.text, self.span.start..self.groups_start())]
    }

    /// Where the group of the same title ends: where the next one begins, or the next heading of any level.
    pub(super) fn end_of(&self, group: &Group) -> Option<usize> {
        let section = Section::of_title(&group.title);
        let means =
            |title: &str| same(title, group.title.trim()) || section.is_some() && Section::of_title(title) == section;
        let index = self.marks.iter().position(|(_, title)| means(title))?;
        Some(self.marks.get(index + 1).map_or(self.span.end, |next| next.0))
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
            out.push_str(&newline.applied(items(group, &self.bullet).trim_end()));
            at = kept.max(at);
        }
        out.push_str(&self.text[at..self.span.end]);
        out
    }

    fn groups_start(&self) -> usize {
        self.marks.first().map_or(self.span.end, |first| first.0.clamp(self.span.start, self.span.end))
    }
}

/// A list goes on in the next line; after anything else a blank line keeps the items apart.
pub(super) fn separator(before: &str) -> &'static str {
    let last = before.lines().next_back().unwrap_or_default();
    if last.starts_with(['-', '*', '+', ' ', '\t']) && !last.starts_with("**") { "\n" } else { "\n\n" }
}
