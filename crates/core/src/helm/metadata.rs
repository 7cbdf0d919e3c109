//! `Chart.yaml`: what it says, and the rules that `helm lint` and Helm's own documentation have for it.

use serde_json::Value as Json;

use super::range;
use super::remark::Remark;
use super::yaml::{Node, Value};
use crate::edit::join;

/// What a chart says about itself. What is missing or no text is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metadata {
    /// `apiVersion`
    pub api_version: String,
    /// `name`
    pub name: String,
    /// `version`
    pub version: String,
    /// `type`
    pub kind: ChartKind,
    /// `dependencies`, of `Chart.yaml` or, with `apiVersion: v1`, of `requirements.yaml`.
    pub dependencies: Vec<Dependency>,
}

/// What a chart is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ChartKind {
    /// It can be installed.
    #[default]
    Application,
    /// It lends its templates to others, and cannot be installed.
    Library,
}

/// Another chart that a chart needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dependency {
    /// The line on which it begins.
    pub line: usize,
    /// The other chart's name.
    pub name: String,
    /// The range that its version must be in.
    pub version: String,
    /// Where it comes from; empty for a folder in `charts/`.
    pub repository: String,
    /// The name that it goes by instead of its own.
    pub alias: Option<String>,
    /// Keys of values, with commas between them, the first of which decides whether it is there.
    pub condition: String,
    /// Names in the table `tags` of values that decide where no condition does.
    pub tags: Vec<String>,
    /// Whether it takes values back up to the chart, with `import-values`.
    pub imports: bool,
}

impl Metadata {
    /// Reads what a `Chart.yaml` says, and the `requirements.yaml` beside it.
    pub fn of(chart: &Node, requirements: Option<&Node>) -> Self {
        let text = |key: &str| chart.text(key).unwrap_or_default().to_owned();
        let dependencies = requirements.unwrap_or(chart).items("dependencies");
        Self {
            api_version: text("apiVersion"),
            name: text("name"),
            version: text("version"),
            kind: if chart.text("type") == Some("library") { ChartKind::Library } else { ChartKind::Application },
            dependencies: dependencies.iter().map(Dependency::of).collect(),
        }
    }
}

impl Dependency {
    fn of(node: &Node) -> Self {
        let text = |key: &str| node.text(key).unwrap_or_default().to_owned();
        let tag = |tag: &Node| match &tag.value {
            Value::Scalar(_, text) => Some(text.clone()),
            _ => None,
        };
        Self {
            line: node.line,
            name: text("name"),
            version: text("version"),
            repository: text("repository"),
            alias: node.text("alias").map(str::to_owned),
            condition: text("condition"),
            tags: node.items("tags").iter().filter_map(tag).collect(),
            imports: !node.items("import-values").is_empty(),
        }
    }

    /// The key of values, and the folder in `charts/`, that it goes by.
    pub fn called(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.name)
    }

    /// The folder of the repository that it names with `file://`, from the folder of the chart that needs it.
    pub(super) fn folder(&self, from: &str) -> Option<String> {
        join(from, self.repository.strip_prefix("file://")?)
    }

    /// The keys of values that decide whether it is there.
    pub(super) fn conditions(&self) -> impl Iterator<Item = &str> {
        self.condition.trim().split(',').filter(|path| !path.is_empty())
    }
}

/// Holds a `Chart.yaml` against the rules. `folder` is the name of the folder that it is in, where it has one of its own.
pub(super) fn rules(file: &str, chart: &Node, said: &Metadata, folder: Option<&str>) -> Vec<Remark> {
    let mut rules = Rules { file, chart, found: Vec::new() };
    rules.api_version(said);
    rules.name(said, folder);
    rules.version(said);
    rules.kind(said);
    rules.strings();
    rules.kube_version();
    rules.found
}

struct Rules<'a> {
    file: &'a str,
    chart: &'a Node,
    found: Vec<Remark>,
}

