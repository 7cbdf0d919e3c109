//! The world outside, reached through few small seams. A rehearsal is another world, not another code path.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use allclear_core::names::Word;
use allclear_core::process::{ObjectStore as Config, Process, Target};

use crate::clock::Clock;
use crate::ports::ci::{Ci, FolderCi, Green};
use crate::ports::environment::Environment;
use crate::ports::folder::FolderEnvironment;
use crate::ports::folder_store::FolderStore;
use crate::ports::object_store::{self, ObjectStore, ObjectStoreError};
use crate::redact::Redactor;
use crate::repository::Repository;
use crate::step::StepError;

/// Everything that a conductor may touch.
pub struct World {
    /// The project's repository.
    pub repository: Repository,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The secrets that are never shown or kept.
    pub redactor: Redactor,
    /// What a person sees while it goes on.
    pub progress: Arc<dyn Progress>,
    /// Where the outside services are, when they are stand-ins.
    pub stand_ins: Option<StandIns>,
}

/// Where something is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination<'p> {
    /// A folder.
    Folder(PathBuf),
    /// A service, or commands of the project.
    Service(&'p Target),
}

/// Local stand-ins for outside services: what a rehearsal publishes to and deploys to.
#[derive(Debug, Clone)]
pub struct StandIns {
    /// The folder that holds them all: `targets/<name>`, `environments/<name>` and `object-store`.
    pub folder: PathBuf,
    /// The address at which the environments answer, such as `http://127.0.0.1:4711`.
    pub url: String,
}

/// What a person sees while the conductor works. All methods do nothing unless they are implemented.
pub trait Progress: Send + Sync {
    /// A step begins.
    fn begins(&self, _step: &str, _title: &str) {}
    /// A step says something.
    fn says(&self, _step: &str, _line: &str) {}
    /// A step ended: its mark and its summary.
    fn ended(&self, _step: &str, _mark: Mark, _summary: &str) {}
    /// So much of something that a step sends is on its way, in bytes.
    fn sends(&self, _step: &str, _what: &str, _sent: u64, _of: u64) {}
    /// A moment has passed.
    fn tick(&self) {}
    /// Something else is worth a line.
    fn note(&self, _line: &str) {}
}

/// How a step ended, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// It passed.
    Passed,
    /// It failed.
    Failed,
    /// It could not be done.
    Errored,
    /// It was not needed: waived or carried over.
    Passing,
}

/// Shows nothing.
pub struct Silent;

impl Progress for Silent {}

impl World {
    /// Where a target of the process is; its stand-in is a folder.
    ///
    /// # Errors
    /// When the process does not say where the target is.
    pub fn target<'p>(&self, process: &'p Process, name: &Word) -> Result<Destination<'p>, StepError> {
        if let Some(stand_ins) = &self.stand_ins {
            return Ok(Destination::Folder(stand_ins.folder.join("targets").join(name.as_str())));
        }
        match process.targets.get(name) {
            Some(Target { folder: Some(folder), .. }) => Ok(Destination::Folder(self.repository.top().join(folder))),
            Some(target) => Ok(Destination::Service(target)),
            None => Err(StepError::Refused(format!(
                "the process does not say where the target `{name}` is: add `[targets.{name}]` with `url = \"…\"` or `folder = \"…\"`"
            ))),
        }
    }

    /// An environment of the process.
    ///
    /// # Errors
    /// When the process does not say where it is.
    pub fn environment(&self, process: &Process, name: &Word) -> Result<Box<dyn Environment>, StepError> {
        let (folder, url) = self.place(process, name)?;
        Ok(Box::new(FolderEnvironment::new(name.clone(), folder, url)))
    }

    /// What continuous integration says; a stand-in has passed everything, under the names that are asked for.
    ///
    /// # Errors
    /// When the process does not say where it tells what it found.
    pub fn ci(&self, process: &Process, asked: &[String]) -> Result<Box<dyn Ci>, StepError> {
        match (&self.stand_ins, &process.ci) {
            (Some(_), _) => Ok(Box::new(Green::new(asked))),
            (None, Some(ci)) => Ok(Box::new(FolderCi::new(self.repository.top().join(&ci.folder)))),
            (None, None) => Err(StepError::Refused(
                "the process does not say where CI tells what it found: add `[ci]` with `folder = \"…\"`".to_owned(),
            )),
        }
    }

    /// An object store of the process.
    ///
    /// # Errors
    /// When it cannot even be asked.
    pub fn object_store(&self, config: &Config) -> Result<Box<dyn ObjectStore>, ObjectStoreError> {
        match &self.stand_ins {
            Some(stand_ins) => Ok(Box::new(FolderStore::new(stand_ins.folder.join("object-store")))),
            None => object_store::at(config, self.repository.top()),
        }
    }

    fn place(&self, process: &Process, name: &Word) -> Result<(PathBuf, Option<String>), StepError> {
        if let Some(stand_ins) = &self.stand_ins {
            let folder = stand_ins.folder.join("environments").join(name.as_str());
            return Ok((folder, Some(format!("{}/{name}", stand_ins.url))));
        }
        match process.environments.get(name) {
            Some(environment) => Ok((self.repository.top().join(&environment.folder), environment.url.clone())),
            None => Err(StepError::Refused(format!(
                "the process does not say where the environment `{name}` is: add `[environments.{name}]` with `folder = \"…\"` and `url = \"…\"`"
            ))),
        }
    }

    /// The addresses of all environments that the process deploys to or declares: name and URL, for commands.
    pub fn urls(&self, process: &Process) -> BTreeMap<Word, String> {
        let steps = process.phases.values().flat_map(|phase| &phase.steps);
        let deployed =
            steps.filter_map(|step| step.config.get("deploy")?.as_str()).filter_map(|name| Word::new(name).ok());
        let named = deployed.chain(process.environments.keys().cloned());
        named.filter_map(|name| Some((name.clone(), self.place(process, &name).ok()?.1?))).collect()
    }
}

/// Writes a file so that it is there whole or not at all, and stays there.
///
/// # Errors
/// When the system says so.
pub fn write_durably(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    std::fs::File::open(folder)?.sync_all()
}
