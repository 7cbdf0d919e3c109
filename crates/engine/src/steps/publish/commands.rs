//! A target that only the project knows how to reach: one command says what is there, another one publishes.

use std::io::{Read as _, Seek as _};
use std::time::Duration;

use allclear_core::digest::Digest;
use allclear_core::process::Target;
use allclear_core::process::command::Command;

use crate::content::Meter;
use crate::exec::{self, Ended, Ran};
use crate::ports::registry::{Frozen, Registry};
use crate::step::{Context, Probe, StepError};
use crate::steps::run::{Setting, call, missing};

/// How much of an answer is read, in bytes: a digest, and perhaps the name of the file behind it, as `sha256sum` prints it.
const LARGEST: u64 = 4 << 10;
/// The exit status of a command that could do nothing now and may be called again: `EX_TEMPFAIL` of `sysexits.h`.
const LATER: i32 = 75;
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
        let mut answer = tempfile::tempfile_in(cx.scratch()?).map_err(StepError::io("make a temporary file"))?;
        let output = answer.try_clone().map_err(StepError::io("make a temporary file"))?;
        let mut live = |line: &str| cx.world.progress.says(cx.step.id.as_str(), line);
        let ran = exec::ask(&call, output, &cx.scratch()?, &cx.world.redactor, &mut live).map_err(missing)?;
        self.ended_well(command, file, ran)?;
        let mut said = Vec::new();
        let read = answer.rewind().and_then(|()| answer.take(LARGEST).read_to_end(&mut said));
        read.map_err(StepError::io("read what a command answered"))?;
        Ok(String::from_utf8_lossy(&cx.world.redactor.bytes(said)).into_owned())
    }

    fn ended_well(&self, command: &Command, file: &Frozen, mut ran: Ran) -> Result<(), StepError> {
        let ended = ran.ended;
        let how = match ended {
            Ended::Exit(0) => return Ok(()),
            Ended::Interrupted => return Err(StepError::Interrupted),
            Ended::Exit(code) => format!("ended with exit status {code}"),
            Ended::Signal(signal) => format!("was ended by signal {signal}"),
            Ended::Timeout => "was not done in time".to_owned(),
        };
        let mut last = String::new();
        let mut hear = |line: &str| last = if line.trim().is_empty() { last.clone() } else { line.trim().to_owned() };
        // Without its last words, how it ended still tells.
        let _ = ran.log.each_line(&mut hear);
        let said = if last.is_empty() { String::new() } else { format!(": {last}") };
        let what = format!("`{}` for `{}` {how}{said}", command.for_people(), file.path);
        Err(match ended {
            Ended::Exit(LATER) => StepError::Passing { what, after: None },
            _ => StepError::Refused(what),
        })
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
