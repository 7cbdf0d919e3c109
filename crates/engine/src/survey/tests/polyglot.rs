use super::{clone_with, drafted, questions};

#[test]
fn a_service_in_python_with_charts_and_manuals_gets_the_whole_process() {
    let repo = clone_with(&[
        (
            "pyproject.toml",
            "[tool.poetry]\nname = \"quay\"\nversion = \"1.3.0\"\n[tool.black]\n[tool.pytest.ini_options]\n",
        ),
        ("package.json", "{\"name\": \"quay-board\", \"version\": \"1.3.0\", \"private\": true}"),
        ("infra/helm/api/Chart.yaml", "name: api\nversion: 1.3.0\n"),
        ("infra/helm/api/charts/redis/Chart.yaml", "name: redis\nversion: 7.0.0\n"),
        ("infra/helm/web/Chart.yaml", "name: web\nversion: 1.2.9\n"),
        ("Makefile", "lint:\n\truff check .\nformat:\n\tblack .\ndocs-verify helm-verify:\n\ttrue\n"),
        ("Dockerfile", "FROM scratch\n"),
        ("docs/changelog.md", "# Changelog\n\n## [1.3.0] - 2026-01-01\n"),
        ("docs/manuals/user.md", "# User manual\n"),
        ("docs/runbooks/rollback.md", "# Roll back\n"),
        ("scripts/smoke_test.py", "parser.add_argument(\"--env\")\n"),
        ("tests/test_quay.py", "def test_nothing(): pass\n"),
        ("tests/playwright/test_board.py", "def test_nothing(): pass\n"),
        (".github/workflows/ci.yml", "on: push\n"),
        ("CODEOWNERS", "docs/ @example/docs   # the manuals\n* @example/platform ana@example.org\n"),
    ]);
    repo.git(&["tag", "v1.3.0"]);
    repo.git(&["push", "--quiet", "origin", "v1.3.0", "main:soma_integration"]);
    repo.git(&["fetch", "--quiet"]);
    let draft = drafted(&repo);
    insta::assert_snapshot!(draft.text, @r#"
    # How quay is released, step by step.
    #
    # `allclear init` drafted this file from `main` at b25837c. Read it once from top to bottom, and correct it.
    # What could not be found out stands here as a comment, below a line that says what is missing.
    # `allclear check` tells what would stop a release; `allclear rehearse` tries the whole process with stand-ins.

    # What is released, and where it lives.
    [project]
    name = "quay"
    # forge = "github:owner/name"          # not found: no remote at a known forge
    trunk = "main"                         # this file counts as it is on this branch
    integration = "soma_integration"       # releases are cut from it; found by its name only
    changelog = "docs/changelog.md"
    archive = "docs/releases/{version}"    # where the story of each release is kept

    # When releases are due; without it, whenever somebody opens one.
    # [cadence]
    # minor = { weeks = "odd", weekday = "tuesday", at = "10:00", timezone = "UTC" }

    # Every file in which the version stands: a release writes all of them in one commit.
    [versions]
    files = [
        "pyproject.toml",                  # 1.3.0
        "package.json",                    # 1.3.0
        "infra/helm/*/Chart.yaml",         # 2 files, 1.3.0; infra/helm/web/Chart.yaml says 1.2.9
    ]

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
    # CODEOWNERS names these teams: @example/docs, @example/platform

    # Where releases are published and deployed. No file says so: fill this in. A rehearsal needs none of it.
    # [targets.pypi]
    # url = "https://upload.pypi.org/legacy/"
    # token = "PYPI_TOKEN"
    # [targets.oci-image]
    # url = "oci://docker.io"
    # pointers = "latest"
    # [targets.helm-chart]
    # url = "oci://ghcr.io/OWNER/charts"
    # [environments.staging]
    # folder = "../running/staging"
    # url = "https://staging.example.org"
    # [environments.production]
    # folder = "../running/production"
    # url = "https://production.example.org"

    # The kinds of release, and the phases that each goes through, in order.
    [kinds]
    minor  = ["prepare", "verify", "review", "package", "staging", "production", "close"]
    patch  = ["prepare", "verify", "review", "package", "staging", "production", "close"]
    major  = ["prepare", "verify", "review", "package", "staging", "production", "close"]
    hotfix = ["fix", "verify", "package", "staging", "production", "backmerge", "close"]

    # Preparation: a branch to stand on, nothing left open, and the changelog.

    [[phase.prepare]]
    id = "integration-up-to-date"
    up-to-date = { branch = "{integration}", with = "{trunk}" }

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
    changelog = { highlights = true, manuals = "docs/**/*.md" }

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

    [[phase.verify]]                       # a person looks
    id = "ci"
    manual = "CI is green on {branch}"

    [[phase.verify]]
    id = "fmt-check"
    run = "black --check ."

    [[phase.verify]]
    run = "make lint"

    [[phase.verify]]
    run = "pytest --junitxml=reports/unit.xml"
    evidence = "reports/*.xml"

    [[phase.verify]]                       # in a real browser, with pictures as evidence
    run = "pytest tests/playwright --headed"
    display = true
    evidence = "test-results/**/*.png"

    [[phase.verify]]                       # the project has rules of its own; without a command: docs-verify = "docs/**/*.md"
    run = "make docs-verify"

    [[phase.verify]]                       # the project has rules of its own; without a command: helm-verify = "infra/helm/*"
    run = "make helm-verify"

    # Release review: the documentation, the meeting, and one sign-off a role on exactly this candidate.

    [[phase.review]]                       # role = "docs" says whose it is, once there is that role
    id = "manuals"
    manual = "Confirm documentation updates across all manuals"

    [[phase.review]]                       # with more people: ["platform", "qa", "docs", "product"]
    id = "readiness"
    sign-off = ["maintainers"]

    # A major release asks for more: declare the role and remove the #.
    # [[phase.review]]
    # id = "major-approval"
    # sign-off = "product-management"
    # when = "major"

    # Tagging and packaging: the release commit, the frozen artifacts, the tag, and everything that is published.

    [[phase.package]]                      # writes the version into the files of [versions]
    bump = "chore(release): v{version}"

    [[phase.package]]
    build = "poetry build"
    artifacts = "dist/*"

    [[phase.package]]
    id = "build-image"
    build = "docker build --tag {project}:{version} . && docker save --output image.tar {project}:{version}"
    shell = true
    artifacts = "image.tar"

    [[phase.package]]                      # the point of no return
    tag = "v{version}"

    [[phase.package]]
    publish = "pypi"

    [[phase.package]]                      # the name is a guess
    publish = "oci-image"
    image = "{project}:{version}"

    [[phase.package]]                      # with the chart inside of them
    publish = "helm-chart"
    charts = "infra/helm/*"

    # Deployment: staging comes first, with smoke tests.

    [[phase.staging]]
    deploy = "staging"

    [[phase.staging]]
    run = "python3 scripts/smoke_test.py --env staging"

    # Production: a sign-off, the same smoke tests, and a day of watching.

    [[phase.production]]                   # with more people: "product"
    id = "go-ahead"
    sign-off = "maintainers"

    [[phase.production]]
    deploy = "production"

    [[phase.production]]
    run = "python3 scripts/smoke_test.py --env production"

    [[phase.production]]                   # a hotfix is told at once, not after a day
    id = "notify"
    manual = "Notify stakeholders that {version} is out"
    when = "hotfix"

    [[phase.production]]                   # look at the dashboards; `metrics = […]` judges by numbers
    soak = "24h"

    # A hotfix goes back to where people work.

    [[phase.backmerge]]
    id = "merge-back"
    manual = "Merge {branch} back into {integration}"

    # Close: the ticket, the manuals, and the archive.

    [[phase.close]]
    id = "ticket"
    manual = "Close the release ticket and the issues that {version} resolves"

    [[phase.close]]
    id = "update-manuals"
    manual = "Update onboarding and user manuals if workflows changed"

    [[phase.close]]
    archive = ["runbooks", "logs", "metrics"]
    runbooks = "docs/runbooks/**"
    "#);
    insta::assert_snapshot!(questions(&draft), @"
    integration: are releases cut from `soma_integration`? Its name alone says so
    versions: the files state different versions (1.2.9, 1.3.0): is it one version for all of them?
    roles: who signs off for platform, qa, docs and product, and for a major release?
    targets: where do the targets lead: `pypi`, `oci-image`, `helm-chart`?
    environments: where are `staging` and `production`?
    image: what is the image called? There is `Dockerfile`, and nothing names what it makes
    ");
    insta::assert_snapshot!(draft.found.join("\n"), @"
    the project is called `quay`, says pyproject.toml
    the trunk is `main`: what the remote calls its own
    the changelog is `docs/changelog.md`
    the version stands in `pyproject.toml`, `package.json`, `infra/helm/*/Chart.yaml`
    you are `ana-example`, the first of the maintainers: git knows you
    CI: `.github/workflows/ci.yml`
    verify: `black --check .`
    verify: `make lint`
    verify: `pytest --junitxml=reports/unit.xml`
    verify: `pytest tests/playwright --headed`
    verify: `make docs-verify`
    verify: `make helm-verify`
    package: `poetry build`
    the image is built from `Dockerfile`
    releases are tagged `v{version}`, and the last one is 1.3.0
    charts: `infra/helm/*`
    staging: `python3 scripts/smoke_test.py --env staging`
    production: `python3 scripts/smoke_test.py --env production`
    runbooks: `docs/runbooks/**`
    ");
}
