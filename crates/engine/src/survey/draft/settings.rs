//! `[project]`, `[versions]`, `[people]`, `[roles]`, and where things go.

use std::collections::BTreeSet;

use allclear_core::names::Word;

use super::page::{Page, quoted, some, text, texts};
use crate::repository::Identity;
use crate::survey::{Apart, Listed, Survey};

/// The role that signs off where only one person is known.
pub(super) const ROLE: &str = "maintainers";
/// The roles that the reference process asks for.
const ROLES: [&str; 4] = ["platform", "qa", "docs", "product"];

const PEOPLE_SPEAK: &str =
    "What people speak for. One person speaks for one role of a sign-off, so every role needs people of its own.";

/// `[project]`
pub(super) fn project(survey: &Survey, page: &mut Page) {
    page.headline("What is released, and where it lives.");
    page.line("[project]");
    page.line(text("name", &survey.project.name));
    page.found(format!("the project is called `{}`, says {}", survey.project.name, survey.project.by));
    match &survey.forge {
        Some(forge) => page.line(text("forge", &format!("github:{}/{}", forge.owner, forge.name))),
        None => {
            page.line("# forge = \"github:owner/name\"          # not found: no remote at a known forge");
        }
    }
    if survey.remote.as_str() != "origin" {
        page.line(text("remote", survey.remote.as_str()));
    }
    branches(survey, page);
    changelog(survey, page);
    page.setting(&text("archive", &survey.docs.archive), "where the story of each release is kept");
    page.line("");
    page.comment("When releases are due; without it, whenever somebody opens one.");
    page.comment("[cadence]");
    page.comment("minor = { weeks = \"odd\", weekday = \"tuesday\", at = \"10:00\", timezone = \"UTC\" }");
}

fn branches(survey: &Survey, page: &mut Page) {
    let (branches, remote) = (&survey.branches, &survey.remote);
    page.setting(&text("trunk", branches.trunk.as_str()), "this file counts as it is on this branch");
    match branches.trunk_by {
        Some(by) => page.found(format!("the trunk is `{}`: {by}", branches.trunk)),
        None => page.ask("trunk", "which branch is the trunk?", "correct `trunk` in `[project]`"),
    }
    if !survey.has_remote {
        let way_out = format!("`git remote add {remote} URL`, then push the trunk");
        page.ask(
            "remote",
            format!("there is no remote `{remote}`: where do branches, tags and the ledger go?"),
            way_out,
        );
    } else if !branches.shared {
        let question = format!("`{}` is not on `{remote}` yet, as far as this clone knows", branches.trunk);
        page.ask("trunk", question, format!("`git push {remote} {}`, or `git fetch {remote}`", branches.trunk));
    }
    let candidates: Vec<String> = branches.candidates.iter().map(ToString::to_string).collect();
    match (&branches.integration, candidates.first()) {
        (Some(branch), _) => {
            page.setting(&text("integration", branch.as_str()), "releases are cut from it; found by its name only");
            let question = format!("are releases cut from `{branch}`? Its name alone says so");
            page.ask("integration", question, "take `integration` out of `[project]` if they are cut from the trunk");
        }
        (None, Some(first)) => {
            page.setting(
                &format!("# {}", text("integration", first)),
                "if releases are cut from it, not from the trunk",
            );
            let question = format!("are releases cut from {}, or from the trunk?", some(&candidates));
            page.ask("integration", question, "set `integration` in `[project]`; without it the trunk is used");
        }
        (None, None) => {
            page.setting("# integration = \"develop\"", "not found: releases are cut from the trunk");
        }
    }
}

