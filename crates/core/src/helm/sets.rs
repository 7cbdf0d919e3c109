//! The values that a chart is installed with, each set held against every schema that applies.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::load::Chart;
use super::metadata::{shown, shown_long};
use super::remark::Remark;
use super::schema::Fault;
use super::values::Branch;
use super::yaml::Node;

/// A values file that is put over the chart's own.
pub(super) struct Overlay {
    pub(super) file: String,
    pub(super) node: Node,
}

/// Holds the chart's own values, and each overlay over them, against the schemas of the chart and of those in it.
pub(super) fn look(chart: &Chart, overlays: &[Overlay]) -> Vec<Remark> {
    let mut found = Vec::new();
    let mut known = BTreeSet::new();
    for overlay in std::iter::once(None).chain(overlays.iter().map(Some)) {
        let mut set = Set { overlay, known: &mut known, found: &mut found };
        set.look(chart);
    }
    found
}

struct Set<'a> {
    overlay: Option<&'a Overlay>,
    /// What was found with the chart's own values; an overlay that leaves it so is not told again.
    known: &'a mut BTreeSet<Fault>,
    found: &'a mut Vec<Remark>,
}

impl Set<'_> {
    fn look(&mut self, chart: &Chart) {
        let over = match self.overlay.map(|overlay| overlay.node.to_json()) {
            Some(Json::Object(over)) => over,
            _ => Map::new(),
        };
        let mut root = Branch::new(chart);
        let (values, wrong) = root.put_together(over);
        for key in wrong {
            let fault = Fault {
                way: vec![key.clone()],
                what: format!("is no mapping, and holds the values of the chart `{}`", shown(&key)),
            };
            self.tell(&[&root], &[], fault, "write keys with values below it");
        }
        self.branch(&mut vec![&root], &mut Vec::new(), &Json::Object(values));
    }

    /// Holds the values of one chart against its schema, then those of the charts in it.
    fn branch(&mut self, line: &mut Vec<&Branch<'_>>, way: &mut Vec<String>, values: &Json) {
        let Some(branch) = line.last().copied() else { return };
        let imports = branch.chart.metadata.dependencies.iter().any(|dependency| dependency.imports);
        if let Some(schema) = &branch.chart.schema {
            let place = branch.chart.file("values.schema.json");
            if imports {
                let what = "the schema was not held against the values, since `import-values` brings others from below";
                self.add(Remark::note(&place, None, what, "`helm template` holds them against it"));
            } else {
                for fault in schema.faults(values) {
                    self.tell(line, way, fault, &format!("correct the value, or {place}"));
                }
            }
        }
        for below in &branch.below {
            way.push(below.name.clone());
            line.push(below);
            let values = values.get(&below.name).unwrap_or(&Json::Null);
            self.branch(line, way, values);
            line.pop();
            way.pop();
        }
    }

    /// Tells a fault at the line that comes nearest to it.
    fn tell(&mut self, line: &[&Branch<'_>], way: &[String], fault: Fault, way_out: &str) {
        let full: Vec<String> = way.iter().chain(&fault.way).cloned().collect();
        let fault = Fault { way: full, what: fault.what };
        if self.overlay.is_some() && self.known.contains(&fault) {
            return;
        }
        let (file, at) = self.place(line, &fault.way);
        let name = if fault.way.is_empty() { "it".to_owned() } else { format!("`{}`", shown(&fault.way.join("."))) };
        let mut what = format!("{name} {}", shown_long(&fault.what));
        if let Some(overlay) = self.overlay.filter(|overlay| overlay.file != file) {
            what.push_str(&format!(" (with {})", overlay.file));
        }
        self.add(Remark::wrong(&file, Some(at), what, way_out));
        if self.overlay.is_none() {
            self.known.insert(fault);
        }
    }

    fn place(&self, line: &[&Branch<'_>], way: &[String]) -> (String, usize) {
        let (mut best, mut file, mut at) = (0, String::new(), 1);
        let mut hold = |node: &Node, skipped: usize, name: String| {
            let (steps, found) = node.follow(way.get(skipped..).unwrap_or_default());
            if file.is_empty() || steps + skipped * usize::from(steps > 0) > best {
                (best, file, at) = (steps + skipped, name, found);
            }
        };
        if let Some(overlay) = self.overlay {
            hold(&overlay.node, 0, overlay.file.clone());
        }
        for (depth, branch) in line.iter().enumerate() {
            hold(&branch.chart.values, depth, branch.chart.file("values.yaml"));
        }
        (file, at)
    }

    fn add(&mut self, remark: Remark) {
        if !self.found.contains(&remark) {
            self.found.push(remark);
        }
    }
}
