//! What changed since the last release, told as the changelog step tells it.

use allclear_core::changelog;
use allclear_core::changelog::fragment::Fragments;
use allclear_core::names::CommitId;
use allclear_core::process::Step;
use allclear_core::release::Verdict;
use allclear_engine::notes::{self, Notes};
use allclear_engine::step::{StepError, chain};

use super::Gathering;
use super::written::{groups, merged};
use crate::report::model::{Changes, Group};

impl Gathering<'_> {
    pub(super) fn changes(&self) -> Changes {
        let Some(until) = self.release.commit() else {
            return Changes { unknown: Some("there is no candidate yet".to_owned()), ..Changes::default() };
        };
        self.told(until).unwrap_or_else(|error| {
            let unknown = format!("the commits cannot be read here; `git fetch` may bring them: {}", chain(&error));
            Changes { unknown: Some(unknown), ..Changes::default() }
        })
    }

    fn told(&self, until: &CommitId) -> Result<Changes, StepError> {
        let (telling, forge) = (&self.process.changelog, self.process.project.forge.as_deref());
        let notes = Notes { repository: self.repository, telling, forge };
        let since = self.release.opening.last.as_ref().map(|last| &last.commit);
        let log = self.repository.log(since, until, &telling.paths)?;
        let commits = log.commits();
        let before = self.before_the_changelog().unwrap_or(until);
        let fragments = match telling.fragments {
            Some(_) => notes.fragments(since, before)?,
            None => Fragments::default(),
        };
        let version = self.release.version.to_string();
        let written = self.written(before, &version)?;
        let entry = notes.entry(&version, "", &commits, &fragments, &written);
        let made = entry.changes.into_iter().map(|group| Group { title: group.title, items: group.items });
        Ok(Changes {
            commits: commits.len(),
            highlights: entry.highlights,
            groups: merged(groups(&written).into_iter().chain(made)),
            unknown: None,
        })
    }

    /// What people wrote into the changelog before the release did: under the version, or else under `Unreleased`.
    fn written(&self, at: &CommitId, version: &str) -> Result<String, StepError> {
        let file = notes::changelog(self.process, &self.release.kind);
        let text = file.map(|file| self.repository.read(at, file)).transpose()?.flatten().unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        Ok(changelog::entry_of(&text, version).unwrap_or_else(|| changelog::unreleased(&text)).to_owned())
    }

    fn changelog_step(&self) -> Option<&Step> {
        self.process.steps_of(&self.release.kind).find(|step| step.kind.as_str() == "changelog")
    }

    /// The commit that the changelog step built on: its own commit has the fragments no longer.
    fn before_the_changelog(&self) -> Option<&CommitId> {
        let step = self.changelog_step()?;
        let last = self.release.steps.get(&step.id)?.last()?;
        last.outcome.candidate.as_ref().filter(|_| last.verdict == Verdict::Passed)
    }
}
