//! Shows what is wrong with the pages of a folder, beside front matter; with a second folder, an older state, also what is gone:
//!
//! ```text
//! cargo run --release --example documents -- path/to/checkout path/to/older/checkout
//! ```
#![expect(clippy::disallowed_methods, reason = "an example reads files")]

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use allclear_core::docs::{self, Gone, Page, Problem, Site, State, Tree};

fn main() -> std::io::Result<()> {
    let mut folders = std::env::args().skip(1);
    let now = Folder::read(&folders.next().unwrap_or_else(|| ".".to_owned()))?;
    let before = folders.next().map(|folder| Folder::read(&folder)).transpose()?;
    let (mut problems, mut texts) = (Vec::new(), BTreeMap::new());
    for (path, bytes) in now.files.iter().filter(|(path, _)| docs::is_page(path)) {
        match docs::text(path, bytes) {
            Ok(text) => drop(texts.insert(path.as_str(), text)),
            Err(problem) => problems.push(problem),
        }
    }
    let pages: BTreeMap<String, Page> = texts.iter().map(|(path, text)| ((*path).to_owned(), Page::of(text))).collect();
    let site = Site { tree: &now.tree, pages: &pages };
    let state = |folder: &Folder| folder.build.clone();
    let (old_build, new_build) = (before.as_ref().map(state).unwrap_or_default(), state(&now));
    let new = State { tree: &now.tree, texts: &new_build };
    let gone = before.as_ref().map(|old| Gone::between("before", State { tree: &old.tree, texts: &old_build }, new));
    for (path, page) in &pages {
        problems.extend(docs::links(path, page, site));
        problems.extend(docs::fences(path, page, false));
        problems.extend(gone.iter().flat_map(|gone| gone.mentioned(path, texts[path.as_str()], page)));
    }
    let links: usize = pages.values().map(Page::links).sum();
    let shown: String = problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n");
    // Whoever reads may have read enough.
    let _ = writeln!(std::io::stdout(), "{shown}\n{} in {} pages with {links} links", problems.len(), pages.len());
    Ok(())
}

/// The files of a folder.
#[derive(Default)]
struct Folder {
    files: BTreeMap<String, Vec<u8>>,
    tree: Tree,
    build: BTreeMap<String, String>,
}

impl Folder {
    fn read(folder: &str) -> std::io::Result<Self> {
        let mut found = Self::default();
        walk(Path::new(folder), "", &mut found.files)?;
        found.tree = Tree::new(found.files.keys().map(String::as_str));
        let build = found.files.iter().filter(|(path, _)| docs::is_build_file(path));
        found.build = build.map(|(path, bytes)| (path.clone(), String::from_utf8_lossy(bytes).into_owned())).collect();
        Ok(found)
    }
}

fn walk(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        if entry.file_type()?.is_dir() {
            if name != ".git" {
                walk(&entry.path(), &format!("{path}/"), files)?;
            }
        } else if docs::is_page(&path) || docs::is_build_file(&path) {
            files.insert(path, std::fs::read(entry.path()).unwrap_or_default());
        } else {
            files.insert(path, Vec::new());
        }
    }
    Ok(())
}
