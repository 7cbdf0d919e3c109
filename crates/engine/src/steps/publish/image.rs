//! Publishes an image to a container registry.

use allclear_core::event::Item;
use allclear_core::names::CommitId;

use super::Publish;
use crate::pack;
use crate::ports::oci::{Image, ImageParts, OciLayout};
use crate::step::{Context, Done, Effect, Probe, StepError, item};
use crate::world::Destination;

/// An image for a container registry.
pub(super) struct PublishImage(pub(super) Publish);

impl PublishImage {
    fn name(&self, cx: &Context<'_>) -> Result<String, StepError> {
        let none = || StepError::Refused("the step names no image: add `image = \"owner/name:{version}\"`".to_owned());
        Ok(self.0.image.as_ref().ok_or_else(none)?.render(cx.values)?)
    }

    fn layout(&self, cx: &Context<'_>) -> Result<OciLayout, StepError> {
        match cx.world.target(cx.process, &self.0.target())? {
            Destination::Folder(folder) => Ok(OciLayout::new(folder)),
            Destination::Service(_) => {
                Err(StepError::Refused("this program publishes images into a `folder` only".to_owned()))
            }
        }
    }

    fn image(&self, cx: &Context<'_>, commit: &CommitId) -> Result<Image, StepError> {
        let labels = [
            ("org.opencontainers.image.title", cx.process.project.name.clone()),
            ("org.opencontainers.image.version", cx.release.version.to_string()),
            ("org.opencontainers.image.revision", commit.to_string()),
        ];
        let created = cx.repository().git().run([
            "show",
            "--no-patch",
            "--date=format-local:%Y-%m-%dT%H:%M:%SZ",
            "--format=%cd",
            commit.as_str(),
        ])?;
        Ok(Image::new(ImageParts { layer: pack::source(cx.repository(), commit)?, labels: &labels, created }))
    }
}

impl Effect for PublishImage {
    fn items(&self, cx: &Context<'_>) -> Result<Vec<Item>, StepError> {
        let (name, commit) = (self.name(cx)?, cx.commit()?);
        let digest = self.image(cx, commit)?.digest();
        let mut item = item(format!("{}/{name}", self.0.target()), digest, format!("image {name}"));
        item.data.insert("commit".to_owned(), commit.to_string());
        Ok(vec![item])
    }

    fn probe(&self, cx: &Context<'_>, item: &Item) -> Result<Probe, StepError> {
        let (layout, name) = (self.layout(cx)?, self.name(cx)?);
        Ok(match layout.find(&name)? {
            None => Probe::Absent,
            Some(found) if found.to_string() == item.desired => Probe::Ours { place: Some(layout.place(&name)) },
            Some(found) => Probe::Foreign { found: found.to_string() },
        })
    }

    fn act(&self, cx: &Context<'_>, item: &Item) -> Result<(), StepError> {
        let commit = CommitId::new(item.data.get("commit").map_or("", String::as_str))?;
        let image = self.image(cx, &commit)?;
        match image.digest().to_string() == item.desired {
            true => self.layout(cx)?.push(&self.name(cx)?, &image),
            false => Err(StepError::Refused(format!(
                "the image cannot be made again as it was planned: sha256:{}",
                image.digest()
            ))),
        }
    }

    fn done(&self, _cx: &Context<'_>, items: &[Item]) -> Result<Done, StepError> {
        Ok(Done {
            summary: items
                .first()
                .map_or(String::new(), |item| format!("{} sha256:{}", item.title, &item.desired[..12])),
            ..Done::default()
        })
    }
}
