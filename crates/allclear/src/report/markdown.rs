//! The report as Markdown, for a ticket.

mod people;
mod results;
mod text;

use super::model::{Changes, Mark, Readiness, Report, Verdict};
use super::words::{count, steps_in_words, tests_in_words, time};
use text::{cell, code, commit, plain};

/// Renders a report as Markdown.
pub(crate) fn markdown(report: &Report) -> String {
    let mut parts = vec![
        format!("# {} {}: readiness report\n", plain(&report.project), report.version),
        verdict(&report.verdict),
        facts(report),
        changes(report),
        results::phases(&report.phases),
        people::gates(&report.gates),
        people::waivers(&report.waivers),
        people::repairs(&report.repairs),
        results::not_run(&report.not_run),
        results::artifacts(&report.artifacts),
        results::evidence(&report.phases),
        source(report),
    ];
    parts.retain(|part| !part.is_empty());
    parts.join("\n")
}

fn verdict(verdict: &Verdict) -> String {
    let sign = match verdict.state {
        Readiness::Ready | Readiness::Finished => "✓",
        Readiness::NotReady | Readiness::Aborted => "✗",
        Readiness::Releasing => "▸",
    };
    let mut text = format!("**{sign} {}**\n", plain(&verdict.sentence));
    for (at, missing) in verdict.missing.iter().enumerate() {
        let step = missing.step.as_ref().map_or(String::new(), |step| format!("{} ", code(step.as_str())));
        let gap = if at == 0 { "\n" } else { "" };
        text.push_str(&format!("{gap}- {step}{}\n", plain(&missing.what)));
    }
    text
}

fn facts(report: &Report) -> String {
    let mut rows = vec![("Kind", cell(report.kind.as_str()))];
    rows.push(("Candidate", report.candidate.as_ref().map_or("none yet".to_owned(), commit)));
    rows.extend(report.release_commit.as_ref().map(|id| ("Release commit", commit(id))));
    rows.extend(report.branch.as_ref().map(|branch| ("Branch", code(branch))));
    let last = report.last.as_ref();
    let follows = last.map(|last| format!("{} at {}", last.version, commit(&last.commit)));
    rows.push(("Follows", follows.unwrap_or_else(|| "nothing: it is the first release".to_owned())));
    let opening = &report.opening;
    let reason = opening.reason.as_ref().map_or(String::new(), |reason| format!(": {}", cell(reason)));
    rows.push(("Opened", format!("{} by {}{reason}", time(opening.at), cell(&opening.by))));
    rows.extend(opening.outside.as_ref().map(|outside| ("Outside its window", cell(outside))));
    rows.push(("Steps", steps_in_words(&report.totals)));
    rows.extend(report.totals.tests.as_ref().map(|tests| ("Tests", tests_in_words(tests))));
    let rows: String = rows.iter().map(|(name, value)| format!("| {name} | {value} |\n")).collect();
    format!("| | |\n|---|---|\n{rows}")
}

fn changes(report: &Report) -> String {
    let Changes { commits, highlights, groups, unknown } = &report.changes;
    let since = report.last.as_ref().map_or(String::new(), |last| format!(" since {}", last.version));
    let mut text = format!("## What changed{since}\n\n");
    if let Some(why) = unknown {
        text.push_str(&format!("{}\n", plain(why)));
        return text;
    }
    text.push_str(&format!("{}.\n", count(*commits, "commit")));
    let highlights = Some(("Highlights", highlights)).filter(|(_, items)| !items.is_empty());
    let groups = groups.iter().map(|group| (group.title.as_str(), &group.items));
    for (title, items) in highlights.into_iter().chain(groups) {
        text.push_str(&format!("\n### {}\n\n", plain(title)));
        for item in items {
            // Further lines stay in the item.
            text.push_str(&format!("- {}\n", item.trim().replace('\n', "\n  ")));
        }
    }
    text
}

fn source(report: &Report) -> String {
    let source = &report.source;
    let digest = source.digest.map_or(String::new(), |digest| format!(" (`sha256:{digest}`)"));
    format!(
        "---\n\nComputed at {} from event {} of the ledger {}{digest}, judged by the process that the trunk had at {} \
         (`sha256:{}`). `allclear audit` verifies all of it offline.\n",
        time(report.made_at),
        source.event,
        code(&source.branch),
        commit(&source.process_commit),
        source.process,
    )
}

/// The sign and the word of a mark.
fn sign(mark: Mark) -> &'static str {
    match mark {
        Mark::Passed => "✓ passed",
        Mark::Failed => "✗ failed",
        Mark::Errored => "! errored",
        Mark::Waived => "~ waived",
        Mark::Running => "▸ running",
        Mark::Ready => "· ready",
        Mark::Waiting => "? waiting",
        Mark::Later => "○ later",
        Mark::NotForThis => "– not for this",
    }
}
