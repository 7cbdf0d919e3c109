use serde::Deserialize;

use super::{Fragment, FragmentError, Fragments, bare};
use crate::changelog::plain::{self, Plain};
use crate::changelog::section::Section;

/// How much a change changes a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Not at all.
    None,
    /// A fix.
    Patch,
    /// Something new.
    Minor,
    /// Something breaks.
    Major,
}

/// The record of a series of prereleases, `pre.json`.
#[derive(Deserialize)]
struct Pre {
    mode: String,
    changesets: Vec<String>,
}

pub(super) fn read(folder: &str, files: &[(&str, &str)]) -> Result<Fragments, FragmentError> {
    let record = files.iter().find(|(path, _)| path.rsplit('/').next() == Some("pre.json"));
    let pre = record.map(|(path, text)| pre(path, text)).transpose()?;
    let is_running = pre.as_ref().is_some_and(|pre| pre.mode == "pre");
    let mut fragments = Fragments::default();
    let mut new: Vec<&str> = Vec::new();
    for (path, text) in files {
        let Some(name) = name(folder, path) else { continue };
        let is_told = pre.as_ref().is_some_and(|pre| pre.changesets.iter().any(|told| told == name));
        if !(is_running && is_told) {
            fragments.told.extend(one(path, text)?);
            new.push(name);
        }
        fragments.consumed.push((*path).to_owned());
    }
    match record {
        Some((path, text)) if is_running => {
            fragments.consumed.clear();
            if !new.is_empty() {
                fragments.rewritten.push(((*path).to_owned(), recorded(path, text, &new)?));
            }
        }
        Some((path, _)) => fragments.consumed.push((*path).to_owned()),
        None => {}
    }
    Ok(fragments)
}

/// The name of a changeset; none for another file.
fn name<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    let name = path.strip_prefix(folder)?.strip_prefix('/')?.strip_suffix(".md")?;
    (!name.contains('/') && !name.eq_ignore_ascii_case("readme") && !name.starts_with('.')).then_some(name)
}

/// A changeset; none for an empty one, which says that a pull request needs no release.
fn one(path: &str, text: &str) -> Result<Option<Fragment>, FragmentError> {
    let none = || FragmentError::NoFrontMatter { path: path.to_owned() };
    let mut lines = text.trim_start_matches('\u{feff}').trim_start().lines();
    if lines.next().map(str::trim_end) != Some("---") {
        return Err(none());
    }
    let mut packages = Vec::new();
    loop {
        match lines.next().ok_or_else(none)?.trim() {
            "---" => break,
            line if line.is_empty() || line.starts_with('#') => {}
            line => packages.push(package(line).ok_or_else(none)?),
        }
    }
    let text = bare(&lines.collect::<Vec<_>>().join("\n"));
    let level = packages.iter().map(|(_, level)| *level).max().unwrap_or(Level::None);
    if text.is_empty() && level == Level::None {
        return Ok(None);
    }
    let group = section(level, &text).title().to_owned();
    let text = if text.is_empty() {
        packages.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
    } else {
        text
    };
    Ok(Some(Fragment { path: path.to_owned(), group, text, packages, ..Fragment::default() }))
}

/// `"@scope/name": minor`
fn package(line: &str) -> Option<(String, Level)> {
    let line = line.split(" #").next().unwrap_or(line).trim_end();
    let (name, level) = line.rsplit_once(':')?;
    let unquoted = |text: &str| text.trim().trim_matches(['"', '\'']).to_owned();
    let level = match unquoted(level).as_str() {
        "major" => Level::Major,
        "minor" => Level::Minor,
        "patch" => Level::Patch,
        "none" => Level::None,
        _ => return None,
    };
    Some((unquoted(name), level)).filter(|(name, _)| !name.is_empty())
}

/// The level says whether something breaks; otherwise the summary's own verb knows better what kind of change it is.
fn section(level: Level, text: &str) -> Section {
    let by_level = match level {
        Level::Major => return Section::Breaking,
        Level::Minor => Section::Added,
        Level::Patch | Level::None => Section::Fixed,
    };
    match plain::judge(text.lines().next().unwrap_or_default()) {
        Plain::Change(
            section @ (Section::Added | Section::Deprecated | Section::Removed | Section::Fixed | Section::Security),
        ) => section,
        _ => by_level,
    }
}

