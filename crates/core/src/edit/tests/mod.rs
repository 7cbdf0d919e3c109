//! Tests of the list of formats.

use super::*;

#[test]
fn the_file_name_tells_the_format() {
    assert_eq!(Format::of("pyproject.toml"), Some(Format::Pyproject));
    assert_eq!(Format::of("web/app/package.json"), Some(Format::PackageJson));
    assert_eq!(Format::of("crates/api/Cargo.toml"), Some(Format::Cargo));
    assert_eq!(Format::of("infra/helm/api/Chart.yaml"), Some(Format::Chart));
    for other in ["", "cargo.toml", "package-lock.json", "Chart.yml", "pyproject.toml/x"] {
        assert_eq!(Format::of(other), None, "{other}");
    }
}

#[test]
fn a_file_above_the_cap_is_refused() {
    let text = format!("version: 1.0.0\n#{}", "x".repeat(MAX_BYTES));
    let refused = places(Format::Chart, &text).unwrap_err();
    insta::assert_snapshot!(refused, @"the file has 33554448 bytes and only files up to 33554432 are edited: is this the manifest itself?");
}

mod cargo;
mod fuzz;
mod helm;
mod npm;
mod python;

/// The files of a small repository.
fn repository(files: &[(&str, &str)]) -> Texts {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}

fn manifests(paths: &[&str]) -> Vec<Selected> {
    let selected =
        |path: &&str| Selected { path: (*path).to_owned(), how: How::Manifest(Format::of(path).expect("a manifest")) };
    paths.iter().map(selected).collect()
}

/// Bumps, and shows every line that changed as people see it in a diff; line ends and a mark at the front are shown too.
fn bumped(files: &Texts, selected: &[Selected], to: &str) -> String {
    let edited = match bump(selected, files, &to.parse().unwrap()) {
        Ok(edited) => edited,
        Err(wrong) => return format!("{wrong}: {}", wrong.error),
    };
    let mut shown = String::new();
    for (path, edited) in &edited {
        let (before, after): (Vec<_>, Vec<_>) = (lines(&files[path]), lines(&edited.text));
        assert_eq!(before.len(), after.len(), "{path}");
        shown.push_str(&format!("{path}\n"));
        for (before, after) in before.iter().zip(&after).filter(|(before, after)| before != after) {
            shown.push_str(&format!("- {}\n+ {}\n", before.escape_debug(), after.escape_debug()));
        }
    }
    let mut after = files.clone();
    after.extend(edited.iter().map(|(path, edited)| (path.clone(), edited.text.clone())));
    only_versions_differ(selected, files, &after).unwrap();
    assert!(bump(selected, &after, &to.parse().unwrap()).unwrap().is_empty(), "a second time there is nothing to do");
    shown.replace("\\\"", "\"")
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}
