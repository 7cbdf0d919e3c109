//! What a registry has of a package: all its versions in one document.
//!
//! Its form is described in [npm's registry documentation](https://github.com/npm/registry/blob/main/docs/responses/package-metadata.md).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// What is read of the document; the rest may be as it likes.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Packument {
    #[serde(default)]
    versions: Option<BTreeMap<String, Release>>,
    #[serde(default)]
    time: Option<BTreeMap<String, Value>>,
}

#[derive(Debug, Deserialize)]
struct Release {
    #[serde(default)]
    dist: Option<Dist>,
}

/// How the registry knows a tarball, and where it is.
#[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Dist {
    /// Digests, as `sha512-…`, with blanks between them ([Subresource Integrity](https://www.w3.org/TR/SRI/)).
    #[serde(default)]
    pub(super) integrity: Option<String>,
    /// The SHA-1, in hexadecimal digits.
    #[serde(default)]
    pub(super) shasum: Option<String>,
    /// Its address.
    #[serde(default)]
    pub(super) tarball: Option<String>,
}

/// How it stands with a version.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Standing<'p> {
    /// It was never there.
    Absent,
    /// It was there, and is burnt.
    Unpublished,
    /// It is there, and usually the registry says what of.
    There(Option<&'p Dist>),
}

impl Packument {
    /// Says how it stands with a version. One that was taken away keeps its time, or is named where all were taken away at once.
    pub(super) fn standing(&self, version: &str) -> Standing<'_> {
        if let Some(release) = self.versions.as_ref().and_then(|versions| versions.get(version)) {
            return Standing::There(release.dist.as_ref());
        }
        let Some(time) = &self.time else { return Standing::Absent };
        let all = time.get("unpublished").and_then(|gone| gone.get("versions")).and_then(Value::as_array);
        let gone = all.into_iter().flatten().any(|gone| gone.as_str() == Some(version));
        match gone || time.contains_key(version) {
            true => Standing::Unpublished,
            false => Standing::Absent,
        }
    }

    /// The versions that are there.
    pub(super) fn versions(&self) -> impl Iterator<Item = &str> {
        self.versions.iter().flatten().map(|(version, _)| version.as_str())
    }
}

impl Dist {
    /// The SHA-512 digests, as `sha512-…`; none where it has only weaker ones.
    pub(super) fn sha512(&self) -> Vec<&str> {
        let words = self.integrity.as_deref().unwrap_or_default().split_ascii_whitespace();
        // Behind a `?` may come options, of which there are none yet.
        words.filter_map(|word| word.split('?').next()).filter(|word| word.starts_with("sha512-")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Packument {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_version_is_absent_there_or_burnt() {
        let packument = read(
            r#"{"versions": {"1.0.0": {"dist": {"integrity": "sha1-x sha512-a?o sha512-b"}}, "0.1.0": {"dist": null}},
                "time": {"created": "then", "1.0.0": "then", "1.1.0": "then"}}"#,
        );
        let Standing::There(Some(dist)) = packument.standing("1.0.0") else { panic!("1.0.0 is there") };
        assert_eq!(dist.sha512(), ["sha512-a", "sha512-b"]);
        assert_eq!(packument.standing("0.1.0"), Standing::There(None));
        assert_eq!(packument.standing("1.1.0"), Standing::Unpublished);
        assert_eq!(packument.standing("2.0.0"), Standing::Absent);
    }

    #[test]
    fn a_package_that_was_taken_away_as_a_whole_burnt_its_versions() {
        let packument = read(r#"{"name": "x", "time": {"unpublished": {"name": "x", "versions": ["1.0.0"]}}}"#);
        assert_eq!(packument.standing("1.0.0"), Standing::Unpublished);
        assert_eq!(packument.standing("1.0.1"), Standing::Absent);
        assert_eq!(read(r#"{"versions": null, "time": null}"#).standing("1.0.0"), Standing::Absent);
    }
}
