//! A finished command, with all that it said.

use std::fmt;
use std::process::{Command, ExitStatus};

/// What became of a command that ran to its end.
///
/// Displayed as the command, its status and both outputs: the message of a failed test.
#[derive(Clone, Debug)]
#[must_use = "a command that failed says so only here"]
pub struct Ran {
    /// The program and its arguments, joined by spaces: for people, not for a shell.
    pub command: String,
    /// How it ended.
    pub status: ExitStatus,
    /// Standard output; bytes that are not UTF-8 become U+FFFD.
    pub stdout: String,
    /// Standard error, likewise.
    pub stderr: String,
}

impl Ran {
    /// Runs the command to its end, with nothing on its standard input unless the command says otherwise.
    #[track_caller]
    pub fn of(command: &mut Command) -> Self {
        let words: Vec<_> = std::iter::once(command.get_program())
            .chain(command.get_args())
            .map(|word| word.to_string_lossy())
            .collect();
        let words = words.join(" ");
        let output = command.output().unwrap_or_else(|error| panic!("`{words}` did not start: {error}"));
        Self {
            command: words,
            status: output.status,
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Returns whether it ended with exit code 0.
    #[must_use]
    pub fn success(&self) -> bool {
        self.status.success()
    }

    /// Returns its standard output without the white space around it; panics unless it was a success.
    #[track_caller]
    pub fn expect_success(self) -> String {
        assert!(self.success(), "{self}");
        self.stdout.trim().to_owned()
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` ended with {}\n--- stdout\n{}\n--- stderr\n{}",
            self.command,
            self.status,
            self.stdout.trim_end(),
            self.stderr.trim_end()
        )
    }
}
