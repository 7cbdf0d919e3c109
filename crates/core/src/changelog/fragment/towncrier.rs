use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Fragment, FragmentError, Fragments, bare};
use crate::changelog::section::Section;

/// Files that a folder of fragments may hold beside them.
const OTHERS: [&str; 7] = [".gitignore", ".gitkeep", ".keep", "readme", "readme.md", "readme.rst", "template.md"];

/// A sort of change.
struct Sort {
    /// How the name of a file says it.
    word: String,
    /// The group's title.
    title: String,
    /// Whether what the file says is shown, or only its issue.
    shown: bool,
}

pub(super) fn read(
    folder: &str,
    files: &[(&str, &str)],
    settings: Option<(&str, &str)>,
) -> Result<Fragments, FragmentError> {
    let settings = settings.map(|(path, text)| parse(path, text)).transpose()?;
    let sorts = sorts(settings.as_ref().and_then(|all| towncrier(all.get_ref())));
    let mut fragments = Fragments::default();
    for (path, text) in files {
        let inner = path.strip_prefix(folder).map_or(*path, |inner| inner.trim_start_matches('/'));
        let name = inner.rsplit('/').next().unwrap_or(inner);
        let is_other = OTHERS.iter().any(|other| other.eq_ignore_ascii_case(name))
            || name.ends_with(".jinja")
            || name.ends_with(".j2");
        if is_other || name.starts_with("_template") {
            continue;
        }
        let (issue, sort) = parts(name, &sorts).ok_or_else(|| unknown(path, &sorts))?;
        let text = bare(text);
        fragments.consumed.push((*path).to_owned());
        let issues: Vec<String> = issue.into_iter().collect();
        let text = if sort.shown || issues.is_empty() { text } else { String::new() };
        if text.is_empty() && issues.is_empty() {
            continue;
        }
        fragments.told.push(Fragment {
            path: (*path).to_owned(),
            group: sort.title.clone(),
            text,
            issues,
            ..Fragment::default()
        });
    }
    Ok(join(fragments))
}

fn unknown(path: &str, sorts: &[Sort]) -> FragmentError {
    let known = sorts.iter().map(|sort| sort.word.as_str()).collect::<Vec<_>>().join(", ");
    FragmentError::Unknown { path: path.to_owned(), known }
}

/// `ISSUE.TYPE[.COUNTER][.EXTENSION]`: the type is the last part but one or two that is known. An orphan, whose name
/// begins with `+`, has no issue.
fn parts<'s>(name: &str, sorts: &'s [Sort]) -> Option<(Option<String>, &'s Sort)> {
    let parts: Vec<&str> = name.split('.').collect();
    let at = (1..parts.len()).rev().find(|at| sorts.iter().any(|sort| sort.word == parts[*at]))?;
    let sort = sorts.iter().find(|sort| sort.word == parts[at])?;
    let issue = parts[..at].join(".");
    let number = issue.trim_start_matches('0');
    let issue =
        if number.bytes().all(|byte| byte.is_ascii_digit()) && !number.is_empty() { number.to_owned() } else { issue };
    Some(((!issue.starts_with('+') && !issue.is_empty()).then_some(issue), sort))
}

/// Files of one sort that say the same become one item with all their issues, as towncrier has it.
fn join(mut fragments: Fragments) -> Fragments {
    let mut told: Vec<Fragment> = Vec::new();
    let mut seen: std::collections::HashMap<(String, String), usize> = std::collections::HashMap::new();
    for fragment in fragments.told.drain(..) {
        let key = (fragment.group.clone(), fragment.text.clone());
        match seen.get(&key) {
            Some(at) => told[*at].issues.extend(fragment.issues),
            None => {
                seen.insert(key, told.len());
                told.push(fragment);
            }
        }
    }
    Fragments { told, ..fragments }
}

/// The types of towncrier's own default table, told under the titles of Keep a Changelog, and the words of that.
fn defaults() -> Vec<Sort> {
    const WORDS: [(&str, Section); 15] = [
        ("breaking", Section::Breaking),
        ("feature", Section::Added),
        ("added", Section::Added),
        ("change", Section::Changed),
        ("changed", Section::Changed),
        ("deprecation", Section::Deprecated),
        ("deprecated", Section::Deprecated),
        ("removal", Section::Removed),
        ("removed", Section::Removed),
        ("bugfix", Section::Fixed),
        ("fixed", Section::Fixed),
        ("security", Section::Security),
        ("doc", Section::Documentation),
        ("docs", Section::Documentation),
        ("misc", Section::Internal),
    ];
    let sort = |(word, section): (&str, Section)| Sort {
        word: word.to_owned(),
        title: section.title().to_owned(),
        shown: section != Section::Internal,
    };
    let highlight = Sort { word: "highlight".to_owned(), title: "Highlights".to_owned(), shown: true };
    WORDS.into_iter().map(sort).chain([highlight]).collect()
}

