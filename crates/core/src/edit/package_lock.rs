//! `package-lock.json`, versions 1 to 3: the packages that are folders of the repository.
//!
//! [npm's description](https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json): `packages` has one entry a folder,
//! the root's under an empty key; version 2 keeps the older `dependencies` beside it.

use std::ops::Range;

use super::npm::Names;
use super::set::{Moved, join};
use super::{EditError, Holds, Place, json, package_json};
use crate::version::Spelling;

pub(super) const NAMES: [&str; 2] = ["package-lock.json", "npm-shrinkwrap.json"];

pub(super) fn places(text: &str, folder: &str, moved: &Moved, names: &Names) -> Result<Vec<Place>, EditError> {
    let mut found = Vec::new();
    for (key, value) in json::entries(text, &json::document(text)?)? {
        match key.as_str() {
            "version" if moved.contains_key(folder) => {
                found.push(json::place(text, key, &value, Holds::Version(Spelling::SemVer))?);
            }
            "packages" => found.extend(packages(text, &value, folder, moved, names)?),
            "dependencies" if !names.is_empty() => found.extend(older(text, &value, names)?),
            _ => {}
        }
    }
    Ok(found)
}

fn packages(
    text: &str,
    table: &Range<usize>,
    folder: &str,
    moved: &Moved,
    names: &Names,
) -> Result<Vec<Place>, EditError> {
    let mut found = Vec::new();
    for (key, value) in json::entries(text, table)? {
        if key.split('/').any(|part| part == "node_modules") {
            continue;
        }
        let prefix = format!("packages[\"{key}\"].");
        let own = join(folder, &key).is_some_and(|folder| moved.contains_key(&folder));
        let entries = json::entries(text, &value)?;
        if let Some((_, value)) = entries.iter().find(|(key, _)| own && key == "version") {
            found.push(json::place(text, format!("{prefix}version"), value, Holds::Version(Spelling::SemVer))?);
        }
        found.extend(package_json::requirements(text, &entries, &prefix, |name| names.get(name).map(String::as_str))?);
    }
    Ok(found)
}

/// What a folder's package requires, as the older table has it.
fn older(text: &str, table: &Range<usize>, names: &Names) -> Result<Vec<Place>, EditError> {
    let mut found = Vec::new();
    for (name, value) in json::entries(text, table)? {
        let entries = json::entries(text, &value)?;
        let get = |key: &str| entries.iter().find(|(k, _)| k == key).map(|(_, value)| value);
        let is_folder = get("version")
            .and_then(|version| json::string(text, version))
            .is_some_and(|version| version.starts_with("file:"));
        if let Some(requires) = get("requires").filter(|_| is_folder) {
            let field = format!("dependencies[\"{name}\"].requires");
            found.extend(package_json::required(text, requires, &field, |name| names.get(name).map(String::as_str))?);
        }
    }
    Ok(found)
}
