//! JSON one level at a time, with the place of every value. `serde_json` reads every token; this walk only keeps where the tokens
//! stand.

use std::collections::HashSet;
use std::ops::Range;

use serde::de::{Deserialize, IgnoredAny};

use super::{EditError, Holds, Place};

const BOM: &str = "\u{feff}";

/// A key of an object and the bytes of its value.
pub(super) type Entry = (String, Range<usize>);

/// The bytes of the document's value, which is known to be JSON from there on.
pub(super) fn document(text: &str) -> Result<Range<usize>, EditError> {
    let start = text.len() - text.trim_start_matches(BOM).len();
    serde_json::from_str::<IgnoredAny>(&text[start..]).map_err(EditError::Json)?;
    let mut walk = Walk { text, at: start };
    walk.skip('\0');
    Ok(walk.at..text.trim_end().len())
}

/// The entries of an object in the order of the file; none where the value is no object.
pub(super) fn entries(text: &str, value: &Range<usize>) -> Result<Vec<Entry>, EditError> {
    let mut walk = Walk { text, at: value.start };
    let mut found: Vec<Entry> = Vec::new();
    if !walk.skip('{') {
        return Ok(found);
    }
    while !walk.skip('}') {
        walk.skip(',');
        let key: String = walk.token()?;
        walk.skip(':');
        found.push((key, walk.value()?));
    }
    let mut seen = HashSet::with_capacity(found.len());
    match found.iter().find(|(key, _)| !seen.insert(key.as_str())) {
        Some((key, _)) => Err(EditError::Duplicate { key: key.escape_debug().to_string() }),
        None => Ok(found),
    }
}

/// The values of a list; none where the value is no list.
pub(super) fn items(text: &str, value: &Range<usize>) -> Result<Vec<Range<usize>>, EditError> {
    let mut walk = Walk { text, at: value.start };
    let mut found = Vec::new();
    if walk.skip('[') {
        while !walk.skip(']') {
            walk.skip(',');
            found.push(walk.value()?);
        }
    }
    Ok(found)
}

/// A text, escapes resolved; none where the value is something else.
pub(super) fn string(text: &str, value: &Range<usize>) -> Option<String> {
    serde_json::from_str(&text[value.clone()]).ok()
}

/// The place of a text, within its quotes.
pub(super) fn place(text: &str, field: String, value: &Range<usize>, holds: Holds) -> Result<Place, EditError> {
    match string(text, value) {
        Some(read) => Ok(Place { field, value: read, span: value.start + 1..value.end - 1, holds, bare: false }),
        None => Err(EditError::NotText { field }),
    }
}

/// A position in a text that is known to be JSON.
struct Walk<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Walk<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Skips white space, and then `mark` if it comes next.
    fn skip(&mut self, mark: char) -> bool {
        self.at = self.text.len() - self.rest().trim_start().len();
        let there = self.rest().starts_with(mark);
        self.at += if there { mark.len_utf8() } else { 0 };
        there
    }

    /// Reads the value that comes next and stands behind it.
    fn token<T: Deserialize<'a>>(&mut self) -> Result<T, EditError> {
        let mut values = serde_json::Deserializer::from_str(self.rest()).into_iter();
        let end = || serde::de::Error::custom("a value is missing");
        let value = values.next().unwrap_or_else(|| Err(end())).map_err(EditError::Json)?;
        self.at += values.byte_offset();
        Ok(value)
    }

    /// Passes over a value, whatever white space comes before it.
    fn value(&mut self) -> Result<Range<usize>, EditError> {
        self.skip('\0');
        let start = self.at;
        self.token::<IgnoredAny>()?;
        Ok(start..self.at)
    }
}
