/// `kind(scope)!: description`, as Conventional Commits 1.0 has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Headline<'a> {
    pub(super) kind: &'a str,
    pub(super) scope: Option<&'a str>,
    pub(super) breaking: bool,
    pub(super) description: &'a str,
}

/// The longest word that is still taken for a kind or the name of a part.
const MAX_HEAD: usize = 80;

impl<'a> Headline<'a> {
    /// Reads a subject. A blank before the bracket, a `!` on its other side and a missing blank behind the colon are
    /// forgiven, the last only for a kind that is known.
    pub(super) fn of(subject: &'a str) -> Option<Self> {
        let colon = subject.bytes().take(MAX_HEAD).position(|byte| byte == b':')?;
        let (head, behind) = (&subject[..colon], &subject[colon + 1..]);
        let unmarked = head.strip_suffix('!').unwrap_or(head);
        let (kind, scope) = match unmarked.split_once('(') {
            Some((kind, scope)) => (kind.trim_end(), Some(scope.strip_suffix(')')?.trim())),
            None => (unmarked, None),
        };
        let bare = kind.strip_suffix('!').unwrap_or(kind);
        let breaking = bare.len() < kind.len() || unmarked.len() < head.len();
        let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"-_/.@".contains(&byte);
        let is_kind = bare.starts_with(|c: char| c.is_ascii_alphabetic()) && bare.bytes().all(is_word);
        let spaced = behind.starts_with([' ', '\t']) || is_known(bare);
        let description = behind.trim();
        (is_kind && spaced && !description.is_empty()).then_some(Self {
            kind: bare,
            scope: scope.filter(|scope| !scope.is_empty()),
            breaking,
            description,
        })
    }

    /// Whether the kind is one that projects agree on.
    pub(super) fn is_conventional(&self) -> bool {
        is_known(self.kind)
    }
}

/// Kinds of the convention itself, of its common presets, and the words of Keep a Changelog.
const KNOWN: [&str; 36] = [
    "feat",
    "fix",
    "docs",
    "chore",
    "refactor",
    "test",
    "ci",
    "build",
    "perf",
    "style",
    "revert",
    "feature",
    "bugfix",
    "hotfix",
    "doc",
    "tests",
    "performance",
    "security",
    "deps",
    "deprecate",
    "deprecated",
    "remove",
    "removed",
    "add",
    "added",
    "change",
    "changed",
    "fixed",
    "improvement",
    "enhancement",
    "internal",
    "wip",
    "release",
    "lint",
    "typo",
    "typos",
];

pub(super) fn is_known(kind: &str) -> bool {
    KNOWN.iter().any(|known| known.eq_ignore_ascii_case(kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(subject: &str) -> Option<(&str, Option<&str>, bool, &str)> {
        Headline::of(subject).map(|line| (line.kind, line.scope, line.breaking, line.description))
    }

    #[test]
    fn the_convention_is_read_with_some_tolerance() {
        for (subject, expected) in [
            ("feat: x", ("feat", None, false, "x")),
            ("feat(api)!: x: y", ("feat", Some("api"), true, "x: y")),
            ("FIX (@angular/cli): x", ("FIX", Some("@angular/cli"), false, "x")),
            ("feat!(api): x", ("feat", Some("api"), true, "x")),
            ("fix():x", ("fix", None, false, "x")),
            ("net/http: x", ("net/http", None, false, "x")),
        ] {
            assert_eq!(read(subject), Some(expected), "{subject}");
        }
    }

    #[test]
    fn other_text_with_a_colon_is_no_headline() {
        for subject in
            ["feat:", "feat: ", "https://example.org", "Note this: x", "feat(a: x", "feat(a)b: x", ": x", "", "12: x"]
        {
            assert_eq!(read(subject), None, "{subject}");
        }
    }
}
