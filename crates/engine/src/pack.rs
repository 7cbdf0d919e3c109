//! Packs what a commit holds into archives whose bytes depend on the commit alone.

use std::io::Write;

use allclear_core::edit::{self, Format};
use allclear_core::names::CommitId;
use flate2::{Compression, GzBuilder};

use crate::files::Pattern;
use crate::repository::Repository;
use crate::step::StepError;

/// A packed Helm chart.
pub struct Chart {
    /// `name-version.tgz`, as `helm package` calls it.
    pub file_name: String,
    /// The archive.
    pub bytes: Vec<u8>,
}

/// The folders of a commit that hold a chart and match one of the patterns.
///
/// # Errors
/// When the commit cannot be read.
pub fn chart_folders(
    repository: &Repository,
    commit: &CommitId,
    patterns: &[String],
) -> Result<Vec<String>, StepError> {
    let patterns: Vec<Pattern> = patterns.iter().map(|text| Pattern::new(text)).collect::<Result<_, _>>()?;
    let files = repository.files(commit)?;
    let folders = files.iter().filter_map(|file| file.strip_suffix("/Chart.yaml"));
    Ok(folders.filter(|folder| patterns.iter().any(|pattern| pattern.fits(folder))).map(str::to_owned).collect())
}

/// Packs the chart in a folder of a commit: a gzipped tar with the chart's name as its only folder, all times zero.
///
/// # Errors
/// When the commit cannot be read, or the chart has no name or version.
pub fn chart(repository: &Repository, commit: &CommitId, folder: &str) -> Result<Chart, StepError> {
    let manifest = repository.read(commit, &format!("{folder}/Chart.yaml"))?.unwrap_or_default();
    let manifest = String::from_utf8_lossy(&manifest).into_owned();
    let broken = StepError::content(format!("`{folder}/Chart.yaml` has no version"));
    let places = edit::places(Format::Chart, &manifest).map_err(broken)?;
    let version = places.iter().find(|place| place.field == "version").map_or("", |place| &place.value);
    let name = folder.rsplit('/').next().unwrap_or(folder);
    let tar = archive(repository, commit, Some(folder), |path| format!("{name}{}", &path[folder.len()..]))?;
    let mut gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    let packed = gzip.write_all(&tar).and_then(|()| gzip.finish());
    Ok(Chart {
        file_name: format!("{name}-{version}.tgz"),
        bytes: packed.map_err(StepError::io(format!("pack the chart `{folder}`")))?,
    })
}

/// Packs all files of a commit into an uncompressed tar, all times zero.
///
/// # Errors
/// When the commit cannot be read.
pub fn source(repository: &Repository, commit: &CommitId) -> Result<Vec<u8>, StepError> {
    archive(repository, commit, None, str::to_owned)
}

/// What `git archive` gives, written again so that nothing but the files' names, bytes and executable bits is left in it.
fn archive(
    repository: &Repository,
    commit: &CommitId,
    folder: Option<&str>,
    name: impl Fn(&str) -> String,
) -> Result<Vec<u8>, StepError> {
    let words = ["archive", "--format=tar", commit.as_str()].into_iter().chain(folder.map(|_| "--")).chain(folder);
    let given = repository.git().bytes(words)?;
    let cannot = |source| StepError::Io { what: format!("pack {}", commit.short()), source };
    let mut builder = tar::Builder::new(Vec::new());
    for entry in tar::Archive::new(given.as_slice()).entries().map_err(cannot)? {
        let mut entry = entry.map_err(cannot)?;
        // Links and submodules are left out: an archive of ours holds regular files only.
        if entry.header().entry_type() != tar::EntryType::Regular {
            continue;
        }
        let path = entry.path().map_err(cannot)?.to_string_lossy().into_owned();
        let mut header = tar::Header::new_gnu();
        header.set_size(entry.size());
        header.set_mode(if entry.header().mode().map_err(cannot)? & 0o100 == 0 { 0o644 } else { 0o755 });
        header.set_mtime(0);
        header.set_entry_type(tar::EntryType::Regular);
        builder.append_data(&mut header, name(&path), &mut entry).map_err(cannot)?;
    }
    builder.into_inner().map_err(cannot)
}
