//! What holds for every changelog, shown on random ones.

use proptest::prelude::*;

use super::{ChangelogError, Commit, Entry, Group, Rules, Sources, compose, entry_of, fragment, has_entry, write};

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
        ..Entry::default()
    })
}

/// Commits of a line of history, newest first, and the subjects of those that are still in effect at its end.
///
/// Each step does something new, or takes back some earlier commit, be it a revert itself.
fn history() -> impl Strategy<Value = (Vec<(String, String)>, Vec<String>)> {
    prop::collection::vec((any::<prop::sample::Index>(), 0..4u8), 1..24).prop_map(|steps| {
        let mut log: Vec<(String, String)> = Vec::new();
        let mut target: Vec<Option<usize>> = Vec::new();
        for (at, (index, kind)) in steps.into_iter().enumerate() {
            let id = format!("{:08x}{at:032x}", (at as u32 + 1).wrapping_mul(0x9e37_79b1));
            let back = (kind > 0 && at > 0).then(|| index.index(at));
            let message = match back {
                Some(to) => format!(
                    "Revert \"{}\"\n\nThis reverts commit {}.",
                    log[to].1.lines().next().unwrap_or(""),
                    &log[to].0[..7 + at % 30]
                ),
                None => format!("feat: change {at} of many"),
            };
            target.push(back);
            log.push((id, message));
        }
        // In effect is what no commit takes back that is in effect itself.
        let mut is_on = vec![true; log.len()];
        for at in (0..log.len()).rev() {
            if let (true, Some(to)) = (is_on[at], target[at]) {
                is_on[to] = false;
            }
        }
        let left = (0..log.len()).rev().filter(|at| is_on[*at] && target[*at].is_none());
        let left = left.map(|at| log[at].1.replace("feat: ", "")).collect();
        log.reverse();
        (log, left)
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
        match write(&text, &entry) {
            Ok(after) => {
                prop_assert!(has_entry(&after, "1.4.0"));
                prop_assert!(keeps_lines(&text, &after), "{after}");
                for version in OLD {
                    prop_assert_eq!(entry_of(&text, version), entry_of(&after, version));
                }
                let again = write(&after, &entry);
                prop_assert_eq!(again.as_ref(), Ok(&after));
            }
            Err(ChangelogError::Unclosed { .. } | ChangelogError::Hides { .. }) => {}
            Err(error) => prop_assert!(false, "{error}"),
        }
    }

    #[test]
    fn what_is_left_of_reverts_is_what_is_in_effect((log, left) in history()) {
        let commits: Vec<Commit<'_>> = log.iter().map(|(id, message)| Commit { id, message, ..Commit::default() }).collect();
        let changes = compose(&Sources { commits: &commits, ..Sources::default() }, &Rules::default());
        let told: Vec<String> =
            changes.groups.iter().flat_map(|group| &group.items).map(|item| item.split(" (").next().unwrap_or("").to_owned()).collect();
        prop_assert_eq!(told, left);
    }

    #[test]
    fn nothing_by_hand_is_lost_however_often_it_is_written(
        text in changelog(),
        rounds in prop::collection::vec((entry(), 0..5usize, "[a-z]{3,8}"), 1..5),
    ) {
        let versions = ["1.4.0", "1.4.0", "1.5.0", "1.5.0-rc.1", "2.0.0"];
        let (mut text, mut by_hand) = (text, Vec::new());
        for (entry, version, word) in rounds {
            let line = format!("- {word} by hand");
            let edited = ["## [Unreleased]", "## unreleased", "### Added"]
                .iter()
                .find_map(|heading| text.find(&format!("{heading}\n")).map(|at| at + heading.len() + 1));
            if let Some(at) = edited {
                text.insert_str(at, &format!("{line}\n"));
                by_hand.push(line);
            }
            let entry = Entry { version: versions[version].to_owned(), ..entry };
            let Ok(after) = write(&text, &entry) else { continue };
            prop_assert!(keeps_lines(&text, &after) || text.lines().any(|line| line.contains("]:")), "{text}\n---\n{after}");
            text = after;
            let again = write(&text, &entry);
            prop_assert_eq!(again.as_ref(), Ok(&text));
        }
        for line in by_hand {
            prop_assert!(text.lines().any(|other| other == line), "{line} is lost in\n{text}");
        }
    }

    #[test]
    fn fragments_are_told_word_for_word(texts in prop::collection::vec("[A-Za-z`#<*_ ]{1,12}(\n\n?[a-z]{1,5})?", 0..6)) {
        let files: Vec<(String, String)> =
            texts.iter().enumerate().map(|(at, text)| (format!("changelog.d/{}.feature.md", 1000 + at), text.clone())).collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let read = fragment::read("changelog.d", &files, None).unwrap();
        prop_assert_eq!(read.consumed.len(), files.len());
        let changes = compose(&Sources { fragments: &read.told, ..Sources::default() }, &Rules::default());
        let told = changes.groups.iter().flat_map(|group| &group.items).cloned().collect::<Vec<_>>().join("\n");
        for text in &texts {
            prop_assert!(told.contains(text.trim_end().trim_matches('\n')), "{text:?} in {told:?}");
        }
    }

    #[test]
    fn no_fragment_panics(path in "(changelog.d/|.changeset/)?[-+.a-z0-9é]{0,20}", text in "(---\n)?[\"a-z:@/# -]{0,20}(\n---\n)?\\PC{0,20}") {
        for folder in ["changelog.d", ".changeset"] {
            let _ = fragment::read(folder, &[(&path, &text)], Some(("pyproject.toml", &text)));
        }
        let _ = fragment::directory(&text);
    }

    #[test]
    fn line_ends_stay_of_one_kind(text in changelog(), entry in entry()) {
        if let Ok(after) = write(&text, &entry) {
            let (all, crlf) = (after.matches('\n').count(), after.matches("\r\n").count());
            prop_assert_eq!(crlf, if text.contains("\r\n") { all } else { 0 });
        }
    }

    #[test]
    fn no_text_panics(text in any::<String>(), id in any::<String>(), entry in entry()) {
        let _ = (write(&text, &entry), has_entry(&text, &id), entry_of(&text, &text));
        let _ = write(&text, &Entry { version: id.clone(), date: text.clone(), ..entry });
        let commits = [Commit { id: &id, author: &id, parents: "", message: &text }];
        compose(&Sources { commits: &commits, ..Sources::default() }, &Rules::default());
    }

    #[test]
    fn commits_never_break_the_changelog(messages in prop::collection::vec("(feat|fix|chore)?(\\(a\\))?!?(: )?([-#>+`~<!\\[\\]\\\\ \n\u{1b}a1.]|-->|<!--|\\PC){0,8}", 0..6)) {
        let commits: Vec<Commit<'_>> =
            messages.iter().map(|message| Commit { id: "abcdef123456", message, ..Commit::default() }).collect();
        let rules = Rules { internal: true, ..Rules::default() };
        let changes = compose(&Sources { commits: &commits, ..Sources::default() }, &rules);
        let told = changes.groups.iter().map(|group| group.items.len()).sum::<usize>();
        prop_assert!(!changes.groups.iter().flat_map(|group| &group.items).any(|item| item.contains(char::is_control)));
        let entry = Entry {
            version: "1.4.0".to_owned(),
            date: "2026-01-02".to_owned(),
            changes: changes.groups,
            ..Entry::default()
        };
        let after = write("## [1.3.0] - 2025-12-01\n### Added\n- old\n", &entry).unwrap();
        prop_assert_eq!(entry_of(&after, "1.3.0"), Some("### Added\n- old"));
        prop_assert_eq!(after.lines().filter(|line| line.starts_with("- ")).count(), told + 1);
    }
}

/// Long texts that are made to be slow to read: a look back at every line would take minutes.
fn nasty() -> Vec<String> {
    let size = 256 << 10;
    [
        "* feat: a\n\nBREAKING CHANGE: b\n\n",
        "Closes #1, ",
        "#",
        "[",
        "## [1.0.0]\n",
        "## a\n",
        "# a\n\n",
        "a\n==\n",
        "\n",
        "- a\n",
        "```\n",
        "<!--",
        "[a]: b\n",
        "### Added\n\n",
        "Revert \"",
        "This reverts commit aaaaaaa.\n",
        "BREAKING CHANGE:\n\n",
        "(#1) ",
        "é",
        "**Added:**\n",
        "<a name=\"x\"></a>\n",
    ]
    .map(|piece| piece.repeat(size / piece.len()))
    .to_vec()
}

#[test]
fn size_alone_makes_nothing_slow() {
    for text in nasty() {
        let commits = [Commit { id: "abcdefabcdef", author: &text, parents: "", message: &text }];
        let body = format!("feat: a\n\n{text}");
        let more = [commits[0], Commit { message: &body, ..commits[0] }];
        compose(
            &Sources { commits: &more, written: &text, ..Sources::default() },
            &Rules { authors: true, ..Rules::default() },
        );
        let changes = vec![Group { title: "Added".to_owned(), items: vec!["x (abc)".to_owned()] }];
        let entry = Entry { version: "1.4.0".to_owned(), date: "2026-01-02".to_owned(), changes, ..Entry::default() };
        let _ = write(&text, &entry);
        let _ =
            fragment::read("a", &[("a/1.feature.md", &text)], Some(("b", &text[..text.floor_char_boundary(1 << 16)])));
    }
}
