//! The one runner of git for the whole project.
//!
//! git is always started with an argument list, never through a shell. Hooks, file system monitors, background maintenance and the
//! `ext` transport are off, objects are never replaced by others, so that nothing in a repository can make our git run a program; git asks nothing on the terminal and
//! speaks English. Everything that it writes is flushed to disk (`core.fsync=all`, git 2.36 or newer). Answers are decided by exit
//! status and by looking at the result, never by the words on standard error.

use std::ffi::{OsStr, OsString};
use std::io::{ErrorKind, Write};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// A repository, or a folder in one, in which git is run.
#[derive(Debug, Clone)]
pub struct Git {
    folder: PathBuf,
    environment: Vec<(OsString, OsString)>,
}

/// What every command begins with.
const ALWAYS: &[&str] = &[
    "--no-pager",
    "--no-replace-objects",
    "-c",
    "core.hooksPath=/dev/null",
    "-c",
    "core.fsmonitor=false",
    "-c",
    "core.fsync=all",
    "-c",
    "gc.auto=0",
    "-c",
    "maintenance.auto=false",
    "-c",
    "protocol.ext.allow=never",
];

/// Variables that would turn git to another repository: git sets them for its hooks, and a hook may start us.
const MISLEADING: &[&str] = &[
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
];

/// git could not be run, or ended with an error.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// There is no git.
    #[error("git is not installed, or not on the PATH: install git 2.36 or newer")]
    Missing,
    /// It could not be started, or the pipe to it broke.
    #[error("cannot run `{command}`")]
    Run {
        /// The command's words.
        command: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// It ended with an error.
    #[error("`{command}` ended with {status}{}", on_new_line(said))]
    Failed {
        /// The command's words.
        command: String,
        /// The exit status, for people.
        status: String,
        /// The exit code; none when a signal ended it.
        code: Option<i32>,
        /// The last lines on standard error, without secrets.
        said: String,
    },
    /// It answered with something that is not text.
    #[error("`{command}` answered with something that is not UTF-8")]
    NotText {
        /// The command's words.
        command: String,
    },
}

fn on_new_line(said: &str) -> String {
    if said.is_empty() { String::new() } else { format!(":\n{said}") }
}

impl GitError {
    /// Returns one line that says why, for a status line: what git gave up for, or else what it said last.
    pub fn reason(&self) -> String {
        match self {
            Self::Failed { said, .. } if !said.is_empty() => {
                let fatal = said.lines().find(|line| line.starts_with("fatal: "));
                fatal.or_else(|| said.lines().last()).unwrap_or_default().to_owned()
            }
            other => other.to_string(),
        }
    }
}

impl Git {
    /// Returns the git of the repository that holds this folder.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), environment: vec![] }
    }

    /// Returns the folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Adds a variable to the environment of every command.
    #[must_use]
    pub fn with_env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Runs a command and returns its standard output as text without the last line end. Arguments that come from outside are
    /// checked names, or stand behind `--` or `--end-of-options`.
    ///
    /// # Errors
    /// When git is missing, ends with an error, or answers with something that is not UTF-8.
    pub fn run<I: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = I>) -> Result<String, GitError> {
        self.run_with_input(words, b"")
    }

    /// Like [`Git::run`], with bytes on standard input.
    ///
    /// # Errors
    /// As [`Git::run`].
    pub fn run_with_input<I: AsRef<OsStr>>(
        &self,
        words: impl IntoIterator<Item = I>,
        input: &[u8],
    ) -> Result<String, GitError> {
        let words = collect(words);
        let bytes = self.bytes_with_input(&words, input)?;
        let mut text = String::from_utf8(bytes).map_err(|_| GitError::NotText { command: spoken(&words) })?;
        text.truncate(text.trim_end_matches(['\n', '\r']).len());
        Ok(text)
    }

    /// Runs a command and returns its standard output as it is.
    ///
    /// # Errors
    /// When git is missing or ends with an error.
    pub fn bytes<I: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = I>) -> Result<Vec<u8>, GitError> {
        self.bytes_with_input(words, b"")
    }

    /// Like [`Git::bytes`], with bytes on standard input.
    ///
    /// # Errors
    /// As [`Git::bytes`].
    pub fn bytes_with_input<I: AsRef<OsStr>>(
        &self,
        words: impl IntoIterator<Item = I>,
        input: &[u8],
    ) -> Result<Vec<u8>, GitError> {
        let words = collect(words);
        let output = self.output(&words, input)?;
        match output.status.success() {
            true => Ok(output.stdout),
            false => Err(failed(&words, &output)),
        }
    }

    /// Runs a command that answers yes with exit code 0 and no with 1, such as `merge-base --is-ancestor`.
    ///
    /// # Errors
    /// When git is missing or ends with any other code.
    pub fn status<I: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = I>) -> Result<bool, GitError> {
        let words = collect(words);
        let output = self.output(&words, b"")?;
        match output.status.code() {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            _ => Err(failed(&words, &output)),
        }
    }

    /// Starts a command with pipes for standard input and output, for a conversation; standard error goes nowhere.
    ///
    /// # Errors
    /// When git is missing or cannot be started.
    pub fn spawn<I: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = I>) -> Result<Child, GitError> {
        let words = collect(words);
        let mut command = self.command(&words);
        // A conversation goes on while Ctrl-C is dealt with, which a terminal sends to the whole group; it ends with its input.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).process_group(0);
        command.spawn().map_err(|source| not_run(&words, source))
    }

    fn output(&self, words: &[OsString], input: &[u8]) -> Result<Output, GitError> {
        let mut command = self.command(words);
        command.stdin(if input.is_empty() { Stdio::null() } else { Stdio::piped() });
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().map_err(|e| not_run(words, e))?;
        let stdin = child.stdin.take();
        let output = std::thread::scope(|scope| {
            // A command that ends early breaks the pipe; its exit status tells, so the error of the pipe says nothing more.
            scope.spawn(move || stdin.map(|mut pipe| pipe.write_all(input)));
            child.wait_with_output()
        });
        output.map_err(|source| not_run(words, source))
    }

    fn command(&self, words: &[OsString]) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.folder).args(ALWAYS).args(words);
        MISLEADING.iter().for_each(|name| {
            command.env_remove(name);
        });
        command.env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

