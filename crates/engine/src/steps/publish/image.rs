//! Publishes an image to a container registry: the one in the archive that a `build` step left, byte for byte.

use std::time::Duration;

use allclear_core::digest::Digest;
use allclear_core::event::Item;
use allclear_core::image_name::ImageName;

use super::Publish;
use super::files::here;
use super::published::Published;
use crate::ports::download::Part;
use crate::ports::oci::{self, Image, Images, Manifest, OciLayout, OciRegistry};
use crate::step::{Context, Done, Effect, Probe, StepError, item};
use crate::world::Destination;

/// The artifacts that are images, where the step names none.
const USUAL: &[&str] = &["**/*.tar", "**/*.oci"];
/// How an image comes to be an artifact.
const HOW: &str = "let a `build` step leave the image as an archive, with `docker buildx build --output type=oci,dest=FILE.tar`, \
                   `buildah push IMAGE oci-archive:FILE.tar` or `docker save`";
/// Where the intent says which artifact holds the image.
const ARCHIVE: &str = "archive";

/// An image for a container registry.
pub(super) struct PublishImage(pub(super) Publish);

impl PublishImage {
    pub(super) fn name(&self, cx: &Context<'_>) -> Result<ImageName, StepError> {
        let none = || StepError::Refused("the step names no image: add `image = \"owner/name:{version}\"`".to_owned());
        let name = self.0.image.as_ref().ok_or_else(none)?.render(cx.values)?;
        name.parse().map_err(StepError::content("`image` of the step cannot be used"))
    }

    pub(super) fn images(&self, cx: &Context<'_>, name: &ImageName) -> Result<Box<dyn Images>, StepError> {
        match cx.world.target(cx.process, &self.0.target())? {
            Destination::Folder(folder) => Ok(Box::new(OciLayout::new(folder))),
            Destination::Service(target) => Ok(Box::new(OciRegistry::new(target, name)?)),
        }
    }

    /// The artifact that holds the image: its path and its digest.
    fn archive(&self, cx: &Context<'_>) -> Result<(String, Digest), StepError> {
        match self.0.artifacts(cx, USUAL, HOW)?.as_slice() {
            [one] => Ok((one.path.to_string(), one.sha256)),
            several => {
                let names: Vec<_> = several.iter().map(|one| one.path.as_str()).collect();
                Err(StepError::Refused(format!(
                    "{} could each be the image: name the one that is in `artifacts`",
                    names.join(" and ")
                )))
            }
        }
    }

    fn image(&self, cx: &Context<'_>, path: &str, archive: Digest) -> Result<(Image, Manifest), StepError> {
        let file = here(cx, path, archive)?;
        let image = oci::image(&file.content.path, path)?;
        let root = image.root().cloned();
        let empty = || StepError::Refused(format!("`{path}` holds no manifest"));
        Ok((image, root.ok_or_else(empty)?))
    }

    /// The image that an item is about, made from the same archive again.
    fn frozen(&self, cx: &Context<'_>, item: &Item) -> Result<(Image, Manifest), StepError> {
        let archive = item.data.get(ARCHIVE).map_or("", String::as_str);
        let archive = archive.parse().map_err(StepError::content("the intent names no archive"))?;
        let (image, root) = self.image(cx, &item.target, archive)?;
        match root.digest.to_string() == item.desired {
            true => Ok((image, root)),
            false => Err(StepError::Refused(format!(
                "the image in the archive is sha256:{}, and sha256:{} was planned: this is another version of allclear",
                root.digest, item.desired
            ))),
        }
    }
}

impl Published for PublishImage {
    fn download(&self, cx: &Context<'_>, item: &Item) -> Result<Option<Vec<Part>>, StepError> {
        let name = self.name(cx)?;
        let wanted = item.desired.parse().map_err(StepError::content("the intent names no digest"))?;
        oci::download(self.images(cx, &name)?.as_ref(), &name, &wanted)
    }
}

impl Effect for PublishImage {
    fn items(&self, cx: &Context<'_>) -> Result<Vec<Item>, StepError> {
        let (name, (path, archive)) = (self.name(cx)?, self.archive(cx)?);
        let (_, root) = self.image(cx, &path, archive)?;
        let mut item = item(format!("{}/{name}", self.0.target()), root.digest, format!("image {name}"));
        item.data.insert(ARCHIVE.to_owned(), archive.to_string());
        Ok(vec![item])
    }

    fn probe(&self, cx: &Context<'_>, item: &Item) -> Result<Probe, StepError> {
        let name = self.name(cx)?;
        let images = self.images(cx, &name)?;
        Ok(match images.find(&name)? {
            None => Probe::Absent,
            Some(found) if found.to_string() == item.desired => Probe::Ours { place: Some(images.place(&name)) },
            Some(found) => Probe::Foreign { found: found.to_string() },
        })
    }

    fn act(&self, cx: &Context<'_>, item: &Item) -> Result<(), StepError> {
        let name = self.name(cx)?;
        let (image, root) = self.frozen(cx, item)?;
        let images = self.images(cx, &name)?;
        cx.metered(&name.to_string(), image.size(), |meter| images.push(&name, &image, meter))?;
        images.name(&name, &root)
    }

    fn done(&self, _cx: &Context<'_>, items: &[Item]) -> Result<Done, StepError> {
        Ok(Done {
            summary: items
                .first()
                .map_or(String::new(), |item| format!("{} sha256:{}", item.title, &item.desired[..12])),
            ..Done::default()
        })
    }

    fn visibility(&self, cx: &Context<'_>) -> Duration {
        let images = self.name(cx).and_then(|name| self.images(cx, &name));
        images.map(|images| images.visibility()).unwrap_or_default()
    }

    fn admits(&self, cx: &Context<'_>) -> Result<(), StepError> {
        let (name, (path, archive)) = (self.name(cx)?, self.archive(cx)?);
        self.image(cx, &path, archive)?;
        self.images(cx, &name)?.admits(&name)
    }
}
