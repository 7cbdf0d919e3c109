//! The phases `verify` and `review`.

use super::page::{Page, some, text, texts};
use super::settings::ROLE;
use crate::survey::{Run, Survey};

/// Verification: everything that the project can check by a command.
pub(super) fn verify(survey: &Survey, page: &mut Page) {
    page.phase(
        "verify",
        "Verification: the full validation suite. Every command runs in a fresh checkout of the candidate, with the programs\n\
         on your PATH; exit status 0 passes, and the log is kept.",
    );
    ci(survey, page);
    code(survey, page);
    tests(survey, page);
    documentation(survey, page);
    charts(survey, page);
    if page.steps() == 0 {
        page.step(
            &[text("id", "by-hand"), text("manual", "Try {branch} by hand, and say what was tried")],
            "no command was found that checks anything",
        );
    }
}

fn ci(survey: &Survey, page: &mut Page) {
    let ci = &survey.checks.ci;
    let step = [text("id", "ci"), text("manual", "CI is green on {branch}")];
    match ci.as_slice() {
        [] => {
            page.missing("not found: a CI service. Add one and remove the #.", &step);
            page.ask("ci", "does a CI service check every commit?", "take the # off `verify/ci` once it does");
        }
        _ => {
            page.step(&step, "a person looks");
            page.found(format!("CI: {}", some(ci)));
        }
    }
}

fn code(survey: &Survey, page: &mut Page) {
    let checks = &survey.checks;
    match (&checks.format, &checks.formats) {
        (Some(run), _) => page.run(run, ""),
        (None, formats) => {
            let but =
                formats.as_ref().map_or(String::new(), |target| format!(" (`{target}` formats, so it never says no)"));
            let why = format!("not found: a format check such as `make fmt-check`{but}. Add one and remove the #.");
            page.missing(&why, &[text("run", "make fmt-check")]);
            page.ask(
                "format check",
                format!("which command says whether the code is formatted?{but}"),
                "write it into `verify` and remove the #",
            );
        }
    }
    match &checks.lint {
        Some(run) => page.run(run, ""),
        None => {
            page.missing("not found: a linter. Add one and remove the #.", &[text("run", "make lint")]);
            page.ask("lint", "which command lints the code?", "write it into `verify` and remove the #");
        }
    }
    if let Some(run) = &checks.types {
        page.run(run, "");
    }
}

fn tests(survey: &Survey, page: &mut Page) {
    let tests = &survey.tests;
    for run in &tests.plain {
        page.run(run, "");
    }
    if tests.plain.is_empty() {
        page.missing("not found: tests. Add some and remove the #.", &[text("run", "make test")]);
        page.ask("tests", "which command runs the tests?", "write it into `verify` and remove the #");
    }
    for run in &tests.browser {
        page.run(run, "in a real browser, with pictures as evidence");
    }
    let browser =
        Run { display: true, ..Run::new("pytest tests/playwright --headed").leaving("test-results/**/*.png") };
    if tests.browser.is_empty() {
        let lines =
            [text("run", &browser.command), "display = true".to_owned(), text("evidence", "test-results/**/*.png")];
        page.missing("not found: tests in a browser. If the project has pages, add some and remove the #.", &lines);
        page.ask(
            "browser tests",
            "is anything tested in a browser?",
            "write the command into `verify` and remove the #",
        );
    }
    for folder in &tests.idle {
        page.line("");
        page.comment(&format!(
            "{folder} has no test that pytest would find, and there is no playwright.config for its own runner."
        ));
        page.ask(
            "browser tests",
            format!("what runs `{folder}`? pytest finds no test there"),
            "add a step with its command, or remove it",
        );
    }
}

/// Why a command of the project is preferred to the check that needs none.
const OWN: &str = "the project has rules of its own";

fn documentation(survey: &Survey, page: &mut Page) {
    let pages = survey.docs.manuals.as_deref();
    let step = [text("docs-verify", pages.unwrap_or("docs/**/*.md"))];
    match (&survey.checks.docs, pages) {
        (Some(run), None) => page.run(run, OWN),
        (Some(run), Some(_)) => page.run(run, &format!("{OWN}; without a command: {}", step[0])),
        (None, Some(pages)) => {
            page.step(&step, "links, anchors, and what is named and gone");
            page.found(format!("documentation: `{pages}`, checked without a command"));
        }
        (None, None) => page.missing("not found: documentation below `docs`. If you write some, check it here.", &step),
    }
}

fn charts(survey: &Survey, page: &mut Page) {
    let charts = &survey.delivery.charts;
    let step = texts("helm-verify", &charts.folders);
    match (&survey.checks.helm, charts.count) {
        (Some(run), 0) => page.run(run, OWN),
        (Some(run), _) => page.run(run, &format!("{OWN}; without a command: {step}")),
        (None, 0) => {
            let step = [text("helm-verify", "infra/helm/*")];
            page.missing("not found: Helm charts. If you add some, check them here.", &step);
        }
        (None, _) => {
            page.step(&[step], "packaged, their values held against their schemas, and rendered where helm is");
        }
    }
}

/// Release review.
pub(super) fn review(survey: &Survey, page: &mut Page) {
    page.phase(
        "review",
        "Release review: the documentation, the meeting, and one sign-off a role on exactly this candidate.",
    );
    let manuals = [text("id", "manuals"), text("manual", "Confirm documentation updates across all manuals")];
    match survey.docs.manuals {
        Some(_) => page.step(&manuals, "role = \"docs\" says whose it is, once there is that role"),
        None => page.missing("not found: manuals below `docs`. Add some and remove the #.", &manuals),
    }
    let readiness = [text("id", "readiness"), format!("sign-off = [\"{ROLE}\"]")];
    match survey.identity {
        Some(_) => page.step(&readiness, "with more people: [\"platform\", \"qa\", \"docs\", \"product\"]"),
        None => {
            page.step(
                &[text("id", "by-hand"), text("manual", "Hold the release review of {version}")],
                "until there are people who can sign off",
            );
            page.missing("not found: people. Add them above and remove the #.", &readiness);
        }
    }
    page.missing(
        "A major release asks for more: declare the role and remove the #.",
        &[text("id", "major-approval"), text("sign-off", "product-management"), text("when", "major")],
    );
}
