//! `package.json`: the top-level `version`, and what it asks of other packages.

use super::json::{Entry, Json, Value};
use super::npm::Names;
use super::{Dialect, EditError, Holds, Place};
use crate::version::Spelling;

/// The tables in which a package names others.
const DEPENDENCIES: [&str; 4] = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];

pub(super) fn places(text: &str) -> Result<Vec<Place>, EditError> {
    match Json::read(text)?.root().get("version")? {
        Some(version) => Ok(vec![version.place("version".to_owned(), Holds::Version(Spelling::SemVer))?]),
        None => Err(EditError::Missing { expected: "a top-level `version`" }),
    }
}

/// Finds what a package, by its entries in a manifest or a lockfile, asks of packages whose version changes, which are `names`.
pub(super) fn requirements(
    package: &[Entry<'_>],
    prefix: &str,
    names: &Names,
    found: &mut Vec<Place>,
) -> Result<(), EditError> {
    for (table, value) in package {
        if DEPENDENCIES.contains(&table.as_ref()) {
            required(*value, &[prefix, table].concat(), names, found)?;
        }
    }
    Ok(())
}

/// The same for one table of names and ranges. A range points at a package of the repository only if it lets in the version
/// that is there: otherwise npm takes another one from the registry.
pub(super) fn required(table: Value<'_>, field: &str, names: &Names, found: &mut Vec<Place>) -> Result<(), EditError> {
    for (name, value) in table.entries()? {
        let Some(at) = names.get(name.as_ref()) else { continue };
        let Some(range) = value.string() else { continue };
        if Dialect::Npm.points_at(&range, at) {
            let holds = Holds::Requirement { dialect: Dialect::Npm, at: at.clone() };
            found.push(value.place([field, ".", &name].concat(), holds)?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::edit::Format;
    use crate::edit::write::set_version;

    fn edit(text: &str) -> String {
        set_version(Format::PackageJson, text, "1.4.0").unwrap().text
    }

    fn refusal(text: &str) -> String {
        set_version(Format::PackageJson, text, "1.4.0").unwrap_err().to_string()
    }

    #[test]
    fn only_the_top_level_version_changes() {
        let text = r#"{
    "engines": { "version": "1.3.0" },
  "name" : "a \"version\": \"1.3.0\" {",
	"version":"1.3.0"  ,
  "dependencies": {"lib": "1.3.0", "version": "1.3.0"}, "list": ["version", {"version": "1.3.0"}]
}"#;
        insta::assert_snapshot!(edit(text), @r#"
        {
            "engines": { "version": "1.3.0" },
          "name" : "a \"version\": \"1.3.0\" {",
        	"version":"1.4.0"  ,
          "dependencies": {"lib": "1.3.0", "version": "1.3.0"}, "list": ["version", {"version": "1.3.0"}]
        }
        "#);
    }

    #[test]
    fn a_mark_at_the_front_crlf_and_escapes_stay() {
        assert_eq!(
            edit("\u{feff}{\r\n\t\"\\u0076ersion\":\r\n\"1\\u002e3.0\",\r\n\"b\\\\\": -1e9,\"c\":null}\r\n\r\n"),
            "\u{feff}{\r\n\t\"\\u0076ersion\":\r\n\"1.4.0\",\r\n\"b\\\\\": -1e9,\"c\":null}\r\n\r\n"
        );
    }

    #[test]
    fn refusals_name_the_reason() {
        insta::assert_snapshot!(refusal("{}"), @"no version is stated: expected a top-level `version`; add it, or leave this file out of `versions.files`");
        insta::assert_snapshot!(refusal(r#"[{"version": "1"}]"#), @"no version is stated: expected a top-level `version`; add it, or leave this file out of `versions.files`");
        insta::assert_snapshot!(refusal(r#"{"version": 1}"#), @r#"`version` is not a text in quotes: write the version as `"1.2.3"`"#);
        insta::assert_snapshot!(refusal(r#"{"version": "1", "versio\u006e": "2"}"#), @"the key `version` stands twice: remove one");
        insta::assert_snapshot!(refusal(r#"{"a": 1, "version": "1", "a": 2}"#), @"the key `a` stands twice: remove one");
        insta::assert_snapshot!(refusal(r#"{"version": "1",}"#), @"the file cannot be read as JSON");
        insta::assert_snapshot!(refusal("{} {}"), @"the file cannot be read as JSON");
    }
}