fn pre(path: &str, text: &str) -> Result<Pre, FragmentError> {
    let settings =
        |error: serde_json::Error| FragmentError::Settings { path: path.to_owned(), reason: error.to_string() };
    serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(settings)
}

/// The record with more changesets in it, all else as it was.
fn recorded(path: &str, text: &str, new: &[&str]) -> Result<String, FragmentError> {
    let lost =
        || FragmentError::Settings { path: path.to_owned(), reason: "its list of changesets was not found".to_owned() };
    let key = text.find("\"changesets\"").ok_or_else(lost)?;
    let open = key + text[key..].find('[').ok_or_else(lost)?;
    let close = open + text[open..].find(']').ok_or_else(lost)?;
    let mut all = pre(path, text)?.changesets;
    all.extend(new.iter().map(|name| (*name).to_owned()));
    all.sort();
    let list: Vec<String> = all.iter().map(|name| format!("    {}", serde_json::Value::from(name.as_str()))).collect();
    let edited = format!("{}[\n{}\n  ]{}", &text[..open], list.join(",\n"), &text[close + 1..]);
    if pre(path, &edited)?.changesets == all { Ok(edited) } else { Err(lost()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: [(&str, &str); 2] = [(".changeset/README.md", "# how to"), (".changeset/config.json", "{}")];

    fn read_all(files: &[(&str, &str)]) -> Result<Fragments, FragmentError> {
        read(".changeset", &[files, &CONFIG].concat())
    }

    #[test]
    fn a_changeset_names_packages_and_levels() {
        let read = read_all(&[
            (
                ".changeset/a.md",
                "---\r\n\"@x/api\": minor\r\n'web': patch\r\n---\r\n\r\nFix a leak\r\n\r\nIt was there.",
            ),
            (".changeset/b.md", "---\nweb: major\n---\n\nDrop v1"),
            (".changeset/c.md", "---\n---\n"),
        ])
        .unwrap();
        let line = |one: &Fragment| format!("{}: {:?} {:?}\n", one.group, one.text, one.packages);
        insta::assert_snapshot!(read.told.iter().map(line).collect::<String>(), @r#"
        Fixed: "Fix a leak\n\nIt was there." [("@x/api", Minor), ("web", Patch)]
        Breaking changes: "Drop v1" [("web", Major)]
        "#);
        assert_eq!(read.consumed, [".changeset/a.md", ".changeset/b.md", ".changeset/c.md"]);
    }

    #[test]
    fn a_series_of_prereleases_keeps_its_changesets_until_it_ends() {
        let record = "{\n  \"mode\": \"pre\",\n  \"tag\": \"next\",\n  \"changesets\": [\n    \"a\"\n  ]\n}\n";
        let (a, b) =
            ((".changeset/a.md", "---\nx: minor\n---\nAdd a"), (".changeset/b.md", "---\nx: minor\n---\nAdd b"));
        let read = read_all(&[a, b, (".changeset/pre.json", record)]).unwrap();
        assert_eq!(read.told.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["Add b"]);
        assert_eq!(read.consumed, [""; 0]);
        assert_eq!(read.rewritten[0].1, record.replace("\"a\"\n", "\"a\",\n    \"b\"\n"));
        let read = read_all(&[a, b, (".changeset/pre.json", &record.replace("\"pre\"", "\"exit\""))]).unwrap();
        assert_eq!((read.told.len(), read.consumed.len(), read.rewritten.len()), (2, 3, 0));
    }

    #[test]
    fn what_is_no_changeset_is_refused() {
        for text in ["Add x", "---\nx: minor", "---\nx: huge\n---\n", "---\nx\n---\ny", ""] {
            assert!(
                matches!(read_all(&[(".changeset/a.md", text)]), Err(FragmentError::NoFrontMatter { .. })),
                "{text}"
            );
        }
        assert!(matches!(read_all(&[(".changeset/pre.json", "{")]), Err(FragmentError::Settings { .. })));
    }
}
