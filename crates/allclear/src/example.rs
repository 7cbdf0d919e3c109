//! The example project that comes with the program, and its short history.

use allclear_core::version::Version;
use allclear_engine::rehearsal::{Commit, Source};

/// Every file of the example, with its path.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/example.rs"));

/// What was added since the last release: a headline, and the files that came with it.
const NEWS: &[(&str, &[&str])] = &[
    ("feat(web): show free berths on the board", &["web/"]),
    ("fix(store): replace the plan file in one step", &["harbor/store.py"]),
    ("docs: a manual for operations", &["docs/manuals/operations.md"]),
];

/// The commits of the example: what was released last, and what is new since.
pub(crate) fn commits() -> Vec<Commit<'static>> {
    let belongs = |path: &str, parts: &[&str]| parts.iter().any(|part| path.starts_with(part));
    let select = |fits: &dyn Fn(&str) -> bool| FILES.iter().filter(|(path, _)| fits(path)).copied().collect::<Vec<_>>();
    let old = select(&|path| !NEWS.iter().any(|(_, parts)| belongs(path, parts)));
    let news = NEWS.iter().map(|(headline, parts)| (*headline, select(&|path| belongs(path, parts))));
    std::iter::once(("chore(release): v1.3.2", old)).chain(news).collect()
}

/// The example as the source of a rehearsal.
pub(crate) fn source<'a>(commits: &'a [Commit<'a>]) -> Source<'a> {
    Source::Example { commits, last: Version::new(1, 3, 2), integration: "integration" }
}
