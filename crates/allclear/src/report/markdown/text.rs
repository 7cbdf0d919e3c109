//! Text of anybody as Markdown that shows the same text and does nothing else.

use allclear_core::changelog::escaped;

use crate::report::model::Commit;

/// The most characters of a text that are shown: the longest comment has fewer, whatever is escaped in it.
const LONGEST: usize = 4_000;

/// Text on a line of its own, or in one.
pub(super) fn plain(text: &str) -> String {
    escaped(text, LONGEST)
}

/// Text in a table, where a bar would end its cell.
pub(super) fn cell(text: &str) -> String {
    plain(text).replace('|', "\\|")
}

/// Text as code, between more backticks than it has in a row.
pub(super) fn code(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let gap = if longest > 0 { " " } else { "" };
    format!("{fence}{gap}{text}{gap}{fence}").replace('|', "\\|")
}

/// Code, as a link where there is an address.
pub(super) fn linked(text: &str, url: Option<&str>) -> String {
    let is_web = |url: &&str| (url.starts_with("https://") || url.starts_with("http://")) && is_plain(url);
    match url.filter(is_web) {
        Some(url) => format!("[{}]({url})", code(text)),
        None => code(text),
    }
}

/// Whether an address has nothing that could end it.
fn is_plain(url: &str) -> bool {
    url.bytes().all(|byte| byte.is_ascii_graphic() && !b"()<>[]|\"'`\\".contains(&byte))
}

/// A commit by its short name, as a link where it has a page.
pub(super) fn commit(commit: &Commit) -> String {
    linked(commit.id.short(), commit.url.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_it_becomes_markup() {
        assert_eq!(plain("[x](javascript:y) <script> # a"), "\\[x\\](javascript:y) &lt;script> # a");
        assert_eq!(cell("a | b"), "a \\| b");
        assert_eq!(code("a ``b | c"), "``` a ``b \\| c ```");
        assert_eq!(linked("x", Some("javascript:y")), "`x`");
        assert_eq!(linked("x", Some("https://a.example/y")), "[`x`](https://a.example/y)");
        assert_eq!(linked("x", Some("https://a.example/y) [z](javascript:w")), "`x`");
    }
}
