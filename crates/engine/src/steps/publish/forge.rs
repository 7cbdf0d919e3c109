//! Releases of a forge: a draft with the notes of the version, the artifacts as its files, and everybody sees it last.

mod page;
mod tagged;

use std::collections::BTreeMap;
use std::time::Duration;

use allclear_core::digest::Digest;
use allclear_core::event::{Artifact, Item};
use allclear_core::forge;
use allclear_core::history::TagPattern;
use allclear_core::names::{CommitId, TagName};
use allclear_core::pointer::{Line as Pointer, Move};
use allclear_core::process::Target;
use allclear_core::version::Version;

use self::page::{entry, fingerprint, marker, page};
use self::tagged::{require_tagged, tag};
use super::super::frozen::here;
use super::files::{Line, PublishFiles, TOGETHER, folder};
use super::published::Published;
use super::{Publish, image, unbuilt};
use crate::files::Pattern;
use crate::open::tag_pattern;
use crate::ports::download::Part;
use crate::ports::github::{GitHub, GitHubRelease};
use crate::ports::registry::Frozen;
use crate::step::{Context, Done, Effect, Probe, StepError, item};
use crate::world::Destination;

/// The notes, where they are a file among the others.
const NOTES: &str = "release-notes.md";
/// The most files of a release, and the size from which on a file is too large, in bytes:
/// <https://docs.github.com/en/repositories/releasing-projects-on-github/about-releases#storage-and-bandwidth-quotas>.
const MOST_FILES: usize = 1000;
const TOO_LARGE: u64 = 2 << 30;

/// The files of a release. A folder, or commands of the project, take the notes as one more file.
const FILES: Line = Line {
    usual: &["**"],
    frozen,
    looks_inside: false,
    fits,
    service: |_, target, cx| Ok(Box::new(release(target, cx)?)),
    folder,
    rank: TOGETHER,
};

/// A release of a forge.
pub(super) struct PublishRelease(PublishFiles);

/// How the draft is told from the release in the name of an item.
const DRAFT: &str = " (draft)";
/// Where the last item carries which files the release must have by then: names and digests, as JSON.
const WHOLE: &str = "files";

/// What an item is about.
enum About {
    /// The release, whoever sees it.
    Draft(GitHubRelease),
    /// That everybody sees it.
    Public(GitHubRelease),
    /// A file.
    File,
}

impl PublishRelease {
    pub(super) fn new(publish: Publish) -> Self {
        Self(PublishFiles { publish, line: &FILES })
    }

    /// What can be taken back: the draft, which only its makers see, and its files. It needs no tag.
    fn drafted(&self, cx: &Context<'_>) -> Result<Vec<Item>, StepError> {
        let files = self.0.items(cx)?;
        let Some(_) = at_forge(&self.0.publish, cx)? else { return Ok(files) };
        if files.len() > MOST_FILES {
            return Err(StepError::Refused(format!(
                "a release has at most {MOST_FILES} files, and these would be {}: choose with `artifacts`",
                files.len()
            )));
        }
        let tag = tag(cx)?;
        let draft = item(
            self.draft_of(&tag),
            fingerprint(&page(cx)?),
            format!("draft of {tag} at {}", self.0.publish.target()),
        );
        Ok([vec![draft], files].concat())
    }

    /// What cannot be taken back: that everybody sees it. None where there are no drafts. It needs the tag, and carries which files must be
    /// there.
    fn made_public(&self, cx: &Context<'_>) -> Result<Option<Item>, StepError> {
        let Some(_) = at_forge(&self.0.publish, cx)? else { return Ok(None) };
        require_tagged(cx)?;
        let tag = tag(cx)?;
        let mut public =
            item(self.public_of(&tag), cx.commit()?, format!("{tag} at {} for everybody", self.0.publish.target()));
        let files: BTreeMap<String, Digest> =
            frozen(&self.0, cx)?.into_iter().map(|file| (file.name, file.content.sha256)).collect();
        let files = serde_json::to_string(&files).map_err(StepError::content("the files cannot be named"))?;
        public.data.insert(WHOLE.to_owned(), files);
        Ok(Some(public))
    }

    fn draft_of(&self, tag: &TagName) -> String {
        format!("{}/{tag}{DRAFT}", self.0.publish.target())
    }

    fn public_of(&self, tag: &TagName) -> String {
        format!("{}/{tag}", self.0.publish.target())
    }

