//! `helm-verify` with the real helm: what it finds, what it leaves as evidence, and that the two agree.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::Path;

use allclear_core::event::{Event, Outcome};
use allclear_engine::pack;
use allclear_testbed::Ran;
use insta::assert_snapshot;

use crate::it::project::{Hand, Project};

const STEPS: &str =
    "[[phase.ship]]\nbranch = \"release/v{version}\"\n[[phase.ship]]\nhelm-verify = [\"chart\", \"charts/*\"]\n";

const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-{{ .Chart.Name }}\ndata:\n  port: {{ .Values.port | quote }}\n";
const SCHEMA: &str = r#"{"type": "object", "required": ["port"], "properties": {"port": {"type": "integer"}}}"#;

/// Goes with these files in the repository, and gives what became of the step.
fn verified(files: &[(&str, &str)]) -> (Project, Event) {
    verified_by(STEPS, files)
}

/// The same with other steps.
fn verified_by(steps: &str, files: &[(&str, &str)]) -> (Project, Event) {
    assert!(
        Ran::of(std::process::Command::new("helm").arg("version")).success(),
        "helm is not on the PATH: `./test` gets one, or install Helm 3 by hand"
    );
    let project = Project::unopened(steps);
    let ana = project.ana();
    for (path, text) in files {
        ana.repo.write(path, text);
    }
    ana.repo.git(&["add", "--all"]);
    ana.repo.git(&["commit", "--quiet", "--allow-empty", "-m", "feat: charts"]);
    ana.repo.push("main");
    ana.open("minor", None).unwrap();
    ana.go();
    let about = |event: &Event| match event {
        Event::StepPassed(outcome) | Event::StepFailed(outcome) | Event::StepErrored(outcome) => {
            outcome.step.as_str() == "ship/helm-verify"
        }
        _ => false,
    };
    let told = ana.told();
    let event = ana.events().into_iter().rfind(about).unwrap_or_else(|| panic!("{told:#?}"));
    (project, event)
}

fn outcome(event: &Event) -> &Outcome {
    match event {
        Event::StepPassed(outcome) | Event::StepFailed(outcome) | Event::StepErrored(outcome) => outcome,
        other => panic!("{other:?}"),
    }
}

/// The evidence as text, the helm of this machine and digests masked.
fn evidence(hand: &Hand, outcome: &Outcome) -> String {
    let kept = outcome.evidence.iter().find(|kept| kept.name.as_str() == "helm-verify.txt").unwrap();
    let session = hand.session();
    let text = String::from_utf8(session.ledger.store().get(&kept.sha256).unwrap()).unwrap();
    masked(&text)
}

