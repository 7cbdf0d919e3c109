//! What `.gitignore` keeps out of the repository: it may be there all the same, once somebody has made it.

use globset::{GlobBuilder, GlobMatcher};

use super::address::folder_of;
use crate::edit::Texts;

/// The patterns of all `.gitignore` files. Exceptions are passed over: rather too much is taken for ignored than too little.
pub(super) struct Ignored(Vec<Pattern>);

struct Pattern {
    glob: GlobMatcher,
    /// Whether it is held against the whole path, not against the last name of it.
    is_path: bool,
}

impl Ignored {
    pub(super) fn of(texts: &Texts) -> Self {
        let files = texts.iter().filter(|(path, _)| path.rsplit('/').next() == Some(".gitignore"));
        let patterns = files.flat_map(|(path, text)| text.lines().filter_map(|line| pattern(folder_of(path), line)));
        Self(patterns.collect())
    }

    /// Whether a path is kept out, or a folder that it is in.
    pub(super) fn covers(&self, path: &str) -> bool {
        let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
        ends.map(|end| &path[..end]).any(|part| {
            let name = part.rsplit('/').next().unwrap_or(part);
            self.0.iter().any(|pattern| pattern.glob.is_match(if pattern.is_path { part } else { name }))
        })
    }
}

fn pattern(folder: &str, line: &str) -> Option<Pattern> {
    let line = line.trim().trim_end_matches('/');
    if line.is_empty() || line.starts_with(['#', '!']) {
        return None;
    }
    let is_path = line.contains('/');
    let line = line.trim_start_matches('/');
    let whole = if is_path && !folder.is_empty() { format!("{folder}/{line}") } else { line.to_owned() };
    let glob = GlobBuilder::new(&whole).literal_separator(true).build().ok()?.compile_matcher();
    Some(Pattern { glob, is_path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_out_is_known_with_all_below() {
        let text = |path: &str, text: &str| (path.to_owned(), text.to_owned());
        let ignored = Ignored::of(&Texts::from([
            text(".gitignore", "# made\ndist/\n*.log\n/build\n!keep.log\nweb/out\n["),
            text("web/.gitignore", "/cache\n"),
        ]));
        for path in ["dist", "a/dist/b/c.js", "a/x.log", "build/x", "web/out/x", "web/cache", "keep.log"] {
            assert!(ignored.covers(path), "{path}");
        }
        for path in ["distance", "a/build", "cache", "a/web/out"] {
            assert!(!ignored.covers(path), "{path}");
        }
    }
}
