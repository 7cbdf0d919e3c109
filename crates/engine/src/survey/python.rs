//! What the Python side of a project says about itself.

use serde_json::Value as Json;

use super::tree::Tree;

/// The manifest at the top and what goes with it.
pub(super) struct Python {
    manifest: Json,
    text: String,
    uv: bool,
    setup: bool,
}

impl Python {
    pub(super) fn of(tree: &Tree<'_>) -> Self {
        Self {
            manifest: tree.toml("pyproject.toml"),
            text: if tree.has("pyproject.toml") {
                tree.text("pyproject.toml").unwrap_or_default()
            } else {
                String::new()
            },
            uv: tree.has("uv.lock"),
            setup: tree.has("setup.py"),
        }
    }

    /// The name of the package.
    pub(super) fn name(&self) -> Option<String> {
        let name = self.manifest["project"]["name"].as_str().or(self.manifest["tool"]["poetry"]["name"].as_str());
        name.map(str::to_owned)
    }

    /// Whether `[tool.NAME]` is there.
    pub(super) fn tool(&self, name: &str) -> bool {
        self.manifest["tool"][name].is_object()
    }

    /// The table `[tool.NAME.PART]`, or `null`.
    pub(super) fn tool_part(&self, name: &str, part: &str) -> &Json {
        &self.manifest["tool"][name][part]
    }

    /// Whether the manifest mentions a word anywhere, as a dependency or in a table.
    pub(super) fn mentions(&self, word: &str) -> bool {
        self.text.contains(word)
    }

    /// A command in the project's environment, where a tool makes one in every fresh checkout.
    pub(super) fn call(&self, command: &str) -> String {
        if self.uv { format!("uv run {command}") } else { command.to_owned() }
    }

    /// The command that builds the package; none where there is none, or it says that it is not for publishing.
    pub(super) fn build(&self) -> Option<&'static str> {
        let poetry = &self.manifest["tool"]["poetry"];
        let backend = self.manifest["build-system"]["build-backend"].as_str().unwrap_or_default();
        if poetry["package-mode"] == Json::Bool(false) || self.mentions("Private :: Do Not Upload") {
            return None;
        }
        if poetry["name"].is_string() || backend.starts_with("poetry") {
            return Some("poetry build");
        }
        let is_package = self.setup || (self.name().is_some() && self.manifest["build-system"].is_object());
        match (is_package, self.uv) {
            (false, _) => None,
            (true, true) => Some("uv build"),
            (true, false) => Some("python3 -m build"),
        }
    }
}
