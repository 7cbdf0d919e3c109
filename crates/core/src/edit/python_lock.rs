//! `uv.lock` and `poetry.lock`: the packages that are folders of the repository, and what packages ask of each other.

use std::collections::BTreeMap;

use ::toml::de::DeTable;

use super::npm::ancestors;
use super::set::{Files, Found, InFile, Moved, base_name, folder_of, in_folder, join};
use super::{Dialect, EditError, Format, Holds, Place, toml};
use crate::python::normalized;
use crate::version::Spelling;

pub(super) const UV: &str = "uv.lock";
pub(super) const POETRY: &str = "poetry.lock";
/// How uv says that a package is a folder.
const FOLDERS: [&str; 3] = ["editable", "virtual", "directory"];

/// Finds the requirements that uv's sources tie to a package of the repository, and the lockfiles that know one of them.
pub(super) fn follow(moved: &Moved, files: &Files<'_>, found: &mut Found) -> Result<(), InFile> {
    let mut names = BTreeMap::new();
    for (folder, at) in moved {
        let path = in_folder(folder, Format::Pyproject.file_name());
        let document = files.get(&path).map(toml::document).transpose().map_err(InFile::at(&path))?;
        let name = document.as_ref().and_then(|document| toml::string(document, &["project", "name"]).map(normalized));
        names.extend(name.map(|name| (name, at.as_ref())));
    }
    for (path, text) in files.named(&[Format::Pyproject.file_name()]).filter(|(_, text)| text.contains("dependencies"))
    {
        found.add(path, requirements(path, text, &names, files));
    }
    for (path, text) in files.named(&[UV, POETRY]) {
        found.add(path, locked(path, text, moved).map_err(InFile::at(path))?);
    }
    Ok(())
}

fn locked(path: &str, text: &str, moved: &Moved) -> Result<Vec<Place>, EditError> {
    let document = toml::document(text)?;
    let at = |table: &DeTable<'_>, keys: &[&str]| {
        toml::string(table, keys)
            .and_then(|path_of| join(folder_of(path), path_of))
            .and_then(|folder| moved.get(&folder))
    };
    let mut found = Vec::new();
    for (index, package) in toml::items(&document, &["package"]).enumerate() {
        let Some(package) = package.get_ref().as_table() else { continue };
        let field = format!("{}[{index}]", toml::string(package, &["name"]).unwrap_or("package"));
        let uv = FOLDERS.iter().any(|key| at(package, &["source", key]).is_some());
        let poetry = toml::string(package, &["source", "type"]) == Some("directory")
            && at(package, &["source", "url"]).is_some();
        let own = if base_name(path) == UV { uv } else { poetry };
        if let Some(version) = package.get("version").filter(|_| own) {
            found.push(toml::place(text, format!("{field}.version"), version, Holds::Version(Spelling::Pep440))?);
        }
        // What the package asks for, as its manifest has it.
        let groups = toml::table(package, &["metadata", "requires-dev"]).into_iter().flat_map(|groups| groups.values());
        let groups = groups.filter_map(|group| group.get_ref().as_array()).flat_map(|array| array.iter());
        for (number, asked) in toml::items(package, &["metadata", "requires-dist"]).chain(groups).enumerate() {
            let Some(table) = asked.get_ref().as_table() else { continue };
            let at = FOLDERS.iter().find_map(|key| at(table, &[key]));
            if let (Some(at), Some(specifier)) = (at, table.get("specifier")) {
                let holds = Holds::Requirement { dialect: Dialect::Pep440, at: at.clone() };
                found.push(toml::place(text, format!("{field}.requires[{number}]"), specifier, holds)?);
            }
        }
    }
    Ok(found)
}

/// The version part of the requirements of a `pyproject.toml` whose names `tool.uv.sources`, here or above, ties to a folder.
fn requirements(path: &str, text: &str, names: &BTreeMap<String, &str>, files: &Files<'_>) -> Vec<Place> {
    let Ok(document) = toml::document(text) else { return Vec::new() };
    let table = |keys: &[&str]| toml::table(&document, keys).into_iter().flat_map(|table| table.values());
    let groups = table(&["project", "optional-dependencies"]).chain(table(&["dependency-groups"]));
    let groups = groups.filter_map(|group| group.get_ref().as_array()).flat_map(|array| array.iter());
    let mut found = Vec::new();
    for (number, asked) in toml::items(&document, &["project", "dependencies"]).chain(groups).enumerate() {
        let Some((name, part)) = asked.get_ref().as_str().and_then(specifier) else { continue };
        let Some(at) = names.get(&normalized(name)).filter(|_| tied(path, name, files)) else { continue };
        let holds = Holds::Requirement { dialect: Dialect::Pep440, at: (*at).into() };
        found.extend(toml::part(text, format!("dependencies.{name}[{number}]"), asked, part, holds));
    }
    found
}

/// The name of a requirement (PEP 508) and the bytes of what it says of the version; none where it says nothing.
fn specifier(text: &str) -> Option<(&str, std::ops::Range<usize>)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !"-_.".contains(c))?;
    let marker = text.find(';').unwrap_or(text.len());
    let from = text[..marker].find(['=', '<', '>', '~', '!'])?;
    let length = text[from..marker].trim_end_matches([')', ' ']).len();
    (!text[..marker].contains('@')).then_some((&text[..end], from..from + length))
}

fn tied(path: &str, name: &str, files: &Files<'_>) -> bool {
    ancestors(folder_of(path)).any(|folder| {
        let text = files.get(&in_folder(folder, Format::Pyproject.file_name()));
        let document = text.and_then(|text| toml::document(text).ok());
        let sources = document.as_ref().and_then(|document| toml::table(document, &["tool", "uv", "sources"]));
        let source = sources.into_iter().flatten().find(|(key, _)| normalized(key.get_ref()) == normalized(name));
        let table = source.and_then(|(_, value)| value.get_ref().as_table());
        table.is_some_and(|table| table.contains_key("workspace") || table.contains_key("path"))
    })
}
