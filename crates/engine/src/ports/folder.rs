//! Folders as registries and environments: for shared drives, and as stand-ins in rehearsals.

use std::io::Read;
use std::path::{Path, PathBuf};

use allclear_core::digest::Digest;
use allclear_core::helm::index::{INDEX, LARGEST_INDEX};
use allclear_core::names::Word;

use super::download::{self, Downloaded, Reader};
use super::environment::{Deployment, Environment};
use super::helm_repository::{Edit, IndexFile};
use super::registry::{Frozen, Registry};
use crate::content::{self, Meter};
use crate::step::{Probe, StepError};
use crate::world::write_durably;

/// A folder that holds published files.
pub struct FolderRegistry {
    folder: PathBuf,
}

impl FolderRegistry {
    /// Takes a folder, which need not exist yet.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }
}

impl Registry for FolderRegistry {
    fn find(&self, file: &Frozen) -> Result<Probe, StepError> {
        let path = self.folder.join(&file.path);
        Ok(match digest_of(&path)? {
            None => Probe::Absent,
            Some(found) if found == file.content.sha256 => Probe::Ours { place: Some(path.display().to_string()) },
            Some(found) => Probe::Foreign { found: found.to_string() },
        })
    }

    fn upload(&self, file: &Frozen, meter: &Meter<'_>) -> Result<(), StepError> {
        let to = self.folder.join(&file.path);
        let cannot = |source| StepError::Io { what: format!("publish `{}`", to.display()), source };
        let folder = to.parent().unwrap_or(&self.folder);
        std::fs::create_dir_all(folder).map_err(cannot)?;
        let mut part = tempfile::NamedTempFile::new_in(folder).map_err(cannot)?;
        std::io::copy(&mut file.content.open(meter)?, &mut part).map_err(cannot)?;
        part.as_file().sync_all().map_err(cannot)?;
        // Never over something that has come there since we looked.
        part.persist_noclobber(&to).map_err(|error| cannot(error.error))?;
        std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(cannot)
    }

    fn download(&self, file: &Frozen) -> Result<Option<Downloaded>, StepError> {
        let path = self.folder.join(&file.path);
        let read = download::in_folder(&path, file.most())?;
        let place = path.display().to_string();
        Ok(read.map(|(found, size)| Downloaded { found, size, place, by: Reader::Everybody }))
    }
}

/// The index of charts in the folder, beside their files.
impl IndexFile for FolderRegistry {
    fn read(&self) -> Result<Option<String>, StepError> {
        let path = self.folder.join(INDEX);
        let cannot = || StepError::io(format!("read `{}`", path.display()));
        let file = match std::fs::File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(cannot()(error)),
        };
        let mut text = String::new();
        file.take(LARGEST_INDEX + 1).read_to_string(&mut text).map_err(cannot())?;
        match text.len() as u64 > LARGEST_INDEX {
            true => Err(StepError::Refused(format!("`{}` has more than {LARGEST_INDEX} bytes", path.display()))),
            false => Ok(Some(text)),
        }
    }

    /// One at a time: others wait for the lock of the folder, on file systems that have locks.
    fn update(&self, edit: &Edit<'_>) -> Result<(), StepError> {
        let path = self.folder.join(INDEX);
        let cannot = || StepError::io(format!("write `{}`", path.display()));
        std::fs::create_dir_all(&self.folder).map_err(cannot())?;
        let folder = std::fs::File::open(&self.folder).map_err(cannot())?;
        match folder.lock() {
            Err(error) if error.kind() != std::io::ErrorKind::Unsupported => return Err(cannot()(error)),
            _ => {}
        }
        let Some(text) = edit(self.read()?.as_deref())? else { return Ok(()) };
        write_durably(&path, text.as_bytes()).map_err(cannot())
    }
}

/// The digest of a file, read in pieces; none where there is no file.
///
/// # Errors
/// When it cannot be read.
pub fn digest_of(path: &Path) -> Result<Option<Digest>, StepError> {
    match std::fs::File::open(path).and_then(|file| content::hashed(file, u64::MAX)) {
        Ok((digest, _)) => Ok(digest),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StepError::Io { what: format!("read `{}`", path.display()), source }),
    }
}

/// A folder that says what an environment runs: `current.json`, and `metrics.json` for what it measures.
pub struct FolderEnvironment {
    name: Word,
    folder: PathBuf,
    url: Option<String>,
}

impl FolderEnvironment {
    /// Takes a folder, which need not exist yet, and the address at which the environment answers.
    pub fn new(name: Word, folder: PathBuf, url: Option<String>) -> Self {
        Self { name, folder, url }
    }

    fn read(&self, file: &str) -> Result<Option<Vec<u8>>, StepError> {
        let path = self.folder.join(file);
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(StepError::Io { what: format!("read `{}`", path.display()), source }),
        }
    }
}

impl Environment for FolderEnvironment {
    fn current(&self) -> Result<Option<Deployment>, StepError> {
        let Some(bytes) = self.read("current.json")? else { return Ok(None) };
        let what = format!("`current.json` of the environment `{}` is not a deployment", self.name);
        serde_json::from_slice(&bytes).map(Some).map_err(StepError::content(what))
    }

    fn deploy(&self, deployment: &Deployment) -> Result<(), StepError> {
        let bytes =
            serde_json::to_vec_pretty(deployment).map_err(StepError::content("the deployment cannot be written"))?;
        let path = self.folder.join("current.json");
        write_durably(&path, &bytes).map_err(StepError::io(format!("deploy to `{}`", path.display())))
    }

    fn metric(&self, query: &str) -> Result<Option<f64>, StepError> {
        let Some(bytes) = self.read("metrics.json")? else { return Ok(None) };
        let what = format!("`metrics.json` of the environment `{}` is not an object of numbers", self.name);
        let metrics: serde_json::Value = serde_json::from_slice(&bytes).map_err(StepError::content(what))?;
        Ok(metrics.get(query).and_then(serde_json::Value::as_f64))
    }

    fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }
}
