use super::headline::Headline;
use super::reference::{self, Reference, Trackers};

/// What the lines below a subject say to a changelog.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Body<'a> {
    /// The note of a breaking change, its first paragraph; empty where the footer has no text.
    pub(super) breaking: Option<&'a str>,
    /// The text of a footer `Highlight:`.
    pub(super) highlight: Option<&'a str>,
    /// Issues that are closed.
    pub(super) closes: Vec<Reference<'a>>,
    /// Those who wrote it too, as `Name <email>`.
    pub(super) authors: Vec<&'a str>,
}

/// The most authors of one commit that are credited.
const MAX_AUTHORS: usize = 50;

impl<'a> Body<'a> {
    /// Reads the lines once.
    ///
    /// A squashed branch lists its commits as `* feat: …`. What stands between them are the words of those commits and no
    /// footers of this one, so whatever was found before another item of such a list does not count.
    pub(super) fn of(text: &'a str, trackers: &Trackers) -> Self {
        let mut body = Self::default();
        if !may_speak(text) && trackers.is_empty() {
            return body;
        }
        let is_list = text.trim_start().starts_with("* ");
        let (mut at, mut is_fenced) = (0, false);
        for line in text.split_inclusive('\n') {
            at += line.len();
            match line.as_bytes()[0] {
                b'`' if line.starts_with("```") => is_fenced = !is_fenced,
                _ if is_fenced => {}
                b'*' if is_list || is_commit(line) => (body.breaking, body.highlight) = (None, None),
                b'B' if body.breaking.is_none() => {
                    body.breaking = breaking(line).map(|first| note(text, at, first)).filter(|note| !is_nothing(note));
                }
                b'H' => body.highlight = line.strip_prefix("Highlight: ").map(str::trim).or(body.highlight),
                b'C' | b'c' if body.authors.len() < MAX_AUTHORS && is_co_author(line) => {
                    body.authors.extend(line.split_once(':').map(|(_, who)| who.trim()));
                }
                b'C' | b'c' | b'F' | b'f' | b'R' | b'r' | b'-' | b' ' => {
                    reference::closed_by(line.trim_end(), trackers, &mut body.closes);
                }
                _ => {}
            }
        }
        body
    }
}

/// A look at the whole is quicker than one at each line, and most bodies say nothing to a changelog.
fn may_speak(text: &str) -> bool {
    !text.is_empty()
        && (text.contains('#')
            || ["BREAKING", "Highlight: ", "/issues/", "uthored-", "UTHORED-", "GH-", "gh-"]
                .iter()
                .any(|word| text.contains(word)))
}

fn is_commit(line: &str) -> bool {
    let item = line.strip_prefix("* ").and_then(|item| Headline::of(item.trim()));
    item.is_some_and(|headline| headline.is_conventional())
}

/// The text behind the token of a breaking change (Conventional Commits 1.0, items 12 and 16).
fn breaking(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("BREAKING")?.strip_prefix([' ', '-'])?.strip_prefix("CHANGE")?;
    rest.strip_prefix('S').unwrap_or(rest).strip_prefix(": ").or_else(|| rest.trim_end().strip_suffix(':'))
}

/// The rest of the token's line and the lines below it, up to a blank one or another footer. A token that stands alone
/// speaks of the paragraph below it.
fn note<'a>(text: &'a str, at: usize, first: &'a str) -> &'a str {
    let from = at - first.len();
    let has_text = !first.trim().is_empty();
    let skipped = if has_text { 0 } else { text[at..].len() - text[at..].trim_start().len() };
    let start = if has_text { from } else { at + skipped };
    let mut end = if has_text { at } else { start };
    for line in text[end..].split_inclusive('\n') {
        if line.trim().is_empty() || is_footer(line) {
            break;
        }
        end += line.len();
    }
    text[start..end].trim()
}

/// Whether a line begins a footer such as `Reviewed-by: …` or `Closes #12`; a sentence with a colon is none.
fn is_footer(line: &str) -> bool {
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let end = line.bytes().take_while(|byte| is_token(byte)).count();
    let (token, behind) = line.split_at(end);
    let known = ["closes", "fixes", "resolves", "refs", "highlight", "close", "fix"];
    (behind.starts_with(": ") || behind.starts_with(" #"))
        && (token.contains('-') || known.iter().any(|known| known.eq_ignore_ascii_case(token)))
        || line.starts_with("---")
}

fn is_co_author(line: &str) -> bool {
    line.get(..15).is_some_and(|token| token.eq_ignore_ascii_case("co-authored-by:"))
}

/// A template that was left as it is.
fn is_nothing(note: &str) -> bool {
    ["none", "no", "n/a", "-", "none."].iter().any(|nothing| nothing.eq_ignore_ascii_case(note))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaking(text: &str) -> Option<&str> {
        Body::of(text, &Trackers::new()).breaking
    }

    #[test]
    fn the_note_of_a_breaking_change_is_its_paragraph() {
        for (text, expected) in [
            ("BREAKING CHANGE: x", Some("x")),
            ("why\n\nBREAKING-CHANGE: x\ny\n\nz\n", Some("x\ny")),
            ("BREAKING CHANGE:\n\nx\r\n", Some("x")),
            ("BREAKING CHANGE: x\nCloses #12\n", Some("x")),
            ("BREAKING CHANGE: x\nReviewed-by: Ana\n", Some("x")),
            ("BREAKING CHANGE: x\nNote: y\n", Some("x\nNote: y")),
            ("BREAKING CHANGE: these\n\n* a\n* b", Some("these")),
            ("BREAKING CHANGE: none", None),
            ("BREAKING CHANGE x", None),
            ("breaking change: x", None),
            ("```\nBREAKING CHANGE: x\n```", None),
            ("text BREAKING CHANGE: x", None),
        ] {
            assert_eq!(breaking(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_list_of_squashed_commits_smuggles_nothing_in() {
        let squashed = "* feat: a\n\nBREAKING CHANGE: a\n\n* fix!: b\n\nHighlight: b\n\n* chore: c\n\n---------\n\n\
                        co-authored-by: Ana <ana@example.org>\n";
        let body = Body::of(squashed, &Trackers::new());
        assert_eq!((body.breaking, body.highlight), (None, None));
        assert_eq!(body.authors, ["Ana <ana@example.org>"]);
        assert_eq!(breaking("text\n\nBREAKING CHANGE: a\n\n* feat: b\n"), None);
        assert_eq!(breaking("* a\n* b\n\nBREAKING CHANGE: c\n"), Some("c"));
    }

    #[test]
    fn a_very_long_body_is_read_once() {
        let item = "* feat(a): something\n\nBREAKING CHANGE: x\nCloses #1\nCo-authored-by: A <a@example.org>\n\n";
        let body = item.repeat(50_000) + "BREAKING CHANGE: the last";
        let read = Body::of(&body, &Trackers::new());
        assert_eq!((read.breaking, read.closes.len(), read.authors.len()), (Some("x"), 1, MAX_AUTHORS));
    }
}
