//! YAML by its lines: block mappings and block lists, as far as the values of one word in them need it.
//!
//! A whole parser is not needed for that, and one that keeps spans and comments is large. What the lines leave in doubt is
//! refused. YAML 1.2 (sections 6.1 and 8.2) indents whatever continues a value, so a line at a block's margin is a key, a
//! comment, an item of a list or a mark. Continuation at the margin, which some parsers let pass, is not looked for.

use std::ops::Range;

use super::{EditError, Holds, Place, is_version_byte};

/// One line without its indentation and its line end.
#[derive(Clone, Copy)]
struct Line<'a> {
    /// Counted from one.
    number: usize,
    /// The byte of the file at which `text` begins.
    start: usize,
    /// The column of `text`, counted from zero.
    indent: usize,
    text: &'a str,
}

/// Lines that belong together, blank lines and comments left out.
pub(super) struct Block<'a> {
    margin: usize,
    lines: Vec<Line<'a>>,
}

/// A key at the margin of a block.
pub(super) struct Entry<'a> {
    pub(super) key: &'a str,
    line: Line<'a>,
    /// The byte of the line's text at which the value, or white space, begins.
    value_at: usize,
    /// The lines below that are indented more, and lists at the key's own margin.
    below: Vec<Line<'a>>,
}

/// A value of one line.
pub(super) struct Scalar<'a> {
    pub(super) value: &'a str,
    span: Range<usize>,
    bare: bool,
    line: Line<'a>,
}

/// Reads the one document of a file.
pub(super) fn document(text: &str) -> Result<Block<'_>, EditError> {
    let (mut at, mut inside, mut lines) = (0, false, Vec::new());
    for (index, raw) in text.split_inclusive('\n').enumerate() {
        let line = Line::new(index + 1, at, raw)?;
        at += raw.len();
        if line.is_silent() {
            continue;
        }
        match line.text.strip_prefix("---").filter(|rest| line.indent == 0 && is_end(rest)) {
            Some(_) if inside => return Err(line.refused("a second document begins: keep one in one file")),
            Some(rest) if !is_silent(rest) => return Err(line.refused("write the document below its `---`")),
            Some(_) => {}
            // A directive is none of ours.
            None if line.text.starts_with('%') => drop(line.key()?),
            None => lines.push(line),
        }
        inside = true;
    }
    Ok(Block { margin: 0, lines })
}

impl<'a> Line<'a> {
    fn new(number: usize, start: usize, raw: &'a str) -> Result<Self, EditError> {
        let bare = if number == 1 { raw.trim_start_matches('\u{feff}') } else { raw };
        let whole = bare.strip_suffix('\n').unwrap_or(bare);
        let whole = whole.strip_suffix('\r').unwrap_or(whole);
        let text = whole.trim_start_matches(' ');
        let indent = whole.len() - text.len();
        let line = Self { number, start: start + raw.len() - bare.len() + indent, indent, text };
        if text.contains(['\r', '\u{85}', '\u{2028}', '\u{2029}']) {
            return Err(line.refused("some readers see a line end inside this line: use plain line ends"));
        }
        Ok(line)
    }

    fn refused(&self, reason: &'static str) -> EditError {
        EditError::Yaml { line: self.number, reason }
    }

    fn is_silent(&self) -> bool {
        is_silent(self.text)
    }

    /// What stands behind the dash of an item of a list.
    fn item(&self) -> Option<Self> {
        let rest = self.text.strip_prefix('-').filter(|rest| is_end(rest))?;
        let text = rest.trim_start_matches(' ');
        let by = self.text.len() - text.len();
        Some(Self { start: self.start + by, indent: self.indent + by, text, ..*self })
    }

    fn key(&self) -> Result<(&'a str, usize), EditError> {
        let refused = || self.refused("expected `key: value` here: a value that goes on must be indented");
        let (key, behind) = match self.text.chars().next() {
            Some(quote @ ('"' | '\'')) => self.text[1..].split_once(quote).ok_or_else(refused)?,
            Some('%' | '.' | '?' | '&' | '*' | '!' | '|' | '>' | '@' | '`' | '{' | '}' | '[' | ']' | ',') => {
                return Err(refused());
            }
            _ => self.text.split_at(plain_end(self.text).ok_or_else(refused)?),
        };
        let value = behind.trim_start_matches([' ', '\t']).strip_prefix(':').ok_or_else(refused)?;
        if key.contains('\\') || !is_end(value) {
            return Err(refused());
        }
        Ok((key.trim_end(), self.text.len() - value.len()))
    }

    /// The value that begins at a byte of the line.
    fn scalar(self, at: usize) -> Result<Scalar<'a>, EditError> {
        let rest = self.text[at..].trim_start_matches([' ', '\t']);
        let quote = rest.chars().next().filter(|first| ['"', '\''].contains(first));
        let value = match quote {
            Some(quote) => self.quoted(&rest[1..], quote)?,
            None => self.plain(rest)?,
        };
        let start = self.start + self.text.len() - rest.len() + usize::from(quote.is_some());
        Ok(Scalar { value, span: start..start + value.len(), bare: quote.is_none(), line: self })
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
            Some('[' | ']' | '{' | '}' | ',' | '%' | '@' | '`') => {
                Err(self.refused("the version is not a single word: write it in quotes"))
            }
            _ => Ok(value),
        }
    }
}

