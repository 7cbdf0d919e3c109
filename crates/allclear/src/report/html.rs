//! The report as one HTML page that needs nothing else: no scripts, no files, no network.

mod escape;
mod facts;
mod inline;
mod people;
mod results;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::model::{Changes, Mark, Readiness, Report, Verdict};
use super::words::count;
use escape::Page;

const STYLE: &str = include_str!("html/page.css");

/// Renders a report as a whole page.
pub(crate) fn html(report: &Report) -> String {
    let mut page = Page::default();
    head(&mut page, report);
    page.raw("<body>\n<main>\n");
    facts::top(&mut page, report);
    changes(&mut page, report);
    results::phases(&mut page, &report.phases);
    people::gates(&mut page, &report.gates);
    people::waivers(&mut page, &report.waivers);
    people::repairs(&mut page, &report.repairs);
    results::not_run(&mut page, &report.not_run);
    results::artifacts(&mut page, &report.artifacts);
    facts::source(&mut page, report);
    page.raw("</main>\n</body>\n</html>\n");
    page.end()
}

/// The policy lets a browser use this one style sheet and pictures of the page itself. Whatever else a text of somebody's might
/// smuggle in would neither run nor be fetched.
fn head(page: &mut Page, report: &Report) {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    page.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    page.raw(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'sha256-",
    );
    page.text(&style).raw("'; base-uri 'none'; form-action 'none'\">\n");
    page.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    page.raw("<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
    page.text(&report.project).raw(" ").text(&report.version.to_string()).raw(": ").text(&report.verdict.sentence);
    page.raw("</title>\n<style>").raw(STYLE).raw("</style>\n</head>\n");
}

fn changes(page: &mut Page, report: &Report) {
    let Changes { commits, highlights, groups, unknown } = &report.changes;
    page.raw("<section id=\"changes\">\n<h2>What changed");
    if let Some(last) = &report.last {
        page.raw(" since ").text(&last.version.to_string());
    }
    page.raw(" <small>").text(&count(*commits, "commit")).raw("</small></h2>\n");
    if let Some(why) = unknown {
        page.raw("<p class=\"note\">").text(why).raw("</p>\n");
    } else if groups.is_empty() {
        page.raw("<p class=\"note\">Nothing that users would see.</p>\n");
    }
    page.raw("<div class=\"changes\">\n");
    list(page, "Highlights", "highlights", highlights);
    for group in groups {
        list(page, &group.title, "group", &group.items);
    }
    page.raw("</div>\n</section>\n");
}

fn list(page: &mut Page, title: &str, class: &'static str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    page.raw("<div class=\"").raw(class).raw("\"><h3>").text(title).raw("</h3><ul>\n");
    for item in items {
        page.raw("<li>");
        inline::markdown(page, item);
        page.raw("</li>\n");
    }
    page.raw("</ul></div>\n");
}

/// The sign, the word and the class of a mark: colour is never the only sign.
fn sign(mark: Mark) -> (&'static str, &'static str, &'static str) {
    match mark {
        Mark::Passed => ("✓", "passed", "good"),
        Mark::Failed => ("✗", "failed", "bad"),
        Mark::Errored => ("!", "errored", "warn"),
        Mark::Waived => ("~", "waived", "warn"),
        Mark::Running => ("▸", "running", "now"),
        Mark::Ready => ("·", "ready", "now"),
        Mark::Waiting => ("?", "waiting", "now"),
        Mark::Later => ("○", "later", "dim"),
        Mark::NotForThis => ("–", "not for this", "dim"),
    }
}

fn verdict_sign(verdict: &Verdict) -> (&'static str, &'static str) {
    match verdict.state {
        Readiness::Ready | Readiness::Finished => ("✓", "good"),
        Readiness::Releasing if verdict.failed => ("✗", "bad"),
        Readiness::Releasing => ("▸", "now"),
        Readiness::NotReady if !verdict.failed => ("✗", "warn"),
        Readiness::NotReady | Readiness::Aborted => ("✗", "bad"),
    }
}
