//! What people said: sign-offs, asked for and given, and waivers.

use super::escape::Page;
use super::sign;
use crate::report::model::{Gate, Given, Mark, Repair, Role, Waiver};
use crate::report::words::{any_of, class_in_words, count, is_yes};

pub(super) fn gates(page: &mut Page, gates: &[Gate]) {
    if gates.is_empty() {
        return;
    }
    page.raw("<section id=\"sign-offs\">\n<h2>Sign-offs</h2>\n");
    for gate in gates {
        let (sign, word, class) = sign(gate.mark);
        page.raw("<article class=\"gate ")
            .raw(class)
            .raw("\">\n<h3><span class=\"sign\" aria-hidden=\"true\">")
            .raw(sign);
        page.raw("</span> <code>").text(gate.step.as_str()).raw("</code> <small>").raw(word).raw("</small></h3>\n");
        page.raw("<ul class=\"roles\">\n");
        gate.roles.iter().for_each(|one| role(page, one));
        page.raw("</ul>\n");
        if !gate.given.is_empty() {
            page.raw("<ol class=\"given\">\n");
            gate.given.iter().for_each(|one| given(page, one));
            page.raw("</ol>\n");
        }
        page.raw("</article>\n");
    }
    page.raw("</section>\n");
}

fn role(page: &mut Page, role: &Role) {
    page.raw("<li class=\"").raw(if role.met { "good" } else { "now" }).raw("\">");
    page.raw(if role.met { "✓ " } else { "? " }).raw("<strong>").text(role.role.as_str()).raw("</strong> ");
    page.text(&format!("{} of {}", role.signed.len(), role.quorum));
    if !role.signed.is_empty() {
        page.raw(", signed by ").text(&role.signed.join(", "));
    }
    if !role.met {
        page.raw(", waits for ").text(&any_of(&role.waiting_for));
    }
    page.raw("</li>\n");
}

fn given(page: &mut Page, given: &Given) {
    let (sign, _, class) = sign(if is_yes(given.verdict) { Mark::Passed } else { Mark::Failed });
    page.raw("<li class=\"")
        .raw(if given.counts { class } else { "dim" })
        .raw("\">\n<p><span class=\"sign\">")
        .raw(sign);
    page.raw("</span> <strong>").text(&given.person).raw("</strong>");
    page.raw(if is_yes(given.verdict) { " says go for " } else { " says no-go for " });
    page.text(given.role.as_str()).raw(", on ").commit(&given.candidate).raw(" <span class=\"chip\">");
    page.raw(class_in_words(given.class)).raw("</span> ");
    match &given.why_not {
        None => page.raw("<span class=\"chip good\">counts</span>"),
        Some(why) => page.raw("<span class=\"chip warn\">does not count: ").text(why).raw("</span>"),
    };
    page.raw("</p>\n");
    if let Some(comment) = &given.comment {
        page.raw("<blockquote>").text(comment).raw("</blockquote>\n");
    }
    page.raw("<p class=\"fine\">").time(given.at).raw(" · <code class=\"digest\">").text(&given.path).raw("</code>");
    if let Some(artifacts) = &given.artifacts {
        page.raw(" · for the artifacts <code class=\"digest\">sha256:").text(&artifacts.to_string()).raw("</code>");
    }
    page.raw("</p>\n</li>\n");
}

pub(super) fn waivers(page: &mut Page, waivers: &[Waiver]) {
    if waivers.is_empty() {
        return;
    }
    page.raw("<section id=\"waivers\">\n<h2>Waivers <small>").text(&count(waivers.len(), "open waiver"));
    page.raw("</small></h2>\n<ul class=\"waivers\">\n");
    for waiver in waivers {
        page.raw("<li><code>").text(waiver.step.as_str()).raw("</code> need not pass: ").text(&waiver.reason);
        page.raw(" <span class=\"fine\">").text(&waiver.by).raw(", ").time(waiver.at).raw("</span></li>\n");
    }
    page.raw("</ul>\n</section>\n");
}

pub(super) fn repairs(page: &mut Page, repairs: &[Repair]) {
    if repairs.is_empty() {
        return;
    }
    page.raw("<section id=\"repairs\">\n<h2>Put back after it had gone</h2>\n<ul class=\"waivers\">\n");
    for repair in repairs {
        page.raw("<li><code>").text(repair.step.as_str()).raw("</code>: ").text(&repair.target);
        page.raw(" <span class=\"fine\">").text(&repair.by).raw(", ");
        match repair.at {
            Some(at) => page.time(at),
            None => page.raw("not known yet to be there again"),
        };
        page.raw("</span></li>\n");
    }
    page.raw("</ul>\n</section>\n");
}
