//! The phases `prepare` and `fix`.

use super::page::{Page, text};
use crate::survey::Survey;

/// Preparation.
pub(super) fn prepare(survey: &Survey, page: &mut Page) {
    page.phase("prepare", "Preparation: a branch to stand on, nothing left open, and the changelog.");
    let up_to_date = [
        text("id", "integration-up-to-date"),
        "up-to-date = { branch = \"{integration}\", with = \"{trunk}\" }".to_owned(),
    ];
    match survey.branches.integration {
        Some(_) => page.step(&up_to_date, ""),
        None => page.missing("not found: an integration branch. Name it in [project] and remove the #.", &up_to_date),
    }
    page.step(
        &[text("branch", "release/v{version}"), text("from", "{integration}"), text("when", "not patch")],
        "the integration branch is the trunk where there is none",
    );
    page.step(
        &[
            text("id", "branch-from-tag"),
            text("branch", "release/v{version}"),
            text("from", "{last-tag}"),
            text("when", "patch"),
        ],
        "a patch builds on what is out there",
    );
    page.step(
        &[
            text("id", "audit"),
            text("manual", "Audit open issues and pull requests of {version}; defer unfinished work"),
            "once = true".to_owned(),
        ],
        "",
    );
    let manuals = survey.docs.manuals.as_ref().map_or(String::new(), |pages| format!(", manuals = \"{pages}\""));
    changelog(survey, page, &format!("changelog = {{ highlights = true{manuals} }}"));
}

fn changelog(survey: &Survey, page: &mut Page, line: &str) {
    match survey.docs.other_changelog {
        Some(_) => page
            .missing("not found: a changelog in Markdown. Name one in [project] and remove the #.", &[line.to_owned()]),
        None => page.step(&[line.to_owned()], ""),
    }
}

/// A hotfix begins at the latest tag.
pub(super) fn fix(survey: &Survey, page: &mut Page) {
    page.phase(
        "fix",
        "A hotfix begins at the latest tag; the fix, its tests and its changelog line are made on the branch.",
    );
    page.step(&[text("branch", "hotfix/v{version}"), text("from", "{last-tag}")], "");
    page.step(
        &[text("id", "apply"), text("manual", "Apply the fix to {branch} and add tests"), "once = true".to_owned()],
        "",
    );
    changelog(survey, page, "changelog = { highlights = true }");
}
