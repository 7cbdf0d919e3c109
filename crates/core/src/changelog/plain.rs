use super::section::Section;

/// What a subject that follows no convention speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plain {
    /// A change, told under this section.
    Change(Section),
    /// The work of releasing: a version, a changelog, a commit that is to be squashed.
    Housekeeping,
}

/// Judges by the words that people begin subjects with. What is not understood has changed something.
pub(super) fn judge(subject: &str) -> Plain {
    let told = Told::of(subject);
    let verb = first_word(subject);
    if is_housekeeping(subject, verb, &told) {
        return Plain::Housekeeping;
    }
    let what = subject[verb.len()..].trim_start();
    if is_internal(subject, verb, what, &told) {
        return Plain::Change(Section::Internal);
    }
    if told.vulnerability || is_one_of(verb, &["security"]) {
        return Plain::Change(Section::Security);
    }
    if told.manual || is_one_of(verb, &["document", "docs", "doc", "clarify"]) || about_docs(what) {
        return Plain::Change(Section::Documentation);
    }
    let section =
        VERBS.iter().find(|(_, verbs)| is_one_of(verb, verbs)).map_or(Section::Changed, |(section, _)| *section);
    Plain::Change(section)
}

/// What a subject mentions, wherever it does. Found in one pass: histories are long.
#[derive(Default)]
struct Told {
    vulnerability: bool,
    manual: bool,
    changelog: bool,
    typo: bool,
    flaky: bool,
}

impl Told {
    fn of(subject: &str) -> Self {
        let bytes = subject.as_bytes();
        let mut told = Self::default();
        for (at, byte) in bytes.iter().enumerate() {
            let is = |word: &str| {
                bytes.get(at..at + word.len()).is_some_and(|text| text.eq_ignore_ascii_case(word.as_bytes()))
            };
            match byte.to_ascii_lowercase() {
                b'c' => {
                    told.vulnerability |= is("cve-2");
                    told.changelog |= is("changelog");
                }
                b'g' => told.vulnerability |= is("ghsa-"),
                b'v' => told.vulnerability |= is("vulnerabilit"),
                b'r' => {
                    told.manual |= is("readme");
                    told.changelog |= is("release notes");
                }
                b'd' => told.manual |= is("docstring"),
                b't' => told.typo |= is("typo"),
                b'f' => told.flaky |= is("flaky"),
                _ => {}
            }
        }
        told
    }
}

const VERBS: [(Section, &[&str]); 5] = [
    (
        Section::Fixed,
        &[
            "fix",
            "fixes",
            "fixed",
            "fixing",
            "bugfix",
            "hotfix",
            "correct",
            "corrects",
            "corrected",
            "resolve",
            "resolves",
            "repair",
            "prevent",
            "prevents",
        ],
    ),
    (
        Section::Added,
        &[
            "add",
            "adds",
            "added",
            "adding",
            "introduce",
            "introduces",
            "implement",
            "implements",
            "implemented",
            "support",
            "supports",
            "allow",
            "allows",
            "enable",
            "expose",
            "provide",
            "create",
            "new",
        ],
    ),
    (Section::Removed, &["remove", "removes", "removed", "removing", "drop", "drops", "dropped", "delete", "deleted"]),
    (Section::Deprecated, &["deprecate", "deprecates", "deprecated", "deprecating"]),
    (Section::Reverted, &["revert", "reverts", "reverted"]),
];

fn first_word(text: &str) -> &str {
    &text[..text.bytes().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(text.len())]
}

fn is_one_of(word: &str, words: &[&str]) -> bool {
    words.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// A subject whose object is the manual: `Fix the documentation of x`, `Improve docs`.
fn about_docs(what: &str) -> bool {
    let is_docs = |word: &str| {
        is_one_of(word.trim_end_matches(['.', ',', ':']), &["docs", "doc", "documentation", "guide", "guides"])
    };
    what.split(' ').take(6).any(is_docs)
}

fn is_internal(subject: &str, verb: &str, what: &str, told: &Told) -> bool {
    let is_test = |word: &str| {
        is_one_of(
            word.trim_end_matches(['.', ',']),
            &["test", "tests", "ci", "lint", "linter", "linting", "rubocop", "mypy", "clippy"],
        )
    };
    is_one_of(
        verb,
        &[
            "refactor",
            "refactoring",
            "reformat",
            "format",
            "rustfmt",
            "lint",
            "wip",
            "typo",
            "typos",
            "tidy",
            "cleanup",
            "tests",
            "test",
        ],
    ) || told.typo
        || told.flaky
        || what.split(' ').take(3).any(is_test)
        || ["cargo fmt", "cargo update", "clean up", "run black", "code style", "whitespace"]
            .iter()
            .any(|start| starts(subject, start))
        || what.ends_with(".gitignore")
}

fn starts(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|front| front.eq_ignore_ascii_case(start))
}

