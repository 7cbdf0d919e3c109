//! `Chart.yaml` and `Chart.lock` of Helm: a chart's `version` and `appVersion`, and the charts of this repository that it depends on.

use serde_json::{Value as Json, json};

use super::set::{Files, Found, InFile, Moved, folder_of, join};
use super::yaml::{self, Block};
use super::{Dialect, EditError, Holds, Place};
use crate::version::Spelling;

pub(super) const FILE: &str = "Chart.yaml";
pub(super) const LOCK: &str = "Chart.lock";
const FIELDS: [&str; 2] = ["version", "appVersion"];

pub(super) fn places(text: &str) -> Result<Vec<Place>, EditError> {
    let chart = yaml::document(text)?;
    let mut found = Vec::new();
    for entry in chart.entries()?.into_iter().filter(|entry| FIELDS.contains(&entry.key)) {
        found.push(entry.scalar()?.place(entry.key.to_owned(), Holds::Version(Spelling::SemVer))?);
    }
    for key in FIELDS {
        match found.iter().filter(|place| place.field == key).count() {
            0 if key == "version" => {
                return Err(EditError::Missing { expected: "`version` at the left margin" });
            }
            0 | 1 => {}
            _ => {
                return Err(EditError::Duplicate { key: key.to_owned() });
            }
        }
    }
    Ok(found)
}

/// Finds where other charts of the repository name the version of one that moved.
pub(super) fn follow(moved: &Moved, files: &Files<'_>, found: &mut Found) -> Result<(), InFile> {
    for (path, text) in files.named(&[FILE, LOCK]) {
        // Only charts that depend on a folder name another chart of the repository.
        if !text.contains("dependencies") {
            continue;
        }
        let places = match path.ends_with(LOCK) {
            true => lock_places(text, folder_of(path), moved),
            false => requirements(text, folder_of(path), moved),
        };
        found.add(path, places.map_err(InFile::at(path))?);
    }
    Ok(())
}

fn dependencies<'a>(document: &Block<'a>) -> Result<Vec<Block<'a>>, EditError> {
    let entry = document.entry("dependencies")?;
    Ok(entry.map(|entry| entry.items()).transpose()?.flatten().unwrap_or_default())
}

/// The folder of the chart that a dependency is, if it is in this repository: `file://…`, or a folder in `charts/`.
fn target(dependency: &Block<'_>, folder: &str) -> Result<Option<String>, EditError> {
    let read = |key: &str| -> Result<String, EditError> {
        let scalar = dependency.entry(key)?.map(|entry| entry.scalar()).transpose()?;
        Ok(scalar.map_or_else(String::new, |scalar| scalar.value.to_owned()))
    };
    let repository = if dependency.entry("repository")?.is_some() { read("repository")? } else { String::new() };
    Ok(match repository.strip_prefix("file://") {
        Some(path) => join(folder, path),
        None if repository.is_empty() => join(folder, &format!("charts/{}", read("name")?)),
        None => None,
    })
}

fn requirements(text: &str, folder: &str, moved: &Moved) -> Result<Vec<Place>, EditError> {
    local(text, folder, moved, |at| Holds::Requirement { dialect: Dialect::Helm, at: at.into() })
}

/// A lock names the exact version, and a digest of itself and of what the chart asks for.
fn lock_places(text: &str, folder: &str, moved: &Moved) -> Result<Vec<Place>, EditError> {
    let mut places = local(text, folder, moved, |_| Holds::Version(Spelling::SemVer))?;
    if !places.is_empty() {
        let digest = yaml::document(text)?.entry("digest")?;
        let digest = digest.map(|entry| entry.scalar()?.place("digest".to_owned(), Holds::Digest)).transpose()?;
        places.extend(digest);
    }
    Ok(places)
}

fn local(text: &str, folder: &str, moved: &Moved, holds: impl Fn(&str) -> Holds) -> Result<Vec<Place>, EditError> {
    let mut places = Vec::new();
    for (index, dependency) in dependencies(&yaml::document(text)?)?.iter().enumerate() {
        let Some(at) = target(dependency, folder)?.and_then(|target| moved.get(&target)) else { continue };
        if let Some(entry) = dependency.entry("version")? {
            places.push(entry.scalar()?.place(format!("dependencies[{index}].version"), holds(at))?);
        }
    }
    Ok(places)
}

