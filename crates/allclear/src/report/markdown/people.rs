//! What people said: sign-offs, asked for and given, and waivers.

use super::sign;
use super::text::{code, commit, plain};
use crate::report::model::{Gate, Given, Repair, Role, Waiver};
use crate::report::words::{any_of, class_in_words, is_yes, time};

pub(super) fn gates(gates: &[Gate]) -> String {
    if gates.is_empty() {
        return String::new();
    }
    let mut text = "## Sign-offs\n".to_owned();
    for gate in gates {
        text.push_str(&format!("\n### {} {}\n\n", code(gate.step.as_str()), sign(gate.mark)));
        gate.roles.iter().for_each(|one| text.push_str(&role(one)));
        if !gate.given.is_empty() {
            text.push('\n');
        }
        gate.given.iter().for_each(|one| text.push_str(&given(one)));
    }
    text
}

fn role(role: &Role) -> String {
    let signed = match role.signed.as_slice() {
        [] => String::new(),
        signed => format!(", signed by {}", plain(&signed.join(", "))),
    };
    let waits = if role.met { String::new() } else { format!(", waits for {}", plain(&any_of(&role.waiting_for))) };
    let sign = if role.met { "✓" } else { "?" };
    format!("- {sign} **{}** {} of {}{signed}{waits}\n", role.role, role.signed.len(), role.quorum)
}

fn given(given: &Given) -> String {
    let (sign, word) = if is_yes(given.verdict) { ("✓", "go") } else { ("✗", "no-go") };
    let counts = match &given.why_not {
        None => "**counts**".to_owned(),
        Some(why) => format!("**does not count**: {}", plain(why)),
    };
    let artifacts = given.artifacts.map_or(String::new(), |digest| format!(", for the artifacts `sha256:{digest}`"));
    let comment = given.comment.as_ref().map_or(String::new(), |said| format!("\n  > {}", plain(said)));
    format!(
        "- {sign} {} says {word} for {} on {}{artifacts}; {}, {}; {counts}{comment}\n",
        plain(&given.person),
        given.role,
        commit(&given.candidate),
        class_in_words(given.class),
        time(given.at),
    )
}

pub(super) fn waivers(waivers: &[Waiver]) -> String {
    if waivers.is_empty() {
        return String::new();
    }
    let item = |one: &Waiver| {
        let (step, by) = (code(one.step.as_str()), plain(&one.by));
        format!("- {step} need not pass: {} ({by}, {})\n", plain(&one.reason), time(one.at))
    };
    format!("## Waivers\n\n{}", waivers.iter().map(item).collect::<String>())
}

pub(super) fn repairs(repairs: &[Repair]) -> String {
    if repairs.is_empty() {
        return String::new();
    }
    let item = |one: &Repair| {
        let when = one.at.map_or("not known yet to be there again".to_owned(), |at| time(at).to_string());
        format!("- {}: {} ({}, {when})\n", code(one.step.as_str()), plain(&one.target), plain(&one.by))
    };
    format!("## Put back after it had gone\n\n{}", repairs.iter().map(item).collect::<String>())
}