fn changelog(survey: &Survey, page: &mut Page) {
    match (&survey.docs.changelog, &survey.docs.other_changelog) {
        (Some(path), _) => {
            page.line(text("changelog", path));
            page.found(format!("the changelog is `{path}`"));
        }
        (None, Some(path)) => {
            page.setting("# changelog = \"CHANGELOG.md\"", &format!("{path} is not Markdown"));
            let question = format!("`{path}` is not Markdown, so no entry can be written into it");
            page.ask(
                "changelog",
                question,
                "keep a `CHANGELOG.md`, name it in `[project]`, and take the # off the steps",
            );
        }
        (None, None) => {
            page.setting(&text("changelog", "CHANGELOG.md"), "not found: the first release writes it");
            page.ask("changelog", "there is no changelog: is `CHANGELOG.md` the place for it?", "correct `changelog`");
        }
    }
}

/// `[versions]`
pub(super) fn versions(survey: &Survey, page: &mut Page) {
    let versions = &survey.versions;
    page.headline("Every file in which the version stands: a release writes all of them in one commit.");
    page.line("[versions]");
    if versions.listed.is_empty() {
        page.line("files = []");
    } else {
        page.line("files = [");
        for listed in &versions.listed {
            page.setting(&format!("    {},", quoted(&listed.pattern)), &note(listed));
        }
        page.line("]");
        let patterns: Vec<String> = versions.listed.iter().map(|listed| listed.pattern.clone()).collect();
        page.found(format!("the version stands in {}", some(&patterns)));
    }
    for Apart { path, why } in versions.apart.iter().take(8) {
        page.comment(&format!("left out: {path}: {}", why.replace(char::is_control, " ")));
    }
    ask_versions(survey, page);
}

fn note(listed: &Listed) -> String {
    let differing: Vec<_> =
        listed.differing.iter().take(2).map(|(path, version)| format!("{path} says {}", shown(version))).collect();
    let count = if listed.files > 1 { format!("{} files, ", listed.files) } else { String::new() };
    let but = if differing.is_empty() { String::new() } else { format!("; {}", differing.join(", ")) };
    format!("{count}{}{but}", shown(&listed.version))
}

/// A stated version for a comment or a sentence, whatever somebody wrote there.
fn shown(version: &str) -> String {
    version.chars().take(40).flat_map(char::escape_default).collect()
}

fn ask_versions(survey: &Survey, page: &mut Page) {
    let versions = &survey.versions;
    let stated: BTreeSet<&str> = versions.listed.iter().flat_map(Listed::versions).collect();
    if stated.len() > 1 {
        let all: Vec<_> = stated.into_iter().map(shown).collect();
        let question =
            format!("the files state different versions ({}): is it one version for all of them?", all.join(", "));
        page.ask(
            "versions",
            question,
            "take what is released on its own out of `[versions]`; the first release levels the rest",
        );
    }
    let apart: Vec<String> = versions.apart.iter().map(|apart| apart.path.clone()).collect();
    if !apart.is_empty() {
        page.ask(
            "versions",
            format!("should a release set the version in {} too?", some(&apart)),
            "the file says why they are left out",
        );
    }
    if versions.listed.is_empty() {
        page.ask(
            "versions",
            "no file states a version",
            "list the files in `[versions]` and take the # off `bump`, or release by tags alone",
        );
    }
}

impl Listed {
    fn versions(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.version.as_str()).chain(self.differing.iter().map(|(_, version)| version.as_str()))
    }
}

/// `[people]` and `[roles]`
pub(super) fn people(survey: &Survey, page: &mut Page) {
    page.headline("Who can be asked. A table for each person; the e-mail addresses are those of their git identity.");
    match &survey.identity {
        Some(who) => {
            let key = key_of(who);
            page.line(format!("[people.{key}]"));
            page.line(text("name", &who.name));
            page.line(format!("emails = [{}]", quoted(&who.email)));
            page.headline(PEOPLE_SPEAK);
            page.line("[roles]");
            page.line(format!("{ROLE} = {{ members = [\"{key}\"], quorum = 1 }}"));
            page.found(format!("you are `{key}`, the first of the {ROLE}: git knows you"));
        }
        None => {
            page.comment("not found: git does not know who you are.");
            page.comment("[people.your-name]");
            page.comment("name = \"…\"");
            page.comment("emails = [\"…\"]");
            page.headline(PEOPLE_SPEAK);
            page.line("[roles]");
            page.comment(&format!("{ROLE} = {{ members = [\"your-name\"], quorum = 1 }}"));
        }
    }
    for role in ROLES {
        page.comment(&format!("{role} = {{ members = [\"…\"], quorum = 1 }}"));
    }
    if !survey.teams.is_empty() {
        page.comment(&format!(
            "CODEOWNERS names these teams: {}",
            survey.teams.iter().take(8).cloned().collect::<Vec<_>>().join(", ")
        ));
    }
    page.ask(
        "roles",
        "who signs off for platform, qa, docs and product, and for a major release?",
        "add people and roles, and name the roles in the steps with `sign-off`",
    );
}

