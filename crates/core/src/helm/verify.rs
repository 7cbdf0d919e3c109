//! Everything that can be said about a chart without running Helm.

use std::collections::BTreeSet;

use super::dependency;
use super::ignore::Ignore;
use super::load::{Chart, Files, Loader};
use super::locked;
use super::metadata::Metadata;
use super::place::file_in;
use super::remark::Remark;
use super::sets::{self, Overlay};

/// The file that makes a folder a chart.
pub const MANIFEST: &str = "Chart.yaml";

/// The other files of a chart that are read, beside its overlays and the archives in `charts/`.
const READ: [&str; 7] = [
    MANIFEST,
    "Chart.lock",
    "requirements.yaml",
    "requirements.lock",
    "values.yaml",
    "values.schema.json",
    ".helmignore",
];

/// What is known about a chart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// What is wrong, then what is good to know; each once.
    pub remarks: Vec<Remark>,
    /// What the chart says about itself; none where its manifest cannot be read.
    pub metadata: Option<Metadata>,
    /// The charts that it needs and that are not in the commit: without them Helm cannot render it.
    pub absent: Vec<String>,
    /// The dependencies that are folders of the repository and not in `charts/`: the folder, and the one in `charts/` in which Helm
    /// would put it. What others need comes first.
    pub linked: Vec<(String, String)>,
    /// Whether a schema leans on an address that is not in the commit, so that only the network could tell.
    pub remote: bool,
    /// How many schemas its values were held against.
    pub schemas: usize,
}

impl Report {
    /// Adds what was found elsewhere, if it is new.
    pub fn add(&mut self, remark: Remark) {
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }
}

/// Whether a file of the repository is read, by its path.
pub fn wanted(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    READ.contains(&name) || is_archive(path)
}

/// Whether a file is a packed chart in the `charts/` of another.
pub fn is_archive(path: &str) -> bool {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    path.ends_with(".tgz") && (folder == "charts" || folder.ends_with("/charts"))
}

/// Holds the chart in a folder against every rule, with these values files over its own.
pub fn verify(folder: &str, files: &Files, overlays: &[String]) -> Report {
    let mut loader = Loader::new(files);
    let Some(chart) = loader.chart(folder) else {
        return Report { remarks: in_order(loader.remarks), ..Report::default() };
    };
    ignored(folder, &mut loader);
    let mut report = Report::default();
    within(&chart, &mut loader, &mut report);
    links(&chart, &mut report.linked);
    let read = |file: &String| Overlay { file: file.clone(), node: loader.values(file, false) };
    let overlays: Vec<Overlay> = overlays.iter().map(read).collect();
    loader.remarks.extend(sets::look(&chart, &overlays));
    report.remote = loader.remote;
    report.remarks = in_order(loader.remarks);
    report.metadata = Some(chart.metadata);
    report
}

/// The charts of the repository that belong into the `charts/` of a chart, and of those in it, when it is packed: as in
/// [`Report::linked`].
pub fn linked(folder: &str, files: &Files) -> Vec<(String, String)> {
    let mut loader = Loader::new(files);
    let mut found = Vec::new();
    if let Some(chart) = loader.chart(folder) {
        links(&chart, &mut found);
    }
    found
}

fn links(chart: &Chart, found: &mut Vec<(String, String)>) {
    for there in chart.vendored.iter().chain(chart.linked.values()) {
        links(there, found);
    }
    for linked in chart.linked.values() {
        let link = (linked.folder.clone(), chart.file(&format!("charts/{}", linked.metadata.name)));
        if !found.contains(&link) {
            found.push(link);
        }
    }
}

/// Looks at the dependencies of a chart and of those in it. What is in an archive is not ours to put right.
fn within(chart: &Chart, loader: &mut Loader<'_>, report: &mut Report) {
    report.schemas += usize::from(chart.schema.is_some());
    if !chart.archived {
        let locked = locked::look(chart, loader);
        let found = dependency::look(chart, &locked);
        loader.remarks.extend(found.remarks);
        report.absent.extend(found.absent);
    }
    for there in chart.vendored.iter().chain(chart.linked.values()) {
        within(there, loader, report);
    }
}

fn ignored(folder: &str, loader: &mut Loader<'_>) {
    let file = file_in(folder, ".helmignore");
    let Some(text) = loader.text(&file) else { return };
    if let Err(bad) = Ignore::read(text) {
        loader.remarks.push(Remark::wrong(&file, Some(bad.line), bad.what, "write the line otherwise"));
    }
}

/// The same place may be reached by several ways, and is told once.
fn in_order(remarks: Vec<Remark>) -> Vec<Remark> {
    remarks.into_iter().collect::<BTreeSet<_>>().into_iter().collect()
}
