use std::collections::BTreeMap;

/// The prefixes of tickets that are kept elsewhere, such as `PROJ`, and their addresses with `{issue}` in them.
pub type Trackers = BTreeMap<String, String>;

/// The most issues that one commit is taken to speak of.
pub(super) const MAX: usize = 12;

/// An issue or pull request as it is written: `#12`, `owner/name#12`, `PROJ-12`, or its address without the scheme.
pub(super) type Reference<'a> = &'a str;

/// Takes the numbers of pull requests off the end of a subject: `text (#11) (#12)` gives `text` and 12, the last of them.
pub(super) fn split_request(subject: &str) -> (&str, Option<u64>) {
    let mut rest = subject.trim_end();
    let mut request = None;
    while let Some(open) = rest.strip_suffix(')').and_then(|inner| inner.rfind('(')) {
        let inner = &rest[open + 1..rest.len() - 1];
        let Some(number) = inner.strip_prefix(['#', '!']).and_then(number) else { break };
        request = request.or(Some(number));
        rest = rest[..open].trim_end();
    }
    (rest, request)
}

/// A whole number that an issue can have.
pub(super) fn number(text: &str) -> Option<u64> {
    let is_number = (1..=9).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

/// The number that stands at the front of `text`.
pub(super) fn leading_number(text: &str) -> Option<u64> {
    number(&text[..text.bytes().take_while(u8::is_ascii_digit).count()])
}

/// The words that close an issue when they stand before its number.
const CLOSING: [&str; 9] = ["close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved"];

/// The issues that a line of a message closes: `Closes #12`, `fixes: GH-12, owner/name#13`, or by address.
pub(super) fn closed_by<'a>(line: &'a str, trackers: &Trackers, found: &mut Vec<Reference<'a>>) {
    let line = line.trim_start_matches(['-', '*', ' ']);
    let end = line.bytes().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(line.len());
    let (word, behind) = line.split_at(end);
    if !CLOSING.iter().any(|closing| closing.eq_ignore_ascii_case(word)) {
        return;
    }
    for word in behind.split([' ', ',', ';', ':', '\t']).take(4 * MAX) {
        let word = word.trim_end_matches('.').trim_matches(['(', ')', '[', ']']);
        if (is_address(word) || is_reference(word, trackers)) && !found.contains(&word) {
            found.push(word);
        }
        if found.len() >= MAX {
            return;
        }
    }
}

/// `//example.org/owner/name/issues/12`: the address of an issue, its scheme taken off.
fn is_address(word: &str) -> bool {
    word.starts_with("//") && word.rsplit_once("/issues/").is_some_and(|(_, digits)| number(digits).is_some())
}

fn is_reference(word: &str, trackers: &Trackers) -> bool {
    if let Some((owner, digits)) = word.split_once('#') {
        let is_path = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.".contains(&byte);
        return number(digits).is_some() && owner.bytes().all(is_path);
    }
    let Some((prefix, digits)) = word.rsplit_once('-') else { return false };
    number(digits).is_some() && (prefix.eq_ignore_ascii_case("gh") || trackers.contains_key(prefix))
}

/// The number of this project's own issue that a reference names: that of `#12`, `GH-12` and `12`.
pub(super) fn own_number(reference: &str) -> Option<u64> {
    let bare = reference.strip_prefix('#').or_else(|| strip_gh(reference)).unwrap_or(reference);
    number(bare)
}

fn strip_gh(text: &str) -> Option<&str> {
    let (prefix, digits) = text.split_once('-')?;
    prefix.eq_ignore_ascii_case("gh").then_some(digits)
}

/// A ticket such as `PROJ-12` of a known prefix that opens a subject, and the text behind it.
pub(super) fn split_ticket<'a>(subject: &'a str, trackers: &Trackers) -> (Option<&'a str>, &'a str) {
    let bare = subject.strip_prefix('[').unwrap_or(subject);
    let is_ticket = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let end = bare.bytes().position(|byte| !is_ticket(byte)).unwrap_or(bare.len());
    let behind = bare[end..].trim_start_matches([']', ':', ' ']);
    match bare[..end].rsplit_once('-') {
        Some((prefix, digits)) if !behind.is_empty() && number(digits).is_some() && trackers.contains_key(prefix) => {
            (Some(&bare[..end]), behind)
        }
        _ => (None, subject),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pull_request_stands_at_the_end_of_a_subject() {
        for (subject, expected) in [
            ("feat: x (#12)", ("feat: x", Some(12))),
            ("x (#11) (#12) ", ("x", Some(12))),
            ("x (!7)", ("x", Some(7))),
            ("x (y) (#12a)", ("x (y) (#12a)", None)),
            ("x (#12) y", ("x (#12) y", None)),
            ("(#12)", ("", Some(12))),
            ("x (#99999999999999999999)", ("x (#99999999999999999999)", None)),
        ] {
            assert_eq!(split_request(subject), expected, "{subject}");
        }
    }

    #[test]
    fn issues_are_closed_by_the_words_of_the_forges() {
        let closed = |line: &'static str| {
            let mut found = Vec::new();
            closed_by(line, &Trackers::from([("PROJ".to_owned(), String::new())]), &mut found);
            found
        };
        assert_eq!(closed("Closes #12, #13 and owner/name#14."), ["#12", "#13", "owner/name#14"]);
        assert_eq!(closed("- fixes: GH-12"), ["GH-12"]);
        assert_eq!(closed("Resolves PROJ-1 OTHER-2"), ["PROJ-1"]);
        assert_eq!(closed("Fixes https://example.org/a/b/issues/12"), ["//example.org/a/b/issues/12"]);
        assert_eq!(closed("fixing #12"), [""; 0]);
        assert_eq!(closed("see #12"), [""; 0]);
    }

    #[test]
    fn a_ticket_opens_a_subject_where_its_prefix_is_known() {
        let known = Trackers::from([("PROJ".to_owned(), String::new())]);
        assert_eq!(split_ticket("PROJ-12: x", &known), (Some("PROJ-12"), "x"));
        assert_eq!(split_ticket("[PROJ-12] x", &known), (Some("PROJ-12"), "x"));
        assert_eq!(split_ticket("UTF-8: x", &known), (None, "UTF-8: x"));
        assert_eq!(split_ticket("PROJ-12", &known), (None, "PROJ-12"));
    }
}
