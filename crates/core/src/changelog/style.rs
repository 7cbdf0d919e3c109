use std::ops::Range;

use jiff::civil::Date;

use super::date;
use super::name::{Name, version};
use super::outline::{Heading, Outline};
use super::section::Section;

/// How a changelog is written: its headings, its groups, its lists.
pub(super) struct Style<'a> {
    text: &'a str,
    /// The heading of the newest release.
    newest: Option<Heading<'a>>,
    /// Whether what is not released stands in brackets, as a link.
    is_linked: bool,
    pub(super) groups: Groups<'a>,
    pub(super) bullet: Bullet,
    titles: Vec<(Section, &'a str)>,
}

/// How a group begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Groups<'a> {
    /// With a heading of this level.
    Heading(usize),
    /// With a line that has its title between these, such as `**Added:**` or `Bug fixes:`.
    Label(&'a str, &'a str),
    /// There are none: every release is one list.
    None,
}

/// What stands before the items of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bullet {
    pub(super) first: String,
    /// What stands before their further lines.
    pub(super) further: String,
}

impl Default for Bullet {
    fn default() -> Self {
        Self { first: "- ".to_owned(), further: "  ".to_owned() }
    }
}

/// The most releases that are looked at.
const MAX: usize = 8;

impl<'a> Style<'a> {
    /// `body` is where the entry goes: what people have written there shows best how they want it.
    pub(super) fn of(outline: &Outline<'a>, body: &Range<usize>) -> Self {
        let text = outline.text;
        let sections = outline.sections();
        let releases: Vec<_> =
            sections.iter().filter(|section| matches!(section.name, Name::Version(_))).take(MAX).collect();
        let bodies: Vec<Range<usize>> =
            [body.clone()].into_iter().chain(releases.iter().map(|one| one.body.clone())).collect();
        let newest = releases.first().map(|section| section.heading);
        let groups = bodies.iter().find_map(|body| groups_in(outline, body.clone()));
        let lists = bodies.iter().filter(|body| bullet_in(&text[(*body).clone()]).is_some()).count();
        let default = Groups::Heading(newest.map_or(2, |newest| newest.level).max(2) + 1);
        Self {
            text,
            newest,
            is_linked: !sections.iter().any(|one| one.name == Name::Unreleased && !one.heading.title.starts_with('[')),
            // One short list is no habit yet.
            groups: groups.unwrap_or(if lists > 1 && !releases.is_empty() { Groups::None } else { default }),
            bullet: bodies.iter().find_map(|body| bullet_in(&text[body.clone()])).unwrap_or_default(),
            titles: bodies.iter().flat_map(|body| titles_in(outline, body.clone())).collect(),
        }
    }

    /// What the file calls a group of this title.
    pub(super) fn title<'t>(&self, title: &'t str) -> &'t str
    where
        'a: 't,
    {
        let Some(section) = Section::of_title(title) else { return title };
        self.titles.iter().find(|(known, _)| *known == section).map_or(title, |(_, theirs)| theirs)
    }

    /// The heading of an entry, with its line end: like that of the newest release, if that can be told.
    pub(super) fn heading(&self, version: &str, day: Date) -> String {
        let like = self.newest.and_then(|newest| self.like(&newest, version, day));
        let plain = || match self.is_linked {
            true => format!("## [{version}] - {day}\n"),
            false => format!("## {version} - {day}\n"),
        };
        like.filter(|text| is_heading_of(text, version)).unwrap_or_else(plain)
    }

    fn like(&self, newest: &Heading<'a>, wanted: &str, day: Date) -> Option<String> {
        let line = self.text[newest.line..newest.end].lines().next()?.trim_end();
        let (old, _) = version(&line[line.find(newest.title)?..]).or_else(|| version(newest.title))?;
        let at = old.as_ptr() as usize - line.as_ptr() as usize;
        let (front, behind) = (&line[..at], &line[at + old.len()..]);
        if front.contains("<a ") {
            return None;
        }
        let title = format!("{front}{wanted}{}", tail(behind, old, wanted, day));
        let underline = newest.underline.and_then(|line| line.chars().next());
        let drawn = underline.map(|sign| format!("{}\n", sign.to_string().repeat(title.chars().count().max(3))));
        Some(format!("{title}\n{}", drawn.unwrap_or_default()))
    }
}

fn is_heading_of(text: &str, version: &str) -> bool {
    let outline = Outline::of(text);
    outline.headings.len() == 1
        && outline.headings.first().is_some_and(|heading| Name::of(heading) == Name::Version(version))
}

/// What follows the version, moved on by one release: links, date, closing marks. A name that only the old release had is left out.
fn tail(behind: &str, old: &str, wanted: &str, day: Date) -> String {
    let (link, rest) = match behind.strip_prefix("](").and_then(|link| link.split_once(')')) {
        Some((link, rest)) => (format!("]({})", moved(link, old, wanted)), rest),
        None => match behind.strip_prefix(']') {
            Some(rest) => ("]".to_owned(), rest),
            None => (String::new(), behind),
        },
    };
    let dated = date::find(rest).map(|(range, form)| (&rest[..range.start], form.write(day), &rest[range.end..]));
    let is_silent = |text: &str| !text.chars().any(char::is_alphanumeric);
    let rest = match dated {
        Some((before, date, after)) if is_silent(before) && is_silent(after) => format!("{before}{date}{after}"),
        Some(_) => format!(" - {day}"),
        None if is_silent(rest) => rest.to_owned(),
        None => String::new(),
    };
    link + &rest
}

