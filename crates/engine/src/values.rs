//! What the placeholders of a release stand for, and what its commands find in their environment.

use allclear_core::process::Process;
use allclear_core::release::{Release, Verdict};
use allclear_core::template::{Template, Values};

use crate::world::World;

/// Returns the values of every placeholder that is known so far.
pub fn values(process: &Process, release: &Release) -> Values {
    let mut values = Values::new();
    let mut put = |name: &str, value: String| {
        values.insert(name.to_owned(), value);
    };
    put("version", release.version.to_string());
    put("major", release.version.major().to_string());
    put("minor", release.version.minor().to_string());
    put("patch", release.version.patch().to_string());
    put("kind", release.kind.to_string());
    put("project", process.project.name.clone());
    put("trunk", process.project.trunk.to_string());
    put("integration", process.integration().to_string());
    put("date", release.opened.at.strftime("%Y-%m-%d").to_string());
    if let Some(last) = &release.opening.last {
        put("last-version", last.version.to_string());
        put("last-tag", last.tag.to_string());
    }
    for step in process.steps_of(&release.kind) {
        let passed = release
            .steps
            .get(&step.id)
            .and_then(|history| history.last())
            .filter(|last| last.verdict == Verdict::Passed);
        if let (Some(name), Some(value)) = (step.yields(), passed.and_then(|last| last.outcome.value.clone())) {
            values.insert(name.to_owned(), value);
        }
    }
    if let Some(branch) = branch(process, release, &values) {
        values.insert("branch".to_owned(), branch);
    }
    values
}

/// Fills in what is known; text with a placeholder that has no value yet stays as it is.
pub fn filled(text: &str, values: &Values) -> String {
    Template::new(text).render(values).unwrap_or_else(|_| text.to_owned())
}

/// The release branch: what the first `branch` step of this kind of release makes.
fn branch(process: &Process, release: &Release, values: &Values) -> Option<String> {
    let mut steps = process.steps_of(&release.kind);
    let step = steps.find(|step| step.kind.as_str() == "branch" && step.applies(&release.kind, &release.version))?;
    Template::new(step.config.get("branch")?.as_str()?).render(values).ok()
}

/// The variables that a command of a step finds in its environment.
pub fn environment(world: &World, process: &Process, release: &Release, values: &Values) -> Vec<(String, String)> {
    let mut variables = vec![
        ("ALLCLEAR".to_owned(), "1".to_owned()),
        ("ALLCLEAR_VERSION".to_owned(), release.version.to_string()),
        ("ALLCLEAR_KIND".to_owned(), release.kind.to_string()),
    ];
    if let Some(commit) = release.commit() {
        variables.push(("ALLCLEAR_COMMIT".to_owned(), commit.to_string()));
        let dated = world.repository.committed_at(commit);
        variables.extend(dated.map(|seconds| ("SOURCE_DATE_EPOCH".to_owned(), seconds)));
    }
    let named = |prefix: &str, name: &str| format!("{prefix}{}", name.to_uppercase().replace('-', "_"));
    variables.extend(world.urls(process).into_iter().map(|(name, url)| (named("ALLCLEAR_URL_", name.as_str()), url)));
    let yielded = process.steps_of(&release.kind).filter_map(|step| step.yields());
    variables.extend(yielded.filter_map(|name| Some((named("ALLCLEAR_VALUE_", name), values.get(name)?.clone()))));
    variables
}
