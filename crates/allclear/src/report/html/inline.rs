//! The few marks of Markdown that changelog items have, as HTML; everything else is text.

use super::escape::{Page, is_web};

/// Adds an item of a changelog.
pub(super) fn markdown(page: &mut Page, text: &str) {
    spans(page, text, true);
}

fn spans(page: &mut Page, text: &str, links: bool) {
    let mut rest = text;
    let mut bold = false;
    while let Some(at) = rest.find(['\\', '`', '*', '[', '&', '\n']) {
        page.text(&rest[..at]);
        rest = &rest[at..];
        let taken = match rest.as_bytes()[0] {
            b'\\' => escaped(page, rest),
            b'`' => code(page, rest),
            b'&' => entity(page, rest),
            b'\n' => line_end(page, rest),
            b'[' if links => link(page, rest),
            b'*' if rest.starts_with("**") && (bold || rest[2..].contains("**")) => {
                page.raw(if bold { "</strong>" } else { "<strong>" });
                bold = !bold;
                2
            }
            _ => 0,
        };
        if taken == 0 {
            page.text(&rest[..1]);
        }
        rest = &rest[taken.max(1)..];
    }
    page.text(rest);
    if bold {
        page.raw("</strong>");
    }
}

fn escaped(page: &mut Page, rest: &str) -> usize {
    match rest.as_bytes().get(1) {
        Some(byte) if byte.is_ascii_punctuation() => {
            page.text(&rest[1..2]);
            2
        }
        _ => 0,
    }
}

fn code(page: &mut Page, rest: &str) -> usize {
    let ticks = rest.len() - rest.trim_start_matches('`').len();
    let Some(length) = rest[ticks..].find(&rest[..ticks]) else { return 0 };
    page.raw("<code>").text(rest[ticks..ticks + length].trim()).raw("</code>");
    2 * ticks + length
}

fn entity(page: &mut Page, rest: &str) -> usize {
    const KNOWN: [(&str, &str); 4] = [("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"), ("&quot;", "\"")];
    let Some((entity, text)) = KNOWN.iter().find(|(entity, _)| rest.starts_with(entity)) else { return 0 };
    page.text(text);
    entity.len()
}

/// An empty line parts paragraphs; any other line end is a space.
fn line_end(page: &mut Page, rest: &str) -> usize {
    let blank = rest.len() - rest.trim_start().len();
    page.raw(if rest[..blank].matches('\n').count() > 1 { "<br>" } else { " " });
    blank
}

/// A link to a page of the web; any other is not one.
fn link(page: &mut Page, rest: &str) -> usize {
    let Some(middle) = closing(rest).filter(|at| rest[at + 1..].starts_with('(')) else { return 0 };
    let Some(length) = rest[middle + 2..].find(')') else { return 0 };
    let url = &rest[middle + 2..middle + 2 + length];
    if !is_web(url) || url.contains(char::is_whitespace) {
        return 0;
    }
    page.raw("<a rel=\"noreferrer\" href=\"").text(url).raw("\">");
    spans(page, &rest[1..middle], false);
    page.raw("</a>");
    middle + 3 + length
}

/// Where the bracket closes that the text begins with.
fn closing(text: &str) -> Option<usize> {
    let mut before = b'[';
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b']' if before != b'\\' => return Some(at),
            b'[' if before != b'\\' => return None,
            _ => before = byte,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_few_and_everything_else_is_text() {
        for (text, shown) in [
            (
                "**web:** use `Vec<T>` ([#7](https://a.example/7))",
                "<strong>web:</strong> use <code>Vec&lt;T&gt;</code> (<a rel=\"noreferrer\" href=\"https://a.example/7\">#7</a>)",
            ),
            ("a \\[b\\](javascript:x) &lt;script>", "a [b](javascript:x) &lt;script&gt;"),
            ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
            (
                "[x](https://a.example/\"onload=\"b)",
                "<a rel=\"noreferrer\" href=\"https://a.example/&quot;onload=&quot;b\">x</a>",
            ),
            ("<img src=x onerror=y>", "&lt;img src=x onerror=y&gt;"),
            ("a ** b", "a ** b"),
            ("**a", "**a"),
            ("one\ntwo\n\nthree \\", "one two<br>three \\"),
            ("`a", "`a"),
            ("``a`b``", "<code>a`b</code>"),
            ("&copy; ü[ü", "&amp;copy; ü[ü"),
        ] {
            let mut page = Page::default();
            markdown(&mut page, text);
            assert_eq!(page.end(), shown, "{text:?}");
        }
    }
}
