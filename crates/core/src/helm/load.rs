//! A chart with everything that Helm reads of it: its manifest, its values, its schema, the charts in it.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::metadata::{self, Metadata, shown_long};
use super::place::file_in;
use super::remark::Remark;
use super::schema::{NoSchema, Schema};
use super::verify::MANIFEST;
use super::yaml::{self, Node};

/// The bytes of files by their paths in the repository. A file of an archive has the archive's path as its folder.
pub type Files = BTreeMap<String, Vec<u8>>;

/// How deep charts may be in charts.
const MAX_DEPTH: usize = 10;

/// A chart as it was read.
pub(super) struct Chart {
    /// Its folder, or its archive.
    pub(super) folder: String,
    /// What it says about itself.
    pub(super) metadata: Metadata,
    /// Its `values.yaml`, with lines; null where it has none.
    pub(super) values: Node,
    /// Its schema, where it has a usable one.
    pub(super) schema: Option<Schema>,
    /// The charts in its `charts/`.
    pub(super) vendored: Vec<Chart>,
    /// The charts that its dependencies name by a folder of the repository and that are not in `charts/`; by their place in the list.
    pub(super) linked: BTreeMap<usize, Chart>,
    /// The folders of charts that could not be read, of which enough is said already.
    pub(super) unread: Vec<String>,
    /// Whether it is in an archive, so that nobody here can put it right.
    pub(super) archived: bool,
}

impl Chart {
    /// The path of a file of the chart.
    pub(super) fn file(&self, name: &str) -> String {
        file_in(&self.folder, name)
    }

    /// The defaults in `values.yaml`.
    pub(super) fn defaults(&self) -> Map<String, Json> {
        match self.values.to_json() {
            Json::Object(map) => map,
            _ => Map::new(),
        }
    }
}

/// Reads charts and remembers what is wrong with their files.
pub(super) struct Loader<'f> {
    pub(super) files: &'f Files,
    pub(super) remarks: Vec<Remark>,
    /// Whether a schema leans on what is not in the commit.
    pub(super) remote: bool,
    /// The folders that are being read, so that charts which name each other come to an end.
    open: Vec<String>,
}

impl<'f> Loader<'f> {
    pub(super) fn new(files: &'f Files) -> Self {
        Self { files, remarks: Vec::new(), remote: false, open: Vec::new() }
    }

    /// Reads the chart in a folder, and those in it; none where its manifest cannot be read.
    pub(super) fn chart(&mut self, folder: &str) -> Option<Chart> {
        if self.open.len() > MAX_DEPTH || self.open.iter().any(|open| open == folder) {
            let what = "the chart needs itself, or charts stand too deep in each other";
            self.remarks.push(Remark::wrong(&file_in(folder, "Chart.yaml"), None, what, "take one dependency out"));
            return None;
        }
        self.open.push(folder.to_owned());
        let chart = self.chart_within(folder);
        self.open.pop();
        chart
    }

    fn chart_within(&mut self, folder: &str) -> Option<Chart> {
        let (file, archived) = (file_in(folder, "Chart.yaml"), folder.contains(".tgz"));
        let manifest = self.yaml(&file, archived)?;
        let old = manifest.text("apiVersion") == Some("v1");
        let requirements = if old { self.yaml(&file_in(folder, "requirements.yaml"), archived) } else { None };
        let metadata = Metadata::of(&manifest, requirements.as_ref());
        if !archived {
            let name = folder.rsplit_once('/').map(|(_, name)| name);
            self.remarks.extend(metadata::rules(&file, &manifest, &metadata, name));
        }
        let values = self.values(&file_in(folder, "values.yaml"), archived);
        let schema = self.schema(&file_in(folder, "values.schema.json"), archived);
        let mut unread = Vec::new();
        let mut vendored = Vec::new();
        for inside in self.folders(folder) {
            match self.chart(&inside) {
                Some(chart) => vendored.push(chart),
                None => unread.push(inside),
            }
        }
        let linked = self.linked(folder, &metadata, &vendored, &mut unread);
        Some(Chart { folder: folder.to_owned(), metadata, values, schema, vendored, linked, unread, archived })
    }

