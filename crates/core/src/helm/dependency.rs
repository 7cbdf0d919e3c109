//! Whether the charts that a chart needs are there, and in the versions that it asks for.

use std::collections::BTreeSet;

use super::load::Chart;
use super::metadata::{Dependency, shown};
use super::range;
use super::remark::Remark;

/// What is known about the dependencies of a chart.
#[derive(Default)]
pub(super) struct Found {
    pub(super) remarks: Vec<Remark>,
    /// Those of a remote repository that are not in `charts/`: without them nothing can be rendered.
    pub(super) absent: Vec<String>,
}

/// The file in which a chart names its dependencies.
pub(super) fn file_of(chart: &Chart) -> String {
    chart.file(if chart.metadata.api_version == "v1" { "requirements.yaml" } else { "Chart.yaml" })
}

/// Holds the dependencies of a chart against the rules, and against what is there. `locked` says whether a lock names the version.
pub(super) fn look(chart: &Chart, locked: &BTreeSet<String>) -> Found {
    let file = file_of(chart);
    let mut found = Found::default();
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for (index, dependency) in chart.metadata.dependencies.iter().enumerate() {
        found.remarks.extend(rules(&file, dependency));
        if !names.insert(dependency.called()) {
            let what = format!("two dependencies are called `{}`", shown(dependency.called()));
            found.remarks.push(Remark::wrong(&file, Some(dependency.line), what, "give one of them another `alias`"));
        }
        presence(chart, index, dependency, locked, &mut found);
    }
    found
}

fn rules(file: &str, dependency: &Dependency) -> Vec<Remark> {
    let mut found = Vec::new();
    let mut wrong = |what: String, way_out: &str| found.push(Remark::wrong(file, Some(dependency.line), what, way_out));
    let name = shown(&dependency.name);
    if dependency.name.is_empty() {
        wrong("a dependency has no name".to_owned(), "write `name:` and the other chart's name");
    }
    if !range::is_range(&dependency.version) {
        let what = format!("`{}`, the version of `{name}`, is no range", shown(&dependency.version));
        wrong(what, "write one as in `^1.2.0`");
    }
    let good = |c: char| c.is_ascii_alphanumeric() || ['_', '-'].contains(&c);
    if let Some(alias) = dependency.alias.as_ref().filter(|alias| !alias.chars().all(good)) {
        let what = format!("`{}` is no alias", shown(alias));
        wrong(what, "use letters, digits, `_` and `-` only: Helm takes no others");
    }
    for path in dependency.conditions() {
        if path.chars().any(char::is_whitespace) || path.split('.').any(str::is_empty) {
            let what = format!("the condition `{}` of `{name}` is no path of keys", shown(path));
            wrong(what, "write `key.enabled`, and several with a comma and no space: Helm looks for the very text");
        }
    }
    found
}

fn presence(chart: &Chart, index: usize, wanted: &Dependency, locked: &BTreeSet<String>, found: &mut Found) {
    let (file, name) = (file_of(chart), shown(&wanted.name));
    let line = Some(wanted.line);
    let here: Vec<&Chart> = chart.vendored.iter().filter(|there| there.metadata.name == wanted.name).collect();
    let all: Vec<&Chart> = here.into_iter().chain(chart.linked.get(&index)).collect();
    if all.is_empty() && is_unread(chart, wanted) {
        return;
    }
    if all.is_empty() {
        found.remarks.extend(absent(chart, wanted, locked, &file));
        if !wanted.repository.starts_with("file://") {
            found.absent.push(wanted.name.clone());
        }
        return;
    }
    let versions: Vec<&str> = all.iter().map(|there| there.metadata.version.as_str()).collect();
    let fits = |version: &&str| range::loose(version).and_then(|version| range::admits(&wanted.version, &version));
    if versions.iter().all(|version| fits(version) == Some(false)) {
        let what = format!(
            "`{name}` is there in {}, and `{}` is asked for",
            shown(&versions.join(", ")),
            shown(&wanted.version)
        );
        let way_out = format!("run `helm dependency update {}` and commit, or widen the range", chart.folder);
        found.remarks.push(Remark::wrong(&file, line, what, way_out));
    }
    if let Some(linked) = chart.linked.get(&index)
        && linked.metadata.name != wanted.name
    {
        let what = format!("`{name}` is asked for, and {} holds `{}`", linked.folder, shown(&linked.metadata.name));
        found.remarks.push(Remark::wrong(&file, line, what, "correct the name, or the path"));
    }
}

/// Whether it may be one of the charts that could not be read.
fn is_unread(chart: &Chart, wanted: &Dependency) -> bool {
    let name = |folder: &str| folder.rsplit('/').next().unwrap_or_default().to_owned();
    let linked = wanted.folder(&chart.folder);
    chart.unread.iter().any(|unread| name(unread).starts_with(&wanted.name) || linked.as_ref() == Some(unread))
}

fn absent(chart: &Chart, wanted: &Dependency, locked: &BTreeSet<String>, file: &str) -> Option<Remark> {
    let (name, line) = (shown(&wanted.name), Some(wanted.line));
    let repository = shown(&wanted.repository);
    if let Some(path) = wanted.repository.strip_prefix("file://") {
        let what = format!("there is no chart in `{}`, where `{name}` should be", shown(path));
        return Some(Remark::wrong(file, line, what, "correct the path: it begins at the chart's folder"));
    }
    if wanted.repository.is_empty() {
        let what = format!("`{name}` is not in `{}/charts`, and no repository is named", chart.folder);
        return Some(Remark::wrong(file, line, what, "put it there, or name its `repository`"));
    }
    // One exact version is as good as a lock.
    if locked.contains(&wanted.name) || semver::Version::parse(&wanted.version).is_ok() {
        let what = format!("`{name}` of {repository} is not in `charts/`, so it was not looked at");
        let way_out = format!("`helm dependency build {}` fetches it; commit it to have it checked", chart.folder);
        return Some(Remark::note(file, line, what, way_out));
    }
    let what = format!(
        "`{name}` of {repository} is neither in `charts/` nor in a lock, so that another version may come every time"
    );
    let way_out = format!("run `helm dependency update {}` and commit the lock", chart.folder);
    Some(Remark::wrong(file, line, what, way_out))
}