/// An address that compares two releases compares the next two; in any other the version is replaced.
pub(super) fn moved(link: &str, old: &str, wanted: &str) -> String {
    let Some((from, to)) = link.split_once("...") else { return link.replace(old, wanted) };
    let Some(at) = to.find(old) else { return link.to_owned() };
    let folder = from.rfind('/').map_or(0, |at| at + 1);
    format!("{}{}{old}...{}", &from[..folder], &to[..at], to.replacen(old, wanted, 1))
}

/// The sub-headings or labels of a body, if it has any.
fn groups_in<'a>(outline: &Outline<'a>, body: Range<usize>) -> Option<Groups<'a>> {
    let inside = outline.headings.iter().find(|heading| body.contains(&heading.line));
    inside.map(|heading| Groups::Heading(heading.level)).or_else(|| {
        let label = labels(outline.text, body).next()?;
        Some(Groups::Label(label.before, label.after))
    })
}

/// A line that stands for a heading.
pub(super) struct Label<'a> {
    pub(super) start: usize,
    pub(super) title: &'a str,
    before: &'a str,
    after: &'a str,
}

/// The lines that stand for headings: one of the usual titles in bold, or with a colon.
pub(super) fn labels(text: &str, body: Range<usize>) -> impl Iterator<Item = Label<'_>> {
    let mut at = body.start;
    text[body].split_inclusive('\n').filter_map(move |raw| {
        let start = at;
        at += raw.len();
        let line = raw.trim_end();
        let bare = line.trim_start_matches(['*', '_']);
        let before = &line[..line.len() - bare.len()];
        let title = bare.trim_end_matches(['*', '_', ':']);
        let after = &bare[title.len()..];
        let is_label = !after.is_empty() && title.len() < 60 && Section::of_title(title).is_some();
        is_label.then_some(Label { start, title, before, after })
    })
}

fn titles_in<'a>(outline: &Outline<'a>, body: Range<usize>) -> Vec<(Section, &'a str)> {
    let headings = outline.headings.iter().filter(|heading| body.contains(&heading.line)).map(|heading| heading.title);
    let labels = labels(outline.text, body.clone()).map(|label| label.title);
    headings.chain(labels).filter_map(|title| Some((Section::of_title(title)?, title))).collect()
}

/// The first item of a list shows how items begin. One that is indented as far as code is none.
fn bullet_in(body: &str) -> Option<Bullet> {
    body.lines().find_map(|line| {
        let bare = line.trim_start_matches(' ');
        let indent = line.len() - bare.len();
        let text = bare.strip_prefix(['-', '*', '+'])?;
        let gap = text.len() - text.trim_start_matches(' ').len();
        let is_item = indent <= 3 && (1..=4).contains(&gap) && gap < text.len();
        let width = indent + 1 + gap;
        is_item.then(|| Bullet { first: line[..width].to_owned(), further: " ".repeat(width) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heading(text: &str) -> String {
        Style::of(&Outline::of(text), &(0..0)).heading("1.4.0", jiff::civil::date(2026, 1, 2))
    }

    #[test]
    fn a_heading_is_like_the_one_before_it() {
        for (before, after) in [
            ("", "## [1.4.0] - 2026-01-02\n"),
            ("## Unreleased\n", "## 1.4.0 - 2026-01-02\n"),
            ("## [1.3.0] - 2025-12-01\n", "## [1.4.0] - 2026-01-02\n"),
            ("# v1.3.0\n", "# v1.4.0\n"),
            ("## 1.3.0 (6th December, 2024)\n", "## 1.4.0 (2nd January, 2026)\n"),
            ("## Harbor 1.3.0 (December 1, 2025) ##\n", "## Harbor 1.4.0 (January 2, 2026) ##\n"),
            (
                "## [1.3.0](https://x.org/compare/v1.2.0...v1.3.0) (2025-12-01)\n",
                "## [1.4.0](https://x.org/compare/v1.3.0...v1.4.0) (2026-01-02)\n",
            ),
            ("## [1.3.0](https://x.org/tag/v1.3.0)\n", "## [1.4.0](https://x.org/tag/v1.4.0)\n"),
            ("1.3.0 / 2025-12-01\n==================\n", "1.4.0 / 2026-01-02\n==================\n"),
            ("## 1.3.0 - 2025-12-01 \"Autumn\"\n", "## 1.4.0 - 2026-01-02\n"),
            ("## 1.3.0: autumn\n", "## 1.4.0\n"),
            ("## <a name=\"1.3.0\"></a>1.3.0\n", "## [1.4.0] - 2026-01-02\n"),
        ] {
            assert_eq!(heading(before), after, "{before}");
        }
    }

    #[test]
    fn groups_and_lists_are_as_the_file_has_them() {
        let style = |text: &'static str| {
            let style = Style::of(&Outline::of(text), &(0..0));
            (style.groups, style.bullet.first)
        };
        assert_eq!(style("## 1.3.0\n### Features\n* x\n"), (Groups::Heading(3), "* ".to_owned()));
        assert_eq!(style("# 1.3.0\n- x\n# 1.2.0\n- y\n"), (Groups::None, "- ".to_owned()));
        assert_eq!(style("1.3.0 / 2025-12-01\n====\n\n  * x\n"), (Groups::Heading(3), "  * ".to_owned()));
        assert_eq!(style("## 1.3.0\n**Bug fixes:**\n*   x\n"), (Groups::Label("**", ":**"), "*   ".to_owned()));
        assert_eq!(style("## 1.3.0\nBug fixes:\n\n* x\n"), (Groups::Label("", ":"), "* ".to_owned()));
        assert_eq!(style("## 1.3.0\nwords\n"), (Groups::Heading(3), "- ".to_owned()));
    }
}
