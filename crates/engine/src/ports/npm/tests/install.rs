//! What npm's own client makes of what we publish.

use std::fs;

use allclear_core::package_order::{self, Package as Needs};
use allclear_testbed::Ran;

use super::pack::{frozen, tarball};
use super::*;

#[test]
fn npm_installs_two_packages_of_one_release_and_runs_them() {
    let env = TestEnv::new();
    let server = Verdaccio::serve(&env);
    let registry = at(&server.url(), "1.4.0", Some(server.token()));
    let app =
        r#"{"name": "@harbor/app", "version": "1.4.0", "bin": "./run.js", "dependencies": {"@harbor/core": "1.4.0"}}"#;
    let core = r#"{"name": "@harbor/core", "version": "1.4.0", "main": "core.js"}"#;
    let files = [
        frozen(
            &env,
            "app.tgz",
            &tarball(&[
                ("package/package.json", app),
                ("package/run.js", "#!/usr/bin/env node\nconsole.log('berths: ' + require('@harbor/core'));\n"),
                ("package/README.md", "# The board\n"),
            ]),
        ),
        frozen(
            &env,
            "core.tgz",
            &tarball(&[("package/package.json", core), ("package/core.js", "module.exports = 7;\n")]),
        ),
    ];
    let packages = files.each_ref().map(|file| registry.package(file).unwrap());
    let needs = packages.map(|package| Needs::of(&serde_json::Value::Object(package.manifest)).unwrap());
    let order = package_order::in_order(&needs);
    assert_eq!(order.names, ["@harbor/core", "@harbor/app"]);
    for name in &order.names {
        let at = needs.iter().position(|package| package.name == *name).unwrap();
        registry.upload(&files[at], &Meter::silent()).unwrap();
        assert!(matches!(registry.find(&files[at]).unwrap(), Probe::Ours { .. }));
    }

    let folder = env.root().join("consumer");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("package.json"), "{}").unwrap();
    fs::write(folder.join(".npmrc"), format!("registry={}\n", server.url())).unwrap();
    let npm = |words: &[&str]| Ran::of(env.command("npm").args(words).arg("--no-update-notifier").current_dir(&folder));
    npm(&["install", "@harbor/app@1.4.0", "--no-audit", "--no-fund"]).expect_success();
    assert_eq!(Ran::of(&mut env.command(folder.join("node_modules/.bin/app"))).expect_success(), "berths: 7");
    // What npm wrote down is what we know the tarballs by.
    let lock = fs::read_to_string(folder.join("package-lock.json")).unwrap();
    for file in &files {
        let integrity = registry.package(file).unwrap().integrity;
        assert!(lock.contains(&integrity), "{lock}");
    }
    assert_eq!(npm(&["view", "@harbor/app", "readme"]).expect_success(), "# The board");
    assert_eq!(npm(&["view", "@harbor/app", "dist-tags.allclear"]).expect_success(), "1.4.0");
}
