//! The top of the page, which answers whether the release is ready, and the bottom, which says where that comes from.

use allclear_core::digest::Digest;

use super::escape::Page;
use super::{sign, verdict_sign};
use crate::report::model::{Phase, Report, Verdict};
use crate::report::words::{steps_in_words, tests_in_words};

pub(super) fn top(page: &mut Page, report: &Report) {
    page.raw("<header>\n<p class=\"eyebrow\">Readiness report · ").text(report.kind.as_str()).raw(" release</p>\n<h1>");
    page.text(&report.project).raw(" <span class=\"version\">").text(&report.version.to_string()).raw("</span></h1>\n");
    verdict(page, &report.verdict);
    track(page, &report.phases);
    facts(page, report);
    if let Some(outside) = &report.opening.outside {
        let reason = report.opening.reason.as_deref().unwrap_or_default();
        page.raw("<p class=\"note override\"><strong>Opened outside its window.</strong> ").text(outside);
        page.raw(". The reason given: ").text(reason).raw("</p>\n");
    }
    page.raw("</header>\n");
}

fn verdict(page: &mut Page, verdict: &Verdict) {
    let (sign, class) = verdict_sign(verdict);
    page.raw("<div class=\"verdict ").raw(class).raw("\">\n<span class=\"sign\" aria-hidden=\"true\">").raw(sign);
    page.raw("</span>\n<div><p class=\"sentence\">").said(&verdict.sentence).raw("</p>\n");
    if !verdict.missing.is_empty() {
        page.raw("<ul>\n");
        for missing in &verdict.missing {
            page.raw("<li>");
            if let Some(step) = &missing.step {
                page.raw("<code>").text(step.as_str()).raw("</code> ");
            }
            page.said(&missing.what).raw("</li>\n");
        }
        page.raw("</ul>\n");
    }
    page.raw("</div>\n</div>\n");
}

/// The phases in one line, as the board has them.
fn track(page: &mut Page, phases: &[Phase]) {
    page.raw("<ol class=\"track\" aria-label=\"Phases\">\n");
    for phase in phases {
        let (sign, _, class) = sign(phase.mark);
        page.raw("<li class=\"")
            .raw(class)
            .raw("\"><span class=\"name\">")
            .raw(sign)
            .raw(" ")
            .text(phase.name.as_str());
        page.raw("</span> <span class=\"count\">").text(&format!("{}/{}", phase.done, phase.steps.len()));
        page.raw("</span></li>\n");
    }
    page.raw("</ol>\n");
}

fn facts(page: &mut Page, report: &Report) {
    page.raw("<dl class=\"facts\">\n");
    fact(page, "Candidate", |page| match &report.candidate {
        Some(commit) => {
            page.commit(commit);
        }
        None => {
            page.raw("none yet");
        }
    });
    if let Some(commit) = &report.release_commit {
        fact(page, "Release commit", |page| {
            page.commit(commit);
        });
    }
    if let Some(branch) = &report.branch {
        fact(page, "Branch", |page| {
            page.raw("<code>").text(branch).raw("</code>");
        });
    }
    fact(page, "Follows", |page| match &report.last {
        Some(last) => {
            page.text(&last.version.to_string()).raw(" at ").commit(&last.commit);
        }
        None => {
            page.raw("nothing: it is the first release");
        }
    });
    fact(page, "Opened", |page| {
        page.time(report.opening.at).raw(" by ").text(&report.opening.by);
        if let (Some(reason), None) = (&report.opening.reason, &report.opening.outside) {
            page.raw(": ").text(reason);
        }
    });
    fact(page, "Steps", |page| {
        page.text(&steps_in_words(&report.totals));
    });
    if let Some(tests) = &report.totals.tests {
        fact(page, "Tests", |page| {
            page.text(&tests_in_words(tests));
        });
    }
    page.raw("</dl>\n");
}

fn fact(page: &mut Page, name: &'static str, value: impl FnOnce(&mut Page)) {
    page.raw("<div><dt>").raw(name).raw("</dt><dd>");
    value(page);
    page.raw("</dd></div>\n");
}

/// Where the report comes from, so that anybody can compute it again.
pub(super) fn source(page: &mut Page, report: &Report) {
    let source = &report.source;
    page.raw("<footer>\n<p>Computed at ").time(report.made_at).raw(" from event ").text(&source.event.to_string());
    page.raw(" of the ledger <code>").text(&source.branch).raw("</code>");
    digest(page, source.digest.as_ref());
    page.raw(", judged by the process that the trunk had at ").commit(&source.process_commit);
    digest(page, Some(&source.process));
    page.raw(". Files of evidence are named by their path in the ledger’s branch. ");
    page.raw("<code>allclear audit</code> verifies all of it offline.</p>\n</footer>\n");
}

fn digest(page: &mut Page, digest: Option<&Digest>) {
    if let Some(digest) = digest {
        page.raw(" <code class=\"digest\">sha256:").text(&digest.to_string()).raw("</code>");
    }
}
