//! What a project's release tags look like.

use std::collections::BTreeMap;

use super::spelled::Spelled;

/// A version between fixed texts, such as `v{version}` or `harbor-{version}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagPattern {
    before: String,
    after: String,
}

impl TagPattern {
    /// Reads a pattern; none when it has no `{version}`.
    pub fn new(pattern: &str) -> Option<Self> {
        let (before, after) = pattern.split_once("{version}")?;
        Some(Self { before: before.to_owned(), after: after.to_owned() })
    }

    /// Returns the version that a tag spells, if the tag is one of these.
    pub fn version(&self, tag: &str) -> Option<Spelled> {
        Spelled::read(tag.strip_prefix(self.before.as_str())?.strip_suffix(self.after.as_str())?)
    }

    /// Returns the tag of a version.
    pub fn tag(&self, version: &impl std::fmt::Display) -> String {
        format!("{}{version}{}", self.before, self.after)
    }
}

impl Default for TagPattern {
    fn default() -> Self {
        Self { before: "v".to_owned(), after: String::new() }
    }
}

impl std::fmt::Display for TagPattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.tag(&"{version}"))
    }
}

/// Finds the habit of a project that has not said what its tags look like. `v1.4.0` and `1.4.0` are the project's own, and the
/// one with the higher version is the habit of today; without either, the text that stands before most versions is.
pub fn habit<'a>(tags: impl IntoIterator<Item = &'a str>) -> Option<TagPattern> {
    let mut habits: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (before, version) in tags.into_iter().filter_map(split) {
        habits.entry(before).or_default().push(version);
    }
    let highest = |versions: &Vec<&str>| versions.iter().filter_map(|version| Spelled::read(version)).max();
    let own = match (habits.get(""), habits.get("v")) {
        (Some(bare), Some(marked)) => Some(if highest(bare) > highest(marked) { "" } else { "v" }),
        (bare, marked) => bare.map(|_| "").or(marked.map(|_| "v")),
    };
    let most = || habits.iter().max_by_key(|(_, versions)| versions.len()).map(|(before, _)| *before);
    own.or_else(most).map(|before| TagPattern { before: before.to_owned(), after: String::new() })
}

/// The text before what looks like a version, and that. A version begins at the start, or after something that is no digit and no
/// dot, and has two numbers at least.
fn split(tag: &str) -> Option<(&str, &str)> {
    let begins = |at: &usize| {
        tag.as_bytes()[*at].is_ascii_digit()
            && !tag[..*at].ends_with(|before: char| before.is_ascii_digit() || before == '.')
    };
    let looks_so = |text: &str| {
        let behind = text.trim_start_matches(|c: char| c.is_ascii_digit());
        behind.strip_prefix('.').is_some_and(|behind| behind.starts_with(|c: char| c.is_ascii_digit()))
    };
    (0..tag.len()).filter(begins).map(|at| tag.split_at(at)).find(|(_, version)| looks_so(version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_names_the_tags_of_one_project() {
        let pattern = TagPattern::new("harbor-v{version}").unwrap();
        assert_eq!(pattern.version("harbor-v1.4.0").unwrap().version.to_string(), "1.4.0");
        for other in ["v1.4.0", "harbor-1.4.0", "web-harbor-v1.4.0", "harbor-v"] {
            assert_eq!(pattern.version(other), None, "{other}");
        }
        assert_eq!((pattern.tag(&"1.5.0"), pattern.to_string()), ("harbor-v1.5.0".into(), "harbor-v{version}".into()));
        assert_eq!(TagPattern::new("latest"), None);
    }

    #[test]
    fn a_habit_is_found_in_tags() {
        let found = |tags: &[&str]| habit(tags.iter().copied()).map(|pattern| pattern.to_string());
        assert_eq!(found(&["v1.2.3", "v1.10.0", "harbor-v3.0.0", "nightly"]).as_deref(), Some("v{version}"));
        assert_eq!(found(&["1.2.3", "1.3.0", "1.4.0", "v2.0.0"]).as_deref(), Some("v{version}"), "it changed");
        assert_eq!(found(&["web2-1.2.3", "web2-1.3.0", "api-9.0.0"]).as_deref(), Some("web2-{version}"));
        assert_eq!(found(&["cli-v9.0.0", "cli-v9.1.0", "v1.0.0"]).as_deref(), Some("v{version}"));
        assert_eq!(found(&["latest", "2024"]), None);
    }
}
