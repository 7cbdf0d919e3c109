//! The one release that is ours: made as a draft, and made public.

use std::collections::BTreeMap;

use allclear_core::digest::Digest;
use allclear_core::names::{CommitId, TagName};
use serde_json::json;

use super::GitHub;
use super::answers::{Asset, Names, Object, Release};
use crate::ports::address::encoded;
use crate::step::{Probe, StepError};

/// How many releases are listed at once; each comes with all its text and all its assets.
const RELEASES: usize = 30;
/// How many assets are listed at once: as many as GitHub allows.
const ASSETS: usize = 100;
/// How many pages of a list are read: GitHub lists 10,000 releases at most.
const MOST_PAGES: usize = 400;
/// How many tags may name each other before a commit.
const DEEPEST: usize = 8;

/// What a release says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its title.
    pub title: String,
    /// Its text, with the mark in it.
    pub body: String,
    /// The branch on which the release commit is. GitHub itself would put a tag there, should a person make the draft public by hand
    /// before there is one; a commit in its place is refused to tokens that may not write workflows.
    pub branch: Option<String>,
    /// Whether it is a prerelease.
    pub prerelease: bool,
}

/// The release of a tag that bears our mark.
pub struct GitHubRelease {
    pub(super) forge: GitHub,
    tag: TagName,
    marker: String,
}

impl GitHubRelease {
    /// Names the release of this tag whose text has this mark in it.
    pub fn new(forge: GitHub, tag: TagName, marker: String) -> Self {
        Self { forge, tag, marker }
    }

    /// The repository.
    pub fn forge(&self) -> &GitHub {
        &self.forge
    }

