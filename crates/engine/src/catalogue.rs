//! The kinds of steps: one line each. A new kind is one file in `steps/` and one line here.

use allclear_core::process::KindSpec;

use crate::step::Kind;
use crate::steps;

/// Every kind of step that this program knows.
pub const KINDS: &[&Kind] = &[
    &steps::up_to_date::KIND,
    &steps::branch::KIND,
    &steps::changelog::KIND,
    &steps::run::KIND,
    &steps::sign_off::KIND,
    &steps::manual::KIND,
    &steps::bump::KIND,
    &steps::build::KIND,
    &steps::tag::KIND,
    &steps::publish::KIND,
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
