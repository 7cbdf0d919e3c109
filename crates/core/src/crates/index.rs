//! The index of a registry: [its configuration and its lines](https://doc.rust-lang.org/cargo/reference/registry-index.html).

use serde::Deserialize;

use super::Name;
use crate::digest::Digest;
use crate::version::Version;

/// What the `config.json` of an index says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Config {
    /// Where crates are downloaded: an address, perhaps with markers.
    pub dl: String,
    /// Where crates are published; none where nobody may.
    #[serde(default)]
    pub api: Option<String>,
    /// Whether all that is asked must be asked with a token.
    #[serde(default, rename = "auth-required")]
    pub auth_required: bool,
}

/// A version that is in an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The version, as the index writes it.
    pub version: String,
    /// The SHA-256 of its `.crate`.
    pub sha256: Digest,
}

/// A file that is not of an index.
#[derive(Debug, thiserror::Error)]
pub enum BadIndex {
    /// A configuration that cannot be read.
    #[error("its `config.json` is not what an index of crates has")]
    Config(#[source] serde_json::Error),
    /// A line that cannot be read: the file is no index, or only half of it has come.
    #[error("line {0} of it is not one of an index")]
    Line(usize, #[source] serde_json::Error),
    /// A line without a digest to tell bytes by.
    #[error("line {0} of it has no SHA-256 in `cksum`")]
    Digest(usize),
}

#[derive(Deserialize)]
struct Line {
    vers: String,
    #[serde(default)]
    cksum: String,
}

impl Config {
    /// Reads the file.
    ///
    /// # Errors
    /// When it is not one.
    pub fn read(bytes: &[u8]) -> Result<Self, BadIndex> {
        serde_json::from_slice(bytes).map_err(BadIndex::Config)
    }

    /// Where the `.crate` of a version is.
    pub fn download(&self, name: &Name, version: &str, sha256: &Digest) -> String {
        let folder = name.folder();
        let markers = [
            ("{crate}", name.as_str()),
            ("{version}", version),
            ("{prefix}", &folder),
            ("{lowerprefix}", &folder.to_ascii_lowercase()),
            ("{sha256-checksum}", &sha256.to_string()),
        ];
        match markers.iter().any(|(marker, _)| self.dl.contains(marker)) {
            true => markers.iter().fold(self.dl.clone(), |url, (marker, value)| url.replace(marker, value)),
            false => format!("{}/{name}/{version}/download", self.dl.trim_end_matches('/')),
        }
    }
}

/// Looks for a version among the lines of a crate. Build metadata, which a release's version never has, makes no other version: an index
/// has one with it or one without it. A version that was taken back (`yanked`) is there all the same.
///
/// # Errors
/// When this is not a file of an index.
pub fn listed(text: &str, version: &Version) -> Result<Option<Listed>, BadIndex> {
    let mut found = None;
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let Line { vers, cksum } = serde_json::from_str(line).map_err(|error| BadIndex::Line(number, error))?;
        if vers.split('+').next() == Some(version.to_string().as_str()) {
            let sha256 = cksum.to_ascii_lowercase().parse().map_err(|_| BadIndex::Digest(number))?;
            // Of two lines with one version, which no registry should have, cargo takes the last.
            found = Some(Listed { version: vers, sha256 });
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn found(text: &str, version: &str) -> Option<Listed> {
        listed(text, &version.parse().unwrap()).unwrap()
    }

    #[test]
    fn a_version_is_found_by_its_numbers_yanked_or_not() {
        let text = format!(
            "{{\"name\":\"a\",\"vers\":\"1.0.0\",\"cksum\":\"{ONE}\",\"yanked\":true,\"v\":9}}\n\n\
             {{\"vers\":\"1.1.0+build.7\",\"cksum\":\"{}\"}}\n{{\"vers\":\"0.1.0\"}}",
            ONE.to_uppercase()
        );
        let one = |version: &str| Some(Listed { version: version.to_owned(), sha256: ONE.parse().unwrap() });
        assert_eq!(found(&text, "1.0.0"), one("1.0.0"));
        assert_eq!(found(&text, "1.1.0"), one("1.1.0+build.7"));
        assert_eq!(found(&text, "1.0.0-rc.1"), None);
        assert_eq!(found("", "1.0.0"), None);
    }

    #[test]
    fn half_an_index_says_nothing() {
        let error = |text: &str| listed(text, &"1.0.0".parse().unwrap()).unwrap_err().to_string();
        assert_eq!(error("{\"vers\":\"0.9.0\"}\n{\"vers\":\"1.0."), "line 2 of it is not one of an index");
        assert_eq!(error("<html>"), "line 1 of it is not one of an index");
        assert_eq!(error("{\"vers\":\"1.0.0\"}"), "line 1 of it has no SHA-256 in `cksum`");
    }

    #[test]
    fn a_crate_is_downloaded_where_the_index_says() {
        let at = |dl: &str| {
            let config = Config::read(format!("{{\"dl\": \"{dl}\"}}").as_bytes()).unwrap();
            assert_eq!((&config.api, config.auth_required), (&None, false));
            config.download(&Name::new("Harbor").unwrap(), "1.4.0", &ONE.parse().unwrap())
        };
        assert_eq!(at("https://dl.example/crates/"), "https://dl.example/crates/Harbor/1.4.0/download");
        assert_eq!(at("https://dl.example/{lowerprefix}/{crate}-{version}"), "https://dl.example/ha/rb/Harbor-1.4.0");
        assert_eq!(at("https://dl.example/{prefix}/{sha256-checksum}"), format!("https://dl.example/Ha/rb/{ONE}"));
        assert!(Config::read(b"{}").is_err());
    }
}
