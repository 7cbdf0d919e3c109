//! Publishes an image to a container registry: the one in the archive that a `build` step left, byte for byte.

use std::time::Duration;

use allclear_core::digest::Digest;
use allclear_core::event::Item;
use allclear_core::image_name::ImageName;

use super::super::frozen::here;
use super::attached::{self, Attached};
use super::published::{self, Published};
use super::{BY_DIGEST, Publish};
use crate::ports::download::Part;
use crate::ports::oci::{self, Image, Images, Manifest, OciLayout, OciRegistry};
use crate::reach;
use crate::step::{Context, Done, Effect, Probe, StepError, item};
use crate::world::Destination;

/// The artifacts that are images, where the step names none.
pub(super) const USUAL: &[&str] = &["**/*.tar", "**/*.oci"];
/// How an image comes to be an artifact.
const HOW: &str = "let a `build` step leave the image as an archive, with `docker buildx build --output type=oci,dest=FILE.tar`, \
                   `buildah push IMAGE oci-archive:FILE.tar` or `docker save`";
/// Where the intent says which artifact holds the image.
pub(super) const ARCHIVE: &str = "archive";

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

    /// The image in the archive that an item names.
    pub(super) fn archived(&self, cx: &Context<'_>, item: &Item) -> Result<(Image, Manifest), StepError> {
        let archive = item.data.get(ARCHIVE).map_or("", String::as_str);
        self.image(cx, &item.target, archive.parse().map_err(StepError::content("the intent names no archive"))?)
    }

    /// The image that an item is about, made from the same archive again.
    fn frozen(&self, cx: &Context<'_>, item: &Item) -> Result<(Image, Manifest), StepError> {
        let (image, root) = self.archived(cx, item)?;
        match root.digest.to_string() == item.desired {
            true => Ok((image, root)),
            false => Err(StepError::Refused(format!(
                "the image in the archive is sha256:{}, and sha256:{} was planned: this is another version of allclear",
                root.digest, item.desired
            ))),
        }
    }

    /// Pushes the image of an item by its digest, and returns its manifest.
    fn push(&self, cx: &Context<'_>, name: &ImageName, item: &Item) -> Result<Manifest, StepError> {
        let (image, root) = self.frozen(cx, item)?;
        let images = self.images(cx, name)?;
        cx.metered(&name.to_string(), image.size(), |meter| images.push(name, &image, meter))?;
        Ok(root)
    }
}

impl Published for PublishImage {
    fn download(&self, cx: &Context<'_>, item: &Item) -> Result<Option<Vec<Part>>, StepError> {
        let name = self.name(cx)?;
        let images = self.images(cx, &name)?;
        if let Some(attached) = Attached::of(item) {
            return attached.download(images.as_ref(), &name);
        }
        let wanted = item.desired.parse().map_err(StepError::content("the intent names no digest"))?;
        oci::download(images.as_ref(), &name, &name.tag, &wanted)
    }

    fn staged(&self, _cx: &Context<'_>) -> Result<Option<Box<dyn Effect + '_>>, StepError> {
        Ok(Some(Box::new(Staged(self))))
    }
}

impl Effect for PublishImage {
    fn items(&self, cx: &Context<'_>) -> Result<Vec<Item>, StepError> {
        let (name, (path, archive)) = (self.name(cx)?, self.archive(cx)?);
        let (_, root) = self.image(cx, &path, archive)?;
        // Whoever sees the tag finds what is attached, so that comes first.
        let mut items = attached::items(cx, self, &archive, &root)?;
        items.push(tagged(&self.0, &name, &root, &archive));
        Ok(items)
    }

    fn probe(&self, cx: &Context<'_>, item: &Item) -> Result<Probe, StepError> {
        let name = self.name(cx)?;
        let images = self.images(cx, &name)?;
        if let Some(attached) = Attached::of(item) {
            return attached.probe(images.as_ref(), &name);
        }
        Ok(match images.find(&name)? {
            None => Probe::Absent,
            Some(found) if found.to_string() == item.desired => Probe::Ours { place: Some(images.place(&name)) },
            Some(found) => Probe::Foreign { found: found.to_string() },
        })
    }

    fn read_again(&self, cx: &Context<'_>, item: &Item) -> Result<Probe, StepError> {
        published::read_again(self, cx, item)
    }

    fn act(&self, cx: &Context<'_>, item: &Item) -> Result<(), StepError> {
        if let Some(attached) = Attached::of(item) {
            return attached.act(cx, self);
        }
        let name = self.name(cx)?;
        let root = self.push(cx, &name, item)?;
        self.images(cx, &name)?.name(&name, &root)
    }

    fn done(&self, _cx: &Context<'_>, items: &[Item]) -> Result<Done, StepError> {
        let image = items.iter().find(|item| Attached::of(item).is_none());
        let image = image.map_or(String::new(), |item| format!("{} sha256:{}", item.title, &item.desired[..12]));
        let summary = match items.len() {
            0 | 1 => image,
            more => format!("{image}, {} attached", more - 1),
        };
        Ok(Done { summary, ..Done::default() })
    }

    fn visibility(&self, cx: &Context<'_>) -> Duration {
        let images = self.name(cx).and_then(|name| self.images(cx, &name));
        images.map(|images| images.visibility()).unwrap_or_default()
    }

    fn admits(&self, cx: &Context<'_>) -> Result<(), StepError> {
        let name = self.name(cx)?;
        self.items(cx)?;
        let images = self.images(cx, &name)?;
        reach::asked(cx, &|| images.admits(&name))
    }
}

fn tagged(publish: &Publish, name: &ImageName, root: &Manifest, archive: &Digest) -> Item {
    let mut item = item(format!("{}/{name}", publish.target()), root.digest, format!("image {name}"));
    item.data.insert(ARCHIVE.to_owned(), archive.to_string());
    item
}

/// The image by its digest alone: pushed, and named by nothing.
struct Staged<'p>(&'p PublishImage);

impl Effect for Staged<'_> {
    fn items(&self, cx: &Context<'_>) -> Result<Vec<Item>, StepError> {
        let (name, (path, archive)) = (self.0.name(cx)?, self.0.archive(cx)?);
        let (_, root) = self.0.image(cx, &path, archive)?;
        let mut item = tagged(&self.0.0, &name, &root, &archive);
        item.title += " by its digest";
        item.target += &format!("{BY_DIGEST}{}", root.digest);
        Ok(vec![item])
    }

    fn probe(&self, cx: &Context<'_>, item: &Item) -> Result<Probe, StepError> {
        let name = self.0.name(cx)?;
        let digest = item.desired.parse().map_err(StepError::content("the intent names no digest"))?;
        let is_there = self.0.images(cx, &name)?.has(&name, &digest)?;
        Ok(if is_there { Probe::Ours { place: None } } else { Probe::Absent })
    }

    fn act(&self, cx: &Context<'_>, item: &Item) -> Result<(), StepError> {
        self.0.push(cx, &self.0.name(cx)?, item).map(drop)
    }

    fn done(&self, _cx: &Context<'_>, _items: &[Item]) -> Result<Done, StepError> {
        Ok(Done::default())
    }

    fn visibility(&self, cx: &Context<'_>) -> Duration {
        self.0.visibility(cx)
    }
}
