//! Reads `allclear.toml`: strict, and with every problem at once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::check::Checker;
use super::diagnostic::{Problem, Problems};
use super::node::{Entry, Node, Value};
use super::spec::{Field, KindSpec, TABLES};
use super::steps::texts_of;
use super::{Phase, Process, Step};
use crate::names::{StepId, Word};

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

/// Reads the kinds and phases of a default process: a file with nothing else in it.
///
/// # Errors
/// All problems of the file.
pub fn read_defaults(file: &str, source: &str, kinds: &[&KindSpec]) -> Result<Defaults, Problems> {
    read_parts(file, source, kinds, false).map(|(_, defaults)| defaults)
}

/// Reads a process file. A phase or the table of kinds that it leaves out comes from `defaults`.
///
/// # Errors
/// All problems of the file.
pub fn read(file: &str, source: &str, kinds: &[&KindSpec], defaults: &Defaults) -> Result<Process, Problems> {
    let (tables, own) = read_parts(file, source, kinds, true)?;
    let fail = |problems| Problems { file: file.to_owned(), source: source.to_owned(), problems };
    let root = Node::parse(source).map_err(fail)?;
    let process = assemble(tables, own, defaults).map_err(|title| fail(vec![Problem::new(0..0, title)]))?;
    let problems = references(&root, &process);
    if problems.is_empty() { Ok(process) } else { Err(fail(problems)) }
}

