//! Writes the first process file of a project from what a survey found.

mod deploy;
mod package;
mod page;
mod prepare;
mod settings;
mod verify;

use allclear_core::version::Version;

use super::Survey;
use page::Page;

/// A first process file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The file's text: TOML that reads without problems.
    pub text: String,
    /// What was found out, one sentence each.
    pub found: Vec<String>,
    /// What could not be found out.
    pub questions: Vec<Question>,
}

/// Something that only a person can answer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Question {
    /// What it is about, in a word or two.
    pub about: String,
    /// The question.
    pub text: String,
    /// What to do about it.
    pub way_out: String,
}

/// Drafts a process: the shape of the one that ships with the program, the commands of this project.
///
/// Every phase has at least one step, since a phase that is left out would come from the default process.
pub fn draft(survey: &Survey) -> Draft {
    let mut page = Page::default();
    head(survey, &mut page);
    settings::project(survey, &mut page);
    settings::versions(survey, &mut page);
    settings::people(survey, &mut page);
    settings::places(survey, &mut page);
    settings::kinds(survey, &mut page);
    prepare::prepare(survey, &mut page);
    prepare::fix(survey, &mut page);
    verify::verify(survey, &mut page);
    verify::review(survey, &mut page);
    package::package(survey, &mut page);
    deploy::deployment(survey, &mut page);
    deploy::after(survey, &mut page);
    page.finish()
}

fn head(survey: &Survey, page: &mut Page) {
    let place = match &survey.commit {
        Some(commit) => format!("`{}` at {}", survey.branches.trunk, commit.short()),
        None => "a repository without a commit".to_owned(),
    };
    page.comment(&format!("How {} is released, step by step.", survey.project.name));
    page.comment("");
    page.comment(&format!(
        "`allclear init` drafted this file from {place}. Read it once from top to bottom, and correct it."
    ));
    page.comment("What could not be found out stands here as a comment, below a line that says what is missing.");
    page.comment(
        "`allclear check` tells what would stop a release; `allclear rehearse` tries the whole process with stand-ins.",
    );
    if survey.tags.last.is_none() {
        first_release(survey, page);
    }
}

fn first_release(survey: &Survey, page: &mut Page) {
    let stated: Option<Version> = survey.versions.stated.as_deref().and_then(|text| text.parse().ok());
    let told = survey.docs.newest.as_ref();
    let first = match (&stated, told) {
        // What the changelog speaks of is there already.
        (Some(stated), Some(told)) if told >= stated => told.next("minor"),
        (None, Some(told)) => told.next("minor"),
        (Some(stated), _) if stated.is_prerelease() => stated.next("patch"),
        (Some(stated), _) => stated.clone(),
        (None, None) => Version::new(0, 1, 0),
    };
    page.comment("");
    page.comment(
        "No release is tagged yet, so there is nothing to count from. Say the version when you open the first one:",
    );
    page.comment(&format!("`allclear start minor --version {first}`"));
    let files = stated.map(|stated| format!("; the files say {stated}"));
    let changelog = told.map(|told| format!("; the changelog speaks of {told}"));
    page.ask(
        "first release",
        format!(
            "no tag names a version{}{}: what is the first one?",
            files.unwrap_or_default(),
            changelog.unwrap_or_default()
        ),
        format!("say it when you open it: `allclear start minor --version {first}`"),
    );
}
