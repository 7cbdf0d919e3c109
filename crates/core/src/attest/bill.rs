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
        let purl = purl(one.kind, &one.name, &one.version);
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

/// The form of a bill that a tool has written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// [CycloneDX](https://cyclonedx.org/specification/overview/) as JSON.
    CycloneDx,
    /// [SPDX](https://spdx.github.io/spdx-spec/v2.3/) as JSON: version 2, or version 3 as JSON-LD.
    Spdx,
}

impl Form {
    /// Tells the form of a bill by what it says of itself; none where it is no such bill.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let bill: Value = serde_json::from_slice(bytes).ok()?;
        let says = |value: &Value, what: &str| value.as_str().is_some_and(|text| text.contains(what));
        if bill["bomFormat"] == "CycloneDX" && bill["specVersion"].is_string() {
            return Some(Self::CycloneDx);
        }
        let spdx = says(&bill["spdxVersion"], "SPDX-") || says(&bill["@context"], "spdx.org/rdf/3.");
        spdx.then_some(Self::Spdx)
    }

    /// How the name of a file of this form ends.
    pub fn ending(self) -> &'static str {
        match self {
            Self::CycloneDx => "cdx.json",
            Self::Spdx => "spdx.json",
        }
    }
}

/// The [package URL](https://github.com/package-url/purl-spec/blob/main/PURL-TYPES.rst) of a package.
pub(super) fn purl(kind: &str, name: &str, version: &str) -> String {
    let name = match kind {
        "pypi" => name.to_lowercase().replace('_', "-"),
        _ => name.to_owned(),
    };
    let name = name.split('/').map(escaped).collect::<Vec<_>>().join("/");
    format!("pkg:{kind}/{name}@{}", escaped(version))
}

fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bill_says_what_it_is() {
        let form = |text: &str| Form::of(text.as_bytes());
        assert_eq!(form(r#"{"bomFormat": "CycloneDX", "specVersion": "1.6"}"#), Some(Form::CycloneDx));
        assert_eq!(form(r#"{"spdxVersion": "SPDX-2.3"}"#), Some(Form::Spdx));
        assert_eq!(form(r#"{"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"}"#), Some(Form::Spdx));
        for other in ["", "{}", "[]", r#"{"bomFormat": "CycloneDX"}"#, r#"{"spdxVersion": 2}"#, "<bom/>"] {
            assert_eq!(form(other), None, "{other}");
        }
    }

    #[test]
    fn a_package_has_its_url() {
        assert_eq!(purl("npm", "@a/b", "2.0.0"), "pkg:npm/%40a/b@2.0.0");
        assert_eq!(purl("pypi", "Typing_Extensions", "4.0"), "pkg:pypi/typing-extensions@4.0");
        assert_eq!(purl("cargo", "serde", "1.0.2+x"), "pkg:cargo/serde@1.0.2%2Bx");
    }
}
