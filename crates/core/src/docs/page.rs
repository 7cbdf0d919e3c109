//! One page as its readers see it: links, anchors, code.

use std::collections::BTreeMap;
use std::ops::Range;

use pulldown_cmark::{BrokenLink, CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd};

use super::front_matter::Matter;
use super::html;
use super::slug::{Slugs, loose};

/// What a page holds that can be checked.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Its links and pictures, in their order.
    pub(super) links: Vec<Link>,
    /// References of links that nothing defines, with their lines.
    pub(super) undefined: Vec<(String, usize)>,
    /// Its code: spans, and the lines of its blocks.
    pub(super) code: Vec<Code>,
    /// Its fenced blocks of code.
    pub(super) fences: Vec<Fence>,
    /// The names that headings give themselves, with their lines.
    pub(super) named: Vec<(String, usize)>,
    /// Its anchors, by the form in which they are compared.
    anchors: BTreeMap<String, String>,
}

/// A link, or a picture.
#[derive(Clone, Debug)]
pub(super) struct Link {
    /// Where it leads, as it is written, without escapes of Markdown and HTML.
    pub(super) address: String,
    /// Its line.
    pub(super) line: usize,
}

/// A span of code, or a line of a block.
#[derive(Clone, Debug)]
pub(super) struct Code {
    /// What it says.
    pub(super) text: String,
    /// Its line.
    pub(super) line: usize,
    /// The language of its block, in lower case; none for a span.
    pub(super) language: Option<String>,
}

/// A fenced block of code.
#[derive(Clone, Debug)]
pub(super) struct Fence {
    /// Its first line.
    pub(super) line: usize,
    /// What it says about its language; may be empty.
    pub(super) language: String,
    /// Whether it has an end of its own.
    pub(super) is_closed: bool,
}

impl Page {
    /// Reads a page.
    pub fn of(text: &str) -> Self {
        let start = Matter::end(text);
        let mut undefined = Vec::new();
        let mut reader = Reader { text: &text[start..], lines: Lines::of(text, start), ..Reader::default() };
        let parser = Parser::new_with_broken_link_callback(reader.text, options(), Some(noting(&mut undefined)));
        for (event, span) in parser.into_offset_iter() {
            reader.take(event, span);
        }
        let body = reader.text;
        let in_words = undefined.into_iter().filter(|(label, at)| is_reference(label, &body[..*at]));
        reader.page.undefined = in_words.map(|(label, at)| (label, reader.lines.line(at))).collect();
        reader.page
    }

    /// The number of its links.
    pub fn links(&self) -> usize {
        self.links.len()
    }

    /// Whether an address may end with this anchor.
    pub(super) fn has_anchor(&self, fragment: &str) -> bool {
        let fragment = fragment.strip_prefix("user-content-").unwrap_or(fragment);
        let own = ["fn-", "fnref-", "fn:", ":~:"].iter().any(|made| fragment.starts_with(made));
        own || fragment.eq_ignore_ascii_case("top") || self.anchors.contains_key(&loose(fragment))
    }

    /// The anchor that is most like this one.
    pub(super) fn nearest_anchor(&self, fragment: &str) -> Option<&str> {
        let likeness = |anchor: &&String| (strsim::jaro_winkler(fragment, anchor) * 1000.0) as u32;
        self.anchors.values().max_by_key(likeness).filter(|anchor| likeness(anchor) >= 850).map(String::as_str)
    }
}

/// Notes every `[text][label]` whose label nothing defines, with its place.
fn noting<'t>(undefined: &mut Vec<(String, usize)>) -> impl FnMut(BrokenLink<'t>) -> Option<(CowStr<'t>, CowStr<'t>)> {
    |broken| {
        if broken.link_type == LinkType::Reference {
            undefined.push((broken.reference.to_string(), broken.span.start));
        }
        None
    }
}

/// What GitHub understands beside CommonMark, as far as it decides what is a link and what is code.
fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS
}

/// Whether `[text][label]` was meant as a link: behind a word it is an index, and labels are words.
fn is_reference(label: &str, before: &str) -> bool {
    let is_index = before.ends_with(|c: char| c.is_alphanumeric() || "_])\\".contains(c));
    let letters = label.chars().filter(|c| c.is_alphabetic()).count();
    !is_index && letters > 1 && !label.contains(['"', '\'', '^', '{', '$'])
}

/// Takes in what the parser finds.
#[derive(Default)]
struct Reader<'t> {
    text: &'t str,
    lines: Lines,
    page: Page,
    slugs: Slugs,
    /// The heading that is being read.
    heading: Option<Heading>,
    /// How many pictures we are in.
    pictures: usize,
    /// The language of the block of code that is being read.
    block: Option<String>,
    /// Up to here a comment goes on that was left open by a piece of HTML.
    hidden: usize,
}

#[derive(Default)]
struct Heading {
    title: String,
    /// The title without the words that stand for pictures; forges do not agree on them.
    without_pictures: String,
}

