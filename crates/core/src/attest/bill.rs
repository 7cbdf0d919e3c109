//! A bill of materials, of what the lockfiles of a commit pin. It is a list and no analysis: what is built into an artifact is not known
//! here, only what the project pinned when it was built.

use serde_json::{Value, json};

use super::lockfiles::Pinned;

/// What the bill is of.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The project.
    pub name: &'a str,
    /// The version that is released.
    pub version: &'a str,
    /// The commit.
    pub commit: &'a str,
    /// When the commit was made, by RFC 3339: never the clock, so that the same commit gives the same bill.
    pub at: &'a str,
}

/// The bill in CycloneDX 1.6, as JSON.
pub fn cyclonedx<'a>(subject: Subject<'_>, pinned: impl IntoIterator<Item = &'a Pinned>) -> Value {
    let component = |one: &Pinned| {
        let purl = purl(one);
        json!({ "type": "library", "bom-ref": purl, "name": one.name, "version": one.version, "purl": purl })
    };
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": subject.at,
            "component": {
                "type": "application", "bom-ref": "release", "name": subject.name, "version": subject.version,
                "properties": [{ "name": "allclear:commit", "value": subject.commit }],
            },
            "tools": { "components": [{ "type": "application", "name": "allclear" }] },
            "lifecycles": [{ "phase": "pre-build" }],
        },
        "components": pinned.into_iter().map(component).collect::<Vec<_>>(),
    })
}

/// The [package URL](https://github.com/package-url/purl-spec/blob/main/PURL-TYPES.rst) of a package.
fn purl(one: &Pinned) -> String {
    let name = match one.kind {
        "pypi" => one.name.to_lowercase().replace('_', "-"),
        _ => one.name.clone(),
    };
    let name = name.split('/').map(escaped).collect::<Vec<_>>().join("/");
    format!("pkg:{}/{name}@{}", one.kind, escaped(&one.version))
}

fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_has_its_url() {
        let one = |kind, name: &str, version: &str| {
            purl(&Pinned { kind, name: name.to_owned(), version: version.to_owned() })
        };
        assert_eq!(one("npm", "@a/b", "2.0.0"), "pkg:npm/%40a/b@2.0.0");
        assert_eq!(one("pypi", "Typing_Extensions", "4.0"), "pkg:pypi/typing-extensions@4.0");
        assert_eq!(one("cargo", "serde", "1.0.2+x"), "pkg:cargo/serde@1.0.2%2Bx");
    }
}
