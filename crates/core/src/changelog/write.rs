use std::ops::Range;

use jiff::civil::Date;
use thiserror::Error;

use super::definitions;
use super::draft::{Draft, in_style};
use super::hand::Hand;
use super::name::Name;
use super::newline::Newline;
use super::outline::{BOM, Outline, Section, is_blank};
use super::render::groups;
use super::spoken::Spoken;
use super::style::Style;
use super::withdraw::withdraw;
use super::{Entry, Group};

/// Why an entry was not written into a changelog. The caller adds the path.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ChangelogError {
    /// Version and date do not make a heading that can be found again.
    #[error("version {version:?} and date {date:?} make no heading: expected the like of 1.4.0 and 2026-01-02")]
    NoHeading {
        /// The version as given.
        version: String,
        /// The date as given.
        date: String,
    },
    /// Everything behind this line is hidden from a reader of the changelog.
    #[error(
        "line {line} opens a code fence or comment that is never closed: close it, so that what follows can be found"
    )]
    Unclosed {
        /// The line, counted from one.
        line: usize,
    },
    /// The entry's own text would swallow what follows it.
    #[error(
        "the entry for {version} would hide entries below it: close the code fence or comment in its highlights or changes"
    )]
    Hides {
        /// The version.
        version: String,
    },
    /// A heading among what moves into the entry would end it.
    #[error(
        "the entry for {version} would end at a heading that stands under what is not released: make that heading one of the third level \
         (`### …`), or the one above it one of the second (`## Unreleased`)"
    )]
    Ends {
        /// The version.
        version: String,
    },
}

/// Puts `entry` into the changelog `text` and keeps every line that people wrote.
///
/// What stands under `Unreleased` moves into the entry, and an empty `Unreleased` stays above it; groups of the same title
/// are merged. A section that was headed with a version and `unreleased` becomes the entry itself. Without either the
/// entry goes before the first version, and without one of those below title and preamble. An empty file gets a title
/// first. Headings, groups and lists are written as the file has them; its line ends, byte order mark, front matter and
/// closing link definitions stay, and links that compare releases move on.
///
/// Where the changelog has an entry for the version, that one is added to, and never written twice: items that stand
/// there are not repeated, and of the lines only those go that are word for word `entry.withdrawn`.
pub fn write(text: &str, entry: &Entry) -> Result<String, ChangelogError> {
    let newline = Newline::of(text);
    let written = text.trim_start_matches(BOM);
    if is_blank(written) {
        let mark = &text[..text.len() - written.len()];
        return write(&format!("{mark}# Changelog{}", newline.as_str()), entry);
    }
    let outline = Outline::of(text);
    let day = check(&outline, entry)?;
    let place = Place::of(&outline, &entry.version);
    let after = match &place {
        Place::Entry(body) => return again(&outline, body.clone(), entry),
        Place::Unreleased(body) | Place::Pending(_, body) => put(&outline, place.start(), body.clone(), entry, day),
    };
    check_kept(&outline, &after, &entry.version)?;
    check_whole(&after, entry)?;
    let previous = outline.sections().into_iter().find_map(|section| section.name.version());
    Ok(definitions::update(&after, previous, &entry.version, newline).unwrap_or(after))
}

/// Where an entry goes.
enum Place {
    /// It is there already; this is what it says.
    Entry(Range<usize>),
    /// What this span says moves into it; the span is empty where there is no such section.
    Unreleased(Range<usize>),
    /// The section that begins here and says this becomes the entry.
    Pending(usize, Range<usize>),
}

impl Place {
    fn of(outline: &Outline<'_>, version: &str) -> Self {
        let sections = outline.sections();
        let named = |wanted: Name<'_>| sections.iter().find(|section| section.name == wanted);
        if let Some(section) = named(Name::Version(version)) {
            return Self::Entry(section.body.clone());
        }
        if let Some(section) = named(Name::Pending(version)) {
            return Self::Pending(section.heading.start, section.body.clone());
        }
        if let Some(section) = named(Name::Unreleased) {
            return Self::Unreleased(section.body.clone());
        }
        let first = sections.iter().find(|section| section.name != Name::Other);
        if let Some(Section { name: Name::Pending(expected), heading, body }) = first
            && is_older(expected, version)
        {
            return Self::Pending(heading.start, body.clone());
        }
        let release = sections.iter().find(|section| matches!(section.name, Name::Version(_)));
        let first = release.or(first).map(|section| section.heading.start);
        // The first heading is the title; the preamble ends where the second begins.
        let second = outline.headings.get(1).map(|heading| heading.start);
        let at = first.or(second).unwrap_or(outline.end);
        Self::Unreleased(at..at)
    }

    /// The byte at which the new heading goes.
    fn start(&self) -> usize {
        match self {
            Self::Pending(start, _) => *start,
            Self::Entry(body) | Self::Unreleased(body) => body.start,
        }
    }
}

