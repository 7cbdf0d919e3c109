//! Holds a value of the file against the grammar, and turns it into plain JSON.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json, json};

use super::command::{self, BadCommandKind, Command};
use super::diagnostic::Problem;
use super::node::{Entry, Node, Value};
use super::notation::Notation;
use super::spec::{Becomes, Field, Type};
use crate::names::{BranchName, RelPath, TagName, Word};
use crate::template::{self, Template, Values, Wrong};

/// Collects everything that is wrong while values are checked.
pub(super) struct Checker<'a> {
    pub(super) source: &'a str,
    /// The names that steps of this process yield, beside the built-in placeholders.
    pub(super) yielded: BTreeSet<String>,
    pub(super) problems: Vec<Problem>,
    /// Whether the step at hand says `shell = true`.
    pub(super) shell: bool,
}

impl Checker<'_> {
    pub(super) fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Checks the entries of a table against its fields.
    pub(super) fn table(&mut self, node: &Node, fields: &[&Field]) -> Map<String, Json> {
        let mut map = Map::new();
        for Entry { key, key_span, node } in node.entries() {
            match fields.iter().find(|field| field.key == key) {
                Some(field) => {
                    if let Some(value) = self.value(node, &field.ty, key) {
                        map.insert(key.clone(), value);
                    }
                }
                None => self.report(
                    Problem::new(key_span.clone(), format!("unknown key `{key}`"))
                        .label("not a key of this table")
                        .nearest(key, fields.iter().map(|field| field.key)),
                ),
            }
        }
        for field in fields.iter().filter(|field| field.required && node.get(field.key).is_none()) {
            let problem = Problem::new(node.span.clone(), format!("the key `{}` is missing", field.key));
            self.report(problem.label("in this table").help(format!("`{}`: {}", field.key, field.doc)));
        }
        map
    }

    /// Checks one value; what is wrong is reported, and then there is none.
    pub(super) fn value(&mut self, node: &Node, ty: &Type, key: &str) -> Option<Json> {
        match (ty, &node.value) {
            (Type::Text, Value::Text(text)) => Some(json!(text)),
            (Type::Template(becomes), Value::Text(text)) => self.template(node, text, *becomes),
            (Type::Plain(becomes), Value::Text(text)) => self.plainly(node, text, *becomes),
            (Type::Command, Value::Text(text)) => self.command(node, text),
            (Type::Command, Value::List(words)) => self.words(node, words, key),
            (Type::Flag, Value::Flag(flag)) => Some(json!(flag)),
            (Type::Count(most), Value::Integer(number)) if (0..=i64::from(*most)).contains(number) => {
                Some(json!(number))
            }
            (Type::Duration, Value::Text(text)) => self.plain(node, crate::duration::parse(text)),
            (Type::Notation(notation), Value::Text(text)) => self.notation(node, text, notation),
            (Type::Word, Value::Text(text)) => self.plain(node, Word::new(text.as_str())),
            (Type::Choice(words), Value::Text(text)) if words.contains(&text.as_str()) => Some(json!(text)),
            (Type::Choice(words), Value::Text(text)) => {
                self.report(
                    Problem::new(node.span.clone(), format!("`{key}` cannot be `{text}`"))
                        .nearest(text, words.iter().copied()),
                );
                None
            }
            (Type::Glob, Value::Text(text)) => self.glob(node, text),
            (Type::List(inner), Value::List(items)) => {
                Some(items.iter().filter_map(|item| self.value(item, inner, key)).collect::<Vec<_>>().into())
            }
            (Type::List(inner), _) => self.value(node, inner, key).map(|value| json!([value])),
            (Type::Table(fields), Value::Table(_)) => Some(self.table(node, &fields.iter().collect::<Vec<_>>()).into()),
            (Type::Short(_, fields), Value::Table(_)) => self.value(node, &Type::Table(fields), key),
            (Type::Short(inner, _), _) => self.value(node, inner, key),
            (Type::Map(inner), Value::Table(entries)) => Some(self.map(entries, inner).into()),
            _ => {
                let found = match (ty, &node.value) {
                    (Type::Count(_), Value::Integer(number)) => number.to_string(),
                    _ => node.type_name().to_owned(),
                };
                let title = format!("`{key}` takes {}, and this is {found}", expected(ty));
                self.report(Problem::new(node.span.clone(), title));
                None
            }
        }
    }

    fn map(&mut self, entries: &[Entry], inner: &Type) -> Map<String, Json> {
        let mut map = Map::new();
        for Entry { key, key_span, node } in entries {
            if let Err(bad) = Word::new(key.as_str()) {
                self.report(Problem::new(key_span.clone(), bad.to_string()));
            } else if let Some(value) = self.value(node, inner, key) {
                map.insert(key.clone(), value);
            }
        }
        map
    }

    fn plain<T: serde::Serialize, E: std::fmt::Display>(&mut self, node: &Node, result: Result<T, E>) -> Option<Json> {
        match result {
            Ok(value) => Some(json!(value)),
            Err(bad) => {
                self.report(Problem::new(node.span.clone(), bad.to_string()));
                None
            }
        }
    }

    fn notation(&mut self, node: &Node, text: &str, notation: &Notation) -> Option<Json> {
        let problem = match (notation.check)(text) {
            Ok(()) => return Some(json!(text)),
            Err(problem) => problem,
        };
        let span = self.inside(node, &problem.span);
        self.report(Problem { span, ..problem });
        None
    }

    fn glob(&mut self, node: &Node, text: &str) -> Option<Json> {
        let bad = globset::Glob::new(text).err().map(|error| format!("`{text}` is not a pattern: {}", error.kind()));
        let outside = text.starts_with('/') || text.split('/').any(|part| part == "..");
        match bad.or_else(|| outside.then(|| format!("`{text}` leads out of the repository"))) {
            None => Some(json!(text)),
            Some(title) => {
                self.report(
                    Problem::new(node.span.clone(), title)
                        .help("write a path inside the repository, as in `dist/*` or `docs/**/*.md`"),
                );
                None
            }
        }
    }

    fn template(&mut self, node: &Node, text: &str, becomes: Becomes) -> Option<Json> {
        let template = Template::new(text);
        if !self.placeholders(node, &template) {
            return None;
        }
        let text = sample(&template);
        match fits(&text, becomes) {
            Ok(()) => Some(json!(template)),
            Err(title) => {
                let problem = Problem::new(node.span.clone(), title);
                self.report(match text == template.as_str() {
                    true => problem,
                    false => problem.label(format!("becomes `{text}`, for example")),
                });
                None
            }
        }
    }

    fn plainly(&mut self, node: &Node, text: &str, becomes: Becomes) -> Option<Json> {
        let braces =
            || text.contains(['{', '}']).then(|| format!("`{text}` has braces, and nothing is filled in here"));
        match fits(text, becomes).err().or_else(braces) {
            None => Some(json!(text)),
            Some(title) => {
                self.report(Problem::new(node.span.clone(), title));
                None
            }
        }
    }

    /// Reports every placeholder that nothing gives a value to.
    fn placeholders(&mut self, node: &Node, template: &Template) -> bool {
        let built_in = |name: &str| template::BUILT_IN.iter().any(|(known, _)| *known == name);
        let shell = self.shell;
        let wrong = template.check(|name| built_in(name) || (!shell && self.yielded.contains(name)));
        for bad in &wrong {
            let span = self.inside(node, &bad.span);
            let problem = match &bad.what {
                Wrong::Brace => Problem::new(span, "a brace without its other half")
                    .help("a brace that means itself is doubled: `{{` or `}}`"),
                Wrong::Placeholder(name) if self.yielded.contains(name) => {
                    Problem::new(span, format!("`{{{name}}}` is what a person answers, and must not reach a shell"))
                        .help(format!(
                            "the command finds it in the environment variable ALLCLEAR_VALUE_{}",
                            name.to_uppercase().replace('-', "_")
                        ))
                }
                Wrong::Placeholder(name) if Word::new(name.as_str()).is_err() => {
                    Problem::new(span, format!("`{{{name}}}` is not a placeholder"))
                        .help("a brace that means itself is doubled: `{{` or `}}`")
                }
                Wrong::Placeholder(name) => Problem::new(span, format!("nothing gives `{{{name}}}` a value")).nearest(
                    name,
                    template::BUILT_IN.iter().map(|(known, _)| *known).chain(self.yielded.iter().map(String::as_str)),
                ),
            };
            self.problems.push(problem);
        }
        wrong.is_empty()
    }

    fn command(&mut self, node: &Node, text: &str) -> Option<Json> {
        if self.shell {
            return self.placeholders(node, &Template::new(text)).then(|| json!(Command::Shell(Template::new(text))));
        }
        let bad = match command::split(text) {
            Ok(words) => {
                let known = self.placeholders(node, &Template::new(text));
                return known.then(|| json!(Command::Words(words.into_iter().map(Template::new).collect())));
            }
            Err(bad) => bad,
        };
        let span = self.inside(node, &bad.span);
        self.report(match bad.what {
            BadCommandKind::Empty => Problem::new(span, "the command is empty"),
            BadCommandKind::OpenQuote => Problem::new(span, "this quote is not closed"),
            BadCommandKind::NeedsShell(c) => {
                let c = if c == '\n' { "a line break".to_owned() } else { format!("`{c}`") };
                Problem::new(span, format!("{c} means something to a shell only, and this command runs without one"))
                    .help("add `shell = true` to the step, or quote the word, or write the command as a list of words")
            }
        });
        None
    }

    fn words(&mut self, node: &Node, words: &[Node], key: &str) -> Option<Json> {
        let empty = words.first().is_none_or(|word| matches!(&word.value, Value::Text(text) if text.is_empty()));
        if self.shell || empty {
            self.report(match self.shell {
                true => Problem::new(node.span.clone(), "a list of words does not go to a shell")
                    .help("write the command as one string, or leave out `shell = true`"),
                false => Problem::new(node.span.clone(), "the command is empty").help("its first word is a program"),
            });
            return None;
        }
        let texts: Option<Vec<Json>> =
            words.iter().map(|word| self.value(word, &Type::Template(Becomes::Text), key)).collect();
        texts.map(|words| json!({ "words": words }))
    }

    /// The place of a part of a string, where the string is written without escapes; otherwise the string's.
    fn inside(&self, node: &Node, part: &std::ops::Range<usize>) -> std::ops::Range<usize> {
        let Value::Text(text) = &node.value else { return node.span.clone() };
        if part.is_empty() {
            return node.span.clone();
        }
        let written = &self.source[node.span.clone()];
        match written.find(text.as_str()) {
            Some(offset) => node.span.start + offset + part.start..node.span.start + offset + part.end,
            None => node.span.clone(),
        }
    }
}

