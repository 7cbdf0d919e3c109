use std::collections::HashSet;
use std::ops::Range;

use super::outline::{Outline, is_blank};

/// The text without those items of a section that are word for word among `withdrawn`; a group that they leave empty goes
/// with them. None where there is nothing to take out.
pub(super) fn withdraw(outline: &Outline<'_>, body: Range<usize>, withdrawn: &[String]) -> Option<String> {
    let wanted: HashSet<&str> = withdrawn.iter().map(String::as_str).collect();
    let is_ours = |line: &str| {
        let bare = line.trim_start_matches(' ').strip_prefix(['-', '*', '+']).unwrap_or_default();
        bare.starts_with(' ') && wanted.contains(bare.trim())
    };
    let mut kept = Vec::new();
    let mut at = body.start;
    let mut is_changed = false;
    let mut lines = outline.text[body.clone()].split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        // An item that people have gone on with is theirs.
        let goes_on =
            lines.peek().is_some_and(|next| next.starts_with([' ', '\t']) && !is_blank(next) && !is_item(next));
        if is_ours(line) && !goes_on {
            is_changed = true;
        } else {
            kept.push((at, line));
        }
        at += line.len();
    }
    is_changed.then(|| {
        let text = outline.text;
        let rest: String = without_empty_groups(outline, &body, &kept).concat();
        format!("{}{rest}{}", &text[..body.start], &text[body.end..])
    })
}

fn is_item(line: &str) -> bool {
    line.trim_start().starts_with(['-', '*', '+'])
}

/// Leaves out a heading that had text below it and has none now.
fn without_empty_groups<'a>(outline: &Outline<'a>, body: &Range<usize>, kept: &[(usize, &'a str)]) -> Vec<&'a str> {
    let starts: HashSet<usize> = outline.headings.iter().map(|heading| heading.line).collect();
    let is_heading = |at: usize| starts.contains(&at);
    let is_emptied = |index: usize, at: usize, line: &str| {
        let next = kept[index + 1..].iter().find(|(at, line)| is_heading(*at) || !is_blank(line)).map(|(at, _)| *at);
        let had_text = || outline.text[at + line.len()..next.unwrap_or(body.end)].lines().any(|line| !is_blank(line));
        next.is_none_or(is_heading) && had_text()
    };
    let mut out = Vec::new();
    for (index, (at, line)) in kept.iter().enumerate() {
        if !(is_heading(*at) && is_emptied(index, *at, line)) {
            out.push(*line);
        }
    }
    out
}
