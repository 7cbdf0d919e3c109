//! A value of a YAML file, and the lines on which its parts stand.

use serde_json::{Map, Value as Json};

/// A value and the line on which it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Counted from one.
    pub line: usize,
    /// What it is.
    pub value: Value,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A single value, and how it is written.
    Scalar(Json, String),
    /// A list.
    List(Vec<Node>),
    /// A mapping; of a key that stands twice the last is kept, as Helm does.
    Map(Vec<Entry>),
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key; numbers and truth values are written out, as Helm does.
    pub key: String,
    /// The line of the key, counted from one.
    pub line: usize,
    /// The value.
    pub node: Node,
}

impl Node {
    /// The value without its lines.
    pub fn to_json(&self) -> Json {
        match &self.value {
            Value::Scalar(json, _) => json.clone(),
            Value::List(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Value::Map(entries) => {
                let pairs = entries.iter().map(|entry| (entry.key.clone(), entry.node.to_json()));
                Json::Object(pairs.collect::<Map<_, _>>())
            }
        }
    }

    /// The entry of a mapping with this key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            Value::Map(entries) => entries.iter().find(|entry| entry.key == key),
            _ => None,
        }
    }

    /// The value under this key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// The text under this key, whatever it would mean without quotes.
    pub fn text(&self, key: &str) -> Option<&str> {
        match &self.get(key)?.value {
            Value::Scalar(Json::Null, _) => None,
            Value::Scalar(_, text) => Some(text),
            _ => None,
        }
    }

    /// The items of the list under this key; none where there is no list.
    pub fn items(&self, key: &str) -> &[Self] {
        match self.get(key).map(|node| &node.value) {
            Some(Value::List(items)) => items,
            _ => &[],
        }
    }

    /// How many steps of a way through keys and items there are here, and the line on which the last of them stands.
    pub fn follow(&self, way: &[String]) -> (usize, usize) {
        let (mut node, mut line) = (self, self.line);
        for (index, step) in way.iter().enumerate() {
            let next = match &node.value {
                Value::Map(entries) => {
                    entries.iter().find(|entry| &entry.key == step).map(|entry| (entry.line, &entry.node))
                }
                Value::List(items) => {
                    step.parse::<usize>().ok().and_then(|at| items.get(at)).map(|item| (item.line, item))
                }
                Value::Scalar(..) => None,
            };
            let Some((at, found)) = next else { return (index, line) };
            (line, node) = (at, found);
        }
        (way.len(), line)
    }
}
