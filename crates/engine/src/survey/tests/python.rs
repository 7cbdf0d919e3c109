use super::{clone_with, surveyed};
use crate::survey::Run;

#[test]
fn a_version_that_is_computed_is_left_out_and_says_why() {
    let manifest =
        "[project]\nname = \"x\"\ndynamic = [\"version\"]\n[build-system]\nbuild-backend = \"hatchling.build\"\n";
    let survey = surveyed(&clone_with(&[("pyproject.toml", manifest), ("uv.lock", ""), ("lib/test_x.py", "")]));
    assert_eq!(survey.versions.listed, []);
    assert!(survey.versions.apart[0].why.contains("project.dynamic"), "{:?}", survey.versions.apart);
    assert_eq!(survey.delivery.builds[0].run.command, "uv build");
    assert_eq!(survey.tests.plain[0].command, "uv run python3 -m unittest");
}

#[test]
fn a_target_that_formats_is_no_format_check_unless_it_only_checks() {
    let checks = |recipe: &str| surveyed(&clone_with(&[("Makefile", &format!("fmt:\n\t{recipe}\n"))])).checks;
    assert_eq!(checks("black .").format, None);
    assert_eq!(checks("black .").formats.as_deref(), Some("make fmt"));
    assert_eq!(checks("black --check .").format, Some(Run::new("make fmt").called("fmt-check")));
}

#[test]
fn the_own_entry_to_the_tests_counts_unless_it_is_the_same_tool() {
    let tests = |makefile: &str| {
        let files = [("Makefile", makefile), ("pyproject.toml", "[tool.pytest.ini_options]\n")];
        let runs = surveyed(&clone_with(&files)).tests.plain;
        runs.into_iter().map(|run| (run.command, run.evidence)).collect::<Vec<_>>()
    };
    let own = [("make test".to_owned(), Some("out/*.xml".to_owned()))];
    assert_eq!(tests("test: ## with a report in out/unit.xml\n\t./run-tests\n"), own);
    assert_eq!(tests("test:\n\tpytest -q\n")[0].0, "pytest --junitxml=reports/unit.xml");
}

#[test]
fn a_folder_called_playwright_needs_tests_that_somebody_can_run() {
    let survey =
        surveyed(&clone_with(&[("tests/playwright/upload.spec.js", ""), ("tests/ui/playwright/test_chat.py", "")]));
    assert_eq!(survey.tests.browser[0].command, "pytest tests/ui/playwright --headed");
    assert_eq!(survey.tests.idle, ["tests/playwright"]);
}

#[test]
fn charts_inside_of_a_chart_are_parts_of_it_and_a_folder_called_charts_is_only_a_folder() {
    let chart = "name: x\nversion: 1.0.0\n";
    let paths =
        ["deploy/charts/api/Chart.yaml", "deploy/charts/web/Chart.yaml", "deploy/charts/web/charts/db/Chart.yaml"];
    let survey = surveyed(&clone_with(&paths.map(|path| (path, chart))));
    assert_eq!(survey.delivery.charts.folders, ["deploy/charts/*"]);
    assert_eq!(survey.delivery.charts.nested, ["deploy/charts/web/charts/db"]);
    assert_eq!(survey.versions.listed[0].pattern, "deploy/charts/*/Chart.yaml");
}
