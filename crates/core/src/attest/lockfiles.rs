//! What lockfiles pin: the packages, each with its version and where it comes from.

use std::collections::BTreeSet;

use serde_json::Value;
use toml::de::DeTable;

/// A package that a lockfile pins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pinned {
    /// The type of its [package URL](https://github.com/package-url/purl-spec): `cargo`, `npm` or `pypi`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The names of lockfiles that are read.
pub const NAMES: &[&str] = &["Cargo.lock", "poetry.lock", "uv.lock", "package-lock.json"];

/// A lockfile that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("it is not the lockfile that its name says")]
pub struct NotALock;

/// Reads a lockfile by its name. What the repository itself holds is not a dependency, and is left out.
///
/// # Errors
/// When its text is not what its name says.
pub fn read(name: &str, text: &str) -> Result<BTreeSet<Pinned>, NotALock> {
    match name {
        "Cargo.lock" => tables(text, "cargo"),
        "poetry.lock" | "uv.lock" => tables(text, "pypi"),
        "package-lock.json" => npm(text),
        _ => Ok(BTreeSet::new()),
    }
}

/// `[[package]]` with `name`, `version` and `source`.
fn tables(text: &str, kind: &'static str) -> Result<BTreeSet<Pinned>, NotALock> {
    let lock = DeTable::parse(text).map_err(|_| NotALock)?;
    let Some(packages) = lock.get_ref().get("package").and_then(|list| list.get_ref().as_array()) else {
        return Ok(BTreeSet::new());
    };
    let pinned = packages.iter().filter_map(|package| {
        let package = package.get_ref().as_table()?;
        let text = |key: &str| package.get(key).and_then(|value| value.get_ref().as_str());
        let source = package.get("source").map(|source| source.get_ref());
        // Cargo writes no source for a crate of the workspace, uv one of a folder; Poetry writes none for PyPI.
        let own = match kind {
            "cargo" => source.is_none(),
            _ => source.and_then(|source| source.as_table()).is_some_and(|source| {
                ["editable", "virtual", "directory"].iter().any(|key| source.get(*key).is_some())
            }),
        };
        (!own).then_some(Pinned { kind, name: text("name")?.to_owned(), version: text("version")?.to_owned() })
    });
    Ok(pinned.collect())
}

/// `packages` with their place below `node_modules`.
fn npm(text: &str) -> Result<BTreeSet<Pinned>, NotALock> {
    let lock: Value = serde_json::from_str(text).map_err(|_| NotALock)?;
    let packages = lock["packages"].as_object().into_iter().flatten();
    let pinned = packages.filter_map(|(place, package)| {
        let (_, place) = place.rsplit_once("node_modules/")?;
        let linked = package["link"].as_bool().unwrap_or(false);
        let name = package["name"].as_str().unwrap_or(place).to_owned();
        (!linked).then_some(Pinned { kind: "npm", name, version: package["version"].as_str()?.to_owned() })
    });
    Ok(pinned.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str, text: &str) -> String {
        let all = read(name, text).unwrap();
        all.iter().map(|one| format!("{} {} {}", one.kind, one.name, one.version)).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn what_is_pinned_is_found_and_what_is_ours_is_not() {
        let cargo = "version = 4\n[[package]]\nname = \"own\"\nversion = \"1.0.0\"\n[[package]]\nname = \"serde\"\nversion = \"1.0.2\"\nsource = \"registry+https://x\"\n";
        assert_eq!(told("Cargo.lock", cargo), "cargo serde 1.0.2");
        let poetry = "[[package]]\nname = \"click\"\nversion = \"8.1\"\n[[package]]\nname = \"side\"\nversion = \"1\"\n[package.source]\ntype = \"git\"\nurl = \"u\"\n";
        assert_eq!(told("poetry.lock", poetry), "pypi click 8.1\npypi side 1");
        let uv = "[[package]]\nname = \"own\"\nversion = \"1\"\nsource = { editable = \".\" }\n[[package]]\nname = \"anyio\"\nversion = \"4.0\"\nsource = { registry = \"r\" }\n";
        assert_eq!(told("uv.lock", uv), "pypi anyio 4.0");
        let npm = r#"{"packages":{"":{"name":"own","version":"1.0.0"},"node_modules/@a/b":{"version":"2.0.0"},"node_modules/w":{"link":true,"resolved":"w"},"w":{"version":"1.0.0"},"node_modules/x/node_modules/y":{"version":"3.0.0"}}}"#;
        assert_eq!(told("package-lock.json", npm), "npm @a/b 2.0.0\nnpm y 3.0.0");
    }

    #[test]
    fn what_is_no_lockfile_is_refused() {
        assert!(read("Cargo.lock", "= x").is_err() && read("package-lock.json", "{").is_err());
        assert!(read("other.lock", "{").unwrap().is_empty());
    }
}