fn masked(text: &str) -> String {
    let word = |word: &str| match word {
        _ if word.starts_with("v3.") || word.starts_with("v4.") => "[version]".to_owned(),
        _ if word.starts_with("sha256:") => "[digest]".to_owned(),
        _ => word.to_owned(),
    };
    let line = |line: &str| line.split(' ').map(word).collect::<Vec<_>>().join(" ");
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn good_charts_pass_and_their_packages_are_evidence() {
    let (project, event) = verified(&[
        ("chart/templates/config.yaml", CONFIG),
        ("chart/values.yaml", "port: 80\n"),
        ("chart/values-prod.yaml", "port: 443\n"),
        ("chart/values.schema.json", SCHEMA),
        ("charts/lib/Chart.yaml", "apiVersion: v2\nname: lib\nversion: 0.1.0\ntype: library\n"),
        ("charts/lib/templates/_name.tpl", "{{- define \"lib.name\" -}}lib{{- end -}}\n"),
        (
            "charts/api/Chart.yaml",
            "apiVersion: v2\nname: api\nversion: 2.0.0\ndependencies:\n- name: lib\n  version: ^0.1\n  repository: file://../lib\n",
        ),
        (
            "charts/api/templates/a.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ include \"lib.name\" . }}\n",
        ),
    ]);
    let outcome = outcome(&event);
    assert!(matches!(event, Event::StepPassed(_)), "{}", evidence(&project.ana(), outcome));
    let kept: Vec<_> = outcome.evidence.iter().map(|kept| format!("{} {}", kept.name, kept.media_type)).collect();
    assert_snapshot!(kept.join("\n"), @"
    helm-verify.txt text/plain
    demo-1.0.0.tgz application/gzip
    api-2.0.0.tgz application/gzip
    lib-0.1.0.tgz application/gzip
    ");
    assert_snapshot!(masked(&outcome.summary), @"3 charts, 1 overlay, 1 schema; 6 runs of helm [version]");
    assert_snapshot!(evidence(&project.ana(), outcome), @"
    3 charts, 1 overlay, 1 schema; 6 runs of helm [version]

    chart: demo-1.0.0.tgz, 393 bytes, [digest]
      values   chart/values-prod.yaml
      helm     helm lint chart: passed
      helm     helm template allclear chart: passed, 1 manifest
      helm     helm template allclear chart --values chart/values-prod.yaml: passed, 1 manifest

    charts/api: api-2.0.0.tgz, 348 bytes, [digest]
      helm     helm lint charts/api: passed
      helm     helm template allclear charts/api: passed, 1 manifest

    charts/lib: lib-0.1.0.tgz, 197 bytes, [digest]
      helm     helm lint charts/lib: passed
    ");
}

#[test]
fn everything_that_is_wrong_is_told_with_its_place() {
    let (project, event) = verified(&[
        ("chart/templates/config.yaml", CONFIG),
        ("chart/values.yaml", "# the port\nport: \"80\"\n"),
        ("chart/values-prod.yaml", "port: 1\nport: 2\n"),
        ("chart/values.schema.json", SCHEMA),
        ("charts/api/Chart.yaml", "apiVersion: v2\nname: api\nversion: 2.0.0\nappVersion: 1.10\n"),
        (
            "charts/api/templates/a.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Values.name.first }}\n",
        ),
        ("charts/api/templates/b.yaml", "# {{ required \"say who\" .Values.who }}\n"),
    ]);
    assert!(matches!(event, Event::StepFailed(_)), "{event:?}");
    let outcome = outcome(&event);
    assert_snapshot!(masked(&outcome.summary), @"5 findings in 2 of 2 charts: chart/values-prod.yaml:2: the key `port` stands twice, and Helm takes the last (the first is on line 1): take one out, so that everybody reads the same; 4 more in helm-verify.txt");
    assert_snapshot!(evidence(&project.ana(), outcome), @r#"
    2 charts, 1 overlay, 1 schema; 5 runs of helm [version]

    chart: demo-1.0.0.tgz, 401 bytes, [digest]
      values   chart/values-prod.yaml
      helm     helm lint chart: failed
      helm     helm template allclear chart: failed
      helm     helm template allclear chart --values chart/values-prod.yaml: passed, 1 manifest
      wrong    chart/values-prod.yaml:2: the key `port` stands twice, and Helm takes the last (the first is on line 1): take one out, so that everybody reads the same
      wrong    chart/values.yaml:2: `port` is of type string, and the schema wants integer: correct the value, or chart/values.schema.json

    charts/api: api-2.0.0.tgz, 247 bytes, [digest]
      helm     helm lint charts/api: failed
      helm     helm template allclear charts/api: failed
      wrong    charts/api/Chart.yaml:4: `appVersion: 1.10` is no text to YAML but 1.1: put it in quotes: `appVersion: "1.10"`
      wrong    charts/api/templates/a.yaml:4: `helm lint charts/api` says: templates/: template: api/templates/a.yaml:4:18: executing "api/templates/a.yaml" at <.Values.name.first>: nil pointer evaluating interface {}.first: correct the file, or the values that it is given
      wrong    charts/api/templates/b.yaml:1: `helm template allclear charts/api` says: execution error at (api/templates/b.yaml:1:5): say who: correct the file, or the values that it is given
    "#);
}

#[test]
fn what_a_chart_asks_of_its_overlays_is_only_noted() {
    let (project, event) = verified(&[
        ("chart/templates/a.yaml", "# {{ required \"say who\" .Values.who }}\n"),
        ("chart/values-prod.yaml", "who: me\n"),
    ]);
    assert!(matches!(event, Event::StepPassed(_)), "{event:?}");
    assert!(evidence(&project.ana(), outcome(&event)).contains("  note     chart/templates/a.yaml:1: "));
}

/// The names of the files in a packed chart.
fn names(tgz: &[u8]) -> BTreeSet<String> {
    let mut tar = Vec::new();
    flate2::read::GzDecoder::new(tgz).read_to_end(&mut tar).unwrap();
    let mut archive = tar::Archive::new(tar.as_slice());
    archive.entries().unwrap().map(|entry| entry.unwrap().path().unwrap().to_string_lossy().into_owned()).collect()
}

fn helm(folder: &Path, words: &[&str]) -> Ran {
    let home = folder.join(".helm-home");
    let mut command = std::process::Command::new("helm");
    command.args(words).current_dir(folder);
    for key in ["HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME"] {
        command.env(key, &home);
    }
    Ran::of(&mut command)
}

#[test]
fn a_package_holds_the_files_that_helm_packages() {
    let (project, _) = verified(&[
        ("chart/.helmignore", "# not for others\n*.md\n/ci\ndocs/\nvalues-*.yaml\nfiles/*.bak\n!*\n"),
        ("chart/README.md", "x"),
        ("chart/templates/README.md", "x"),
        ("chart/templates/config.yaml", CONFIG),
        ("chart/templates/.hidden", "x"),
        ("chart/templates/tests/.hidden", "# x\n"),
        ("chart/ci/a.yaml", "x"),
        ("chart/sub/ci/a.yaml", "x"),
        ("chart/docs/a.txt", "x"),
        ("chart/sub/docs/a.txt", "x"),
        ("chart/files/a.bak", "x"),
        ("chart/files/a.txt", "x"),
        ("chart/files/deep/a.bak", "x"),
        ("chart/values.yaml", "port: 1\n"),
        ("chart/values-prod.yaml", "port: 2\n"),
        ("chart/crds/a.yaml", "x: 1\n"),
        ("chart/.dot", "x"),
        ("chart/charts/in/Chart.yaml", "apiVersion: v2\nname: in\nversion: 1.0.0\n"),
        ("chart/charts/in/README.md", "x"),
        ("chart/charts/in/values.yaml", "a: 1\n"),
    ]);
    let ana = project.ana();
    let commit = ana.world.repository.commit("HEAD").unwrap();
    let ours = pack::chart(&ana.world.repository, &commit, "chart").unwrap();
    assert_eq!(ours.file_name, "demo-1.0.0.tgz");
    helm(ana.repo.path(), &["package", "chart", "--destination", "packed"]).expect_success();
    let theirs = std::fs::read(ana.repo.path().join("packed/demo-1.0.0.tgz")).unwrap();
    assert_eq!(names(&ours.bytes), names(&theirs));
    std::fs::write(ana.repo.path().join("ours.tgz"), &ours.bytes).unwrap();
    helm(ana.repo.path(), &["template", "x", "ours.tgz"]).expect_success();
}

/// Values over values, as Helm puts them together: it and we must both take or refuse them.
#[test]
fn helm_and_we_agree_on_values() {
    let schema = r#"{"additionalProperties": false, "properties": {
        "port": {"type": "integer"}, "on": {"type": "boolean"}, "true": {"type": "string"}, "mode": {"type": "string"},
        "table": {"type": "object", "required": ["a"], "additionalProperties": {"type": "integer"}}, "list": {"maxItems": 2},
        "in": {"type": "object"}, "global": {"type": "object"}, "tags": {}}}"#;
    let below = r#"{"additionalProperties": false, "required": ["size"], "properties": {
        "size": {"type": "integer"}, "enabled": {}, "global": {"additionalProperties": {"type": "string"}}}}"#;
    let project = Project::unopened(STEPS);
    let ana = project.ana();
    let chart = "apiVersion: v2\nname: demo\nversion: 1.0.0\ndependencies:\n- {name: in, version: '*', condition: 'in.enabled', tags: [some]}\n";
    for (path, text) in [
        ("chart/Chart.yaml", chart),
        ("chart/values.schema.json", schema),
        ("chart/values.yaml", "port: 80\nmode: 'on'\ntable: {a: 1, b: 2}\nlist: [1, 2]\n"),
        ("chart/charts/in/Chart.yaml", "apiVersion: v2\nname: in\nversion: 1.0.0\n"),
        ("chart/charts/in/values.yaml", "size: 1\n"),
        ("chart/charts/in/values.schema.json", below),
    ] {
        ana.repo.write(path, text);
    }
    for overlay in [
        "",
        "port: 0x50",
        "port: 8_0",
        "port: 1e2",
        "port: 1.5",
        "port: '80'",
        "port: null",
        "mode: on",
        "mode: null",
        "mode: y",
        "mode: 1:30",
        "mode: 2001-01-01",
        "on: yes",
        "table: {a: null}",
        "table: {b: null}",
        "table: {b: x}",
        "table: null",
        "table: 7",
        "list: [3]",
        "list: [1, 2, 3]",
        "extra: 1",
        "in: {size: x}",
        "in: {size: null}",
        "in: {size: x, enabled: false}",
        "in: {size: x}\ntags: {some: false}",
        "in: {size: x, enabled: true}\ntags: {some: false}",
        "in: {more: 1}",
        "in: 7",
        "in: null",
        "global: {a: 1}",
        "global: {a: x}",
        "global: 7",
        "in: {global: {a: 1}}\nglobal: {a: x}",
        "port: 1\nport: x",
        "base: &b {a: 9}\ntable: {<<: *b}",
        "table:\n  a: x\n  <<: {a: 1}",
        "table:\n  <<: {a: x}\n  a: 1",
    ] {
        ana.repo.write("chart/values-x.yaml", format!("{overlay}\n"));
        let theirs = helm(ana.repo.path(), &["template", "x", "chart", "--values", "chart/values-x.yaml"]);
        let files = std::iter::once("values-x.yaml")
            .chain(["Chart.yaml", "values.yaml", "values.schema.json"])
            .chain(["charts/in/Chart.yaml", "charts/in/values.yaml", "charts/in/values.schema.json"]);
        let read = |name: &str| {
            let path = format!("chart/{name}");
            (path.clone(), std::fs::read(ana.repo.path().join(path)).unwrap())
        };
        let report =
            allclear_core::helm::verify("chart", &files.map(read).collect(), &["chart/values-x.yaml".to_owned()]);
        // What readers disagree on is wrong with us alone.
        let wrong = |remark: &&allclear_core::helm::Remark| remark.is_wrong() && !remark.what.contains("stands twice");
        let ours: Vec<String> = report.remarks.iter().filter(wrong).map(ToString::to_string).collect();
        assert_eq!(ours.is_empty(), theirs.success(), "{overlay}\n{ours:#?}\n{theirs:?}");
    }
}

