//! What is attached to an image: a file with a manifest of its own that names the image's as its subject.
//!
//! The manifest is that of the [image specification](https://github.com/opencontainers/image-spec/blob/main/manifest.md#guidelines-for-artifact-usage);
//! where a registry keeps no list of referrers, an index under a tag that is made of the subject's digest stands for it, by the
//! [distribution specification](https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema).

use allclear_core::attest::media_type;
use allclear_core::digest::Digest;
use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::{Image, MANIFEST, Manifest, described, descriptor};
use crate::content::Content;
use crate::ports::registry::Frozen;
use crate::step::StepError;

/// What stands where an image has its configuration.
const EMPTY: &[u8] = b"{}";
const EMPTY_TYPE: &str = "application/vnd.oci.empty.v1+json";
/// The annotation that holds the name of a file.
const TITLE: &str = "org.opencontainers.image.title";

/// A file, ready to be pushed beside the image that it is about.
pub struct Referrer {
    /// The name of the file.
    pub file: String,
    /// Its manifest and its blobs.
    pub image: Image,
    /// Its manifest.
    pub manifest: Manifest,
    /// Holds the empty configuration for as long as it is sent.
    _empty: NamedTempFile,
}

impl Referrer {
    /// Attaches a file to the image with this manifest: always to the same bytes.
    ///
    /// # Errors
    /// When the disk does not take a few bytes.
    pub fn new(file: &Frozen, subject: &Manifest) -> Result<Self, StepError> {
        let (kind, content) = (media_type(&file.name), &file.content);
        let empty = NamedTempFile::new().map_err(StepError::io("make a temporary file"))?;
        std::fs::write(empty.path(), EMPTY).map_err(StepError::io("write a temporary file"))?;
        let mut layer = descriptor(kind, &content.sha256, content.size);
        layer["annotations"] = json!({ TITLE: file.name });
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": kind,
            "config": descriptor(EMPTY_TYPE, &Digest::of(EMPTY), EMPTY.len() as u64),
            "layers": [layer],
            "subject": descriptor(&subject.media_type, &subject.digest, subject.bytes.len() as u64),
            "annotations": { TITLE: file.name },
        });
        let manifest = Manifest::new(MANIFEST, manifest.to_string().into_bytes());
        let blobs = vec![Content::file(empty.path().to_owned(), Digest::of(EMPTY))?, content.clone()];
        Ok(Self {
            file: file.name.clone(),
            image: Image { manifests: vec![manifest.clone()], blobs },
            manifest,
            _empty: empty,
        })
    }
}

/// Adds what is not listed yet.
pub(super) fn list(listed: &mut Vec<Value>, manifests: &[&Manifest]) {
    for manifest in manifests {
        if !lists(listed, &manifest.digest) {
            listed.push(entry(manifest));
        }
    }
}

/// What stands for a referrer in a list.
fn entry(manifest: &Manifest) -> Value {
    let said: Value = serde_json::from_slice(&manifest.bytes).unwrap_or_default();
    let mut entry = descriptor(&manifest.media_type, &manifest.digest, manifest.bytes.len() as u64);
    for key in ["artifactType", "annotations"] {
        if !said[key].is_null() {
            entry[key] = said[key].clone();
        }
    }
    entry
}

/// Whether a list has this manifest.
pub fn lists(listed: &[Value], digest: &Digest) -> bool {
    listed.iter().filter_map(described).any(|(one, _)| one == *digest)
}

/// The digest of the manifest that a manifest refers to.
pub(super) fn subject(manifest: &Manifest) -> Option<Digest> {
    let said: Value = serde_json::from_slice(&manifest.bytes).ok()?;
    described(&said["subject"]).map(|(digest, _)| digest)
}

/// The tag that stands for the list of what refers to a subject.
pub(super) fn tag(subject: &Digest) -> String {
    format!("sha256-{subject}")
}
