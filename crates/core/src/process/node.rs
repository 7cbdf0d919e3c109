//! TOML as a tree that remembers where everything stands.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::diagnostic::Problem;

/// The largest process file, in bytes.
const LARGEST: usize = 1024 * 1024;
/// The deepest nesting of tables and lists.
const DEEPEST: usize = 64;

/// A value and its place in the file.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) span: Range<usize>,
    pub(super) value: Value,
}

/// What a process file can hold.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Flag(bool),
    List(Vec<Node>),
    Table(Vec<Entry>),
    /// What no key of the process file takes, by its TOML name.
    Other(&'static str),
}

/// A key and its value, in the order of the file.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_span: Range<usize>,
    pub(super) node: Node,
}

impl Node {
    /// Reads TOML.
    pub(super) fn parse(source: &str) -> Result<Self, Vec<Problem>> {
        if source.len() > LARGEST {
            return Err(vec![Problem::new(0..0, format!("the file is larger than {LARGEST} bytes"))]);
        }
        let (table, errors) = DeTable::parse_recoverable(source);
        if !errors.is_empty() {
            let problem =
                |error: toml::de::Error| Problem::new(clamp(error.span().unwrap_or(0..0), source), error.message());
            let mut problems: Vec<_> = errors.into_iter().map(problem).collect();
            problems.sort_by_key(|problem| problem.span.start);
            return Err(problems);
        }
        let span = table.span();
        let value = Value::Table(entries(table.get_ref(), 0)?);
        Ok(Self { span, value })
    }

    pub(super) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Table(entries) => entries,
            _ => &[],
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// The value's type, as people call it.
    pub(super) fn type_name(&self) -> &'static str {
        match &self.value {
            Value::Text(_) => "a string",
            Value::Integer(_) => "a number",
            Value::Flag(_) => "true or false",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
            Value::Other(name) => name,
        }
    }
}

fn clamp(span: Range<usize>, source: &str) -> Range<usize> {
    span.start.min(source.len())..span.end.min(source.len())
}

fn entries(table: &DeTable<'_>, depth: usize) -> Result<Vec<Entry>, Vec<Problem>> {
    let entry = |(key, value): (&toml::Spanned<_>, &toml::Spanned<DeValue<'_>>)| -> Result<Entry, Vec<Problem>> {
        let name: &std::borrow::Cow<'_, str> = key.get_ref();
        Ok(Entry { key: name.to_string(), key_span: key.span(), node: node(value, depth + 1)? })
    };
    let mut entries = table.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(|entry| entry.key_span.start);
    Ok(entries)
}

fn node(value: &toml::Spanned<DeValue<'_>>, depth: usize) -> Result<Node, Vec<Problem>> {
    let span = value.span();
    if depth > DEEPEST {
        return Err(vec![Problem::new(span, format!("tables and lists are nested deeper than {DEEPEST}"))]);
    }
    let value = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) => Value::Integer(number),
            Err(_) => return Err(vec![Problem::new(span, "this number is too large")]),
        },
        DeValue::Boolean(flag) => Value::Flag(*flag),
        DeValue::Float(_) => Value::Other("a fraction"),
        DeValue::Datetime(_) => Value::Other("a date without quotes"),
        DeValue::Array(items) => Value::List(items.iter().map(|item| node(item, depth + 1)).collect::<Result<_, _>>()?),
        DeValue::Table(table) => Value::Table(entries(table, depth)?),
    };
    Ok(Node { span, value })
}
