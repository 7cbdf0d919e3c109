//! Patterns of paths, and the files that they match.

use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};

use crate::step::StepError;

/// A path or a pattern with `*` and `**`.
pub struct Pattern {
    text: String,
    matcher: GlobMatcher,
}

impl Pattern {
    /// Makes a pattern; `*` does not cross a `/`.
    ///
    /// # Errors
    /// When the text is not a pattern.
    pub fn new(text: &str) -> Result<Self, StepError> {
        let glob = GlobBuilder::new(text.trim_end_matches('/')).literal_separator(true).build();
        let matcher = glob.map_err(StepError::content(format!("`{text}` is not a pattern")))?.compile_matcher();
        Ok(Self { text: text.to_owned(), matcher })
    }

    /// Whether a path fits.
    pub fn fits(&self, path: &str) -> bool {
        self.text == path || self.matcher.is_match(path)
    }

    /// The paths that fit.
    pub fn select<'f>(&self, files: &'f [String]) -> Vec<&'f str> {
        files.iter().map(String::as_str).filter(|path| self.fits(path)).collect()
    }
}

/// The regular files below a folder whose relative paths fit one of the patterns, sorted; links are not followed.
///
/// # Errors
/// When the folder cannot be read, or a pattern is none.
pub fn below(folder: &Path, patterns: &[String]) -> Result<Vec<String>, StepError> {
    let patterns: Vec<Pattern> = patterns.iter().map(|text| Pattern::new(text)).collect::<Result<_, _>>()?;
    let mut found = Vec::new();
    if !patterns.is_empty() {
        walk(folder, "", &mut |path| {
            if patterns.iter().any(|pattern| pattern.fits(path)) {
                found.push(path.to_owned());
            }
        })?;
    }
    found.sort();
    Ok(found)
}

fn walk(folder: &Path, prefix: &str, each: &mut dyn FnMut(&str)) -> Result<(), StepError> {
    let cannot = |source| StepError::Io { what: format!("read the folder `{}`", folder.display()), source };
    for entry in std::fs::read_dir(folder).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        let kind = entry.file_type().map_err(cannot)?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| *name != ".git") else { continue };
        let path = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") };
        if kind.is_dir() {
            walk(&entry.path(), &path, each)?;
        } else if kind.is_file() {
            each(&path);
        }
    }
    Ok(())
}
