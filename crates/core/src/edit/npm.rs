//! npm's workspaces: which packages belong together, and what they ask of each other.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::json::{Json, Value};
use super::set::{Files, Found, InFile, Members, Moved, folder_of, in_folder};
use super::{EditError, Format, Place, package_json, package_lock, yaml};
use crate::at_once::{at_once, both};

/// Where pnpm keeps the members of a workspace.
pub(super) const PNPM: &str = "pnpm-workspace.yaml";

/// The packages of a workspace whose version changes: their names, with the version that they have now.
pub(super) type Names = HashMap<String, Arc<str>>;

/// Finds the requirements between the packages of a workspace, and the lockfiles that know one of them.
pub(super) fn follow(moved: &Moved, files: &Files<'_>, found: &mut Found) -> Result<(), InFile> {
    let workspaces = workspaces(moved, files)?;
    let workspaces = workspaces.into_iter().map(|(root, members)| Workspace::read(root, members, moved, files));
    let workspaces: Vec<Workspace<'_>> = workspaces.collect::<Result<_, _>>()?;
    // A large lockfile takes as long as all manifests.
    let (asked, locked) = both(|| requirements(&workspaces), || locked(&workspaces, moved, files));
    for (path, places) in asked?.into_iter().chain(locked?) {
        found.add(&path, places);
    }
    Ok(())
}

/// A workspace with its packages as they were read.
struct Workspace<'t> {
    root: String,
    names: Names,
    manifests: Vec<(String, Json<'t>)>,
}

impl<'t> Workspace<'t> {
    fn read(root: String, mut members: BTreeSet<String>, moved: &Moved, files: &Files<'t>) -> Result<Self, InFile> {
        members.insert(root.clone());
        let members: Vec<String> = members.into_iter().collect();
        let read = at_once(&members, |folder| {
            let path = in_folder(folder, Format::PackageJson.file_name());
            let Some(text) = files.get(&path) else { return Ok(None) };
            let manifest = Json::read(text).map_err(InFile::at(&path))?;
            let name = manifest.root().get("name").map_err(InFile::at(&path))?.and_then(Value::string);
            let named = name.map(Cow::into_owned).zip(moved.get(folder).cloned());
            Ok(Some((named, (path, manifest))))
        });
        let mut workspace = Self { root, names: Names::new(), manifests: Vec::with_capacity(read.len()) };
        for (named, manifest) in read.into_iter().collect::<Result<Vec<_>, InFile>>()?.into_iter().flatten() {
            workspace.names.extend(named);
            workspace.manifests.push(manifest);
        }
        Ok(workspace)
    }
}

/// What the packages of workspaces ask of each other.
fn requirements(workspaces: &[Workspace<'_>]) -> Result<Vec<(String, Vec<Place>)>, InFile> {
    let mut found = Vec::new();
    for workspace in workspaces {
        for (path, manifest) in &workspace.manifests {
            let mut places = Vec::new();
            let entries = manifest.root().entries().map_err(InFile::at(path))?;
            package_json::requirements(&entries, "", &workspace.names, &mut places).map_err(InFile::at(path))?;
            found.push((path.clone(), places));
        }
    }
    Ok(found)
}

/// What lockfiles have of the packages whose version changes.
fn locked(workspaces: &[Workspace<'_>], moved: &Moved, files: &Files<'_>) -> Result<Vec<(String, Vec<Place>)>, InFile> {
    let none = Names::new();
    let places = |(path, text): (&str, &str)| {
        let own = workspaces.iter().find(|workspace| workspace.root == folder_of(path));
        let names = own.map_or(&none, |workspace| &workspace.names);
        let places = package_lock::places(text, folder_of(path), moved, names).map_err(InFile::at(path))?;
        Ok((path.to_owned(), places))
    };
    files.named(&package_lock::NAMES).map(places).collect()
}

/// The workspaces that a moved package belongs to: each one's folder, and the folders of its packages.
fn workspaces(moved: &Moved, files: &Files<'_>) -> Result<BTreeMap<String, BTreeSet<String>>, InFile> {
    let above: BTreeSet<&str> = moved.keys().flat_map(|folder| ancestors(folder)).collect();
    let packages: Vec<&str> =
        files.named(&[Format::PackageJson.file_name()]).map(|(path, _)| folder_of(path)).collect();
    let mut found = BTreeMap::new();
    for root in above {
        let Some(members) = members(root, files)? else { continue };
        let members: BTreeSet<String> =
            packages.iter().filter(|folder| members.has(root, folder)).map(|folder| (*folder).to_owned()).collect();
        if moved.keys().any(|folder| folder == root || members.contains(folder)) {
            found.insert(root.to_owned(), members);
        }
    }
    Ok(found)
}

/// A folder and all that it is in.
pub(super) fn ancestors(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |folder| (!folder.is_empty()).then(|| folder_of(folder)))
}

/// What the manifest at a folder names as its members; none where it is that of no workspace.
fn members(root: &str, files: &Files<'_>) -> Result<Option<Members>, InFile> {
    let (manifest, pnpm) = (in_folder(root, Format::PackageJson.file_name()), in_folder(root, PNPM));
    if let Some(text) = files.get(&pnpm) {
        return pnpm_members(text).map_err(InFile::at(&pnpm));
    }
    match files.get(&manifest).filter(|text| text.contains("workspaces")) {
        Some(text) => npm_members(text).map_err(InFile::at(&manifest)),
        None => Ok(None),
    }
}

fn npm_members(text: &str) -> Result<Option<Members>, EditError> {
    let manifest = Json::read(text)?;
    let Some(value) = manifest.root().get("workspaces")? else { return Ok(None) };
    // Yarn has a table in this place, with the list in it.
    let value = value.get("packages")?.unwrap_or(value);
    let patterns: Vec<Cow<'_, str>> = value.items().filter_map(Value::string).collect();
    Ok(Some(Members::new(patterns.iter().map(AsRef::as_ref))))
}

fn pnpm_members(text: &str) -> Result<Option<Members>, EditError> {
    let items = yaml::document(text)?.entry("packages")?.map(|entry| entry.items()).transpose()?.flatten();
    let mut patterns = Vec::new();
    for item in items.unwrap_or_default() {
        patterns.extend(item.scalar()?.map(|scalar| scalar.value.to_owned()));
    }
    Ok(Some(Members::new(patterns.iter().map(String::as_str))))
}