/// Fills a template with sample values.
fn sample(template: &Template) -> String {
    let value = |name: &str| match name {
        "major" | "minor" | "patch" => "1".to_owned(),
        "version" | "last-version" => "1.4.0-rc.1".to_owned(),
        "date" => "2026-01-31".to_owned(),
        _ => "sample".to_owned(),
    };
    let values: Values = template.names().into_iter().map(|name| (name.to_owned(), value(name))).collect();
    template.render(&values).expect("every name has a value")
}

/// Checks what a text becomes.
fn fits(text: &str, becomes: Becomes) -> Result<(), String> {
    let checked = match becomes {
        Becomes::Text => return Ok(()),
        Becomes::Branch | Becomes::Ref => BranchName::new(text).map(drop),
        Becomes::Tag => TagName::new(text).map(drop),
        Becomes::Path => RelPath::new(text.trim_end_matches('/')).map(drop),
    };
    checked.map_err(|bad| bad.to_string())
}

fn expected(ty: &Type) -> String {
    match ty {
        Type::Text | Type::Template(_) | Type::Plain(_) | Type::Word | Type::Choice(_) | Type::Glob => {
            "a string".to_owned()
        }
        Type::Command => "a command: a string or a list of strings".to_owned(),
        Type::Flag => "true or false".to_owned(),
        Type::Count(most) => format!("a number from 0 to {most}"),
        Type::Duration => "a length of time such as \"24h\"".to_owned(),
        Type::Notation(notation) => format!("{} in quotes", notation.takes),
        Type::List(inner) => format!("{} or a list of them", expected(inner)),
        Type::Short(inner, _) => format!("{} or a table", expected(inner)),
        Type::Table(_) | Type::Map(_) => "a table".to_owned(),
    }
}
