//! A folder in OCI image layout as a registry.
//!
//! The layout is that of the [image specification](https://github.com/opencontainers/image-spec/blob/main/image-layout.md): any
//! tool that reads `oci:FOLDER:NAME` can read it.

use std::io::Read;
use std::path::{Path, PathBuf};

use allclear_core::digest::Digest;
use allclear_core::image_name::ImageName;
use serde_json::{Value, json};

use super::{Image, Images, Manifest, described, descriptor, media_type, referrer};
use crate::content::{Content, Meter};
use crate::ports::download::{Found, in_folder};
use crate::step::StepError;
use crate::world::write_durably;

/// The annotation that holds a name.
const REF_NAME: &str = "org.opencontainers.image.ref.name";

/// A folder in OCI image layout.
pub struct OciLayout {
    folder: PathBuf,
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

    fn blob_path(&self, digest: &Digest) -> PathBuf {
        self.folder.join("blobs/sha256").join(digest.to_string())
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), StepError> {
        write_durably(path, bytes).map_err(StepError::io(format!("write `{}`", path.display())))
    }

    fn keep(&self, blob: &Content, meter: &Meter<'_>) -> Result<(), StepError> {
        let to = self.blob_path(&blob.sha256);
        let cannot = |source| StepError::Io { what: format!("write `{}`", to.display()), source };
        if to.metadata().is_ok_and(|meta| meta.len() == blob.size) {
            meter.add(blob.size);
            return Ok(());
        }
        let folder = to.parent().unwrap_or(&self.folder);
        std::fs::create_dir_all(folder).map_err(cannot)?;
        let mut part = tempfile::NamedTempFile::new_in(folder).map_err(cannot)?;
        std::io::copy(&mut blob.open(meter)?, &mut part).map_err(cannot)?;
        part.as_file().sync_all().map_err(cannot)?;
        part.persist(&to).map_err(|error| cannot(error.error))?;
        std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(cannot)
    }
}

fn names(entry: &Value, name: &ImageName) -> bool {
    entry["annotations"][REF_NAME].as_str() == Some(&name.to_string())
}

impl Images for OciLayout {
    fn find(&self, name: &ImageName) -> Result<Option<Digest>, StepError> {
        let index = self.index()?;
        let entry = index["manifests"].as_array().into_iter().flatten().find(|entry| names(entry, name));
        let Some((digest, _)) = entry.and_then(described) else { return Ok(None) };
        Ok(self.has(name, &digest)?.then_some(digest))
    }

    fn has(&self, name: &ImageName, digest: &Digest) -> Result<bool, StepError> {
        Ok(self.manifest(name, digest)?.is_some())
    }

    fn push(&self, _name: &ImageName, image: &Image, meter: &Meter<'_>) -> Result<(), StepError> {
        image.blobs.iter().try_for_each(|blob| self.keep(blob, meter))?;
        for manifest in &image.manifests {
            self.write(&self.blob_path(&manifest.digest), &manifest.bytes)?;
        }
        self.write(&self.folder.join("oci-layout"), br#"{"imageLayoutVersion":"1.0.0"}"#)
    }

    fn name(&self, name: &ImageName, manifest: &Manifest) -> Result<(), StepError> {
        let mut index = self.index()?;
        let mut entry = descriptor(&manifest.media_type, &manifest.digest, manifest.bytes.len() as u64);
        entry["annotations"] = json!({ REF_NAME: name.to_string() });
        if let Some(manifests) = index["manifests"].as_array_mut() {
            manifests.retain(|entry| !names(entry, name));
            manifests.push(entry);
        }
        self.write(&self.folder.join("index.json"), index.to_string().as_bytes())
    }

    fn manifest(&self, name: &ImageName, digest: &Digest) -> Result<Option<Manifest>, StepError> {
        let Some(bytes) = self.bytes(name, &format!("sha256:{digest}"))? else { return Ok(None) };
        let read: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        Ok(Some(Manifest::new(media_type(&read), bytes)).filter(|manifest| manifest.digest == *digest))
    }

    fn tags(&self, name: &ImageName) -> Result<Vec<String>, StepError> {
        let index = self.index()?;
        let all = index["manifests"].as_array().into_iter().flatten();
        let named = all.filter_map(|entry| entry["annotations"][REF_NAME].as_str()?.parse::<ImageName>().ok());
        Ok(named.filter(|other| other.with_tag(&name.tag) == *name).map(|other| other.tag).collect())
    }

    fn bytes(&self, name: &ImageName, reference: &str) -> Result<Option<Vec<u8>>, StepError> {
        let digest = match reference.strip_prefix("sha256:") {
            Some(digest) => digest.parse().ok(),
            None => {
                let index = self.index()?;
                let name = name.with_tag(reference);
                let entry = index["manifests"].as_array().into_iter().flatten().find(|entry| names(entry, &name));
                entry.and_then(described).map(|(digest, _)| digest)
            }
        };
        let Some(path) = digest.map(|digest| self.blob_path(&digest)) else { return Ok(None) };
        let mut bytes = Vec::new();
        match std::fs::File::open(&path).and_then(|file| file.take(super::LARGEST_MANIFEST).read_to_end(&mut bytes)) {
            Ok(_) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(StepError::Io { what: format!("read `{}`", path.display()), source }),
        }
    }

    fn blob(&self, _name: &ImageName, digest: &Digest, most: u64) -> Result<Option<(Found, u64)>, StepError> {
        in_folder(&self.blob_path(digest), most)
    }

    fn referrers(&self, name: &ImageName, subject: &Digest) -> Result<Vec<Value>, StepError> {
        let mut found = Vec::new();
        let index = self.index()?;
        for entry in index["manifests"].as_array().into_iter().flatten() {
            let Some((digest, _)) = described(entry) else { continue };
            let manifest = self.manifest(name, &digest)?;
            if manifest.is_some_and(|manifest| referrer::subject(&manifest) == Some(*subject)) {
                found.push(entry.clone());
            }
        }
        Ok(found)
    }

    fn refer(&self, _name: &ImageName, _subject: &Digest, manifests: &[&Manifest]) -> Result<(), StepError> {
        let mut index = self.index()?;
        if let Some(listed) = index["manifests"].as_array_mut() {
            referrer::list(listed, manifests);
        }
        self.write(&self.folder.join("index.json"), index.to_string().as_bytes())
    }

    fn place(&self, name: &ImageName) -> String {
        format!("oci:{}:{name}", self.folder.display())
    }
}
