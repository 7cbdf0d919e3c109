//! Commands that test the project.

use std::collections::BTreeMap;

use super::Run;
use super::make::Make;
use super::node::Node;
use super::python::Python;
use super::sources::Sources;
use super::tree::{Tree, base_name, is_plain};

/// The tests that were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tests {
    /// Unit tests and alike, one command for each language.
    pub plain: Vec<Run>,
    /// Tests in a browser.
    pub browser: Vec<Run>,
    /// Folders called after Playwright in which nothing was found that a command here could run.
    pub idle: Vec<String>,
}

/// What test commands are known by.
const TOOLS: &[&str] = &["pytest", "unittest", "cargo test", "npm test"];

/// Finds the tests.
pub(super) fn tests(sources: &Sources<'_>) -> Tests {
    let Sources { tree, make, node, python, rust } = sources;
    let cargo = if rust.is_workspace() { "cargo test --workspace" } else { "cargo test" };
    let own = [python_tests(tree, python), node.run(&["test"]), rust.is_here().then(|| Run::new(cargo))];
    let own = own.into_iter().flatten();
    let (browser, idle) = playwright(tree, node, python);
    let plain = match make.target(&["test", "tests", "check"]) {
        // The project's own entry, unless all it does is to call the very tool that is called here with a report.
        Some(target) if !calls_the_same(make, target, own.clone()) => {
            let others = own.filter(|run| run.id.as_deref().is_none_or(|id| !matches!(id, "pytest" | "unittest")));
            std::iter::once(with_report(make, target)).chain(others).collect()
        }
        _ => own.collect(),
    };
    Tests { plain, browser, idle }
}

fn calls_the_same(make: &Make, target: &str, mut own: impl Iterator<Item = Run>) -> bool {
    let rule = make.rule(target);
    own.any(|run| TOOLS.iter().any(|tool| rule.contains(tool) && run.command.contains(tool)))
}

/// A target, and the report that its own lines say it writes.
fn with_report(make: &Make, target: &str) -> Run {
    let run = Run::new(format!("make {target}"));
    let rule = make.rule(target);
    let report = rule
        .split(|c: char| c.is_whitespace() || "=\"',()".contains(c))
        .filter_map(|word| word.strip_suffix(".xml"))
        .find_map(|stem| stem.rsplit_once('/').map(|(folder, _)| folder.to_owned()));
    match report.filter(|folder| is_plain(folder)) {
        Some(folder) => run.leaving(&format!("{folder}/*.xml")),
        None => run,
    }
}

fn python_tests(tree: &Tree<'_>, python: &Python) -> Option<Run> {
    let in_tests = ["tests", "test"].iter().any(|folder| tree.below(folder).any(|path| path.ends_with(".py")));
    let configured = tree.has("pytest.ini") || tree.has("conftest.py") || python.mentions("pytest");
    if in_tests || configured {
        let command = python.call("pytest --junitxml=reports/unit.xml");
        return Some(Run::new(command).called("pytest").leaving("reports/*.xml"));
    }
    let somewhere = tree.files.iter().any(|path| is_python_test(path));
    somewhere.then(|| Run::new(python.call("python3 -m unittest")).called("unittest"))
}

fn is_python_test(path: &str) -> bool {
    let name = base_name(path);
    name.ends_with(".py") && (name.starts_with("test_") || name.ends_with("_test.py"))
}

/// The folders called `playwright`: those with tests of pytest, those of Playwright's own runner, and the rest.
fn playwright(tree: &Tree<'_>, node: &Node, python: &Python) -> (Vec<Run>, Vec<String>) {
    let mut folders: BTreeMap<String, bool> = BTreeMap::new();
    for path in &tree.files {
        let parts: Vec<&str> = path.split('/').collect();
        let under = |at: usize| parts[..at].iter().any(|part| part.starts_with("test") || *part == "e2e");
        let Some(at) = (0..parts.len() - 1).find(|at| parts[*at] == "playwright" && under(*at)) else { continue };
        let runs = folders.entry(parts[..=at].join("/")).or_default();
        *runs |= is_python_test(path);
    }
    let of_pytest = |folder: &String| Run {
        display: true,
        ..Run::new(python.call(&format!("pytest {folder} --headed")))
            .called("pytest-playwright")
            .leaving("test-results/**/*.png")
    };
    let mut found: Vec<Run> = folders.iter().filter(|(_, runs)| **runs).map(|(folder, _)| of_pytest(folder)).collect();
    let config = ["playwright.config.ts", "playwright.config.js", "playwright.config.mjs"];
    if tree.first(&config).is_some() {
        let run = node.with_dependencies("npx playwright test --headed").called("playwright");
        found.push(Run { display: true, ..run.leaving("test-results/**/*.png") });
        return (found, Vec::new());
    }
    (found, folders.into_iter().filter(|(_, runs)| !runs).map(|(folder, _)| folder).collect())
}
