//! A target that only the project knows how to reach: one command says what is there, another one publishes.

use std::time::Duration;

use allclear_core::digest::Digest;
use allclear_core::process::Target;
use allclear_core::process::command::Command;

use crate::content::Meter;
use crate::ports::registry::{Frozen, Registry};
use crate::step::{Context, Probe, StepError};
use crate::steps::run::{Setting, answer, call};

/// How much of an answer is read, in bytes: a digest, and perhaps the name of the file behind it, as `sha256sum` prints it.
const LARGEST: u64 = 4 << 10;
/// How long what was sent may take to be seen: nothing is known of what is behind the commands.
const PATIENCE: Duration = Duration::from_secs(60);

/// The commands of a target, run as those of steps are: in a clean checkout of the candidate, with its environment.
///
/// Beside that they find `ALLCLEAR_NAME` (the path under which the file is published, such as `harbor/1.4.0/harbor.deb`),
/// `ALLCLEAR_SHA256`, and `ALLCLEAR_FILE` and `ALLCLEAR_SIZE` (the frozen bytes, and how many they are) where this clone has them. Of all
/// commands these alone see the variable that `token` of their target names.
pub(super) struct Commands<'c> {
    cx: &'c Context<'c>,
    probe: &'c Command,
    send: &'c Command,
    token: Option<&'c str>,
}

impl<'c> Commands<'c> {
    /// Takes a target; none where it has no commands.
    pub(super) fn of(target: &'c Target, cx: &'c Context<'c>) -> Option<Self> {
        let (probe, send) = (target.probe.as_ref()?, target.send.as_ref()?);
        Some(Self { cx, probe, send, token: target.token.as_deref() })
    }

    /// Runs a command about a file, and returns what it answered.
    fn run(&self, command: &Command, file: &Frozen) -> Result<String, StepError> {
        let cx = self.cx;
        let worktree = cx.repository().worktree(cx.commit()?)?;
        let mut call = call(cx, command, &Setting::default(), &worktree)?;
        call.environment.without.retain(|name| Some(name.as_str()) != self.token);
        call.environment.set.extend(about(file));
        let title = format!("`{}` for `{}`", command.for_people(), file.path);
        Ok(String::from_utf8_lossy(&answer(cx, &call, &title, LARGEST)?).into_owned())
    }
}

/// What the commands are told of a file.
fn about(file: &Frozen) -> Vec<(String, String)> {
    let mut about = vec![("ALLCLEAR_NAME", file.path.clone()), ("ALLCLEAR_SHA256", file.content.sha256.to_string())];
    if file.content.path.is_file() {
        about.push(("ALLCLEAR_FILE", file.content.path.display().to_string()));
        about.push(("ALLCLEAR_SIZE", file.content.size.to_string()));
    }
    about.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

impl Registry for Commands<'_> {
    fn find(&self, file: &Frozen) -> Result<Probe, StepError> {
        let said = self.run(self.probe, file)?;
        let Some(word) = said.split_whitespace().next() else { return Ok(Probe::Absent) };
        let found: Digest = word.strip_prefix("sha256:").unwrap_or(word).to_ascii_lowercase().parse().map_err(
            StepError::content(format!(
                "`{}` for `{}` must answer with the SHA-256 of what is there, or nothing",
                self.probe.for_people(),
                file.path
            )),
        )?;
        Ok(file.against(Some(found), file.path.clone()))
    }

    fn upload(&self, file: &Frozen, meter: &Meter<'_>) -> Result<(), StepError> {
        // The command is given the file itself: what has changed since it was frozen must not get so far.
        file.content.check()?;
        self.run(self.send, file)?;
        meter.add(file.content.size);
        Ok(())
    }

    /// Whether it may be sent only the command itself could prove; that what is there can be asked is what can be known before.
    fn admits(&self, file: &Frozen) -> Result<(), StepError> {
        self.find(file).map(drop)
    }

    fn visibility(&self) -> Duration {
        PATIENCE
    }
}
