/// What a change means to somebody who uses the project: the groups of Keep a Changelog 1.1, and what they lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// What worked before needs a hand now.
    Breaking,
    /// New.
    Added,
    /// Works in another way.
    Changed,
    /// Works still, and will go.
    Deprecated,
    /// Gone.
    Removed,
    /// Repaired.
    Fixed,
    /// Vulnerabilities.
    Security,
    /// Told in the manuals.
    Documentation,
    /// A change of an earlier release was taken back.
    Reverted,
    /// Of no concern to users: tests, builds, upkeep.
    Internal,
}

impl Section {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 10] = [
        Self::Breaking,
        Self::Added,
        Self::Changed,
        Self::Deprecated,
        Self::Removed,
        Self::Fixed,
        Self::Security,
        Self::Documentation,
        Self::Reverted,
        Self::Internal,
    ];

    /// The heading.
    pub fn title(self) -> &'static str {
        self.titles()[0]
    }

    /// The heading, and what other projects call it.
    pub(super) fn titles(self) -> &'static [&'static str] {
        match self {
            Self::Breaking => &["Breaking changes", "Breaking", "⚠ BREAKING CHANGES", "💥 Breaking changes"],
            Self::Added => {
                &["Added", "Features", "New features", "Enhancements", "🚀 Features", "Feature enhancements"]
            }
            Self::Changed => &["Changed", "Changes", "Improvements"],
            Self::Deprecated => &["Deprecated", "Deprecations"],
            Self::Removed => &["Removed", "Removals", "Deprecations and Removals"],
            Self::Fixed => &["Fixed", "Bug fixes", "Bugfixes", "Fixes", "🐛 Bug Fixes"],
            Self::Security => &["Security", "Security fixes"],
            Self::Documentation => &["Documentation", "Docs", "Improved Documentation", "📚 Documentation"],
            Self::Reverted => &["Reverted", "Reverts", "◀️ Revert"],
            Self::Internal => &["Internal", "Miscellaneous", "Misc", "⚙️ Miscellaneous Tasks"],
        }
    }

    /// The section that a heading means, in whatever of the usual words.
    pub(super) fn of_title(title: &str) -> Option<Self> {
        let title = title.trim().trim_end_matches(':');
        let means = |section: &Self| section.titles().iter().any(|known| same(known, title));
        Self::ALL.into_iter().find(means)
    }

    /// The section of a conventional kind, or of the word by which a fragment names its sort; none for other words.
    pub(super) fn of_kind(kind: &str) -> Option<Self> {
        KINDS
            .iter()
            .find(|(_, kinds)| kinds.iter().any(|known| known.eq_ignore_ascii_case(kind)))
            .map(|(section, _)| *section)
    }
}

/// Whether two headings are the same but for the case of their letters.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other.trim())
}

const KINDS: [(Section, &[&str]); 10] = [
    (Section::Fixed, &["fix", "bugfix", "hotfix", "fixed"]),
    (Section::Added, &["feat", "feature", "features", "add", "added"]),
    (
        Section::Internal,
        &[
            "chore", "ci", "test", "tests", "build", "refactor", "style", "internal", "wip", "release", "lint", "misc",
            "typo", "typos",
        ],
    ),
    (Section::Documentation, &["docs", "doc"]),
    (Section::Changed, &["perf", "performance", "change", "changed", "improvement", "enhancement", "deps"]),
    (Section::Reverted, &["revert", "reverted"]),
    (Section::Security, &["security"]),
    (Section::Removed, &["remove", "removed", "removal"]),
    (Section::Deprecated, &["deprecate", "deprecated", "deprecation"]),
    (Section::Breaking, &["breaking"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_known_by_each_of_its_titles() {
        for section in Section::ALL {
            for title in section.titles() {
                assert_eq!(Section::of_title(title), Some(section), "{title}");
            }
        }
        assert_eq!(Section::of_title(" bug FIXES: "), Some(Section::Fixed));
        assert_eq!(Section::of_title("Thanks"), None);
    }
}
