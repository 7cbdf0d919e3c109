//! Checks that every name of a process leads somewhere, once, and that no step needs what comes after it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::diagnostic::Problem;
use super::node::{Node, Value};
use super::steps::texts_of;
use super::{Phase, Process, Shape, Step, version_files};
use crate::names::{StepId, Word};

/// Finds every name that leads nowhere: phases, steps, roles, people, kinds.
pub(super) fn check(root: &Node, process: &Process) -> Vec<Problem> {
    let mut places = Places { root, process, problems: version_files::check(root) };
    places.project();
    places.people();
    places.roles();
    places.kinds();
    places.phases();
    for kind in process.kinds.keys() {
        places.order(kind);
    }
    for step in process.phases.values().flat_map(|phase| &phase.steps) {
        places.step(step);
    }
    let mut problems = Vec::new();
    places.problems.sort_by_key(|problem| problem.span.start);
    for problem in places.problems {
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
    problems
}

/// Where in the file a name is written, for names that only make sense together with others.
struct Places<'a> {
    root: &'a Node,
    process: &'a Process,
    problems: Vec<Problem>,
}

impl<'a> Places<'a> {
    fn report(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    fn unknown<'n>(&mut self, span: Range<usize>, what: &str, name: &str, known: impl Iterator<Item = &'n str>) {
        self.report(Problem::new(span, format!("there is no {what} `{name}`")).nearest(name, known));
    }

