//! The one place where errors become messages, hints and exit codes.

use std::error::Error;

use allclear_core::process::Problems;
use allclear_engine::conductor::ConductError;
use allclear_engine::decide::DecideError;
use allclear_engine::open::OpenError;
use allclear_engine::rehearsal::RehearsalError;
use allclear_engine::repository::{Away, NoRepository};
use allclear_engine::session::SessionError;
use allclear_engine::step::StepError;
use allclear_ledger::LedgerError;
use allclear_ledger::git::GitError;

use crate::exit::Exit;

/// An error at the edge: what to say, what to do, and how to end.
#[derive(Debug)]
pub(crate) struct CommandError {
    pub(crate) exit: Exit,
    pub(crate) error: Box<dyn Error + Send + Sync>,
    pub(crate) hints: Vec<String>,
}

/// What every command gives.
pub(crate) type CommandResult = Result<Exit, CommandError>;

impl CommandError {
    pub(crate) fn new(exit: Exit, error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { exit, error: error.into(), hints: vec![] }
    }

    pub(crate) fn usage(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::new(Exit::Usage, error)
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The process file's problems, if that is what is wrong.
    pub(crate) fn problems(&self) -> Option<&Problems> {
        let found = self.error.downcast_ref::<Problems>();
        found.or_else(|| match self.error.downcast_ref::<OpenError>() {
            Some(OpenError::Problems(problems)) => Some(problems),
            _ => None,
        })
    }
}

impl From<NoRepository> for CommandError {
    fn from(error: NoRepository) -> Self {
        match error {
            NoRepository::Git(error) => error.into(),
            error => Self::usage(error),
        }
    }
}

impl From<Problems> for CommandError {
    fn from(error: Problems) -> Self {
        Self::usage(error)
    }
}

impl From<GitError> for CommandError {
    fn from(error: GitError) -> Self {
        Self::new(Exit::Errored, error)
    }
}

impl From<StepError> for CommandError {
    fn from(error: StepError) -> Self {
        Self::new(Exit::Errored, error)
    }
}

impl From<Away> for CommandError {
    fn from(error: Away) -> Self {
        Self::new(Exit::WaitsForOutside, error)
    }
}

impl From<LedgerError> for CommandError {
    fn from(error: LedgerError) -> Self {
        let exit = match &error {
            LedgerError::Rewritten { .. } | LedgerError::Contended { .. } | LedgerError::Moved { .. } => Exit::Conflict,
            _ => Exit::Errored,
        };
        Self::new(exit, error)
    }
}

impl From<SessionError> for CommandError {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Ledger(error) => error.into(),
            error @ SessionError::NoSuchRelease(_) => Self::usage(error),
            error => Self::new(Exit::Errored, error),
        }
    }
}

impl From<ConductError> for CommandError {
    fn from(error: ConductError) -> Self {
        match error {
            ConductError::Session(error) => error.into(),
            error @ ConductError::SetAside { .. } => Self::new(Exit::Conflict, error),
            error => Self::new(Exit::Errored, error),
        }
    }
}

impl From<DecideError> for CommandError {
    fn from(error: DecideError) -> Self {
        match error {
            DecideError::Session(error) => error.into(),
            error => Self::usage(error),
        }
    }
}

impl From<RehearsalError> for CommandError {
    fn from(error: RehearsalError) -> Self {
        match error {
            RehearsalError::Open(error) => error.into(),
            error => Self::new(Exit::Errored, error),
        }
    }
}

impl From<OpenError> for CommandError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Away(error) => error.into(),
            OpenError::Ledger(error) => error.into(),
            error @ OpenError::NotDue { .. } => Self::new(Exit::WaitsForOutside, error)
                .hint("`allclear start KIND --reason \"…\"` opens it all the same, and the reason goes into the ledger")
                .hint("`allclear calendar` shows what is due when, and why"),
            error @ OpenError::Raced { .. } => Self::new(Exit::Conflict, error),
            error @ (OpenError::Git(_) | OpenError::Store(_) | OpenError::Cadence(_)) => {
                Self::new(Exit::Errored, error)
            }
            error => {
                let hint = hint(&error);
                let error = Self::usage(error);
                if let Some(hint) = hint { error.hint(hint) } else { error }
            }
        }
    }
}

fn hint(error: &OpenError) -> Option<String> {
    Some(match error {
        OpenError::NoProcess { trunk } => {
            format!(
                "`allclear init` drafts one; commit it to `{trunk}` and push it: a release is governed by what the trunk says"
            )
        }
        OpenError::NoTrunk(trunk) => format!("push `{trunk}`, or correct `trunk` in `[project]` of `allclear.toml`"),
        OpenError::Tagged { .. } => "say another one: `allclear start KIND --version X.Y.Z`".to_owned(),
        OpenError::Known { state: "open", .. } => {
            "`allclear` shows where it is; `allclear abort --reason …` ends it".to_owned()
        }
        OpenError::Known { .. } => {
            "a version is released once: `allclear start KIND --version X.Y.Z` opens another".to_owned()
        }
        OpenError::NoLast { .. } => "say the first version: `allclear start minor --version 0.1.0`".to_owned(),
        _ => return None,
    })
}
