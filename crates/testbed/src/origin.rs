//! The repository that everybody pushes to.

use std::path::Path;

use crate::{Ran, Repo, TestEnv};

/// A bare repository in the root, as a forge keeps it.
#[derive(Clone, Debug)]
pub struct Origin(Repo);

impl TestEnv {
    /// Makes `origin.git` in the root: bare, with one empty commit on `main`.
    #[must_use]
    #[track_caller]
    pub fn origin(&self) -> Origin {
        self.origin_named("origin.git")
    }

    /// Makes another such repository, for tests that need more than one; panics when the folder is there already.
    #[must_use]
    #[track_caller]
    pub fn origin_named(&self, folder: &str) -> Origin {
        let path = self.root().join(folder);
        assert!(!path.exists(), "{} is there already", path.display());
        Ran::of(self.command("git").args(["init", "--quiet", "--bare"]).arg(&path)).expect_success();
        let bare = self.repo_at(path);
        // Plumbing, because a bare repository has no work tree to commit from; mktree reads nothing and writes the empty tree.
        let tree = bare.git(&["mktree"]);
        let commit = bare.git(&["commit-tree", &tree, "-m", "Initial commit"]);
        bare.git(&["update-ref", "refs/heads/main", &commit]);
        Origin(bare)
    }
}

impl Origin {
    /// Returns the bare repository's folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Returns what a clone on the same disk has as its URL.
    #[must_use]
    pub fn url(&self) -> String {
        self.path().to_str().expect("the root's path is UTF-8").to_owned()
    }

    /// Returns a fresh clone of the person's, from disk to disk.
    #[must_use]
    #[track_caller]
    pub fn clone_for(&self, person: &str) -> Repo {
        self.0.env().person(person).clone_of(&self.url())
    }

    /// Runs git in the bare repository; see [`Repo::git`].
    #[track_caller]
    pub fn git(&self, args: &[&str]) -> String {
        self.0.git(args)
    }

    /// Runs git in the bare repository; see [`Repo::try_git`].
    #[track_caller]
    pub fn try_git(&self, args: &[&str]) -> Ran {
        self.0.try_git(args)
    }

    /// Returns the id of the object that the name stands for here; see [`Repo::rev`].
    #[must_use]
    #[track_caller]
    pub fn rev(&self, name: &str) -> String {
        self.0.rev(name)
    }
}
