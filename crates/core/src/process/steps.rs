//! Reads the steps of a phase.

use serde_json::Value as Json;

use super::check::Checker;
use super::command::{self, Command};
use super::diagnostic::Problem;
use super::node::{Entry, Node, Value};
use super::spec::{COMMON, Field, KindSpec, Naming};
use super::{Condition, Known, Step};
use crate::names::{StepId, Word};
use crate::template::{BUILT_IN, Template};

impl Checker<'_> {
    /// Reads one step of a phase; what is wrong is reported, and then there is none.
    pub(super) fn step(&mut self, phase: &Word, node: &Node, kinds: &[&KindSpec]) -> Option<Step> {
        let Value::Table(entries) = &node.value else {
            self.report(Problem::new(
                node.span.clone(),
                format!("a step of `{phase}` is a table, and this is {}", node.type_name()),
            ));
            return None;
        };
        let kind = self.kind(node, entries, kinds)?;
        self.shell = matches!(node.get("shell").map(|node| &node.value), Some(Value::Flag(true)));
        let fields: Vec<&Field> = COMMON.iter().chain([&kind.value]).chain(kind.fields).collect();
        let before = self.problems.len();
        let mut config = self.table(node, &fields);
        self.shell = false;
        let mut common: serde_json::Map<String, Json> = COMMON
            .iter()
            .filter_map(|field| config.remove(field.key).map(|value| (field.key.to_owned(), value)))
            .collect();
        let own = config.get(kind.value.key).cloned().unwrap_or_default();
        self.own_value(node, kind, &own);
        self.yielded(node, &config);
        if self.problems.len() > before {
            return None;
        }
        let id =
            common.remove("id").and_then(|id| id.as_str().map(str::to_owned)).unwrap_or_else(|| name_of(kind, &own));
        let id = match Word::new(id) {
            Ok(word) => StepId::of(phase, &word),
            Err(_) => {
                self.report(
                    Problem::new(node.span.clone(), "no name can be derived for this step")
                        .help("give it one: `id = \"…\"`"),
                );
                return None;
            }
        };
        let needs = self.needs(phase, node.get("needs"));
        let texts = |key: &str| -> Vec<String> {
            let list = common.get(key).and_then(Json::as_array).into_iter().flatten();
            list.filter_map(|item| item.as_str().map(str::to_owned)).collect()
        };
        let flag = |key: &str| common.get(key).and_then(Json::as_bool);
        Some(Step {
            kind: Word::new(kind.value.key).expect("the key of a kind is a word"),
            shape: kind.shape,
            title: title_of(kind, &own),
            when: self.conditions(node.get("when"), &texts("when")),
            needs,
            inputs: texts("inputs").into_iter().map(Template::new).collect(),
            timeout: common.get("timeout").and_then(Json::as_u64),
            retries: common.get("retries").and_then(Json::as_u64).unwrap_or(0) as u32,
            evidence: texts("evidence"),
            role: common.get("role").and_then(|role| Word::new(role.as_str()?).ok()),
            optional: flag("optional").unwrap_or(false),
            uses: texts("uses").into_iter().filter_map(|thing| Word::new(thing).ok()).collect(),
            exclusive: flag("exclusive").unwrap_or(false),
            once: flag("once").unwrap_or(kind.once),
            config,
            known: Known::default(),
            id,
        })
    }

    /// A step that does nothing for nobody is a mistake.
    fn own_value(&mut self, node: &Node, kind: &KindSpec, own: &Json) {
        let key = kind.value.key;
        if let (Json::Array(items), Some(node)) = (own, node.get(key))
            && items.is_empty()
            && matches!(&node.value, Value::List(items) if items.is_empty())
        {
            self.report(Problem::new(node.span.clone(), format!("`{key}` is empty")).help("name at least one"));
        }
        if let (Json::Bool(false), Some(node)) = (own, node.get(key)) {
            let problem = Problem::new(node.span.clone(), format!("`{key} = false` asks for nothing"));
            self.report(problem.help(format!("write `{key} = true`, or take the step out")));
        }
    }

    /// What a step yields must not hide what every release has.
    fn yielded(&mut self, node: &Node, config: &serde_json::Map<String, Json>) {
        let name = config.get("value").and_then(Json::as_str);
        if let Some((name, meaning)) = BUILT_IN.iter().find(|(known, _)| name == Some(*known)) {
            let span = node.get("value").map_or(node.span.clone(), |node| node.span.clone());
            let problem = Problem::new(span, format!("`{{{name}}}` already has a value: {meaning}"));
            self.report(problem.help("give the answer another name"));
        }
    }

    /// Finds the one key that says what the step is.
    fn kind<'k>(&mut self, node: &Node, entries: &[Entry], kinds: &[&'k KindSpec]) -> Option<&'k KindSpec> {
        let named: Vec<_> =
            entries.iter().filter_map(|e| kinds.iter().find(|k| k.value.key == e.key).map(|k| (e, *k))).collect();
        match named.as_slice() {
            [(_, kind)] => Some(kind),
            [] => {
                let odd = entries.iter().find(|entry| !COMMON.iter().any(|field| field.key == entry.key));
                let span = odd.map_or(node.span.clone(), |entry| entry.key_span.clone());
                let label = if odd.is_some() { "not a kind of step" } else { "this step" };
                let problem = Problem::new(span, "no key of this step says what it is").label(label);
                self.report(
                    problem.nearest(odd.map_or("", |entry| &entry.key), kinds.iter().map(|kind| kind.value.key)),
                );
                None
            }
            [(_, first), (second, _), ..] => {
                let title = format!("this step is both `{}` and `{}`", first.value.key, second.key);
                self.report(Problem::new(second.key_span.clone(), title).help("make it two steps"));
                None
            }
        }
    }

    fn needs(&mut self, phase: &Word, node: Option<&Node>) -> Vec<StepId> {
        let mut needs = Vec::new();
        for (text, span) in texts_of(node) {
            let full = if text.contains('/') { text.to_owned() } else { format!("{phase}/{text}") };
            match StepId::new(full) {
                Ok(id) => needs.push(id),
                Err(bad) => self.report(Problem::new(span, bad.to_string())),
            }
        }
        needs
    }

    fn conditions(&mut self, node: Option<&Node>, texts: &[String]) -> Vec<Condition> {
        let mut conditions = Vec::new();
        for text in texts {
            let (word, negated) = text.strip_prefix("not ").map_or((text.as_str(), false), |rest| (rest.trim(), true));
            match Word::new(word) {
                Ok(word) => conditions.push(Condition { word, negated }),
                Err(bad) => self.report(Problem::new(node.map_or(0..0, |node| node.span.clone()), bad.to_string())),
            }
        }
        conditions
    }
}

