//! The files of `[versions]`: which files of a commit or folder they are, and their texts.

use allclear_core::edit::{Format, How, Selected, Texts, wanted};
use allclear_core::names::CommitId;
use allclear_core::process::{VersionAt, VersionFile};
use allclear_core::version::Spelling;
use allclear_ledger::git::GitError;

use crate::files::Pattern;
use crate::repository::Repository;
use crate::step::StepError;

/// What is wrong with an entry of `[versions]`.
#[derive(Debug, thiserror::Error)]
pub enum BadVersionFile {
    /// Nothing fits.
    #[error("`{0}` of `[versions]` matches no file")]
    NoFile(String),
    /// A file that is not told by its name.
    #[error("`{0}` is of no format whose version can be written: say where it stands, with `path` or `pattern`")]
    NoFormat(String),
}

/// The files among `paths` that `[versions]` names, in their order, each once for each way in which the version is found in it.
///
/// # Errors
/// When an entry matches nothing, or a file whose format is not known and that is not told either.
pub fn select(files: &[VersionFile], paths: &[String]) -> Result<Vec<Selected>, StepError> {
    let mut selected = Vec::new();
    for file in files {
        selected.extend(one(file, paths)?.map_err(|bad| StepError::Refused(bad.to_string()))?);
    }
    selected.sort_by(|a: &Selected, b| a.path.cmp(&b.path));
    selected.dedup();
    Ok(selected)
}

/// The same for one entry.
///
/// # Errors
/// When its pattern is none.
pub fn one(file: &VersionFile, paths: &[String]) -> Result<Result<Vec<Selected>, BadVersionFile>, StepError> {
    let matching = Pattern::new(file.file())?.select(paths);
    if matching.is_empty() {
        return Ok(Err(BadVersionFile::NoFile(file.file().to_owned())));
    }
    let selected = |path: &str| Ok(Selected { path: path.to_owned(), how: how(file, path)? });
    Ok(matching.into_iter().map(selected).collect())
}

fn how(file: &VersionFile, path: &str) -> Result<How, BadVersionFile> {
    let unknown = || BadVersionFile::NoFormat(path.to_owned());
    let VersionFile::At(VersionAt { path: key, pattern, count, spelling, .. }) = file else {
        return Format::of(path).map(How::Manifest).ok_or_else(unknown);
    };
    let spelling = spelling.unwrap_or(Spelling::SemVer);
    match (key, pattern) {
        (Some(key), _) => Ok(How::Key { key: key.clone(), spelling }),
        (None, Some(pattern)) => {
            Ok(How::Pattern { pattern: pattern.clone(), count: count.unwrap_or(1) as usize, spelling })
        }
        (None, None) => Format::of(path).map(How::Manifest).ok_or_else(unknown),
    }
}

/// The texts of a commit that an edit of these files looks at. What is no text is left out; where it is named, the edit says so.
///
/// # Errors
/// When git fails.
pub fn texts(
    repository: &Repository,
    commit: &CommitId,
    selected: &[Selected],
    paths: &[String],
) -> Result<Texts, GitError> {
    let read = repository.read_regular(commit, &wanted(selected, paths))?;
    Ok(read.into_iter().filter_map(|(path, bytes)| Some((path, String::from_utf8(bytes).ok()?))).collect())
}
