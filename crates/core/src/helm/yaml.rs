//! YAML with the lines on which things stand, as far as JSON goes: what Helm reads values and manifests into.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};
use serde_json::Value as Json;

pub use super::node::{Entry, Node, Value};
use super::scalar;

/// The largest file that is read. Helm itself refuses a file of a chart above 5 MiB.
pub const MAX_BYTES: usize = 5 * 1024 * 1024;
/// How many nodes a document may have once its aliases are written out: each may stand for many.
const MAX_NODES: usize = 200_000;
/// How deep a document may nest.
const MAX_DEPTH: usize = 100;

/// A document that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Its value.
    pub root: Node,
    /// What readers disagree on, or pass over in silence: the line and what stands there.
    pub doubts: Vec<Broken>,
}

/// Why a text is not read, or not as it looks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
pub struct Broken {
    /// Counted from one.
    pub line: usize,
    /// What stands there.
    pub what: String,
}

impl Broken {
    fn new(line: usize, what: impl Into<String>) -> Self {
        Self { line, what: what.into() }
    }
}

/// Reads the first document of a text; an empty one is null.
///
/// # Errors
/// When it is no YAML, is too large, or holds what JSON cannot.
pub fn read(text: &str) -> Result<Document, Broken> {
    if text.len() > MAX_BYTES {
        return Err(Broken::new(1, format!("the file has {} bytes, and Helm reads up to {MAX_BYTES}", text.len())));
    }
    let parser = Parser::new_from_str(text);
    let mut reader = Reader { text, parser, anchors: BTreeMap::new(), nodes: 0, line: 1, doubts: Vec::new() };
    let mut root = Node { line: 1, value: Value::Scalar(Json::Null, String::new()) };
    let mut documents = 0;
    while let Some((event, span)) = reader.next()? {
        match event {
            Event::StreamStart | Event::DocumentStart(_) | Event::DocumentEnd | Event::Nothing => {}
            Event::StreamEnd => break,
            event => {
                documents += 1;
                reader.anchors.clear();
                let node = reader.node(event, span, 0)?;
                if documents == 1 {
                    root = node;
                } else if node.to_json() != Json::Null {
                    let what = "a second document begins here, and Helm reads the first only";
                    reader.doubts.push(Broken::new(node.line, what));
                }
            }
        }
    }
    Ok(Document { root, doubts: reader.doubts })
}

struct Reader<'a> {
    text: &'a str,
    parser: Parser<'a, StrInput<'a>>,
    /// What anchors stand for, and how many nodes that is.
    anchors: BTreeMap<usize, (Node, usize)>,
    nodes: usize,
    /// The line of the last event.
    line: usize,
    doubts: Vec<Broken>,
}

