//! `Cargo.lock`: the crates of the repository, which are the entries without a `source`.

use std::collections::BTreeMap;

use ::toml::de::DeTable;

use super::{EditError, Holds, Place, toml};
use crate::version::Spelling;

pub(super) const FILE: &str = "Cargo.lock";

/// One entry.
struct Package<'t, 's> {
    table: &'t DeTable<'s>,
    name: &'t str,
    version: &'t str,
    /// Whether it comes from a registry or a repository of others.
    foreign: bool,
}

/// Finds the versions of the crates that moved, by their names and the version that they have now, and where other entries
/// name that version because the name alone would not be enough.
pub(super) fn places(text: &str, ours: &BTreeMap<&str, &str>) -> Result<Vec<Place>, EditError> {
    if ours.is_empty() {
        return Ok(Vec::new());
    }
    let document = toml::document(text)?;
    let packages: Vec<Package<'_, '_>> = toml::items(&document, &["package"])
        .filter_map(|value| {
            let table = value.get_ref().as_table()?;
            let (name, version) = (toml::string(table, &["name"])?, toml::string(table, &["version"])?);
            Some(Package { table, name, version, foreign: table.contains_key("source") })
        })
        .collect();
    let is_ours = |package: &Package<'_, '_>| {
        let same = packages.iter().filter(|other| !other.foreign && other.name == package.name).count();
        let at = ours.get(package.name).filter(|_| !package.foreign);
        at.is_some_and(|at| same == 1 || *at == package.version)
    };
    let mut found = Vec::new();
    for (index, package) in packages.iter().enumerate() {
        if let Some(version) = package.table.get("version").filter(|_| is_ours(package)) {
            let others = packages.iter().filter(|other| other.name == package.name).count() > 1;
            let field = if others { format!("{}[{index}]", package.name) } else { package.name.to_owned() };
            found.push(toml::place(text, field, version, Holds::Version(Spelling::SemVer))?);
        }
        for (number, dependency) in toml::items(package.table, &["dependencies"]).enumerate() {
            // `name version`: with a third word it comes from elsewhere.
            let Some((name, version)) = dependency.get_ref().as_str().and_then(|text| text.split_once(' ')) else {
                continue;
            };
            let means =
                packages.iter().any(|package| is_ours(package) && (package.name, package.version) == (name, version));
            if means {
                let field = format!("{}[{index}].dependencies[{number}]", package.name);
                let part = name.len() + 1..name.len() + 1 + version.len();
                found.extend(toml::part(text, field, dependency, part, Holds::Version(Spelling::SemVer)));
            }
        }
    }
    Ok(found)
}

/// Refuses an edit after which the entries of one name would stand in another order than cargo writes them in.
pub(super) fn check_order(text: &str) -> Result<(), EditError> {
    let document = toml::document(text)?;
    let mut last: Option<(&str, semver::Version)> = None;
    for value in toml::items(&document, &["package"]) {
        let Some(table) = value.get_ref().as_table() else { continue };
        let (Some(name), Some(version)) = (toml::string(table, &["name"]), toml::string(table, &["version"])) else {
            continue;
        };
        let Ok(version) = semver::Version::parse(version) else { continue };
        if last.as_ref().is_some_and(|(before, other)| *before == name && *other > version) {
            return Err(EditError::Ambiguous { name: name.to_owned() });
        }
        last = Some((name, version));
    }
    Ok(())
}
