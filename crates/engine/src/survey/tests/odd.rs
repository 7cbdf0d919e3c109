use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::{active, clone_with, drafted, surveyed};

#[test]
fn files_with_odd_names_are_skipped() {
    let chart = "name: x\nversion: 1.0.0\n";
    let repo = clone_with(&[
        ("docs/runbooks \"x\"/a.md", "# A\n"),
        ("infra/{a,b}/Chart.yaml", chart),
        ("infra/*/Chart.yaml", chart),
        ("infra/ok/Chart.yaml", chart),
        ("infra/new\nline/Chart.yaml", chart),
        ("scripts/smoke test.py", "--env\n"),
        ("node_modules/x/package.json", "{\"version\": \"1.0.0\"}"),
    ]);
    std::fs::write(repo.path().join(OsStr::from_bytes(b"caf\xe9.md")), "x").unwrap();
    repo.commit("docs: a name from another time");
    repo.push("main");
    repo.git(&["tag", "v1.0.0"]);
    let survey = surveyed(&repo);
    let patterns: Vec<_> = survey.versions.listed.iter().map(|listed| listed.pattern.as_str()).collect();
    assert_eq!(patterns, ["infra/ok/Chart.yaml"]);
    assert_eq!(survey.delivery.charts.folders, ["infra/ok"]);
    assert_eq!(survey.delivery.smoke, None);
    let text = drafted(&repo).text;
    assert!(!text.contains("{a,b}") && !text.contains("line/"), "{text}");
}

#[test]
fn broken_manifests_are_no_manifests() {
    let files = [
        ("pyproject.toml", "[project\nname ="),
        ("package.json", "{"),
        ("Cargo.toml", "= 1"),
        ("a/Chart.yaml", "\t: ["),
    ];
    let survey = surveyed(&clone_with(&files));
    assert_eq!(survey.project.by, "the remote's URL");
    assert_eq!(survey.versions.apart.len(), 4);
    drafted(&clone_with(&files));
}

#[test]
fn the_trunk_is_read_and_never_the_checkout() {
    let repo = clone_with(&[("Makefile", "lint:\n\ttrue\n")]);
    repo.write("Makefile", "fmt-check:\n\ttrue\n");
    repo.commit("not pushed");
    repo.write("Makefile", "docs-verify:\n\ttrue\n");
    let checks = surveyed(&repo).checks;
    assert_eq!((checks.lint.is_some(), checks.format, checks.docs), (true, None, None));
}

#[test]
fn one_branch_to_collect_work_on_is_taken_and_several_are_asked_about() {
    let repo = clone_with(&[]);
    repo.push("main:develop");
    repo.push("main:staging");
    repo.git(&["fetch", "--quiet"]);
    let branches = surveyed(&repo).branches;
    assert_eq!(branches.integration.unwrap().as_str(), "develop");
    repo.push("main:soma_integration");
    repo.git(&["fetch", "--quiet"]);
    let draft = drafted(&repo);
    assert!(draft.text.contains("\n# integration = \"develop\""), "{}", draft.text);
    assert!(draft.questions.iter().any(|question| question.text.contains("`soma_integration`")));
}

#[test]
fn a_chart_at_the_top_is_the_dot() {
    let chart = "apiVersion: v2\nname: whole\nversion: 1.0.0\n";
    let repo =
        clone_with(&[("Chart.yaml", chart), ("charts/part/Chart.yaml", chart), ("more/other/Chart.yaml", chart)]);
    let charts = surveyed(&repo).delivery.charts;
    assert_eq!(
        (charts.folders, charts.count, charts.nested),
        (vec![".".to_owned(), "more/other".to_owned()], 2, vec!["charts/part".to_owned()])
    );
    drafted(&repo);
}

#[test]
fn documents_and_charts_without_a_command_of_their_own_are_checked_without_one() {
    let chart = "apiVersion: v2\nname: api\nversion: 1.0.0\n";
    let repo = clone_with(&[("docs/manual.md", "# Manual\n"), ("deploy/api/Chart.yaml", chart)]);
    let draft = drafted(&repo);
    let verify = active(&draft, "[[phase.verify]]");
    assert!(verify.contains("\ndocs-verify = \"docs/**/*.md\"\n"), "{verify}");
    assert!(verify.contains("\nhelm-verify = \"deploy/api\"\n"), "{verify}");
    let about = ["documentation", "charts"];
    assert!(!draft.questions.iter().any(|question| about.contains(&question.about.as_str())), "{draft:?}");
}
