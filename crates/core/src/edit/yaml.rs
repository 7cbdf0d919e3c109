//! YAML by its lines, as far as keys at the left margin and values of one word need it.
//!
//! A whole parser is not needed for that, and one that keeps spans and comments is large. What the lines leave in doubt is
//! refused. YAML 1.2 (sections 6.1 and 8.2) indents whatever continues a value, so a line at the margin is a key, a
//! comment, an item of a list or a mark. Continuation at the margin, which some parsers let pass, is not looked for.

use super::{EditError, Place, is_version_byte};

/// One line without its line end.
pub(super) struct Line<'a> {
    /// Counted from one.
    number: usize,
    /// The byte of the file at which `text` begins.
    start: usize,
    text: &'a str,
}

/// What a line is to the mapping at the left margin.
pub(super) enum Kind<'a> {
    /// A blank line or a comment.
    Silent,
    /// The mark `---` before the document.
    Start,
    /// Part of the value of an earlier key.
    Nested,
    /// A key at the left margin; its value, or white space, begins at byte `value_at` of the line.
    Key { key: &'a str, value_at: usize },
}

impl<'a> Line<'a> {
    pub(super) fn new(number: usize, start: usize, raw: &'a str) -> Result<Self, EditError> {
        let bare = if number == 1 { raw.trim_start_matches('\u{feff}') } else { raw };
        let text = bare.strip_suffix('\n').unwrap_or(bare);
        let text = text.strip_suffix('\r').unwrap_or(text);
        let line = Self { number, start: start + raw.len() - bare.len(), text };
        if text.contains(['\r', '\u{85}', '\u{2028}', '\u{2029}']) {
            return Err(line.refused("some readers see a line end inside this line: use plain line ends"));
        }
        Ok(line)
    }

    pub(super) fn refused(&self, reason: &'static str) -> EditError {
        EditError::Yaml { line: self.number, reason }
    }

    pub(super) fn kind(&self) -> Result<Kind<'a>, EditError> {
        let mark =
            |mark: &str| self.text.strip_prefix(mark).filter(|rest| rest.is_empty() || rest.starts_with([' ', '\t']));
        if is_silent(self.text) {
            Ok(Kind::Silent)
        } else if let Some(rest) = mark("---") {
            if is_silent(rest) { Ok(Kind::Start) } else { Err(self.refused("write the document below its `---`")) }
        } else if self.text.starts_with([' ', '\t']) || mark("-").is_some() {
            Ok(Kind::Nested)
        } else {
            self.key()
        }
    }

    fn key(&self) -> Result<Kind<'a>, EditError> {
        let refused = || self.refused("expected `key: value` here: a value that goes on must be indented");
        let (key, behind) = match self.text.chars().next() {
            Some(quote @ ('"' | '\'')) => self.text[1..].split_once(quote).ok_or_else(refused)?,
            Some('%' | '.' | '?' | '&' | '*' | '!' | '|' | '>' | '@' | '`' | '{' | '}' | '[' | ']' | ',') => {
                return Err(refused());
            }
            _ => self.text.split_at(plain_end(self.text).ok_or_else(refused)?),
        };
        let value = behind.trim_start_matches([' ', '\t']).strip_prefix(':').ok_or_else(refused)?;
        if key.contains('\\') || !(value.is_empty() || value.starts_with([' ', '\t'])) {
            return Err(refused());
        }
        Ok(Kind::Key { key: key.trim_end(), value_at: self.text.len() - value.len() })
    }

    pub(super) fn place(&self, key: &str, value_at: usize) -> Result<Place, EditError> {
        let rest = self.text[value_at..].trim_start_matches([' ', '\t']);
        let quote = rest.chars().next().filter(|first| ['"', '\''].contains(first));
        let value = match quote {
            Some(quote) => self.quoted(&rest[1..], quote)?,
            None => self.plain(rest)?,
        };
        let start = self.start + self.text.len() - rest.len() + usize::from(quote.is_some());
        Ok(Place { field: key.to_owned(), value: value.to_owned(), span: start..start + value.len() })
    }

    fn quoted(&self, rest: &'a str, quote: char) -> Result<&'a str, EditError> {
        let unclosed = || self.refused("the version's quotes do not close on this line");
        let (value, behind) = rest.split_once(quote).ok_or_else(unclosed)?;
        if value.contains('\\') || behind.starts_with(quote) {
            return Err(self.refused("the version is written with escapes: write it plainly"));
        }
        if !is_silent(behind) || behind.starts_with('#') {
            return Err(self.refused("something stands behind the version: only a comment, after a space, may"));
        }
        Ok(value)
    }

    fn plain(&self, rest: &'a str) -> Result<&'a str, EditError> {
        let comment = [" #", "\t#"].iter().filter_map(|mark| rest.find(mark)).min();
        let value = rest[..comment.unwrap_or(rest.len())].trim_end();
        match value.chars().next() {
            None | Some('#') => Err(self.refused("the key has no value on its line: write the version there")),
            Some('|' | '>') => Err(self.refused("the version is a block of lines: write it on the key's line")),
            Some('&' | '*' | '!') => Err(self.refused("the version has an anchor, alias or tag: write it plainly")),
            _ if value.bytes().all(is_version_byte) => Ok(value),
            _ => Err(self.refused("the version is not a single word: write it in quotes")),
        }
    }
}

fn is_silent(text: &str) -> bool {
    let text = text.trim_matches([' ', '\t']);
    text.is_empty() || text.starts_with('#')
}

/// Where a key without quotes ends: at the first colon with white space or nothing behind it.
fn plain_end(text: &str) -> Option<usize> {
    text.match_indices(':').map(|(at, _)| at).find(|at| {
        let behind = &text[at + 1..];
        behind.is_empty() || behind.starts_with([' ', '\t'])
    })
}