type Spanned<'a> = (Event<'a>, Span);

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<Option<Spanned<'a>>, Broken> {
        match self.parser.next_event() {
            None => Ok(None),
            Some(Ok((event, span))) => {
                self.line = span.start.line().max(1);
                Ok(Some((event, span)))
            }
            Some(Err(error)) => Err(self.unreadable(error.marker().line().max(1), error.info())),
        }
    }

    /// Tabs are the usual reason, and a parser seldom says so.
    fn unreadable(&self, line: usize, info: &str) -> Broken {
        let tabbed = |line: &str| line.trim_start_matches(' ').starts_with('\t');
        let around = self.text.lines().enumerate().skip(line.saturating_sub(2)).take(2);
        let tab = around.filter(|(_, text)| tabbed(text)).map(|(index, _)| index + 1).last();
        match tab {
            Some(line) => Broken::new(line, "the line is indented with a tab, and YAML wants spaces"),
            None => Broken::new(line, format!("it is no YAML: {info}")),
        }
    }

    fn count(&mut self, by: usize) -> Result<(), Broken> {
        self.nodes += by;
        match self.nodes > MAX_NODES {
            true => Err(Broken::new(
                self.line,
                format!("there are more than {MAX_NODES} values here once aliases are written out"),
            )),
            false => Ok(()),
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node, Broken> {
        let (line, before) = (span.start.line().max(1), self.nodes);
        if depth > MAX_DEPTH {
            return Err(Broken::new(line, format!("values are nested more than {MAX_DEPTH} deep")));
        }
        self.count(1)?;
        let (anchor, value) = match event {
            Event::Alias(id) => return self.alias(id, line),
            Event::Scalar(text, style, anchor, tag) => {
                (anchor, scalar_of(text.into_owned(), style, tag.as_deref(), line)?)
            }
            Event::SequenceStart(anchor, _) => (anchor, Value::List(self.list(depth)?)),
            Event::MappingStart(anchor, _) => (anchor, Value::Map(self.map(depth)?)),
            _ => return Err(Broken::new(line, "a value is missing here")),
        };
        let node = Node { line, value };
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), self.nodes - before));
        }
        Ok(node)
    }

    fn alias(&mut self, id: usize, line: usize) -> Result<Node, Broken> {
        let within = || Broken::new(line, "an alias stands within what it is an alias of");
        let size = self.anchors.get(&id).ok_or_else(within)?.1;
        self.count(size)?;
        let (node, _) = self.anchors.get(&id).ok_or_else(within)?;
        Ok(Node { line, value: node.value.clone() })
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Node>, Broken> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                None | Some((Event::SequenceEnd, _)) => return Ok(items),
                Some((event, span)) => items.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Vec<Entry>, Broken> {
        let mut entries = Entries::default();
        loop {
            let (event, span) = match self.next()? {
                None | Some((Event::MappingEnd, _)) => return Ok(entries.list),
                Some(next) => next,
            };
            let merges = matches!(&event, Event::Scalar(text, ScalarStyle::Plain, _, _) if text == "<<");
            let key = self.node(event, span, depth + 1)?;
            let Some((event, span)) = self.next()? else { return Ok(entries.list) };
            let node = self.node(event, span, depth + 1)?;
            if merges {
                entries.merge(node)?;
            } else if let Some(first) = entries.add(key_of(&key)?, key.line, node) {
                let what = format!(
                    "the key `{}` stands twice, and Helm takes the last (the first is on line {first})",
                    key_of(&key)?.escape_debug()
                );
                self.doubts.push(Broken::new(key.line, what));
            }
        }
    }
}

/// The entries of a mapping, and where each key stands among them.
#[derive(Default)]
struct Entries {
    list: Vec<Entry>,
    places: BTreeMap<String, usize>,
    /// Keys that came with `<<`: to write them oneself too is what merging is for.
    merged: BTreeMap<String, ()>,
}

impl Entries {
    /// Adds an entry; gives the line of an earlier one with the same key.
    fn add(&mut self, key: String, line: usize, node: Node) -> Option<usize> {
        let merged = self.merged.remove(&key).is_some();
        if let Some(at) = self.places.get(&key) {
            let entry = &mut self.list[*at];
            let first = std::mem::replace(&mut entry.line, line);
            entry.node = node;
            return (!merged).then_some(first);
        }
        self.places.insert(key.clone(), self.list.len());
        self.list.push(Entry { key, line, node });
        None
    }

    /// go-yaml 2 merges where `<<` stands: it covers what stands before it, and is covered by what comes after.
    fn merge(&mut self, node: Node) -> Result<(), Broken> {
        let wrong = |line| Broken::new(line, "`<<` takes a mapping, or a list of them");
        match node.value {
            Value::Map(entries) => {
                for entry in entries {
                    self.add(entry.key.clone(), entry.line, entry.node);
                    self.merged.insert(entry.key, ());
                }
                Ok(())
            }
            // The first of a list counts most.
            Value::List(items) => items.into_iter().rev().try_for_each(|item| match item.value {
                Value::Map(_) => self.merge(item),
                _ => Err(wrong(item.line)),
            }),
            Value::Scalar(..) => Err(wrong(node.line)),
        }
    }
}

fn scalar_of(text: String, style: ScalarStyle, tag: Option<&Tag>, line: usize) -> Result<Value, Broken> {
    let string = match tag.filter(|tag| tag.is_yaml_core_schema()) {
        Some(tag) => ["str", "binary"].contains(&tag.suffix.as_str()),
        None => style != ScalarStyle::Plain,
    };
    let no_json = || Broken::new(line, format!("`{text}` is a number that JSON does not have"));
    let json = if string { Json::String(text.clone()) } else { scalar::resolve(&text).ok_or_else(no_json)? };
    Ok(Value::Scalar(json, text))
}

fn key_of(node: &Node) -> Result<String, Broken> {
    match &node.value {
        Value::Scalar(Json::String(text), _) => Ok(text.clone()),
        Value::Scalar(Json::Null, _) => Err(Broken::new(node.line, "a key is empty: put it in quotes")),
        Value::Scalar(json, _) => Ok(json.to_string()),
        _ => Err(Broken::new(node.line, "a key is a list or a mapping, and Helm wants a word")),
    }
}
