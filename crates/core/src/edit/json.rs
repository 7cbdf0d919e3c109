//! JSON with the place of every value. `serde_json` says whether a text is JSON at all; a walk over what it accepted notes where
//! everything stands, once for the whole text.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use serde::de::IgnoredAny;

use super::{EditError, Holds, Place};

const BOM: &str = "\u{feff}";

/// A text that is JSON, and where its values stand.
pub(super) struct Json<'t> {
    text: &'t str,
    /// In the order of the text: an object is followed by its keys, each with its value, and a list by its values.
    nodes: Vec<Node>,
}

/// The bytes of a value or key, and the node behind it and all that is in it.
struct Node {
    span: Range<usize>,
    next: usize,
}

impl<'t> Json<'t> {
    /// Reads a text that may begin with a byte order mark.
    pub(super) fn read(text: &'t str) -> Result<Self, EditError> {
        let start = text.len() - text.trim_start_matches(BOM).len();
        serde_json::from_str::<IgnoredAny>(&text[start..]).map_err(EditError::Json)?;
        Ok(Self { text, nodes: nodes(text.as_bytes(), start) })
    }

    /// The value that the text is.
    pub(super) fn root(&self) -> Value<'_> {
        Value { text: self.text, nodes: &self.nodes, at: 0 }
    }
}

/// Notes where everything stands in a text that is known to be JSON from `at` on.
fn nodes(text: &[u8], mut at: usize) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::with_capacity(text.len() / 16);
    let mut open = Vec::new();
    while let Some(byte) = text.get(at) {
        let end = match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' | b':' => {
                at += 1;
                continue;
            }
            b'{' | b'[' => {
                open.push(nodes.len());
                at + 1
            }
            b'}' | b']' => {
                at += 1;
                let next = nodes.len();
                if let Some(node) = open.pop().and_then(|node: usize| nodes.get_mut(node)) {
                    *node = Node { span: node.span.start..at, next };
                }
                continue;
            }
            b'"' => end_of_string(text, at),
            _ => text[at..].iter().position(|byte| b" \t\r\n,]}".contains(byte)).map_or(text.len(), |len| at + len),
        };
        nodes.push(Node { span: at..end, next: nodes.len() + 1 });
        at = end;
    }
    nodes
}

fn end_of_string(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = text.get(at) {
        at += match byte {
            b'"' => return at + 1,
            b'\\' => 2,
            _ => 1,
        };
    }
    text.len()
}

/// A key of an object, escapes resolved, and its value.
pub(super) type Entry<'j> = (Cow<'j, str>, Value<'j>);

/// A value inside a text.
#[derive(Clone, Copy)]
pub(super) struct Value<'j> {
    text: &'j str,
    nodes: &'j [Node],
    at: usize,
}

impl<'j> Value<'j> {
    /// The entries of an object in the order of the file; none where the value is no object.
    pub(super) fn entries(self) -> Result<Vec<Entry<'j>>, EditError> {
        // Most objects have a few entries, so the list does not grow by copies.
        let mut found = Vec::with_capacity(12);
        let mut inside = self.inside('{');
        while let (Some(key), Some(value)) = (inside.next(), inside.next()) {
            found.push((key.string().unwrap_or_default(), value));
        }
        match duplicate(&found) {
            Some(key) => Err(EditError::Duplicate { key: key.escape_debug().to_string() }),
            None => Ok(found),
        }
    }

    /// The value of a key; none where the value is no object, or has no such key.
    pub(super) fn get(self, key: &str) -> Result<Option<Self>, EditError> {
        Ok(find(&self.entries()?, key))
    }

    /// The values of a list; none where the value is no list.
    pub(super) fn items(self) -> impl Iterator<Item = Self> {
        self.inside('[')
    }

    /// A text, escapes resolved; none where the value is something else.
    pub(super) fn string(self) -> Option<Cow<'j, str>> {
        let written = self.written();
        let plain = written.strip_prefix('"')?.strip_suffix('"')?;
        match plain.contains('\\') {
            true => serde_json::from_str(written).ok().map(Cow::Owned),
            false => Some(Cow::Borrowed(plain)),
        }
    }

    /// The place of a text, within its quotes.
    pub(super) fn place(self, field: String, holds: Holds) -> Result<Place, EditError> {
        let Some(read) = self.string() else { return Err(EditError::NotText { field }) };
        let Range { start, end } = self.nodes[self.at].span;
        Ok(Place { field, value: read.into_owned(), span: start + 1..end - 1, holds, bare: false })
    }

    fn written(self) -> &'j str {
        self.nodes.get(self.at).map_or("", |node| &self.text[node.span.clone()])
    }

    /// What is directly inside of a value that begins with this bracket.
    fn inside(self, bracket: char) -> impl Iterator<Item = Self> {
        let next = move |at: usize| self.nodes.get(at).map(|node| node.next);
        let end = if self.written().starts_with(bracket) { next(self.at).unwrap_or(0) } else { 0 };
        let all = std::iter::successors(Some(self.at + 1), move |at| next(*at));
        all.take_while(move |at| *at < end).map(move |at| Self { at, ..self })
    }
}

