//! Reads `allclear.toml`: strict, and with every problem at once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::check::Checker;
use super::diagnostic::{Problem, Problems};
use super::node::{Entry, Node, Value};
use super::spec::{Field, KindSpec, TABLES, Type, VERSIONS};
use super::steps::texts_of;
use super::{Phase, Process, Step, Versions, cadence, object_store, references, target, version_files};
use crate::names::Word;

/// Kinds and phases for processes that do not define their own.
#[derive(Debug, Clone, Default)]
pub struct Defaults {
    kinds: BTreeMap<Word, Vec<Word>>,
    phases: BTreeMap<Word, Phase>,
}

impl Defaults {
    /// Every step of the defaults: its phase, its own name, and a few words for people.
    pub fn steps(&self) -> impl Iterator<Item = (&Word, &str, &str)> {
        self.phases
            .iter()
            .flat_map(|(name, phase)| phase.steps.iter().map(move |step| (name, step.id.step(), step.title.as_str())))
    }
}

/// What a process file says about where its project keeps things, as far as it can be read at all: enough to find the ledger even
/// when the rest of the file is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    /// The trunk.
    pub trunk: Option<String>,
    /// The remote.
    pub remote: Option<String>,
    /// The ledger's branch.
    pub ledger: Option<String>,
}

/// Reads the places of a process file; what cannot be read is left out.
pub fn places(source: &str) -> Places {
    let root = Node::parse(source).ok();
    let text = |key: &str| match &root.as_ref()?.get("project")?.get(key)?.value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    };
    Places { trunk: text("trunk"), remote: text("remote"), ledger: text("ledger") }
}

/// Reads `[versions]` of a process file and nothing else: for those who want the version written and no release.
///
/// # Errors
/// All problems of that table, or that the file is no TOML.
pub fn versions(file: &str, source: &str) -> Result<Versions, Problems> {
    let fail = |problems| Problems { file: file.to_owned(), source: source.to_owned(), problems };
    let root = Node::parse(source).map_err(fail)?;
    let Some(table) = root.get("versions") else { return Ok(Versions::default()) };
    let mut checker = Checker { source, yielded: BTreeSet::new(), problems: version_files::check(&root), shell: false };
    let read = checker.value(table, &Type::Table(VERSIONS), "versions");
    if !checker.problems.is_empty() {
        return Err(fail(checker.problems));
    }
    serde_json::from_value(read.unwrap_or_default()).map_err(|wrong| fail(vec![Problem::new(0..0, wrong.to_string())]))
}

/// Reads the kinds and phases of a default process: a file with nothing else in it.
///
/// # Errors
/// All problems of the file.
pub fn read_defaults(file: &str, source: &str, kinds: &[&KindSpec]) -> Result<Defaults, Problems> {
    read_parts(file, source, kinds, None).map(|(_, defaults)| defaults)
}

/// Reads a process file. A phase or the table of kinds that it leaves out comes from `defaults`.
///
/// # Errors
/// All problems of the file.
pub fn read(file: &str, source: &str, kinds: &[&KindSpec], defaults: &Defaults) -> Result<Process, Problems> {
    let (tables, own) = read_parts(file, source, kinds, Some(defaults))?;
    let fail = |problems| Problems { file: file.to_owned(), source: source.to_owned(), problems };
    let root = Node::parse(source).map_err(fail)?;
    let process = assemble(tables, own, defaults).map_err(|title| fail(vec![Problem::new(0..0, title)]))?;
    let mut problems = references::check(&root, &process);
    problems.extend(cadence::check(&root, &process));
    problems.sort_by_key(|problem| problem.span.start);
    if problems.is_empty() { Ok(process) } else { Err(fail(problems)) }
}

