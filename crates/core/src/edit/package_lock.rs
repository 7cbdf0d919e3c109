//! `package-lock.json`, versions 1 to 3: the packages that are folders of the repository.
//!
//! [npm's description](https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json): `packages` has one entry a folder,
//! the root's under an empty key; version 2 keeps the older `dependencies` beside it.

use super::json::{Json, Value};
use super::npm::Names;
use super::set::{Moved, join};
use super::{EditError, Holds, Place, json, package_json};
use crate::version::Spelling;

pub(super) const NAMES: [&str; 2] = ["package-lock.json", "npm-shrinkwrap.json"];

pub(super) fn places(text: &str, folder: &str, moved: &Moved, names: &Names) -> Result<Vec<Place>, EditError> {
    let mut found = Vec::new();
    for (key, value) in Json::read(text)?.root().entries()? {
        match key.as_ref() {
            "version" if moved.contains_key(folder) => {
                found.push(value.place(key.into_owned(), Holds::Version(Spelling::SemVer))?);
            }
            "packages" => packages(value, folder, moved, names, &mut found)?,
            "dependencies" if !names.is_empty() => older(value, names, &mut found)?,
            _ => {}
        }
    }
    Ok(found)
}

fn packages(
    table: Value<'_>,
    folder: &str,
    moved: &Moved,
    names: &Names,
    found: &mut Vec<Place>,
) -> Result<(), EditError> {
    for (key, value) in table.entries()? {
        if key.split('/').any(|part| part == "node_modules") {
            continue;
        }
        let prefix = format!("packages[\"{key}\"].");
        let own = join(folder, &key).is_some_and(|folder| moved.contains_key(&folder));
        let entries = value.entries()?;
        if let Some(version) = json::find(&entries, "version").filter(|_| own) {
            found.push(version.place(format!("{prefix}version"), Holds::Version(Spelling::SemVer))?);
        }
        package_json::requirements(&entries, &prefix, names, found)?;
    }
    Ok(())
}

/// What a folder's package requires, as the older table has it.
fn older(table: Value<'_>, names: &Names, found: &mut Vec<Place>) -> Result<(), EditError> {
    for (name, value) in table.entries()? {
        let entries = value.entries()?;
        let version = json::find(&entries, "version").and_then(Value::string);
        let is_folder = version.is_some_and(|version| version.starts_with("file:"));
        if let Some(requires) = json::find(&entries, "requires").filter(|_| is_folder) {
            let field = format!("dependencies[\"{name}\"].requires");
            package_json::required(requires, &field, names, found)?;
        }
    }
    Ok(())
}
