use super::Group;
use super::hand::Hand;
use super::newline::Newline;
use super::outline::{BOM, is_blank};
use super::render::{HIGHLIGHTS, section};

/// A changelog in the making: what stands before the point that has been reached.
pub(super) struct Draft {
    pub(super) text: String,
    pub(super) newline: Newline,
}

impl Draft {
    /// Makes sure that the last line has ended and that a blank one follows, except at the front of the file.
    pub(super) fn blank_line(&mut self) {
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

    /// First the first words of what people wrote under `Unreleased`, then the highlights, then their groups with ours of
    /// the same title merged into them, then the rest of ours.
    pub(super) fn entry(&mut self, hand: &Hand<'_>, groups: Vec<Group>) {
        let is_merged = |group: &Group| hand.end_of(group).is_some();
        let (merged, rest): (Vec<_>, Vec<_>) = groups.into_iter().partition(is_merged);
        let (first, rest): (Vec<_>, Vec<_>) = rest.into_iter().partition(|group| group.title == HIGHLIGHTS);
        self.theirs(hand.intro());
        first.iter().for_each(|group| self.ours(&section(group)));
        self.theirs(&hand.with(&merged, self.newline));
        rest.iter().for_each(|group| self.ours(&section(group)));
    }
}