    /// The folders and archives in `charts/`; what begins with `_` or `.` Helm passes over.
    fn folders(&self, folder: &str) -> Vec<String> {
        let inside = file_in(folder, "charts/");
        let rests = self.files.keys().filter_map(|path| path.strip_prefix(&inside)?.strip_suffix("/Chart.yaml"));
        let direct = rests.filter(|rest| !rest.contains('/') && !rest.starts_with(['_', '.']));
        direct.map(|rest| format!("{inside}{rest}")).collect()
    }

    fn linked(
        &mut self,
        folder: &str,
        metadata: &Metadata,
        vendored: &[Chart],
        unread: &mut Vec<String>,
    ) -> BTreeMap<usize, Chart> {
        let mut found = BTreeMap::new();
        for (index, dependency) in metadata.dependencies.iter().enumerate() {
            if vendored.iter().any(|chart| chart.metadata.name == dependency.name) {
                continue;
            }
            let target = dependency.folder(folder);
            let there = target.filter(|target| self.files.contains_key(&file_in(target, MANIFEST)));
            let Some(target) = there else { continue };
            match self.chart(&target) {
                Some(chart) => drop(found.insert(index, chart)),
                None => unread.push(target),
            }
        }
        found
    }

    /// Reads a values file: a mapping, or nothing.
    pub(super) fn values(&mut self, file: &str, archived: bool) -> Node {
        let nothing = Node { line: 1, value: yaml::Value::Scalar(Json::Null, String::new()) };
        let Some(node) = self.yaml(file, archived) else { return nothing };
        match node.value {
            yaml::Value::Map(_) | yaml::Value::Scalar(Json::Null, _) => node,
            _ => {
                let what = "values are keys with values, and this is a list or a word";
                self.remarks.push(Remark::wrong(file, Some(node.line), what, "write `key: value` lines"));
                nothing
            }
        }
    }

    /// Reads a file as YAML; what is wrong with it is remembered. None where it is not there, or no YAML.
    pub(super) fn yaml(&mut self, file: &str, archived: bool) -> Option<Node> {
        let text = self.text(file)?;
        match yaml::read(text) {
            Ok(document) => {
                for doubt in document.doubts.iter().filter(|_| !archived) {
                    let way_out = "take one out, so that everybody reads the same";
                    self.remarks.push(Remark::wrong(file, Some(doubt.line), &doubt.what, way_out));
                }
                Some(document.root)
            }
            Err(broken) => {
                let way_out = "correct the line; `helm lint` reads the file too";
                self.remarks.push(Remark::wrong(file, Some(broken.line), broken.what, way_out));
                None
            }
        }
    }

    pub(super) fn text(&mut self, file: &str) -> Option<&'f str> {
        let text = std::str::from_utf8(self.files.get(file)?);
        if text.is_err() {
            self.remarks.push(Remark::wrong(file, None, "it is not UTF-8 text", "save it as UTF-8"));
        }
        text.ok()
    }

    fn schema(&mut self, file: &str, archived: bool) -> Option<Schema> {
        match Schema::read(self.text(file)?) {
            Ok(schema) => Some(schema),
            Err(NoSchema::Wrong(line, why)) => {
                let what = format!("the schema is wrong: {}", shown_long(&why));
                let way_out = if archived { "take another version of the chart" } else { "correct the schema" };
                self.remarks.push(Remark::wrong(file, line, what, way_out));
                None
            }
            Err(NoSchema::Remote(url)) => {
                self.remote = true;
                let what =
                    format!("the schema leans on {url}, which is not read, so it was not held against any values");
                self.remarks.push(Remark::note(file, None, what, "copy that schema into `$defs` of this one"));
                None
            }
        }
    }
}
