//! Whether all places of the version say the same.

use std::collections::BTreeMap;

use super::set::{InFile, Selected, Texts, named_places};
use super::spelled::without_v;
use super::{Holds, Place};
use crate::version::{Spelling, Version};

/// A place that says something else than it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Differs {
    /// The file.
    pub path: String,
    /// The line, counted from one.
    pub line: usize,
    /// The key's full name.
    pub field: String,
    /// What it says.
    pub value: String,
    /// What it should say; none where no place says a version.
    pub expected: Option<String>,
}

/// What places of the version say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// How many places there are.
    pub places: usize,
    /// The version that they should say; none where none of them says one.
    pub version: Option<Version>,
    /// Those that do not.
    pub differing: Vec<Differs>,
}

/// Compares every place of the version in the files that are named: with `wanted`, where it is known what must stand there;
/// otherwise with each other, and then what most of them say is right, or `likely` where as many say that.
///
/// # Errors
/// The first file in which no version can be found.
pub fn differing(
    selected: &[Selected],
    texts: &Texts,
    wanted: Option<&Version>,
    likely: Option<&Version>,
) -> Result<Agreement, InFile> {
    let mut places = named_places(selected, texts)?;
    // A place of a workspace is found once for every member that takes its version from there.
    places.sort_by(|a, b| (&a.0, a.1.span.start).cmp(&(&b.0, b.1.span.start)));
    places.dedup_by(|a, b| a.0 == b.0 && a.1.span == b.1.span);
    let version = wanted.cloned().or_else(|| most_said(&places, likely));
    let differs = |(path, place): &(String, Place)| {
        let Holds::Version(spelling) = place.holds else { return None };
        let expected = version.as_ref().map(|version| version.spelled(spelling));
        let is_so = match wanted {
            // What was written by a release is written exactly so.
            Some(_) => Some(without_v(&place.value)) == expected.as_deref(),
            None => place.version().is_some() && place.version() == version,
        };
        let before = texts.get(path).and_then(|text| text.get(..place.span.start)).unwrap_or_default();
        (!is_so).then(|| Differs {
            path: path.clone(),
            line: 1 + before.matches('\n').count(),
            field: place.field.clone(),
            value: place.value.clone(),
            expected,
        })
    };
    let differing = places.iter().filter_map(differs).collect();
    Ok(Agreement { places: places.len(), version, differing })
}

/// The version that most places say; among equals the likely one, then the lowest.
fn most_said(places: &[(String, Place)], likely: Option<&Version>) -> Option<Version> {
    let mut counts: BTreeMap<String, (usize, Version)> = BTreeMap::new();
    for version in places.iter().filter_map(|(_, place)| place.version()) {
        counts.entry(version.spelled(Spelling::SemVer)).or_insert((0, version)).0 += 1;
    }
    let rank = |(count, version): &(usize, Version)| (*count, Some(version) == likely);
    let best = counts.values().map(rank).max()?;
    let mut most: Vec<Version> =
        counts.into_values().filter(|said| rank(said) == best).map(|(_, version)| version).collect();
    most.sort();
    most.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::{Format, How};

    fn shown(files: &[(&str, &str)], wanted: Option<&str>, likely: &str) -> String {
        let texts: Texts = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let how = |path: &str| match Format::of(path) {
            Some(format) => How::Manifest(format),
            None => How::Pattern { pattern: "at {version} now".to_owned(), count: 1, spelling: Spelling::SemVer },
        };
        let selected: Vec<_> = texts.keys().map(|path| Selected { path: path.clone(), how: how(path) }).collect();
        let wanted = wanted.map(|wanted| wanted.parse().unwrap());
        let found = differing(&selected, &texts, wanted.as_ref(), Some(&likely.parse().unwrap())).unwrap();
        let line = |d: &Differs| {
            format!(
                "{}:{}: {} is {}, not {}",
                d.path,
                d.line,
                d.field,
                d.value,
                d.expected.as_deref().unwrap_or("a version")
            )
        };
        let mut lines =
            vec![format!("{} places, {:?}", found.places, found.version.map(|version| version.to_string()))];
        lines.extend(found.differing.iter().map(line));
        lines.join("\n")
    }

    const PYTHON: (&str, &str) = ("pyproject.toml", "[project]\nname = \"a\"\nversion = \"1.4.0rc1\"\n");
    const NODE: (&str, &str) = ("package.json", "{\n  \"version\": \"1.4.0-rc.1\"\n}\n");
    const CHART: (&str, &str) = ("Chart.yaml", "version: 1.4.0-rc.1\nappVersion: \"v1.3.0\"\n");

    #[test]
    fn places_agree_whatever_their_spelling() {
        insta::assert_snapshot!(shown(&[PYTHON, NODE], None, "1.3.0"), @r#"2 places, Some("1.4.0-rc.1")"#);
        insta::assert_snapshot!(shown(&[PYTHON, NODE], Some("1.4.0-rc.1"), "1.3.0"), @r#"2 places, Some("1.4.0-rc.1")"#);
    }

    #[test]
    fn every_place_that_differs_is_named() {
        insta::assert_snapshot!(shown(&[PYTHON, NODE, CHART], None, "1.3.0"), @r#"
        4 places, Some("1.4.0-rc.1")
        Chart.yaml:2: appVersion is v1.3.0, not 1.4.0-rc.1
        "#);
        insta::assert_snapshot!(shown(&[PYTHON, CHART], Some("1.4.0"), "1.3.0"), @r#"
        3 places, Some("1.4.0")
        Chart.yaml:1: version is 1.4.0-rc.1, not 1.4.0
        Chart.yaml:2: appVersion is v1.3.0, not 1.4.0
        pyproject.toml:3: project.version is 1.4.0rc1, not 1.4.0
        "#);
        insta::assert_snapshot!(shown(&[NODE, ("pyproject.toml", "[project]\nversion = \"1.3.0\"\n")], None, "1.3.0"), @r#"
        2 places, Some("1.3.0")
        package.json:2: version is 1.4.0-rc.1, not 1.3.0
        "#);
    }

    #[test]
    fn what_is_no_version_of_ours_agrees_with_nothing() {
        let package = ("package.json", "{\"version\": \"latest\"}");
        insta::assert_snapshot!(shown(&[package], None, "1.3.0"), @"
        1 places, None
        package.json:1: version is latest, not a version
        ");
    }
}