fn read_parts(
    file: &str,
    source: &str,
    kinds: &[&KindSpec],
    defaults: Option<&Defaults>,
) -> Result<(Map<String, Json>, Defaults), Problems> {
    let fail = |problems| Problems { file: file.to_owned(), source: source.to_owned(), problems };
    let root = Node::parse(source).map_err(fail)?;
    let problems = [object_store::check(&root), target::check(&root)].concat();
    let mut checker = Checker { source, yielded: yielded(&root, defaults), problems, shell: false };
    let phase = Field::new("phase", Type::Map(&Type::Flag), "the steps of each phase");
    let fields: Vec<&Field> = TABLES.iter().chain([&phase]).collect();
    let top =
        Node { span: 0..0, value: Value::Table(root.entries().iter().filter(|e| e.key != "phase").cloned().collect()) };
    let mut tables = checker.table(&top, &fields);
    if defaults.is_none() {
        checker.problems.retain(|problem| problem.title != "the key `project` is missing");
    }
    let phases = phases(&mut checker, &root, kinds);
    if !checker.problems.is_empty() {
        checker.problems.sort_by_key(|problem| problem.span.start);
        return Err(fail(checker.problems));
    }
    let kinds = tables.remove("kinds").and_then(|kinds| serde_json::from_value(kinds).ok()).unwrap_or_default();
    Ok((tables, Defaults { kinds, phases }))
}

/// The names that steps of the file, or of the phases that it leaves to `defaults`, yield with `value = "…"`.
fn yielded(root: &Node, defaults: Option<&Defaults>) -> BTreeSet<String> {
    let own = |phase: &Word| root.get("phase").is_some_and(|phases| phases.get(phase.as_str()).is_some());
    let others = defaults.into_iter().flat_map(|defaults| &defaults.phases).filter(|(name, _)| !own(name));
    let others = others.flat_map(|(_, phase)| &phase.steps).filter_map(Step::yields).map(str::to_owned);
    let steps = root.get("phase").into_iter().flat_map(Node::entries).flat_map(|phase| match &phase.node.value {
        Value::List(steps) => steps.as_slice(),
        _ => &[],
    });
    steps.flat_map(|step| texts_of(step.get("value"))).map(|(name, _)| name.to_owned()).chain(others).collect()
}

fn phases(checker: &mut Checker<'_>, root: &Node, kinds: &[&KindSpec]) -> BTreeMap<Word, Phase> {
    let parallel: Vec<_> = texts_of(root.get("parallel")).into_iter().map(|(name, _)| name).collect();
    let mut phases = BTreeMap::new();
    if let Some(node) = root.get("phase").filter(|node| !matches!(node.value, Value::Table(_))) {
        let title = format!("`phase` takes a table, and this is {}", node.type_name());
        checker.report(Problem::new(node.span.clone(), title).help("write each step as a table `[[phase.NAME]]`"));
    }
    for Entry { key, key_span, node } in root.get("phase").into_iter().flat_map(Node::entries) {
        let name = match Word::new(key.as_str()) {
            Ok(name) => name,
            Err(bad) => {
                checker.report(Problem::new(key_span.clone(), bad.to_string()).label("a phase"));
                continue;
            }
        };
        let Value::List(nodes) = &node.value else {
            let problem = Problem::new(
                key_span.clone(),
                format!("the steps of a phase are written as `[[phase.{key}]]`, one table a step"),
            );
            checker.report(problem);
            continue;
        };
        let mut steps: Vec<Step> = Vec::new();
        for node in nodes {
            let Some(step) = checker.step(&name, node, kinds) else { continue };
            if steps.iter().any(|other| other.id == step.id) {
                let problem = Problem::new(node.span.clone(), format!("two steps are called `{}`", step.id));
                checker
                    .report(problem.label("the second one").help("give one of them a name of its own: `id = \"…\"`"));
            }
            steps.push(step);
        }
        phases.insert(name, Phase { parallel: parallel.contains(&key.as_str()), steps });
    }
    phases
}

fn assemble(mut tables: Map<String, Json>, own: Defaults, defaults: &Defaults) -> Result<Process, String> {
    let parallel = tables.remove("parallel").unwrap_or_default();
    let parallel = |name: &Word| parallel.as_array().is_some_and(|names| names.iter().any(|n| *n == name.as_str()));
    let kinds = if own.kinds.is_empty() { defaults.kinds.clone() } else { own.kinds };
    let mut phases = own.phases;
    for name in kinds.values().flatten() {
        if let (false, Some(phase)) = (phases.contains_key(name), defaults.phases.get(name)) {
            let parallel = phase.parallel || parallel(name);
            phases.insert(name.clone(), Phase { parallel, ..phase.clone() });
        }
    }
    tables.insert("kinds".to_owned(), serde_json::to_value(kinds).map_err(|error| error.to_string())?);
    tables.insert("phases".to_owned(), serde_json::to_value(phases).map_err(|error| error.to_string())?);
    serde_json::from_value(Json::Object(tables)).map_err(|error| error.to_string())
}
