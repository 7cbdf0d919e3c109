//! One conductor a clone: a kernel lock, so that a dead one never holds it.

use std::fs::{File, TryLockError};

use crate::error::CommandError;
use crate::exit::Exit;
use crate::here::Here;

/// Held while this process conducts.
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    pub(crate) fn take(here: &Here) -> Result<Self, CommandError> {
        let path = here.repository.own().join("conductor.lock");
        let cannot = |error: std::io::Error| {
            CommandError::new(Exit::Errored, format!("cannot lock `{}`: {error}", path.display()))
        };
        std::fs::create_dir_all(here.repository.own()).map_err(cannot)?;
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => {
                Err(CommandError::new(Exit::Conflict, "another `allclear go` is at work in this clone")
                    .hint("wait for it; `allclear` shows where it is"))
            }
            Err(TryLockError::Error(error)) => Err(cannot(error)),
        }
    }
}