    /// Reports the names that a list has twice.
    fn twice<'n>(&mut self, node: Option<&Node>, names: impl IntoIterator<Item = &'n Word>) {
        let mut seen = BTreeSet::new();
        for name in names.into_iter().filter(|name| !seen.insert(*name)) {
            let span = texts_of(node).into_iter().filter(|(text, _)| *text == name.as_str()).nth(1);
            let problem = Problem::new(span.map_or(0..0, |(_, span)| span), format!("`{name}` is named twice"));
            self.report(problem.help("leave it out here"));
        }
    }

    fn node(&self, keys: &[&str]) -> Option<&'a Node> {
        keys.iter().try_fold(self.root, |node, key| node.get(key))
    }

    /// The table of a step; none for a step of the default process.
    fn table(&self, step: &Step) -> Option<&'a Node> {
        let phase = self.process.phases.iter().find(|(name, _)| name.as_str() == step.id.phase())?.1;
        let at = phase.steps.iter().position(|other| other.id == step.id)?;
        match &self.node(&["phase", step.id.phase()])?.value {
            Value::List(nodes) => nodes.get(at),
            _ => None,
        }
    }

    /// The place of a name within the value of a step's key, or of the step.
    fn in_step(&self, step: &Step, key: &str, is: impl Fn(&str) -> bool) -> Range<usize> {
        let table = self.table(step);
        named(table.and_then(|table| table.get(key)), is).unwrap_or_else(|| span(table))
    }

    fn project(&mut self) {
        let name = &self.process.project.name;
        let fits = !name.is_empty()
            && name.len() <= 100
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        if !fits || name.starts_with(['-', '.']) {
            let place = span(self.node(&["project", "name"]));
            let problem = Problem::new(place, format!("`{name}` cannot be a project's name"));
            self.report(problem.help("letters, digits, `.`, `_` and `-` are expected, a letter or digit first"));
        }
    }

    /// What tells people apart belongs to one of them, or one person could speak as two.
    fn people(&mut self) {
        let mut owners: BTreeMap<String, &Word> = BTreeMap::new();
        for (name, person) in &self.process.people {
            let emails = person.emails.iter().map(|email| ("emails", email));
            let keys = person.keys.iter().map(|key| ("keys", key));
            for (field, text) in emails.chain(keys).chain(person.github.iter().map(|login| ("github", login))) {
                let own = match field {
                    "keys" => text.split_whitespace().take(2).collect::<Vec<_>>().join(" "),
                    _ => format!("{field} {}", text.to_lowercase()),
                };
                let owner = *owners.entry(own).or_insert(name);
                if owner != name {
                    let node = self.node(&["people", name.as_str(), field]);
                    let place = named(node, |other| other == text).unwrap_or_else(|| span(node));
                    let problem = Problem::new(place, format!("this belongs to both `{owner}` and `{name}`"));
                    self.report(problem.help("give it to one of them: a person counts once"));
                }
            }
        }
    }

    fn roles(&mut self) {
        let process = self.process;
        for (name, role) in &process.roles {
            let table = self.node(&["roles", name.as_str()]);
            let members = table.and_then(|table| table.get("members"));
            for member in role.members.iter().filter(|member| !process.people.contains_key(*member)) {
                let place = named(members, |text| text == member.as_str()).unwrap_or_else(|| span(members));
                self.unknown(place, "person", member.as_str(), process.people.keys().map(Word::as_str));
            }
            self.twice(members, &role.members);
            if role.quorum == 0 || role.quorum as usize > role.members.len() {
                let place = span(table.and_then(|table| table.get("quorum")).or(members));
                let title = format!("the role `{name}` needs {} of {} people", role.quorum, role.members.len());
                let help = "a quorum is at least 1, and at most the number of members";
                self.report(Problem::new(place, title).help(help));
            }
        }
    }

    fn kinds(&mut self) {
        let process = self.process;
        if process.kinds.is_empty() {
            self.report(Problem::new(0..0, "the process has no kinds of release").help("add a table `[kinds]`"));
        }
        for (kind, phases) in &process.kinds {
            let node = self.node(&["kinds", kind.as_str()]);
            if phases.is_empty() {
                let problem = Problem::new(span(node), format!("a `{kind}` release goes through no phase"));
                self.report(problem.help("name its phases, in order"));
            }
            for phase in phases.iter().filter(|phase| !process.phases.contains_key(*phase)) {
                let place = named(node, |text| text == phase.as_str()).unwrap_or_else(|| span(node));
                self.unknown(place, "phase", phase.as_str(), process.phases.keys().map(Word::as_str));
            }
            self.twice(node, phases);
        }
    }

    fn phases(&mut self) {
        let process = self.process;
        let known = || process.phases.keys().map(Word::as_str);
        for (name, place) in texts_of(self.root.get("parallel")) {
            if !known().any(|phase| phase == name) {
                self.unknown(place, "phase", name, known());
            }
        }
        for phase in process.phases.keys().filter(|phase| !process.kinds.values().flatten().any(|used| used == *phase))
        {
            let entries = self.root.get("phase").map(Node::entries).unwrap_or_default();
            let entry = entries.iter().find(|entry| entry.key == phase.as_str());
            let place = entry.map_or(0..0, |entry| entry.key_span.clone());
            let problem = Problem::new(place, format!("no kind of release goes through the phase `{phase}`"));
            self.report(problem.help("name it in `[kinds]`"));
        }
    }

    /// A step may need only steps that come before it, in every kind of release that has both.
    fn order(&mut self, kind: &Word) {
        let process = self.process;
        let mut seen: BTreeSet<&StepId> = BTreeSet::new();
        for (_, phase) in process.phases_of(kind) {
            for step in &phase.steps {
                for need in step.needs.iter().filter(|need| !seen.contains(need)) {
                    self.need(kind, phase, step, need);
                }
                if !phase.parallel {
                    seen.insert(&step.id);
                }
            }
            seen.extend(phase.steps.iter().map(|step| &step.id));
        }
    }

    /// Judges a need that does not stand before its step.
    fn need(&mut self, kind: &Word, phase: &Phase, step: &Step, need: &StepId) {
        let process = self.process;
        let place = self.in_step(step, "needs", |text| text == need.as_str() || text == need.step());
        let ids = || process.phases.values().flat_map(|phase| &phase.steps).map(|step| step.id.as_str());
        let beside = phase.parallel && phase.steps.iter().any(|other| &other.id == need);
        if process.step(need).is_none() {
            self.unknown(place, "step", need.as_str(), ids());
        } else if need == &step.id {
            self.report(Problem::new(place, format!("`{need}` needs itself")));
        } else if beside && reachable(&phase.steps, need).contains(&step.id) {
            let problem = Problem::new(place, format!("`{}` and `{need}` need each other", step.id));
            self.report(problem.help("leave out one of the needs that lead from one to the other"));
        } else if !beside && process.steps_of(kind).any(|other| &other.id == need) {
            let problem = Problem::new(place, format!("`{}` needs `{need}`, which does not come before it", step.id));
            self.report(problem.help("a step can only need what comes before it"));
        }
    }

    fn step(&mut self, step: &Step) {
        let process = self.process;
        for condition in &step.when {
            let word = condition.word.as_str();
            if !process.kinds.contains_key(&condition.word) && word != "prerelease" {
                let place = self.in_step(step, "when", |text| text.trim_start_matches("not ").trim() == word);
                let known = process.kinds.keys().map(Word::as_str).chain(["prerelease"]);
                self.unknown(place, "kind of release", word, known);
            }
        }
        if let Some(role) = step.role.iter().find(|role| !process.roles.contains_key(*role)) {
            let place = self.in_step(step, "role", |_| true);
            self.unknown(place, "role", role.as_str(), process.roles.keys().map(Word::as_str));
        }
        if step.shape == Shape::SignOff {
            self.gate(step);
        }
    }

    fn gate(&mut self, step: &Step) {
        let table = self.table(step);
        let roles = step.words();
        for role in roles.iter().filter(|role| !self.process.roles.contains_key(*role)) {
            let title = format!("`{}` asks for the role `{role}`, which is not declared", step.id);
            let whose = if table.is_none() { "the default process has this step; declare it" } else { "declare it" };
            let hint = format!("{whose}: `[roles]` and `{role} = {{ members = [\"…\"], quorum = 1 }}`");
            let place = self.in_step(step, step.kind.as_str(), |text| text == role.as_str());
            self.report(Problem::new(place, title).help(hint));
        }
        self.twice(table.and_then(|table| table.get(step.kind.as_str())), &roles);
    }
}

fn span(node: Option<&Node>) -> Range<usize> {
    node.map_or(0..0, |node| node.span.clone())
}

/// The place of one of the strings of a value.
fn named(node: Option<&Node>, is: impl Fn(&str) -> bool) -> Option<Range<usize>> {
    texts_of(node).into_iter().find(|(text, _)| is(text)).map(|(_, span)| span)
}

/// What a step needs, directly or through others of the same phase.
fn reachable<'s>(steps: &'s [Step], from: &'s StepId) -> BTreeSet<&'s StepId> {
    let mut reached = BTreeSet::new();
    let mut next = vec![from];
    while let Some(id) = next.pop() {
        let needs = steps.iter().filter(|step| &step.id == id).flat_map(|step| &step.needs);
        next.extend(needs.filter(|need| reached.insert(*need)));
    }
    reached
}
