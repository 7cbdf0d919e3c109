use std::ops::Range;

use super::name::Name;

pub(super) const BOM: char = '\u{feff}';

/// Says whether the changelog has an entry for `version`; a leading `v` makes no difference.
pub fn has_entry(text: &str, version: &str) -> bool {
    entry_of(text, version).is_some()
}

/// Returns what the changelog says about `version`: the text below its heading, without the blank lines around it.
pub fn entry_of<'a>(text: &'a str, version: &str) -> Option<&'a str> {
    let wanted = version.strip_prefix(['v', 'V']).unwrap_or(version);
    let sections = Outline::of(text).sections();
    let section = sections.into_iter().find(|section| section.name == Name::Version(wanted))?;
    Some(&text[without_blank_lines(text, section.body)])
}

/// Returns what stands under `Unreleased`, or where a version is announced that is not released, without the blank lines
/// around it; empty where there is no such section.
pub fn unreleased(text: &str) -> &str {
    let mut sections = Outline::of(text).sections().into_iter();
    let section = sections.find(|section| matches!(section.name, Name::Unreleased | Name::Pending(_)));
    section.map_or("", |section| &text[without_blank_lines(text, section.body)])
}

/// The headings of a Markdown text that a reader sees as headings.
pub(super) struct Outline<'a> {
    pub(super) text: &'a str,
    pub(super) headings: Vec<Heading<'a>>,
    /// Where the link definitions that close the file begin, or the end of the file.
    pub(super) end: usize,
    /// The line, counted from one, of a code fence or comment that is never closed.
    pub(super) unclosed: Option<usize>,
}

/// A heading at the left margin. An indented one mostly belongs to a list.
#[derive(Clone, Copy)]
pub(super) struct Heading<'a> {
    pub(super) level: usize,
    pub(super) title: &'a str,
    /// The byte at which it begins; that of the anchor above it if it has one.
    pub(super) start: usize,
    /// The byte at which its title line begins.
    pub(super) line: usize,
    /// The byte behind its line end.
    pub(super) end: usize,
    /// The line of `=` or `-` below the title, where it is not of the `#` form.
    pub(super) underline: Option<&'a str>,
}

pub(super) struct Section<'a> {
    pub(super) name: Name<'a>,
    pub(super) heading: Heading<'a>,
    pub(super) body: Range<usize>,
}

impl<'a> Outline<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let mut outline = Self { text, headings: Vec::new(), end: text.len(), unclosed: None };
        let mut hidden: Option<(Hidden, usize)> = None;
        let mut definitions = None;
        let mut at = front_matter_end(text);
        let mut above = Above::default();
        for raw in text[at..].split_inclusive('\n') {
            let line = raw.trim_end_matches(['\n', '\r']);
            let was_hidden = hidden.is_some();
            hidden = match hidden {
                Some((what, _)) if what.is_closed_by(line) => None,
                None => Hidden::opened_by(line).map(|what| (what, at)),
                still => still,
            };
            let visible = !was_hidden && hidden.is_none();
            let heading = if visible { Heading::of(line, at..at + raw.len(), &above) } else { None };
            outline.headings.extend(heading);
            above = above.then(line, at, visible && heading.is_none());
            if visible && is_definition(line) {
                definitions.get_or_insert(at);
            } else if !is_blank(line) {
                definitions = None;
            }
            at += raw.len();
        }
        outline.end = definitions.unwrap_or(text.len());
        outline.unclosed = hidden.map(|(_, at)| 1 + text[..at].matches('\n').count());
        outline
    }

    /// The parts under versions and under the headings of the first two levels; a part ends where the next version, or its own
    /// level, begins.
    pub(super) fn sections(&self) -> Vec<Section<'a>> {
        let named = self.headings.iter().map(|heading| (heading, Name::of(heading)));
        let major: Vec<_> = named.filter(|(heading, name)| heading.level <= 2 || *name != Name::Other).collect();
        let section = |(index, (heading, name)): (usize, &(&Heading<'a>, Name<'a>))| {
            let ends = |next: &&(&Heading<'a>, Name<'a>)| next.0.level <= heading.level || next.1 != Name::Other;
            let end = major[index + 1..].iter().find(ends).map_or(self.end, |next| next.0.start);
            Section { name: *name, heading: **heading, body: heading.end..end.max(heading.end) }
        };
        major.iter().enumerate().map(section).collect()
    }
}