fn is_older(one: &str, other: &str) -> bool {
    let parts = |text: &str| text.split(['.', '-', '+']).map_while(|part| part.parse::<u64>().ok()).collect::<Vec<_>>();
    parts(one) < parts(other)
}

fn put(outline: &Outline<'_>, start: usize, body: Range<usize>, entry: &Entry, day: Date) -> String {
    let (text, style) = (outline.text, Style::of(outline, &body));
    let mut draft = Draft { text: text[..start].to_owned(), newline: Newline::of(text) };
    draft.ours(&style.heading(&entry.version, day));
    let hand = Hand::of(outline, body.clone(), &style);
    match &entry.text {
        Some(text) => draft.passages(&hand, text),
        None => draft.entry(&hand, missing(in_style(groups(entry), &style), &text[body.clone()]), &style),
    }
    draft.rest(&text[body.end..])
}

/// Adds to an entry that is there. One that a template made stays as it is: nobody can tell whose words are whose.
fn again(outline: &Outline<'_>, body: Range<usize>, entry: &Entry) -> Result<String, ChangelogError> {
    let text = outline.text;
    if entry.text.is_some() {
        return Ok(text.to_owned());
    }
    if let Some(kept) = withdraw(outline, body.clone(), &entry.withdrawn) {
        return write(&kept, &Entry { withdrawn: vec![], ..entry.clone() });
    }
    let style = Style::of(outline, &body);
    let groups = missing(in_style(groups(entry), &style), &text[body.clone()]);
    if groups.is_empty() {
        return Ok(text.to_owned());
    }
    let mut draft = Draft { text: text[..body.start].to_owned(), newline: Newline::of(text) };
    draft.entry(&Hand::of(outline, body.clone(), &style), groups, &style);
    let after = draft.rest(&text[body.end..]);
    check_kept(outline, &after, &entry.version)?;
    Ok(after)
}

/// What of our groups does not stand in `written` yet.
fn missing(mut groups: Vec<Group>, written: &str) -> Vec<Group> {
    let there = Spoken::of(written);
    let is_linked = |item: &str| {
        let target = item.strip_prefix('[').and_then(|link| link.find("](").map(|at| &link[at..]));
        target.is_some_and(|target| target.ends_with(')') && written.contains(target))
    };
    for group in &mut groups {
        group.items.retain(|item| !item.trim().is_empty() && !there.has_item(item) && !is_linked(item));
    }
    groups.retain(|group| !group.items.is_empty());
    groups
}

fn check(outline: &Outline<'_>, entry: &Entry) -> Result<Date, ChangelogError> {
    let (version, date) = (entry.version.clone(), entry.date.clone());
    let day = date.parse::<Date>().ok().filter(|_| date.len() == 10);
    let heading = format!("## {version}");
    let is_version = Outline::of(&heading).sections().iter().any(|section| section.name == Name::Version(&version));
    match (day, outline.unclosed) {
        (Some(_), Some(line)) if is_version => Err(ChangelogError::Unclosed { line }),
        (Some(day), None) if is_version && !version.contains(['\n', '\r']) => Ok(day),
        _ => Err(ChangelogError::NoHeading { version, date }),
    }
}

/// The entry is found, and every other section too.
fn check_kept(before: &Outline<'_>, after: &str, version: &str) -> Result<(), ChangelogError> {
    let after = Outline::of(after);
    let names = |outline: &Outline<'_>| -> Vec<String> {
        let sections = outline.sections().into_iter();
        let others = sections
            .filter(|section| !matches!(section.name, Name::Pending(_)) && section.name != Name::Version(version));
        others.map(|section| format!("{:?}", section.name)).collect()
    };
    let ours = after.sections().iter().filter(|section| section.name == Name::Version(version)).count();
    if ours == 1 && after.unclosed.is_none() && names(before) == names(&after) {
        return Ok(());
    }
    Err(ChangelogError::Hides { version: version.to_owned() })
}

