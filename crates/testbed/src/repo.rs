//! A person's clone: its folder, and git in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Ran, TestEnv};

/// A repository's folder and the person who works in it.
#[derive(Clone, Debug)]
pub struct Repo {
    env: TestEnv,
    path: PathBuf,
}

impl TestEnv {
    /// Clones `url` (a path or an HTTP URL) into this person's folder: `work`, then `work-2`, as from another machine.
    #[must_use]
    #[track_caller]
    pub fn clone_of(&self, url: &str) -> Repo {
        let path = (1..)
            .map(|number| match number {
                1 => self.folder().join("work"),
                _ => self.folder().join(format!("work-{number}")),
            })
            .find(|path| !path.exists())
            .expect("numbers do not run out");
        Ran::of(self.command("git").args(["clone", "--quiet", url]).arg(&path)).expect_success();
        self.repo_at(path)
    }

    /// Returns the repository that lies in the folder already.
    #[must_use]
    pub fn repo_at(&self, path: impl Into<PathBuf>) -> Repo {
        Repo { env: self.clone(), path: path.into() }
    }
}

impl Repo {
    /// Returns the folder: the top of the work tree, or of the bare repository.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the environment of the person who works here.
    #[must_use]
    pub fn env(&self) -> &TestEnv {
        &self.env
    }

    /// Returns a command of this person that starts in the folder.
    #[must_use]
    pub fn command(&self, program: &str) -> Command {
        let mut command = self.env.command(program);
        command.current_dir(&self.path);
        command
    }

    /// Runs git here and returns its trimmed standard output; panics with everything that it said when it fails.
    #[track_caller]
    pub fn git(&self, args: &[&str]) -> String {
        self.try_git(args).expect_success()
    }

    /// Runs git here, for a test that wants to see it fail.
    #[track_caller]
    pub fn try_git(&self, args: &[&str]) -> Ran {
        Ran::of(self.command("git").args(args))
    }

    /// Writes a file of the work tree, folders included; `path` is relative to its top.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let file = self.path.join(path);
        let folder = file.parent().expect("a file's path has a folder");
        fs::create_dir_all(folder).expect("a folder in the work tree");
        fs::write(&file, content).unwrap_or_else(|error| panic!("{} cannot be written: {error}", file.display()));
    }

    /// Commits the work tree as it is, a minute after the last commit, and returns the commit's id.
    ///
    /// A work tree without changes gives an empty commit.
    #[track_caller]
    pub fn commit(&self, message: &str) -> String {
        self.env.tick();
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.rev("HEAD")
    }

    /// Makes a branch where HEAD is and switches to it.
    #[track_caller]
    pub fn branch(&self, name: &str) {
        self.git(&["switch", "--quiet", "--create", name]);
    }

    /// Pushes the refspec to the remote `origin`; panics when that is refused.
    #[track_caller]
    pub fn push(&self, refspec: &str) {
        self.try_push(refspec).expect_success();
    }

    /// Pushes the refspec to the remote `origin`, for a test that wants to see it fail.
    #[track_caller]
    pub fn try_push(&self, refspec: &str) -> Ran {
        self.try_git(&["push", "--quiet", "origin", refspec])
    }

    /// Returns the id of the object that the name stands for; panics when there is none.
    #[must_use]
    #[track_caller]
    pub fn rev(&self, name: &str) -> String {
        self.git(&["rev-parse", "--verify", "--quiet", name])
    }
}
