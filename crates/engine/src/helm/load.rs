//! What a commit holds of its charts.

use std::collections::{BTreeMap, BTreeSet};

use allclear_core::helm::{self, Files, Remark};
use allclear_core::names::CommitId;

use super::archive;
use super::folders::{Folders, Overlay};
use crate::repository::Repository;
use crate::step::StepError;

/// The charts to look at, and the files that belong to charts.
pub(crate) struct Charts {
    /// The folders of the charts, and the values files that are put over each one's own.
    pub(crate) folders: BTreeMap<String, Vec<String>>,
    /// The patterns of values files that fit none.
    pub(crate) idle: Vec<String>,
    /// The files of all charts of the commit, since charts name each other.
    pub(crate) files: Files,
    /// What was found on the way.
    pub(crate) remarks: Vec<Remark>,
}

/// Finds the charts whose folders fit a pattern, and the values files that are put over them.
///
/// # Errors
/// When the commit cannot be read, or a pattern is none.
pub(crate) fn charts(
    repository: &Repository,
    commit: &CommitId,
    patterns: &[String],
    overlays: &[String],
) -> Result<Charts, StepError> {
    let patterns = Folders::new(patterns)?;
    let overlays = overlays.iter().map(|text| Overlay::new(text)).collect::<Result<Vec<_>, _>>()?;
    let paths = repository.files(commit)?;
    let mut folders = BTreeMap::new();
    let mut idle: BTreeSet<&str> = overlays.iter().map(|overlay| overlay.text.as_str()).collect();
    for folder in patterns.select(&paths) {
        let mut over = BTreeSet::new();
        for overlay in &overlays {
            let found = overlay.of(folder, &paths);
            if !found.is_empty() {
                idle.remove(overlay.text.as_str());
            }
            over.extend(found.into_iter().map(str::to_owned));
        }
        folders.insert(folder.to_owned(), over.into_iter().collect::<Vec<_>>());
    }
    let idle = idle.into_iter().map(str::to_owned).collect();
    let named = folders.values().flatten().map(String::as_str);
    let wanted: Vec<&str> = paths.iter().map(String::as_str).filter(|path| helm::wanted(path)).chain(named).collect();
    let read = repository.read_regular(commit, &wanted)?;
    let mut charts = Charts { folders, idle, files: Files::new(), remarks: Vec::new() };
    for (path, bytes) in read {
        match helm::is_archive(&path) {
            true => charts.unpack(&path, &bytes),
            false => drop(charts.files.insert(path, bytes)),
        }
    }
    Ok(charts)
}

impl Charts {
    /// Puts the files of a packed chart where they would be if it were a folder.
    fn unpack(&mut self, path: &str, bytes: &[u8]) {
        match archive::unpack(bytes) {
            Ok(files) => self.files.extend(files.into_iter().map(|(name, bytes)| (format!("{path}/{name}"), bytes))),
            Err(error) => {
                let what = format!("it is no packed chart: {error}");
                let remark =
                    Remark::wrong(path, None, what, "fetch it again with `helm dependency build`, and commit it");
                self.remarks.push(remark);
            }
        }
    }
}
