//! What holds for every changelog, shown on random ones.

use proptest::prelude::*;

use super::{ChangelogError, Entry, Group, Subject, entry_of, group_subjects, has_entry, insert};

const OLD: [&str; 4] = ["1.3.0", "1.2.0", "1.1.0", "1.0.0"];

fn changelog() -> impl Strategy<Value = String> {
    let line = prop::sample::select(vec![
        "",
        "# Changelog",
        "## [Unreleased]",
        "## unreleased",
        "## [1.3.0] - 2025-12-01",
        "## v1.2.0",
        "# 1.1.0",
        "### Added",
        "### Fixed",
        "#### Detail",
        "## About",
        "- item",
        "  * [ ] ü",
        "plain",
        "```",
        "  ~~~",
        "<!--",
        "<!-- ## 1.0.0 -->",
        "-->",
        "---",
        "[1.3.0]: https://example.org",
        "\u{feff}",
    ]);
    (prop::collection::vec(line, 0..16), any::<[bool; 2]>()).prop_map(|(lines, [crlf, ended])| {
        let end = if crlf { "\r\n" } else { "\n" };
        format!("{}{}", lines.join(end), if ended { end } else { "" })
    })
}

fn entry() -> impl Strategy<Value = Entry> {
    let title = prop::sample::select(vec!["Added", "Fixed", "Changed"]);
    let text = prop_oneof!["[a-z`<#]{0,4}(\n[a-z #`~]{0,4})?", ".{0,6}"];
    let group = (title, prop::collection::vec(text.clone(), 0..3))
        .prop_map(|(title, items)| Group { title: title.to_owned(), items });
    (prop::collection::vec(group, 0..4), prop::collection::vec(text, 0..2)).prop_map(|(changes, highlights)| Entry {
        version: "1.4.0".to_owned(),
        date: "2026-01-02".to_owned(),
        highlights,
        changes,
        manuals: Vec::new(),
    })
}

/// Whether every line of `before` that says something stands in `after`, in the same order.
fn keeps_lines(before: &str, after: &str) -> bool {
    let mut after = after.lines();
    before
        .lines()
        .filter(|line| !line.trim_start_matches('\u{feff}').trim().is_empty())
        .all(|line| after.any(|other| other == line))
}

proptest! {
    #[test]
    fn what_people_wrote_is_kept(text in changelog(), entry in entry()) {
        match insert(&text, &entry) {
            Ok(after) => {
                prop_assert!(has_entry(&after, "1.4.0"));
                prop_assert!(keeps_lines(&text, &after), "{after}");
                for version in OLD {
                    prop_assert_eq!(entry_of(&text, version), entry_of(&after, version));
                }
                let again = Err(ChangelogError::AlreadyThere { version: "1.4.0".to_owned() });
                prop_assert_eq!(insert(&after, &entry), again);
            }
            Err(ChangelogError::Unclosed { .. } | ChangelogError::Hides { .. }) => {}
            Err(error) => prop_assert!(false, "{error}"),
        }
    }

    #[test]
    fn line_ends_stay_of_one_kind(text in changelog(), entry in entry()) {
        if let Ok(after) = insert(&text, &entry) {
            let (all, crlf) = (after.matches('\n').count(), after.matches("\r\n").count());
            prop_assert_eq!(crlf, if text.contains("\r\n") { all } else { 0 });
        }
    }

    #[test]
    fn no_text_panics(text in any::<String>(), id in any::<String>(), entry in entry()) {
        let _ = (insert(&text, &entry), has_entry(&text, &id), entry_of(&text, &text));
        let _ = insert(&text, &Entry { version: id.clone(), date: text.clone(), ..entry });
        group_subjects(&[Subject { id, text }]);
    }

    #[test]
    fn commits_never_break_the_changelog(subjects in prop::collection::vec("(feat|fix|chore)?(\\(a\\))?!?(: )?([-#>+`~<!\\[\\]\\\\ \n\u{1b}a1.]|-->|<!--|\\PC){0,8}", 0..6)) {
        let subjects: Vec<Subject> = subjects.into_iter().map(|text| Subject { id: "abc".to_owned(), text }).collect();
        let changes = group_subjects(&subjects);
        let told = changes.iter().map(|group| group.items.len()).sum::<usize>();
        prop_assert!(!changes.iter().flat_map(|group| &group.items).any(|item| item.contains(char::is_control)));
        let entry = Entry { version: "1.4.0".to_owned(), date: "2026-01-02".to_owned(), changes, ..Entry::default() };
        let after = insert("## 1.3.0\nold\n", &entry).unwrap();
        prop_assert_eq!(entry_of(&after, "1.3.0"), Some("old"));
        prop_assert_eq!(after.lines().filter(|line| line.starts_with("- ")).count(), told);
    }
}
