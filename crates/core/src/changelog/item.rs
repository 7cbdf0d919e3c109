use super::Rules;
use super::escape::{escape_into, escape_long};
use super::reference::own_number;

/// A change as the changelog tells it.
#[derive(Clone, Debug)]
pub(super) struct Item<'a> {
    /// The part of the project that it is about.
    pub(super) scope: Option<&'a str>,
    pub(super) text: &'a str,
    /// What a breaking change asks of people.
    pub(super) note: Option<&'a str>,
    pub(super) handle: Handle<'a>,
    /// Other commits that say the very same.
    pub(super) more: Vec<Handle<'a>>,
    pub(super) closes: Vec<&'a str>,
    pub(super) authors: Vec<&'a str>,
}

/// Where to read more about a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Handle<'a> {
    /// The commit's id.
    pub(super) id: &'a str,
    /// The pull request that brought it.
    pub(super) request: Option<u64>,
}

impl<'a> Item<'a> {
    /// The same change in other words.
    pub(super) fn saying(&self, text: &'a str) -> Self {
        Self { text, scope: None, note: None, ..self.clone() }
    }

    /// One line of Markdown that shows what the commit says and does nothing else.
    pub(super) fn render(&self, rules: &Rules) -> String {
        let mut out = String::with_capacity(self.text.len() + 64);
        if let Some(scope) = self.scope {
            out.push_str("**");
            escape_into(&mut out, scope);
            out.push_str(":** ");
        }
        match self.note {
            Some(note) if covers(note, self.text) => out.push_str(&escape_long(&flat(note))),
            _ if self.text.is_empty() => out.push_str("no subject"),
            _ => escape_into(&mut out, self.text),
        }
        if let Some(note) = self.note.filter(|note| !covers(note, self.text)) {
            out.extend([" — ", &escape_long(&flat(note))]);
        }
        self.references(&mut out, rules);
        if rules.authors && !self.authors.is_empty() {
            out.push_str(" by ");
            for (index, author) in self.authors.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                escape_into(&mut out, author);
            }
        }
        out
    }

    fn references(&self, out: &mut String, rules: &Rules) {
        out.push_str(" (");
        self.handle.render(out, rules);
        for handle in &self.more {
            out.push_str(", ");
            handle.render(out, rules);
        }
        let mut word = ", closes ";
        for reference in self
            .closes
            .iter()
            .filter(|reference| own_number(reference) != self.handle.request || self.handle.request.is_none())
        {
            let at = out.len();
            out.push_str(word);
            if issue(out, reference, rules) {
                word = ", ";
            } else {
                out.truncate(at);
            }
        }
        out.push(')');
    }
}

impl Handle<'_> {
    pub(super) fn render(&self, out: &mut String, rules: &Rules) {
        match (self.request, &rules.links) {
            (Some(number), Some(links)) => links.request(out, number),
            (Some(number), None) => out.extend(["#", &number.to_string()]),
            (None, Some(links)) if is_hex(self.id) => links.commit(out, self.short(), self.id),
            (None, _) => out.extend(self.short().chars().filter(char::is_ascii_alphanumeric)),
        }
    }

    /// Enough of the id for people.
    fn short(&self) -> &str {
        self.id.get(..7).unwrap_or(self.id)
    }
}

fn is_hex(id: &str) -> bool {
    id.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A note in one line; a list becomes a sentence.
fn flat(note: &str) -> String {
    let mut out = String::new();
    for line in note.lines().map(str::trim) {
        let item = ["- ", "* "].iter().find_map(|mark| line.strip_prefix(mark));
        let gap = if item.is_some() && !out.ends_with(':') { "; " } else { " " };
        out.push_str(if out.is_empty() { "" } else { gap });
        out.push_str(item.unwrap_or(line));
    }
    out
}

/// Whether the note says everything that the text says.
fn covers(note: &str, text: &str) -> bool {
    note.get(..text.len()).is_some_and(|front| front.eq_ignore_ascii_case(text))
}

/// Shows an issue; says no where it belongs to somebody else's pages.
pub(super) fn issue(out: &mut String, reference: &str, rules: &Rules) -> bool {
    let number = own_number(reference).or_else(|| rules.links.as_ref()?.own_issue(reference));
    match (number, &rules.links) {
        (Some(number), Some(links)) => links.issue(out, number),
        (Some(number), None) => out.extend(["#", &number.to_string()]),
        (None, _) if reference.starts_with("//") => return false,
        (None, _) => match reference.split_once('-').and_then(|(prefix, _)| rules.trackers.get(prefix)) {
            Some(address) => out.extend(["[", reference, "](", &address.replace("{issue}", reference), ")"]),
            None => escape_into(out, reference),
        },
    }
    true
}
