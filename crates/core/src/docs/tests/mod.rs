//! What is found in pages, as people read it.

mod front;
mod fuzz;
mod gone;
mod links;

use std::collections::BTreeMap;

use super::*;

/// The pages of a small repository, each with what is wrong in it.
fn problems(files: &[(&str, &str)], check: impl Fn(&str, &str, &Page, Site<'_>) -> Vec<Problem>) -> String {
    let tree = Tree::new(files.iter().map(|(path, _)| *path));
    let pages: BTreeMap<String, Page> = files
        .iter()
        .filter(|(path, _)| is_page(path))
        .map(|(path, text)| ((*path).to_owned(), Page::of(text)))
        .collect();
    let site = Site { tree: &tree, pages: &pages };
    let texts: BTreeMap<_, _> = files.iter().copied().collect();
    let found = pages.iter().flat_map(|(path, page)| check(path, texts[path.as_str()], page, site));
    found.map(|problem| problem.to_string()).collect::<Vec<_>>().join("\n")
}
