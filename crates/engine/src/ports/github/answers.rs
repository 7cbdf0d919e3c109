//! What GitHub answers, as far as it is read.

use allclear_core::digest::Digest;
use serde::Deserialize;

/// A release.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Release {
    pub(super) id: u64,
    pub(super) tag_name: String,
    /// Its text; a release need not have one.
    #[serde(default)]
    pub(super) body: Option<String>,
    pub(super) draft: bool,
    pub(super) prerelease: bool,
    /// Where people look at it.
    pub(super) html_url: String,
    pub(super) upload_url: String,
}

/// A file of a release.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Asset {
    pub(super) id: u64,
    pub(super) name: String,
    /// `uploaded`, or something else for what broke off.
    pub(super) state: String,
    /// How many bytes it has.
    pub(super) size: u64,
    /// `sha256:` and the digest; of what was uploaded before June 2025, and on older servers, there is none.
    #[serde(default)]
    pub(super) digest: Option<String>,
    /// Where everybody gets it, once the release is public.
    pub(super) browser_download_url: String,
}

impl Asset {
    /// Whether all of it is there.
    pub(super) fn is_whole(&self) -> bool {
        self.state == "uploaded"
    }

    /// Its digest, where it is told.
    pub(super) fn sha256(&self) -> Option<Digest> {
        self.digest.as_deref()?.strip_prefix("sha256:")?.parse().ok()
    }
}

/// A ref, or a tag object: what it names.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Names {
    pub(super) object: Object,
}

/// An object of git.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Object {
    /// `commit`, `tag` and so on.
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) sha: String,
}
