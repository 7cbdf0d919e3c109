//! The kinds of steps: one line each. A new kind is one file in `steps/` and one line here.

use allclear_core::process::KindSpec;

use crate::step::Kind;
use crate::steps;

/// Every kind of step that this program knows.
pub const KINDS: &[&Kind] = &[
    &steps::up_to_date::KIND,
    &steps::branch::KIND,
    &steps::changelog::KIND,
    &steps::ci::KIND,
    &steps::run::KIND,
    &steps::docs_verify::KIND,
    &steps::versions_agree::KIND,
    &steps::helm_verify::KIND,
    &steps::sign_off::KIND,
    &steps::manual::KIND,
    &steps::bump::KIND,
    &steps::build::KIND,
    &steps::attest::KIND,
    &steps::publish::stage::KIND,
    &steps::tag::KIND,
    &steps::publish::KIND,
    &steps::publish::published::KIND,
    &steps::publish::pointers::KIND,
    &steps::deploy::KIND,
    &steps::smoke::KIND,
    &steps::soak::KIND,
    &steps::archive::KIND,
];

/// Returns the kind with this key.
pub fn kind(key: &str) -> Option<&'static Kind> {
    KINDS.iter().copied().find(|kind| kind.spec.value.key == key)
}

/// Returns the grammar of every kind, for the reader of processes.
pub fn specs() -> Vec<&'static KindSpec> {
    KINDS.iter().map(|kind| &kind.spec).collect()
}

#[cfg(test)]
mod tests {
    use allclear_core::process::reference::markdown;

    use super::*;

    /// The page of the documentation, and the line from which on it is generated.
    const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/process.md");
    const MARK: &str = "<!-- from here on written by the test in crates/engine/src/catalogue.rs: ALLCLEAR_WRITE_DOCS=1 cargo test -p allclear-engine -->\n\n";

    #[test]
    fn the_reference_of_the_process_file_says_what_the_reader_takes() {
        let page = std::fs::read_to_string(PAGE).unwrap();
        let (before, written) = page.split_once(MARK).unwrap();
        let reference = markdown(&specs());
        if std::env::var_os("ALLCLEAR_WRITE_DOCS").is_some() {
            std::fs::write(PAGE, format!("{before}{MARK}{reference}")).unwrap();
        } else {
            assert_eq!(written, reference, "docs/process.md is behind: run with ALLCLEAR_WRITE_DOCS=1");
        }
    }

    #[test]
    fn the_schema_describes_every_key() {
        let schema = allclear_core::process::schema::schema(&specs()).to_string();
        for kind in KINDS {
            assert!(schema.contains(&format!("\"title\":\"{}\"", kind.spec.value.key)), "{}", kind.spec.value.key);
        }
    }
}
