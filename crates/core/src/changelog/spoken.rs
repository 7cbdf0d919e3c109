use std::collections::HashSet;

use super::reference::leading_number;

/// What is told already, by hand or by a fragment: issues, pull requests, commits, and whole items.
#[derive(Debug, Default)]
pub(super) struct Spoken<'a> {
    numbers: HashSet<u64>,
    ids: HashSet<&'a str>,
    items: HashSet<String>,
}

impl<'a> Spoken<'a> {
    /// Reads a text that people wrote: `#12`, `GH-12`, the addresses of issues and pull requests, and ids of commits.
    pub(super) fn of(text: &'a str) -> Self {
        let mut spoken = Self::default();
        for word in text.split(|c: char| c.is_whitespace() || "()[]<>,;`".contains(c)) {
            let mut rest = word;
            while let Some((front, behind)) = rest.split_once(['#', '!']) {
                let _ = front;
                spoken.numbers.extend(leading_number(behind));
                rest = behind;
            }
            let page =
                ["/pull/", "/issues/", "/merge_requests/", "/pulls/"].iter().find_map(|folder| word.split_once(folder));
            spoken.numbers.extend(page.and_then(|(_, number)| leading_number(number)));
            let gh = word
                .get(..3)
                .filter(|front| front.eq_ignore_ascii_case("gh-"))
                .and_then(|_| leading_number(&word[3..]));
            spoken.numbers.extend(gh);
            let id = word.rsplit('/').next().unwrap_or(word).trim_end_matches(['.', ':']);
            if (7..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                spoken.ids.extend(id.get(..7));
            }
        }
        spoken.items.extend(items(text));
        spoken
    }

    pub(super) fn add_number(&mut self, number: u64) {
        self.numbers.insert(number);
    }

    pub(super) fn add_commit(&mut self, id: &'a str) {
        self.ids.extend(id.get(..7));
    }

    /// Whether somebody speaks of an issue or pull request.
    pub(super) fn has_number(&self, number: u64) -> bool {
        self.numbers.contains(&number)
    }

    /// Whether somebody speaks of a commit.
    pub(super) fn has_commit(&self, id: &str) -> bool {
        !self.ids.is_empty() && id.get(..7).is_some_and(|short| self.ids.contains(short))
    }

    /// Whether an item stands there word for word.
    pub(super) fn has_item(&self, text: &str) -> bool {
        self.items.contains(&words(text))
    }
}

/// The items of all lists of a text, each in one line.
fn items(text: &str) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    let mut is_open = false;
    for line in text.lines() {
        let bare = line.trim_start();
        if let Some(item) = ["- ", "* ", "+ "].iter().find_map(|mark| bare.strip_prefix(mark)) {
            items.push(words(item));
            is_open = true;
        } else if is_open && (line.starts_with([' ', '\t']) || bare.is_empty()) {
            if let Some(item) = items.last_mut().filter(|_| !bare.is_empty()) {
                item.push(' ');
                item.push_str(&words(bare));
            }
        } else {
            is_open = false;
        }
    }
    items
}

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_speak_of_changes_in_many_ways() {
        let text = "- Exports\n  are fast (#12, GH-13)\n* see [x](https://example.org/a/b/pull/14), 0aa20e44f: y\n\nend a/b#15";
        let spoken = Spoken::of(text);
        for number in 12..=15 {
            assert!(spoken.has_number(number), "{number}");
        }
        assert!(!spoken.has_number(16));
        assert!(spoken.has_commit("0aa20e44ffffff") && !spoken.has_commit("0aa20e5"));
        assert!(spoken.has_item("Exports are fast (#12, GH-13)") && !spoken.has_item("Exports"));
    }
}