    fn about(&self, cx: &Context<'_>, item: &Item) -> Result<About, StepError> {
        let Some(target) = at_forge(&self.0.publish, cx)? else { return Ok(About::File) };
        let tag = tag(cx)?;
        match &item.target {
            text if *text == self.draft_of(&tag) => Ok(About::Draft(release(target, cx)?)),
            text if *text == self.public_of(&tag) => Ok(About::Public(release(target, cx)?)),
            _ => Ok(About::File),
        }
    }
}

/// The target, where it is a forge: what has an address.
fn at_forge<'c>(publish: &Publish, cx: &'c Context<'_>) -> Result<Option<&'c Target>, StepError> {
    Ok(match cx.world.target(cx.process, &publish.target())? {
        Destination::Service(target) if target.url.is_some() => Some(target),
        _ => None,
    })
}

/// The artifacts, all of them where the step names none, but for images: those are for a registry.
fn frozen(files: &PublishFiles, cx: &Context<'_>) -> Result<Vec<Frozen>, StepError> {
    let named = !files.publish.artifacts.is_empty();
    let images: Vec<Pattern> = image::USUAL.iter().map(|text| Pattern::new(text)).collect::<Result<_, _>>()?;
    let is_image = |file: &str| !named && images.iter().any(|pattern| pattern.fits(file));
    let artifacts = cx.release.artifacts();
    let others = |artifact: &&Artifact| !is_image(artifact.path.as_str());
    // A release can be its notes alone.
    let none = !named && !artifacts.into_iter().any(|artifact| others(&artifact)) && unbuilt(cx).is_none();
    let mut frozen = if none { vec![] } else { files.artifacts(cx)? };
    frozen.retain(|file| !is_image(&file.name));
    if at_forge(&files.publish, cx)?.is_none() {
        let path = format!("{}/{}/{NOTES}", cx.process.project.name, cx.release.version);
        if frozen.iter().any(|file| file.path == path) {
            return Err(StepError::Refused(format!(
                "`{NOTES}` is what the notes are called: name the artifact otherwise"
            )));
        }
        frozen.push(here(cx, &path, cx.store.put(entry(cx)?.as_bytes())?)?);
    }
    Ok(frozen)
}

/// What a forge would change or refuse is refused before.
fn fits(_: &Context<'_>, file: &Frozen) -> Result<(), StepError> {
    let refused = |why: &str| Err(StepError::Refused(format!("`{}` {why}", file.name.escape_debug())));
    match file.content.size {
        _ if !forge::keeps(&file.name) => refused(
            "would be published under another name: GitHub keeps letters and digits of ASCII, `-`, `_`, `+`, `@` and single dots inside; \
             name the artifact so",
        ),
        0 => refused("is empty, and GitHub takes no empty file: leave it out with `artifacts`"),
        TOO_LARGE.. => refused("has 2 GiB or more, and GitHub takes smaller files only: leave it out with `artifacts`"),
        _ => Ok(()),
    }
}

/// The release at GitHub that is this one.
fn release(target: &Target, cx: &Context<'_>) -> Result<GitHubRelease, StepError> {
    Ok(GitHubRelease::new(GitHub::new(target)?, tag(cx)?, marker(cx)?))
}

/// Whether this release becomes the latest: by the order of versions, so that a hotfix of an old line does not.
fn becomes_latest(cx: &Context<'_>, forge: &GitHub) -> Result<bool, StepError> {
    let pattern = TagPattern::new(&tag_pattern(cx.process)).unwrap_or_default();
    let version = |tag: &String| -> Option<Version> { Some(pattern.version(tag)?.version) };
    let now = forge.latest()?.as_ref().and_then(version);
    let published = match &now {
        Some(_) => vec![],
        // The latest is nothing of ours, such as another part of the repository.
        None => forge.public_tags()?.iter().filter_map(version).collect(),
    };
    let may = Pointer::Everything.may_move(&cx.release.version, now.as_ref(), &published);
    Ok(matches!(may, Move::Forward | Move::There))
}

impl Published for PublishRelease {
    fn download(&self, cx: &Context<'_>, item: &Item) -> Result<Option<Vec<Part>>, StepError> {
        match self.about(cx, item)? {
            About::File => self.0.download(cx, item),
            About::Draft(release) | About::Public(release) => match release.public_standing()? {
                Probe::Ours { .. } => Ok(Some(vec![])),
                Probe::Foreign { found } => Err(StepError::Refused(format!("{} holds {found}", item.target))),
                _ => Ok(None),
            },
        }
    }