/// Steps that verify charts with these words of the process.
fn steps(words: &str) -> String {
    format!("[[phase.ship]]\nbranch = \"release/v{{version}}\"\n[[phase.ship]]\n{words}\n")
}

#[test]
fn a_chart_at_the_top_and_values_beside_the_charts_are_found() {
    let (project, event) = verified_by(
        &steps("helm-verify = [\".\", \"chart\"]\nvalues = [\"values-*.yaml\", \"deploy/*.yaml\"]"),
        &[
            (
                "Chart.yaml",
                "apiVersion: v2\nname: whole\nversion: 0.3.0\ndependencies:\n- name: lib\n  version: ^0.1\n  repository: file://parts/lib\n",
            ),
            ("parts/lib/Chart.yaml", "apiVersion: v2\nname: lib\nversion: 0.1.0\ntype: library\n"),
            ("parts/lib/templates/_name.tpl", "{{- define \"lib.name\" -}}lib{{- end -}}\n"),
            ("templates/config.yaml", CONFIG),
            ("values.yaml", "port: 80\n"),
            ("values-dev.yaml", "port: 8080\n"),
            (".helmignore", "*.toml\n*.sh\n*.json\n*.md\nchart/\ndeploy/\nparts/\n"),
            ("chart/values.yaml", "port: 1\n"),
            ("chart/templates/config.yaml", CONFIG),
            ("deploy/production.yaml", "port: 443\n"),
        ],
    );
    let outcome = outcome(&event);
    assert_snapshot!(evidence(&project.ana(), outcome), @"
    2 charts, 3 overlays, 0 schemas; 7 runs of helm [version]

    .: whole-0.3.0.tgz, 504 bytes, [digest]
      values   deploy/production.yaml
      values   values-dev.yaml
      helm     helm lint .: passed
      helm     helm template allclear .: passed, 1 manifest
      helm     helm template allclear . --values deploy/production.yaml: passed, 1 manifest
      helm     helm template allclear . --values values-dev.yaml: passed, 1 manifest

    chart: demo-1.0.0.tgz, 275 bytes, [digest]
      values   deploy/production.yaml
      helm     helm lint chart: passed
      helm     helm template allclear chart: passed, 1 manifest
      helm     helm template allclear chart --values deploy/production.yaml: passed, 1 manifest
    ");
    assert!(matches!(event, Event::StepPassed(_)));
}

#[test]
fn a_pattern_of_values_that_fits_nothing_is_no_silent_pass() {
    let values = "helm-verify = \"chart\"\nvalues = [\"values-*.yaml\", \"values-prod*.yaml\"]";
    let (_project, event) = verified_by(&steps(values), &[("chart/values-dev.yaml", "port: 1\n")]);
    assert!(matches!(event, Event::StepErrored(_)));
    assert_snapshot!(outcome(&event).summary, @"no values file matches `values-prod*.yaml`: correct `values`: a pattern is relative to each chart, and with a `/` in it also to the repository");
}
