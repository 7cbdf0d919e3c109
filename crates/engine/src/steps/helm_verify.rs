//! `helm-verify`: every chart packaged, its values held against its schema, its templates rendered.

use std::collections::BTreeSet;
use std::time::Duration;

use allclear_core::event::Evidence;
use allclear_core::helm::{self, Remark, Report, Weight, Word};
use allclear_core::process::spec::{Field, KindSpec, Naming, Shape, Type};
use serde::Deserialize;

use crate::helm::{Charts, Rendered, Renderer, charts};
use crate::pack;
use crate::step::{Check, Context, Finding, Kind, StepError, Work};

/// How long the helm of this machine may take for all charts, where the step does not say.
const TIMEOUT: u64 = 600;

/// The values files that are put over a chart's own, where the step does not say.
const OVERLAYS: [&str; 2] = ["values-*.yaml", "values.*.yaml"];

const FIELDS: &[Field] = &[Field::new(
    "values",
    Type::List(&Type::Glob),
    "values files that are each put over a chart's own, relative to the chart, or to the repository where they lie beside the charts; `values-*.yaml` and `values.*.yaml` where it is left out",
)];

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new(
            "helm-verify",
            Type::List(&Type::Glob),
            "packages every chart in these folders, holds its values against its schema, and renders it where `helm` is at hand",
        ),
        fields: FIELDS,
        shape: Shape::Check,
        naming: Naming::Kind,
        once: false,
    },
    work: |step| Ok(Work::Check(Box::new(step.read::<HelmVerify>()?))),
    preflight: |step, preflight| {
        if let Ok(step) = step.read::<HelmVerify>() {
            preflight.charts("helm-verify", &step.helm_verify);
            preflight.helpful("helm", "no templates are rendered and linted");
        }
    },
};

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct HelmVerify {
    helm_verify: Vec<String>,
    #[serde(default)]
    values: Vec<String>,
}

/// What became of one chart.
struct Looked<'c> {
    folder: &'c str,
    overlays: &'c [String],
    report: Report,
    package: Option<Package>,
    runs: Vec<Rendered>,
}

struct Package {
    name: String,
    bytes: Vec<u8>,
}

impl Check for HelmVerify {
    fn check(&self, cx: &Context<'_>) -> Result<Finding, StepError> {
        cx.begin()?;
        let overlays = match self.values.is_empty() {
            true => OVERLAYS.map(str::to_owned).to_vec(),
            false => self.values.clone(),
        };
        let charts = charts(cx.repository(), cx.commit()?, &self.helm_verify, &overlays)?;
        if charts.folders.is_empty() {
            let patterns = self.helm_verify.join(", ");
            return Err(StepError::Refused(format!("no chart matches {patterns}: correct `helm-verify`")));
        }
        if let Some(idle) = charts.idle.first().filter(|_| !self.values.is_empty()) {
            let way_out =
                "correct `values`: a pattern is relative to each chart, and with a `/` in it also to the repository";
            return Err(StepError::Refused(format!("no values file matches `{idle}`: {way_out}")));
        }
        let timeout = Duration::from_secs(cx.step.timeout.unwrap_or(TIMEOUT));
        let renderer = Renderer::new(cx, timeout)?;
        let mut all = Vec::new();
        for (folder, overlays) in &charts.folders {
            cx.world.progress.says(cx.step.id.as_str(), helm::called(folder));
            all.push(look(cx, &charts, folder, overlays, renderer.as_ref())?);
        }
        same_package(&mut all);
        conclude(cx, &all, renderer.as_ref())
    }
}

