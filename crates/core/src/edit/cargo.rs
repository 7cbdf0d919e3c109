//! `Cargo.toml`: a crate's version or its workspace's, and what crates ask of each other by path.

use std::collections::{BTreeMap, BTreeSet};

use ::toml::de::{DeTable, DeValue};

use super::npm::ancestors;
use super::set::{Files, Found, InFile, Members, Moved, folder_of, in_folder, join};
use super::{Dialect, EditError, Format, Holds, Place, cargo_lock, toml};
use crate::version::Spelling;

/// The field of a crate's own version.
pub(super) const OWN: &str = "package.version";
/// The field of the version that crates of a workspace share.
pub(super) const SHARED: &str = "workspace.package.version";
const DEPENDENCIES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

pub(super) fn places(text: &str) -> Result<Vec<Place>, EditError> {
    let document = toml::document(text)?;
    let mut found = Vec::new();
    for field in Format::Cargo.own() {
        let keys: Vec<&str> = field.split('.').collect();
        match toml::lookup(&document, &keys) {
            Some(value) if inherits(value.get_ref()) => {}
            Some(value) => found.push(toml::place(text, (*field).to_owned(), value, Holds::Version(Spelling::SemVer))?),
            None => {}
        }
    }
    let whole = document.contains_key("package") || document.contains_key("workspace");
    match (found.is_empty(), whole) {
        (true, true) => Err(EditError::NoneOfItsOwn),
        (true, false) => Err(EditError::Missing { expected: "`package.version` or `workspace.package.version`" }),
        (false, _) => Ok(found),
    }
}

fn inherits(version: &DeValue<'_>) -> bool {
    version
        .as_table()
        .is_some_and(|table| table.get("workspace").is_some_and(|flag| flag.get_ref().as_bool() == Some(true)))
}

/// Where the workspace of a crate states the version for it.
pub(super) fn shared(path: &str, files: &Files<'_>) -> Option<(String, Place)> {
    let own = toml::document(files.get(path)?).ok()?;
    inherits(toml::lookup(&own, &["package", "version"])?.get_ref()).then_some(())?;
    ancestors(folder_of(path)).find_map(|folder| {
        let path = in_folder(folder, Format::Cargo.file_name());
        let place = places(files.get(&path)?).ok()?.into_iter().find(|place| place.field == SHARED)?;
        Some((path, place))
    })
}

/// A manifest that was read.
struct Manifest<'a> {
    path: &'a str,
    text: &'a str,
    document: DeTable<'a>,
}

/// Finds the requirements between crates that name each other's folder, and the lockfiles that know one of them.
pub(super) fn follow(moved: &Moved, files: &Files<'_>, found: &mut Found) -> Result<(), InFile> {
    // A manifest that cannot be read is none that cargo works with: a sample for a test, say. Those that are named were read before.
    let read = |(path, text)| Some((folder_of(path), Manifest { path, text, document: toml::document(text).ok()? }));
    let manifests: BTreeMap<&str, Manifest<'_>> = files.named(&[Format::Cargo.file_name()]).filter_map(read).collect();
    let workspaces = workspaces(&manifests, files);
    let mut moved = moved.clone();
    for (root, crates) in &workspaces {
        let shared =
            manifests.get(root.as_str()).and_then(|m| toml::string(&m.document, &["workspace", "package", "version"]));
        let sharing = crates.iter().filter(|folder| {
            let version =
                manifests.get(folder.as_str()).and_then(|m| toml::lookup(&m.document, &["package", "version"]));
            version.is_some_and(|version| inherits(version.get_ref()))
        });
        if let Some(shared) = shared.filter(|_| moved.contains_key(root)) {
            moved.extend(sharing.map(|folder| (folder.clone(), shared.into())).collect::<Vec<_>>());
        }
    }
    for manifest in manifests.values() {
        found.add(manifest.path, manifest.requirements(&moved).map_err(InFile::at(manifest.path))?);
    }
    for (root, crates) in &workspaces {
        let path = in_folder(root, cargo_lock::FILE);
        let Some(text) = files.get(&path) else { continue };
        let ours = crates.iter().filter_map(|folder| {
            let name = toml::string(&manifests.get(folder.as_str())?.document, &["package", "name"])?;
            Some((name, moved.get(folder)?.as_ref()))
        });
        found.add(&path, cargo_lock::places(text, &ours.collect()).map_err(InFile::at(&path))?);
    }
    Ok(())
}