fn read_parts(
    file: &str,
    source: &str,
    kinds: &[&KindSpec],
    whole: bool,
) -> Result<(Map<String, Json>, Defaults), Problems> {
    let fail = |problems| Problems { file: file.to_owned(), source: source.to_owned(), problems };
    let root = Node::parse(source).map_err(fail)?;
    let mut checker = Checker { source, yielded: yielded(&root), problems: Vec::new(), shell: false };
    let phase = Field::new("phase", super::spec::Type::Map(&super::spec::Type::Flag), "the steps of each phase");
    let fields: Vec<&Field> = TABLES.iter().chain([&phase]).collect();
    let top =
        Node { span: 0..0, value: Value::Table(root.entries().iter().filter(|e| e.key != "phase").cloned().collect()) };
    let mut tables = checker.table(&top, &fields);
    if !whole {
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

/// The names that steps of the file yield with `value = "…"`.
fn yielded(root: &Node) -> BTreeSet<String> {
    let steps = root.get("phase").into_iter().flat_map(Node::entries).flat_map(|phase| match &phase.node.value {
        Value::List(steps) => steps.as_slice(),
        _ => &[],
    });
    steps.flat_map(|step| texts_of(step.get("value"))).map(|(name, _)| name.to_owned()).collect()
}

fn phases(checker: &mut Checker<'_>, root: &Node, kinds: &[&KindSpec]) -> BTreeMap<Word, Phase> {
    let parallel: Vec<_> = texts_of(root.get("parallel")).into_iter().map(|(name, _)| name).collect();
    let mut phases = BTreeMap::new();
    for Entry { key, key_span, node } in root.get("phase").into_iter().flat_map(Node::entries) {
        let Ok(name) = Word::new(key.as_str()) else {
            checker.report(Problem::new(key_span.clone(), format!("`{key}` is not a name of a phase")));
            continue;
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
    tables.remove("parallel");
    let kinds = if own.kinds.is_empty() { defaults.kinds.clone() } else { own.kinds };
    let mut phases = own.phases;
    for name in kinds.values().flatten() {
        if let (false, Some(phase)) = (phases.contains_key(name), defaults.phases.get(name)) {
            phases.insert(name.clone(), phase.clone());
        }
    }
    tables.insert("kinds".to_owned(), serde_json::to_value(kinds).map_err(|error| error.to_string())?);
    tables.insert("phases".to_owned(), serde_json::to_value(phases).map_err(|error| error.to_string())?);
    serde_json::from_value(Json::Object(tables)).map_err(|error| error.to_string())
}

/// Where in the file a name is written, for names that only make sense together with others.
struct Written<'a> {
    root: &'a Node,
    problems: Vec<Problem>,
}

/// Checks that every name leads somewhere: phases, steps, roles, people, targets, environments, kinds.
fn references(root: &Node, process: &Process) -> Vec<Problem> {
    let mut places = Written { root, problems: Vec::new() };
    places.project(process);
    places.kinds(process);
    places.roles(process);
    for kind in process.kinds.keys() {
        places.order(process, kind);
    }
    for step in process.phases.values().flat_map(|phase| &phase.steps) {
        places.step(process, step);
    }
    places.problems.sort_by_key(|problem| problem.span.start);
    places.problems.dedup();
    places.problems
}

impl Written<'_> {
    /// The place of a value by its keys, or of the deepest key that exists, or the file's first byte.
    fn of(&self, keys: &[&str]) -> std::ops::Range<usize> {
        let mut node = self.root;
        let mut span = 0..0;
        for key in keys {
            let Some(entry) = node.entries().iter().find(|entry| entry.key == *key) else { break };
            (node, span) = (&entry.node, entry.node.span.clone());
        }
        span
    }

    /// The place of a key of a step, or of the step; the file's first byte for a step of the default process.
    fn of_step(&self, step: &Step, key: &str) -> std::ops::Range<usize> {
        let Some(Value::List(nodes)) =
            self.root.get("phase").and_then(|phases| phases.get(step.id.phase())).map(|node| &node.value)
        else {
            return 0..0;
        };
        let own = step.config.get(step.kind.as_str());
        let named = |node: &&Node| match node.get("id").map(|id| &id.value) {
            Some(Value::Text(id)) => id == step.id.step(),
            _ => node.get(step.kind.as_str()).is_some_and(|node| matches_json(node, own)),
        };
        nodes.iter().find(named).map_or(0..0, |node| node.get(key).map_or(node.span.clone(), |node| node.span.clone()))
    }

    fn unknown<'a>(
        &mut self,
        span: std::ops::Range<usize>,
        what: &str,
        name: &str,
        known: impl Iterator<Item = &'a Word>,
    ) {
        let problem = Problem::new(span, format!("there is no {what} `{name}`"));
        self.problems.push(problem.nearest(name, known.map(Word::as_str)));
    }

    fn project(&mut self, process: &Process) {
        let name = &process.project.name;
        let fits = !name.is_empty()
            && name.len() <= 100
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        if !fits || name.starts_with(['-', '.']) {
            let problem = Problem::new(self.of(&["project", "name"]), format!("`{name}` cannot be a project's name"));
            self.problems.push(problem.help("letters, digits, `.`, `_` and `-` are expected, a letter or digit first"));
        }
    }

    fn kinds(&mut self, process: &Process) {
        for (kind, phases) in &process.kinds {
            for phase in phases.iter().filter(|phase| !process.phases.contains_key(*phase)) {
                self.unknown(self.of(&["kinds", kind.as_str()]), "phase", phase.as_str(), process.phases.keys());
            }
        }
        if process.kinds.is_empty() {
            self.problems.push(Problem::new(0..0, "the process has no kinds of release").help("add a table `[kinds]`"));
        }
        for phase in process.phases.keys().filter(|phase| !process.kinds.values().flatten().any(|used| used == *phase))
        {
            let problem = Problem::new(
                self.of(&["phase", phase.as_str()]),
                format!("no kind of release goes through the phase `{phase}`"),
            );
            self.problems.push(problem.help("name it in `[kinds]`"));
        }
    }

    fn roles(&mut self, process: &Process) {
        for (name, role) in &process.roles {
            let place = self.of(&["roles", name.as_str()]);
            for member in role.members.iter().filter(|member| !process.people.contains_key(*member)) {
                self.unknown(place.clone(), "person", member.as_str(), process.people.keys());
            }
            if role.quorum == 0 || role.quorum as usize > role.members.len() {
                let title = format!("the role `{name}` needs {} of {} people", role.quorum, role.members.len());
                self.problems
                    .push(Problem::new(place, title).help("a quorum is at least 1, and at most the number of members"));
            }
        }
    }

    /// A step may need only steps that come before it, in every kind of release that has it.
    fn order(&mut self, process: &Process, kind: &Word) {
        let mut seen: BTreeSet<&StepId> = BTreeSet::new();
        for (_, phase) in process.phases_of(kind) {
            let own: BTreeSet<_> =
                if phase.parallel { phase.steps.iter().map(|step| &step.id).collect() } else { BTreeSet::new() };
            for (at, step) in phase.steps.iter().enumerate() {
                for need in step.needs.iter().filter(|need| !seen.contains(need)) {
                    let place = self.of_step(step, "needs");
                    if process.step(need).is_none() {
                        let known: Vec<_> = process
                            .phases
                            .values()
                            .flat_map(|phase| &phase.steps)
                            .map(|step| step.id.as_str())
                            .collect();
                        let problem = Problem::new(place, format!("there is no step `{need}`"));
                        self.problems.push(problem.nearest(need.as_str(), known.into_iter()));
                    } else if !own.contains(need) {
                        let problem =
                            Problem::new(place, format!("`{}` needs `{need}`, which does not come before it", step.id));
                        self.problems.push(
                            problem.help(format!("in a `{kind}` release a step can only need what comes before it")),
                        );
                    } else if depends(&phase.steps, need, &step.id, phase.steps.len()) {
                        self.problems.push(Problem::new(place, format!("`{}` and `{need}` need each other", step.id)));
                    }
                }
                if !phase.parallel {
                    seen.insert(&phase.steps[at].id);
                }
            }
            seen.extend(phase.steps.iter().map(|step| &step.id));
        }
    }

    fn step(&mut self, process: &Process, step: &Step) {
        for condition in &step.when {
            if !process.kinds.contains_key(&condition.word) && condition.word.as_str() != "prerelease" {
                self.unknown(
                    self.of_step(step, "when"),
                    "kind of release",
                    condition.word.as_str(),
                    process.kinds.keys(),
                );
            }
        }
        if let Some(role) = step.role.iter().find(|role| !process.roles.contains_key(*role)) {
            self.unknown(self.of_step(step, "role"), "role", role.as_str(), process.roles.keys());
        }
        if step.shape == super::Shape::SignOff {
            for role in step.words().iter().filter(|role| !process.roles.contains_key(*role)) {
                let problem = Problem::new(
                    self.of_step(step, step.kind.as_str()),
                    format!("`{}` asks for the role `{role}`, which is not declared", step.id),
                );
                let hint = format!("declare it: `[roles]` and `{role} = {{ members = [\"…\"], quorum = 1 }}`");
                self.problems.push(problem.help(hint));
            }
        }
    }
}

fn matches_json(node: &Node, own: Option<&Json>) -> bool {
    match (&node.value, own) {
        (Value::Text(text), Some(Json::String(own))) => text == own,
        (Value::Text(text), Some(Json::Array(items))) => items.len() == 1 && items[0].as_str() == Some(text),
        (Value::Text(text), Some(command @ Json::Object(_))) => {
            serde_json::from_value::<super::command::Command>(command.clone())
                .is_ok_and(|command| command.for_people() == *text)
        }
        (Value::List(nodes), Some(Json::Array(items))) => {
            nodes.len() == items.len() && nodes.iter().zip(items).all(|(node, item)| matches_json(node, Some(item)))
        }
        _ => false,
    }
}

/// Whether `from` needs `to`, directly or through others of the same phase.
fn depends(steps: &[Step], from: &StepId, to: &StepId, depth: usize) -> bool {
    let needs = steps.iter().find(|step| &step.id == from).map(|step| step.needs.as_slice()).unwrap_or_default();
    depth > 0 && needs.iter().any(|need| need == to || depends(steps, need, to, depth - 1))
}
