//! Links between the documents of a repository.

use std::collections::BTreeMap;

use super::address::{Address, Inside, folder_of};
use super::{Page, Problem, Tree, is_page};

/// What links can lead to.
#[derive(Clone, Copy, Debug)]
pub struct Site<'a> {
    /// The files of the commit.
    pub tree: &'a Tree,
    /// The pages by their paths: those that are checked, and those that [`anchored`] names. Of others no anchor is asked.
    pub pages: &'a BTreeMap<String, Page>,
}

/// What a forge shows beside the files: a link such as `../../issues` from the top of the repository leads there.
const ROUTES: [&str; 16] = [
    "actions",
    "branches",
    "commits",
    "compare",
    "contributors",
    "deployments",
    "discussions",
    "graphs",
    "issues",
    "labels",
    "milestones",
    "packages",
    "pulls",
    "releases",
    "security",
    "wiki",
];

/// The pages that are linked with an anchor, so that they must be known before links are checked.
pub fn anchored(path: &str, page: &Page, tree: &Tree) -> Vec<String> {
    let inside = page.links.iter().filter_map(|link| match Address::of(&link.address) {
        Address::Inside(inside) if !inside.fragment.is_empty() && !inside.path.is_empty() => Some(inside),
        _ => None,
    });
    inside.filter_map(|inside| page_at(&inside.from(folder_of(path)).ok()?, tree)).collect()
}

/// The addresses of the web that a page names, with their lines.
pub fn external(page: &Page) -> Vec<(String, usize)> {
    let web = page.links.iter().filter_map(|link| match Address::of(&link.address) {
        Address::Web(url) => Some((url, link.line)),
        _ => None,
    });
    web.collect()
}

/// Finds the links of a page that lead nowhere.
pub fn links(path: &str, page: &Page, site: Site<'_>) -> Vec<Problem> {
    let link = |link: &super::page::Link| {
        let wrong = match Address::of(&link.address) {
            Address::Inside(inside) => leads(path, page, &inside, site).err()?,
            Address::Machine => {
                format!("`{}` leads to a file of somebody's own machine: link to one of the repository", link.address)
            }
            Address::Empty => "the link leads nowhere: write where, or take it out".to_owned(),
            Address::Web(_) | Address::Other => return None,
        };
        Some(Problem::new(path, link.line, wrong))
    };
    let undefined = |(label, line): &(String, usize)| {
        let what = format!("nothing defines `[{label}]`, so this is shown as it is written: add `[{label}]: ADDRESS`");
        Problem::new(path, *line, what)
    };
    page.links.iter().filter_map(link).chain(page.undefined.iter().map(undefined)).collect()
}

/// Follows one link.
fn leads(path: &str, page: &Page, inside: &Inside, site: Site<'_>) -> Result<(), String> {
    let tree = site.tree;
    let written = &inside.path;
    if written.is_empty() {
        return anchor(page, path, inside);
    }
    let target = match inside.from(folder_of(path)) {
        Ok(target) => target,
        Err((2, rest)) if ROUTES.contains(&rest.split('/').next().unwrap_or_default()) => return Ok(()),
        Err(_) => {
            let way_out = "link to a file in it, or write the whole address";
            return Err(format!("`{written}` leads out of the repository: {way_out}"));
        }
    };
    if tree.leads_through(&target) {
        return Ok(());
    }
    if !tree.has(&target) {
        let meant = tree.meant(&target).map_or(String::new(), |meant| format!(" (is it `{meant}`?)"));
        return Err(format!("`{target}` is not in the repository{meant}: correct the link, or add the file"));
    }
    if written.ends_with('/') && tree.has_file(&target) {
        return Err(format!("`{target}` is a file, and the link is written as to a folder: take the last `/` away"));
    }
    match page_at(&target, tree).and_then(|target| Some((site.pages.get(&target)?, target))) {
        Some((page, target)) => anchor(page, &target, inside),
        None => Ok(()),
    }
}

fn anchor(page: &Page, path: &str, inside: &Inside) -> Result<(), String> {
    let fragment = &inside.fragment;
    if fragment.is_empty() || inside.other_view || page.has_anchor(fragment) {
        return Ok(());
    }
    let meant = page.nearest_anchor(fragment).map_or(String::new(), |meant| format!(" (is it `#{meant}`?)"));
    Err(format!("`{path}` has no heading or anchor `#{fragment}`{meant}: correct the link, or add an anchor"))
}

/// The page that is shown at a path: itself, or the one that a forge shows below the files of a folder.
fn page_at(path: &str, tree: &Tree) -> Option<String> {
    if tree.has_file(path) {
        return is_page(path).then(|| path.to_owned());
    }
    let readme = if path.is_empty() { "README.md".to_owned() } else { format!("{path}/README.md") };
    tree.has_file(&readme).then_some(readme)
}
