use super::Group;
use super::hand::{Hand, separator};
use super::newline::Newline;
use super::outline::{BOM, is_blank};
use super::render::{HIGHLIGHTS, items, section};
use super::section::Section;
use super::style::{Groups, Style};

/// A changelog in the making: what stands before the point that has been reached.
pub(super) struct Draft {
    pub(super) text: String,
    pub(super) newline: Newline,
}

impl Draft {
    /// Makes sure that the last line has ended and that a blank one follows, except at the front of the file.
    fn blank_line(&mut self) {
        if self.text.trim_start_matches(BOM).is_empty() {
            return;
        }
        self.end_line();
        if !self.text.lines().next_back().is_none_or(is_blank) {
            self.text.push_str(self.newline.as_str());
        }
    }

    fn end_line(&mut self) {
        if !self.text.ends_with('\n') {
            self.text.push_str(self.newline.as_str());
        }
    }

    pub(super) fn ours(&mut self, passage: &str) {
        self.theirs(&self.newline.applied(passage));
    }

    fn theirs(&mut self, passage: &str) {
        if !passage.is_empty() {
            self.blank_line();
            self.text.push_str(passage);
            self.end_line();
        }
    }

    /// Everything that people wrote, and below it a text of ours.
    pub(super) fn passages(&mut self, hand: &Hand<'_>, text: &str) {
        self.theirs(hand.all());
        self.ours(text);
    }

    /// The whole changelog, with what follows the entry.
    pub(super) fn rest(mut self, behind: &str) -> String {
        if !behind.is_empty() {
            self.blank_line();
        }
        self.text.push_str(behind);
        self.text
    }

    /// First the first words of what people wrote, then the highlights, then their groups with ours of the same title merged
    /// into them, then the rest of ours.
    pub(super) fn entry(&mut self, hand: &Hand<'_>, groups: Vec<Group>, style: &Style<'_>) {
        if style.groups == Groups::None {
            return self.list(hand, &groups, style);
        }
        let (merged, rest): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| hand.end_of(group).is_some());
        let (first, rest): (Vec<_>, Vec<_>) = rest.into_iter().partition(|group| group.title == HIGHLIGHTS);
        self.theirs(hand.intro());
        first.iter().for_each(|group| self.ours(&section(group, style)));
        self.theirs(&hand.with(&merged, self.newline));
        rest.iter().for_each(|group| self.ours(&section(group, style)));
    }

    /// One list, where the file knows no groups.
    fn list(&mut self, hand: &Hand<'_>, groups: &[Group], style: &Style<'_>) {
        let list: String = groups.iter().map(|group| items(group, &style.bullet)).collect();
        self.theirs(hand.all());
        if hand.all().is_empty() {
            return self.ours(&list);
        }
        if !list.is_empty() && separator(hand.all()) == "\n\n" {
            self.blank_line();
        }
        self.text.push_str(&self.newline.applied(&list));
    }
}

/// The groups as a file without any tells them: what breaks says so itself, and is no highlight besides.
pub(super) fn in_style(mut groups: Vec<Group>, style: &Style<'_>) -> Vec<Group> {
    if style.groups != Groups::None {
        return groups;
    }
    let breaking = groups.iter().position(|group| Section::of_title(&group.title) == Some(Section::Breaking));
    if let Some(at) = breaking {
        let items = groups[at].items.clone();
        let highlights = groups.iter_mut().filter(|group| group.title == HIGHLIGHTS);
        highlights.for_each(|group| group.items.retain(|item| !items.contains(item)));
        groups[at].items = items.iter().map(|item| format!("**Breaking:** {item}")).collect();
    }
    groups
}