fn is_housekeeping(subject: &str, verb: &str, told: &Told) -> bool {
    ["fixup! ", "squash! ", "amend! "].iter().any(|mark| subject.starts_with(mark))
        || is_version(subject, verb)
        || is_one_of(verb, &["changelog", "changes", "history"])
        || told.changelog
            && is_one_of(
                verb,
                &[
                    "update", "add", "fix", "edit", "prepare", "tweak", "missing", "bump", "move", "write", "sync",
                    "improve", "reword", "start",
                ],
            )
}

/// A subject that does nothing but name a version, such as `Release 1.4.0`, `v1.4.0` or `Bump version to 1.4.0`.
fn is_version(subject: &str, verb: &str) -> bool {
    const WORDS: [&str; 21] = [
        "release",
        "releases",
        "released",
        "releasing",
        "version",
        "versions",
        "bump",
        "bumped",
        "prepare",
        "preparing",
        "for",
        "to",
        "the",
        "from",
        "publish",
        "cut",
        "set",
        "update",
        "of",
        "new",
        "next",
    ];
    let (mut told, mut numbers) = (false, 0);
    for word in subject.split([' ', ':', '(', ')']).filter(|word| !word.is_empty()) {
        let bare = word.trim_matches(['`', '"', '\'', '.', ',', '[', ']']);
        if is_number(bare) {
            numbers += 1;
        } else if is_one_of(bare, &WORDS) {
            told = told || is_one_of(bare, &WORDS[..7]);
        } else if !matches!(bare, "->" | "→" | "=>" | "") {
            return false;
        }
    }
    numbers > 0 && (told || numbers == 1)
        || told && is_one_of(verb, &["bump"]) && subject.to_ascii_lowercase().contains("version")
}

/// `1.4.0`, `v1.4.0-rc.1`, and with the name of a part `globset-0.4.20` or `pkg@1.4.0`.
fn is_number(word: &str) -> bool {
    let number = word.rsplit_once('@').map_or(word, |(_, number)| number);
    let start = number.find(|c: char| c.is_ascii_digit()).unwrap_or(number.len());
    let (front, digits) = number.split_at(start);
    let named = front.is_empty() || matches!(front, "v" | "V") || front.ends_with('-');
    named && digits.contains('.') && digits.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-+".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_tell_what_a_subject_is_about() {
        use Section::{Added, Changed, Deprecated, Documentation, Fixed, Internal, Removed, Security};
        for (subject, section) in [
            ("Add exports", Added),
            ("Supports HTTP/2", Added),
            ("Fix a leak", Fixed),
            ("Removed `x`", Removed),
            ("Drop Python 3.8", Removed),
            ("Deprecate x", Deprecated),
            ("Fix CVE-2026-1234", Security),
            ("Fix the documentation of x", Documentation),
            ("Update README.md", Documentation),
            ("Fix typo in README", Internal),
            ("Add tests for x", Internal),
            ("Add missing test", Internal),
            ("Refactor x", Internal),
            ("Read the columns of many tables", Changed),
            ("Addendum", Changed),
            ("", Changed),
            ("日本語", Changed),
        ] {
            assert_eq!(judge(subject), Plain::Change(section), "{subject}");
        }
    }

    #[test]
    fn the_work_of_releasing_is_not_told() {
        for subject in [
            "Release 1.4.0",
            "v1.4.0",
            "1.4.0",
            "globset-0.4.20",
            "Version 0.27.1",
            "Bump version to 1.4.0",
            "Bump version",
            "Prepare for the 1.4.0 release",
            "Bump version from 1.3.0 to 1.4.0",
            "Preparing for 8.1.0.rc1 release",
            "Update CHANGELOG for 0.27.1 release date.",
            "changelog: 1.4.0",
            "fixup! Add x",
            "Add release notes",
        ] {
            assert_eq!(judge(subject), Plain::Housekeeping, "{subject}");
        }
        for subject in
            ["Bump x from 1.0 to 2.0", "Release the lock", "Support 1.4.0 of x", "New version of the parser", "Add 1.5"]
        {
            assert_ne!(judge(subject), Plain::Housekeeping, "{subject}");
        }
    }
}
