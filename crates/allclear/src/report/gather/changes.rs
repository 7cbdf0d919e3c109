//! What changed since the last release, told as the changelog step tells it.

use allclear_core::changelog;
use allclear_core::changelog::fragment::Fragments;
use allclear_core::names::CommitId;
use allclear_core::release::Verdict;
use allclear_engine::notes::Notes;
use allclear_engine::step::{StepError, chain};

use super::Gathering;
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
        let fragments = match telling.fragments {
            Some(_) => notes.fragments(since, self.before_the_changelog().unwrap_or(until))?,
            None => Fragments::default(),
        };
        let entry = notes.entry(&self.release.version.to_string(), "", &commits, &fragments, "");
        let group = |group: changelog::Group| Group { title: group.title, items: group.items };
        Ok(Changes {
            commits: commits.len(),
            highlights: entry.highlights,
            groups: entry.changes.into_iter().map(group).collect(),
            unknown: None,
        })
    }

    /// The commit that the changelog step built on: its own commit has the fragments no longer.
    fn before_the_changelog(&self) -> Option<&CommitId> {
        let mut steps = self.process.steps_of(&self.release.kind);
        let step = steps.find(|step| step.kind.as_str() == "changelog")?;
        let last = self.release.steps.get(&step.id)?.last()?;
        last.outcome.candidate.as_ref().filter(|_| last.verdict == Verdict::Passed)
    }
}
