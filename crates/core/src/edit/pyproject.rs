//! `pyproject.toml`: the version of PEP 621 and the one that Poetry had before it. Where both stand, both are kept in step.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::{EditError, Place};

const FIELDS: [(&[&str], &str); 2] =
    [(&["project", "version"], "project.version"), (&["tool", "poetry", "version"], "tool.poetry.version")];

pub(super) fn places(text: &str) -> Result<Vec<Place>, EditError> {
    let document = DeTable::parse(text).map_err(EditError::Toml)?;
    let document = document.get_ref();
    let mut found = Vec::new();
    for (keys, field) in FIELDS {
        if let Some((value, span)) = lookup(document, keys) {
            found.push(place(text, field, value, span)?);
        }
    }
    match found.is_empty() {
        true if is_dynamic(document) => Err(EditError::Dynamic),
        true => Err(EditError::Missing { expected: "`project.version` or `tool.poetry.version`" }),
        false => Ok(found),
    }
}

fn lookup<'t>(table: &'t DeTable<'t>, keys: &[&str]) -> Option<(&'t DeValue<'t>, Range<usize>)> {
    let (key, deeper) = keys.split_first()?;
    let value = table.get(*key)?;
    if deeper.is_empty() {
        return Some((value.get_ref(), value.span()));
    }
    lookup(value.get_ref().as_table()?, deeper)
}

fn place(text: &str, field: &'static str, value: &DeValue<'_>, span: Range<usize>) -> Result<Place, EditError> {
    let value = value.as_str().ok_or(EditError::NotText { field })?;
    let written = &text[span.clone()];
    let long = written.starts_with("\"\"\"") || written.starts_with("'''");
    let quotes = if long { 3 } else { 1 };
    Ok(Place { field: field.to_owned(), value: value.to_owned(), span: span.start + quotes..span.end - quotes })
}

/// Poetry 2 allows `dynamic = ["version"]` beside a static `tool.poetry.version`, so this matters only when neither is stated.
fn is_dynamic(document: &DeTable<'_>) -> bool {
    let names = lookup(document, &["project", "dynamic"]).and_then(|(value, _)| value.as_array());
    names.is_some_and(|names| names.iter().any(|name| name.get_ref().as_str() == Some("version")))
}

#[cfg(test)]
mod tests {
    use crate::edit::{Format, set_version};

    fn edit(text: &str) -> String {
        set_version(Format::Pyproject, text, "1.4.0").unwrap().text
    }

    fn refusal(text: &str) -> String {
        set_version(Format::Pyproject, text, "1.4.0").unwrap_err().to_string()
    }

    #[test]
    fn both_versions_change_and_nothing_else() {
        let text = r#"[build-system]
requires = ["poetry-core==1.3.0"]   # the same number, not ours

[project]
name='api'
version   =   '1.3.0'  # PEP 621
dependencies = [ "lib==1.3.0" ]

[tool.poetry]
version = "1.2.9"
[tool.poetry.dependencies]
version = "1.3.0"
lib = { version = "1.3.0" }
[tool.other]
version = "1.3.0""#;
        let edited = set_version(Format::Pyproject, text, "1.4.0").unwrap();
        insta::assert_snapshot!(edited.text, @r#"
        [build-system]
        requires = ["poetry-core==1.3.0"]   # the same number, not ours

        [project]
        name='api'
        version   =   '1.4.0'  # PEP 621
        dependencies = [ "lib==1.3.0" ]

        [tool.poetry]
        version = "1.4.0"
        [tool.poetry.dependencies]
        version = "1.3.0"
        lib = { version = "1.3.0" }
        [tool.other]
        version = "1.3.0"
        "#);
        insta::assert_debug_snapshot!(edited.changes, @r#"
        [
            Change {
                field: "project.version",
                from: "1.3.0",
                to: "1.4.0",
            },
            Change {
                field: "tool.poetry.version",
                from: "1.2.9",
                to: "1.4.0",
            },
        ]
        "#);
    }

    #[test]
    fn a_mark_at_the_front_and_crlf_stay() {
        assert_eq!(
            edit("\u{feff}# ü\r\n[project]\r\nversion = \"1.3.0\"\r\n"),
            "\u{feff}# ü\r\n[project]\r\nversion = \"1.4.0\"\r\n"
        );
    }

    #[test]
    fn every_way_to_write_the_key_and_the_text_is_understood() {
        for (before, after) in [
            ("project.version = '1.3.0'", "project.version = '1.4.0'"),
            ("project = { 'version' = '1.3.0' }", "project = { 'version' = '1.4.0' }"),
            ("tool.\"poetry\".version='''1.3.0'''", "tool.\"poetry\".version='''1.4.0'''"),
            ("project.version = \"\"\"\n1.3.0\"\"\"", "project.version = \"\"\"1.4.0\"\"\""),
            ("project.version = \"1\\u002e3.0\"", "project.version = \"1.4.0\""),
            ("project.version = ''", "project.version = '1.4.0'"),
        ] {
            assert_eq!(edit(before), after);
        }
    }

    #[test]
    fn what_stands_already_is_no_change() {
        let edited = set_version(Format::Pyproject, "project.version = \"1\\u002e4.0\"", "1.4.0").unwrap();
        assert_eq!((edited.text.as_str(), edited.changes.len()), ("project.version = \"1\\u002e4.0\"", 0));
    }

    #[test]
    fn a_computed_version_is_refused_unless_poetry_states_one() {
        insta::assert_snapshot!(
            refusal("[project]\ndynamic = ['version']"),
            @"`project.dynamic` names the version, so it is computed when the package is built and cannot be set here: state it as `project.version`, or leave this file out of `versions.files`"
        );
        assert_eq!(
            edit("project.dynamic = ['version']\ntool.poetry.version = '1'"),
            "project.dynamic = ['version']\ntool.poetry.version = '1.4.0'"
        );
    }

    #[test]
    fn refusals_name_the_reason() {
        insta::assert_snapshot!(refusal("[tool.ruff]"), @"no version is stated: expected `project.version` or `tool.poetry.version`; add it, or leave this file out of `versions.files`");
        insta::assert_snapshot!(refusal("project.version = 1.3"), @r#"`project.version` is not a text in quotes: write the version as `"1.2.3"`"#);
        insta::assert_snapshot!(refusal("project = ["), @"the file cannot be read as TOML");
        insta::assert_snapshot!(refusal("project.version = '1'\nproject.version = '2'"), @"the file cannot be read as TOML");
    }
}
