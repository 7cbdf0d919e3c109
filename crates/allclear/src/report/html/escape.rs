//! A page under construction, to which text can only be added escaped.

use jiff::Timestamp;

use crate::report::model::Commit;
use crate::report::words::time;

/// HTML that grows.
#[derive(Default)]
pub(super) struct Page(String);

impl Page {
    /// Adds markup of the program itself: nothing that was read can become `'static`.
    pub(super) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Adds text of anybody, as text between tags or in a quoted attribute. Control characters, and marks that make text read other
    /// than it is (Unicode TR 36), become spaces.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '\n' => self.0.push('\n'),
                c if c.is_control() => self.0.push(' '),
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' => self.0.push(' '),
                c => self.0.push(c),
            }
        }
        self
    }

    /// Adds text, as a link where there is an address that a browser may follow.
    pub(super) fn link(&mut self, text: &str, url: Option<&str>) -> &mut Self {
        match url.filter(|url| is_web(url)) {
            Some(url) => self.raw("<a rel=\"noreferrer\" href=\"").text(url).raw("\">").text(text).raw("</a>"),
            None => self.text(text),
        }
    }

    /// Adds a commit by its short name, as a link where it has a page.
    pub(super) fn commit(&mut self, commit: &Commit) -> &mut Self {
        self.raw("<code title=\"").text(commit.id.as_str()).raw("\">");
        self.link(commit.id.short(), commit.url.as_deref()).raw("</code>")
    }

    /// Adds a moment.
    pub(super) fn time(&mut self, at: Timestamp) -> &mut Self {
        self.raw("<time datetime=\"").text(&at.to_string()).raw("\">").text(&time(at)).raw("</time>")
    }

    /// Adds text in which `code` stands between backticks, as summaries have it.
    pub(super) fn said(&mut self, text: &str) -> &mut Self {
        let mut parts = text.split('`').peekable();
        let mut code = false;
        while let Some(part) = parts.next() {
            match (code, parts.peek()) {
                (true, Some(_)) => self.raw("<code>").text(part).raw("</code>"),
                // A backtick without its partner is one.
                (true, None) => self.raw("`").text(part),
                (false, _) => self.text(part),
            };
            code = !code;
        }
        self
    }

    /// The whole page.
    pub(super) fn end(self) -> String {
        self.0
    }
}

/// Whether an address leads to a page of the web, and does nothing else.
pub(super) fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(make: impl FnOnce(&mut Page)) -> String {
        let mut page = Page::default();
        make(&mut page);
        page.end()
    }

    #[test]
    fn text_stays_text() {
        let text = made(|page| {
            page.text("<script>alert('x')</script>\u{202e}\u{1b}[2J &amp; \"");
        });
        assert_eq!(text, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;  [2J &amp;amp; &quot;");
    }

    #[test]
    fn only_pages_of_the_web_become_links() {
        assert_eq!(
            made(|page| {
                page.link("x", Some("javascript:alert(1)"));
            }),
            "x"
        );
        assert_eq!(
            made(|page| {
                page.link("x", Some("data:text/html,x"));
            }),
            "x"
        );
        assert_eq!(
            made(|page| {
                page.link("x", Some("https://a.example/\"><b>"));
            }),
            "<a rel=\"noreferrer\" href=\"https://a.example/&quot;&gt;&lt;b&gt;\">x</a>"
        );
    }

    #[test]
    fn code_stands_between_backticks() {
        assert_eq!(
            made(|page| {
                page.said("`a <b>`: c ` d");
            }),
            "<code>a &lt;b&gt;</code>: c ` d"
        );
    }
}
