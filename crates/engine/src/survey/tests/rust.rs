use super::{active, clone_with, drafted, questions};

#[test]
fn a_workspace_of_programs_is_built_and_bumped() {
    let repo = clone_with(&[
        (
            "Cargo.toml",
            "[workspace]\nmembers = [\"crates/*\"]\n[workspace.package]\nversion = \"0.4.0\"\n\
             [workspace.lints.clippy]\ntodo = \"warn\"\n",
        ),
        ("crates/tide/Cargo.toml", "[package]\nname = \"tide\"\nversion.workspace = true\n"),
        ("crates/tide/src/main.rs", "fn main() {}\n"),
        ("crates/tables/Cargo.toml", "[package]\nname = \"tables\"\nversion.workspace = true\n"),
        ("rustfmt.toml", "max_width = 120\n"),
        ("CHANGES.rst", "Changes\n=======\n"),
    ]);
    repo.git(&["tag", "tide-v0.4.0"]);
    let draft = drafted(&repo);
    insta::assert_snapshot!(active(&draft, "[project]"), @r#"
    [project]
    name = "origin"
    trunk = "main"
    archive = "docs/releases/{version}"
    [versions]
    files = [
        "Cargo.toml",
    ]
    [people.ana-example]
    name = "Ana Example"
    emails = ["ana-example@example.org"]
    [roles]
    maintainers = { members = ["ana-example"], quorum = 1 }
    [kinds]
    minor  = ["prepare", "verify", "review", "package", "close"]
    patch  = ["prepare", "verify", "review", "package", "close"]
    major  = ["prepare", "verify", "review", "package", "close"]
    hotfix = ["fix", "verify", "package", "backmerge", "close"]
    [[phase.prepare]]
    branch = "release/v{version}"
    from = "{integration}"
    when = "not patch"
    [[phase.prepare]]
    id = "branch-from-tag"
    branch = "release/v{version}"
    from = "{last-tag}"
    when = "patch"
    [[phase.prepare]]
    id = "audit"
    manual = "Audit open issues and pull requests of {version}; defer unfinished work"
    once = true
    [[phase.fix]]
    branch = "hotfix/v{version}"
    from = "{last-tag}"
    [[phase.fix]]
    id = "apply"
    manual = "Apply the fix to {branch} and add tests"
    once = true
    [[phase.verify]]
    id = "fmt-check"
    run = "cargo fmt --all --check"
    [[phase.verify]]
    id = "lint"
    run = "cargo clippy --all-targets -- -D warnings"
    [[phase.verify]]
    run = "cargo test --workspace"
    [[phase.review]]
    id = "readiness"
    sign-off = ["maintainers"]
    [[phase.package]]
    bump = "chore(release): v{version}"
    [[phase.package]]
    build = "cargo build --release"
    artifacts = "target/release/tide"
    [[phase.package]]
    tag = "tide-v{version}"
    [[phase.package]]
    publish = "files"
    [[phase.backmerge]]
    id = "notify"
    manual = "Notify stakeholders that {version} is out"
    [[phase.backmerge]]
    id = "merge-back"
    manual = "Merge {branch} back into {integration}"
    [[phase.close]]
    id = "ticket"
    manual = "Close the release ticket and the issues that {version} resolves"
    [[phase.close]]
    archive = ["logs", "metrics"]
    "#);
    insta::assert_snapshot!(questions(&draft), @"
    changelog: `CHANGES.rst` is not Markdown, so no entry can be written into it
    roles: who signs off for platform, qa, docs and product, and for a major release?
    targets: where do the targets lead: `files`?
    ci: does a CI service check every commit?
    browser tests: is anything tested in a browser?
    crates: are the crates published to crates.io?
    environments: is anything deployed? No Dockerfile, chart or platform file tells so
    runbooks: where are the runbooks?
    ");
}

#[test]
fn a_library_has_nothing_to_build_that_is_kept() {
    let repo = clone_with(&[("Cargo.toml", "[package]\nname = \"tables\"\nversion = \"0.1.0\"\n"), ("src/lib.rs", "")]);
    let draft = drafted(&repo);
    assert!(draft.text.contains("# build = \"make build\""), "{}", draft.text);
    assert!(draft.text.contains("run = \"cargo test\"\n"), "{}", draft.text);
}