/// Looks at one chart: its files, its package, and what helm says of it.
fn look<'c>(
    cx: &Context<'_>,
    charts: &Charts,
    folder: &'c str,
    overlays: &'c [String],
    renderer: Option<&Renderer<'_>>,
) -> Result<Looked<'c>, StepError> {
    let mut report = helm::verify(folder, &charts.files, overlays);
    let inside = |remark: &&Remark| helm::below(folder, &remark.file).is_some();
    report.remarks.extend(charts.remarks.iter().filter(inside).cloned());
    let package = package(cx, folder, &mut report)?;
    let mut runs = Vec::new();
    match (renderer, report.absent.is_empty()) {
        (None, _) => {}
        (Some(_), false) => {
            let what =
                format!("its templates were not rendered without {}, which the commit lacks", report.absent.join(", "));
            let way_out = "put the charts that it depends on into `charts/`, and commit them";
            report.remarks.push(Remark::note(&helm::file_in(folder, "templates"), None, what, way_out));
        }
        (Some(renderer), true) if report.metadata.is_some() => {
            runs = renderer.chart(folder, &report, overlays)?;
            hear(folder, &runs, &mut report);
        }
        (Some(_), true) => {}
    }
    Ok(Looked { folder, overlays, report, package, runs })
}

/// Packs a chart twice: what is published must depend on nothing but the commit.
fn package(cx: &Context<'_>, folder: &str, report: &mut Report) -> Result<Option<Package>, StepError> {
    let pack = || pack::chart(cx.repository(), cx.commit()?, folder);
    let manifest = helm::file_in(folder, helm::MANIFEST);
    match (pack(), pack()) {
        (Ok(one), Ok(other)) if one.bytes == other.bytes => Ok(Some(Package { name: one.file_name, bytes: one.bytes })),
        (Ok(_), Ok(_)) => {
            let what = "packed twice, the chart has other bytes each time";
            report.remarks.push(Remark::wrong(&manifest, None, what, "report it as a bug of allclear"));
            Ok(None)
        }
        // A manifest that cannot be packed is a finding; that git cannot be asked is none.
        (Err(error @ (StepError::Content { .. } | StepError::Refused(_))), _) => {
            if !report.remarks.iter().any(Remark::is_wrong) {
                let what = format!("it cannot be packed: {}", error.chain());
                report.remarks.push(Remark::wrong(&manifest, None, what, "correct the file"));
            }
            Ok(None)
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

/// Takes down what helm said, where it is not known already: every overlay meets the same template.
fn hear(folder: &str, runs: &[Rendered], report: &mut Report) {
    let known: BTreeSet<String> =
        report.remarks.iter().filter(|remark| remark.is_wrong()).map(|remark| remark.file.clone()).collect();
    let mut heard = BTreeSet::new();
    let place = |word: &Word| helm::file_in(folder, word.file.as_deref().unwrap_or(helm::MANIFEST));
    let mut new = |word: &Word| {
        let words = if word.line.is_some() { String::new() } else { word.text.clone() };
        heard.insert((word.file.clone(), word.line, words))
    };
    // Helm has no lines for what it says of manifests and of values that do not fit a schema; we have said it with one.
    let said = |word: &Word| word.line.is_none() && (known.contains(&place(word)) || word.schema && !known.is_empty());
    let overlaid = runs.iter().any(|run| !run.plain) && runs.iter().all(|run| run.plain || run.passed);
    for run in runs {
        for word in run.said.errors.iter().filter(|word| !run.passed && !said(word) && new(word)) {
            let what = format!("`{}` says: {}", run.title, word.text);
            let way_out = "correct the file, or the values that it is given";
            // A chart may ask for values that only its overlays give.
            let asks = run.plain && overlaid && word.text.starts_with("execution error at");
            report.add(if asks { Remark::note } else { Remark::wrong }(&place(word), word.line, what, way_out));
        }
        if !run.passed && run.said.errors.is_empty() {
            let last = run.output.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("nothing");
            let what = format!("`{}` failed and says: {last}", run.title);
            report.add(Remark::wrong(
                &helm::file_in(folder, helm::MANIFEST),
                None,
                what,
                "run it in a clone of the project",
            ));
        }
        for word in run.said.warnings.iter().filter(|word| new(word)) {
            let what = format!("`{}` warns: {}", run.title, word.text);
            report.add(Remark::note(&place(word), word.line, what, "look whether it is meant so"));
        }
    }
}

/// Two charts that would be published under one name.
fn same_package(all: &mut [Looked<'_>]) {
    for at in 1..all.len() {
        let (before, rest) = all.split_at_mut(at);
        let Some(name) = rest[0].package.as_ref().map(|package| package.name.clone()) else { continue };
        let same = |looked: &&Looked<'_>| looked.package.as_ref().is_some_and(|package| package.name == name);
        if let Some(first) = before.iter().find(same) {
            let file = helm::file_in(rest[0].folder, helm::MANIFEST);
            let what = format!("`{name}` is made of {} too", helm::called(first.folder));
            rest[0].report.add(Remark::wrong(&file, None, what, "give one of the charts another name"));
            rest[0].package = None;
        }
    }
}

fn conclude(cx: &Context<'_>, all: &[Looked<'_>], renderer: Option<&Renderer<'_>>) -> Result<Finding, StepError> {
    let helm = renderer.map(|renderer| renderer.version.as_str());
    let wrong: Vec<&Remark> =
        all.iter().flat_map(|looked| &looked.report.remarks).filter(|remark| remark.is_wrong()).collect();
    let head = headline(all, helm);
    let mut text = format!("{head}\n");
    if helm.is_none() {
        text.push_str(
            "not checked: `helm lint`, and `helm template` with each chart's own values and with each overlay\n",
        );
    }
    all.iter().for_each(|looked| looked.tell(&mut text));
    let mut evidence = vec![cx.keep("helm-verify.txt", "text/plain", text.into_bytes())?];
    for package in all.iter().filter_map(|looked| looked.package.as_ref()) {
        evidence.push(keep(cx, package)?);
    }
    let summary = match wrong.split_first() {
        None => head,
        Some((first, rest)) => {
            let more =
                if rest.is_empty() { String::new() } else { format!("; {} more in helm-verify.txt", rest.len()) };
            let hit = all.iter().filter(|looked| looked.report.remarks.iter().any(Remark::is_wrong)).count();
            format!("{} in {hit} of {}: {first}{more}", count(wrong.len(), "finding"), count(all.len(), "chart"))
        }
    };
    Ok(Finding { passed: wrong.is_empty(), summary, evidence, ..Finding::default() })
}

fn keep(cx: &Context<'_>, package: &Package) -> Result<Evidence, StepError> {
    cx.keep(&package.name, "application/gzip", package.bytes.clone())
}

/// How much was looked at, and what was not.
fn headline(all: &[Looked<'_>], helm: Option<&str>) -> String {
    let overlays: usize = all.iter().map(|looked| looked.overlays.len()).sum();
    let schemas: usize = all.iter().map(|looked| looked.report.schemas).sum();
    let rendered = match helm {
        None => "templates were not rendered, since `helm` is not on this machine".to_owned(),
        Some(version) => {
            let runs = all.iter().flat_map(|looked| &looked.runs).count();
            let left = all.iter().filter(|looked| looked.runs.is_empty()).count();
            let left = if left == 0 { String::new() } else { format!(", {} not rendered", count(left, "chart")) };
            format!("{} of helm {version}{left}", count(runs, "run"))
        }
    };
    format!("{}, {}, {}; {rendered}", count(all.len(), "chart"), count(overlays, "overlay"), count(schemas, "schema"),)
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

impl Looked<'_> {
    /// Writes down everything about one chart.
    fn tell(&self, text: &mut String) {
        let mut line = |words: String| {
            text.push_str(&words.replace('\n', " "));
            text.push('\n');
        };
        let package = self.package.as_ref().map_or("not packed".to_owned(), |package| {
            let digest = allclear_core::digest::Digest::of(&package.bytes);
            format!("{}, {} bytes, sha256:{digest}", package.name, package.bytes.len())
        });
        line(String::new());
        line(format!("{}: {package}", helm::called(self.folder)));
        for overlay in self.overlays {
            line(format!("  values   {overlay}"));
        }
        for run in &self.runs {
            let said = match (run.passed, run.manifests) {
                (true, 0) => "passed".to_owned(),
                (true, manifests) => format!("passed, {}", count(manifests, "manifest")),
                (false, _) => "failed".to_owned(),
            };
            line(format!("  helm     {}: {said}", run.title));
        }
        for remark in &self.report.remarks {
            let mark = if remark.weight == Weight::Wrong { "wrong" } else { "note " };
            line(format!("  {mark}    {remark}"));
        }
    }
}
