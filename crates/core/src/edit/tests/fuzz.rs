//! No text, and no damage to a text, makes an edit panic or change what it should not.

use proptest::prelude::*;

use super::{How, Selected, Texts, bump, manifests, only_versions_differ, repository};
use crate::edit::{EditError, InFile};
use crate::version::Spelling;

/// One small repository of every ecosystem, with everything in it that a bump follows.
fn whole() -> (Texts, Vec<Selected>) {
    let files = repository(&[
        (
            "package.json",
            "{\"name\":\"root\",\"version\":\"1.3.0\",\"workspaces\":[\"p/*\"],\"dependencies\":{\"a\":\"^1.3.0\",\"x\":\"1.3.0\"}}",
        ),
        (
            "package-lock.json",
            "{\"version\":\"1.3.0\",\"packages\":{\"\":{\"version\":\"1.3.0\",\"dependencies\":{\"a\":\"^1.3.0\"}},\"p/a\":{\"version\":\"1.3.0\"}},\"dependencies\":{\"a\":{\"version\":\"file:p/a\",\"requires\":{\"a\":\"1\"}}}}",
        ),
        ("p/a/package.json", "{\r\n  \"name\": \"a\",\r\n  \"version\": \"1.3.0\"\r\n}"),
        (
            "Cargo.toml",
            "[workspace]\nmembers = ['c/*']\n[workspace.package]\nversion = \"1.3.0\"\n[workspace.dependencies]\nb = { path = \"c/b\", version = \"1.3.0\" }\n",
        ),
        (
            "Cargo.lock",
            "[[package]]\nname = \"b\"\nversion = \"1.3.0\"\ndependencies = [\"x 1.3.0\"]\n[[package]]\nname = \"x\"\nversion = \"1.3.0\"\nsource = \"r\"\n",
        ),
        ("c/b/Cargo.toml", "[package]\nname = \"b\"\nversion.workspace = true\n"),
        (
            "pyproject.toml",
            "[project]\nname = \"y\"\nversion = \"1.3.0\"\ndependencies = [\"y==1.3.0; x>'1'\"]\n[tool.uv.sources]\ny = { workspace = true }\n",
        ),
        (
            "uv.lock",
            "[[package]]\nname = \"y\"\nversion = \"1.3.0\"\nsource = { editable = \".\" }\n[package.metadata]\nrequires-dist = [{ name = \"y\", editable = \".\", specifier = \"==1.3.0\" }]\n",
        ),
        (
            "h/a/Chart.yaml",
            "name: a\nversion: 1.3.0\nappVersion: \"v1.3.0\"\ndependencies:\n- name: b\n  version: ~1.3.0\n  repository: file://../b\n",
        ),
        ("h/b/Chart.yaml", "---\nname: b\nversion: '1.3.0' # b\n"),
        ("values.yaml", "image: # ours\n  tag: 1.3.0\n"),
        ("conf.py", "release = '1.3.0'\n"),
    ]);
    let named =
        ["package.json", "p/a/package.json", "Cargo.toml", "pyproject.toml", "h/a/Chart.yaml", "h/b/Chart.yaml"];
    let mut selected = manifests(&named);
    let key = How::Key { key: "image.tag".to_owned(), spelling: Spelling::SemVer };
    let pattern = How::Pattern { pattern: "release = '{version}'".to_owned(), count: 1, spelling: Spelling::Pep440 };
    selected.extend(
        [("values.yaml", key), ("conf.py", pattern)].map(|(path, how)| Selected { path: path.to_owned(), how }),
    );
    (files, selected)
}

/// Whether the edit took back its own work, which would be a mistake in it and not in the files.
fn is_mistake(wrong: &InFile) -> bool {
    matches!(wrong.error, EditError::NotSet { .. } | EditError::Differs { .. })
}

#[test]
fn the_whole_is_bumped_everywhere() {
    let (files, selected) = whole();
    let edited = bump(&selected, &files, &"1.4.0".parse().unwrap()).unwrap();
    let left: Vec<_> = files.keys().filter(|path| !edited.contains_key(*path)).collect();
    assert_eq!(left, ["c/b/Cargo.toml"]);
    assert_eq!(edited.values().map(|edited| edited.text.matches("1.3.0").count()).sum::<usize>(), 3, "those of others");
}

/// Bytes that mean something in one of the formats, and some that mean nothing.
fn scrap() -> impl Strategy<Value = String> {
    prop_oneof![
        "[\\[\\]{}\"':.=,#\n\r\t ~^v*<>!|&%-]{0,3}",
        prop::sample::select(vec![
            "1.3.0",
            "version",
            "\u{feff}",
            "ü",
            "- ",
            "\n  ",
            "\\u0031",
            "\"\"\"",
            "workspace:",
            "file:"
        ])
        .prop_map(str::to_owned),
        any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn damage_is_refused_or_kept(
        at in any::<prop::sample::Index>(), place in any::<prop::sample::Index>(), drop in 0_usize..6, scrap in scrap(),
    ) {
        let (mut files, selected) = whole();
        let path = at.get(&files.keys().cloned().collect::<Vec<_>>()).clone();
        let text = files.get_mut(&path).unwrap();
        let ends: Vec<usize> = (0..=text.len()).filter(|at| text.is_char_boundary(*at)).collect();
        let start = place.index(ends.len());
        text.replace_range(ends[start]..ends[(start + drop).min(ends.len() - 1)], &scrap);
        match bump(&selected, &files, &"1.4.0".parse().unwrap()) {
            Err(wrong) => prop_assert!(!is_mistake(&wrong), "{}: {}", wrong, wrong.error),
            Ok(edited) => {
                let mut after = files.clone();
                after.extend(edited.into_iter().map(|(path, edited)| (path, edited.text)));
                prop_assert!(only_versions_differ(&selected, &files, &after).is_ok());
                // Damage to the result is noticed, unless it is to a value itself.
                after.get_mut(&path).unwrap().push_str("\n# more\n");
                prop_assert!(only_versions_differ(&selected, &files, &after).is_err());
            }
        }
    }

    #[test]
    fn no_text_panics(path in any::<prop::sample::Index>(), text in any::<String>()) {
        let (mut files, selected) = whole();
        let path = path.get(&files.keys().cloned().collect::<Vec<_>>()).clone();
        files.insert(path, text);
        if let Err(wrong) = bump(&selected, &files, &"1.4.0-rc.1".parse().unwrap()) {
            prop_assert!(!is_mistake(&wrong), "{}: {}", wrong, wrong.error);
        }
    }
}
