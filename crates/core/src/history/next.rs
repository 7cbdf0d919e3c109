//! Which version comes next.

use jiff::civil::Date;

use super::calver::Scheme;
use super::last::{Release, Releases};
use super::line::Line;
use crate::version::Version;

/// How much a release changes, by [SemVer](https://semver.org).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It mends.
    Patch,
    /// It adds.
    Minor,
    /// It breaks.
    Major,
}

impl Level {
    /// What a kind of release means for the version: `major` and `minor` say so, every other kind mends.
    pub fn of_kind(kind: &str) -> Self {
        match kind {
            "major" => Self::Major,
            "minor" => Self::Minor,
            _ => Self::Patch,
        }
    }

    /// Its name, which is also the kind of release that it usually is.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }
}

/// What the next version is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// How much changes; what a person says, or what the commits say.
    pub level: Level,
    /// Whether a person said so. What commits say does not leave the line, nor version 0.
    pub said: bool,
    /// The line that is released, where it is an older one.
    pub line: Option<Line>,
    /// The label of a prerelease, such as `rc`.
    pub label: Option<&'a str>,
    /// How the project counts.
    pub scheme: Scheme,
    /// The day of the release.
    pub today: Date,
}

/// The next version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// The version.
    pub version: Version,
    /// What it comes after, and how much it changes.
    pub level: Level,
    /// What the commits ask for, where the line or version 0 does not give it.
    pub held: Option<Level>,
}

/// There is no such version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NextError {
    /// A person asks for more than the line can have.
    #[error(
        "a {level} release leaves the line {line}: the next would be {version}; leave the line out, or release a patch"
    )]
    LeavesLine {
        /// What was asked for.
        level: &'static str,
        /// The line.
        line: Line,
        /// The version that it would be.
        version: Version,
    },
    /// A label that SemVer does not take.
    #[error(
        "`{0}` is not a label of prereleases: letters, digits and `-` are expected, beginning with a letter, as in `rc`"
    )]
    Label(String),
}

/// Returns the version that follows the last release of the line.
///
/// # Errors
/// When it would not be on the line, or the label is none.
pub fn next(releases: &Releases<'_>, wanted: &Wanted<'_>) -> Result<Next, NextError> {
    let last = releases.last(wanted.line).map(Release::version);
    let mut level = wanted.level;
    if !wanted.said {
        level = level.min(most(wanted, last));
    }
    let version = match (last, wanted.line) {
        (None, Some(line)) => line.first(),
        (None, None) => wanted.scheme.first(level, wanted.today),
        (Some(last), Some(line)) if !line.has(last) => line.first(),
        (Some(last), line) => {
            let mends = level == Level::Patch && (line.is_some() || wanted.scheme.has_minors());
            wanted.scheme.after(last, level, mends, wanted.today)
        }
    };
    if let Some(line) = wanted.line.filter(|line| !line.has(&version)) {
        return Err(NextError::LeavesLine { level: level.as_str(), line, version });
    }
    let held = (wanted.scheme == Scheme::SemVer && level < wanted.level).then_some(wanted.level);
    Ok(Next { version: labelled(releases, version, wanted.label)?, level, held })
}

/// The most that commits can ask for: a line keeps its numbers, and version 1 is a decision that people take.
fn most(wanted: &Wanted<'_>, last: Option<&Version>) -> Level {
    match (wanted.line, last) {
        (Some(Line { minor: Some(_), .. }), _) => Level::Patch,
        (Some(_), _) => Level::Minor,
        (None, Some(last)) if last.major() > 0 => Level::Major,
        (None, _) => Level::Minor,
    }
}

fn labelled(releases: &Releases<'_>, version: Version, label: Option<&str>) -> Result<Version, NextError> {
    let Some(label) = label else { return Ok(version) };
    let bad = || NextError::Label(label.escape_debug().to_string());
    let begins = label.starts_with(|c: char| c.is_ascii_alphabetic());
    if !begins || !label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(bad());
    }
    let number = releases.highest(&version, label).map_or(1, |number| number.saturating_add(1));
    format!("{version}-{label}.{number}").parse().map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use super::super::last::tests::tagged;
    use super::*;

    fn ask(tags: &[&str], level: Level, said: bool, line: Option<&str>, label: Option<&str>) -> String {
        let line = line.map(|line| line.parse().unwrap());
        let today = "2026-11-23".parse().unwrap();
        match next(&tagged(tags), &Wanted { level, said, line, label, scheme: Scheme::SemVer, today }) {
            Ok(Next { version, held: None, .. }) => version.to_string(),
            Ok(Next { version, held: Some(held), .. }) => format!("{version}, not a {}", held.as_str()),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_person_says_the_kind() {
        let tags = ["v1.3.4", "v1.4.0", "v1.5.0-rc.1", "v2.0.0-beta.3"];
        let ask = |level, line, label| ask(&tags, level, true, line, label);
        assert_eq!(ask(Level::Minor, None, None), "1.5.0");
        assert_eq!(ask(Level::Patch, None, None), "1.4.1");
        assert_eq!(ask(Level::Major, None, None), "2.0.0");
        assert_eq!(ask(Level::Minor, None, Some("rc")), "1.5.0-rc.2");
        assert_eq!(ask(Level::Minor, None, Some("beta")), "1.5.0-beta.1");
        assert_eq!(ask(Level::Major, None, Some("beta")), "2.0.0-beta.4");
        assert_eq!(ask(Level::Patch, Some("1.3"), None), "1.3.5");
        assert_eq!(ask(Level::Minor, Some("2"), None), "2.0.0");
        assert_eq!(ask(Level::Patch, Some("1.6"), None), "1.6.0");
        insta::assert_snapshot!(ask(Level::Minor, Some("1.3"), None), @"a minor release leaves the line 1.3: the next would be 1.4.0; leave the line out, or release a patch");
        insta::assert_snapshot!(ask(Level::Minor, None, Some("1")), @"`1` is not a label of prereleases: letters, digits and `-` are expected, beginning with a letter, as in `rc`");
    }

    #[test]
    fn commits_do_not_leave_a_line_or_version_0() {
        assert_eq!(ask(&["v1.4.0"], Level::Major, false, None, None), "2.0.0");
        assert_eq!(ask(&["v1.4.0"], Level::Major, false, Some("1"), None), "1.5.0, not a major");
        assert_eq!(ask(&["v1.3.4", "v1.4.0"], Level::Minor, false, Some("1.3"), None), "1.3.5, not a minor");
        assert_eq!(ask(&["v0.4.1"], Level::Major, false, None, None), "0.5.0, not a major");
        assert_eq!(ask(&["v0.4.1"], Level::Major, true, None, None), "1.0.0");
    }

    #[test]
    fn the_first_release_has_a_version_too() {
        assert_eq!(ask(&[], Level::Minor, false, None, None), "0.1.0");
        assert_eq!(ask(&[], Level::Major, false, None, None), "0.1.0, not a major");
        assert_eq!(ask(&[], Level::Major, true, None, None), "1.0.0");
        assert_eq!(ask(&["v1.0.0-rc.1"], Level::Major, true, None, Some("rc")), "1.0.0-rc.2");
    }

    #[test]
    fn a_tag_on_a_branch_that_was_never_merged_counts() {
        assert_eq!(ask(&["v1.0.0", "v1.0.1"], Level::Patch, false, None, None), "1.0.2");
        assert_eq!(ask(&["v7.0.4", "v7.0.4.1"], Level::Patch, false, None, None), "7.0.5");
    }
}