/// The types that a project has named, as a list of tables or as tables by name; those of the default where it has not.
fn sorts(table: Option<&DeTable<'_>>) -> Vec<Sort> {
    let sort = |word: &str, one: &DeTable<'_>| Sort {
        word: word.to_owned(),
        title: text(one, "name").unwrap_or_else(|| capitalized(word)),
        shown: one.get("showcontent").and_then(|shown| shown.get_ref().as_bool()).unwrap_or(true),
    };
    let named: Vec<Sort> = match table.and_then(|table| table.get("type")).map(Spanned::get_ref) {
        Some(DeValue::Array(types)) => types
            .iter()
            .filter_map(|one| one.get_ref().as_table())
            .filter_map(|one| Some(sort(&text(one, "directory").or_else(|| text(one, "name"))?, one)))
            .collect(),
        Some(DeValue::Table(types)) => {
            types.iter().filter_map(|(word, one)| Some(sort(word.get_ref(), one.get_ref().as_table()?))).collect()
        }
        _ => vec![],
    };
    if named.is_empty() { defaults() } else { named }
}

fn text(table: &DeTable<'_>, key: &str) -> Option<String> {
    table.get(key)?.get_ref().as_str().map(str::to_owned)
}

fn capitalized(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// The table `tool.towncrier`.
fn towncrier<'t>(all: &'t DeTable<'_>) -> Option<&'t DeTable<'t>> {
    all.get("tool")?.get_ref().as_table()?.get("towncrier")?.get_ref().as_table()
}

fn parse<'t>(path: &str, text: &'t str) -> Result<Spanned<DeTable<'t>>, FragmentError> {
    let settings =
        |error: toml::de::Error| FragmentError::Settings { path: path.to_owned(), reason: error.message().to_owned() };
    DeTable::parse(text.trim_start_matches('\u{feff}')).map_err(settings)
}

pub(super) fn directory(settings: &str) -> Option<String> {
    let all = parse("", settings).ok()?;
    text(towncrier(all.get_ref())?, "directory").map(|folder| folder.trim_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(files: &[(&str, &str)], settings: Option<&str>) -> String {
        let read = read("changelog.d", files, settings.map(|text| ("pyproject.toml", text)));
        match read {
            Ok(read) => {
                let line = |one: &Fragment| format!("{}: {:?} {:?}\n", one.group, one.text, one.issues);
                read.told.iter().map(line).collect::<String>() + &format!("consumed {}", read.consumed.len())
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn names_say_issue_and_sort() {
        let files = [
            ("changelog.d/.gitignore", "!.gitignore"),
            ("changelog.d/123.feature.1.md", "More.\r\n"),
            ("changelog.d/123.feature.md", "\nExports.\n\nFast ones.\n"),
            ("changelog.d/124.feature", "Exports.\n\nFast ones."),
            ("changelog.d/+anything.bugfix.rst", "A leak."),
            ("changelog.d/PROJ-7.removal.md", "Old things."),
            ("changelog.d/0042.misc.md", "not shown"),
            ("changelog.d/README.md", "how to"),
            ("changelog.d/fix-1.2.doc.md", "A page."),
            ("changelog.d/+.highlight.md", "Fast."),
        ];
        insta::assert_snapshot!(told(&files, None), @r#"
        Added: "More." ["123"]
        Added: "Exports.\n\nFast ones." ["123", "124"]
        Fixed: "A leak." []
        Removed: "Old things." ["PROJ-7"]
        Internal: "" ["42"]
        Documentation: "A page." ["fix-1.2"]
        Highlights: "Fast." []
        consumed 8
        "#);
    }

    #[test]
    fn a_project_names_its_own_sorts() {
        let list = "[tool.towncrier]\ndirectory = \"news/\"\n[[tool.towncrier.type]]\ndirectory = \"break\"\nname = \"Careful\"\nshowcontent = true\n";
        insta::assert_snapshot!(told(&[("changelog.d/1.break.md", "x")], Some(list)), @r#"
        Careful: "x" ["1"]
        consumed 1
        "#);
        assert_eq!(directory(list).as_deref(), Some("news"));
        let tables = "[tool.towncrier.type.fancy]\n[tool.towncrier.type.dull]\nshowcontent = false\n";
        insta::assert_snapshot!(told(&[("changelog.d/1.fancy.md", "x"), ("changelog.d/2.dull.md", "y")], Some(tables)), @r#"
        Fancy: "x" ["1"]
        Dull: "" ["2"]
        consumed 2
        "#);
    }

    #[test]
    fn a_file_that_would_be_left_behind_is_refused() {
        insta::assert_snapshot!(told(&[("changelog.d/12.feat.md", "x")], None), @"`changelog.d/12.feat.md` names no sort of change: expected ISSUE.TYPE.md with one of the types breaking, feature, added, change, changed, deprecation, deprecated, removal, removed, bugfix, fixed, security, doc, docs, misc, highlight");
        insta::assert_snapshot!(told(&[], Some("[tool")), @"`pyproject.toml` cannot be read: unclosed table, expected `]`");
    }
}