/// All that we wrote stands in the entry's own section, where it is found the next time.
fn check_whole(after: &str, entry: &Entry) -> Result<(), ChangelogError> {
    let outline = Outline::of(after);
    let own = outline.sections().into_iter().find(|section| section.name == Name::Version(&entry.version));
    let is_whole = own.is_some_and(|section| {
        let style = Style::of(&outline, &section.body);
        entry.text.is_some() || missing(in_style(groups(entry), &style), &after[section.body]).is_empty()
    });
    if is_whole { Ok(()) } else { Err(ChangelogError::Ends { version: entry.version.clone() }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::changelog::Group;

    fn group(title: &str, items: &[&str]) -> Group {
        Group { title: title.to_owned(), items: items.iter().map(|item| (*item).to_owned()).collect() }
    }

    fn entry() -> Entry {
        Entry {
            version: "1.4.0".to_owned(),
            date: "2026-01-02".to_owned(),
            changes: vec![group("Added", &["exports (abc1)"]), group("Fixed", &["a leak (abc2)"])],
            ..Entry::default()
        }
    }

    fn written(text: &str) -> String {
        write(text, &entry()).unwrap()
    }

    #[test]
    fn an_entry_that_a_heading_would_end_in_its_middle_is_refused() {
        let text = "TBD\n===\n\n### Bug Fixes\n\n* a lock\n\n## For packagers\n";
        assert_eq!(write(text, &entry()), Err(ChangelogError::Ends { version: "1.4.0".to_owned() }));
    }

    #[test]
    fn hand_written_text_moves_into_the_entry_and_groups_merge() {
        let text = "\
# Changelog

## [Unreleased]

A word   from *us*.
### added

* by hand
    with more

<!-- keep -->

### Security
- a hole

## [1.3.0] - 2025-12-01
- old

[Unreleased]: https://example.org/compare/v1.3.0...HEAD
";
        let entry = Entry { highlights: vec!["Exports".to_owned()], ..entry() };
        insta::assert_snapshot!(write(text, &entry).unwrap(), @"
        # Changelog

        ## [Unreleased]

        ## [1.4.0] - 2026-01-02

        A word   from *us*.

        ### Highlights

        * Exports

        ### added

        * by hand
            with more

        <!-- keep -->

        * exports (abc1)

        ### Security
        - a hole

        ### Fixed

        * a leak (abc2)

        ## [1.3.0] - 2025-12-01
        - old

        [Unreleased]: https://example.org/compare/v1.4.0...HEAD
        [1.4.0]: https://example.org/compare/v1.3.0...v1.4.0
        ");
    }

    #[test]
    fn without_unreleased_it_goes_before_the_first_version() {
        insta::assert_snapshot!(written("# News\n\nIntro.\n\n## How to read\nthis\n## v1.3.0\nold"), @"
        # News

        Intro.

        ## How to read
        this

        ## v1.4.0

        ### Added

        - exports (abc1)

        ### Fixed

        - a leak (abc2)

        ## v1.3.0
        old
        ");
    }

    #[test]
    fn without_versions_it_goes_below_title_and_preamble() {
        insta::assert_snapshot!(written("---\ntitle: x\n---\n# News\nIntro."), @"
        ---
        title: x
        ---
        # News
        Intro.

        ## [1.4.0] - 2026-01-02

        ### Added

        - exports (abc1)

        ### Fixed

        - a leak (abc2)
        ");
        insta::assert_snapshot!(written("# News\n\n## How to read\nthis\n"), @"
        # News

        ## [1.4.0] - 2026-01-02

        ### Added

        - exports (abc1)

        ### Fixed

        - a leak (abc2)

        ## How to read
        this
        ");
        insta::assert_snapshot!(written("Intro.\n\n[a]: https://example.org\n"), @"
        Intro.

        ## [1.4.0] - 2026-01-02

        ### Added

        - exports (abc1)

        ### Fixed

        - a leak (abc2)

        [a]: https://example.org
        ");
    }

    #[test]
    fn an_empty_file_gets_a_title() {
        let expected =
            "# Changelog\n\n## [1.4.0] - 2026-01-02\n\n### Added\n\n- exports (abc1)\n\n### Fixed\n\n- a leak (abc2)\n";
        assert_eq!(written(""), expected);
        assert_eq!(written("\u{feff}\r\n"), format!("\u{feff}{expected}").replace('\n', "\r\n"));
    }

    #[test]
    fn crlf_stays_and_so_does_a_line_that_differs() {
        let text = "\u{feff}## Unreleased\r\n\r\n### Added\r\n## 1.3.0\nold";
        assert_eq!(
            written(text),
            "\u{feff}## Unreleased\r\n\r\n## 1.4.0\r\n\r\n### Added\r\n\r\n- exports (abc1)\r\n\r\n\
             ### Fixed\r\n\r\n- a leak (abc2)\r\n\r\n## 1.3.0\nold"
        );
    }

    #[test]
    fn refusals_name_the_reason() {
        let refused = |text: &str, entry: &Entry| write(text, entry).unwrap_err().to_string();
        insta::assert_snapshot!(refused("# News\n\n```\n## 1.3.0\n", &entry()), @"line 3 opens a code fence or comment that is never closed: close it, so that what follows can be found");
        let hiding = Entry { highlights: vec!["look:\n```".to_owned()], ..entry() };
        insta::assert_snapshot!(refused("## 1.3.0\n", &hiding), @"the entry for 1.4.0 would hide entries below it: close the code fence or comment in its highlights or changes");
        let nameless = Entry { version: "1.4\n## 9.9.9".to_owned(), ..entry() };
        insta::assert_snapshot!(refused("", &nameless), @r#"version "1.4\n## 9.9.9" and date "2026-01-02" make no heading: expected the like of 1.4.0 and 2026-01-02"#);
        for date in ["2026-02-30", "2026-1-2", "today", "2026-01-02T10:00"] {
            let undated = Entry { date: date.to_owned(), ..entry() };
            assert!(matches!(write("", &undated), Err(ChangelogError::NoHeading { .. })), "{date}");
        }
    }
}