/// Every workspace, and every crate that has a lockfile of its own: its folder, and the folders of all crates of the repository
/// that it builds.
fn workspaces(manifests: &BTreeMap<&str, Manifest<'_>>, files: &Files<'_>) -> BTreeMap<String, BTreeSet<String>> {
    let is_root = |(folder, manifest): &(&&str, &Manifest<'_>)| {
        manifest.document.contains_key("workspace") || files.get(&in_folder(folder, cargo_lock::FILE)).is_some()
    };
    let crates = |(root, manifest): (&&str, &Manifest<'_>)| {
        let list =
            |key: &str| toml::items(&manifest.document, &["workspace", key]).filter_map(|item| item.get_ref().as_str());
        let (members, leaves) = (Members::new(list("members")), Members::new(list("exclude")));
        let mut crates: BTreeSet<String> = manifests
            .keys()
            .filter(|folder| *folder == root || members.has(root, folder) && !leaves.has(root, folder))
            .map(|folder| (*folder).to_owned())
            .collect();
        let mut open: Vec<String> = crates.iter().cloned().collect();
        while let Some(folder) = open.pop() {
            let beside = manifests.get(folder.as_str()).map(|manifest| manifest.beside()).unwrap_or_default();
            open.extend(beside.into_iter().filter(|folder| crates.insert(folder.clone())));
        }
        ((*root).to_owned(), crates)
    };
    manifests.iter().filter(is_root).map(crates).collect()
}

impl<'a> Manifest<'a> {
    /// Every table of dependencies, with its name.
    fn tables(&self) -> Vec<(String, &DeTable<'a>)> {
        let mut tables = Vec::new();
        for key in DEPENDENCIES {
            tables.extend(toml::table(&self.document, &[key]).map(|table| (key.to_owned(), table)));
            for (target, value) in toml::table(&self.document, &["target"]).into_iter().flatten() {
                let table = value.get_ref().as_table().and_then(|table| toml::table(table, &[key]));
                tables.extend(table.map(|table| (format!("target.{}.{key}", target.get_ref()), table)));
            }
        }
        let shared = toml::table(&self.document, &["workspace", "dependencies"]);
        tables.extend(shared.map(|table| ("workspace.dependencies".to_owned(), table)));
        tables
    }

    /// Every dependency on a folder of the repository: the field of its version, the folder, the table.
    fn by_path(&self) -> Vec<(String, String, &DeTable<'a>)> {
        let mut found = Vec::new();
        for (field, table) in self.tables() {
            for (name, value) in table {
                let Some(table) = value.get_ref().as_table() else { continue };
                let folder = toml::string(table, &["path"]).and_then(|path| join(folder_of(self.path), path));
                found.extend(folder.map(|folder| (format!("{field}.{}.version", name.get_ref()), folder, table)));
            }
        }
        found
    }

    fn beside(&self) -> Vec<String> {
        self.by_path().into_iter().map(|(_, folder, _)| folder).collect()
    }

    fn requirements(&self, moved: &Moved) -> Result<Vec<Place>, EditError> {
        let mut places = Vec::new();
        for (field, folder, table) in self.by_path() {
            if let (Some(at), Some(version)) = (moved.get(&folder), table.get("version")) {
                let holds = Holds::Requirement { dialect: Dialect::Cargo, at: at.clone() };
                places.push(toml::place(self.text, field, version, holds)?);
            }
        }
        Ok(places)
    }
}
