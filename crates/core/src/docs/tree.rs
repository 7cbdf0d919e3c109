//! The files and folders of a commit, by their names.

use std::collections::BTreeSet;

/// The files of a commit, and the folders that they are in.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    files: BTreeSet<String>,
    folders: BTreeSet<String>,
}

impl Tree {
    /// Makes the tree of these files.
    pub fn new<'a>(paths: impl IntoIterator<Item = &'a str>) -> Self {
        let mut tree = Self::default();
        for path in paths {
            let mut folder = path;
            while let Some((above, _)) = folder.rsplit_once('/') {
                if !tree.folders.insert(above.to_owned()) {
                    break;
                }
                folder = above;
            }
            tree.files.insert(path.to_owned());
        }
        tree
    }

    /// Whether a file is there.
    pub(super) fn has_file(&self, path: &str) -> bool {
        self.files.contains(path)
    }

    /// Whether a file or folder is there; the empty path is the top.
    pub(super) fn has(&self, path: &str) -> bool {
        path.is_empty() || self.files.contains(path) || self.folders.contains(path)
    }

    /// Whether a path leads through something that is no folder here: a link, or a repository of its own, which may have it.
    pub(super) fn leads_through(&self, path: &str) -> bool {
        path.match_indices('/').any(|(at, _)| self.files.contains(&path[..at]))
    }

    /// Whether a file or folder of this name is there, or further down.
    pub(super) fn has_below(&self, path: &str) -> bool {
        let fits =
            |known: &String| known.strip_suffix(path).is_some_and(|above| above.is_empty() || above.ends_with('/'));
        self.has(path) || self.files.iter().chain(&self.folders).any(fits)
    }

    /// A file that may be meant by a path that is not there: the same in other letters, with the ending of a page, or the only
    /// one of its name.
    pub(super) fn meant(&self, path: &str) -> Option<&str> {
        let same = self.files.iter().find(|file| file.eq_ignore_ascii_case(path));
        let page = || self.files.get(&format!("{path}.md"));
        let name = path.rsplit('/').next().filter(|name| !name.is_empty())?;
        let of_name = || {
            let mut of_name = self.files.iter().filter(|file| file.rsplit('/').next() == Some(name));
            of_name.next().filter(|_| of_name.next().is_none())
        };
        same.or_else(page).or_else(of_name).map(String::as_str)
    }

    /// Everything that is there and not in the other: files, and folders.
    pub(super) fn without<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a str> {
        let all = self.files.iter().chain(&self.folders);
        all.map(String::as_str).filter(|path| !other.has(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_come_from_their_files() {
        let tree = Tree::new(["a/b/c.md", "a/d.md", "e", "x/Readme.md"]);
        assert!(["", "a", "a/b", "a/b/c.md", "e"].iter().all(|path| tree.has(path)));
        assert!(!["b", "a/", "c.md", "/"].iter().any(|path| tree.has(path)));
        assert!(tree.leads_through("e/f") && !tree.leads_through("a/f"));
        assert!(tree.has_below("b/c.md") && tree.has_below("b") && !tree.has_below("/c.md") && !tree.has_below(".md"));
        assert_eq!(tree.meant("x/README.md"), Some("x/Readme.md"));
        assert_eq!(tree.meant("a/d"), Some("a/d.md"));
        assert_eq!(tree.meant("y/c.md"), Some("a/b/c.md"));
        assert_eq!(tree.meant("y/z.md"), None);
    }
}
