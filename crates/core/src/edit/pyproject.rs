//! `pyproject.toml`: the version of PEP 621 and the one that Poetry had before it. Where both stand, both are kept in step.

use ::toml::de::DeTable;

use super::{EditError, Format, Holds, Place, toml};
use crate::version::Spelling;

pub(super) fn places(text: &str) -> Result<Vec<Place>, EditError> {
    let document = toml::document(text)?;
    let mut found = Vec::new();
    for field in Format::Pyproject.own() {
        let keys: Vec<&str> = field.split('.').collect();
        if let Some(value) = toml::lookup(&document, &keys) {
            found.push(toml::place(text, (*field).to_owned(), value, Holds::Version(Spelling::Pep440))?);
        }
    }
    match found.is_empty() {
        true if is_dynamic(&document) => Err(EditError::Dynamic { stands: stands(&document) }),
        true => Err(EditError::Missing { expected: "`project.version` or `tool.poetry.version`" }),
        false => Ok(found),
    }
}

/// Poetry 2 allows `dynamic = ["version"]` beside a static `tool.poetry.version`, so this matters only when neither is stated.
fn is_dynamic(document: &DeTable<'_>) -> bool {
    toml::items(document, &["project", "dynamic"]).any(|name| name.get_ref().as_str() == Some("version"))
}

/// Where a computed version comes from, and what to do, as far as the file tells.
fn stands(document: &DeTable<'_>) -> String {
    let tool = |keys: &[&str]| toml::table(document, &[&["tool"], keys].concat()).is_some();
    let text = |keys: &[&str]| toml::string(document, &[&["tool"], keys].concat());
    let tag = |name: &str| {
        format!(
            "{name} takes it from the git tag, so there is nothing to bump: leave this file out of `versions.files`"
        )
    };
    let file = |name: &str, path: &str| {
        let item = format!("{{ file = \"{path}\", pattern = '__version__ = \"{{version}}\"', spelling = \"pep440\" }}");
        format!("{name} reads it from `{path}`: name that instead in `versions.files`, as in `{item}`")
    };
    for (keys, name) in [
        (&["setuptools_scm"][..], "setuptools-scm"),
        (&["poetry-dynamic-versioning"], "poetry-dynamic-versioning"),
        (&["versioneer"], "versioneer"),
        (&["versioningit"], "versioningit"),
    ] {
        if tool(keys) {
            return tag(name);
        }
    }
    if text(&["hatch", "version", "source"]) == Some("vcs") {
        return tag("hatch-vcs");
    }
    if text(&["pdm", "version", "source"]) == Some("scm") {
        return tag("pdm");
    }
    for (keys, name) in [(&["hatch", "version", "path"], "hatch"), (&["pdm", "version", "path"], "pdm")] {
        if let Some(path) = text(keys) {
            return file(name, path);
        }
    }
    if let Some(attribute) = text(&["setuptools", "dynamic", "version", "attr"]) {
        let module = attribute.rsplit_once('.').map_or(attribute, |(module, _)| module);
        return file("setuptools", &format!("{}.py", module.replace('.', "/")));
    }
    if let Some(path) = text(&["setuptools", "dynamic", "version", "file"]) {
        return file("setuptools", path);
    }
    let backend = toml::string(document, &["build-system", "build-backend"]).unwrap_or_default();
    match backend.split(['.', ':', '_']).next() {
        Some("maturin") => "maturin takes it from `Cargo.toml`: name that in `versions.files` instead".to_owned(),
        Some("flit") => file("flit", "PACKAGE/__init__.py"),
        _ => "state it as `project.version`, or name the file where it stands, with a `pattern`, in `versions.files`"
            .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::edit::Format;
    use crate::edit::write::set_version;

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
        let changes: Vec<_> =
            edited.changes.iter().map(|change| (&*change.field, &*change.from, &*change.to)).collect();
        assert_eq!(changes, [("project.version", "1.3.0", "1.4.0"), ("tool.poetry.version", "1.2.9", "1.4.0")]);
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
        let dynamic = |rest: &str| refusal(&format!("[project]\ndynamic = ['version']\n{rest}"));
        insta::assert_snapshot!(dynamic(""), @"`project.dynamic` names the version, so it is computed when the package is built: state it as `project.version`, or name the file where it stands, with a `pattern`, in `versions.files`");
        insta::assert_snapshot!(dynamic("[tool.hatch.version]\nsource = 'vcs'"), @"`project.dynamic` names the version, so it is computed when the package is built: hatch-vcs takes it from the git tag, so there is nothing to bump: leave this file out of `versions.files`");
        insta::assert_snapshot!(dynamic("[tool.hatch.version]\npath = 'src/api/__init__.py'"), @r#"`project.dynamic` names the version, so it is computed when the package is built: hatch reads it from `src/api/__init__.py`: name that instead in `versions.files`, as in `{ file = "src/api/__init__.py", pattern = '__version__ = "{version}"', spelling = "pep440" }`"#);
        insta::assert_snapshot!(dynamic("[tool.setuptools.dynamic]\nversion = {attr = 'api.__version__'}"), @r#"`project.dynamic` names the version, so it is computed when the package is built: setuptools reads it from `api.py`: name that instead in `versions.files`, as in `{ file = "api.py", pattern = '__version__ = "{version}"', spelling = "pep440" }`"#);
        insta::assert_snapshot!(dynamic("[tool.setuptools_scm]"), @"`project.dynamic` names the version, so it is computed when the package is built: setuptools-scm takes it from the git tag, so there is nothing to bump: leave this file out of `versions.files`");
        insta::assert_snapshot!(dynamic("[build-system]\nbuild-backend = 'maturin'"), @"`project.dynamic` names the version, so it is computed when the package is built: maturin takes it from `Cargo.toml`: name that in `versions.files` instead");
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
