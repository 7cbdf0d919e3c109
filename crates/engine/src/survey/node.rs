//! What the npm side of a project says about itself.

use serde_json::Value as Json;

use super::Run;
use super::tree::{Tree, folder_of};

/// The manifest at the top and what goes with it.
pub(super) struct Node {
    manifest: Json,
    manager: &'static str,
    install: &'static str,
    /// The folders of the packages of a monorepo that may be published.
    packages: Vec<String>,
}

impl Node {
    pub(super) fn of(tree: &Tree<'_>) -> Self {
        let manifest = tree.json("package.json");
        let (manager, install) = match tree.first(&["package-lock.json", "yarn.lock", "pnpm-lock.yaml"]) {
            Some("package-lock.json") => ("npm", "npm ci"),
            Some("yarn.lock") => ("yarn", "yarn install --frozen-lockfile"),
            Some("pnpm-lock.yaml") => ("pnpm", "pnpm install --frozen-lockfile"),
            _ => ("npm", "npm install"),
        };
        let monorepo = !manifest["workspaces"].is_null() || tree.has("pnpm-workspace.yaml");
        let public = |path: &&str| {
            let package = tree.json(path);
            package["private"] != Json::Bool(true) && package["name"].is_string() && package["version"].is_string()
        };
        let below = tree.named("package.json").filter(|path| monorepo && path.contains('/'));
        let packages = below.filter(public).map(|path| folder_of(path).to_owned()).collect();
        Self { manifest, manager, install, packages }
    }

    /// The name of the package.
    pub(super) fn name(&self) -> Option<String> {
        self.manifest["name"].as_str().map(str::to_owned)
    }

    /// The first of these scripts that is there and does something.
    pub(super) fn script<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        // What `npm init` writes into `test`.
        let does = |name: &&&str| {
            self.manifest["scripts"][**name].as_str().is_some_and(|script| !script.contains("no test specified"))
        };
        names.iter().find(does).copied()
    }

    /// The first of these scripts, as a command.
    pub(super) fn run(&self, names: &[&str]) -> Option<Run> {
        let script = self.script(names)?;
        let call = if script == "test" { format!("{} test", self.manager) } else { self.run_script(script) };
        Some(self.with_dependencies(&call).called(&script.replace([':', '_', '.'], "-").to_lowercase()))
    }

    fn run_script(&self, script: &str) -> String {
        format!("{} run {script}", self.manager)
    }

    /// A command before which the dependencies are fetched, because every step begins in a fresh checkout.
    pub(super) fn with_dependencies(&self, command: &str) -> Run {
        let needs = ["dependencies", "devDependencies", "workspaces"];
        match needs.iter().any(|key| !self.manifest[*key].is_null()) {
            true => Run { shell: true, ..Run::new(format!("{} && {command}", self.install)) },
            false => Run::new(command),
        }
    }

    /// The command that packs what can be published; none where nothing can be, or it is not clear how.
    pub(super) fn build(&self) -> Option<Run> {
        let alone = self.manifest["private"] != Json::Bool(true)
            && self.manifest["name"].is_string()
            && self.manifest["version"].is_string();
        let pack = match (self.packages.as_slice(), alone) {
            ([], true) => format!("{} pack", self.manager),
            ([], false) => return None,
            (_, _) if self.manager != "npm" => return None,
            (folders, _) => {
                let each: String = folders.iter().map(|folder| format!(" -w {folder}")).collect();
                format!("npm pack{each}")
            }
        };
        Some(match self.script(&["build"]) {
            Some(script) => {
                let run = self.with_dependencies(&format!("{} && {pack}", self.run_script(script)));
                Run { shell: true, ..run }
            }
            None => self.with_dependencies(&pack),
        })
    }
}
