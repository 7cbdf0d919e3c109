//! What is built, published and deployed.

use std::collections::BTreeSet;

use allclear_core::helm::called;

use super::Run;
use super::home::Forge;
use super::sources::Sources;
use super::tree::{Tree, base_name, folder_of, is_plain};
use super::versions::{is_nested_chart, selects_exactly};

/// What leaves the project with a release.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivery {
    /// What is built, and what it is published as.
    pub builds: Vec<Build>,
    /// Whether the Makefile builds something, where nothing else tells what is built.
    pub make_build: bool,
    /// The name of the image and its tag; none where there is no `Dockerfile`.
    pub image: Option<String>,
    /// The names of images that charts use and that sound like the project; where there is one, it is the image's name.
    pub image_names: Vec<String>,
    /// The files that images are built from.
    pub dockerfiles: Vec<String>,
    /// The charts.
    pub charts: Charts,
    /// Whether there are crates that may be published.
    pub crates: bool,
    /// A smoke test that takes the environment as `--env`, without that argument.
    pub smoke: Option<Run>,
    /// Scripts that are called after smoke tests and do not say which environment they are for.
    pub smoke_scripts: Vec<String>,
    /// A file that tells that the project runs somewhere.
    pub deployed_by: Option<String>,
}

/// One build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// The command.
    pub run: Run,
    /// The files that it makes, as patterns.
    pub artifacts: Vec<String>,
    /// What they are published as: a value of `publish`.
    pub publish: &'static str,
}

/// The Helm charts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Charts {
    /// Their folders, as paths or as patterns that select nothing else; a dot for the top.
    pub folders: Vec<String>,
    /// How many they are.
    pub count: usize,
    /// Charts inside of those charts: packed with them, never alone.
    pub nested: Vec<String>,
}

/// Finds the charts.
fn charts(tree: &Tree<'_>) -> Charts {
    let (nested, own): (Vec<&str>, Vec<&str>) = tree.named("Chart.yaml").partition(|path| is_nested_chart(tree, path));
    let mut folders: Vec<String> = Vec::new();
    for path in &own {
        let folder = folder_of(path);
        let pattern = format!("{}/*", folder_of(folder));
        let siblings = own.iter().filter(|other| folder_of(folder_of(other)) == folder_of(folder)).count();
        let joined =
            siblings > 1 && pattern.len() > 2 && selects_exactly(tree, &format!("{pattern}/Chart.yaml"), siblings);
        let entry = if joined { pattern } else { called(folder).to_owned() };
        if !folders.contains(&entry) {
            folders.push(entry);
        }
    }
    Charts { folders, count: own.len(), nested: nested.iter().map(|path| folder_of(path).to_owned()).collect() }
}

/// Finds what is built.
fn builds(sources: &Sources<'_>) -> Vec<Build> {
    let Sources { node, python, rust, .. } = sources;
    let mut builds = Vec::new();
    if let Some(command) = python.build() {
        builds.push(Build { run: Run::new(command), artifacts: vec!["dist/*".to_owned()], publish: "pypi" });
    }
    if let Some(run) = node.build() {
        builds.push(Build { run, artifacts: vec!["*.tgz".to_owned()], publish: "npm" });
    }
    let programs = rust.programs();
    if !programs.is_empty() {
        let run = Run::new("cargo build --release");
        builds.push(Build { run, artifacts: programs, publish: "files" });
    }
    builds
}

/// Finds what is published and deployed.
pub(super) fn delivery(sources: &Sources<'_>, forge: Option<&Forge>) -> Delivery {
    let tree = &sources.tree;
    let builds = builds(sources);
    let is_dockerfile = |path: &&String| matches!(base_name(path), "Dockerfile" | "Containerfile");
    let mut dockerfiles: Vec<String> = tree.files.iter().filter(is_dockerfile).cloned().collect();
    dockerfiles.sort_by_key(|path| path.matches('/').count());
    let image_names = image_names(sources, forge);
    // Registries take lower case only.
    let guess = forge.map_or("{project}".to_owned(), |forge| format!("{}/{}", forge.owner, forge.name).to_lowercase());
    let name = if let [name] = image_names.as_slice() { name } else { &guess };
    let (smoke, smoke_scripts) = smoke(tree);
    let deployed_by = deployed_by(tree).or_else(|| smoke.as_ref().map(|run| run.command.clone()));
    Delivery {
        make_build: builds.is_empty() && sources.make.target(&["build"]).is_some(),
        builds,
        image: (!dockerfiles.is_empty()).then(|| format!("{name}:{{version}}")),
        image_names,
        dockerfiles,
        charts: charts(tree),
        crates: sources.rust.publishes(),
        smoke,
        smoke_scripts,
        deployed_by,
    }
}

/// What charts call images whose name has the project's in it: `repository: example/harbor` in their values.
fn image_names(sources: &Sources<'_>, forge: Option<&Forge>) -> Vec<String> {
    let Sources { tree, python, node, rust, .. } = sources;
    let forge = forge.map(|forge| forge.name.clone());
    let names: Vec<String> = [python.name(), node.name(), rust.name(), forge].into_iter().flatten().collect();
    let values = tree.named("values.yaml").filter(|path| tree.has(&format!("{}/Chart.yaml", folder_of(path))));
    let texts = values.filter_map(|path| tree.text(path));
    let repository = |line: &str| {
        let value = line.trim().strip_prefix("repository:")?.split(" #").next()?;
        let value = value.trim().trim_matches(['"', '\'']);
        let ours = names.iter().any(|name| base_name(value).eq_ignore_ascii_case(name));
        (ours && is_plain(value)).then(|| value.to_owned())
    };
    let found: BTreeSet<String> =
        texts.flat_map(|text| text.lines().filter_map(repository).collect::<Vec<_>>()).collect();
    found.into_iter().collect()
}

/// A script that knows `--env`, and the scripts that only look like smoke tests.
fn smoke(tree: &Tree<'_>) -> (Option<Run>, Vec<String>) {
    let folders = ["scripts", "script", "bin", "tools", "hack"];
    let called = |path: &&str| base_name(path).to_lowercase().contains("smoke") && interpreter(path).is_some();
    let scripts: Vec<&str> = folders.iter().flat_map(|folder| tree.below(folder)).filter(called).collect();
    let knows = |path: &&&str| tree.text(path).is_some_and(|text| text.contains("--env"));
    match scripts.iter().find(knows) {
        Some(path) => (Some(Run::new(format!("{} {path}", interpreter(path).unwrap_or("sh")))), Vec::new()),
        None => (None, scripts.into_iter().map(str::to_owned).collect()),
    }
}

fn interpreter(path: &str) -> Option<&'static str> {
    match path.rsplit_once('.')?.1 {
        "py" => Some("python3"),
        "sh" => Some("bash"),
        "js" | "mjs" => Some("node"),
        _ => None,
    }
}

/// The first file that only a project has which runs somewhere.
fn deployed_by(tree: &Tree<'_>) -> Option<String> {
    const FILES: &[&str] = &[
        "Dockerfile",
        "Containerfile",
        "Chart.yaml",
        "docker-compose.yml",
        "docker-compose.yaml",
        "compose.yml",
        "compose.yaml",
        "kustomization.yaml",
        "skaffold.yaml",
        "Procfile",
        "fly.toml",
        "render.yaml",
        "netlify.toml",
        "vercel.json",
    ];
    FILES.iter().find_map(|name| tree.named(name).next()).map(str::to_owned)
}