/// The digest of a lock: SHA-256 of the compact JSON of what the chart asks for and what the lock answers, as in `HashReq` of
/// Helm's `internal/resolver`.
///
/// # Errors
/// [`EditError::Digest`] where a dependency has keys that are no single words, such as `import-values`.
pub(crate) fn digest(chart: &str, lock: &str) -> Result<String, EditError> {
    let hashed = [as_go_writes(chart)?, as_go_writes(lock)?].join(",");
    Ok(format!("sha256:{}", crate::digest::Digest::of(format!("[{hashed}]").as_bytes())))
}

/// The keys of a dependency in the order of Helm's type; all but the first and third are left out where they are empty.
const KEYS: [&str; 7] = ["name", "version", "repository", "condition", "tags", "enabled", "alias"];

fn as_go_writes(text: &str) -> Result<String, EditError> {
    let mut written = Vec::new();
    for dependency in dependencies(&yaml::document(text)?)? {
        let mut entries = Vec::new();
        if dependency.entries()?.iter().any(|entry| !KEYS.contains(&entry.key)) {
            return Err(EditError::Digest);
        }
        for key in KEYS {
            let value = field(&dependency, key)?;
            if !value.is_null() || ["name", "repository"].contains(&key) {
                let value = if value.is_null() { json!("") } else { value };
                entries.push(format!("\"{key}\":{value}"));
            }
        }
        written.push(format!("{{{}}}", entries.join(",")));
    }
    // Go escapes these three in JSON, so that it may stand in HTML.
    let list = format!("[{}]", written.join(","));
    Ok(list.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e"))
}

fn field(dependency: &Block<'_>, key: &str) -> Result<Json, EditError> {
    let Some(entry) = dependency.entry(key)? else { return Ok(Json::Null) };
    if key == "tags" {
        let mut tags = Vec::new();
        for item in entry.items()?.ok_or(EditError::Digest)? {
            tags.push(item.scalar()?.ok_or(EditError::Digest)?.value.to_owned());
        }
        return Ok(json!(tags));
    }
    Ok(match (key, entry.scalar()?.value) {
        ("enabled", "true") => json!(true),
        ("enabled", "false") | (_, "") => Json::Null,
        ("enabled", _) => return Err(EditError::Digest),
        (_, value) => json!(value),
    })
}

#[cfg(test)]
mod tests {
    use crate::edit::Format;
    use crate::edit::write::set_version;

    fn edit_to(text: &str, to: &str) -> String {
        set_version(Format::Chart, text, to).unwrap().text
    }

    fn refusal(text: &str) -> String {
        set_version(Format::Chart, text, "1.4.0").unwrap_err().to_string()
    }

    #[test]
    fn the_charts_own_versions_change_and_nothing_else() {
        let text = r#"# version: 1.3.0
---   # the chart
apiVersion: v2
name: api
description: |
  version: 1.3.0
  # not a comment

  "appVersion: 1.3.0
version:   1.3.0   # keep in step
"appVersion" : '1.3.0'	# with the image
dependencies:
- name: lib
  version: 1.3.0
- version: 1.3.0
annotations: {version: 1.3.0}
keywords: ["a:b",
  version: 1.3.0]"#;
        insta::assert_snapshot!(edit_to(text, "1.4.0"), @r#"
        # version: 1.3.0
        ---   # the chart
        apiVersion: v2
        name: api
        description: |
          version: 1.3.0
          # not a comment

          "appVersion: 1.3.0
        version:   1.4.0   # keep in step
        "appVersion" : '1.4.0'	# with the image
        dependencies:
        - name: lib
          version: 1.3.0
        - version: 1.3.0
        annotations: {version: 1.3.0}
        keywords: ["a:b",
          version: 1.3.0]
        "#);
    }

    #[test]
    fn a_mark_at_the_front_and_crlf_stay() {
        assert_eq!(
            edit_to("\u{feff}version: \"1.3.0\"\r\n\r\nappVersion: 1.3.0\r\nname: ü\r\n", "1.4.0"),
            "\u{feff}version: \"1.4.0\"\r\n\r\nappVersion: 1.4.0\r\nname: ü\r\n"
        );
    }

    #[test]
    fn a_bare_version_gets_quotes_where_it_would_be_a_number_or_a_date() {
        for (to, written) in [
            ("1.4.0-rc.1+build.7", "1.4.0-rc.1+build.7"),
            ("v2", "v2"),
            ("1.0", "\"1.0\""),
            ("2", "\"2\""),
            ("1e3", "\"1e3\""),
            ("0x10", "\"0x10\""),
            ("1_000", "\"1_000\""),
            ("2026-01-02", "\"2026-01-02\""),
            ("true", "\"true\""),
        ] {
            assert_eq!(edit_to("version: 1.3.0 # bare", to), format!("version: {written} # bare"));
            assert_eq!(edit_to("version: '1.3.0' # quoted", to), format!("version: '{to}' # quoted"));
        }
        assert_eq!(edit_to("version: 1.0", "1.0"), "version: 1.0", "what stands already is left alone");
    }

    #[test]
    fn what_the_lines_leave_in_doubt_is_refused() {
        let cases = [
            "name: api",
            "  version: 1.3.0",
            "version: 1\nversion: 2",
            "version: 1\n---\nname: b",
            "---\n---\nversion: 1",
            "--- {version: 1}",
            "version: 1\n...\n",
            "{version: 1}",
            "%YAML 1.2\n---\nversion: 1",
            "version: |\n  1.3.0",
            "version: &v 1.3.0",
            "version: *v",
            "version: !!str 1",
            "version:\n  1.3.0",
            "version: # none",
            "version: 1.3.0\n\n  -rc1",
            "version: \"1.3\n  .0\"",
            "version: \"1\\x2e3\"",
            "version: 'it''s'",
            "version: '1.3.0'# no comment",
            "version: [1, 3]",
            "name: a\rversion: 1",
            "description: 'a\nb'\nversion: 1",
        ];
        let refusals: Vec<String> = cases.iter().map(|text| format!("{text:?}: {}", refusal(text))).collect();
        insta::assert_snapshot!(refusals.join("\n"), @r#"
        "name: api": no version is stated: expected `version` at the left margin; add it, or leave this file out of `versions.files`
        "  version: 1.3.0": no version is stated: expected `version` at the left margin; add it, or leave this file out of `versions.files`
        "version: 1\nversion: 2": the key `version` stands twice: remove one
        "version: 1\n---\nname: b": line 2: a second document begins: keep one in one file
        "---\n---\nversion: 1": line 2: a second document begins: keep one in one file
        "--- {version: 1}": line 1: write the document below its `---`
        "version: 1\n...\n": line 2: expected `key: value` here: a value that goes on must be indented
        "{version: 1}": line 1: expected `key: value` here: a value that goes on must be indented
        "%YAML 1.2\n---\nversion: 1": line 1: expected `key: value` here: a value that goes on must be indented
        "version: |\n  1.3.0": line 1: the version is a block of lines: write it on the key's line
        "version: &v 1.3.0": line 1: the version has an anchor, alias or tag: write it plainly
        "version: *v": line 1: the version has an anchor, alias or tag: write it plainly
        "version: !!str 1": line 1: the version has an anchor, alias or tag: write it plainly
        "version:\n  1.3.0": line 1: the key has no value on its line: write the version there
        "version: # none": line 1: the key has no value on its line: write the version there
        "version: 1.3.0\n\n  -rc1": line 3: the version above goes on here: keep it on one line
        "version: \"1.3\n  .0\"": line 1: the version's quotes do not close on this line
        "version: \"1\\x2e3\"": line 1: the version is written with escapes: write it plainly
        "version: 'it''s'": line 1: the version is written with escapes: write it plainly
        "version: '1.3.0'# no comment": line 1: something stands behind the version: only a comment, after a space, may
        "version: [1, 3]": line 1: the version is not a single word: write it in quotes
        "name: a\rversion: 1": line 1: some readers see a line end inside this line: use plain line ends
        "description: 'a\nb'\nversion: 1": line 2: expected `key: value` here: a value that goes on must be indented
        "#);
    }
}
