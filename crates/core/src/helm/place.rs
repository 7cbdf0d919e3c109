//! The folders of charts in a repository. The top is the empty text, as in the paths of git, and a dot for people and for Helm.

use super::MANIFEST;

/// The path of a file in a folder.
pub fn file_in(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// What is left of a path below a folder; none where it is elsewhere.
pub fn below<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    if folder.is_empty() { Some(path) } else { path.strip_prefix(folder)?.strip_prefix('/') }
}

/// The folder of a chart, by the path of its manifest; none where the path is another file's.
pub fn folder_of(path: &str) -> Option<&str> {
    let folder = path.strip_suffix(MANIFEST)?;
    if folder.is_empty() { Some(folder) } else { folder.strip_suffix('/') }
}

/// A folder as people and Helm call it.
pub fn called(folder: &str) -> &str {
    if folder.is_empty() { "." } else { folder }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_is_a_folder_too() {
        assert_eq!((file_in("", "a/b"), file_in("a", "b")), ("a/b".to_owned(), "a/b".to_owned()));
        assert_eq!(
            [below("", "a/b"), below("a", "a/b"), below("a", "ab"), below("a", "a")],
            [Some("a/b"), Some("b"), None, None]
        );
        let folders = ["Chart.yaml", "a/b/Chart.yaml", "a/MyChart.yaml", "Chart.yaml/a"].map(folder_of);
        assert_eq!(folders, [Some(""), Some("a/b"), None, None]);
        assert_eq!([called(""), called("a")], [".", "a"]);
    }
}
