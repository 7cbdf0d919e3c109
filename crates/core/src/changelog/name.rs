use super::outline::Heading;
use crate::edit::is_version_byte;

/// What a section speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name<'a> {
    /// What comes with the next release.
    Unreleased,
    /// The same, with the version that it was expected to be.
    Pending(&'a str),
    /// A release.
    Version(&'a str),
    /// Anything else.
    Other,
}

/// Headings that mean what has not been released, beside `Unreleased` with anything behind it.
const NEXT: [&str; 16] = [
    "next",
    "next release",
    "next version",
    "upcoming",
    "upcoming release",
    "upcoming changes",
    "tbd",
    "tba",
    "head",
    "in development",
    "main",
    "master",
    "trunk",
    "develop",
    "pending",
    "dev",
];

/// What is written where the date of a release that has not happened would stand.
const NOT_YET: [&str; 8] =
    ["unreleased", "tbd", "tba", "pending", "in development", "not released", "not yet released", "upcoming"];

impl<'a> Name<'a> {
    /// The version of a release.
    pub(super) fn version(self) -> Option<&'a str> {
        if let Self::Version(version) = self { Some(version) } else { None }
    }

    pub(super) fn of(heading: &Heading<'a>) -> Self {
        let title = without_anchor(heading.title);
        if is_unreleased(title, heading) {
            return Self::Unreleased;
        }
        let Some((version, behind)) = version(title) else { return Self::Other };
        let behind = behind.trim_matches(|c: char| c.is_whitespace() || "[]()-–—:/".contains(c));
        if NOT_YET.iter().any(|word| word.eq_ignore_ascii_case(behind)) {
            return Self::Pending(version);
        }
        let is_deep = heading.level == 3 && has_date(behind);
        if heading.level <= 2 || is_deep { Self::Version(version) } else { Self::Other }
    }
}

fn is_unreleased(title: &str, heading: &Heading<'_>) -> bool {
    let bare = title.strip_prefix('[').unwrap_or(title);
    let word = &bare[..bare.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(bare.len())];
    let is_title = heading.level == 1 && heading.underline.is_none();
    let bare = bare.trim_end_matches([']', ')', ' ']).trim_end();
    let named = |text: &str| NEXT.iter().any(|next| next.eq_ignore_ascii_case(text));
    let marked = bare
        .split_once(['(', '['])
        .is_some_and(|(front, mark)| named(front.trim_end()) && mark.trim().eq_ignore_ascii_case("unreleased"));
    heading.level <= 2 && !is_title && (word.eq_ignore_ascii_case("unreleased") || named(bare) || marked)
}

/// A title without the anchor that some tools put in front of it.
fn without_anchor(title: &str) -> &str {
    let behind = title.strip_prefix("<a ").and_then(|rest| rest.split_once("</a>")).map(|(_, behind)| behind);
    behind.unwrap_or(title).trim_start()
}

/// The version that a title names, and what follows: `1.4.0`, `v1.4.0 - 2026-01-02`, `[1.4.0](link)`, `Version 1.4.0`, and with the
/// name of a project or package `Harbor 1.4.0 (2026-01-02)` or `@scope/name@1.4.0`.
pub(super) fn version(title: &str) -> Option<(&str, &str)> {
    let bare = title.trim_start_matches(['[', '*', '`']);
    if let Some(found) = leading(bare) {
        return Some(found);
    }
    let (name, rest) = bare.split_once([' ', '@']).filter(|(name, _)| !name.is_empty()).or_else(|| {
        let rest = bare.strip_prefix('@')?;
        let (name, version) = rest.split_once('@')?;
        Some((name, version))
    })?;
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_/.@".contains(&byte));
    let (version, behind) = leading(rest.trim_start_matches('['))?;
    let rest = behind.trim_start();
    let ends = rest.is_empty() || rest.starts_with(['(', '-', '/', '[', ']', '–', '—', ':', ',']) || has_date(rest);
    (is_name && ends).then_some((version, behind))
}

fn leading(text: &str) -> Option<(&str, &str)> {
    let bare = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let end = bare.bytes().position(|byte| !is_version_byte(byte)).unwrap_or(bare.len());
    let (version, behind) = bare.split_at(end);
    let ends = behind.chars().next().is_none_or(|next| next.is_whitespace() || "](:,–—*`/".contains(next));
    let is_version = version.contains('.') && version.starts_with(|first: char| first.is_ascii_digit());
    (ends && is_version).then_some((version, behind))
}

fn has_date(text: &str) -> bool {
    super::date::find(text).is_some()
}

#[cfg(test)]
mod tests {
    use super::super::outline::Outline;
    use super::*;

    fn name(heading: &str) -> Name<'_> {
        Outline::of(heading).headings.first().map_or(Name::Other, Name::of)
    }

    #[test]
    fn a_release_is_named_in_many_ways() {
        for heading in [
            "## [1.4.0] - 2026-01-02",
            "## [1.4.0](https://example.org/compare/v1.3.0...v1.4.0) (2026-01-02)",
            "### [1.4.0](https://example.org) (2026-01-02)",
            "# v1.4.0",
            "## Version 1.4.0",
            "## Harbor 1.4.0 (January 2, 2026) ##",
            "## @example/harbor@1.4.0",
            "## harbor@1.4.0",
            "## <a name=\"1.4.0\"></a>1.4.0",
            "1.4.0 / 2026-01-02\n==================",
            "v1.4.0\n------",
            "## **1.4.0**",
        ] {
            assert_eq!(name(heading), Name::Version("1.4.0"), "{heading}");
        }
    }

    #[test]
    fn what_is_not_released_is_named_in_many_ways_too() {
        for heading in
            ["## [Unreleased]", "## UNRELEASED - soon", "## Next", "## main (unreleased)", "TBD\n===", "## [Upcoming]"]
        {
            assert_eq!(name(heading), Name::Unreleased, "{heading}");
        }
        for heading in ["## 1.4.0 (unreleased)", "## [1.4.0] - Unreleased", "## v1.4.0 - TBD"] {
            assert_eq!(name(heading), Name::Pending("1.4.0"), "{heading}");
        }
    }

    #[test]
    fn other_headings_stay_other() {
        for heading in [
            "## Python 3.12 support",
            "## How to read",
            "# Main",
            "### 1.4.0",
            "## Upgrading to 2.0",
            "- a\n---",
            "a\nb\n---",
            "## Nextcloud",
        ] {
            assert_eq!(name(heading), Name::Other, "{heading}");
        }
    }
}
