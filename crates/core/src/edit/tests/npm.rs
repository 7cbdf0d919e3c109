//! Packages of a workspace, and their lockfile.

use super::{bumped, manifests, repository};

const ROOT: &str = r#"{ "name": "root", "private": true, "workspaces": ["packages/*", "!packages/old"], "version": "1.3.0",
  "devDependencies": { "a": "^1.3.0", "lib": "1.3.0" } }"#;
const A: &str =
    "\u{feff}{\r\n\t\"name\": \"a\",\r\n\t\"version\": \"1.3.0\",\r\n\t\"dependencies\": {\"lib\": \"^1.3.0\"}\r\n}";
const B: &str = r#"{
  "name": "@x/b",
  "version":"1.3.0",
  "dependencies": { "a": "~1.3.0", "c": "1.3.0", "d": "^9.0.0", "lib": "^1.3.0" },
  "peerDependencies" : { "a" : ">=1", "c": "^1" },
  "optionalDependencies": {"a": "workspace:*", "c": "file:../c"},
  "config": {"a": "1.3.0"}
}
"#;
const C: &str = "{\"name\": \"c\", \"version\": \"1.3.0\"}\n";
const OLD: &str = "{\"name\": \"old\", \"version\": \"1.3.0\", \"dependencies\": {\"a\": \"^1.3.0\"}}\n";
const LOCK: &str = r#"{
  "name": "root",
  "version": "1.3.0",
  "lockfileVersion": 2,
  "packages": {
    "": {
      "name": "root",
      "version": "1.3.0",
      "workspaces": ["packages/*"],
      "devDependencies": { "a": "^1.3.0", "lib": "1.3.0" }
    },
    "node_modules/@x/b": { "resolved": "packages/b", "link": true },
    "node_modules/a": { "resolved": "packages/a", "link": true },
    "node_modules/lib": { "version": "1.3.0", "dependencies": { "a": "^1.3.0" } },
    "packages/a": { "version": "1.3.0", "dependencies": { "lib": "^1.3.0" } },
    "packages/b": {
      "name": "@x/b",
      "version": "1.3.0",
      "dependencies": { "a": "~1.3.0", "c": "1.3.0" }
    },
    "packages/b/node_modules/a": { "version": "1.3.0" },
    "packages/c": { "version": "1.2.0" }
  },
  "dependencies": {
    "@x/b": { "version": "file:packages/b", "requires": { "a": "~1.3.0", "lib": "^1.3.0" } },
    "lib": { "version": "1.3.0", "requires": { "a": "^1.3.0" } }
  }
}
"#;

fn workspace() -> super::Texts {
    repository(&[
        ("package.json", ROOT),
        ("package-lock.json", LOCK),
        ("packages/a/package.json", A),
        ("packages/b/package.json", B),
        ("packages/c/package.json", C),
        ("packages/old/package.json", OLD),
    ])
}

#[test]
fn packages_of_a_workspace_stay_in_step() {
    let all = ["package.json", "packages/a/package.json", "packages/b/package.json", "packages/c/package.json"];
    insta::assert_snapshot!(bumped(&workspace(), &manifests(&all), "1.4.0"), @r#"
    package-lock.json
    -   "version": "1.3.0",\n
    +   "version": "1.4.0",\n
    -       "version": "1.3.0",\n
    +       "version": "1.4.0",\n
    -       "devDependencies": { "a": "^1.3.0", "lib": "1.3.0" }\n
    +       "devDependencies": { "a": "^1.4.0", "lib": "1.3.0" }\n
    -     "packages/a": { "version": "1.3.0", "dependencies": { "lib": "^1.3.0" } },\n
    +     "packages/a": { "version": "1.4.0", "dependencies": { "lib": "^1.3.0" } },\n
    -       "version": "1.3.0",\n
    +       "version": "1.4.0",\n
    -       "dependencies": { "a": "~1.3.0", "c": "1.3.0" }\n
    +       "dependencies": { "a": "~1.4.0", "c": "1.4.0" }\n
    -     "packages/c": { "version": "1.2.0" }\n
    +     "packages/c": { "version": "1.4.0" }\n
    -     "@x/b": { "version": "file:packages/b", "requires": { "a": "~1.3.0", "lib": "^1.3.0" } },\n
    +     "@x/b": { "version": "file:packages/b", "requires": { "a": "~1.4.0", "lib": "^1.3.0" } },\n
    package.json
    - { "name": "root", "private": true, "workspaces": ["packages/*", "!packages/old"], "version": "1.3.0",\n
    + { "name": "root", "private": true, "workspaces": ["packages/*", "!packages/old"], "version": "1.4.0",\n
    -   "devDependencies": { "a": "^1.3.0", "lib": "1.3.0" } }
    +   "devDependencies": { "a": "^1.4.0", "lib": "1.3.0" } }
    packages/a/package.json
    - \t"version": "1.3.0",\r\n
    + \t"version": "1.4.0",\r\n
    packages/b/package.json
    -   "version":"1.3.0",\n
    +   "version":"1.4.0",\n
    -   "dependencies": { "a": "~1.3.0", "c": "1.3.0", "d": "^9.0.0", "lib": "^1.3.0" },\n
    +   "dependencies": { "a": "~1.4.0", "c": "1.4.0", "d": "^9.0.0", "lib": "^1.3.0" },\n
    packages/c/package.json
    - {"name": "c", "version": "1.3.0"}\n
    + {"name": "c", "version": "1.4.0"}\n
    "#);
}

#[test]
fn a_package_that_moves_alone_takes_along_what_is_asked_of_it() {
    insta::assert_snapshot!(bumped(&workspace(), &manifests(&["packages/a/package.json"]), "2.0.0"), @r#"
    package-lock.json
    -       "devDependencies": { "a": "^1.3.0", "lib": "1.3.0" }\n
    +       "devDependencies": { "a": "^2.0.0", "lib": "1.3.0" }\n
    -     "packages/a": { "version": "1.3.0", "dependencies": { "lib": "^1.3.0" } },\n
    +     "packages/a": { "version": "2.0.0", "dependencies": { "lib": "^1.3.0" } },\n
    -       "dependencies": { "a": "~1.3.0", "c": "1.3.0" }\n
    +       "dependencies": { "a": "~2.0.0", "c": "1.3.0" }\n
    -     "@x/b": { "version": "file:packages/b", "requires": { "a": "~1.3.0", "lib": "^1.3.0" } },\n
    +     "@x/b": { "version": "file:packages/b", "requires": { "a": "~2.0.0", "lib": "^1.3.0" } },\n
    package.json
    -   "devDependencies": { "a": "^1.3.0", "lib": "1.3.0" } }
    +   "devDependencies": { "a": "^2.0.0", "lib": "1.3.0" } }
    packages/a/package.json
    - \t"version": "1.3.0",\r\n
    + \t"version": "2.0.0",\r\n
    packages/b/package.json
    -   "dependencies": { "a": "~1.3.0", "c": "1.3.0", "d": "^9.0.0", "lib": "^1.3.0" },\n
    +   "dependencies": { "a": "~2.0.0", "c": "1.3.0", "d": "^9.0.0", "lib": "^1.3.0" },\n
    "#);
}

