//! A hermetic environment: a temporary root, and processes that see nothing of the machine but its `PATH`.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tempfile::TempDir;

/// Monday 2026-01-05 09:00 UTC, in Unix seconds: where git's clock starts.
const START: u64 = 1_767_603_600;

/// One person's hermetic environment in a temporary root.
///
/// Clones and [people](Self::person) share the root and git's clock; the root is removed with the last of them.
#[derive(Clone, Debug)]
pub struct TestEnv {
    root: Arc<TempDir>,
    minutes: Arc<AtomicU64>,
    person: String,
}

impl TestEnv {
    /// Returns a new root with one person in it, `test-example`.
    #[must_use]
    pub fn new() -> Self {
        let root = TempDir::with_prefix("allclear-").expect("a temporary folder for the test");
        let first = Self { root: Arc::new(root), minutes: Arc::default(), person: String::new() };
        first.person("test-example")
    }

    /// Returns the environment of somebody else in the same root: own home, own git identity (`name@example.org`).
    ///
    /// The same name is always the same person, with the git configuration as they left it.
    #[must_use]
    pub fn person(&self, name: &str) -> Self {
        let person = Self { person: name.to_owned(), ..self.clone() };
        for folder in [person.home(), person.tmp()] {
            fs::create_dir_all(folder).expect("a person's folders in the test's root");
        }
        let config = person.git_config();
        if !config.exists() {
            fs::write(config, git_config_of(name)).expect("a person's git configuration");
        }
        person
    }

    /// Returns the name of the person, which is their `user.name` for git as well.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.person
    }

    /// Returns the folder that holds everything of the test.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// Returns the person's own folder: home, temporary files and clones.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.root().join("people").join(&self.person)
    }

    /// Returns the person's `HOME`.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.folder().join("home")
    }

    /// Returns the person's `TMPDIR`.
    #[must_use]
    pub fn tmp(&self) -> PathBuf {
        self.folder().join("tmp")
    }

    /// Returns a command in this environment that starts in the root.
    #[must_use]
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        self.apply(&mut command);
        command.current_dir(self.root());
        command
    }

    /// Replaces the command's whole environment by this one; what the test adds comes after.
    pub fn apply(&self, command: &mut Command) {
        let date = format!("@{} +0000", START + 60 * self.minutes.load(Ordering::SeqCst));
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.home())
            .env("TMPDIR", self.tmp())
            .env("LANG", "C.UTF-8")
            .env("TZ", "UTC")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", self.git_config())
            // A command outside of every sample repository must not find the one that the root happens to lie in.
            .env("GIT_CEILING_DIRECTORIES", self.root())
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_AUTHOR_DATE", &date)
            .env("GIT_COMMITTER_DATE", &date);
    }

    /// Moves git's clock a minute on, for everybody in the root; [`Repo::commit`](crate::Repo::commit) does so by itself.
    ///
    /// Seen by the commands made from now on.
    pub fn tick(&self) {
        self.minutes.fetch_add(1, Ordering::SeqCst);
    }

    fn git_config(&self) -> PathBuf {
        self.folder().join("gitconfig")
    }
}

impl Default for TestEnv {
    fn default() -> Self {
        Self::new()
    }
}

/// `maintenance.auto` and `gc.auto` are off because git does both in the background, where they race with the root's removal.
fn git_config_of(name: &str) -> String {
    format!(
        "[user]\n\tname = {name}\n\temail = {name}@example.org\n\
         [init]\n\tdefaultBranch = main\n\
         [protocol \"file\"]\n\tallow = always\n\
         [commit]\n\tgpgsign = false\n\
         [gc]\n\tauto = 0\n\
         [maintenance]\n\tauto = false\n"
    )
}
