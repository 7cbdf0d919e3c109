use allclear_testbed::TestEnv;

use super::{clone_with, drafted, known_as, process_of, questions, surveyed};
use crate::survey::draft;

#[test]
fn an_empty_repository_gets_a_modest_process_and_honest_questions() {
    let draft = drafted(&clone_with(&[]));
    insta::assert_snapshot!(draft.text, @r#"
    # How origin is released, step by step.
    #
    # `allclear init` drafted this file from `main` at 01a755f. Read it once from top to bottom, and correct it.
    # What could not be found out stands here as a comment, below a line that says what is missing.
    # `allclear check` tells what would stop a release; `allclear rehearse` tries the whole process with stand-ins.
    #
    # No release is tagged yet, so there is nothing to count from. Say the version when you open the first one:
    # `allclear start minor --version 0.1.0`

    # What is released, and where it lives.
    [project]
    name = "origin"
    # forge = "github:owner/name"          # not found: no remote at a known forge
    trunk = "main"                         # this file counts as it is on this branch
    # integration = "develop"              # not found: releases are cut from the trunk
    changelog = "CHANGELOG.md"             # not found: the first release writes it
    archive = "docs/releases/{version}"    # where the story of each release is kept

    # When releases are due; without it, whenever somebody opens one.
    # [cadence]
    # minor = { weeks = "odd", weekday = "tuesday", at = "10:00", timezone = "UTC" }

    # Every file in which the version stands: a release writes all of them in one commit.
    [versions]
    files = []

    # Who can be asked. A table for each person; the e-mail addresses are those of their git identity.
    [people.ana-example]
    name = "Ana Example"
    emails = ["ana-example@example.org"]

    # What people speak for. One person speaks for one role of a sign-off, so every role needs people of its own.
    [roles]
    maintainers = { members = ["ana-example"], quorum = 1 }
    # platform = { members = ["…"], quorum = 1 }
    # qa = { members = ["…"], quorum = 1 }
    # docs = { members = ["…"], quorum = 1 }
    # product = { members = ["…"], quorum = 1 }

    # The kinds of release, and the phases that each goes through, in order.
    [kinds]
    minor  = ["prepare", "verify", "review", "package", "close"]
    patch  = ["prepare", "verify", "review", "package", "close"]
    major  = ["prepare", "verify", "review", "package", "close"]
    hotfix = ["fix", "verify", "package", "backmerge", "close"]

    # Preparation: a branch to stand on, nothing left open, and the changelog.

    # not found: an integration branch. Name it in [project] and remove the #.
    # [[phase.prepare]]
    # id = "integration-up-to-date"
    # up-to-date = { branch = "{integration}", with = "{trunk}" }

    [[phase.prepare]]                      # the integration branch is the trunk where there is none
    branch = "release/v{version}"
    from = "{integration}"
    when = "not patch"

    [[phase.prepare]]                      # a patch builds on what is out there
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

    # A hotfix begins at the latest tag; the fix, its tests and its changelog line are made on the branch.

    [[phase.fix]]
    branch = "hotfix/v{version}"
    from = "{last-tag}"

    [[phase.fix]]
    id = "apply"
    manual = "Apply the fix to {branch} and add tests"
    once = true

    [[phase.fix]]
    changelog = { highlights = true }

    # Verification: the full validation suite. Every command runs in a fresh checkout of the candidate, with the programs
    # on your PATH; exit status 0 passes, and the log is kept.

    # not found: a CI service. Add one and remove the #.
    # [[phase.verify]]
    # id = "ci"
    # manual = "CI is green on {branch}"

    # not found: a format check such as `make fmt-check`. Add one and remove the #.
    # [[phase.verify]]
    # run = "make fmt-check"

    # not found: a linter. Add one and remove the #.
    # [[phase.verify]]
    # run = "make lint"

    # not found: tests. Add some and remove the #.
    # [[phase.verify]]
    # run = "make test"

    # not found: tests in a browser. If the project has pages, add some and remove the #.
    # [[phase.verify]]
    # run = "pytest tests/playwright --headed"
    # display = true
    # evidence = "test-results/**/*.png"

    # not found: documentation below `docs`. If you write some, check it here.
    # [[phase.verify]]
    # docs-verify = "docs/**/*.md"

    # not found: Helm charts. If you add some, check them here.
    # [[phase.verify]]
    # helm-verify = "infra/helm/*"

    [[phase.verify]]                       # no command was found that checks anything
    id = "by-hand"
    manual = "Try {branch} by hand, and say what was tried"

    # Release review: the documentation, the meeting, and one sign-off a role on exactly this candidate.

    # not found: manuals below `docs`. Add some and remove the #.
    # [[phase.review]]
    # id = "manuals"
    # manual = "Confirm documentation updates across all manuals"

    [[phase.review]]                       # with more people: ["platform", "qa", "docs", "product"]
    id = "readiness"
    sign-off = ["maintainers"]

    # A major release asks for more: declare the role and remove the #.
    # [[phase.review]]
    # id = "major-approval"
    # sign-off = "product-management"
    # when = "major"

    # Tagging and packaging: the release commit, the frozen artifacts, the tag, and everything that is published.

    # not found: a file whose version can be written. List one in [versions] and remove the #.
    # [[phase.package]]
    # bump = "chore(release): v{version}"

    # not found: a command that builds what is released. Add one and remove the #.
    # [[phase.package]]
    # build = "make build"
    # artifacts = "dist/*"

    [[phase.package]]                      # the point of no return
    tag = "v{version}"

    # not found: a Dockerfile. If an image is published, remove the #.
    # [[phase.package]]
    # publish = "oci-image"
    # image = "{project}:{version}"

    # not found: Helm charts. If you add some, publish them here.
    # [[phase.package]]
    # publish = "helm-chart"
    # charts = "infra/helm/*"

    # Deployment: nothing here tells that the project runs anywhere, so a release is not deployed.
    # If it is, put "staging" and "production" into [kinds] after "package", and add:
    #
    # [[phase.staging]]
    # deploy = "staging"
    #
    # [[phase.production]]
    # deploy = "production"

    # A hotfix goes back to where people work.

    [[phase.backmerge]]                    # and is told at once
    id = "notify"
    manual = "Notify stakeholders that {version} is out"

    [[phase.backmerge]]
    id = "merge-back"
    manual = "Merge {branch} back into {integration}"

    # Close: the ticket, the manuals, and the archive.

    [[phase.close]]
    id = "ticket"
    manual = "Close the release ticket and the issues that {version} resolves"

    [[phase.close]]
    archive = ["logs", "metrics"]
    # not found: runbooks. Add some, write "runbooks" into the list, and remove the #.
    # runbooks = "docs/runbooks/**"
    "#);
    insta::assert_snapshot!(questions(&draft), @"
    first release: no tag names a version: what is the first one?
    changelog: there is no changelog: is `CHANGELOG.md` the place for it?
    versions: no file states a version
    roles: who signs off for platform, qa, docs and product, and for a major release?
    ci: does a CI service check every commit?
    format check: which command says whether the code is formatted?
    lint: which command lints the code?
    tests: which command runs the tests?
    browser tests: is anything tested in a browser?
    build: which command builds what is released, and which files does it make?
    environments: is anything deployed? No Dockerfile, chart or platform file tells so
    runbooks: where are the runbooks?
    ");
}

#[test]
fn nobody_is_invented_where_git_does_not_know_who_you_are() {
    let repo = clone_with(&[("Dockerfile", "FROM scratch\n")]);
    repo.git(&["config", "user.name", ""]);
    let process = process_of(&draft(&surveyed(&repo)));
    assert!(process.people.is_empty() && process.roles.is_empty());
    assert!(process.phases.values().flat_map(|phase| &phase.steps).all(|step| step.kind.as_str() != "sign-off"));
}

#[test]
fn a_repository_without_a_remote_or_a_commit_can_be_drafted_for() {
    let env = TestEnv::new();
    env.command("git").args(["init", "--quiet", "--initial-branch=trunk", "my project"]).status().unwrap();
    let repo = env.repo_at(env.root().join("my project"));
    known_as(&repo, "Ana Example");
    let survey = surveyed(&repo);
    assert_eq!((survey.project.name.as_str(), survey.branches.trunk.as_str()), ("my-project", "trunk"));
    assert_eq!((survey.commit.clone(), survey.has_remote), (None, false));
    process_of(&draft(&survey));
    repo.write("CHANGELOG.md", "# Changelog\n");
    repo.commit("docs: begin");
    repo.write("HISTORY.md", "not committed\n");
    let survey = surveyed(&repo);
    assert_eq!(survey.docs.changelog.as_deref(), Some("CHANGELOG.md"));
    assert!(questions(&draft(&survey)).contains("there is no remote `origin`"));
}
