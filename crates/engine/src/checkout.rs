//! The files of the person's own checkout. A release never touches it; `allclear bump` is for those who want that.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use allclear_core::edit::{Format, Selected, Texts, wanted};
use allclear_ledger::git::GitError;
use tempfile::TempPath;

use crate::repository::Repository;

/// A file of the checkout that could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("cannot {what} `{path}`")]
pub struct BadFile {
    what: &'static str,
    path: String,
    source: io::Error,
}

impl BadFile {
    fn at(what: &'static str, path: &str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self { what, path: path.to_owned(), source }
    }
}

/// The files that git knows or would take in, sorted; without links, and what is deleted, in the place of a manifest.
///
/// # Errors
/// When git fails.
pub fn files(repository: &Repository) -> Result<Vec<String>, GitError> {
    let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"];
    let listed = repository.git().bytes(list)?;
    let names = listed.split(|byte| *byte == 0).filter_map(|name| String::from_utf8(name.to_owned()).ok());
    let there =
        |path: &String| !path.is_empty() && (Format::of(path).is_none() || is_file(&repository.top().join(path)));
    let mut files: Vec<String> = names.filter(there).collect();
    files.sort_unstable();
    files.dedup();
    Ok(files)
}

/// The texts that an edit of these files looks at. Links are not followed, and what is no text is left out: where it is named,
/// the edit says so.
///
/// # Errors
/// When a file is there and cannot be read.
pub fn texts(repository: &Repository, selected: &[Selected], files: &[String]) -> Result<Texts, BadFile> {
    let mut texts = Texts::new();
    for path in wanted(selected, files) {
        let whole = repository.top().join(path);
        if !is_file(&whole) {
            continue;
        }
        let bytes = std::fs::read(&whole).map_err(BadFile::at("read", path))?;
        if let Ok(text) = String::from_utf8(bytes) {
            texts.insert(path.to_owned(), text);
        }
    }
    Ok(texts)
}

fn is_file(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// Replaces files, each by a rename, and none before all the new ones are written out. Permissions stay.
///
/// # Errors
/// When a file cannot be written; nothing is changed then, unless it is a rename that fails.
pub fn replace(repository: &Repository, edited: &BTreeMap<String, &str>) -> Result<(), BadFile> {
    let mut written: Vec<(&str, PathBuf, TempPath)> = Vec::with_capacity(edited.len());
    for (path, text) in edited {
        let whole = repository.top().join(path);
        let beside = beside(&whole, text).map_err(BadFile::at("write", path))?;
        written.push((path, whole, beside));
    }
    for (path, whole, beside) in written {
        beside.persist(whole).map_err(|error| BadFile::at("replace", path)(error.error))?;
    }
    Ok(())
}

/// Writes the new text of a file into one beside it.
fn beside(whole: &Path, text: &str) -> io::Result<TempPath> {
    let permissions = std::fs::metadata(whole)?.permissions();
    let folder = whole.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".allclear-bump-").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(permissions)?;
    Ok(file.into_temp_path())
}
