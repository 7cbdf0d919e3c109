//! Names that are given twice: of headings on a page, and of pages in a folder.

use std::collections::BTreeMap;

use super::front_matter::value;
use super::{Page, Problem};
use crate::edit::Texts;

/// Finds headings that give themselves (`{#name}`) what another heading of the page is called already: a link reaches one of them.
pub fn anchors_twice(path: &str, page: &Page) -> Vec<Problem> {
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    let mut problems = Vec::new();
    for (name, line) in &page.named {
        match first.get(name.as_str()) {
            Some(other) => {
                let what = format!("`{{#{name}}}` is the name of the heading on line {other} too: give one another");
                problems.push(Problem::new(path, *line, what));
            }
            None => drop(first.insert(name, *line)),
        }
    }
    problems
}

/// Finds pages that give themselves the `slug` of another page of their folder: a site shows one of them.
///
/// Pages of other folders may have it, under another address or in another version of the site, and so may a translation, `page.de.md`.
pub fn slugs_twice(texts: &Texts) -> Vec<Problem> {
    let mut first: BTreeMap<(&str, String), &str> = BTreeMap::new();
    let mut problems = Vec::new();
    for (path, text) in texts {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let Some((slug, line)) = value(text, "slug") else { continue };
        match first.get(&(folder, slug.clone())) {
            Some(other) if stem(other.rsplit('/').next().unwrap_or(other)) == stem(name) => {}
            Some(other) => {
                let what = format!("`slug: {slug}` is that of `{other}` too: give one of the pages another");
                problems.push(Problem::new(path, line, what));
            }
            None => drop(first.insert((folder, slug), path)),
        }
    }
    problems
}

/// The name of a file up to its first dot.
fn stem(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
}
