//! Where releases are published: the tables `[targets.NAME]`.

use serde::{Deserialize, Serialize};

use super::command::Command;
use super::diagnostic::Problem;
use super::node::{Entry, Node, Value};
use crate::template::Template;

/// Where releases are published: a folder, a service, or whatever two commands of the project know.
///
/// It names who publishes and never what proves it: `token` is the name of an environment variable.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Target {
    /// The folder, relative to the repository or absolute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// The address of the service: `https://…`, `oci://REGISTRY/PATH` or `s3://BUCKET/PREFIX`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Where an index of Python packages is read, where it is not what the address of the uploads says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<String>,
    /// The name of the user who publishes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The environment variable that holds the token or password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Where a bucket's service answers; AWS's own where it is left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// The region of a bucket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Names that follow the newest release, such as `latest` and `{major}.{minor}`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pointers: Vec<Template>,
    /// A command that says what is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probe: Option<Command>,
    /// A command that publishes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send: Option<Command>,
}

impl Target {
    /// A folder.
    pub fn folder(folder: impl Into<String>) -> Self {
        Self { folder: Some(folder.into()), ..Self::default() }
    }
}

/// The keys of which a target has exactly one.
const PLACES: [&str; 3] = ["folder", "url", "send"];

/// The keys that go with one of others only.
const WITH: &[(&str, &[&str])] = &[
    ("index", &["url"]),
    ("user", &["url"]),
    ("token", &["url", "send"]),
    ("endpoint", &["url"]),
    ("region", &["url"]),
    ("probe", &["send"]),
    ("send", &["probe"]),
];

/// Checks the address of a place where something is published.
pub(super) fn address(text: &str) -> Result<(), String> {
    let rest = ["https://", "http://", "sparse+https://", "sparse+http://", "oci://", "s3://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    let plain = |byte: u8| byte.is_ascii_graphic() && !b"@?#\"'`<>\\".contains(&byte);
    match rest {
        Some(rest) if !rest.is_empty() && !rest.starts_with('/') && rest.bytes().all(plain) => Ok(()),
        Some(rest) if rest.contains('@') => {
            Err("an address must not hold a user or a password: `user` names the one, and `token` the variable with the other".to_owned())
        }
        _ => Err(format!(
            "`{text}` is not an address: `https://HOST/PATH`, `oci://REGISTRY/PATH` or `s3://BUCKET/PREFIX` is expected"
        )),
    }
}

/// Checks the name of an environment variable.
pub(super) fn variable(text: &str) -> Result<(), String> {
    let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    match !text.is_empty() && text.bytes().all(plain) && !text.starts_with(|c: char| c.is_ascii_digit()) {
        true => Ok(()),
        false => Err(
            "this is not the name of an environment variable, as in `PYPI_TOKEN`; a token itself must not stand here"
                .to_owned(),
        ),
    }
}

/// Finds what the keys of a target say together, which each alone does not.
pub(super) fn check(root: &Node) -> Vec<Problem> {
    let targets = root.get("targets").map(Node::entries).unwrap_or_default();
    targets.iter().flat_map(|target| of(&target.node)).collect()
}

fn of(table: &Node) -> Vec<Problem> {
    let Value::Table(_) = table.value else { return Vec::new() };
    let entry = |key: &str| table.entries().iter().find(|entry| entry.key == key);
    let named: Vec<&Entry> = PLACES.iter().filter_map(|key| entry(key)).collect();
    let mut problems = Vec::new();
    match named.as_slice() {
        [] if entry("probe").is_none() => problems.push(
            Problem::new(table.span.clone(), "this target does not say where it is")
                .help("add `url = \"https://…\"` for a service, `folder = \"…\"` for a folder, or `probe` and `send` for commands of yours"),
        ),
        [] | [_] => {}
        [first, .., last] => problems.push(
            Problem::new(last.key_span.clone(), format!("`{}` and `{}` are two places for the same files", first.key, last.key))
                .help("keep one of them; a second target can have the other"),
        ),
    }
    let alone = |others: &[&str]| others.iter().all(|other| entry(other).is_none());
    let lonely = WITH.iter().filter_map(|(key, others)| Some((entry(key)?, *others)).filter(|_| alone(others)));
    problems.extend(lonely.map(|(key, others)| {
        let others = others.iter().map(|other| format!("`{other}`")).collect::<Vec<_>>().join(" or ");
        Problem::new(key.key_span.clone(), format!("`{}` goes with {others}, which this target does not have", key.key))
    }));
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_scheme_and_a_host_and_no_secret() {
        for good in [
            "https://upload.example.org/legacy/",
            "http://127.0.0.1:8080",
            "oci://r.example.org/charts",
            "s3://bucket/x",
            "sparse+https://index.example.org/",
        ] {
            assert_eq!(address(good), Ok(()), "{good}");
        }
        for wrong in [
            "",
            "https://",
            "ftp://x",
            "r.example.org/charts",
            "https:///x",
            "https://a b",
            "https://h/?q",
            "oci://h/#x",
        ] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
        assert!(
            variable("PYPI_TOKEN").is_ok()
                && variable("pypi-AgEI").is_err()
                && variable("1A").is_err()
                && variable("").is_err()
        );
        assert!(address("https://user:word@host/").unwrap_err().contains("`token` the variable"));
    }
}
