//! The manifest in a `.crate`, which cargo wrote, and what a registry is told of the crate.
//!
//! Cargo tells a registry in JSON what the manifest says in TOML
//! ([web API](https://doc.rust-lang.org/cargo/reference/registry-web-api.html#publish)). The manifest in the `.crate` is not the one of the
//! project: nothing in it is inherited from a workspace, no dependency has a path, and those that only tests need and that have
//! no version are gone. So it is all that is needed to tell the same.

use serde_json::{Map, Value, json};
use toml::de::{DeTable, DeValue};

use super::platform::spelled;
use super::{BadName, Name};

/// How cargo calls the index of crates.io: <https://doc.rust-lang.org/cargo/reference/registry-index.html>.
const CRATES_IO: [&str; 2] = ["https://github.com/rust-lang/crates.io-index", "sparse+https://index.crates.io/"];

/// The tables of dependencies and what they are called in a registry, in the order in which cargo tells them: in the manifest, and for a
/// platform.
const TABLES: [[(&str, &str); 3]; 2] = [
    [("dependencies", "normal"), ("dev-dependencies", "dev"), ("build-dependencies", "build")],
    [("dependencies", "normal"), ("build-dependencies", "build"), ("dev-dependencies", "dev")],
];

/// A manifest, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// The name of the crate.
    pub name: Name,
    /// Its version, as it is written.
    pub version: String,
    root: Value,
}

/// Text that is no manifest that cargo writes into a `.crate`.
#[derive(Debug, thiserror::Error)]
pub enum BadManifest {
    /// It is not TOML.
    #[error("it is not TOML")]
    Toml(#[source] toml::de::Error),
    /// Something that every crate has.
    #[error("it has no `{0}` of its own, as one that `cargo package` wrote has")]
    Missing(&'static str),
    /// The name cannot be one.
    #[error(transparent)]
    Name(BadName),
    /// What only cargo's nightly knows.
    #[error("`{0}` is an artifact dependency, which only cargo's nightly knows")]
    Artifact(String),
}

/// The registry that a crate goes to, as dependencies mean it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home<'a> {
    /// crates.io.
    CratesIo,
    /// Another one: the address of its index, as cargo writes it (`sparse+https://…/`).
    At(&'a str),
}

/// Where a crate may be published, by `publish` in its manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Anywhere.
    Everywhere,
    /// Nowhere.
    Nowhere,
    /// In these registries, by the names that cargo's configuration has for them.
    Only(Vec<String>),
}

/// A dependency in a manifest.
struct Dependency<'m> {
    key: &'m str,
    says: &'m Value,
    kind: &'static str,
    platform: Option<&'m str>,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// When it is not one that cargo wrote into a `.crate`.
    pub fn read(text: &str) -> Result<Self, BadManifest> {
        let table = DeTable::parse(text).map_err(BadManifest::Toml)?;
        let root = in_json(&DeValue::Table(table.into_inner()));
        let own = |field: &str| root["package"][field].as_str();
        let name = Name::new(own("name").ok_or(BadManifest::Missing("package.name"))?).map_err(BadManifest::Name)?;
        let version = own("version").ok_or(BadManifest::Missing("package.version"))?.to_owned();
        let manifest = Self { name, version, root };
        match manifest.dependencies().iter().find(|dependency| !dependency.says["artifact"].is_null()) {
            Some(dependency) => Err(BadManifest::Artifact(dependency.key.to_owned())),
            None => Ok(manifest),
        }
    }

    fn package(&self) -> &Value {
        &self.root["package"]
    }

    /// Where the crate may be published.
    pub fn wanted(&self) -> Wanted {
        match &self.package()["publish"] {
            Value::Bool(false) => Wanted::Nowhere,
            Value::Array(names) if names.is_empty() => Wanted::Nowhere,
            Value::Array(names) => Wanted::Only(names.iter().filter_map(Value::as_str).map(str::to_owned).collect()),
            _ => Wanted::Everywhere,
        }
    }

    /// The path of its readme in the `.crate`; none where it has none.
    pub fn readme(&self) -> Option<&str> {
        self.package()["readme"].as_str()
    }

    /// The names of the crates that must be there before this one: what it is built with, and with `tests` also what its tests need.
    pub fn needs(&self, tests: bool) -> impl Iterator<Item = &str> {
        let counts = move |dependency: &Dependency<'_>| tests || dependency.kind != "dev";
        self.dependencies().into_iter().filter(counts).map(|dependency| dependency.name())
    }

