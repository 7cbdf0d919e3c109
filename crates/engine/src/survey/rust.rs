//! What the Rust side of a project says about itself.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::tree::{Tree, folder_of, is_plain};

/// The manifest at the top and those of the workspace.
pub(super) struct Rust {
    manifest: Json,
    /// What `cargo build` makes: the names of the programs.
    programs: BTreeSet<String>,
    /// Whether a crate is not kept from being published.
    publishes: bool,
}

impl Rust {
    pub(super) fn of(tree: &Tree<'_>) -> Self {
        let manifest = tree.toml("Cargo.toml");
        let mut rust = Self { manifest, programs: BTreeSet::new(), publishes: false };
        if rust.is_here() {
            for path in tree.named("Cargo.toml") {
                rust.take(tree, path);
            }
        }
        rust
    }

    fn take(&mut self, tree: &Tree<'_>, path: &str) {
        let own = tree.toml(path);
        self.publishes |= own["package"].is_object() && own["package"]["publish"] != Json::Bool(false);
        let main = match folder_of(path) {
            "" => "src/main.rs".to_owned(),
            folder => format!("{folder}/src/main.rs"),
        };
        let named = own["bin"].as_array().into_iter().flatten().filter_map(|bin| bin["name"].as_str());
        let usual = own["package"]["name"].as_str().filter(|_| tree.has(&main) && !own["bin"].is_array());
        self.programs.extend(named.chain(usual).filter(|name| is_plain(name)).map(str::to_owned));
    }

    /// Whether there is a manifest at the top.
    pub(super) fn is_here(&self) -> bool {
        self.manifest["package"].is_object() || self.manifest["workspace"].is_object()
    }

    /// Whether it is a workspace.
    pub(super) fn is_workspace(&self) -> bool {
        self.manifest["workspace"].is_object()
    }

    /// The name of the package at the top.
    pub(super) fn name(&self) -> Option<String> {
        self.manifest["package"]["name"].as_str().map(str::to_owned)
    }

    /// Whether `[lints.clippy]` says something.
    pub(super) fn lints(&self) -> bool {
        self.manifest["lints"]["clippy"].is_object() || self.manifest["workspace"]["lints"]["clippy"].is_object()
    }

    /// Whether there are crates that may be published.
    pub(super) fn publishes(&self) -> bool {
        self.publishes
    }

    /// The programs that are built, as paths below the top.
    pub(super) fn programs(&self) -> Vec<String> {
        self.programs.iter().map(|name| format!("target/release/{name}")).collect()
    }
}
