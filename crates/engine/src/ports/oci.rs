//! An OCI image layout folder as a container registry.
//!
//! The layout is that of the [image specification](https://github.com/opencontainers/image-spec/blob/main/image-layout.md): any
//! tool that reads `oci:FOLDER:TAG` can read it.

use std::path::{Path, PathBuf};

use allclear_core::digest::Digest;
use serde_json::{Value, json};

use super::folder::digest_of;
use crate::step::StepError;
use crate::world::write_durably;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
const REF_NAME: &str = "org.opencontainers.image.ref.name";

/// A folder in OCI image layout.
pub struct OciLayout {
    folder: PathBuf,
}

/// An image, made whole before anything of it is pushed: its manifest's digest names all the rest.
pub struct Image {
    manifest: Vec<u8>,
    config: Vec<u8>,
    layer: Vec<u8>,
}

/// What an image is made from: one layer and its labels.
pub struct ImageParts<'a> {
    /// An uncompressed tar archive.
    pub layer: Vec<u8>,
    /// Labels such as `org.opencontainers.image.version`.
    pub labels: &'a [(&'a str, String)],
    /// RFC 3339 time of creation: the commit's, never the clock's, so that the same commit gives the same image.
    pub created: String,
}

impl Image {
    /// Makes an image; the same parts always give the same bytes.
    pub fn new(parts: ImageParts<'_>) -> Self {
        let label = |(key, value): &(&str, String)| ((*key).to_owned(), json!(value));
        let labels: serde_json::Map<String, Value> = parts.labels.iter().map(label).collect();
        let layer = Digest::of(&parts.layer);
        let config = json!({
            "architecture": "amd64", "os": "linux", "created": parts.created,
            "config": { "Labels": labels },
            "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{layer}")] },
        });
        let config = config.to_string().into_bytes();
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": descriptor(CONFIG, &config),
            "layers": [descriptor(LAYER, &parts.layer)],
            "annotations": labels,
        });
        Self { manifest: manifest.to_string().into_bytes(), config, layer: parts.layer }
    }

    /// The digest of the manifest, which names the image.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.manifest)
    }
}

fn descriptor(media_type: &str, bytes: &[u8]) -> Value {
    json!({ "mediaType": media_type, "digest": format!("sha256:{}", Digest::of(bytes)), "size": bytes.len() })
}

impl OciLayout {
    /// Takes a folder, which need not exist yet.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn index(&self) -> Result<Value, StepError> {
        let path = self.folder.join("index.json");
        match std::fs::read(&path) {
            Ok(bytes) => {
                serde_json::from_slice(&bytes).map_err(StepError::content(format!("`{}` is not JSON", path.display())))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Ok(json!({ "schemaVersion": 2, "manifests": [] }))
            }
            Err(source) => Err(StepError::Io { what: format!("read `{}`", path.display()), source }),
        }
    }

    /// The digest of the manifest that a tag names, if its bytes are whole.
    ///
    /// # Errors
    /// When the layout cannot be read.
    pub fn find(&self, tag: &str) -> Result<Option<Digest>, StepError> {
        let index = self.index()?;
        let named = |manifest: &&Value| manifest["annotations"][REF_NAME] == tag;
        let found = index["manifests"].as_array().into_iter().flatten().find(named);
        let digest = found.and_then(|manifest| manifest["digest"].as_str()?.strip_prefix("sha256:")?.parse().ok());
        match digest {
            Some(digest) if digest_of(&self.blob(&digest))? == Some(digest) => Ok(Some(digest)),
            _ => Ok(None),
        }
    }

    /// Pushes an image: its blobs first, then its manifest, and the tag last.
    ///
    /// # Errors
    /// When the layout cannot be written.
    pub fn push(&self, tag: &str, image: &Image) -> Result<(), StepError> {
        for bytes in [&image.layer, &image.config, &image.manifest] {
            self.write(&self.blob(&Digest::of(bytes)), bytes)?;
        }
        self.write(&self.folder.join("oci-layout"), br#"{"imageLayoutVersion":"1.0.0"}"#)?;
        let mut index = self.index()?;
        let mut entry = descriptor(MANIFEST, &image.manifest);
        entry["annotations"] = json!({ REF_NAME: tag });
        if let Some(manifests) = index["manifests"].as_array_mut() {
            manifests.push(entry);
        }
        self.write(&self.folder.join("index.json"), index.to_string().as_bytes())
    }

    fn blob(&self, digest: &Digest) -> PathBuf {
        self.folder.join("blobs/sha256").join(digest.to_string())
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), StepError> {
        write_durably(path, bytes).map_err(StepError::io(format!("write `{}`", path.display())))
    }

    /// Where a person can look at a tag.
    pub fn place(&self, tag: &str) -> String {
        format!("oci:{}:{tag}", self.folder.display())
    }
}
