//! `allclear bump`: the version in a checkout, without a release.

use std::os::unix::fs::PermissionsExt;

use allclear_testbed::{Repo, TestEnv};
use insta::assert_snapshot;

use super::transcript::{Story, allclear, ends, says};

/// A repository with these files, committed.
pub(crate) fn repository(files: &[(&str, &str)]) -> Repo {
    let env = TestEnv::new().person("ana-example");
    let folder = env.folder().join("work");
    std::fs::create_dir_all(&folder).unwrap();
    let repo = env.repo_at(folder);
    repo.git(&["init", "--quiet"]);
    files.iter().for_each(|(path, text)| repo.write(path, text));
    repo.commit("the beginning");
    repo
}

fn read(repo: &Repo, path: &str) -> String {
    std::fs::read_to_string(repo.path().join(path)).unwrap()
}

const PYPROJECT: (&str, &str) = ("pyproject.toml", "\u{feff}[project]\r\nname = 'api'\r\nversion = '1.3.0' # ours\r\n");
const CHART: (&str, &str) = ("charts/api/Chart.yaml", "name: api\nversion: 1.3.0\nappVersion: \"1.3.0\"\n");
const VALUES: (&str, &str) = ("charts/api/values.yaml", "image:\n\ttag: no\n");

#[test]
fn without_a_process_the_places_are_those_that_init_finds() {
    let repo = repository(&[PYPROJECT, CHART, VALUES, ("web/package.json", "{\"version\":\"0.9.0\"}")]);
    let mut story = Story::default();
    story
        .tell(&repo, "bump minor --dry-run")
        .tell(&repo, "bump minor")
        .tell(&repo, "bump 1.4.0")
        .tell(&repo, "bump 1.5.0-rc.1 --json");
    assert_snapshot!(story.told(), @r#"

    ana$ allclear bump minor --dry-run
    --- a/charts/api/Chart.yaml
    +++ b/charts/api/Chart.yaml
    @@ -1,3 +1,3 @@
     name: api
    -version: 1.3.0
    -appVersion: "1.3.0"
    +version: 1.4.0
    +appVersion: "1.4.0"
    --- a/pyproject.toml
    +++ b/pyproject.toml
    @@ -1,3 +1,3 @@
     ﻿[project]
     name = 'api'
    -version = '1.3.0' # ours
    +version = '1.4.0' # ours
    [0]

    ana$ allclear bump minor
    charts/api/Chart.yaml: version 1.3.0 → 1.4.0
    charts/api/Chart.yaml: appVersion 1.3.0 → 1.4.0
    pyproject.toml: project.version 1.3.0 → 1.4.0
    [0]

    ana$ allclear bump 1.4.0
    | 1.4.0 stands everywhere already
    [0]

    ana$ allclear bump 1.5.0-rc.1 --json
    {"dry_run":false,"files":[{"changes":[{"field":"version","from":"1.4.0","to":"1.5.0-rc.1"},{"field":"appVersion","from":"1.4.0","to":"1.5.0-rc.1"}],"path":"charts/api/Chart.yaml"},{"changes":[{"field":"project.version","from":"1.4.0","to":"1.5.0rc1"}],"path":"pyproject.toml"}],"version":"1.5.0-rc.1"}
    [0]
    "#);
    assert_eq!(read(&repo, "pyproject.toml"), PYPROJECT.1.replace("1.3.0", "1.5.0rc1"));
}

#[test]
fn a_dry_run_writes_nothing_and_prints_what_git_applies() {
    let repo = repository(&[PYPROJECT, CHART]);
    let ran = allclear(&repo, "bump patch --dry-run");
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
    std::fs::write(repo.env().tmp().join("bump.diff"), &ran.stdout).unwrap();
    repo.git(&["apply", &repo.env().tmp().join("bump.diff").to_string_lossy()]);
    let applied = (read(&repo, PYPROJECT.0), read(&repo, CHART.0));
    repo.git(&["checkout", "--quiet", "."]);
    ends(&repo, "bump patch", 0);
    assert_eq!((read(&repo, PYPROJECT.0), read(&repo, CHART.0)), applied);
}

#[test]
fn a_process_names_keys_and_patterns() {
    let process = r#"[project]
name = "api"
trunk = "main"
[versions]
files = [
    "pyproject.toml",
    { file = "charts/*/Chart.yaml", path = "version" },
    { file = "docs/conf.py", pattern = 'release = "{version}"', spelling = "pep440" },
]
"#;
    let files = [
        PYPROJECT,
        CHART,
        ("docs/conf.py", "release = \"1.3.0\"\nneeds_sphinx = \"1.3.0\""),
        ("allclear.toml", process),
    ];
    let repo = repository(&files);
    assert_snapshot!(says(&repo, "bump 2.0.0-rc.1"), @"
    charts/api/Chart.yaml: version 1.3.0 → 2.0.0-rc.1
    docs/conf.py: line 1 1.3.0 → 2.0.0rc1
    pyproject.toml: project.version 1.3.0 → 2.0.0rc1
    [0]
    ");
}

#[test]
fn places_that_disagree_are_shown_and_nothing_is_written() {
    let repo = repository(&[PYPROJECT, ("charts/db/Chart.yaml", "name: db\nversion: 1.2.9\nappVersion: 16.2.0\n")]);
    let mut story = Story::default();
    story.tell(&repo, "bump minor").tell(&repo, "bump 2.0.0");
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
    story.tell(&repo, "bump 17.0.0 --level");
    assert_snapshot!(story.told(), @r#"

    ana$ allclear bump minor
    | error: the places state different versions:
    |   1.2.9  charts/db/Chart.yaml: version
    |   1.3.0  pyproject.toml: project.version
    |   16.2.0  charts/db/Chart.yaml: appVersion
    | hint: `--level` writes the new version into all of them
    | hint: what has a version of its own is left out of `[versions]`, or named by one key: `{ file = "Chart.yaml", path = "version" }`
    [64]

    ana$ allclear bump 2.0.0
    | error: the places state different versions:
    |   1.2.9  charts/db/Chart.yaml: version
    |   1.3.0  pyproject.toml: project.version
    |   16.2.0  charts/db/Chart.yaml: appVersion
    | hint: `--level` writes the new version into all of them
    | hint: what has a version of its own is left out of `[versions]`, or named by one key: `{ file = "Chart.yaml", path = "version" }`
    [64]

    ana$ allclear bump 17.0.0 --level
    charts/db/Chart.yaml: version 1.2.9 → 17.0.0
    charts/db/Chart.yaml: appVersion 16.2.0 → 17.0.0
    pyproject.toml: project.version 1.3.0 → 17.0.0
    [0]
    "#);
}

#[test]
fn a_file_that_cannot_be_edited_stops_all_of_them() {
    let repo = repository(&[
        CHART,
        (
            "charts/stack/Chart.yaml",
            "name: stack\nversion: 1.3.0\ndependencies:\n- name: api\n  version: \">=1 <2\"\n  repository: file://../api\n",
        ),
    ]);
    let mut story = Story::default();
    story.tell(&repo, "bump major").tell(&repo, "bump next");
    assert_snapshot!(story.told(), @"

    ana$ allclear bump major
    | error: the version cannot be written into `charts/stack/Chart.yaml`
    |   caused by: `>=1 <2` does not let 2.0.0 in, and how to change it is not plain: write it by hand
    [64]

    ana$ allclear bump next
    | error: invalid value 'next' for '<VERSION|major|minor|patch>': `next` is not a version: three numbers are expected, as in `1.4.0` or `1.4.0-rc.1`
    |
    | For more information, try '--help'.
    [64]
    ");
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
    let empty = repository(&[("README.md", "nothing\n")]);
    let dynamic = repository(&[
        ("allclear.toml", "[project]\nname = \"api\"\ntrunk = \"main\"\n[versions]\nfiles = [\"pyproject.toml\"]\n"),
        (
            "pyproject.toml",
            "[project]\nname = \"api\"\ndynamic = [\"version\"]\n[tool.hatch.version]\npath = \"src/api/__init__.py\"\n",
        ),
    ]);
    story.tell(&empty, "bump minor").tell(&dynamic, "bump minor");
    assert_snapshot!(story.told(), @r#"

    ana$ allclear bump minor
    | error: no file here states a version that can be written
    | hint: name the files in `[versions]` of an `allclear.toml`; `allclear init` drafts one
    [64]

    ana$ allclear bump minor
    | error: the version cannot be written into `pyproject.toml`
    |   caused by: `project.dynamic` names the version, so it is computed when the package is built: hatch reads it from `src/api/__init__.py`: name that instead in `versions.files`, as in `{ file = "src/api/__init__.py", pattern = '__version__ = "{version}"', spelling = "pep440" }`
    [64]
    "#);
}

#[test]
fn permissions_stay_links_are_left_alone_and_what_git_ignores_is_not_looked_at() {
    let repo = repository(&[CHART, (".gitignore", "out/\n")]);
    repo.write("out/Chart.yaml", "version: 0.1.0\n");
    let chart = repo.path().join(CHART.0);
    std::fs::set_permissions(&chart, std::fs::Permissions::from_mode(0o660)).unwrap();
    std::os::unix::fs::symlink("charts/api/Chart.yaml", repo.path().join("Chart.yaml")).unwrap();
    repo.write("new/package.json", "{\"name\":\"new\",\"version\":\"1.3.0\"}");
    assert_snapshot!(says(&repo, "bump minor"), @"
    charts/api/Chart.yaml: version 1.3.0 → 1.4.0
    charts/api/Chart.yaml: appVersion 1.3.0 → 1.4.0
    new/package.json: version 1.3.0 → 1.4.0
    [0]
    ");
    assert_eq!(std::fs::metadata(&chart).unwrap().permissions().mode() & 0o777, 0o660);
    assert!(std::fs::symlink_metadata(repo.path().join("Chart.yaml")).unwrap().is_symlink());
    assert_eq!(read(&repo, "out/Chart.yaml"), "version: 0.1.0\n");
    let left: Vec<_> =
        std::fs::read_dir(repo.path().join("charts/api")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["Chart.yaml"]);
}
