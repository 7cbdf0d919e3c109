//! Where a command runs: the clone, its ledger, its person.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use allclear_core::event::Actor;
use allclear_core::names::{BranchName, CommitId, Word};
use allclear_core::plan::{Plan, plan};
use allclear_core::process::Process;
use allclear_core::process::read::{Places, places};
use allclear_core::version::Version;
use allclear_engine::clock::{Clock, SystemClock};
use allclear_engine::facts;
use allclear_engine::open::FILE;
use allclear_engine::ports::secret;
use allclear_engine::redact::Redactor;
use allclear_engine::repository::{Identity, Repository};
use allclear_engine::session::Session;
use allclear_engine::wholes;
use allclear_engine::world::{World, write_durably};
use allclear_ledger::{Config, Ledger, Reached};

use crate::error::CommandError;
use crate::live::Live;
use crate::ui::Ui;

/// A clone of a project.
pub(crate) struct Here {
    pub(crate) repository: Repository,
    /// The text of the process file in the checkout, if there is one.
    pub(crate) process_text: Option<String>,
    config: Config,
}

impl Here {
    /// Finds the clone that the working folder is in.
    pub(crate) fn find() -> Result<Self, CommandError> {
        let folder = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
        let origin = Word::new("origin").map_err(CommandError::usage)?;
        let repository = Repository::discover(&folder, origin)?;
        let process_text = std::fs::read_to_string(repository.top().join(FILE)).ok();
        let Places { remote, ledger, .. } = process_text.as_deref().map(places).unwrap_or_default();
        let remote = remote.unwrap_or_else(|| "origin".to_owned());
        let branch = ledger.unwrap_or_else(|| "allclear/ledger".to_owned());
        let branch = BranchName::new(branch).map_err(CommandError::usage)?;
        let remote = Word::new(remote).map_err(CommandError::usage)?;
        let config = Config { branch, remote: Some(remote.to_string()) };
        Ok(Self { repository: repository.with_remote(remote), process_text, config })
    }

    /// Refuses a clone in which no release can be conducted.
    pub(crate) fn require_remote(&self) -> Result<(), CommandError> {
        let remote = self.repository.remote();
        if self.repository.remote_url().is_none() {
            let error = CommandError::usage(format!(
                "this clone has no remote `{remote}`: release branches, tags and the ledger live there"
            ));
            return Err(
                error.hint(format!("`git remote add {remote} URL`, or name another as `remote` in `[project]`"))
            );
        }
        self.require_history()
    }

    /// Refuses a clone whose history is cut off.
    pub(crate) fn require_history(&self) -> Result<(), CommandError> {
        if self.repository.is_shallow() {
            return Err(CommandError::usage(
                "this clone is shallow: its history is cut off, and versions and changelogs would be wrong",
            )
            .hint("`git fetch --unshallow --tags`"));
        }
        Ok(())
    }

    /// The commit that a revision names.
    pub(crate) fn revision(&self, revision: &str) -> Result<CommitId, CommandError> {
        self.repository.commit(revision).ok_or_else(|| {
            let revision = revision.escape_debug();
            CommandError::usage(format!("`{revision}` names no commit of this clone"))
        })
    }

    pub(crate) fn ledger(&self) -> Result<Ledger, CommandError> {
        let mut ledger = Ledger::open(self.repository.top(), &self.config)?;
        if ledger.head().is_none() {
            // A fresh clone: `git clone` has brought the ledger, and nobody has looked at it yet.
            ledger.take_over()?;
        }
        Ok(ledger)
    }

    pub(crate) fn identity(&self) -> Result<Identity, CommandError> {
        self.repository.identity().ok_or_else(|| {
            CommandError::usage("git does not know who you are, and every event of the ledger names somebody")
                .hint("`git config user.name \"…\"` and `git config user.email …`")
        })
    }

    pub(crate) fn actor(&self, who: &Identity) -> Result<Actor, CommandError> {
        Ok(Actor { name: who.name.clone(), email: who.email.clone(), clone: self.clone_name()? })
    }

    /// The random name of this clone, made once.
    pub(crate) fn clone_name(&self) -> Result<String, CommandError> {
        let path = self.repository.own().join("clone");
        let cannot = |error: std::io::Error| {
            CommandError::new(
                crate::exit::Exit::Errored,
                format!("cannot name this clone in `{}`: {error}", path.display()),
            )
        };
        match std::fs::read_to_string(&path) {
            Ok(name) if name.len() == 16 => Ok(name),
            Ok(_) | Err(_) => {
                let mut bytes = [0; 8];
                std::fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes)).map_err(cannot)?;
                let name = format!("{:016x}", u64::from_be_bytes(bytes));
                write_durably(&path, name.as_bytes()).map_err(cannot)?;
                Ok(name)
            }
        }
    }

    /// The release that a command is about: the one that is named, or the only one that is open.
    pub(crate) fn version(&self, ledger: &Ledger, named: Option<&Version>) -> Result<Version, CommandError> {
        if let Some(version) = named {
            return Ok(version.clone());
        }
        match ledger.open_releases().as_slice() {
            [version] => Ok(version.clone()),
            [] => Err(CommandError::usage("no release is open").hint("`allclear start minor` opens one")),
            several => {
                let names: Vec<_> = several.iter().map(Version::to_string).collect();
                Err(CommandError::usage(format!("several releases are open: {}", names.join(", ")))
                    .hint("say which one: `--release VERSION`"))
            }
        }
    }

    /// The world as it is; the secrets of this process are never shown in it.
    pub(crate) fn world(&self, ui: Ui, process: Option<&Process>) -> World {
        let named = process.map(|process| [process.project.secrets.clone(), secret::variables(process)].concat());
        World {
            repository: self.repository.clone(),
            clock: Arc::new(SystemClock),
            redactor: Redactor::new(&named.unwrap_or_default()),
            progress: Arc::new(Live::new(ui)),
            stand_ins: None,
        }
    }

    /// The plan of a release, from what this clone knows.
    pub(crate) fn plan(&self, session: &Session) -> Plan {
        let facts = facts::gather(&self.repository, &session.process, &session.release, session.clone_name());
        plan(&session.process, &session.release, &facts, SystemClock.now())
    }
}

/// Shares the ledger, after the wholes of its evidence, and says so where the object store or the remote cannot be told.
pub(crate) fn share(ui: Ui, here: &Here, session: &mut Session) -> Result<(), CommandError> {
    let world = here.world(ui, Some(&session.process));
    for left in wholes::upload(&world, session.ledger.store()) {
        ui.words(left.to_string());
    }
    let shared = session.share()?;
    if let Some(aside) = shared.set_aside.first() {
        let place = aside.file.display();
        let error = format!(
            "another clone opened {} first; what was written here is kept in `{place}`",
            session.release.version
        );
        return Err(CommandError::new(crate::exit::Exit::Conflict, error));
    }
    if let Reached::Away { reason } | Reached::Refused { reason } = shared.reached {
        ui.words(format!("kept here until `{}` takes it: {reason}", here.repository.remote()));
    }
    Ok(())
}

/// A path for people: relative to the working folder where that is shorter.
pub(crate) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}
