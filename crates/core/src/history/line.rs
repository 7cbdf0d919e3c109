//! Lines of releases: an older version that still gets fixes has one of its own.

use std::fmt;
use std::str::FromStr;

use crate::version::Version;

/// All versions that begin with the same number, or the same two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// The first number.
    pub major: u64,
    /// The second, where the line is that narrow.
    pub minor: Option<u64>,
}

/// Text that names no line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a line of releases: one or two numbers are expected, as in `2`, `2.x` or `1.3`")]
pub struct NotALine(String);

impl Line {
    /// Says whether a version belongs to it.
    pub fn has(&self, version: &Version) -> bool {
        version.major() == self.major && self.minor.is_none_or(|minor| version.minor() == minor)
    }

    /// The first version of the line.
    pub fn first(&self) -> Version {
        Version::new(self.major, self.minor.unwrap_or(0), 0)
    }

    /// The line that a branch is for, where its name says so: `1.3.x`, `43-x-y`, `0-5-stable`, `release/v1.4.0`, `stable/2`.
    /// Names that merely have a number in them, as those of topics do, say nothing.
    pub fn of_branch(name: &str) -> Option<Self> {
        const FOLDERS: [&str; 9] =
            ["release", "releases", "rel", "stable", "maint", "maintenance", "support", "hotfix", "lts"];
        let (folders, last) = name.rsplit_once('/').map_or((None, name), |(folders, last)| (Some(folders), last));
        if folders.is_some_and(|folders| !folders.split('/').all(|folder| FOLDERS.contains(&folder))) {
            return None;
        }
        let mut words: Vec<_> = last.split(['-', '_', '.']).collect();
        let mut said = folders.is_some();
        if words.len() > 1 && FOLDERS.contains(&words[0]) {
            words.remove(0);
            said = true;
        }
        if words.len() > 1 && FOLDERS.contains(&words[words.len() - 1]) {
            words.pop();
            said = true;
        }
        let marked = words[0].strip_prefix('v');
        words[0] = marked.unwrap_or(words[0]);
        let numbers = words.iter().take_while(|word| word.bytes().all(|byte| byte.is_ascii_digit())).count();
        let open = words[numbers..].iter().all(|word| matches!(*word, "x" | "y" | "z" | "X"));
        said |= marked.is_some() || numbers < words.len();
        let number = |at: usize| words.get(at).filter(|_| at < numbers).map(|word| word.parse().ok());
        match (open && said && words.len() <= 3, number(0)??, number(1)) {
            (true, major, minor) => Some(Self { major, minor: minor.flatten() }),
            _ => None,
        }
    }
}

impl FromStr for Line {
    type Err = NotALine;

    fn from_str(text: &str) -> Result<Self, NotALine> {
        let bare = text.strip_prefix('v').unwrap_or(text);
        let bare = bare.strip_suffix(".x").unwrap_or(bare);
        let bare = bare.strip_suffix(".x").unwrap_or(bare);
        let number = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
            true => text.parse().map_err(|_| NotALine(text.to_owned())),
            false => Err(NotALine(text.escape_debug().to_string())),
        };
        let (major, minor) = bare.split_once('.').map_or((bare, None), |(major, minor)| (major, Some(minor)));
        let read = || Ok(Self { major: number(major)?, minor: minor.map(number).transpose()? });
        read().map_err(|_: NotALine| NotALine(text.escape_debug().to_string()))
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.minor {
            Some(minor) => write!(f, "{}.{minor}", self.major),
            None => write!(f, "{}", self.major),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_of_older_versions_name_their_line() {
        for (name, line) in [
            ("43-x-y", "43"),
            ("1.3.x", "1.3"),
            ("2.x", "2"),
            ("0-5-stable", "0.5"),
            ("release/v1.4.0", "1.4"),
            ("release-1.30", "1.30"),
            ("stable/2", "2"),
            ("maint-2.7", "2.7"),
            ("v1-maintenance", "1"),
            ("v2", "2"),
            ("22.1.x", "22.1"),
        ] {
            assert_eq!(Line::of_branch(name).map(|line| line.to_string()).as_deref(), Some(line), "{name}");
        }
    }

    #[test]
    fn other_branches_name_none() {
        for name in [
            "main",
            "fix/issue-123",
            "dependabot/npm/left-pad-1.2.3",
            "2fa",
            "2024",
            "feat/v2",
            "issue-12",
            "",
            "-",
            "v",
            "1.2.3.4",
        ] {
            assert_eq!(Line::of_branch(name), None, "{name}");
        }
    }

    #[test]
    fn a_person_names_a_line() {
        for (text, line) in [("2", "2"), ("2.x", "2"), ("v1.3", "1.3"), ("1.3.x", "1.3"), ("43.x.x", "43")] {
            assert_eq!(text.parse::<Line>().unwrap().to_string(), line);
        }
        for text in ["", "x", "1.2.3", "-1", "1.", "+1"] {
            assert!(text.parse::<Line>().is_err(), "{text}");
        }
    }
}
