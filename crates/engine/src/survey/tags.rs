//! What earlier releases are tagged like.

use std::collections::BTreeMap;

use allclear_core::names::TagName;
use allclear_core::version::Version;

/// The tags of earlier releases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tags {
    /// What stands before the version: `v`, nothing, `name-v`; none where no tag names a version.
    pub prefix: Option<String>,
    /// The highest version that is no prerelease and is tagged so.
    pub last: Option<Version>,
    /// What stands before the version in tags that follow another habit.
    pub others: Vec<String>,
    /// A tag that names no version of three numbers, where no tag does.
    pub odd: Option<TagName>,
}

/// Finds the habit that most tags follow.
pub(super) fn tags(tags: impl Iterator<Item = TagName>) -> Tags {
    let mut habits: BTreeMap<String, Vec<Version>> = BTreeMap::new();
    let mut odd = None;
    for tag in tags {
        match split(tag.as_str()) {
            Some((prefix, version)) => habits.entry(prefix.to_owned()).or_default().push(version),
            None => odd = Some(tag),
        }
    }
    let most = habits.iter().max_by_key(|(_, versions)| (versions.len(), versions.iter().max()));
    let Some((prefix, versions)) = most.map(|(prefix, versions)| (prefix.clone(), versions.clone())) else {
        return Tags { odd, ..Tags::default() };
    };
    let last = versions.into_iter().filter(|version| !version.is_prerelease()).max();
    let others = habits.into_keys().filter(|other| *other != prefix).collect();
    Tags { prefix: Some(prefix), last, others, odd: None }
}

/// The text before the version and the version. A version begins at the start, or after something that is no digit and no dot.
fn split(tag: &str) -> Option<(&str, Version)> {
    let begins = |at: &usize| {
        tag.as_bytes()[*at].is_ascii_digit()
            && !tag[..*at].ends_with(|before: char| before.is_ascii_digit() || before == '.')
    };
    (0..tag.len()).filter(begins).find_map(|at| Some((&tag[..at], tag[at..].parse().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(names: &[&str]) -> Tags {
        tags(names.iter().map(|name| TagName::new(*name).unwrap()))
    }

    #[test]
    fn the_habit_of_most_tags_counts() {
        let found = of(&["v1.2.3", "v1.10.0", "v2.0.0-rc.1", "harbor-v3.0.0", "nightly"]);
        assert_eq!(found.prefix.as_deref(), Some("v"));
        assert_eq!(found.last, Some(Version::new(1, 10, 0)));
        assert_eq!(found.others, ["harbor-v"]);
        assert_eq!(of(&["1.2.3", "1.3.0"]).prefix.as_deref(), Some(""));
        assert_eq!(of(&["web2-1.2.3"]).prefix.as_deref(), Some("web2-"));
    }

    #[test]
    fn tags_without_a_version_of_three_numbers_tell_nothing() {
        let found = of(&["2024-05", "v1.2", "1.02.3"]);
        assert_eq!((found.prefix, found.last), (None, None));
        assert!(found.odd.is_some());
    }
}
