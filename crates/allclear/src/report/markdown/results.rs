//! Each step with its result, what did not run, what was built, and the files that show it.

use allclear_core::duration::for_people;

use super::sign;
use super::text::{cell, code, commit, linked, plain};
use crate::report::model::{Artifact, Mark, NotRun, Phase, Picture, Step};
use crate::report::words::{count, size, tests_in_words, time, unnamed};

pub(super) fn phases(phases: &[Phase]) -> String {
    let mut text = "## Results\n".to_owned();
    for phase in phases {
        text.push_str(&format!("\n### {} {} of {}\n\n", phase.name, phase.done, phase.steps.len()));
        text.push_str("| step | result | found | took | when | by |\n|---|---|---|---|---|---|\n");
        phase.steps.iter().for_each(|one| text.push_str(&step(one)));
        let failed: String = phase.steps.iter().map(failures).collect();
        if !failed.is_empty() {
            text.push_str(&format!("\nFailed tests:\n\n{failed}"));
        }
    }
    text
}

fn step(step: &Step) -> String {
    let found = match step.mark {
        // What has no result yet is known by its title alone.
        Mark::Later => cell(&step.title),
        Mark::Ready | Mark::Running | Mark::Waived => {
            format!("{} — {}", cell(&step.title), cell(&step.said))
        }
        _ => cell(&step.said),
    };
    let found: Vec<_> = std::iter::once(found).chain(remarks(step)).collect();
    let took = step.duration_ms.map_or(String::new(), for_people);
    let (at, by) = (step.at.map_or(String::new(), time), step.by.as_deref().map_or(String::new(), cell));
    let name = code(step.id.step());
    format!("| {name} | {} | {} | {took} | {at} | {by} |\n", sign(step.mark), found.join("; "))
}

/// What is worth knowing about a result beside what was found.
fn remarks(step: &Step) -> Vec<String> {
    let mut remarks = Vec::new();
    remarks.extend(step.tests.as_ref().map(|tests| format!("tests: {}", tests_in_words(tests))));
    if step.flaky {
        remarks.push(format!("**flaky**: passed at try {}", step.tries));
    }
    remarks.extend(step.carried_from.as_ref().map(|from| format!("**carried over** from {}", commit(from))));
    remarks.extend(step.stale.as_ref().map(|stale| format!("**stale**: its result was for {}", commit(stale))));
    if step.optional {
        remarks.push("optional".to_owned());
    }
    if step.attempts > 1 {
        remarks.push(count(step.attempts, "attempt"));
    }
    let receipt = |receipt: &crate::report::model::Receipt| {
        format!("{} is {}", linked(&receipt.target, receipt.place.as_deref()), code(&receipt.found))
    };
    remarks.extend(step.receipts.iter().map(receipt));
    remarks
}

fn failures(step: &Step) -> String {
    let Some(tests) = &step.tests else { return String::new() };
    let named = tests.failures.iter().map(|name| format!("- {}: {}\n", code(step.id.as_str()), plain(name)));
    let more = unnamed(tests).map(|more| format!("- {}: {more}\n", code(step.id.as_str())));
    named.chain(more).collect()
}

pub(super) fn not_run(reasons: &[NotRun]) -> String {
    if reasons.is_empty() {
        return String::new();
    }
    let row = |reason: &NotRun| {
        let steps: Vec<_> = reason.steps.iter().map(|step| code(step.as_str())).collect();
        format!("| {} | {} | {} |\n", sign(reason.mark), steps.join(" "), cell(&reason.why))
    };
    let rows: String = reasons.iter().map(row).collect();
    format!("## What did not run, and why\n\n| state | steps | why |\n|---|---|---|\n{rows}")
}

pub(super) fn artifacts(artifacts: &[Artifact]) -> String {
    if artifacts.is_empty() {
        return String::new();
    }
    let row = |one: &Artifact| format!("| {} | {} | `{}` |\n", code(one.path.as_str()), size(one.size), one.sha256);
    let rows: String = artifacts.iter().map(row).collect();
    format!("## Artifacts\n\n| file | size | SHA-256 |\n|---|---|---|\n{rows}")
}

pub(super) fn evidence(phases: &[Phase]) -> String {
    let files = phases.iter().flat_map(|phase| &phase.steps).flat_map(|step| &step.evidence);
    let rows: String = files
        .map(|file| {
            let whole = if file.whole { "" } else { ", head and tail in the ledger" };
            // A picture stands in the HTML form; here it is named like any file.
            let picture = file.picture.as_ref().map_or("", |picture| match picture {
                Picture::Shown { .. } | Picture::Named { .. } => ", a picture",
            });
            let path = linked(&file.path, file.url.as_deref());
            format!("| {path} | {}{whole}{picture} | `{}` |\n", size(file.size), file.sha256)
        })
        .collect();
    if rows.is_empty() {
        return rows;
    }
    format!("## Evidence\n\nPaths in the ledger’s branch.\n\n| file | size | SHA-256 |\n|---|---|---|\n{rows}")
}