    /// Looks whether it is there, as a draft or for everybody.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub fn standing(&self) -> Result<Probe, StepError> {
        let public = self.public_standing()?;
        if public != Probe::Absent {
            return Ok(public);
        }
        Ok(match self.ours()? {
            None => Probe::Absent,
            Some(draft) if draft.tag_name == self.tag.as_str() => Probe::Ours { place: Some(draft.html_url) },
            Some(draft) => Probe::Foreign { found: self.renamed(&draft) },
        })
    }

    /// Looks whether it is there for everybody.
    ///
    /// # Errors
    /// When it cannot be asked.
    pub fn public_standing(&self) -> Result<Probe, StepError> {
        Ok(match self.public()? {
            None => Probe::Absent,
            Some(public) if self.is_ours(&public) => Probe::Ours { place: Some(public.html_url) },
            Some(public) => {
                Probe::Foreign { found: format!("a release without our mark in its text, {}", public.html_url) }
            }
        })
    }

    /// Makes the draft.
    ///
    /// # Errors
    /// When GitHub says so; only a look tells what happened.
    pub fn draft(&self, page: &Page) -> Result<(), StepError> {
        let mut body = json!({
            "tag_name": self.tag.as_str(), "name": page.title, "body": page.body, "draft": true, "prerelease": page.prerelease,
        });
        if let Some(branch) = &page.branch {
            body["target_commitish"] = json!(branch);
        }
        let answer = self.forge.send("POST", "releases", &body)?;
        match answer.status().as_u16() {
            201 => Ok(()),
            _ => Err(self.forge.refused(&self.forge.what("POST", "releases"), answer)),
        }
    }

    /// Makes the draft public, which needs its tag on this commit, and all of these files, each with its digest; `latest` says whether it
    /// becomes the latest.
    ///
    /// # Errors
    /// When something is not so, or GitHub says so; only a look tells what happened.
    pub fn publish(&self, commit: &CommitId, files: &BTreeMap<String, Digest>, latest: bool) -> Result<(), StepError> {
        self.require_tag(commit)?;
        let release = self.ours()?.ok_or_else(|| self.unseen())?;
        if release.tag_name != self.tag.as_str() {
            return Err(StepError::Refused(self.renamed(&release)));
        }
        self.require_whole(&release, files)?;
        let path = format!("releases/{}", release.id);
        let body = json!({ "draft": false, "make_latest": latest.to_string() });
        let answer = self.forge.send("PATCH", &path, &body)?;
        match answer.status().as_u16() {
            200 => Ok(()),
            _ => Err(self.forge.refused(&self.forge.what("PATCH", &path), answer)),
        }
    }

    /// The addresses of drafts that bear our mark and are not the release: one can be left where it was not seen in time that the
    /// first was made.
    ///
    /// # Errors
    /// When they cannot be listed.
    pub fn twins(&self) -> Result<Vec<String>, StepError> {
        let Some(ours) = self.ours()? else { return Ok(vec![]) };
        let listed: Vec<Release> = self.forge.list("releases", 1, RELEASES)?;
        let twins = listed.into_iter().filter(|one| one.draft && one.id != ours.id && self.is_ours(one));
        Ok(twins.map(|twin| twin.html_url).collect())
    }

    fn is_ours(&self, release: &Release) -> bool {
        release.body.as_ref().is_some_and(|body| body.contains(&self.marker))
    }

    /// The release of the tag that everybody sees.
    pub(super) fn public(&self) -> Result<Option<Release>, StepError> {
        self.forge.find(&format!("releases/tags/{}", encoded(self.tag.as_str())))
    }

    /// The release with our mark, whoever sees it: the public one, or else the first draft that was made.
    pub(super) fn ours(&self) -> Result<Option<Release>, StepError> {
        let mut found = None;
        self.forge.each_page(&mut |releases| {
            let ours = releases.into_iter().filter(|release| self.is_ours(release));
            found = ours.min_by_key(|release| (release.draft, release.id));
            found.is_some()
        })?;
        Ok(found)
    }

    /// What a release has beside its text.
    pub(super) fn assets(&self, release: &Release) -> Result<Vec<Asset>, StepError> {
        let (path, mut all) = (format!("releases/{}/assets", release.id), Vec::new());
        for page in 1..=MOST_PAGES {
            let listed: Vec<Asset> = self.forge.list(&path, page, ASSETS)?;
            let last = listed.len() < ASSETS;
            all.extend(listed);
            if last {
                break;
            }
        }
        Ok(all)
    }

    /// Our release cannot be seen, which it must be by now.
    pub(super) fn unseen(&self) -> StepError {
        StepError::Passing {
            what: format!("`{}` does not show our draft for {}", self.forge.url, self.tag),
            after: None,
        }
    }

    fn renamed(&self, release: &Release) -> String {
        format!(
            "our release, which somebody has given the tag `{}`, {}",
            release.tag_name.escape_debug(),
            release.html_url
        )
    }

    /// Making a release public whose tag is not there would have GitHub make one.
    pub(super) fn require_tag(&self, commit: &CommitId) -> Result<(), StepError> {
        let (forge, tag) = (&self.forge, &self.tag);
        let found: Option<Names> = forge.find(&format!("git/ref/{}", encoded(&format!("tags/{tag}"))))?;
        let missing =
            || StepError::Passing { what: format!("`{}` does not show the tag {tag}", forge.url), after: None };
        let mut object = found.ok_or_else(missing)?.object;
        for _ in 0..DEEPEST {
            if object.kind != "tag" {
                break;
            }
            let named: Option<Names> = forge.find(&format!("git/tags/{}", encoded(&object.sha)))?;
            object = named.ok_or_else(missing)?.object;
        }
        match object {
            Object { kind, sha } if kind == "commit" && sha == commit.as_str() => Ok(()),
            Object { kind, sha } => Err(StepError::Foreign {
                target: format!("the tag {tag} of `{}`", forge.url),
                found: format!("{kind} {sha}"),
                wanted: format!("commit {commit}"),
                way_out: "find out who moved it; nothing was made public".to_owned(),
            }),
        }
    }

    /// Nothing that lacks something is made public.
    fn require_whole(&self, release: &Release, files: &BTreeMap<String, Digest>) -> Result<(), StepError> {
        let assets = self.assets(release)?;
        let is_there = |(name, digest): (&String, &Digest)| {
            let of_name = assets.iter().find(|asset| asset.name == *name && asset.is_whole());
            // Where no digest is told, the look at the asset itself has read it.
            of_name.is_some_and(|asset| asset.sha256().is_none_or(|told| told == *digest))
        };
        match files.iter().find(|file| !is_there(*file)) {
            None => Ok(()),
            Some((name, _)) => Err(StepError::Passing {
                what: format!(
                    "our draft for {} does not show `{name}` as it was frozen, and is not made public so",
                    self.tag
                ),
                after: None,
            }),
        }
    }
}

impl GitHub {
    /// Gives the releases page by page, the newest first and drafts among them, until it is said that it is enough.
    pub(super) fn each_page(&self, enough: &mut dyn FnMut(Vec<Release>) -> bool) -> Result<(), StepError> {
        for page in 1..=MOST_PAGES {
            let listed: Vec<Release> = self.list("releases", page, RELEASES)?;
            let last = listed.len() < RELEASES;
            if enough(listed) || last {
                break;
            }
        }
        Ok(())
    }
}
