//! What the other crates' tests rely on. One binary; a file for each file of the crate.

mod env;
mod repo;
