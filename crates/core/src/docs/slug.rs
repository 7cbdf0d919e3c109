//! The anchors that a forge gives to headings.

use std::collections::HashMap;

/// Makes the anchors of a page's headings, as GitHub does: the second of the same gets `-1`, the third `-2`.
#[derive(Default)]
pub(super) struct Slugs {
    taken: HashMap<String, usize>,
}

impl Slugs {
    /// The anchor of the next heading, which reads like this.
    pub(super) fn next(&mut self, title: &str) -> String {
        let own = slug(title);
        let mut free = own.clone();
        while self.taken.contains_key(&free) {
            let count = self.taken.entry(own.clone()).or_default();
            *count += 1;
            free = format!("{own}-{count}");
        }
        self.taken.insert(free.clone(), 0);
        free
    }
}

/// What a heading is called in an address: in lower case, without punctuation, each space a hyphen.
fn slug(title: &str) -> String {
    let title = title.to_lowercase();
    title
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// The form in which anchors are compared: forges do not agree on case, nor on marks and odd digits (`⚙️`, `²`).
pub(super) fn loose(anchor: &str) -> String {
    let anchor = anchor.to_lowercase();
    anchor.chars().filter(|c| c.is_ascii() || c.is_alphabetic()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_those_of_the_forge() {
        let of = |title: &str| Slugs::default().next(title);
        for (title, anchor) in [
            ("Getting started", "getting-started"),
            ("A & B", "a--b"),
            (" after a picture", "-after-a-picture"),
            ("What's new in 1.4.0?", "whats-new-in-140"),
            ("`allclear go` (again)", "allclear-go-again"),
            ("snake_case stays-so", "snake_case-stays-so"),
            ("Über uns: Größe", "über-uns-größe"),
            ("🚀 Start", "-start"),
            ("日本語 の 見出し", "日本語-の-見出し"),
            ("", ""),
        ] {
            assert_eq!(of(title), anchor);
        }
    }

    #[test]
    fn the_same_heading_is_counted() {
        let mut slugs = Slugs::default();
        let found: Vec<_> = ["Use", "use", "Use 1", "Use", "Use-1"].iter().map(|title| slugs.next(title)).collect();
        assert_eq!(found, ["use", "use-1", "use-1-1", "use-2", "use-1-2"]);
    }
}
