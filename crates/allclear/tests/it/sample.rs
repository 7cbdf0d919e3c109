//! A small project, Kiosk, on a repository that two people share: Ana, who speaks for the product, and Bo, who speaks for quality.

use std::fs;
use std::path::PathBuf;

use allclear_testbed::{Origin, Repo, TestEnv};

/// The beginning of every process here: what is released, by whom, and to where.
pub(crate) const HEAD: &str = r#"[project]
name = "kiosk"
trunk = "main"
changelog = "CHANGELOG.md"
archive = "docs/releases/{version}"

[versions]
files = ["pyproject.toml", "package.json", "charts/*/Chart.yaml"]

[people.ana]
emails = ["ana-example@example.org"]
[people.bo]
emails = ["bo-example@example.org"]
[roles]
product = { members = ["ana"] }
qa = { members = ["bo"] }

[targets.pypi]
folder = "../../../services/pypi"
[targets.helm-chart]
folder = "../../../services/charts"
[environments.staging]
folder = "../../../services/staging"
[environments.production]
folder = "../../../services/production"

[kinds]
minor = ["prepare", "verify", "review", "package", "deploy", "close"]
patch = ["prepare", "verify", "review", "package", "deploy", "close"]
hotfix = ["fix", "verify", "package", "deploy", "notify", "close"]
"#;

/// The phases of a whole release.
pub(crate) const PHASES: &str = r#"
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
manual = "Audit the open issues of {version}"
once = true
[[phase.prepare]]
changelog = { highlights = true }

[[phase.fix]]
branch = "hotfix/v{version}"
from = "{last-tag}"
[[phase.fix]]
id = "apply"
manual = "Apply the fix to {branch}"
once = true
[[phase.fix]]
changelog = { highlights = true }

[[phase.verify]]
run = "sh check.sh"
[[phase.verify]]
run = "test -f docs/manual.md"
id = "manual"
inputs = ["docs"]

[[phase.review]]
id = "readiness"
sign-off = ["product", "qa"]

[[phase.package]]
bump = "chore(release): v{version}"
[[phase.package]]
build = "sh build.sh"
artifacts = "dist/*"
[[phase.package]]
tag = "v{version}"
[[phase.package]]
publish = "pypi"
[[phase.package]]
publish = "helm-chart"
charts = "charts/*"

[[phase.deploy]]
deploy = "staging"
[[phase.deploy]]
id = "go-ahead"
sign-off = "product"
[[phase.deploy]]
deploy = "production"

[[phase.notify]]
id = "stakeholders"
manual = "Tell the stakeholders that {version} is out"

[[phase.close]]
id = "ticket"
manual = "Close the ticket of {version}"
[[phase.close]]
archive = ["logs"]
"#;

/// A process that makes a branch and then has these steps in one phase, `work`.
pub(crate) fn short(steps: &str) -> String {
    let head = HEAD.split("\n[kinds]").next().unwrap();
    let steps = steps.replace("[[step]]", "[[phase.work]]");
    format!("{head}\n[kinds]\nminor = [\"work\"]\n\n[[phase.work]]\nbranch = \"release/v{{version}}\"\n{steps}")
}

/// The project in its test's root.
pub(crate) struct Sample {
    pub(crate) env: TestEnv,
    pub(crate) origin: Origin,
}

impl Sample {
    /// The project with the whole process.
    pub(crate) fn new() -> Self {
        Self::with(&format!("{HEAD}{PHASES}"))
    }

    /// The project with another process; 1.2.0 is out, and two commits came after it.
    pub(crate) fn with(process: &str) -> Self {
        let env = TestEnv::new();
        let origin = env.origin();
        let maker = origin.clone_for("cy-example");
        maker.write("allclear.toml", process);
        maker.write("pyproject.toml", "[project]\nname = \"kiosk\"\nversion = \"1.2.0\" # one of three\n");
        maker.write("package.json", "{\n  \"name\": \"kiosk\",\n  \"version\": \"1.2.0\"\n}\n");
        maker.write("charts/kiosk/Chart.yaml", "apiVersion: v2\nname: kiosk\nversion: 1.2.0\nappVersion: \"1.2.0\"\n");
        maker.write("charts/kiosk/templates/service.yaml", "kind: Service\n");
        maker.write("CHANGELOG.md", "# Changelog\n\n## 1.2.0 - 2026-01-05\n\n- The first one\n");
        maker.write("docs/manual.md", "# Manual\n");
        maker.write("check.sh", "echo all is well\n");
        maker.write("build.sh", "mkdir -p dist && cp pyproject.toml dist/kiosk-$ALLCLEAR_VERSION.tar.gz\n");
        maker.commit("feat: a kiosk");
        maker.git(&["tag", "--annotate", "--message", "kiosk 1.2.0", "v1.2.0"]);
        maker.push("v1.2.0");
        maker.write("menu.txt", "tea\n");
        maker.commit("feat: a menu");
        maker.write("menu.txt", "tea\ncoffee\n");
        maker.commit("fix: there was no coffee");
        maker.push("main");
        Self { env, origin }
    }

    /// A fresh clone of Ana's.
    pub(crate) fn ana(&self) -> Repo {
        self.origin.clone_for("ana-example")
    }

    /// A fresh clone of Bo's.
    pub(crate) fn bo(&self) -> Repo {
        self.origin.clone_for("bo-example")
    }

    /// A clone of somebody else's.
    pub(crate) fn cy(&self) -> Repo {
        let cy = self.env.person("cy-example");
        cy.repo_at(cy.folder().join("work"))
    }

    /// The folder of the targets and environments, which nobody has made yet.
    pub(crate) fn services(&self) -> PathBuf {
        self.env.root().join("services")
    }

    /// Everything that the remote has: refs and what they name.
    pub(crate) fn refs(&self) -> String {
        self.origin.git(&["for-each-ref", "--format=%(refname) %(objectname)"])
    }

    /// Everything that is recorded: what the remote has, and the ledger of a clone with what is not shared yet.
    pub(crate) fn recorded(&self, clone: &Repo) -> String {
        let ledger = clone.try_git(&["rev-parse", "--quiet", "--verify", "allclear/ledger"]).stdout;
        let journal = fs::read_to_string(clone.path().join(".git/allclear/journal")).unwrap_or_default();
        format!("{}\n{ledger}\n{journal}", self.refs())
    }

    /// Takes the remote away, as when a network is down, or brings it back.
    pub(crate) fn down(&self, down: bool) {
        let (here, away) = (self.origin.path().to_owned(), self.env.root().join("away.git"));
        if down { fs::rename(here, away) } else { fs::rename(away, here) }.unwrap();
    }

    /// Commits a file to a branch of the remote, as somebody who does not use the program.
    pub(crate) fn push_to(&self, branch: &str, file: &str, content: &str, message: &str) -> String {
        let cy = self.cy();
        cy.git(&["fetch", "--quiet"]);
        cy.git(&["checkout", "--quiet", "--detach", &format!("origin/{branch}")]);
        cy.write(file, content);
        let commit = cy.commit(message);
        cy.push(&format!("HEAD:refs/heads/{branch}"));
        commit
    }

    /// The headlines of the shared ledger, oldest first, without what differs from run to run.
    pub(crate) fn ledger(&self) -> String {
        let log = self.origin.git(&["log", "--reverse", "--format=%s", "allclear/ledger"]);
        super::filter::filtered(&log, self.env.root())
    }
}
