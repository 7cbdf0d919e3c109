//! What the survey reads: the files of a commit, and what the project's tools are told there.

use super::make::Make;
use super::node::Node;
use super::python::Python;
use super::rust::Rust;
use super::tree::Tree;

/// The files, and the manifests and the Makefile among them.
pub(super) struct Sources<'a> {
    pub(super) tree: Tree<'a>,
    pub(super) make: Make,
    pub(super) node: Node,
    pub(super) python: Python,
    pub(super) rust: Rust,
}

impl<'a> Sources<'a> {
    /// Reads the manifests.
    pub(super) fn of(tree: Tree<'a>) -> Self {
        Self { make: Make::of(&tree), node: Node::of(&tree), python: Python::of(&tree), rust: Rust::of(&tree), tree }
    }
}
