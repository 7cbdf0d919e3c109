//! Each step with its result, its tests, and the files that show it; what did not run; what was built.

use allclear_core::duration::for_people;
use allclear_core::event::Tests;

use super::escape::Page;
use super::sign;
use crate::report::model::{Artifact, File, Mark, NotRun, Phase, Picture, Receipt, Step};
use crate::report::words::{count, size, tests_in_words, unnamed};

pub(super) fn phases(page: &mut Page, phases: &[Phase]) {
    page.raw("<section id=\"results\">\n<h2>Results</h2>\n");
    for phase in phases {
        page.raw("<h3>").text(phase.name.as_str()).raw(" <small>");
        page.text(&format!("{} of {}", phase.done, phase.steps.len())).raw("</small></h3>\n<ul class=\"steps\">\n");
        phase.steps.iter().for_each(|one| step(page, one));
        page.raw("</ul>\n");
    }
    page.raw("</section>\n");
}

fn step(page: &mut Page, step: &Step) {
    let (sign, word, class) = sign(step.mark);
    page.raw("<li class=\"step ")
        .raw(class)
        .raw(if step.optional { " optional" } else { "" })
        .raw("\">\n<span class=\"sign\" title=\"")
        .raw(word)
        .raw("\">")
        .raw(sign);
    page.raw("</span>\n<div class=\"what\">\n<p class=\"line\"><strong>").text(step.id.step());
    page.raw("</strong> <span class=\"word\">").raw(word).raw("</span>");
    chips(page, step);
    match step.mark {
        // What has no result yet is known by its title alone.
        Mark::Later => page.raw(" <span class=\"said\">").said(&step.title).raw("</span></p>\n"),
        Mark::Ready | Mark::Running | Mark::Waived => {
            page.raw("</p>\n<p class=\"said\">").said(&step.title).raw(" — ").said(&step.said).raw("</p>\n")
        }
        _ => page.raw("</p>\n<p class=\"said\">").said(&step.said).raw("</p>\n"),
    };
    if let Some(tests) = &step.tests {
        failures(page, tests);
    }
    receipts(page, &step.receipts);
    pictures(page, &step.evidence);
    evidence(page, &step.evidence);
    page.raw("</div>\n<p class=\"meta\">");
    if let Some(ms) = step.duration_ms {
        page.raw("<span class=\"took\">").text(&for_people(ms)).raw("</span>");
    }
    if let Some(at) = step.at {
        page.raw("<span>").time(at).raw("</span>");
    }
    if let Some(by) = &step.by {
        page.raw("<span>").text(by).raw("</span>");
    }
    page.raw("</p>\n</li>\n");
}

/// What is worth knowing about a result at a glance.
fn chips(page: &mut Page, step: &Step) {
    if let Some(tests) = &step.tests {
        let class = if tests.failed > 0 { "bad" } else { "good" };
        page.raw(" <span class=\"chip ").raw(class).raw("\">").text(&tests_in_words(tests)).raw("</span>");
    }
    if step.flaky {
        page.raw(" <span class=\"chip warn\">flaky: passed at try ").text(&step.tries.to_string()).raw("</span>");
    }
    if let Some(from) = &step.carried_from {
        page.raw(" <span class=\"chip\">carried over from ").commit(from).raw("</span>");
    }
    if let Some(stale) = &step.stale {
        page.raw(" <span class=\"chip warn\">stale: its result was for ").commit(stale).raw("</span>");
    }
    if step.optional {
        page.raw(" <span class=\"chip\">optional</span>");
    }
    if step.attempts > 1 {
        page.raw(" <span class=\"chip\">").text(&count(step.attempts, "attempt")).raw("</span>");
    }
}

fn failures(page: &mut Page, tests: &Tests) {
    if tests.failures.is_empty() {
        return;
    }
    page.raw("<ul class=\"failures\">\n");
    for name in &tests.failures {
        page.raw("<li><code>").text(name).raw("</code></li>\n");
    }
    if let Some(more) = unnamed(tests) {
        page.raw("<li>").text(&more).raw("</li>\n");
    }
    page.raw("</ul>\n");
}

