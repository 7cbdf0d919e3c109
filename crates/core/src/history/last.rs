//! Releases as tags record them, in the order of versions.

use super::line::Line;
use super::pattern::TagPattern;
use super::spelled::Spelled;
use crate::version::Version;

/// A release that was tagged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release<'a> {
    /// Its version, as the tag spells it.
    pub spelled: Spelled,
    /// Its tag, without `refs/tags/`.
    pub tag: &'a str,
}

/// The releases of a project, in the order of their versions.
#[derive(Debug, Clone, Default)]
pub struct Releases<'a> {
    /// The lowest version first.
    pub list: Vec<Release<'a>>,
    /// How many tags are none of this project's releases.
    pub others: usize,
}

/// Labels of prereleases that follow one another on the way to a release. Any other, such as `nightly`, is a channel of its own.
const ON_THE_WAY: [&str; 6] = ["alpha", "beta", "rc", "pre", "next", "preview"];

impl Release<'_> {
    /// Its version.
    pub fn version(&self) -> &Version {
        &self.spelled.version
    }

    fn is_stable(&self) -> bool {
        !self.version().is_prerelease()
    }
}

impl<'a> Releases<'a> {
    /// Picks the releases out of a repository's tags.
    pub fn of(pattern: &TagPattern, tags: impl IntoIterator<Item = &'a str>) -> Self {
        let mut releases = Self::default();
        for tag in tags {
            match pattern.version(tag) {
                Some(spelled) => releases.list.push(Release { spelled, tag }),
                None => releases.others += 1,
            }
        }
        releases.list.sort_by(|a, b| a.spelled.cmp(&b.spelled));
        releases
    }

    /// The release of a version.
    pub fn find(&self, version: &Version) -> Option<&Release<'a>> {
        self.list.iter().rev().find(|release| release.version() == version)
    }

    /// The last release: the highest version of the line that is no prerelease, wherever its tag is. A line that has none yet
    /// comes after the last release before it.
    pub fn last(&self, line: Option<Line>) -> Option<&Release<'a>> {
        let stable = || self.list.iter().rev().filter(|release| release.is_stable());
        match line {
            None => stable().next(),
            Some(line) => stable()
                .find(|release| line.has(release.version()))
                .or_else(|| stable().find(|release| *release.version() < line.first())),
        }
    }

    /// The release that one of this version comes after, which is what its notes are counted from. Before a prerelease that may be
    /// another one on the same way.
    pub fn before(&self, version: &Version) -> Option<&Release<'a>> {
        let lower = self.list.iter().rev().filter(|release| release.version() < version);
        lower.into_iter().find(|release| {
            release.is_stable() || (version.is_prerelease() && channel(release.version()) == channel(version))
        })
    }

    /// The highest number that a prerelease of this version has behind this label.
    pub(super) fn highest(&self, version: &Version, label: &str) -> Option<u64> {
        let of_version = self.list.iter().map(Release::version).filter(|found| found.core() == *version);
        of_version.filter(|found| found.label() == Some(label)).map(|found| found.number().unwrap_or(0)).max()
    }
}

fn channel(version: &Version) -> Option<&str> {
    version.label().filter(|label| !ON_THE_WAY.contains(label))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Releases with these tags, in a project whose tags begin with `v`.
    pub(in crate::history) fn tagged<'a>(names: &[&'a str]) -> Releases<'a> {
        Releases::of(&TagPattern::default(), names.iter().copied())
    }

    fn name(release: Option<&Release<'_>>) -> String {
        release.map_or("none".to_owned(), |release| release.tag.to_owned())
    }

    /// As electron, angular and rails tag, in no order.
    const MESSY: [&str; 14] = [
        "v45.0.0-nightly.20260821",
        "v1.8.1",
        "v43.4.1",
        "v43.4.0",
        "v44.0.0-beta.6",
        "v44.0.0-alpha.9",
        "v42.9.3",
        "v42.9.10",
        "nightly",
        "cli-v50.0.0",
        "v7.0.4",
        "v7.0.4.1",
        "v9",
        "v44.0.0-beta.10",
    ];

    #[test]
    fn the_last_release_is_the_highest_of_the_line() {
        let releases = tagged(&MESSY);
        assert_eq!(releases.others, 3);
        for (line, expected) in [
            (None, "v43.4.1"),
            (Some("42"), "v42.9.10"),
            (Some("42.9"), "v42.9.10"),
            (Some("7.0"), "v7.0.4.1"),
            (Some("44"), "v43.4.1"),
            (Some("42.10"), "v42.9.10"),
            (Some("1.0"), "none"),
        ] {
            assert_eq!(name(releases.last(line.map(|line| line.parse().unwrap()))), expected, "{line:?}");
        }
    }

    #[test]
    fn notes_are_counted_from_the_release_before() {
        let releases = tagged(&MESSY);
        for (version, expected) in [
            ("43.4.2", "v43.4.1"),
            ("42.9.11", "v42.9.10"),
            ("44.0.0", "v43.4.1"),
            ("44.0.0-beta.11", "v44.0.0-beta.10"),
            ("44.0.0-rc.1", "v44.0.0-beta.10"),
            ("45.0.0-nightly.20260822", "v45.0.0-nightly.20260821"),
            ("45.0.0-rc.1", "v44.0.0-beta.10"),
            ("1.0.0", "none"),
        ] {
            assert_eq!(name(releases.before(&version.parse().unwrap())), expected, "{version}");
        }
    }

    #[test]
    fn a_candidate_and_its_release_on_one_commit_are_told_apart() {
        let releases = tagged(&["v1.3.0", "v1.4.0", "v1.4.0-rc.1"]);
        assert_eq!(name(releases.last(None)), "v1.4.0");
        assert_eq!(name(releases.before(&"1.4.0".parse().unwrap())), "v1.3.0");
    }
}
