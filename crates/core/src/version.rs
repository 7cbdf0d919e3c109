//! The version of a release: one value, spelled as each ecosystem wants it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A release's version, in the grammar of [SemVer 2.0](https://semver.org/spec/v2.0.0.html).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Version(semver::Version);

/// Text that is not a version.
#[derive(Debug, thiserror::Error)]
pub enum BadVersion {
    /// It does not follow SemVer.
    #[error("`{text}` is not a version: three numbers are expected, as in `1.4.0` or `1.4.0-rc.1`")]
    NotSemVer {
        /// What was written.
        text: String,
        /// What SemVer's grammar says about it.
        source: semver::Error,
    },
    /// Build metadata cannot be spelled in OCI tags, and PyPI refuses it.
    #[error("`{0}` carries build metadata (`+…`), which registries cannot hold: leave it out")]
    BuildMetadata(String),
    /// Longer than any registry accepts.
    #[error("the version is longer than 64 characters")]
    TooLong,
}

/// An ecosystem's way to spell a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Spelling {
    /// npm, Cargo, Helm, git tags and OCI tags take SemVer as it is (we allow no build metadata).
    SemVer,
    /// Python, by [PEP 440](https://peps.python.org/pep-0440/): `1.4.0-rc.1` is `1.4.0rc1`.
    Pep440,
}

impl Version {
    /// Returns the version of these three numbers.
    pub fn new(major: u64, minor: u64, patch: u64) -> Self {
        Self(semver::Version::new(major, minor, patch))
    }

    /// The first number.
    pub fn major(&self) -> u64 {
        self.0.major
    }

    /// The second number.
    pub fn minor(&self) -> u64 {
        self.0.minor
    }

    /// The third number.
    pub fn patch(&self) -> u64 {
        self.0.patch
    }

    /// Says whether this is a prerelease such as `1.4.0-rc.1`.
    pub fn is_prerelease(&self) -> bool {
        !self.0.pre.is_empty()
    }

    /// Returns the version without what marks it as a prerelease.
    pub fn core(&self) -> Self {
        Self::new(self.0.major, self.0.minor, self.0.patch)
    }

    /// The label of a prerelease: the `rc` of `1.4.0-rc.1`.
    pub fn label(&self) -> Option<&str> {
        self.0.pre.split('.').next().filter(|label| !label.is_empty())
    }

    /// The number behind the label of a prerelease.
    pub fn number(&self) -> Option<u64> {
        self.0.pre.split('.').nth(1)?.parse().ok()
    }

    /// Returns the version that follows this one for a kind of release: the next `major` or `minor`, otherwise the next patch.
    pub fn next(&self, kind: &str) -> Self {
        match kind {
            "major" => Self::new(self.0.major + 1, 0, 0),
            "minor" => Self::new(self.0.major, self.0.minor + 1, 0),
            _ if self.is_prerelease() => Self::new(self.0.major, self.0.minor, self.0.patch),
            _ => Self::new(self.0.major, self.0.minor, self.0.patch + 1),
        }
    }

    /// Spells the version as an ecosystem wants it.
    pub fn spelled(&self, spelling: Spelling) -> String {
        match spelling {
            Spelling::SemVer => self.to_string(),
            Spelling::Pep440 => {
                format!("{}.{}.{}{}", self.0.major, self.0.minor, self.0.patch, pep440_suffix(&self.0.pre))
            }
        }
    }
}

/// `alpha.1` becomes `a1`, `beta.1` becomes `b1`, `rc.1` stays `rc1`; what Python has no word for becomes a development release.
fn pep440_suffix(pre: &semver::Prerelease) -> String {
    if pre.is_empty() {
        return String::new();
    }
    let (word, number) = pre.split_once('.').unwrap_or((pre.as_str(), "0"));
    let number = number.parse::<u64>().unwrap_or(0);
    match word {
        "alpha" | "a" => format!("a{number}"),
        "beta" | "b" => format!("b{number}"),
        "rc" | "c" | "pre" | "preview" => format!("rc{number}"),
        _ => format!(".dev{number}"),
    }
}

impl FromStr for Version {
    type Err = BadVersion;

    fn from_str(text: &str) -> Result<Self, BadVersion> {
        if text.len() > 64 {
            return Err(BadVersion::TooLong);
        }
        let version = semver::Version::parse(text)
            .map_err(|source| BadVersion::NotSemVer { text: text.escape_default().to_string(), source })?;
        match version.build.is_empty() {
            true => Ok(Self(version)),
            false => Err(BadVersion::BuildMetadata(text.to_owned())),
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl TryFrom<String> for Version {
    type Error = BadVersion;

    fn try_from(text: String) -> Result<Self, BadVersion> {
        text.parse()
    }
}

impl From<Version> for String {
    fn from(version: Version) -> Self {
        version.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn each_ecosystem_gets_its_spelling() {
        for (version, python) in [
            ("1.4.0", "1.4.0"),
            ("1.4.0-rc.1", "1.4.0rc1"),
            ("2.0.0-beta.3", "2.0.0b3"),
            ("2.0.0-nightly.7", "2.0.0.dev7"),
        ] {
            assert_eq!(v(version).spelled(Spelling::Pep440), python);
            assert_eq!(v(version).spelled(Spelling::SemVer), version);
        }
    }

    #[test]
    fn the_next_version_follows_the_kind() {
        assert_eq!(v("1.3.2").next("minor"), v("1.4.0"));
        assert_eq!(v("1.3.2").next("major"), v("2.0.0"));
        assert_eq!(v("1.3.2").next("hotfix"), v("1.3.3"));
        assert_eq!(v("1.4.0-rc.2").next("patch"), v("1.4.0"));
    }

    #[test]
    fn what_registries_cannot_hold_is_refused() {
        for wrong in ["1.4", "v1.4.0", "1.4.0+build", "01.2.3", "1.2.3/../x", &"1".repeat(65)] {
            assert!(wrong.parse::<Version>().is_err(), "{wrong}");
        }
    }
}
