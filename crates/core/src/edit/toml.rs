//! TOML with the place of every value, as the `toml` crate reads it.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{EditError, Holds, Place};

/// A value with its bytes.
pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// Reads a whole document.
pub(super) fn document(text: &str) -> Result<DeTable<'_>, EditError> {
    DeTable::parse(text).map(Spanned::into_inner).map_err(EditError::Toml)
}

/// The value below these keys.
pub(super) fn lookup<'t, 's>(table: &'t DeTable<'s>, keys: &[&str]) -> Option<&'t Value<'s>> {
    let (key, deeper) = keys.split_first()?;
    let value = table.get(*key)?;
    if deeper.is_empty() { Some(value) } else { lookup(value.get_ref().as_table()?, deeper) }
}

/// The table below these keys.
pub(super) fn table<'t, 's>(table: &'t DeTable<'s>, keys: &[&str]) -> Option<&'t DeTable<'s>> {
    lookup(table, keys)?.get_ref().as_table()
}

/// The text below these keys.
pub(super) fn string<'t>(table: &'t DeTable<'_>, keys: &[&str]) -> Option<&'t str> {
    lookup(table, keys)?.get_ref().as_str()
}

/// The values of a list below these keys; none where there is no such list.
pub(super) fn items<'t, 's>(
    table: &'t DeTable<'s>,
    keys: &[&str],
) -> impl Iterator<Item = &'t Value<'s>> + use<'t, 's> {
    lookup(table, keys).and_then(|value| value.get_ref().as_array()).into_iter().flat_map(|array| array.iter())
}

/// The place of a text, within its quotes.
pub(super) fn place(text: &str, field: String, value: &Value<'_>, holds: Holds) -> Result<Place, EditError> {
    match value.get_ref().as_str() {
        Some(read) => {
            Ok(Place { field, value: read.to_owned(), span: within_quotes(text, value.span()), holds, bare: false })
        }
        None => Err(EditError::NotText { field }),
    }
}

/// The place of a part of a text; none where the text is written with escapes, so that the part cannot be found in it.
pub(super) fn part(text: &str, field: String, value: &Value<'_>, part: Range<usize>, holds: Holds) -> Option<Place> {
    let (read, inner) = (value.get_ref().as_str()?, within_quotes(text, value.span()));
    let found = read.get(part.clone())?.to_owned();
    let span = inner.start + part.start..inner.start + part.end;
    (text.get(inner)? == read).then_some(Place { field, value: found, span, holds, bare: false })
}

fn within_quotes(text: &str, span: Range<usize>) -> Range<usize> {
    let written = &text[span.clone()];
    let long = written.starts_with("\"\"\"") || written.starts_with("'''");
    let quotes = if long { 3 } else { 1 };
    span.start + quotes..span.end - quotes
}