#[test]
fn a_choice_is_left_to_people() {
    let mut files = workspace();
    files.insert(
        "packages/c/package.json".to_owned(),
        C.replace("\"version\"", "\"dependencies\":{\"a\":\">=1 <2\"},\"version\""),
    );
    insta::assert_snapshot!(bumped(&files, &manifests(&["packages/a/package.json"]), "2.0.0"), @"the version cannot be written into `packages/c/package.json`: `>=1 <2` does not let 2.0.0 in, and how to change it is not plain: write it by hand");
}

#[test]
fn pnpm_and_yarn_name_their_members_elsewhere() {
    let a = ("packages/a/package.json", "{\"name\":\"a\",\"version\":\"1.3.0\"}");
    let b = ("packages/b/package.json", "{\"name\":\"b\",\"dependencies\":{\"a\":\"workspace:^1.3.0\"}}");
    let pnpm =
        repository(&[("package.json", "{}"), ("pnpm-workspace.yaml", "packages:\n  # ours\n  - 'packages/*'\n"), a, b]);
    let expected = bumped(&pnpm, &manifests(&[a.0]), "1.4.0");
    insta::assert_snapshot!(expected, @r#"
    packages/a/package.json
    - {"name":"a","version":"1.3.0"}
    + {"name":"a","version":"1.4.0"}
    packages/b/package.json
    - {"name":"b","dependencies":{"a":"workspace:^1.3.0"}}
    + {"name":"b","dependencies":{"a":"workspace:^1.4.0"}}
    "#);
    let yarn = repository(&[("package.json", "{\"workspaces\": {\"packages\": [\"./packages/*/\"]}}"), a, b]);
    assert_eq!(bumped(&yarn, &manifests(&[a.0]), "1.4.0"), expected);
}

#[test]
fn a_folder_outside_a_workspace_is_known_to_the_lock() {
    let files = repository(&[
        ("lib/package.json", "{\"name\":\"lib\",\"version\":\"1.3.0\"}"),
        ("app/package.json", "{\"name\":\"app\",\"version\":\"0.1.0\",\"dependencies\":{\"lib\":\"file:../lib\"}}"),
        (
            "app/package-lock.json",
            "{\"version\":\"0.1.0\",\"packages\":{\"\":{\"version\":\"0.1.0\"},\"../lib\":{\"version\":\"1.3.0\"}}}",
        ),
    ]);
    insta::assert_snapshot!(bumped(&files, &manifests(&["lib/package.json"]), "1.4.0"), @r#"
    app/package-lock.json
    - {"version":"0.1.0","packages":{"":{"version":"0.1.0"},"../lib":{"version":"1.3.0"}}}
    + {"version":"0.1.0","packages":{"":{"version":"0.1.0"},"../lib":{"version":"1.4.0"}}}
    lib/package.json
    - {"name":"lib","version":"1.3.0"}
    + {"name":"lib","version":"1.4.0"}
    "#);
}
