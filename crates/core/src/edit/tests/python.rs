//! Python packages and their lockfiles; files of any kind.

use super::{How, Selected, bumped, manifests, repository};
use crate::version::Spelling;

const LOCK: &str = r#"version = 1

[[package]]
name = "api"
version = "1.3.0"
source = { editable = "." }
dependencies = [{ name = "lib" }]

[package.metadata]
requires-dist = [
    { name = "lib", editable = "packages/lib", specifier = "==1.3.0" },
    { name = "numpy", specifier = "==1.3.0" },
]

[[package]]
name = "lib"
version = "1.3.0"
source = { editable = "packages/lib" }

[[package]]
name = "numpy"
version = "1.3.0"
source = { registry = "https://pypi.org/simple" }
"#;
const API: &str = r#"[project]
name = "api"
version = "1.3.0"
dependencies = ["Lib [fast] == 1.3.0 ; python_version > '3'", 'numpy==1.3.0', "lib @ file:///tmp/lib"]
[tool.uv.sources]
lib = { workspace = true }
"#;
const POETRY: &str = "\u{feff}[[package]]\r\nname = \"lib\"\r\nversion = \"1.3.0\"\r\n[package.source]\r\ntype = \"directory\"\r\nurl = \"../packages/lib\"\r\n\r\n[[package]]\r\nname = \"api\"\r\nversion = \"1.3.0\"\r\n";

#[test]
fn packages_and_their_locks_are_spelled_as_python_does() {
    let files = repository(&[
        ("pyproject.toml", API),
        ("uv.lock", LOCK),
        ("packages/lib/pyproject.toml", "[project]\nname = 'lib'\nversion = '1.3.0'"),
        ("old/poetry.lock", POETRY),
    ]);
    insta::assert_snapshot!(bumped(&files, &manifests(&["pyproject.toml", "packages/lib/pyproject.toml"]), "1.4.0-rc.1"), @r#"
    old/poetry.lock
    - version = "1.3.0"\r\n
    + version = "1.4.0rc1"\r\n
    packages/lib/pyproject.toml
    - version = \'1.3.0\'
    + version = \'1.4.0rc1\'
    pyproject.toml
    - version = "1.3.0"\n
    + version = "1.4.0rc1"\n
    - dependencies = ["Lib [fast] == 1.3.0 ; python_version > \'3\'", \'numpy==1.3.0\', "lib @ file:///tmp/lib"]\n
    + dependencies = ["Lib [fast] == 1.4.0rc1 ; python_version > \'3\'", \'numpy==1.3.0\', "lib @ file:///tmp/lib"]\n
    uv.lock
    - version = "1.3.0"\n
    + version = "1.4.0rc1"\n
    -     { name = "lib", editable = "packages/lib", specifier = "==1.3.0" },\n
    +     { name = "lib", editable = "packages/lib", specifier = "==1.4.0rc1" },\n
    - version = "1.3.0"\n
    + version = "1.4.0rc1"\n
    "#);
}

#[test]
fn keys_and_patterns_name_any_other_file() {
    let files = repository(&[
        ("deploy/values.yaml", "image:\r\n  tag: v1.3.0 # ours\r\nother: {tag: 1.3.0}\r\n"),
        ("docs/conf.py", "release = \"1.3.0\"\nneeds_sphinx = \"1.3.0\""),
    ]);
    let key = How::Key { key: "image.tag".to_owned(), spelling: Spelling::SemVer };
    let pattern = How::Pattern { pattern: "release = \"{version}\"".to_owned(), count: 1, spelling: Spelling::Pep440 };
    let selected = [
        Selected { path: "deploy/values.yaml".to_owned(), how: key },
        Selected { path: "docs/conf.py".to_owned(), how: pattern },
    ];
    insta::assert_snapshot!(bumped(&files, &selected, "1.4.0-rc.1"), @r#"
    deploy/values.yaml
    -   tag: v1.3.0 # ours\r\n
    +   tag: v1.4.0-rc.1 # ours\r\n
    docs/conf.py
    - release = "1.3.0"\n
    + release = "1.4.0rc1"\n
    "#);
}
