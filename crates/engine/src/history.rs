//! The history of a repository as git tells it: tags, and which commits lie between.

use std::collections::HashMap;
use std::thread::ScopedJoinHandle;

use allclear_core::changelog::Commit;
use allclear_core::history::{Graph, Line, Node, Release, Tag, TagPattern, habit};
use allclear_core::names::CommitId;
use allclear_core::process::Process;
use allclear_ledger::git::{Git, GitError};

use crate::log::Log;
use crate::open::tag_pattern;
use crate::repository::Repository;

/// All tags of a clone.
#[derive(Debug, Clone)]
pub struct Tags(String);

impl Tags {
    /// Reads them with the commits that they name, which git keeps beside packed tags: no tag is opened.
    ///
    /// # Errors
    /// When git fails.
    pub fn read(git: &Git) -> Result<Self, GitError> {
        match git.run(["show-ref", "--tags", "--dereference"]) {
            Ok(listed) => Ok(Self(listed)),
            // That is how it says that there is none.
            Err(GitError::Failed { code: Some(1), .. }) => Ok(Self(String::new())),
            Err(error) => Err(error),
        }
    }

    /// Returns them as git lists them, by name.
    pub fn list(&self) -> Vec<Tag<'_>> {
        let mut tags: Vec<Tag<'_>> = Vec::new();
        for (commit, name) in self.0.lines().filter_map(|line| line.split_once(" refs/tags/")) {
            match (name.strip_suffix("^{}"), tags.last_mut()) {
                // The line above named the tag object, and this one what it points to.
                (Some(_), Some(tag)) => tag.commit = commit,
                _ => tags.push(Tag { name, commit }),
            }
        }
        tags
    }
}

/// What the tags of a project look like: as its process says, otherwise as most of its tags do.
pub fn pattern(process: Option<&Process>, tags: &[Tag<'_>]) -> TagPattern {
    let said = process.and_then(|process| TagPattern::new(&tag_pattern(process)));
    said.or_else(|| habit(tags.iter().map(|tag| tag.name))).unwrap_or_default()
}

/// The line that the checkout is on: none for the trunk, and for branches whose names say nothing.
pub fn line_here(repository: &Repository, trunk: Option<&str>) -> Option<(Line, String)> {
    let branch = repository.git().run(["symbolic-ref", "--quiet", "--short", "HEAD"]).ok()?;
    let line = Line::of_branch(&branch).filter(|_| trunk != Some(branch.as_str()))?;
    Some((line, branch))
}
/// The whole history behind a commit, and which release was the first to have each part of it.
pub struct Whole {
    /// Every commit behind it, or those that touch some paths.
    pub log: Log,
    /// The parents of all commits behind it and behind the releases, as git lists them.
    parents: String,
    /// The days of the releases' commits.
    days: HashMap<String, String>,
}

impl Whole {
    /// Reads it: one walk for the commits' messages, and at the same time one for what lies between them and the releases, which may
    /// be on branches of their own.
    ///
    /// # Errors
    /// When git fails.
    pub fn read(
        repository: &Repository,
        until: &CommitId,
        releases: &[&Release<'_>],
        paths: &[String],
    ) -> Result<Self, GitError> {
        let mut roots: String = releases.iter().map(|release| format!("{}\n", release.tag.commit)).collect();
        // Without paths the log says itself who the parents are.
        let own = if paths.is_empty() { format!("^{until}\n") } else { format!("{until}\n") };
        roots.push_str(&own);
        let tagged: Vec<&str> = releases.iter().map(|release| release.tag.commit).collect();
        let joined =
            |thread: ScopedJoinHandle<'_, _>| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        std::thread::scope(|scope| {
            let between = scope.spawn(|| {
                let days = days(repository, &tagged)?;
                let words = ["rev-list", "--parents", "--stdin"];
                Ok::<_, GitError>((repository.git().run_with_input(words, roots.as_bytes())?, days))
            });
            let log = repository.log(None, until, paths);
            let (parents, days) = joined(between)?;
            let days = tagged.iter().map(|commit| (*commit).to_owned()).zip(days).collect();
            Ok(Self { log: log?, parents, days })
        })
    }

    /// The day of a release, as the clock of who committed it had it: `2026-11-23`.
    pub fn day(&self, release: &Release<'_>) -> Option<&str> {
        self.days.get(release.tag.commit).map(String::as_str)
    }

    /// Sorts the commits by the first of the releases, which come in the order of their versions, that contains them: one list of
    /// commits a release, and last those that no release has.
    pub fn by_release(&self, releases: &[&Release<'_>]) -> Vec<Vec<Commit<'_>>> {
        let commits = self.log.commits();
        let listed = self.parents.lines().map(|line| line.split_once(' ').unwrap_or((line, "")));
        let listed = listed.map(|(id, parents)| Node { id, parents });
        let own = commits.iter().map(|commit| Node { id: commit.id, parents: commit.parents });
        let graph = Graph::of(own.chain(listed));
        let roots: Vec<_> = releases.iter().map(|release| release.tag.commit).collect();
        let first = graph.first_releases(&roots);
        let mut sorted = vec![Vec::new(); releases.len() + 1];
        for commit in commits {
            let at = graph.release_of(&first, commit.id).map_or(releases.len(), |release| release as usize);
            sorted[at].push(commit);
        }
        sorted
    }
}

/// The days of some commits, in their order, as their committers' clocks had them: `2026-11-23`.
///
/// # Errors
/// When git fails.
pub fn days(repository: &Repository, commits: &[&str]) -> Result<Vec<String>, GitError> {
    if commits.is_empty() {
        return Ok(vec![]);
    }
    let words = ["log", "--no-walk=unsorted", "--no-show-signature", "--format=%cs", "--stdin"];
    let listed = repository.git().run_with_input(words, format!("{}\n", commits.join("\n")).as_bytes())?;
    Ok(listed.lines().map(str::to_owned).collect())
}