/// The strings of a value that is one or a list of them, with their places.
pub(super) fn texts_of(node: Option<&Node>) -> Vec<(&str, std::ops::Range<usize>)> {
    match node.map(|node| (&node.value, node)) {
        Some((Value::Text(text), node)) => vec![(text.as_str(), node.span.clone())],
        Some((Value::List(items), _)) => items.iter().flat_map(|item| texts_of(Some(item))).collect(),
        _ => Vec::new(),
    }
}

fn name_of(kind: &KindSpec, own: &Json) -> String {
    let key = kind.value.key;
    match (kind.naming, own) {
        (Naming::Kind, _) => key.to_owned(),
        (Naming::KindAndValue, Json::String(value)) => format!("{key}-{value}"),
        (Naming::KindAndValue, _) => key.to_owned(),
        (Naming::Command, own) => match serde_json::from_value(own.clone()) {
            Ok(Command::Words(words)) => command::short_name(&words.iter().map(Template::as_str).collect::<Vec<_>>()),
            Ok(Command::Shell(text)) => command::short_name(&text.as_str().split_whitespace().collect::<Vec<_>>()),
            Err(_) => key.to_owned(),
        },
    }
}

fn title_of(kind: &KindSpec, own: &Json) -> String {
    let key = kind.value.key;
    if kind.naming == Naming::Command {
        return serde_json::from_value::<Command>(own.clone())
            .map_or_else(|_| key.to_owned(), |command| command.for_people());
    }
    match own {
        Json::String(text) if kind.shape == super::Shape::Manual => text.clone(),
        Json::String(text) => format!("{key} {text}"),
        Json::Number(seconds) => format!("{key} {}", crate::duration::for_people(seconds.as_u64().unwrap_or(0) * 1000)),
        Json::Array(items) => format!("{key} {}", items.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(", ")),
        _ => key.to_owned(),
    }
}
