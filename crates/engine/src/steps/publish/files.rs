//! Publishes files to a registry that holds named files.

use std::path::PathBuf;
use std::time::Duration;

use allclear_core::digest::Digest;
use allclear_core::event::Item;
use allclear_core::process::Target;

use super::super::frozen::{base_name, here, known};
use super::commands::Commands;
use super::published::{self, Published};
use super::stage::StagedFiles;
use super::{BY_DIGEST, Publish};
use crate::ports::download::Part;
use crate::ports::folder::FolderRegistry;
use crate::ports::registry::{Frozen, Registry};
use crate::ports::s3::S3Files;
use crate::ports::web::WebFiles;
use crate::reach;
use crate::step::{Context, Done, Effect, Probe, StepError, item};
use crate::world::Destination;

/// Makes the registry behind a target.
type Service = fn(&Publish, &Target, &Context<'_>) -> Result<Box<dyn Registry>, StepError>;

/// A kind of files: which they are, what must be so, and the registry for them.
pub(super) struct Line {
    /// The artifacts that are of this kind, where the step names none.
    pub(super) usual: &'static [&'static str],
    /// The files, frozen.
    pub(super) frozen: fn(&PublishFiles, &Context<'_>) -> Result<Vec<Frozen>, StepError>,
    /// Whether only a look into a file tells what it is to the registry.
    pub(super) looks_inside: bool,
    /// Holds a file for a service against the release that it is published for.
    pub(super) fits: fn(&Context<'_>, &Frozen) -> Result<(), StepError>,
    /// The registry behind a target that is a service.
    pub(super) service: Service,
    /// The registry in a folder.
    pub(super) folder: fn(PathBuf) -> Box<dyn Registry>,
    /// When the turn of a file is, by its place in the list: see [`Effect::rank`].
    pub(super) rank: fn(usize) -> usize,
}

/// One file after the other.
pub(super) const IN_ORDER: fn(usize) -> usize = |at| at;
/// All files side by side.
pub(super) const TOGETHER: fn(usize) -> usize = |_| 0;

/// Files in a folder, each under its own name.
pub(super) fn folder(folder: PathBuf) -> Box<dyn Registry> {
    Box::new(FolderRegistry::new(folder))
}

/// Files of any kind.
pub(super) const FILES: Line = Line {
    usual: &["**"],
    frozen: PublishFiles::artifacts,
    looks_inside: false,
    fits: |_, _| Ok(()),
    service: |_, target, _| at(target),
    folder,
    rank: TOGETHER,
};

/// The service for files of any kind at a target.
pub(super) fn at(target: &Target) -> Result<Box<dyn Registry>, StepError> {
    match target.url.as_deref().and_then(|url| url.split_once("://")) {
        Some(("s3", _)) => Ok(Box::new(S3Files::new(target)?)),
        Some(("http" | "https", _)) => Ok(Box::new(WebFiles::new(target)?)),
        _ => Err(StepError::Refused(
            "files of any kind go to `url = \"https://…\"` or `\"s3://…\"`, into a `folder`, or through commands of yours (`probe` and \
             `send`): correct the target"
                .to_owned(),
        )),
    }
}

/// Files for a registry that holds named files.
pub(super) struct PublishFiles {
    pub(super) publish: Publish,
    pub(super) line: &'static Line,
}

impl PublishFiles {
    pub(super) fn registry<'c>(&self, cx: &'c Context<'_>) -> Result<Box<dyn Registry + 'c>, StepError> {
        match cx.world.target(cx.process, &self.publish.target())? {
            Destination::Folder(folder) => Ok((self.line.folder)(folder)),
            // Files of every kind can go through commands of the project.
            Destination::Service(target) => match Commands::of(target, cx) {
                Some(commands) => Ok(Box::new(commands)),
                None => Ok((self.line.service)(&self.publish, target, cx)?),
            },
        }
    }

    /// Holds a file against the release where it is for a service, also where a rehearsal has a folder in its stead; a folder takes
    /// any file.
    fn fits(&self, cx: &Context<'_>, file: &Frozen) -> Result<(), StepError> {
        match cx.process.targets.get(&self.publish.target()) {
            Some(Target { folder: None, .. }) => (self.line.fits)(cx, file),
            _ => Ok(()),
        }
    }

    /// The artifacts of the release that the step publishes.
    pub(super) fn artifacts(&self, cx: &Context<'_>) -> Result<Vec<Frozen>, StepError> {
        let mut frozen: Vec<Frozen> = Vec::new();
        for artifact in self.publish.artifacts(cx, self.line.usual, "does a `build` step make it?")? {
            let path =
                format!("{}/{}/{}", cx.process.project.name, cx.release.version, base_name(artifact.path.as_str()));
            match frozen.iter().find(|file| file.path == path) {
                None => frozen.push(here(cx, &path, artifact.sha256)?),
                Some(same) if same.content.sha256 == artifact.sha256 => {}
                Some(_) => {
                    return Err(StepError::Refused(format!(
                        "two artifacts that differ would both be published as `{path}`, one of them `{}`: give them different names, or choose with `artifacts`",
                        artifact.path
                    )));
                }
            }
        }
        Ok(frozen)
    }

    /// The file that an item is about, also where it is only staged. To look at a registry its bytes need not be here.
    pub(super) fn file(&self, cx: &Context<'_>, item: &Item) -> Result<Frozen, StepError> {
        let sha256: Digest = item.desired.parse().map_err(StepError::content("the intent names no digest"))?;
        let path = item.target.split_once('/').map_or("", |(_, path)| path);
        let path = path.split_once(BY_DIGEST).map_or(path, |(path, _)| path);
        if self.line.looks_inside
            && let Ok(file) = here(cx, path, sha256)
        {
            return Ok(file);
        }
        Ok(known(cx, path, sha256))
    }

    /// The file that an item is about, with its bytes.
    pub(super) fn bytes(&self, cx: &Context<'_>, item: &Item) -> Result<Frozen, StepError> {
        let file = self.file(cx, item)?;
        if cx.store.open(&file.content.sha256).is_ok() {
            return Ok(file);
        }
        // Another clone made it; charts are made again, since they come from the commit alone, and everything else is brought.
        (self.line.frozen)(self, cx)?;
        here(cx, &file.path, file.content.sha256)
    }
}

impl Published for PublishFiles {
    fn download(&self, cx: &Context<'_>, item: &Item) -> Result<Option<Vec<Part>>, StepError> {
        let file = self.file(cx, item)?;
        let read = self.registry(cx)?.download(&file)?;
        Ok(read.map(|read| vec![Part { name: file.name, wanted: file.content.sha256, read }]))
    }

    fn staged(&self, cx: &Context<'_>) -> Result<Option<Box<dyn Effect + '_>>, StepError> {
        let stages = self.registry(cx)?.stage().is_some();
        Ok(stages.then(|| Box::new(StagedFiles(self)) as Box<dyn Effect>))
    }
}

impl Effect for PublishFiles {
    fn items(&self, cx: &Context<'_>) -> Result<Vec<Item>, StepError> {
        let target = self.publish.target();
        let frozen = (self.line.frozen)(self, cx)?;
        frozen.iter().try_for_each(|file| self.fits(cx, file))?;
        let of = |file: Frozen| {
            item(format!("{target}/{}", file.path), file.content.sha256, format!("{} to {target}", file.path))
        };
        Ok(frozen.into_iter().map(of).collect())
    }

    fn probe(&self, cx: &Context<'_>, item: &Item) -> Result<Probe, StepError> {
        self.registry(cx)?.find(&self.file(cx, item)?)
    }

    fn read_again(&self, cx: &Context<'_>, item: &Item) -> Result<Probe, StepError> {
        published::read_again(self, cx, item)
    }

    fn act(&self, cx: &Context<'_>, item: &Item) -> Result<(), StepError> {
        let (file, registry) = (self.bytes(cx, item)?, self.registry(cx)?);
        cx.metered(&file.name, file.content.size, |meter| registry.upload(&file, meter))
    }

    fn done(&self, _cx: &Context<'_>, items: &[Item]) -> Result<Done, StepError> {
        let summary = match items {
            [item] => item.title.clone(),
            items => format!("{} files to {}", items.len(), self.publish.target()),
        };
        Ok(Done { summary, ..Done::default() })
    }

    fn rank(&self, _item: &Item, at: usize) -> usize {
        (self.line.rank)(at)
    }

    fn visibility(&self, cx: &Context<'_>) -> Duration {
        self.registry(cx).map(|registry| registry.visibility()).unwrap_or_default()
    }

    fn admits(&self, cx: &Context<'_>) -> Result<(), StepError> {
        let registry = self.registry(cx)?;
        (self.line.frozen)(self, cx)?
            .iter()
            .try_for_each(|file| self.fits(cx, file).and_then(|()| reach::asked(cx, &|| registry.admits(file))))
    }
}
