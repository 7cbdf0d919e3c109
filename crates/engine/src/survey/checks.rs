//! Commands that check the code, its documentation and its charts.

use super::Run;
use super::sources::Sources;
use super::tree::Tree;

/// The checks that were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checks {
    /// Workflows of a CI service, as paths.
    pub ci: Vec<String>,
    /// The format check.
    pub format: Option<Run>,
    /// A target that formats, and so cannot say no.
    pub formats: Option<String>,
    /// The linter.
    pub lint: Option<Run>,
    /// The type checker.
    pub types: Option<Run>,
    /// The check of the documentation.
    pub docs: Option<Run>,
    /// The check of the charts.
    pub helm: Option<Run>,
}

const FORMAT: &[&str] = &["fmt-check", "format-check", "check-fmt", "check-format", "fmt_check", "format_check"];
const LINT: &[&str] = &["lint", "lint-check", "check-lint", "linter"];
const TYPES: &[&str] = &["typecheck", "type-check", "check-types", "types", "mypy"];
const DOCS: &[&str] =
    &["docs-verify", "docs-check", "docs-lint", "docs-test", "check-docs", "verify-docs", "lint-docs"];
const HELM: &[&str] = &[
    "helm-verify",
    "helm-lint",
    "helm-check",
    "helm-test",
    "charts-verify",
    "charts-lint",
    "lint-helm",
    "lint-charts",
];

/// Finds the checks: what the Makefile calls so, then the scripts of `package.json`, then tools by their configuration.
pub(super) fn checks(sources: &Sources<'_>) -> Checks {
    let (format, formats) = format(sources);
    Checks {
        ci: ci(&sources.tree),
        format,
        formats,
        lint: lint(sources),
        types: types(sources),
        docs: documentation(sources),
        helm: sources.make.run(HELM),
    }
}

fn ci(tree: &Tree<'_>) -> Vec<String> {
    const FOLDERS: &[&str] =
        &[".github/workflows", ".forgejo/workflows", ".gitea/workflows", ".circleci", ".woodpecker"];
    const FILES: &[&str] = &[".gitlab-ci.yml", ".travis.yml", "Jenkinsfile", "azure-pipelines.yml", ".woodpecker.yml"];
    let workflows = FOLDERS.iter().flat_map(|folder| tree.below(folder)).filter(|path| is_yaml(path));
    workflows.chain(FILES.iter().copied().filter(|path| tree.has(path))).map(str::to_owned).collect()
}

fn is_yaml(path: &str) -> bool {
    path.ends_with(".yml") || path.ends_with(".yaml")
}

fn format(sources: &Sources<'_>) -> (Option<Run>, Option<String>) {
    let Sources { tree, make, node, python, rust } = sources;
    // A target that formats always passes; it is a check only if it says so.
    let plain = make.target(&["fmt", "format", "black"]);
    let only_checks = plain.filter(|target| {
        let rule = make.rule(target);
        rule.contains("--check") && !rule.contains("--fix")
    });
    let scripts = ["format:check", "fmt:check", "check:format", "format-check", "prettier:check", "fmt-check"];
    let black = || python.tool("black").then(|| Run::new(python.call("black --check .")));
    let ruff = || {
        let here = python.tool_part("ruff", "format").is_object();
        here.then(|| Run::new(python.call("ruff format --check .")))
    };
    let rustfmt = || {
        let here = rust.is_here() && tree.first(&["rustfmt.toml", ".rustfmt.toml"]).is_some();
        here.then(|| Run::new("cargo fmt --all --check"))
    };
    let found = make
        .run(FORMAT)
        .or_else(|| only_checks.map(|target| Run::new(format!("make {target}"))))
        .or_else(|| node.run(&scripts))
        .or_else(black)
        .or_else(ruff)
        .or_else(rustfmt);
    let formats = plain.filter(|_| only_checks.is_none()).map(|target| format!("make {target}"));
    (found.map(|run| run.called("fmt-check")), formats)
}

fn lint(sources: &Sources<'_>) -> Option<Run> {
    let Sources { tree, make, node, python, rust } = sources;
    let ruff = || {
        let here = python.tool("ruff") || tree.first(&["ruff.toml", ".ruff.toml"]).is_some();
        here.then(|| Run::new(python.call("ruff check .")))
    };
    let flake8 = || tree.has(".flake8").then(|| Run::new(python.call("flake8")));
    let clippy = || {
        let here = rust.is_here() && (rust.lints() || tree.first(&["clippy.toml", ".clippy.toml"]).is_some());
        here.then(|| Run::new("cargo clippy --all-targets -- -D warnings"))
    };
    let found = make.run(LINT).or_else(|| node.run(LINT)).or_else(ruff).or_else(flake8).or_else(clippy);
    found.map(|run| run.called("lint"))
}

fn types(sources: &Sources<'_>) -> Option<Run> {
    let Sources { tree, make, node, python, .. } = sources;
    let mypy = || {
        let here = python.tool("mypy") || tree.has("mypy.ini");
        here.then(|| Run::new(python.call("mypy .")))
    };
    let pyright = || tree.has("pyrightconfig.json").then(|| Run::new(python.call("pyright")));
    let found = make.run(TYPES).or_else(|| node.run(TYPES)).or_else(mypy).or_else(pyright);
    found.map(|run| run.called("typecheck"))
}

fn documentation(sources: &Sources<'_>) -> Option<Run> {
    let Sources { tree, make, node, python, .. } = sources;
    let mkdocs = || tree.has("mkdocs.yml").then(|| Run::new(python.call("mkdocs build --strict")));
    let scripts = ["docs:verify", "docs:check", "docs:lint", "docs:build"];
    let found = make.run(DOCS).or_else(|| node.run(&scripts)).or_else(mkdocs);
    found.map(|run| run.called("docs-verify"))
}
