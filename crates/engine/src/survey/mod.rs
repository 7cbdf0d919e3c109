//! Looks at a repository and drafts its first process.
//!
//! [`survey()`] collects plain facts from the objects of git: the remote's trunk as it was fetched last, never the person's
//! checkout. [`draft()`] turns them into a commented `allclear.toml`. What cannot be found out becomes a question, never an
//! invention.

mod checks;
mod delivery;
mod docs;
mod draft;
mod home;
mod make;
mod node;
mod python;
mod rust;
mod sources;
mod tags;
mod testing;
mod tree;
mod versions;

use allclear_core::edit::Texts;
use allclear_core::names::{CommitId, TagName, Word};

use crate::history;
use crate::repository::{Identity, Repository};
use crate::step::StepError;

use sources::Sources;
use tree::Tree;

pub use checks::Checks;
pub use delivery::{Build, Charts, Delivery};
pub use docs::Docs;
pub use draft::{Draft, Question, draft};
pub use home::{Branches, Forge, Named};
pub use tags::Tags;
pub use testing::Tests;
pub use versions::{Apart, Listed, Versions};

/// What a repository says about itself.
#[derive(Debug, Clone)]
pub struct Survey {
    /// The project's name and what gave it.
    pub project: Named,
    /// The remote's name.
    pub remote: Word,
    /// Whether that remote is set up.
    pub has_remote: bool,
    /// Where issues and pull requests live; none where the remote is at no forge that is known.
    pub forge: Option<Forge>,
    /// The trunk and the branches that releases may be cut from.
    pub branches: Branches,
    /// The commit that was looked at; none where there is no commit yet.
    pub commit: Option<CommitId>,
    /// Where the version stands.
    pub versions: Versions,
    /// What earlier releases are tagged like.
    pub tags: Tags,
    /// Changelog, manuals, runbooks and the archive.
    pub docs: Docs,
    /// Commands that check the code, its documentation and its charts.
    pub checks: Checks,
    /// Commands that test.
    pub tests: Tests,
    /// What is built, published and deployed.
    pub delivery: Delivery,
    /// The person at hand; none where git does not know them.
    pub identity: Option<Identity>,
    /// Teams that `CODEOWNERS` names, such as `@example/docs`: a hint, nothing more.
    pub teams: Vec<String>,
}

/// A command of the project that can be a step.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Run {
    /// The command as people would type it.
    pub command: String,
    /// Whether only a shell understands it.
    pub shell: bool,
    /// The name of its step, where its words alone do not give a good one.
    pub id: Option<String>,
    /// The files that it leaves and that tell what happened.
    pub evidence: Option<String>,
    /// Whether it needs a display.
    pub display: bool,
}

impl Run {
    /// A command without anything special.
    pub fn new(command: impl Into<String>) -> Self {
        Self { command: command.into(), ..Self::default() }
    }

    /// The same with a name for its step.
    #[must_use]
    pub fn called(self, id: &str) -> Self {
        Self { id: Some(id.to_owned()), ..self }
    }

    /// The same with files that are kept as evidence.
    #[must_use]
    pub fn leaving(self, evidence: &str) -> Self {
        Self { evidence: Some(evidence.to_owned()), ..self }
    }
}

/// Looks at the repository as it was fetched last; nothing is changed and nobody is asked.
///
/// # Errors
/// When git fails.
pub fn survey(repository: &Repository) -> Result<Survey, StepError> {
    let branches = home::branches(repository)?;
    let sources = Sources::of(Tree::of(repository, branches.commit.clone())?);
    let url = repository.remote_url();
    let forge = url.as_deref().and_then(home::forge);
    let tagged = history::Tags::read(repository.git())?;
    Ok(Survey {
        project: home::project(&sources, url.as_deref(), repository.top()),
        remote: repository.remote().clone(),
        has_remote: url.is_some(),
        versions: versions::versions(&sources.tree),
        tags: tags::tags(tagged.names().filter_map(|tag| TagName::new(tag).ok())),
        docs: docs::docs(&sources.tree),
        checks: checks::checks(&sources),
        tests: testing::tests(&sources),
        delivery: delivery::delivery(&sources, forge.as_ref()),
        identity: repository.identity(),
        teams: home::teams(&sources.tree),
        commit: branches.commit.clone(),
        forge,
        branches,
    })
}

/// What [`survey()`] would list as the files in which the version stands, looked for in these files and texts of the
/// person's checkout.
pub fn versions_here(repository: &Repository, files: &[String], texts: &Texts) -> Versions {
    versions::versions(&Tree::here(repository, files, texts))
}

#[cfg(test)]
mod tests;
