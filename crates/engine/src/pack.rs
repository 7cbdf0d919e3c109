//! Packs what a commit holds into archives whose bytes depend on the commit alone.

use std::io::Write;

use allclear_core::edit::{self, Format};
use allclear_core::helm::{self, Ignore};
use allclear_core::names::CommitId;
use flate2::{Compression, GzBuilder};

use crate::repository::Repository;
use crate::step::StepError;

/// A packed Helm chart.
pub struct Chart {
    /// `name-version.tgz`, as `helm package` calls it.
    pub file_name: String,
    /// Its version.
    pub version: String,
    /// The version of what it deploys, where it says so.
    pub app_version: Option<String>,
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
    let patterns = crate::helm::Folders::new(patterns)?;
    let files = repository.files(commit)?;
    Ok(patterns.select(&files).map(str::to_owned).collect())
}

/// Packs the chart in a folder of a commit: a gzipped tar with the chart's name as its only folder, all times zero.
///
/// It holds the files that `helm package` would take: without those that `.helmignore` names, and with the charts of the repository that
/// it depends on (`file://…`) in its `charts/`. Unlike Helm we leave `Chart.yaml` as its author wrote it, and archives packed.
///
/// # Errors
/// When the commit cannot be read, or the chart has no name or version.
pub fn chart(repository: &Repository, commit: &CommitId, folder: &str) -> Result<Chart, StepError> {
    let read = |name: &str| repository.read(commit, &helm::file_in(folder, name));
    let manifest = String::from_utf8_lossy(&read(helm::MANIFEST)?.unwrap_or_default()).into_owned();
    let broken = StepError::content(format!("`{}` has no version", helm::file_in(folder, helm::MANIFEST)));
    let places = edit::places(Format::Chart, &manifest).map_err(broken)?;
    let value = |field: &str| places.iter().find(|place| place.field == field).map(|place| place.value.clone());
    let (version, app_version) = (value("version").unwrap_or_default(), value("appVersion"));
    let name = name_of(&manifest, folder)?;
    // Charts of the repository are looked for only where one is named.
    let linked = match manifest.contains("file://") || read("requirements.yaml")?.is_some() {
        true => helm::linked(
            folder,
            &crate::helm::charts(repository, commit, &[helm::called(folder).to_owned()], &[])?.files,
        ),
        false => vec![],
    };
    let mut builder = tar::Builder::new(Vec::new());
    add_chart(repository, commit, folder, &name, &linked, &mut builder)?;
    let cannot = |source| StepError::Io { what: format!("pack the chart `{}`", helm::called(folder)), source };
    let tar = builder.into_inner().map_err(cannot)?;
    let mut gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    let packed = gzip.write_all(&tar).and_then(|()| gzip.finish());
    Ok(Chart { file_name: format!("{name}-{version}.tgz"), version, app_version, bytes: packed.map_err(cannot)? })
}

/// The name that a chart gives itself, which is what registries and people know it by.
fn name_of(manifest: &str, folder: &str) -> Result<String, StepError> {
    let file = helm::file_in(folder, helm::MANIFEST);
    let document = helm::yaml::read(manifest).map_err(StepError::content(format!("`{file}` cannot be read")))?;
    let name = document.root.text("name").unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || ['-', '_', '.'].contains(&c);
    match name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(plain) {
        true => Ok(name.to_owned()),
        false => Err(StepError::Refused(format!(
            "`{file}` has no name that a package can have: write `name:` with lower-case letters, digits and `-`"
        ))),
    }
}

/// Adds a chart, and the charts of the repository that belong into its `charts/`.
fn add_chart(
    repository: &Repository,
    commit: &CommitId,
    folder: &str,
    name: &str,
    linked: &[(String, String)],
    builder: &mut tar::Builder<Vec<u8>>,
) -> Result<(), StepError> {
    let file = helm::file_in(folder, ".helmignore");
    let rules = String::from_utf8_lossy(&repository.read(commit, &file)?.unwrap_or_default()).into_owned();
    let ignore = Ignore::read(&rules).map_err(StepError::content(format!("`{file}` has a line that Helm refuses")))?;
    let only = Some(folder).filter(|folder| !folder.is_empty());
    add(repository, commit, only, builder, |path| {
        let inside = helm::below(folder, path)?;
        (!ignore.leaves_out(inside)).then(|| format!("{name}/{inside}"))
    })?;
    for (from, to) in linked {
        if let Some(inside) = helm::below(folder, to) {
            add_chart(repository, commit, from, &format!("{name}/{inside}"), linked, builder)?;
        }
    }
    Ok(())
}

/// Packs all files of a commit into an uncompressed tar, all times zero.
///
/// # Errors
/// When the commit cannot be read.
pub fn source(repository: &Repository, commit: &CommitId) -> Result<Vec<u8>, StepError> {
    let mut builder = tar::Builder::new(Vec::new());
    add(repository, commit, None, &mut builder, |path| Some(path.to_owned()))?;
    builder.into_inner().map_err(StepError::io(format!("pack {}", commit.short())))
}

/// Adds what `git archive` gives, written again so that nothing but the files' names, bytes and executable bits is left in it. What
/// gets no name is left out.
fn add(
    repository: &Repository,
    commit: &CommitId,
    folder: Option<&str>,
    builder: &mut tar::Builder<Vec<u8>>,
    name: impl Fn(&str) -> Option<String>,
) -> Result<(), StepError> {
    let words = ["archive", "--format=tar", commit.as_str()].into_iter().chain(folder.map(|_| "--")).chain(folder);
    let given = repository.git().bytes(words)?;
    let cannot = |source| StepError::Io { what: format!("pack {}", commit.short()), source };
    for entry in tar::Archive::new(given.as_slice()).entries().map_err(cannot)? {
        let mut entry = entry.map_err(cannot)?;
        // Links and submodules are left out: an archive of ours holds regular files only.
        if entry.header().entry_type() != tar::EntryType::Regular {
            continue;
        }
        let path = entry.path().map_err(cannot)?.to_string_lossy().into_owned();
        let Some(name) = name(&path) else { continue };
        let mut header = tar::Header::new_gnu();
        header.set_size(entry.size());
        header.set_mode(if entry.header().mode().map_err(cannot)? & 0o100 == 0 { 0o644 } else { 0o755 });
        header.set_mtime(0);
        header.set_entry_type(tar::EntryType::Regular);
        builder.append_data(&mut header, name, &mut entry).map_err(cannot)?;
    }
    Ok(())
}
