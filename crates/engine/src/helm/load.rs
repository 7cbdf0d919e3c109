//! What a commit holds of its charts.

use std::collections::BTreeMap;

use allclear_core::helm::{self, Files, MANIFEST, Remark};
use allclear_core::names::CommitId;

use super::archive;
use crate::files::Pattern;
use crate::repository::Repository;
use crate::step::StepError;

/// The charts to look at, and the files that belong to charts.
pub(crate) struct Charts {
    /// The folders of the charts, and the values files that are put over each one's own.
    pub(crate) folders: BTreeMap<String, Vec<String>>,
    /// The files of all charts of the commit, since charts name each other.
    pub(crate) files: Files,
    /// What was found on the way.
    pub(crate) remarks: Vec<Remark>,
}

/// Finds the charts whose folders fit a pattern, and the values files in them that fit one of theirs.
///
/// # Errors
/// When the commit cannot be read, or a pattern is none.
pub(crate) fn charts(
    repository: &Repository,
    commit: &CommitId,
    patterns: &[String],
    overlays: &[String],
) -> Result<Charts, StepError> {
    let read = |texts: &[String]| texts.iter().map(|text| Pattern::new(text)).collect::<Result<Vec<_>, _>>();
    let (patterns, overlays) = (read(patterns)?, read(overlays)?);
    let paths = repository.files(commit)?;
    let manifest = format!("/{MANIFEST}");
    let mut folders = BTreeMap::new();
    for folder in paths.iter().filter_map(|path| path.strip_suffix(&manifest)) {
        if patterns.iter().any(|pattern| pattern.fits(folder)) {
            folders.insert(folder.to_owned(), overlays_of(folder, &paths, &overlays));
        }
    }
    let named = folders.values().flatten().map(String::as_str);
    let wanted: Vec<&str> = paths.iter().map(String::as_str).filter(|path| helm::wanted(path)).chain(named).collect();
    let read = repository.read_regular(commit, &wanted)?;
    let mut charts = Charts { folders, files: Files::new(), remarks: Vec::new() };
    for (path, bytes) in read {
        match helm::is_archive(&path) {
            true => charts.unpack(&path, &bytes),
            false => drop(charts.files.insert(path, bytes)),
        }
    }
    Ok(charts)
}

/// The values files of a chart that are put over its own, sorted.
fn overlays_of(folder: &str, paths: &[String], patterns: &[Pattern]) -> Vec<String> {
    let inside = format!("{folder}/");
    let fits = |path: &&String| {
        let rest = path.strip_prefix(&inside).filter(|rest| *rest != "values.yaml");
        rest.is_some_and(|rest| patterns.iter().any(|pattern| pattern.fits(rest)))
    };
    paths.iter().filter(fits).cloned().collect()
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