    fn dependencies(&self) -> Vec<Dependency<'_>> {
        let [own, for_platform] = TABLES;
        let mut all = Vec::new();
        own.iter().for_each(|table| dependencies_in(&self.root, None, *table, &mut all));
        for (platform, tables) in self.root["target"].as_object().into_iter().flatten() {
            for_platform.iter().for_each(|table| dependencies_in(tables, Some(platform), *table, &mut all));
        }
        all
    }

    /// What a registry is told of the crate, just as cargo tells it; `readme` is the content of its readme.
    pub fn told(&self, readme: Option<&str>, home: Home<'_>) -> Value {
        let package = self.package();
        let or = |value: &Value, none: Value| if value.is_null() { none } else { value.clone() };
        let list = |field: &str| or(&package[field], json!([]));
        json!({
            "name": self.name.as_str(),
            "vers": self.version,
            "deps": self.dependencies().iter().map(|dependency| dependency.told(home)).collect::<Vec<_>>(),
            "features": or(&self.root["features"], json!({})),
            "authors": list("authors"),
            "description": package["description"],
            "documentation": package["documentation"],
            "homepage": package["homepage"],
            "readme": readme,
            "readme_file": self.readme(),
            "keywords": list("keywords"),
            "categories": list("categories"),
            "license": package["license"],
            "license_file": package["license-file"],
            "repository": package["repository"],
            "badges": or(&self.root["badges"], json!({})),
            "links": package["links"],
            "rust_version": package["rust-version"],
        })
    }

    /// The first thing that crates.io refuses in an upload and that the manifest tells before; by
    /// [its source](https://github.com/rust-lang/crates.io/blob/main/src/controllers/krate/publish.rs).
    pub fn refused_by_crates_io(&self) -> Option<String> {
        let has = |field: &str| self.package()[field].as_str().is_some_and(|text| !text.is_empty());
        let dependencies = self.dependencies();
        let first =
            |is: &dyn Fn(&Dependency<'_>) -> bool| dependencies.iter().find(|one| is(one)).map(Dependency::name);
        let of = |list: &str| self.package()[list].as_array().map_or(0, Vec::len);
        if !has("description") {
            return Some("it has no `description`".to_owned());
        }
        if !has("license") && !has("license-file") {
            return Some("it has neither `license` nor `license-file`".to_owned());
        }
        if let Some(name) = first(&|one| one.requirement() == "*") {
            return Some(format!("it takes any version of `{name}` (`*`)"));
        }
        if let Some(name) = first(&|one| one.registry(Home::CratesIo).is_some()) {
            return Some(format!("it needs `{name}` from another registry"));
        }
        let many = ["keywords", "categories"].into_iter().find(|list| of(list) > 5);
        many.map(|list| format!("it has more than five {list}"))
    }
}

fn dependencies_in<'m>(
    tables: &'m Value,
    platform: Option<&'m str>,
    (table, kind): (&str, &'static str),
    all: &mut Vec<Dependency<'m>>,
) {
    let entries = tables[table].as_object().into_iter().flatten();
    all.extend(entries.map(|(key, says)| Dependency { key, says, kind, platform }));
}

impl<'m> Dependency<'m> {
    /// The name of the crate, whatever this one calls it.
    fn name(&self) -> &'m str {
        self.says["package"].as_str().unwrap_or(self.key)
    }

    /// The versions that will do, as cargo writes them; as they stand there where they are none.
    fn requirement(&self) -> String {
        let written = self.says.as_str().or_else(|| self.says["version"].as_str()).unwrap_or("*");
        semver::VersionReq::parse(written).map_or_else(|_| written.to_owned(), |requirement| requirement.to_string())
    }

    /// The index of the registry that it comes from; none where that is `home`.
    fn registry(&self, home: Home<'_>) -> Option<&'m str> {
        let plain = |url: &str| url.trim_end_matches('/').to_ascii_lowercase();
        let theirs =
            self.says["registry-index"].as_str().filter(|url| !CRATES_IO.iter().any(|one| plain(one) == plain(url)));
        match (theirs, home) {
            (None, Home::CratesIo) => None,
            (None, Home::At(_)) => Some(CRATES_IO[0]),
            (Some(theirs), Home::At(home)) if plain(theirs) == plain(home) => None,
            (Some(theirs), _) => Some(theirs),
        }
    }

    fn told(&self, home: Home<'_>) -> Value {
        let flag = |keys: &[&str]| keys.iter().find_map(|key| self.says[*key].as_bool());
        let mut told = Map::new();
        let mut tell = |key: &str, value: Value| drop(told.insert(key.to_owned(), value));
        tell("name", json!(self.name()));
        tell("version_req", json!(self.requirement()));
        tell("optional", json!(flag(&["optional"]).unwrap_or(false)));
        tell("default_features", json!(flag(&["default-features", "default_features"]).unwrap_or(true)));
        tell("features", self.says["features"].as_array().map_or_else(|| json!([]), |features| json!(features)));
        tell("target", json!(self.platform.map(spelled)));
        tell("kind", json!(self.kind));
        // Cargo leaves these two out where there is nothing to say.
        if let Some(registry) = self.registry(home) {
            tell("registry", json!(registry));
        }
        if self.says["package"].is_string() {
            tell("explicit_name_in_toml", json!(self.key));
        }
        Value::Object(told)
    }
}

/// The same value in JSON; a date is a text.
fn in_json(value: &DeValue<'_>) -> Value {
    match value {
        DeValue::String(text) => json!(text),
        DeValue::Integer(number) => json!(i64::from_str_radix(number.as_str(), number.radix()).ok()),
        DeValue::Float(number) => json!(number.as_str()),
        DeValue::Boolean(flag) => json!(flag),
        DeValue::Datetime(date) => json!(date.to_string()),
        DeValue::Array(items) => items.iter().map(|item| in_json(item.get_ref())).collect(),
        DeValue::Table(table) => {
            table.iter().map(|(key, value)| (key.get_ref().to_string(), in_json(value.get_ref()))).collect()
        }
    }
}

#[cfg(test)]
mod tests;
