//! Fenced blocks of code: whether they end, and say their language.

use super::{Page, Problem};

/// Finds fences that nobody closes, and, where languages are wanted, those without one.
pub fn fences(path: &str, page: &Page, languages: bool) -> Vec<Problem> {
    let fences = page.fences.iter().filter_map(|fence| {
        let what = if !fence.is_closed {
            "the fence that begins here has no end of its own: close it with the same mark, as far in as it begins"
        } else if languages && fence.language.is_empty() {
            "the fence does not say its language: write it behind the mark, or `text` where it has none"
        } else {
            return None;
        };
        Some(Problem::new(path, fence.line, what))
    });
    fences.collect()
}
