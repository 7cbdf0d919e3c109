//! Shows what a changelog would say about commits, and how long it takes to find out:
//!
//! ```text
//! git log -z --format='%H%x00%P%x00%an <%ae>%x00%B' v1.3.0..HEAD | cargo run --release --example entry -- github:owner/name
//! ```
#![expect(clippy::print_stderr, reason = "an example talks")]

use std::io::{Read, Write};

use allclear_core::changelog::{Commit, Entry, Links, Rules, Sources, compose, render};

fn main() -> std::io::Result<()> {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let fields: Vec<&str> = text.split('\0').collect();
    let commits: Vec<Commit<'_>> = fields
        .chunks_exact(4)
        .map(|part| Commit { id: part[0], parents: part[1], author: part[2], message: part[3] })
        .collect();
    let links = std::env::args().nth(1).and_then(|forge| Links::of_forge(&forge));
    let rules = Rules { links, ..Rules::default() };
    #[expect(clippy::disallowed_methods, reason = "the example measures")]
    let start = std::time::Instant::now();
    let changes = compose(&Sources { commits: &commits, ..Sources::default() }, &rules);
    eprintln!("{} commits in {:?}: {:?}", commits.len(), start.elapsed(), changes.counts);
    let entry = Entry {
        version: "1.4.0".to_owned(),
        date: "2026-01-02".to_owned(),
        highlights: changes.highlights,
        changes: changes.groups,
        ..Entry::default()
    };
    let shown = render(&entry);
    // Whoever reads may have read enough.
    let _ = write!(std::io::stdout(), "{shown}");
    Ok(())
}
