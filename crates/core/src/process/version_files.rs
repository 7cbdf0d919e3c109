//! Checks what the tables of `[versions]` say together, which their keys alone do not.

use super::diagnostic::Problem;
use super::node::{Node, Value};
use crate::edit::PLACEHOLDER;

/// Finds tables that do not say where the version stands, or say it twice.
pub(super) fn check(root: &Node) -> Vec<Problem> {
    let Some(files) = root.get("versions").and_then(|versions| versions.get("files")) else { return Vec::new() };
    let items = match &files.value {
        Value::List(items) => items.as_slice(),
        _ => std::slice::from_ref(files),
    };
    items.iter().filter(|item| matches!(item.value, Value::Table(_))).filter_map(table).collect()
}

fn table(item: &Node) -> Option<Problem> {
    let problem = |node: &Node, title: &str| Some(Problem::new(node.span.clone(), title));
    match (item.get("path"), item.get("pattern")) {
        (None, None) => problem(item, "this table does not say where the version stands").map(|problem| {
            problem.help("add `path = \"image.tag\"` or `pattern = 'release = \"{version}\"'`, or write the file alone")
        }),
        (Some(_), Some(pattern)) => problem(pattern, "`path` and `pattern` are two ways to find the version")
            .map(|problem| problem.help("keep one of them; a file with two places is named twice")),
        (Some(_), None) => item.get("count").and_then(|count| problem(count, "`count` goes with `pattern` only")),
        (None, Some(pattern)) => {
            let Value::Text(text) = &pattern.value else { return None };
            let once = text.matches(PLACEHOLDER).count() == 1 && text.len() > PLACEHOLDER.len();
            let title = "the pattern must have `{version}` once, and other words around it";
            (!once).then(|| problem(pattern, title)).flatten()
        }
    }
}
