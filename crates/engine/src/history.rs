//! The history of a repository as git tells it: tags, and which commits lie between.

use allclear_core::history::{Line, Tag, TagPattern, habit};
use allclear_core::process::Process;
use allclear_ledger::git::{Git, GitError};

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