    fn staged(&self, cx: &Context<'_>) -> Result<Option<Box<dyn Effect + '_>>, StepError> {
        let has_drafts = cx.process.targets.get(&self.0.publish.target()).is_some_and(|target| target.url.is_some());
        Ok(has_drafts.then(|| Box::new(Drafted(self)) as Box<dyn Effect>))
    }
}

/// The draft and its files, which nobody else sees. A stand-in knows no drafts.
struct Drafted<'p>(&'p PublishRelease);

impl Effect for Drafted<'_> {
    fn items(&self, cx: &Context<'_>) -> Result<Vec<Item>, StepError> {
        match at_forge(&self.0.0.publish, cx)? {
            Some(_) => self.0.drafted(cx),
            None => Ok(vec![]),
        }
    }

    fn probe(&self, cx: &Context<'_>, item: &Item) -> Result<Probe, StepError> {
        self.0.probe(cx, item)
    }

    fn act(&self, cx: &Context<'_>, item: &Item) -> Result<(), StepError> {
        self.0.act(cx, item)
    }

    fn done(&self, _cx: &Context<'_>, _items: &[Item]) -> Result<Done, StepError> {
        Ok(Done::default())
    }
}

impl Effect for PublishRelease {
    fn items(&self, cx: &Context<'_>) -> Result<Vec<Item>, StepError> {
        let mut items = self.drafted(cx)?;
        items.extend(self.made_public(cx)?);
        Ok(items)
    }

    fn probe(&self, cx: &Context<'_>, item: &Item) -> Result<Probe, StepError> {
        match self.about(cx, item)? {
            About::Draft(release) => release.standing(),
            About::Public(release) => release.public_standing(),
            About::File => self.0.probe(cx, item),
        }
    }

    fn act(&self, cx: &Context<'_>, item: &Item) -> Result<(), StepError> {
        match self.about(cx, item)? {
            About::File => self.0.act(cx, item),
            About::Draft(release) => {
                let page = page(cx)?;
                match fingerprint(&page).to_string() == item.desired {
                    true => release.draft(&page),
                    false => Err(StepError::Refused(format!(
                        "the notes of {} are not those that were planned: this is another version of allclear",
                        item.title
                    ))),
                }
            }
            About::Public(release) => {
                let files = item.data.get(WHOLE).map_or("{}", String::as_str);
                let files = serde_json::from_str(files).map_err(StepError::content("the intent names no files"))?;
                let latest = becomes_latest(cx, release.forge())?;
                release.publish(&CommitId::new(item.desired.as_str())?, &files, latest)
            }
        }
    }

    fn done(&self, cx: &Context<'_>, items: &[Item]) -> Result<Done, StepError> {
        let Some(target) = at_forge(&self.0.publish, cx)? else { return self.0.done(cx, items) };
        // What it says is of use only, and a service that does not answer takes nothing back.
        for twin in release(target, cx)?.twins().unwrap_or_default() {
            let line = format!("a draft that was made twice is left, and can be deleted by hand: {twin}");
            cx.world.progress.says(cx.step.id.as_str(), &line);
        }
        let (tag, to) = (tag(cx)?, self.0.publish.target());
        let summary = match (items, items.len().saturating_sub(2)) {
            // One thing was put back.
            ([item], _) => item.title.clone(),
            (_, 0) => format!("{tag} to {to}"),
            (_, 1) => format!("{tag} with 1 file to {to}"),
            (_, files) => format!("{tag} with {files} files to {to}"),
        };
        Ok(Done { summary, ..Done::default() })
    }

    /// The draft, all files side by side, and then everybody.
    fn rank(&self, item: &Item, _at: usize) -> usize {
        match item.data.contains_key(WHOLE) {
            true => 2,
            false => usize::from(!item.target.ends_with(DRAFT)),
        }
    }

    fn visibility(&self, cx: &Context<'_>) -> Duration {
        self.0.visibility(cx)
    }

    fn admits(&self, cx: &Context<'_>) -> Result<(), StepError> {
        let Some(target) = at_forge(&self.0.publish, cx)? else { return self.0.admits(cx) };
        let (release, tag) = (release(target, cx)?, tag(cx)?);
        release.forge().admits(tag.as_str())?;
        match release.standing()? {
            Probe::Foreign { found } => Err(StepError::Foreign {
                target: self.public_of(&tag),
                found,
                wanted: "nothing of others".to_owned(),
                way_out: "find out who put it there; then release another version, or `allclear abort`".to_owned(),
            }),
            _ => self.drafted(cx).map(drop),
        }
    }

    fn preview(&self, cx: &Context<'_>, item: &Item) -> Option<String> {
        match self.about(cx, item).ok()? {
            About::Draft(_) => Some(page(cx).ok()?.body),
            _ => None,
        }
    }
}