/// What stands above a line, as far as it matters to a heading.
#[derive(Clone, Copy, Default)]
struct Above<'a> {
    /// A paragraph that has one line so far: `=` or `-` below make it a heading.
    paragraph: Option<(usize, &'a str)>,
    /// Whether the line above goes on with a paragraph.
    is_text: bool,
    /// Where an anchor begins that nothing but blank lines follow.
    anchor: Option<usize>,
}

impl<'a> Above<'a> {
    fn then(self, line: &'a str, at: usize, is_text: bool) -> Self {
        if is_blank(line) {
            return Self { anchor: self.anchor, ..Self::default() };
        }
        if !is_text {
            return Self::default();
        }
        let is_anchor =
            ["<a name=", "<a id="].iter().any(|tag| line.starts_with(tag)) && line.trim_end().ends_with("</a>");
        if is_anchor {
            return Self { anchor: Some(at), ..Self::default() };
        }
        let starts = !self.is_text && !line.starts_with([' ', '\t', '-', '*', '+', '>', '|', '<']);
        Self { paragraph: starts.then_some((at, line)), is_text: true, anchor: self.anchor.filter(|_| starts) }
    }
}

impl<'a> Heading<'a> {
    fn of(line: &'a str, span: Range<usize>, above: &Above<'a>) -> Option<Self> {
        let title = line.trim_start_matches('#');
        let level = line.len() - title.len();
        let is_heading = (1..=6).contains(&level) && (title.is_empty() || title.starts_with([' ', '\t']));
        if is_heading {
            let title = title.trim().trim_end_matches('#').trim_end();
            let start = above.anchor.filter(|_| above.paragraph.is_none()).unwrap_or(span.start);
            return Some(Self { level, title, start, line: span.start, end: span.end, underline: None });
        }
        let (at, title) = above.paragraph?;
        let bare = line.trim_end();
        let level = match bare.as_bytes() {
            [b'=', b'=', rest @ ..] if rest.iter().all(|byte| *byte == b'=') => 1,
            [b'-', b'-', b'-', rest @ ..] if rest.iter().all(|byte| *byte == b'-') => 2,
            _ => return None,
        };
        let start = above.anchor.unwrap_or(at);
        Some(Self { level, title: title.trim(), start, line: at, end: span.end, underline: Some(bare) })
    }
}

/// A stretch of lines in which nothing is a heading (CommonMark 0.31, sections 4.5 and 4.6).
#[derive(Clone, Copy)]
enum Hidden {
    Comment,
    Fence { mark: char, length: usize },
}

impl Hidden {
    fn opened_by(line: &str) -> Option<Self> {
        let line = unindented(line)?;
        if line.starts_with("<!--") && !line.contains("-->") {
            return Some(Self::Comment);
        }
        let mark = line.chars().next().filter(|first| ['`', '~'].contains(first))?;
        let info = line.trim_start_matches(mark);
        let length = line.len() - info.len();
        (length >= 3 && !(mark == '`' && info.contains('`'))).then_some(Self::Fence { mark, length })
    }

    fn is_closed_by(self, line: &str) -> bool {
        match self {
            Self::Comment => line.contains("-->"),
            Self::Fence { mark, length } => unindented(line).is_some_and(|line| {
                let behind = line.trim_start_matches(mark);
                is_blank(behind) && line.len() - behind.len() >= length
            }),
        }
    }
}

