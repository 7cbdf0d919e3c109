use super::{active, clone_with, drafted, questions, surveyed};

#[test]
fn a_package_is_tested_and_packed_with_its_dependencies() {
    let package = r#"{"name": "@example/buoy", "version": "2.1.0", "devDependencies": {"x": "1"},
        "scripts": {"test": "x", "lint": "x .", "format:check": "x --check", "type-check": "x", "build": "x"}}"#;
    let repo = clone_with(&[
        ("package.json", package),
        ("package-lock.json", "{}"),
        ("CHANGELOG.md", "# Changelog\n"),
        ("playwright.config.ts", ""),
    ]);
    repo.git(&["tag", "2.1.0"]);
    let draft = drafted(&repo);
    insta::assert_snapshot!(active(&draft, "[project]"), @r#"
    [project]
    name = "buoy"
    trunk = "main"
    changelog = "CHANGELOG.md"
    archive = "docs/releases/{version}"
    [versions]
    files = [
        "package.json",
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
    [[phase.prepare]]
    changelog = { highlights = true }
    [[phase.fix]]
    branch = "hotfix/v{version}"
    from = "{last-tag}"
    [[phase.fix]]
    id = "apply"
    manual = "Apply the fix to {branch} and add tests"
    once = true
    [[phase.fix]]
    changelog = { highlights = true }
    [[phase.verify]]
    id = "fmt-check"
    run = "npm ci && npm run format:check"
    shell = true
    [[phase.verify]]
    id = "lint"
    run = "npm ci && npm run lint"
    shell = true
    [[phase.verify]]
    id = "typecheck"
    run = "npm ci && npm run type-check"
    shell = true
    [[phase.verify]]
    id = "test"
    run = "npm ci && npm test"
    shell = true
    [[phase.verify]]
    id = "playwright"
    run = "npm ci && npx playwright test --headed"
    shell = true
    display = true
    evidence = "test-results/**/*.png"
    [[phase.review]]
    id = "readiness"
    sign-off = ["maintainers"]
    [[phase.package]]
    bump = "chore(release): v{version}"
    [[phase.package]]
    build = "npm ci && npm run build && npm pack"
    shell = true
    artifacts = "*.tgz"
    [[phase.package]]
    tag = "{version}"
    [[phase.package]]
    publish = "npm"
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
    roles: who signs off for platform, qa, docs and product, and for a major release?
    targets: where do the targets lead: `npm`?
    ci: does a CI service check every commit?
    environments: is anything deployed? No Dockerfile, chart or platform file tells so
    runbooks: where are the runbooks?
    ");
}

#[test]
fn a_monorepo_packs_what_is_public_and_leaves_out_what_has_its_own_version() {
    let package =
        |name: &str, version: &str, rest: &str| format!("{{\"name\": \"{name}\", \"version\": \"{version}\"{rest}}}");
    let (a, b) = (package("a", "1.0.0", ""), package("b", "1.0.0", ", \"private\": true"));
    let root = r#"{"name": "fleet", "version": "1.0.0", "private": true, "workspaces": ["packages/*"]}"#;
    let files = [("package.json", root), ("packages/a/package.json", &a), ("packages/b/package.json", &b)];
    let survey = surveyed(&clone_with(&files));
    let patterns: Vec<_> = survey.versions.listed.iter().map(|listed| listed.pattern.as_str()).collect();
    assert_eq!(patterns, ["package.json", "packages/*/package.json"]);
    assert_eq!(survey.delivery.builds[0].run.command, "npm install && npm pack -w packages/a");

    let c = package("c", "0.2.0", "");
    let files = [files.as_slice(), &[("packages/c/package.json", c.as_str())]].concat();
    let survey = surveyed(&clone_with(&files));
    let patterns: Vec<_> = survey.versions.listed.iter().map(|listed| listed.pattern.as_str()).collect();
    assert_eq!(patterns, ["package.json", "packages/a/package.json", "packages/b/package.json"]);
    assert_eq!(survey.versions.apart[0].path, "packages/c/package.json");
}

#[test]
fn the_script_that_npm_writes_by_itself_is_no_test() {
    let package = r#"{"name": "x", "scripts": {"test": "echo \"Error: no test specified\" && exit 1"}}"#;
    assert_eq!(surveyed(&clone_with(&[("package.json", package)])).tests.plain, []);
}
