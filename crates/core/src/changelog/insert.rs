use std::ops::Range;

use jiff::civil::Date;
use thiserror::Error;

use super::Entry;
use super::draft::Draft;
use super::hand::Hand;
use super::newline::Newline;
use super::outline::{BOM, Name, Outline, has_entry, is_blank};
use super::render::{groups, heading};

/// Why an entry was not put into a changelog. The caller adds the path.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ChangelogError {
    /// The changelog has an entry for this version.
    #[error("the changelog has an entry for {version} already: edit that one, or remove it to have it written again")]
    AlreadyThere {
        /// The version.
        version: String,
    },
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
}

/// Puts `entry` into the changelog `text` and keeps every line that people wrote.
///
/// What stands under `Unreleased` moves into the entry, and an empty `Unreleased` stays above it; groups of the same title
/// are merged. Without that section the entry goes before the first version, and without one of those below title and
/// preamble. An empty file gets a title first. Line ends, front matter and closing link definitions stay.
pub fn insert(text: &str, entry: &Entry) -> Result<String, ChangelogError> {
    let newline = Newline::of(text);
    let written = text.trim_start_matches(BOM);
    if is_blank(written) {
        let mark = &text[..text.len() - written.len()];
        return insert(&format!("{mark}# Changelog{}", newline.as_str()), entry);
    }
    let outline = Outline::of(text);
    check(&outline, entry)?;
    let body = place(&outline);
    let mut draft = Draft { text: text[..body.start].to_owned(), newline };
    draft.ours(&heading(entry));
    draft.entry(&Hand::of(&outline, body.clone()), groups(entry));
    if body.end < text.len() {
        draft.blank_line();
    }
    draft.text.push_str(&text[body.end..]);
    check_kept(&outline, &draft.text, entry)?;
    Ok(draft.text)
}

fn check(outline: &Outline<'_>, entry: &Entry) -> Result<(), ChangelogError> {
    let (version, date) = (entry.version.clone(), entry.date.clone());
    let is_date = date.len() == 10 && date.parse::<Date>().is_ok();
    if !is_date || version.starts_with(['v', 'V']) || !has_entry(&heading(entry), &version) {
        return Err(ChangelogError::NoHeading { version, date });
    }
    if let Some(line) = outline.unclosed {
        return Err(ChangelogError::Unclosed { line });
    }
    if has_entry(outline.text, &version) {
        return Err(ChangelogError::AlreadyThere { version });
    }
    Ok(())
}

/// The new entry is found, and every earlier one too.
fn check_kept(before: &Outline<'_>, after: &str, entry: &Entry) -> Result<(), ChangelogError> {
    let after = Outline::of(after);
    let mut names: Vec<Name<'_>> = after.sections().iter().map(|section| section.name).collect();
    let ours = names.iter().position(|name| *name == Name::Version(&entry.version));
    let kept = ours.is_some_and(|index| {
        names.remove(index);
        names.iter().copied().eq(before.sections().iter().map(|section| section.name))
    });
    if kept && after.unclosed.is_none() {
        return Ok(());
    }
    Err(ChangelogError::Hides { version: entry.version.clone() })
}

/// The text that moves into the entry, or an empty span where the entry goes.
fn place(outline: &Outline<'_>) -> Range<usize> {
    let sections = outline.sections();
    if let Some(unreleased) = sections.iter().find(|section| section.name == Name::Unreleased) {
        return unreleased.body.clone();
    }
    let first = sections.iter().find(|section| section.name != Name::Other).map(|section| section.start);
    // The first heading is the title; the preamble ends where the second begins.
    let second = outline.headings.get(1).map(|heading| heading.start);
    let at = first.or(second).unwrap_or(outline.end);
    at..at
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

    fn inserted(text: &str) -> String {
        insert(text, &entry()).unwrap()
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
        insta::assert_snapshot!(insert(text, &entry).unwrap(), @"
        # Changelog

        ## [Unreleased]

        ## [1.4.0] - 2026-01-02

        A word   from *us*.

        ### Highlights

        - Exports

        ### added

        * by hand
            with more

        <!-- keep -->

        - exports (abc1)

        ### Security
        - a hole

        ### Fixed

        - a leak (abc2)

        ## [1.3.0] - 2025-12-01
        - old

        [Unreleased]: https://example.org/compare/v1.3.0...HEAD
        ");
    }

    #[test]
    fn without_unreleased_it_goes_before_the_first_version() {
        insta::assert_snapshot!(inserted("# News\n\nIntro.\n\n## How to read\nthis\n## v1.3.0\nold"), @"
        # News

        Intro.

        ## How to read
        this

        ## [1.4.0] - 2026-01-02

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
        insta::assert_snapshot!(inserted("---\ntitle: x\n---\n# News\nIntro."), @"
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
        insta::assert_snapshot!(inserted("# News\n\n## How to read\nthis\n"), @"
        # News

        ## [1.4.0] - 2026-01-02

        ### Added

        - exports (abc1)

        ### Fixed

        - a leak (abc2)

        ## How to read
        this
        ");
        insta::assert_snapshot!(inserted("Intro.\n\n[a]: https://example.org\n"), @"
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
        assert_eq!(inserted(""), expected);
        assert_eq!(inserted("\u{feff}\r\n"), format!("\u{feff}{expected}").replace('\n', "\r\n"));
    }

    #[test]
    fn crlf_stays_and_so_does_a_line_that_differs() {
        let text = "\u{feff}## Unreleased\r\n\r\n### Added\r\n## 1.3.0\nold";
        assert_eq!(
            inserted(text),
            "\u{feff}## Unreleased\r\n\r\n## [1.4.0] - 2026-01-02\r\n\r\n### Added\r\n\r\n- exports (abc1)\r\n\r\n\
             ### Fixed\r\n\r\n- a leak (abc2)\r\n\r\n## 1.3.0\nold"
        );
    }

    #[test]
    fn refusals_name_the_reason() {
        let refused = |text: &str, entry: &Entry| insert(text, entry).unwrap_err().to_string();
        insta::assert_snapshot!(refused("## v1.4.0", &entry()), @"the changelog has an entry for 1.4.0 already: edit that one, or remove it to have it written again");
        insta::assert_snapshot!(refused("# News\n\n```\n## 1.3.0\n", &entry()), @"line 3 opens a code fence or comment that is never closed: close it, so that what follows can be found");
        let hiding = Entry { highlights: vec!["look:\n```".to_owned()], ..entry() };
        insta::assert_snapshot!(refused("## 1.3.0\n", &hiding), @"the entry for 1.4.0 would hide entries below it: close the code fence or comment in its highlights or changes");
        let nameless = Entry { version: "1.4\n## 9.9.9".to_owned(), ..entry() };
        insta::assert_snapshot!(refused("", &nameless), @r#"version "1.4\n## 9.9.9" and date "2026-01-02" make no heading: expected the like of 1.4.0 and 2026-01-02"#);
        for date in ["2026-02-30", "2026-1-2", "today", "2026-01-02T10:00"] {
            let undated = Entry { date: date.to_owned(), ..entry() };
            assert!(matches!(insert("", &undated), Err(ChangelogError::NoHeading { .. })), "{date}");
        }
    }
}
