//! What is attached to an image: attestations that whoever has the image finds by its digest.

use allclear_core::digest::Digest;
use allclear_core::event::{Item, Receipt};
use allclear_core::image_name::ImageName;

use super::super::frozen::here;
use super::BY_DIGEST;
use super::image::{ARCHIVE, PublishImage};
use crate::ports::download::Part;
use crate::ports::oci::{self, Images, Manifest, Referrer, lists};
use crate::step::{Context, Probe, StepError, item};

/// How there comes to be something to attach.
const HOW: &str = "let an `attest` step come before, or name what a `build` step leaves";

/// A file that is attached to an image.
pub(super) struct Attached<'i> {
    item: &'i Item,
    /// The digest of the image's manifest.
    subject: Digest,
    /// The name of the file.
    file: &'i str,
}

impl<'i> Attached<'i> {
    /// Takes an item; none where it is about the image itself.
    pub(super) fn of(item: &'i Item) -> Option<Self> {
        let (subject, file) = item.target.split_once(BY_DIGEST)?.1.split_once('/')?;
        Some(Self { item, subject: subject.parse().ok()?, file })
    }

    pub(super) fn probe(&self, images: &dyn Images, name: &ImageName) -> Result<Probe, StepError> {
        let digest = self.digest()?;
        let is_there = images.has(name, &digest)? && lists(&images.referrers(name, &self.subject)?, &digest);
        Ok(if is_there { Probe::Ours { place: None } } else { Probe::Absent })
    }

    pub(super) fn act(&self, cx: &Context<'_>, publish: &PublishImage) -> Result<(), StepError> {
        let (name, (_, root)) = (publish.name(cx)?, publish.archived(cx, self.item)?);
        let all = referrers(cx, publish, &root)?;
        let planned = |one: &Referrer| one.manifest.digest.to_string() == self.item.desired;
        let at = all.iter().position(planned).filter(|_| root.digest == self.subject).ok_or_else(|| {
            StepError::Refused(format!(
                "`{}` would not be attached as sha256:{}, which was planned: this is another version of allclear",
                self.file, self.item.desired
            ))
        })?;
        let images = publish.images(cx, &name)?;
        cx.metered(self.file, all[at].image.size(), |meter| images.push(&name, &all[at].image, meter))?;
        // Those before it too: a registry that shows an old list would make us leave them out.
        let manifests: Vec<&Manifest> = all[..=at].iter().map(|one| &one.manifest).collect();
        images.refer(&name, &self.subject, &manifests)
    }

    pub(super) fn download(&self, images: &dyn Images, name: &ImageName) -> Result<Option<Vec<Part>>, StepError> {
        let digest = self.digest()?;
        oci::download(images, name, &format!("sha256:{digest}"), &digest)
    }

    fn digest(&self) -> Result<Digest, StepError> {
        self.item.desired.parse().map_err(StepError::content("the intent names no digest"))
    }
}

/// The items of what the step attaches to the image with this manifest, which is in this archive.
pub(super) fn items(
    cx: &Context<'_>,
    publish: &PublishImage,
    archive: &Digest,
    root: &Manifest,
) -> Result<Vec<Item>, StepError> {
    let name = publish.name(cx)?.to_string();
    let repository = name.rsplit_once(':').map_or(name.as_str(), |(repository, _)| repository);
    let of = |referrer: Referrer| {
        let target = format!("{}/{repository}{BY_DIGEST}{}/{}", publish.0.target(), root.digest, referrer.file);
        let mut item = item(target, referrer.manifest.digest, format!("{} at {name}", referrer.file));
        item.data.insert(ARCHIVE.to_owned(), archive.to_string());
        item
    };
    Ok(referrers(cx, publish, root)?.into_iter().map(of).collect())
}

/// Everything that the step attaches to the image with this manifest.
fn referrers(cx: &Context<'_>, publish: &PublishImage, root: &Manifest) -> Result<Vec<Referrer>, StepError> {
    if publish.0.attach.is_empty() {
        return Ok(vec![]);
    }
    let mut all: Vec<Referrer> = Vec::new();
    for artifact in publish.0.chosen(cx, &publish.0.attach, HOW)? {
        let file = here(cx, artifact.path.as_str(), artifact.sha256)?;
        let referrer = Referrer::new(&file, root)?;
        match all.iter().find(|other| other.file == referrer.file) {
            None => all.push(referrer),
            Some(same) if same.manifest == referrer.manifest => {}
            Some(_) => {
                return Err(StepError::Refused(format!(
                    "two artifacts that differ are both called `{}`, and would both be attached: choose one with `attach`",
                    file.name
                )));
            }
        }
    }
    Ok(all)
}

/// The digest of the image's manifest, where a receipt is about the image itself.
pub(super) fn image(receipt: &Receipt) -> Option<Digest> {
    if receipt.target.contains(BY_DIGEST) { None } else { receipt.found.parse().ok() }
}