impl Rules<'_> {
    fn wrong(&mut self, key: &str, what: impl Into<String>, way_out: impl Into<String>) {
        let line = self.chart.entry(key).map(|entry| entry.line);
        self.found.push(Remark::wrong(self.file, line, what, way_out));
    }

    fn note(&mut self, key: &str, what: impl Into<String>, way_out: impl Into<String>) {
        let line = self.chart.entry(key).map(|entry| entry.line);
        self.found.push(Remark::note(self.file, line, what, way_out));
    }

    fn api_version(&mut self, said: &Metadata) {
        match said.api_version.as_str() {
            "v1" | "v2" => {}
            "" => self.wrong("apiVersion", "there is no `apiVersion`", "write `apiVersion: v2`"),
            other => {
                let what = format!("`apiVersion` is `{}`, and Helm 3 knows v1 and v2", shown(other));
                self.wrong("apiVersion", what, "write `apiVersion: v2`");
            }
        }
        if said.api_version == "v1" && self.chart.entry("dependencies").is_some() {
            let what = "Helm does not read `dependencies` here with `apiVersion: v1`";
            self.wrong("dependencies", what, "write `apiVersion: v2`, or move them to requirements.yaml");
        }
    }

    fn name(&mut self, said: &Metadata, folder: Option<&str>) {
        let name = said.name.as_str();
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ['-', '_', '.'].contains(&c);
        if name.is_empty() {
            self.wrong("name", "the chart has no name", "write `name:` and the name of the chart's folder");
            return;
        }
        if !name.chars().all(good) || !name.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            let what =
                format!("`{}` is no name for a chart: registries take lower-case letters, digits and `-`", shown(name));
            self.wrong("name", what, "rename the chart");
            return;
        }
        if name.contains(['_', '.']) {
            let what = format!("`{name}` has `_` or `.` in it, and Helm's conventions want `-`");
            self.note("name", what, "rename the chart before others depend on it, or leave it");
        }
        if let Some(folder) = folder.filter(|folder| *folder != name) {
            let what = format!("the chart is called `{name}` and its folder `{}`", shown(folder));
            self.note("name", what, "Helm's conventions want one name for both; Helm itself takes it as it is");
        }
    }

    fn version(&mut self, said: &Metadata) {
        let version = said.version.as_str();
        if version.is_empty() {
            self.wrong("version", "the chart has no version", "write `version: 0.1.0`");
        } else if let Err(error) = semver::Version::parse(version) {
            let what = format!("`{}` is no version as in SemVer 2: {error}", shown(version));
            self.wrong("version", what, "write three numbers, as in `1.4.0`, without a `v`");
        }
    }

    fn kind(&mut self, said: &Metadata) {
        match self.chart.text("type") {
            None => {}
            Some("application" | "library") if said.api_version == "v1" => {
                self.wrong("type", "Helm does not know `type` with `apiVersion: v1`", "write `apiVersion: v2`");
            }
            Some("application" | "library") => {}
            Some(other) => {
                let what = format!("`{}` is no type of chart", shown(other));
                self.wrong("type", what, "write `application` or `library`");
            }
        }
    }

    /// `version: 1.10` is the number 1.1 to a reader of YAML, and `appVersion: 1e3` a thousand.
    fn strings(&mut self) {
        for key in ["name", "version", "appVersion"] {
            let Some(Value::Scalar(json, text)) = self.chart.get(key).map(|node| &node.value) else { continue };
            if !matches!(json, Json::String(_) | Json::Null) {
                let what = format!("`{key}: {}` is no text to YAML but {json}", shown(text));
                self.wrong(key, what, format!("put it in quotes: `{key}: \"{}\"`", shown(text)));
            }
        }
    }

    fn kube_version(&mut self) {
        let Some(range) = self.chart.text("kubeVersion").map(str::to_owned) else { return };
        if !range::is_range(&range) {
            let what = format!("`kubeVersion: {}` is no range of versions", shown(&range));
            self.wrong("kubeVersion", what, "write one as in `>=1.25.0-0`");
        }
    }
}

/// What a file says, so that it can stand on one line of ours.
pub(super) fn shown(text: &str) -> String {
    let short: String = text.chars().take(80).collect();
    short.escape_debug().to_string()
}

/// What a validator says: it may quote a whole value, or a pattern over several lines.
pub(super) fn shown_long(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(300).filter(|c| !c.is_control()).collect()
}
