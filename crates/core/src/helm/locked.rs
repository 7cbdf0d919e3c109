//! `Chart.lock`: whether it still answers what the chart asks for.

use std::collections::BTreeSet;

use super::dependency::file_of;
use super::load::{Chart, Loader};
use super::metadata::{Dependency, shown};
use super::place::called;
use super::range;
use super::remark::Remark;
use super::yaml::Node;
use crate::edit;

/// The charts that the lock of a chart names; what is wrong with the lock is remembered by the loader.
pub(super) fn look(chart: &Chart, loader: &mut Loader<'_>) -> BTreeSet<String> {
    let new = chart.metadata.api_version != "v1";
    let file = chart.file(if new { "Chart.lock" } else { "requirements.lock" });
    let Some(lock) = loader.yaml(&file, chart.archived) else { return BTreeSet::new() };
    let names = lock.items("dependencies").iter().filter_map(|entry| entry.text("name").map(str::to_owned)).collect();
    if chart.archived {
        return names;
    }
    let way_out = format!("run `helm dependency update {}` and commit what it writes", called(&chart.folder));
    let mut found = entries(chart, &lock, &file, &way_out);
    if new && found.is_empty() {
        let texts = (loader.text(&chart.file("Chart.yaml")), loader.text(&file));
        let (Some(manifest), Some(text)) = texts else { return names };
        found.extend(digest(manifest, text, &lock, &file, &way_out));
    }
    loader.remarks.extend(found);
    names
}

fn entries(chart: &Chart, lock: &Node, file: &str, way_out: &str) -> Vec<Remark> {
    let mut found = Vec::new();
    let mut unused: Vec<&Node> = lock.items("dependencies").iter().collect();
    for wanted in &chart.metadata.dependencies {
        let named = |entry: &&Node| entry.text("name") == Some(wanted.name.as_str());
        match unused.iter().position(named) {
            Some(at) => found.extend(entry(chart, wanted, unused.remove(at), file, way_out)),
            None => {
                let what =
                    format!("the lock does not name `{}`, which {} asks for", shown(&wanted.name), file_of(chart));
                found.push(Remark::wrong(file, None, what, way_out));
            }
        }
    }
    for entry in unused {
        let name = shown(entry.text("name").unwrap_or_default());
        let what = format!("the lock names `{name}`, which {} does not ask for", file_of(chart));
        found.push(Remark::wrong(file, Some(entry.line), what, way_out));
    }
    found
}

fn entry(chart: &Chart, wanted: &Dependency, entry: &Node, file: &str, way_out: &str) -> Option<Remark> {
    let (name, stated) = (shown(&wanted.name), entry.text("version").unwrap_or_default());
    let wrong = |what: String| Some(Remark::wrong(file, Some(entry.line), what, way_out));
    let Some(version) = range::loose(stated) else {
        return wrong(format!("`{}`, the locked version of `{name}`, is none", shown(stated)));
    };
    if range::admits(&wanted.version, &version) == Some(false) {
        return wrong(format!("`{name}` is locked to {version}, and `{}` is asked for", shown(&wanted.version)));
    }
    let there: Vec<&Chart> = chart.vendored.iter().filter(|there| there.metadata.name == wanted.name).collect();
    let other = |there: &&Chart| range::loose(&there.metadata.version).is_some_and(|there| there != version);
    match there.as_slice() {
        [one] if other(one) => {
            wrong(format!("`{name}` is locked to {version}, and {} holds {}", one.folder, shown(&one.metadata.version)))
        }
        _ => None,
    }
}

/// Helm refuses `helm dependency build` where the digest does not come out as it stands.
fn digest(manifest: &str, text: &str, lock: &Node, file: &str, way_out: &str) -> Option<Remark> {
    let line = lock.entry("digest").map(|entry| entry.line);
    match (edit::lock_digest(manifest, text), lock.text("digest")) {
        (_, None) => Some(Remark::wrong(file, None, "the lock has no digest", way_out)),
        (Ok(made), Some(stated)) if made == stated => None,
        (Ok(_), Some(_)) => {
            let what = "the lock is behind Chart.yaml: its digest does not come out as it stands";
            Some(Remark::wrong(file, line, what, way_out))
        }
        (Err(_), Some(_)) => {
            let what = "the digest was not checked: a dependency is written in a way that only Helm digests";
            Some(Remark::note(file, line, what, "`helm dependency build` checks it"))
        }
    }
}
