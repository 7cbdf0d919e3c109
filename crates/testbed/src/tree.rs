//! A folder as stable text, for snapshots.

use std::fs;
use std::path::{Path, PathBuf};

/// How much of a file's first line is shown, in characters.
const SHOWN: usize = 60;

/// Returns one line a file: `path  size in bytes  start of its first line`, sorted by path, `.git` left out.
///
/// A symbolic link is shown as `path -> target` and not followed. Control characters and bytes that are not text are escaped.
#[must_use]
pub fn tree(folder: &Path) -> String {
    let mut files = Vec::new();
    collect(folder, &mut files);
    let mut lines: Vec<_> = files.iter().map(|file| line_of(folder, file)).collect();
    lines.sort();
    lines.concat()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{} cannot be read: {error}", folder.display()));
    for entry in entries {
        let entry = entry.expect("an entry of a folder");
        let is_folder = entry.file_type().expect("the type of an entry").is_dir();
        if !is_folder {
            files.push(entry.path());
        } else if entry.file_name() != ".git" {
            collect(&entry.path(), files);
        }
    }
}

fn line_of(folder: &Path, file: &Path) -> String {
    let name = file.strip_prefix(folder).unwrap_or(file).display();
    if let Ok(target) = fs::read_link(file) {
        return format!("{name} -> {}\n", target.display());
    }
    let content = fs::read(file).unwrap_or_else(|error| panic!("{} cannot be read: {error}", file.display()));
    let first = content.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let first: String = String::from_utf8_lossy(first).chars().take(SHOWN).collect();
    let line = format!("{name}  {}  {}", content.len(), first.escape_debug());
    format!("{}\n", line.trim_end())
}
