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

/// The texts of the manifests among these files, whichever they are.
///
/// # Errors
/// When a file cannot be read.
pub fn manifests(repository: &Repository, files: &[String]) -> Result<Texts, BadFile> {
    read(repository, files.iter().map(String::as_str).filter(|path| Format::of(path).is_some()).collect())
}

/// Adds the texts that an edit of these files looks at. Links are not followed, and what is no text is left out: where it is
/// named, the edit says so.
///
/// # Errors
/// When a file is there and cannot be read.
pub fn complete(
    repository: &Repository,
    selected: &[Selected],
    files: &[String],
    texts: &mut Texts,
) -> Result<(), BadFile> {
    let there = |path: &str| Format::of(path).is_some() || is_file(&repository.top().join(path));
    let missing = wanted(selected, files).into_iter().filter(|path| !texts.contains_key(*path) && there(path));
    let read = read(repository, missing.collect())?;
    texts.extend(read);
    Ok(())
}

fn read(repository: &Repository, paths: Vec<&str>) -> Result<Texts, BadFile> {
    let texts = in_parts(paths, |path| {
        let bytes = std::fs::read(repository.top().join(path)).map_err(BadFile::at("read", path))?;
        Ok(String::from_utf8(bytes).ok().map(|text| (path.to_owned(), text)))
    });
    texts.map(|texts| texts.into_iter().flatten().collect())
}

fn is_file(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// Replaces files, each by a rename, and none before all the new ones are written out. Permissions stay.
///
/// # Errors
/// When a file cannot be written; nothing is changed then, unless it is a rename that fails.
pub fn replace(repository: &Repository, edited: &BTreeMap<String, &str>) -> Result<(), BadFile> {
    let files: Vec<(&str, &str)> = edited.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    let written = in_parts(files, |(path, text)| {
        let whole = repository.top().join(path);
        let beside = beside(&whole, text).map_err(BadFile::at("write", path))?;
        Ok((path, whole, beside))
    })?;
    let rename = |(path, whole, beside): (&str, PathBuf, TempPath)| {
        beside.persist(whole).map_err(|error| BadFile::at("replace", path)(error.error))
    };
    in_parts(written, rename).map(drop)
}

/// Does the same to many files with a few hands: the disk has them wait most of the time.
fn in_parts<T: Send, R: Send>(all: Vec<T>, each: impl Fn(T) -> Result<R, BadFile> + Sync) -> Result<Vec<R>, BadFile> {
    const HANDS: usize = 4;
    let mut parts: Vec<Vec<T>> = (0..HANDS).map(|_| Vec::new()).collect();
    all.into_iter().enumerate().for_each(|(at, one)| parts[at % HANDS].push(one));
    let each = &each;
    std::thread::scope(|scope| {
        let work = |part: Vec<T>| scope.spawn(move || part.into_iter().map(each).collect::<Result<Vec<R>, BadFile>>());
        let hands: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).map(work).collect();
        let done = hands.into_iter().map(|hand| hand.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        done.collect::<Result<Vec<_>, _>>().map(|parts| parts.into_iter().flatten().collect())
    })
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
