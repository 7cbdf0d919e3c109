//! The history of a repository as git tells it: tags, and which commits lie between.

use std::collections::HashMap;

use allclear_core::at_once::both;
use allclear_core::changelog::Commit;
use allclear_core::history::{Graph, Line, Node, Release, TagPattern, habit};
use allclear_core::names::CommitId;
use allclear_core::process::Process;
use allclear_ledger::git::{Git, GitError};

use crate::log::Log;
use crate::open::tag_pattern;
use crate::repository::Repository;

/// The names of all tags of a clone.
#[derive(Debug, Clone)]
pub struct Tags(String);

impl Tags {
    /// Reads them. What each names is not looked up: there may be thousands, and few are asked about.
    ///
    /// # Errors
    /// When git fails.
    pub fn read(git: &Git) -> Result<Self, GitError> {
        git.run(["rev-parse", "--symbolic", "--tags"]).map(Self)
    }

    /// The names, without `refs/tags/`, as git lists them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.lines()
    }
}

/// The commits that all tags name in the end, which git keeps beside packed tags: no tag is opened.
fn commits_of_tags(git: &Git) -> Result<HashMap<String, String>, GitError> {
    let listed = match git.run(["show-ref", "--tags", "--dereference"]) {
        Ok(listed) => listed,
        // That is how it says that there is none.
        Err(GitError::Failed { code: Some(1), .. }) => String::new(),
        Err(error) => return Err(error),
    };
    // Where a line names a tag object, the next one names what that points to, and comes in its place.
    let lines = listed.lines().filter_map(|line| line.split_once(" refs/tags/"));
    Ok(lines.map(|(id, name)| (name.strip_suffix("^{}").unwrap_or(name).to_owned(), id.to_owned())).collect())
}

/// What the tags of a project look like: as its process says, otherwise as most of its tags do.
pub fn pattern(process: Option<&Process>, tags: &Tags) -> TagPattern {
    let said = process.and_then(|process| TagPattern::new(&tag_pattern(process)));
    said.or_else(|| habit(tags.names())).unwrap_or_default()
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
    /// The commits that tags name.
    tagged: HashMap<String, String>,
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
        // Without paths the log says itself who the parents are.
        let own = if paths.is_empty() { format!("^{until}") } else { until.to_string() };
        let between = || {
            let tagged = commits_of_tags(repository.git())?;
            let roots: Vec<&str> =
                releases.iter().filter_map(|release| Some(tagged.get(release.tag)?.as_str())).collect();
            let days = days(repository, &roots)?;
            let asked = roots.iter().copied().chain([own.as_str(), ""]).collect::<Vec<_>>().join("\n");
            let parents = repository.git().run_with_input(["rev-list", "--parents", "--stdin"], asked.as_bytes())?;
            Ok::<_, GitError>((parents, tagged, days))
        };
        let (log, between) = both(|| repository.log(None, until, paths), between);
        let (parents, tagged, days) = between?;
        Ok(Self { log: log?, parents, tagged, days })
    }

    /// The day of a release, as the clock of who committed it had it: `2026-11-23`.
    pub fn day(&self, release: &Release<'_>) -> Option<&str> {
        self.days.get(self.commit(release)).map(String::as_str)
    }

    /// The commit of a release; empty where its tag went away meanwhile.
    fn commit(&self, release: &Release<'_>) -> &str {
        self.tagged.get(release.tag).map_or("", String::as_str)
    }

    /// Sorts the commits by the first of the releases, which come in the order of their versions, that contains them: one list of
    /// commits a release, and last those that no release has.
    pub fn by_release(&self, releases: &[&Release<'_>]) -> Vec<Vec<Commit<'_>>> {
        let commits = self.log.commits();
        let listed = self.parents.lines().map(|line| line.split_once(' ').unwrap_or((line, "")));
        let listed = listed.map(|(id, parents)| Node { id, parents });
        let own = commits.iter().map(|commit| Node { id: commit.id, parents: commit.parents });
        let graph = Graph::of(own.chain(listed));
        let roots: Vec<_> = releases.iter().map(|release| self.commit(release)).collect();
        let first = graph.first_releases(&roots);
        let mut sorted = vec![Vec::new(); releases.len() + 1];
        for commit in commits {
            let at = graph.release_of(&first, commit.id).map_or(releases.len(), |release| release as usize);
            sorted[at].push(commit);
        }
        sorted
    }
}

/// The days of some commits, as their committers' clocks had them: `2026-11-23`.
///
/// # Errors
/// When git fails.
pub fn days(repository: &Repository, commits: &[&str]) -> Result<HashMap<String, String>, GitError> {
    if commits.is_empty() {
        return Ok(HashMap::new());
    }
    // A commit that is asked for twice is answered once, so each answer says whose it is.
    let words = ["log", "--no-walk=unsorted", "--no-show-signature", "--format=%H %cs", "--stdin"];
    let listed = repository.git().run_with_input(words, format!("{}\n", commits.join("\n")).as_bytes())?;
    let day = |line: &str| line.split_once(' ').map(|(commit, day)| (commit.to_owned(), day.to_owned()));
    Ok(listed.lines().filter_map(day).collect())
}