/// The first key that stands there a second time.
fn duplicate<'e>(entries: &'e [Entry<'_>]) -> Option<&'e str> {
    // Most objects are small, and for those a set takes longer than a look at all pairs.
    const FEW: usize = 16;
    if entries.len() <= FEW {
        let before = |at: usize, key: &str| entries[..at].iter().any(|(other, _)| other == key);
        return entries.iter().enumerate().find(|(at, (key, _))| before(*at, key)).map(|(_, (key, _))| key.as_ref());
    }
    let mut seen = HashSet::with_capacity(entries.len());
    entries.iter().map(|(key, _)| key.as_ref()).find(|key| !seen.insert(*key))
}

/// The value of a key among entries.
pub(super) fn find<'j>(entries: &[Entry<'j>], key: &str) -> Option<Value<'j>> {
    entries.iter().find(|(other, _)| other == key).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value as Tree;

    use super::*;

    /// The whole value by the walk, leaves read by `serde_json`.
    fn tree(value: Value<'_>) -> Tree {
        match value.written().as_bytes()[0] {
            b'{' => value.entries().unwrap().into_iter().map(|(key, value)| (key.into_owned(), tree(value))).collect(),
            b'[' => value.items().map(tree).collect(),
            _ => serde_json::from_str(value.written()).unwrap(),
        }
    }

    fn any_tree() -> impl Strategy<Value = Tree> {
        let leaf = prop_oneof![
            Just(Tree::Null),
            any::<bool>().prop_map(Tree::from),
            any::<i64>().prop_map(Tree::from),
            (-9999..9999).prop_map(|eighths| Tree::from(f64::from(eighths) / 8.0)),
            any::<String>().prop_map(Tree::from),
            "[\\[\\]{}\",:\\\\ ]{0,6}".prop_map(Tree::from),
        ];
        leaf.prop_recursive(5, 40, 6, |inner| {
            let key = prop_oneof![any::<String>(), "[{}\"\\\\a]{0,3}"];
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Tree::from),
                prop::collection::btree_map(key, inner, 0..6).prop_map(|map| map.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_walk_finds_what_serde_json_reads(whole in any_tree(), pretty in any::<bool>(), mark in any::<bool>()) {
            let text = if pretty { serde_json::to_string_pretty(&whole) } else { serde_json::to_string(&whole) };
            let text = format!("{}{}\r\n", if mark { BOM } else { "" }, text.unwrap());
            let json = Json::read(&text).unwrap();
            prop_assert_eq!(tree(json.root()), whole);
        }
    }

    #[test]
    fn what_is_something_else_has_nothing_inside() {
        let json = Json::read(r#"{"a": [1, {"b": "\u00fc"}], "c": "[1]"}"#).unwrap();
        let get = |key: &str| json.root().get(key).unwrap().unwrap();
        assert_eq!(get("a").items().count(), 2);
        assert!(get("a").entries().unwrap().is_empty());
        assert_eq!(get("c").items().count(), 0);
        assert_eq!(get("a").string(), None);
        let below = get("a").items().nth(1).unwrap().get("b").unwrap().unwrap();
        assert_eq!(below.string().as_deref(), Some("ü"));
    }
}