impl<'a> Block<'a> {
    /// The keys at the margin; lines before the first are passed over.
    pub(super) fn entries(&self) -> Result<Vec<Entry<'a>>, EditError> {
        let mut entries: Vec<Entry<'a>> = Vec::new();
        for line in &self.lines {
            let nested = line.indent > self.margin || line.text.starts_with('\t') || line.item().is_some();
            if line.indent < self.margin {
                return Err(line.refused("this line is indented less than those that it belongs to"));
            }
            match entries.last_mut() {
                Some(entry) if nested => entry.below.push(*line),
                None if nested => {}
                _ => {
                    let (key, value_at) = line.key()?;
                    entries.push(Entry { key, line: *line, value_at, below: Vec::new() });
                }
            }
        }
        Ok(entries)
    }

    /// The entry with this key.
    pub(super) fn entry(&self, key: &str) -> Result<Option<Entry<'a>>, EditError> {
        let mut matching = self.entries()?.into_iter().filter(|entry| entry.key == key);
        let first = matching.next();
        match matching.next() {
            Some(_) => Err(EditError::Duplicate { key: key.to_owned() }),
            None => Ok(first),
        }
    }

    /// The value of an item that is no mapping.
    pub(super) fn scalar(&self) -> Result<Option<Scalar<'a>>, EditError> {
        match self.lines.as_slice() {
            [line] => line.scalar(0).map(Some),
            _ => Ok(None),
        }
    }
}

impl<'a> Entry<'a> {
    /// The block below the key; none where something stands on its line, or nothing below.
    pub(super) fn block(&self) -> Option<Block<'a>> {
        let first = self.below.first().filter(|first| self.is_open() && first.item().is_none())?;
        Some(Block { margin: first.indent, lines: self.below.clone() })
    }

    /// The items of the list below the key; none where there is no such list.
    pub(super) fn items(&self) -> Result<Option<Vec<Block<'a>>>, EditError> {
        let Some(first) = self.below.first().filter(|first| self.is_open() && first.item().is_some()) else {
            return Ok(None);
        };
        let mut items: Vec<Block<'a>> = Vec::new();
        for line in &self.below {
            let own = line.item().filter(|_| line.indent == first.indent);
            match (own, items.last_mut()) {
                (Some(own), _) if own.text.is_empty() || own.is_silent() => {
                    items.push(Block { margin: usize::MAX, lines: Vec::new() });
                }
                (Some(own), _) => items.push(Block { margin: own.indent, lines: vec![own] }),
                (None, Some(item)) if line.indent > first.indent => {
                    item.margin = item.margin.min(if item.lines.is_empty() { line.indent } else { item.margin });
                    item.lines.push(*line);
                }
                _ => return Err(line.refused("this line is indented less than the list that it belongs to")),
            }
        }
        Ok(Some(items))
    }

    fn is_open(&self) -> bool {
        is_silent(&self.line.text[self.value_at..])
    }

    /// The value on the key's line.
    pub(super) fn scalar(&self) -> Result<Scalar<'a>, EditError> {
        let scalar = self.line.scalar(self.value_at)?;
        match self.below.first() {
            Some(line) => Err(line.refused("the version above goes on here: keep it on one line")),
            None => Ok(scalar),
        }
    }
}

impl Scalar<'_> {
    /// The place of the value.
    pub(super) fn place(self, field: String, holds: Holds) -> Result<Place, EditError> {
        let word = !matches!(holds, Holds::Version(_)) || self.value.bytes().all(is_version_byte);
        match word || !self.bare {
            true => Ok(Place { field, value: self.value.to_owned(), span: self.span, holds, bare: self.bare }),
            false => Err(self.line.refused("the version is not a single word: write it in quotes")),
        }
    }
}

/// Keeps the author's quotes, and adds some where a bare scalar would be read as something else than text.
pub(super) fn written(to: &str) -> String {
    if is_plain_text(to) { to.to_owned() } else { format!("\"{to}\"") }
}

/// No parser takes a scalar with two dots for a number, date, truth value or null (YAML 1.2 section 10.3 and the older types
/// of YAML 1.1), nor one that begins with a letter and has a digit.
fn is_plain_text(value: &str) -> bool {
    let letter_first = value.starts_with(|first: char| first.is_ascii_alphabetic());
    value.matches('.').count() >= 2 || (letter_first && value.contains(|c: char| c.is_ascii_digit()))
}

fn is_silent(text: &str) -> bool {
    let text = text.trim_matches([' ', '\t']);
    text.is_empty() || text.starts_with('#')
}

fn is_end(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with([' ', '\t'])
}

/// Where a key without quotes ends: at the first colon with white space or nothing behind it.
fn plain_end(text: &str) -> Option<usize> {
    text.match_indices(':').map(|(at, _)| at).find(|at| is_end(&text[at + 1..]))
}