fn receipts(page: &mut Page, receipts: &[Receipt]) {
    if receipts.is_empty() {
        return;
    }
    page.raw("<ul class=\"receipts\">\n");
    for receipt in receipts {
        page.raw("<li><code>")
            .link(&receipt.target, receipt.place.as_deref())
            .raw("</code> is <code class=\"digest\">");
        page.text(&receipt.found).raw("</code></li>\n");
    }
    page.raw("</ul>\n");
}

fn pictures(page: &mut Page, files: &[File]) {
    let pictures: Vec<_> = files.iter().filter_map(|file| Some((file, file.picture.as_ref()?))).collect();
    if pictures.is_empty() {
        return;
    }
    page.raw("<div class=\"pictures\">\n");
    for (file, picture) in pictures {
        match picture {
            Picture::Shown { data } => {
                page.raw("<details class=\"picture\"><summary><img alt=\"").text(file.name.as_str()).raw("\" src=\"");
                page.text(data).raw("\"><span>").text(file.name.as_str()).raw("</span></summary></details>\n");
            }
            Picture::Named { why } => {
                page.raw("<p class=\"picture\"><span>").text(file.name.as_str()).raw("</span> ").text(&size(file.size));
                page.raw(": ").text(why).raw("</p>\n");
            }
        }
    }
    page.raw("</div>\n");
}

fn evidence(page: &mut Page, files: &[File]) {
    if files.is_empty() {
        return;
    }
    page.raw("<details class=\"evidence\"><summary>")
        .text(&count(files.len(), "file"))
        .raw(" of evidence</summary>\n<ul>\n");
    for file in files {
        page.raw("<li><code>").link(&file.path, file.url.as_deref()).raw("</code> <span class=\"size\">");
        page.text(&size(file.size)).raw(if file.whole { "" } else { ", head and tail in the ledger" });
        page.raw("</span> <code class=\"digest\">sha256:").text(&file.sha256.to_string()).raw("</code></li>\n");
    }
    page.raw("</ul></details>\n");
}

pub(super) fn not_run(page: &mut Page, reasons: &[NotRun]) {
    if reasons.is_empty() {
        return;
    }
    page.raw("<section id=\"not-run\">\n<h2>What did not run, and why</h2>\n<div class=\"scroll\"><table>\n");
    page.raw("<thead><tr><th>State</th><th>Steps</th><th>Why</th></tr></thead>\n<tbody>\n");
    for reason in reasons {
        let (sign, word, class) = sign(reason.mark);
        page.raw("<tr><td class=\"").raw(class).raw("\">").raw(sign).raw(" ").raw(word).raw("</td><td>");
        for step in &reason.steps {
            page.raw("<code>").text(step.as_str()).raw("</code> ");
        }
        page.raw("</td><td>").said(&reason.why).raw("</td></tr>\n");
    }
    page.raw("</tbody></table></div>\n</section>\n");
}

pub(super) fn artifacts(page: &mut Page, artifacts: &[Artifact]) {
    if artifacts.is_empty() {
        return;
    }
    page.raw("<section id=\"artifacts\">\n<h2>Artifacts <small>").text(&count(artifacts.len(), "file"));
    page.raw("</small></h2>\n<div class=\"scroll\"><table>\n");
    page.raw("<thead><tr><th>File</th><th>Size</th><th>SHA-256</th></tr></thead>\n<tbody>\n");
    for artifact in artifacts {
        page.raw("<tr><td><code>").text(artifact.path.as_str()).raw("</code></td><td class=\"size\">");
        page.text(&size(artifact.size)).raw("</td><td><code class=\"digest\">").text(&artifact.sha256.to_string());
        page.raw("</code></td></tr>\n");
    }
    page.raw("</tbody></table></div>\n</section>\n");
}
