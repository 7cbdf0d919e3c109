//! The process that ships with the program: kinds and phases for projects that do not define their own.

use allclear_core::process::Problems;
use allclear_core::process::read::{Defaults, read_defaults};

use crate::catalogue;

/// The default process as commented TOML.
pub const TEXT: &str = include_str!("default.toml");

/// Reads the default process.
///
/// # Errors
/// Never in a released program: a test reads it.
pub fn defaults() -> Result<Defaults, Problems> {
    read_defaults("default.toml", TEXT, &catalogue::specs())
}

#[cfg(test)]
mod tests {
    use allclear_core::names::Word;
    use allclear_core::process::Process;

    use crate::open::read_process;

    /// How an item of the reference process is carried.
    enum Carried {
        /// By these steps of the default process.
        By(&'static [&'static str]),
        /// Not by a step, for this reason.
        Because(&'static str),
    }
    use Carried::{Because, By};

    /// Every numbered item, bullet and checklist line of the reference process, sections 1 to 9.
    const REFERENCE: &[(&str, Carried)] = &[
        ("1 bi-weekly minor releases, odd weeks", Because("it says when, not what: `[cadence]` of the project")),
        ("1 patch releases as needed", By(&["prepare/branch-from-tag"])),
        ("1 major releases need product approval", By(&["review/major-approval"])),
        ("2.1 the integration branch is up to date with the trunk", By(&["prepare/integration-up-to-date"])),
        ("2.2 create the release branch", By(&["prepare/branch"])),
        ("2.3 audit open issues and pull requests, defer", By(&["prepare/audit"])),
        ("2.4 update the changelog with highlights and manuals", By(&["prepare/changelog"])),
        ("3 format check", By(&["verify/fmt-check"])),
        ("3 lint", By(&["verify/lint"])),
        ("3 unit tests", By(&["verify/pytest"])),
        ("3 browser tests with a display", By(&["verify/pytest-playwright"])),
        ("3 docs-verify", By(&["verify/docs-verify"])),
        ("3 helm-verify packages charts and validates values", By(&["verify/helm-verify"])),
        ("3 capture evidence and attach it", By(&["verify/pytest", "verify/pytest-playwright", "close/archive"])),
        ("4 readiness review with platform, qa, docs, product", By(&["review/readiness"])),
        ("4 confirm documentation updates", By(&["review/manuals"])),
        ("4 sign-off is recorded", Because("every sign-off is an event of the ledger; there is no place to forget it")),
        ("5.1 bump the version everywhere", By(&["package/bump"])),
        ("5.2 the release commit", By(&["package/bump"])),
        ("5.3 tag and push the tag", By(&["package/tag"])),
        ("5.4 publish the Python package", By(&["package/build", "package/publish-pypi"])),
        ("5.4 publish the image", By(&["package/build-image", "package/publish-oci-image"])),
        ("5.4 publish the charts", By(&["package/publish-helm-chart"])),
        ("6 promote to staging", By(&["staging/deploy-staging"])),
        ("6 smoke tests", By(&["staging/smoke-test-staging", "production/smoke-test-production"])),
        ("6 promote to production after sign-off", By(&["production/go-ahead", "production/deploy-production"])),
        ("6 monitor for 24 hours", By(&["production/soak"])),
        ("7 close the ticket and its issues", By(&["close/ticket"])),
        ("7 update the manuals if workflows changed", By(&["close/update-manuals"])),
        ("7 archive runbooks, logs and metrics", By(&["close/archive"])),
        ("8 branch from the latest tag", By(&["fix/branch"])),
        ("8 apply the fix, add tests, update the changelog", By(&["fix/apply", "fix/changelog"])),
        ("8 tag the hotfix", By(&["package/tag"])),
        ("8 notify stakeholders at once", By(&["production/notify"])),
        ("9 CI and docs workflows are green", By(&["verify/ci"])),
        ("9 the changelog is updated", By(&["prepare/changelog", "fix/changelog"])),
        ("9 manuals are reviewed and signed off", By(&["review/manuals", "review/readiness"])),
        (
            "9 artifacts are published",
            By(&[
                "package/publish-pypi",
                "package/publish-oci-image",
                "package/publish-helm-chart",
                "package/published",
            ]),
        ),
        (
            "9 deployment is validated in staging and production",
            By(&["staging/smoke-test-staging", "production/smoke-test-production"]),
        ),
        ("9 metrics after the release are captured", By(&["production/soak", "close/archive"])),
    ];

    fn process() -> Process {
        let people = "[people.ana]\nemails = [\"ana-example@example.org\"]\n[roles]\n";
        let roles = ["platform", "qa", "docs", "product", "product-management"];
        let roles: String = roles.iter().map(|role| format!("{role} = {{ members = [\"ana\"] }}\n")).collect();
        read_process(&format!("[project]\nname = \"sample\"\ntrunk = \"main\"\n{people}{roles}"))
            .expect("the defaults are a process")
    }

    fn steps(process: &Process, kind: &str) -> Vec<String> {
        let kind = Word::new(kind).expect("a word");
        process
            .steps_of(&kind)
            .filter(|step| step.applies(&kind, &"1.4.0".parse().expect("a version")))
            .map(|step| step.id.to_string())
            .collect()
    }

    #[test]
    fn every_item_of_the_reference_process_is_carried() {
        let process = process();
        let known: Vec<String> =
            process.phases.values().flat_map(|phase| &phase.steps).map(|step| step.id.to_string()).collect();
        for (item, carried) in REFERENCE {
            match carried {
                By(steps) => steps
                    .iter()
                    .for_each(|step| assert!(known.iter().any(|id| id == step), "{item}: there is no {step}")),
                Because(reason) => assert!(!reason.is_empty(), "{item} needs a reason"),
            }
        }
    }

    #[test]
    fn every_step_of_the_default_process_is_asked_for_by_the_reference() {
        // What the reference does not say in words, and why the default process does it all the same.
        let own = ["backmerge/merge-back"];
        let process = process();
        for step in process.phases.values().flat_map(|phase| &phase.steps) {
            let asked =
                REFERENCE.iter().any(|(_, carried)| matches!(carried, By(steps) if steps.contains(&step.id.as_str())));
            assert!(asked || own.contains(&step.id.as_str()), "{} is in no item of the reference", step.id);
        }
    }

    #[test]
    fn each_kind_of_release_takes_its_own_way() {
        let process = process();
        let minor = steps(&process, "minor");
        assert!(minor.contains(&"prepare/branch".to_owned()) && !minor.contains(&"review/major-approval".to_owned()));
        assert!(steps(&process, "major").contains(&"review/major-approval".to_owned()));
        assert!(steps(&process, "patch").contains(&"prepare/branch-from-tag".to_owned()));
        let hotfix = steps(&process, "hotfix");
        assert_eq!(hotfix.first().map(String::as_str), Some("fix/branch"));
        let at = |name: &str| hotfix.iter().position(|step| step == name);
        let told = [at("production/deploy-production"), at("production/notify"), at("production/soak")];
        let in_order = told.iter().all(Option::is_some) && told.is_sorted();
        assert!(in_order, "stakeholders hear of it when it is out, not a day later");
    }
}