impl Reader<'_> {
    fn take(&mut self, event: Event<'_>, span: Range<usize>) {
        match event {
            Event::Start(Tag::Heading { .. }) => self.heading = Some(Heading::default()),
            Event::End(TagEnd::Heading(_)) => self.end_heading(span.start),
            Event::Start(Tag::Link { link_type, dest_url, .. }) if link_type != LinkType::Email => {
                self.link(&dest_url, span.start);
            }
            Event::Start(Tag::Image { dest_url, .. }) => {
                self.link(&dest_url, span.start);
                self.pictures += 1;
            }
            Event::End(TagEnd::Image) => self.pictures = self.pictures.saturating_sub(1),
            Event::Start(Tag::CodeBlock(kind)) => self.begin_block(&kind, span),
            Event::End(TagEnd::CodeBlock) => self.block = None,
            Event::Start(Tag::HtmlBlock) | Event::InlineHtml(_) => self.html(span),
            Event::Text(text) if self.block.is_some() => self.code_lines(&text, span.start),
            Event::Text(text) => self.title(&text),
            Event::Code(text) => {
                self.title(&text);
                self.code(text.to_string(), self.lines.line(span.start), span.start);
            }
            Event::SoftBreak | Event::HardBreak => self.title(" "),
            _ => {}
        }
    }

    fn is_hidden(&self, at: usize) -> bool {
        at < self.hidden
    }

    fn link(&mut self, address: &str, at: usize) {
        if !self.is_hidden(at) {
            self.page.links.push(Link { address: address.to_owned(), line: self.lines.line(at) });
        }
    }

    fn anchor(&mut self, name: &str) {
        self.page.anchors.entry(loose(name)).or_insert_with(|| name.to_owned());
    }

    fn title(&mut self, text: &str) {
        if let Some(heading) = &mut self.heading {
            heading.title.push_str(text);
            if self.pictures == 0 {
                heading.without_pictures.push_str(text);
            }
        }
    }

    fn end_heading(&mut self, at: usize) {
        let Some(heading) = self.heading.take().filter(|_| !self.is_hidden(at)) else { return };
        let mut title = heading.without_pictures.as_str();
        // What many generators of sites understand.
        if let Some((before, own)) = title.strip_suffix('}').and_then(|title| title.rsplit_once("{#")) {
            self.anchor(own);
            self.page.named.push((own.to_owned(), self.lines.line(at)));
            title = before;
        }
        let title = title.trim_end();
        let anchor = self.slugs.next(title);
        self.anchor(&anchor);
        for other in [title.trim(), heading.title.trim()].into_iter().filter(|other| *other != title) {
            self.anchor(&Slugs::default().next(other));
        }
    }

    fn begin_block(&mut self, kind: &CodeBlockKind<'_>, span: Range<usize>) {
        let language = match kind {
            CodeBlockKind::Fenced(info) => info.split([' ', '\t', ',', '{']).next().unwrap_or_default().to_lowercase(),
            CodeBlockKind::Indented => String::new(),
        };
        if let CodeBlockKind::Fenced(info) = kind
            && !self.is_hidden(span.start)
        {
            let (line, is_closed) = (self.lines.line(span.start), is_closed(&self.text[span]));
            self.page.fences.push(Fence { line, language: info.trim().to_owned(), is_closed });
        }
        self.block = Some(language);
    }

    fn code_lines(&mut self, text: &str, at: usize) {
        let first = self.lines.line(at);
        for (index, line) in text.lines().enumerate() {
            self.code(line.to_owned(), first + index, at);
        }
    }

    fn code(&mut self, text: String, line: usize, at: usize) {
        if !self.is_hidden(at) {
            self.page.code.push(Code { text, line, language: self.block.clone() });
        }
    }

    fn html(&mut self, span: Range<usize>) {
        if self.is_hidden(span.start) {
            return;
        }
        let (tags, is_open) = html::tags(&self.text[span.clone()]);
        for tag in tags {
            let target = match tag.name.as_str() {
                "a" => tag.get("href"),
                "img" | "source" | "video" => tag.get("src"),
                _ => None,
            };
            if let Some(target) = target.filter(|target| !target.is_empty()) {
                self.link(target, span.start + tag.at);
            }
            for name in tag.get("id").into_iter().chain(tag.get("name")) {
                self.anchor(name);
            }
        }
        if is_open {
            let rest = &self.text[span.end..];
            self.hidden = span.end + rest.find("-->").unwrap_or(rest.len());
        }
    }
}

/// Whether a fenced block ends with a line of its own mark. It may stand in a list or a quotation.
fn is_closed(block: &str) -> bool {
    let bare = |line: &str| line.trim_matches([' ', '\t', '>', '\r', '\n']).to_owned();
    let mut lines = block.lines().map(bare).filter(|line| !line.is_empty());
    let Some(first) = lines.next() else { return false };
    let mark = if first.starts_with('~') { '~' } else { '`' };
    let length = first.len() - first.trim_start_matches(mark).len();
    lines.next_back().is_some_and(|last| last.len() >= length && last.chars().all(|c| c == mark))
}

/// The lines of a text, of which a part is read.
#[derive(Default)]
struct Lines {
    /// How many lines come before the part.
    before: usize,
    /// Where lines begin in the part.
    starts: Vec<usize>,
}

impl Lines {
    fn of(text: &str, start: usize) -> Self {
        let before = text[..start].matches('\n').count();
        let starts = text[start..].match_indices('\n').map(|(at, _)| at + 1);
        Self { before, starts: std::iter::once(0).chain(starts).collect() }
    }

    /// The line of a place in the part, counted from one in the whole.
    fn line(&self, at: usize) -> usize {
        self.before + self.starts.partition_point(|start| *start <= at)
    }
}