/// The line without an indentation of up to three spaces; more would make it code, or part of a list.
fn unindented(line: &str) -> Option<&str> {
    let bare = line.trim_start_matches(' ');
    (line.len() - bare.len() <= 3).then_some(bare)
}

/// A link definition such as `[1.4.0]: https://example.org`; a footnote is none.
fn is_definition(line: &str) -> bool {
    let label = unindented(line).and_then(|line| line.strip_prefix('[')).and_then(|line| line.split_once("]:"));
    label.is_some_and(|(label, _)| !label.is_empty() && !label.starts_with('^') && !label.contains(['[', ']']))
}

pub(super) fn is_blank(line: &str) -> bool {
    line.bytes().all(|byte| b" \t\r\n".contains(&byte))
}

/// Where the text begins behind a byte order mark and front matter, if there are any.
pub(crate) fn front_matter_end(text: &str) -> usize {
    let start = if text.starts_with(BOM) { BOM.len_utf8() } else { 0 };
    let mut at = start;
    for (index, raw) in text[start..].split_inclusive('\n').enumerate() {
        at += raw.len();
        match raw.trim_end() {
            "---" if index == 0 => {}
            _ if index == 0 => return start,
            "---" | "..." => return at,
            _ => {}
        }
    }
    start
}

/// Shrinks `span` by the blank lines at both ends; the first line keeps its indentation.
pub(super) fn without_blank_lines(text: &str, span: Range<usize>) -> Range<usize> {
    let inner = &text[span.clone()];
    let kept = inner.trim_end_matches([' ', '\t', '\r', '\n']).len();
    let blank: usize = inner[..kept].split_inclusive('\n').take_while(|line| is_blank(line)).map(str::len).sum();
    span.start + blank..span.start + kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_however_its_heading_is_written() {
        for heading in [
            "## [1.4.0] - 2026-01-02",
            "## 1.4.0",
            "## v1.4.0",
            "## [V1.4.0](https://example.org/1.4.0) (2026-01-02)",
            "# 1.4.0: spring",
            "##\t1.4.0 ##",
        ] {
            assert!(has_entry(&format!("# Changelog\r\n{heading}\r\ntext"), "1.4.0"), "{heading}");
            assert!(has_entry(heading, "v1.4.0"), "{heading}");
        }
    }

    #[test]
    fn what_only_looks_like_its_heading_is_not_found() {
        for text in [
            "## 1.4.0-rc.1",
            "## 11.4.0",
            "##1.4.0",
            "### 1.4.0",
            "    ## 1.4.0",
            "text 1.4.0",
            "```\n## 1.4.0\n```",
            "~~~~ md\n## 1.4.0\n~~~\n## 1.4.0\n~~~~",
            "<!--\n## 1.4.0\n-->",
            "<!-- ## 1.4.0 -->",
            "---\n## 1.4.0\n---\n",
            "```\n## 1.4.0 in a fence that nobody closes",
        ] {
            assert!(!has_entry(text, "1.4.0"), "{text}");
        }
        assert!(has_entry("```\n```\n<!-- a\nb -->\n## 1.4.0", "1.4.0"));
        assert!(has_entry("--- no front matter\n## 1.4.0\n---", "1.4.0"));
    }

    #[test]
    fn an_entry_ends_at_the_next_version_or_at_the_links() {
        let text = "# Log\n\n## 1.4.0\r\n\r\n  first\r\n### Added\n- x\n\n## [1.3.0]\n\nold\n\n[1.3.0]: https://example.org\n\n[a]: b\n";
        assert_eq!(entry_of(text, "1.4.0"), Some("  first\r\n### Added\n- x"));
        assert_eq!(entry_of(text, "1.3.0"), Some("old"));
        assert_eq!(entry_of("# 2.0.0\n## Added\nx\n# 1.0.0", "2.0.0"), Some("## Added\nx"));
        assert_eq!(entry_of("## 1.4.0", "1.4.0"), Some(""));
        assert_eq!(entry_of(text, "1.2.0"), None);
    }
}
