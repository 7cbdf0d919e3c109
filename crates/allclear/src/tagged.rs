//! The releases that the tags of a clone record, for commands that are asked about them.

use allclear_core::history::{Line, Release, Releases, TagPattern};
use allclear_core::names::CommitId;
use allclear_core::process::Process;
use allclear_engine::history::{self, Tags};
use allclear_engine::open;
use allclear_ledger::git::Git;

use crate::error::CommandError;
use crate::here::Here;

/// Tags, what they look like, and the line that is asked about.
pub(crate) struct Tagged {
    /// The clone.
    pub(crate) here: Here,
    /// The process of the checkout, if there is one.
    pub(crate) process: Option<Process>,
    /// The line: the one that a person names, otherwise that of the branch whose name says one.
    pub(crate) line: Option<Line>,
    /// The branch whose name says the line.
    pub(crate) branch: Option<String>,
    /// What the project's tags look like.
    pub(crate) pattern: TagPattern,
    /// The commit that is asked about.
    pub(crate) until: CommitId,
    tags: Tags,
}

impl Tagged {
    /// Looks at the clone that the working folder is in; `from` is the revision that is asked about. Tags are read while git is
    /// asked for the rest.
    pub(crate) fn find(line: Option<Line>, from: &str) -> Result<Self, CommandError> {
        std::thread::scope(|scope| {
            let tags = scope.spawn(|| Tags::read(&Git::at(".")));
            let here = Here::find()?;
            here.require_history()?;
            let process = here.process_text.as_deref().map(open::read_process).transpose()?;
            let trunk = process.as_ref().map(|process| process.project.trunk.as_str());
            let until = here.revision(from)?;
            let by_branch = match line {
                None if from == "HEAD" => history::line_here(&here.repository, trunk),
                _ => None,
            };
            let tags = tags.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
            let pattern = history::pattern(process.as_ref(), &tags);
            let (by_branch, branch) = by_branch.unzip();
            Ok(Self { here, process, line: line.or(by_branch), branch, pattern, until, tags })
        })
    }

    /// The releases, in the order of their versions.
    pub(crate) fn releases(&self) -> Releases<'_> {
        Releases::of(&self.pattern, self.tags.names())
    }

    /// The commit of a release.
    pub(crate) fn commit(&self, release: &Release<'_>) -> Result<CommitId, CommandError> {
        let tag = release.tag;
        self.here.repository.tagged(tag).ok_or_else(|| CommandError::usage(format!("the tag `{tag}` names no commit")))
    }
}
