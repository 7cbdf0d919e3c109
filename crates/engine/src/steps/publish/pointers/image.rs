//! The floating tags of an image.

use allclear_core::digest::Digest;
use allclear_core::event::Receipt;
use allclear_core::image_name::ImageName;
use allclear_core::version::Version;

use super::super::Publish;
use super::super::attached;
use super::super::image::PublishImage;
use super::Pointed;
use crate::ports::oci::Images;
use crate::step::{Context, StepError};

/// How many of the newest versions are compared with what a tag names.
const NEWEST: usize = 40;

struct Tagged {
    images: Box<dyn Images>,
    name: ImageName,
    digest: Digest,
    version: Version,
}

/// The image, as the receipts of its step say that it was published.
pub(super) fn pointed(
    cx: &Context<'_>,
    receipts: &[Receipt],
    publish: Publish,
) -> Result<Vec<Box<dyn Pointed>>, StepError> {
    let publish = PublishImage(publish);
    let name = publish.name(cx)?;
    let Some(digest) = receipts.iter().find_map(attached::image) else { return Ok(vec![]) };
    let images = publish.images(cx, &name)?;
    Ok(vec![Box::new(Tagged { images, name, digest, version: cx.release.version.clone() })])
}

impl Tagged {
    /// The versions among the tags: those that are spelled like that of this release, such as `v1.4.0-slim`.
    fn versions(&self) -> Result<Vec<(Version, String)>, StepError> {
        let own = self.version.to_string();
        let Some((before, behind)) = self.name.tag.split_once(&own) else { return Ok(vec![]) };
        let version = |tag: String| {
            let version = tag.strip_prefix(before)?.strip_suffix(behind)?.parse().ok()?;
            Some((version, tag))
        };
        let mut versions: Vec<_> = self.images.tags(&self.name)?.into_iter().filter_map(version).collect();
        versions.sort();
        Ok(versions)
    }
}

impl Pointed for Tagged {
    fn title(&self) -> String {
        let name = self.name.to_string();
        name.strip_suffix(&format!(":{}", self.name.tag)).unwrap_or(&name).to_owned()
    }

    fn now(&self, pointer: &str) -> Result<Option<(String, Option<Version>)>, StepError> {
        let Some(digest) = self.images.find(&self.name.with_tag(pointer))? else { return Ok(None) };
        if digest == self.digest {
            return Ok(Some((digest.to_string(), Some(self.version.clone()))));
        }
        for (version, tag) in self.versions()?.into_iter().rev().take(NEWEST) {
            if self.images.find(&self.name.with_tag(tag))? == Some(digest) {
                return Ok(Some((digest.to_string(), Some(version))));
            }
        }
        Ok(Some((digest.to_string(), None)))
    }

    fn published(&self) -> Result<Vec<Version>, StepError> {
        Ok(self.versions()?.into_iter().map(|(version, _)| version).collect())
    }

    fn desired(&self) -> String {
        self.digest.to_string()
    }

    fn set(&self, pointer: &str) -> Result<(), StepError> {
        let gone = || StepError::Refused(format!("`{}` holds no sha256:{}: publish it first", self.name, self.digest));
        let manifest = self.images.manifest(&self.name, &self.digest)?.ok_or_else(gone)?;
        self.images.name(&self.name.with_tag(pointer), &manifest)
    }
}
