//! The changelog's entry for the release.

use super::Problem;
use crate::changelog::entry_of;

/// Finds out whether the changelog has an entry for a version, and says something in it.
pub fn entry(path: &str, text: &str, version: &str) -> Option<Problem> {
    let way_out = "write it, or put a `changelog` step before this one";
    match entry_of(text, version) {
        Some("") => {
            let line = 1 + text.lines().position(|line| line.starts_with('#') && line.contains(version)).unwrap_or(0);
            Some(Problem::new(path, line, format!("the entry for {version} is empty: {way_out}")))
        }
        Some(_) => None,
        None => Some(Problem::new(path, 1, format!("there is no entry for {version}: {way_out}"))),
    }
}