/// The person's key: their name in the letters of a name, else their mailbox, else `me`.
fn key_of(who: &Identity) -> String {
    let mailbox = who.email.split('@').next().unwrap_or_default();
    let slug = |text: &str| {
        let letters: String =
            text.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(40).collect();
        letters.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
    };
    let named = Some(slug(&who.name)).filter(|_| who.name.is_ascii());
    [named, Some(slug(mailbox))]
        .into_iter()
        .flatten()
        .find(|key| Word::new(key.as_str()).is_ok())
        .unwrap_or("me".to_owned())
}

/// `[targets]` and `[environments]`: only shown, since where things go cannot be found out.
pub(super) fn places(survey: &Survey, page: &mut Page) {
    let targets = super::package::targets(survey);
    if targets.is_empty() && survey.delivery.deployed_by.is_none() {
        return;
    }
    page.headline(
        "Where releases are published and deployed. No file says so: fill this in. A rehearsal needs none of it.",
    );
    for target in &targets {
        page.comment(&format!("[targets.{target}]"));
        place(target).iter().for_each(|line| page.comment(line));
    }
    if !targets.is_empty() {
        let names: Vec<String> = targets.iter().map(|target| (*target).to_owned()).collect();
        page.ask(
            "targets",
            format!("where do the targets lead: {}?", some(&names)),
            "take the # off `[targets.…]` and say where",
        );
    }
    if survey.delivery.deployed_by.is_some() {
        for environment in ["staging", "production"] {
            page.comment(&format!("[environments.{environment}]"));
            page.comment(&text("folder", &format!("../running/{environment}")));
            page.comment(&text("url", &format!("https://{environment}.example.org")));
        }
        page.ask(
            "environments",
            "where are `staging` and `production`?",
            "take the # off `[environments.…]` and say where",
        );
    }
}

/// Where a target usually is, and what proves who publishes.
fn place(target: &str) -> Vec<String> {
    match target {
        "pypi" => vec![text("url", "https://upload.pypi.org/legacy/"), text("token", "PYPI_TOKEN")],
        "npm" => vec![text("url", "https://registry.npmjs.org/"), text("token", "NPM_TOKEN")],
        "oci-image" => vec![text("url", "oci://docker.io"), texts("pointers", &["latest".to_owned()])],
        "helm-chart" => vec![text("url", "oci://ghcr.io/OWNER/charts")],
        _ => vec![text("folder", &format!("../published/{target}"))],
    }
}

/// `[kinds]`
pub(super) fn kinds(survey: &Survey, page: &mut Page) {
    let deploys = survey.delivery.deployed_by.is_some();
    let list = |phases: &[&str]| {
        let kept = phases.iter().filter(|phase| deploys || !matches!(**phase, "staging" | "production"));
        kept.map(|phase| quoted(phase)).collect::<Vec<_>>().join(", ")
    };
    let planned = list(&["prepare", "verify", "review", "package", "staging", "production", "close"]);
    let urgent = list(&["fix", "verify", "package", "staging", "production", "backmerge", "close"]);
    page.headline("The kinds of release, and the phases that each goes through, in order.");
    page.line("[kinds]");
    for kind in ["minor ", "patch ", "major "] {
        page.line(format!("{kind} = [{planned}]"));
    }
    page.line(format!("hotfix = [{urgent}]"));
}
