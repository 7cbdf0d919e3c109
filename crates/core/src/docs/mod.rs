//! What can be wrong with the documents of a repository, found from their texts and from the names of its files.
//!
//! A [`Page`] is read once, by a Markdown parser that knows what a reader sees: code, comments and escapes are no links. Each
//! check goes from pages to [`Problem`]s. Every one of them is sure: where a page may be right, nothing is said.

mod address;
mod changelog;
mod commands;
mod fences;
mod front_matter;
mod gone;
mod html;
mod ignored;
mod links;
mod page;
mod slug;
#[cfg(test)]
mod tests;
mod tree;
mod twice;

use std::fmt;

pub(crate) use address::decoded;
pub use changelog::entry;
pub use commands::{is_build_file, make_targets};
pub use fences::fences;
pub use front_matter::{Matter, front_matter};
pub use gone::{Gone, State};
pub(crate) use html::tags;
pub use links::{Site, anchored, external, links};
pub use page::Page;
pub use tree::Tree;
pub use twice::{anchors_twice, slugs_twice};

/// The largest page that is read, in bytes. What people write is far smaller; what is larger was generated.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Something that is wrong at one place of a page.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The page.
    pub path: String,
    /// The line, counted from one.
    pub line: usize,
    /// What is wrong, and the way out.
    pub what: String,
}

impl Problem {
    /// Makes a problem.
    pub fn new(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, what: what.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// Whether a file is a page in Markdown, told by its name.
pub fn is_page(path: &str) -> bool {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    ["md", "markdown"].iter().any(|known| ending.eq_ignore_ascii_case(known))
}

/// The text of a page.
///
/// # Errors
/// When it is too large to be read, or no text; that is a problem of the page.
pub fn text<'a>(path: &str, bytes: &'a [u8]) -> Result<&'a str, Problem> {
    if bytes.len() > MAX_BYTES {
        let what = format!(
            "the page has {} bytes, and pages up to {MAX_BYTES} are read: split it, or leave it out of `docs-verify`",
            bytes.len()
        );
        return Err(Problem::new(path, 1, what));
    }
    std::str::from_utf8(bytes).map_err(|wrong| {
        let line = 1 + bytes[..wrong.valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        Problem::new(path, line, "the page is not UTF-8 text from here on: save it as UTF-8")
    })
}
