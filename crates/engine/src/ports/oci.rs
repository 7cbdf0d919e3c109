//! Container images, and whatever else is kept like them: manifests that name blobs by their digests.
//!
//! Media types and rules are those of the [image specification](https://github.com/opencontainers/image-spec) and of the
//! [distribution specification](https://github.com/opencontainers/distribution-spec). Nothing is made anew here: what is pushed is,
//! byte for byte, what was frozen.

mod archive;
pub(super) mod auth;
mod charts;
mod config_file;
mod download;
mod layout;
mod referrer;
mod registry;
#[cfg(test)]
mod tests;

use std::time::Duration;

use allclear_core::digest::Digest;
use allclear_core::image_name::ImageName;
use serde_json::{Value, json};

pub use self::archive::image;
pub use self::charts::OciCharts;
pub(crate) use self::config_file::secrets;
pub use self::download::download;
pub use self::layout::OciLayout;
pub use self::referrer::{Referrer, lists};
pub use self::registry::OciRegistry;
use super::download::Found;
use crate::content::{Content, Meter};
use crate::step::StepError;

/// An image.
pub const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// Images for several platforms.
pub const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// The configuration of an image.
pub const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
/// A layer that is not compressed.
pub const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
/// The same as Docker calls them.
const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";

/// The largest manifest, in bytes: what registries take.
const LARGEST_MANIFEST: u64 = 4 << 20;

/// An image, whole: its manifests, and the blobs that they name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Every manifest after those that it names, so the last one is the image's own.
    pub manifests: Vec<Manifest>,
    /// Layers and configurations.
    pub blobs: Vec<Content>,
}

/// A manifest: an image, or an index of images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The digest of its bytes.
    pub digest: Digest,
    /// Its media type.
    pub media_type: String,
    /// Its bytes, which are never written anew.
    pub bytes: Vec<u8>,
}

impl Manifest {
    /// Takes a manifest as it is.
    pub fn new(media_type: impl Into<String>, bytes: Vec<u8>) -> Self {
        Self { digest: Digest::of(&bytes), media_type: media_type.into(), bytes }
    }
}

impl Image {
    /// The manifest that is the image.
    pub fn root(&self) -> Option<&Manifest> {
        self.manifests.last()
    }

    /// The bytes of all blobs together.
    pub fn size(&self) -> u64 {
        self.blobs.iter().map(|blob| blob.size).sum()
    }
}

/// Where images are kept.
pub trait Images: Sync {
    /// The digest of the manifest that a name leads to; none where nothing has that name.
    ///
    /// # Errors
    /// When it cannot be asked.
    fn find(&self, name: &ImageName) -> Result<Option<Digest>, StepError>;

    /// Whether a manifest is there by its digest, whatever names lead to it.
    ///
    /// # Errors
    /// When it cannot be asked.
    fn has(&self, name: &ImageName, digest: &Digest) -> Result<bool, StepError>;

    /// Pushes everything but the name, by digest: nobody sees it who does not know the digest.
    ///
    /// # Errors
    /// When it says so; only a look tells what happened.
    fn push(&self, name: &ImageName, image: &Image, meter: &Meter<'_>) -> Result<(), StepError>;

    /// Makes the name lead to a manifest that is there.
    ///
    /// # Errors
    /// When it says so; only a look tells what happened.
    fn name(&self, name: &ImageName, manifest: &Manifest) -> Result<(), StepError>;

    /// A manifest that is there.
    ///
    /// # Errors
    /// When it cannot be asked, or what it gives has another digest.
    fn manifest(&self, name: &ImageName, digest: &Digest) -> Result<Option<Manifest>, StepError>;

    /// All tags of the repository that a name is in.
    ///
    /// # Errors
    /// When it cannot be asked.
    fn tags(&self, name: &ImageName) -> Result<Vec<String>, StepError>;

    /// Proves that the repository of the name takes images from who asks; leaves nothing behind.
    ///
    /// # Errors
    /// Why it does not, with the way out.
    fn admits(&self, _name: &ImageName) -> Result<(), StepError> {
        Ok(())
    }

    /// The bytes of the manifest that a tag or a digest (`sha256:…`) leads to, whatever they are.
    ///
    /// # Errors
    /// When they cannot be read.
    fn bytes(&self, name: &ImageName, reference: &str) -> Result<Option<Vec<u8>>, StepError>;

    /// Reads a blob to its end, of at most so many bytes, and says what it is and how large.
    ///
    /// # Errors
    /// When it cannot be read.
    fn blob(&self, name: &ImageName, digest: &Digest, most: u64) -> Result<Option<(Found, u64)>, StepError>;

    /// What refers to a manifest: the descriptors of everything that is attached to it, whoever attached it.
    ///
    /// # Errors
    /// When it cannot be asked.
    fn referrers(&self, name: &ImageName, subject: &Digest) -> Result<Vec<Value>, StepError>;

    /// Sees to it that manifests which are there and refer to this subject are listed among its referrers; whatever else is listed stays.
    ///
    /// # Errors
    /// When it says so; only a look tells what happened.
    fn refer(&self, name: &ImageName, subject: &Digest, manifests: &[&Manifest]) -> Result<(), StepError>;

    /// The same images to somebody who has no credentials; none where there are none.
    fn as_everybody(&self) -> Option<Box<dyn Images>> {
        None
    }

    /// Where a person can look at a name.
    fn place(&self, name: &ImageName) -> String;

    /// How long a name may take to be seen.
    fn visibility(&self) -> Duration {
        Duration::ZERO
    }
}

/// What names a blob or a manifest in another manifest.
pub fn descriptor(media_type: &str, digest: &Digest, size: u64) -> Value {
    json!({ "mediaType": media_type, "digest": format!("sha256:{digest}"), "size": size })
}

/// The digest and the size that a descriptor names.
fn described(descriptor: &Value) -> Option<(Digest, u64)> {
    let digest = descriptor["digest"].as_str()?.strip_prefix("sha256:")?.parse().ok()?;
    Some((digest, descriptor["size"].as_u64()?))
}

/// Whether a media type is that of an index.
fn is_index(media_type: &str) -> bool {
    media_type == INDEX || media_type == DOCKER_INDEX
}

/// The media type of a manifest: what it says itself, and what it looks like where it does not.
fn media_type(manifest: &Value) -> String {
    let seems = if manifest["manifests"].is_array() { INDEX } else { MANIFEST };
    manifest["mediaType"].as_str().unwrap_or(seems).to_owned()
}
