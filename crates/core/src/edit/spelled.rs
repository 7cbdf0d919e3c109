//! A stated version read back, whatever its ecosystem spells it like.

use super::{Holds, Place};
use crate::version::{Spelling, Version};

impl Place {
    /// The version that stands here; none where it is something else, or no version of ours.
    pub fn version(&self) -> Option<Version> {
        match self.holds {
            Holds::Version(spelling) => version_of(&self.value, spelling),
            Holds::Requirement { .. } | Holds::Digest => None,
        }
    }
}

/// The version that a stated text means; none where no release of ours would spell it so. A leading `v` is passed over.
pub(super) fn version_of(stated: &str, spelling: Spelling) -> Option<Version> {
    let plain = without_v(stated);
    let written = match spelling {
        Spelling::SemVer => plain.to_owned(),
        Spelling::Pep440 => semver_of(plain)?,
    };
    written.parse().ok()
}

/// The text without the `v` that some put before a version.
pub(super) fn without_v(stated: &str) -> &str {
    stated.strip_prefix('v').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())).unwrap_or(stated)
}

/// `1.4.0rc1` as `1.4.0-rc.1`; two numbers or one mean that the rest is zero.
fn semver_of(python: &str) -> Option<String> {
    let end = python.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(python.len());
    let (numbers, suffix) = python.split_at(end);
    let mut numbers: Vec<u64> =
        numbers.trim_end_matches('.').split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    numbers.resize(numbers.len().max(3), 0);
    let [major, minor, patch] = numbers[..] else { return None };
    let release = format!("{major}.{minor}.{patch}");
    let word = suffix.trim_end_matches(|c: char| c.is_ascii_digit());
    let count = &suffix[word.len()..];
    let count = if count.is_empty() { "0" } else { count };
    match word {
        "" => Some(release),
        "a" | "alpha" => Some(format!("{release}-alpha.{count}")),
        "b" | "beta" => Some(format!("{release}-beta.{count}")),
        "rc" | "c" => Some(format!("{release}-rc.{count}")),
        "dev" => Some(format!("{release}-dev.{count}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spelled_is_read_back() {
        for version in ["1.4.0", "0.0.1", "10.20.30", "1.4.0-rc.1", "2.0.0-alpha.0", "2.0.0-beta.12"] {
            let version: Version = version.parse().unwrap();
            for spelling in [Spelling::SemVer, Spelling::Pep440] {
                assert_eq!(version_of(&version.spelled(spelling), spelling), Some(version.clone()));
                assert_eq!(version_of(&format!("v{}", version.spelled(spelling)), spelling), Some(version.clone()));
            }
        }
        let python = |text: &str| version_of(text, Spelling::Pep440).map(|version| version.to_string());
        assert_eq!(python("1.4").as_deref(), Some("1.4.0"));
        assert_eq!(python("1.4.0.dev3").as_deref(), Some("1.4.0-dev.3"));
        for other in ["", "v", "1.4.0.post1", "1.2.3.4", "!", "x", "..", "1..2"] {
            assert_eq!(python(other), None, "{other}");
        }
    }
}
