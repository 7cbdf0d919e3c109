//! What cargo's own [configuration](https://doc.rust-lang.org/cargo/reference/config.html) knows of a registry: its names and its token.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::PathBuf;

use toml::de::DeTable;

use crate::ports::address::is_same;
use crate::ports::secret::variable;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 1 << 20;
/// The name of crates.io.
pub(super) const CRATES_IO: &str = "crates-io";

/// A registry, as cargo's configuration has it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    /// Its names, [spelled] as in variables.
    pub(super) names: BTreeSet<String>,
    /// The token that was written down for it.
    pub(super) token: Option<String>,
}

/// What is known of the registry with this index; `project` is the project's own configuration (`.cargo/config.toml`).
pub(super) fn known(index: &str, is_crates_io: bool, project: Option<&str>) -> Known {
    let (config, credentials) = (text("config"), text("credentials"));
    let texts = [project.unwrap_or_default(), &config];
    known_in(&texts, &credentials, std::env::vars_os().filter_map(in_text), index, is_crates_io)
}

/// Everything secret in the user's files: commands can read them too, and what they say of it is masked.
pub(crate) fn in_files() -> Vec<String> {
    let texts = [text("credentials"), text("config")];
    texts.iter().flat_map(|text| ["token", "secret-key"].map(|key| (text, key))).flat_map(secrets).collect()
}

/// The name of a registry as it stands in the names of variables: `my-own` is the `MY_OWN` of `CARGO_REGISTRIES_MY_OWN_INDEX`.
pub(super) fn spelled(name: &str) -> String {
    name.to_ascii_uppercase().replace('-', "_")
}

/// The variable in which cargo looks for the token of a registry other than crates.io, whose name is [spelled] already.
pub(super) fn variable_of(name: &str) -> String {
    format!("CARGO_REGISTRIES_{name}_TOKEN")
}

/// The variables of this process that are such ones.
pub(crate) fn variables() -> Vec<String> {
    let is = |name: &String| name.starts_with("CARGO_REGISTRIES_") && name.ends_with("_TOKEN");
    std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()).filter(is).collect()
}

fn in_text((name, value): (std::ffi::OsString, std::ffi::OsString)) -> Option<(String, String)> {
    Some((name.into_string().ok()?, value.into_string().ok()?))
}

/// A file in cargo's home, with or without its ending, as cargo reads it.
fn text(name: &str) -> String {
    let home = variable("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(variable("HOME")?).join(".cargo"))).unwrap_or_default();
    let open = [home.join(name), home.join(format!("{name}.toml"))]
        .into_iter()
        .find_map(|path| std::fs::File::open(path).ok());
    let mut bytes = Vec::new();
    match open.map(|file| file.take(LARGEST).read_to_end(&mut bytes)) {
        Some(Ok(_)) => String::from_utf8_lossy(&bytes).into_owned(),
        _ => String::new(),
    }
}

fn known_in(
    configs: &[&str],
    credentials: &str,
    variables: impl Iterator<Item = (String, String)>,
    index: &str,
    is_crates_io: bool,
) -> Known {
    let is_ours = |url: &str| is_same(url.strip_prefix("sparse+").unwrap_or(url), index);
    let written = configs.iter().flat_map(|text| of_registries(text, "index"));
    let set = variables.filter_map(|(name, value)| {
        Some((name.strip_prefix("CARGO_REGISTRIES_")?.strip_suffix("_INDEX")?.to_owned(), value))
    });
    let mut names: BTreeSet<String> =
        written.chain(set).filter(|(_, url)| is_ours(url)).map(|(name, _)| spelled(&name)).collect();
    let own = if is_crates_io { in_registry(credentials, "token") } else { None };
    names.extend(is_crates_io.then(|| spelled(CRATES_IO)));
    let kept = of_registries(credentials, "token").into_iter().find(|(name, _)| names.contains(&spelled(name)));
    let token = own.or_else(|| kept.map(|(_, token)| token)).filter(|token| !token.is_empty());
    Known { names, token }
}

/// `[registry] KEY`, which is about crates.io.
fn in_registry(text: &str, key: &str) -> Option<String> {
    let table = DeTable::parse(text).ok()?;
    let value = table.get_ref().get("registry")?.get_ref().as_table()?.get(key)?;
    value.get_ref().as_str().map(str::to_owned)
}

/// `KEY` of every `[registries.NAME]`, with the name.
fn of_registries(text: &str, key: &str) -> Vec<(String, String)> {
    let Ok(table) = DeTable::parse(text) else { return Vec::new() };
    let registries = table.get_ref().get("registries").and_then(|registries| registries.get_ref().as_table());
    let value =
        |(name, registry): (&toml::Spanned<std::borrow::Cow<'_, str>>, &toml::Spanned<toml::de::DeValue<'_>>)| {
            Some((name.get_ref().to_string(), registry.get_ref().as_table()?.get(key)?.get_ref().as_str()?.to_owned()))
        };
    registries.into_iter().flatten().filter_map(value).collect()
}

fn secrets((text, key): (&String, &str)) -> Vec<String> {
    let others = of_registries(text, key).into_iter().map(|(_, secret)| secret);
    in_registry(text, key).into_iter().chain(others).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "[registries.my-own]\nindex = \"sparse+https://crates.example/index/\"\n[registries.git]\n\
        index = \"https://git.example/index\"\n[registries.half]\n[net]\noffline = true\n";
    const CREDENTIALS: &str = "[registry]\ntoken = \"of-crates-io\"\n[registries.my-own]\ntoken = \"of-my-own\"\n\
        [registries.git]\ntoken = \"\"\nsecret-key = \"k3.secret\"\n";

    fn known(index: &str, is_crates_io: bool) -> Known {
        let variable = ("CARGO_REGISTRIES_BY_VARIABLE_INDEX".to_owned(), "sparse+https://var.example".to_owned());
        known_in(&["", CONFIG], CREDENTIALS, [variable].into_iter(), index, is_crates_io)
    }

    fn is(names: &[&str], token: Option<&str>) -> Known {
        Known { names: names.iter().map(|name| (*name).to_owned()).collect(), token: token.map(str::to_owned) }
    }

    #[test]
    fn a_registry_is_known_by_its_address() {
        assert_eq!(known("https://crates.example/index/", false), is(&["MY_OWN"], Some("of-my-own")));
        assert_eq!(known("https://CRATES.example/index", false), is(&["MY_OWN"], Some("of-my-own")));
        assert_eq!(known("https://var.example/", false), is(&["BY_VARIABLE"], None));
        assert_eq!(known("https://git.example/index/", false), is(&["GIT"], None));
        // What is for crates.io goes nowhere else.
        assert_eq!(known("https://index.crates.io.example/", false), Known::default());
        assert_eq!(known("https://index.crates.io/", true), is(&["CRATES_IO"], Some("of-crates-io")));
    }

    #[test]
    fn everything_secret_is_masked_and_what_is_broken_has_nothing() {
        let found = ["token", "secret-key"].map(|key| secrets((&CREDENTIALS.to_owned(), key))).concat();
        assert_eq!(found, ["of-crates-io", "", "of-my-own", "k3.secret"]);
        assert!(secrets((&"[registry".to_owned(), "token")).is_empty());
    }
}