fn collect<I: AsRef<OsStr>>(words: impl IntoIterator<Item = I>) -> Vec<OsString> {
    words.into_iter().map(|word| word.as_ref().to_owned()).collect()
}

fn spoken(words: &[OsString]) -> String {
    let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    without_secrets(&format!("git {}", words.join(" ")))
}

fn not_run(words: &[OsString], source: std::io::Error) -> GitError {
    match source.kind() {
        ErrorKind::NotFound => GitError::Missing,
        _ => GitError::Run { command: spoken(words), source },
    }
}

fn failed(words: &[OsString], output: &Output) -> GitError {
    let said = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<_> = said.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let last = lines[lines.len().saturating_sub(8)..].join("\n");
    GitError::Failed {
        command: spoken(words),
        status: output.status.to_string(),
        code: output.status.code(),
        said: without_secrets(&last),
    }
}

/// Replaces the user and password of every URL (`https://user:token@host/`) by `***`.
pub fn without_secrets(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, authority) = rest.split_at(at + 3);
        out.push_str(before);
        let end = authority.find(|c: char| c == '/' || c.is_whitespace() || c == '\'' || c == '"');
        let end = end.unwrap_or(authority.len());
        rest = match authority[..end].rfind('@') {
            Some(user) => {
                out.push_str("***");
                &authority[user..]
            }
            None => authority,
        };
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_command_and_keeps_secrets() {
        let folder = tempfile::tempdir().unwrap();
        let error = Git::at(folder.path()).run(["ls-remote", "https://ana:hunter2@127.0.0.1:1/x"]).unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("`git ls-remote https://***@127.0.0.1:1/x` ended with exit status: 128:\n"), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }

    #[test]
    fn every_url_loses_its_user() {
        let text = "fatal: 'https://t@h/p' and ssh://git@h:22/p, not mail@example.org or https://h/a@b";
        assert_eq!(
            without_secrets(text),
            "fatal: 'https://***@h/p' and ssh://***@h:22/p, not mail@example.org or https://h/a@b"
        );
    }

    #[test]
    fn large_input_and_output_do_not_block_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let input = "x\n".repeat(300_000);
        let answer = Git::at(folder.path()).run_with_input(["stripspace"], input.as_bytes()).unwrap();
        assert_eq!(answer.len(), input.len() - 1);
    }

    #[test]
    fn yes_and_no_are_no_errors_and_the_rest_is() {
        let folder = tempfile::tempdir().unwrap();
        let git = Git::at(folder.path());
        let question = ["show-ref", "--verify", "-q", "refs/heads/none"];
        assert!(
            matches!(git.status(question), Err(GitError::Failed { code: Some(128), .. })),
            "there is no repository"
        );
        git.run(["init", "-q"]).unwrap();
        assert!(!git.status(question).unwrap());
    }
}
