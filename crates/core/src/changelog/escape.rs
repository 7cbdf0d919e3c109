/// The most characters of a subject from outside that are shown.
const MAX_CHARS: usize = 200;

/// The most characters of a paragraph from outside that are shown.
const MAX_LONG: usize = 600;

/// Appends what [`escape`] makes of `text`. Most subjects need nothing, so they are looked at once and copied.
pub(super) fn escape_into(out: &mut String, text: &str) {
    if is_calm(text) { out.push_str(text) } else { out.push_str(&escape(text)) }
}

fn is_calm(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b" .,:;!?'\"/()=%@$^|{}-".contains(byte);
    bytes.len() <= MAX_CHARS
        && bytes.first().is_some_and(u8::is_ascii_alphabetic)
        && bytes.last().is_some_and(|byte| *byte != b' ')
        && bytes.iter().all(is_plain)
        && !text.contains("  ")
}

/// Turns text that anyone may have written into Markdown of one line that shows the same text and does nothing else.
///
/// Code in single backticks stays code if every backtick has its partner. Control characters and marks that reorder text
/// become spaces.
pub(super) fn escape(text: &str) -> String {
    escaped(text, MAX_CHARS)
}

/// The same for a paragraph, which may be longer.
pub(super) fn escape_long(text: &str) -> String {
    escaped(text, MAX_LONG)
}

/// The same for a text of whatever length, cut after `most` characters: for pages other than a changelog.
pub fn escaped(text: &str, most: usize) -> String {
    let text = shortened(&one_line(text, most), most);
    let has_code = text.matches('`').count().is_multiple_of(2) && !text.contains("``");
    let mut out = String::with_capacity(text.len());
    let mut in_code = false;
    let mut before = ' ';
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '`' if has_code => in_code = !in_code,
            _ if in_code => {}
            '\\' | '`' | '*' | '[' | ']' | '~' => out.push('\\'),
            '_' if !(before.is_alphanumeric() && chars.peek().is_some_and(|next| next.is_alphanumeric())) => {
                out.push('\\');
            }
            _ => {}
        }
        match c {
            '<' if !in_code => out.push_str("&lt;"),
            '&' if !in_code => out.push_str("&amp;"),
            _ => out.push(c),
        }
        before = c;
    }
    escape_front(out)
}

/// Nothing at the front may open a heading, a quote or another list.
fn escape_front(mut out: String) -> String {
    let digits = out.bytes().take_while(u8::is_ascii_digit).count();
    let numbered = digits > 0
        && out[digits..].starts_with(['.', ')'])
        && matches!(out.as_bytes().get(digits + 1), None | Some(b' '));
    if numbered {
        out.insert(digits, '\\');
    } else if out.starts_with(['#', '>', '+', '-']) {
        out.insert(0, '\\');
    }
    out
}

/// One line with single blanks, of a few characters more than are shown.
fn one_line(text: &str, most: usize) -> String {
    let mut line = String::new();
    for word in text.split(|c: char| c.is_whitespace() || is_unruly(c)).filter(|word| !word.is_empty()) {
        line.push_str(if line.is_empty() { "" } else { " " });
        line.push_str(word);
        if line.len() > 4 * (most + 1) {
            break;
        }
    }
    line
}

/// Control characters, line ends beyond ASCII, and the marks that can make text read other than it is (Unicode TR 36, 2.6).
fn is_unruly(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{feff}')
}

fn shortened(text: &str, most: usize) -> String {
    if text.len() <= most || text.chars().nth(most).is_none() {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most - 1).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_text_and_code_is_left() {
        for (text, shown) in [
            ("use `Vec<T>` & <b>", "use `Vec<T>` &amp; &lt;b>"),
            ("a ` b", "a \\` b"),
            ("a ``b`` <i>", "a \\`\\`b\\`\\` &lt;i>"),
            ("back\\`slash`", "back\\\\`slash`"),
            ("*a* [b](c) ![d](e) ~~f~~", "\\*a\\* \\[b\\](c) !\\[d\\](e) \\~\\~f\\~\\~"),
            ("__init__ snake_case _x_", "\\_\\_init\\_\\_ snake_case \\_x\\_"),
            ("# a", "\\# a"),
            ("- a", "\\- a"),
            ("> a", "\\> a"),
            ("1. a", "1\\. a"),
            ("12)", "12\\)"),
            ("1.4 a", "1.4 a"),
            (" a\u{1b}[31m\tb\r\n## c\u{202e} ", "a \\[31m b ## c"),
        ] {
            assert_eq!(escape(text), shown, "{text:?}");
        }
    }

    #[test]
    fn a_calm_text_is_copied_as_escaping_it_would() {
        for text in ["add exports", "Add (a) b: c-d", "x  y", " x", "x ", "1. x", "- x", "a_b", "ü", "", "a\nb"] {
            let mut copied = String::new();
            escape_into(&mut copied, text);
            assert_eq!(copied, escape(text), "{text:?}");
        }
    }

    #[test]
    fn a_long_text_is_cut_before_its_code_is_judged() {
        let shown = escape(&format!("`{}` <x>", "y".repeat(300)));
        assert_eq!(shown, format!("\\`{}…", "y".repeat(198)));
    }
}
