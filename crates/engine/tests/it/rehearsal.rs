//! A rehearsal from end to end, in this process: it finishes, and its report says what a real release would meet.

use std::sync::Arc;

use allclear_core::version::Version;
use allclear_engine::rehearsal::{Report, Settings, Source, rehearse};
use allclear_engine::world::Silent;

const PROCESS: &str = r#"
[project]
name = "demo"
trunk = "main"
integration = "next"
changelog = "CHANGELOG.md"
archive = "docs/releases/{version}"
[versions]
files = ["package.json"]
[people.ana]
emails = "ana-example@example.org"
[people.bo]
emails = "bo-example@example.org"
[roles]
qa = { members = ["ana", "bo"], quorum = 2 }
[kinds]
minor = ["prepare", "verify", "ship"]
[[phase.prepare]]
branch = "release/v{version}"
[[phase.prepare]]
changelog = {}
"#;

const SHIP: &str = r#"
[[phase.verify]]
sign-off = "qa"
[[phase.ship]]
bump = "chore: {version}"
[[phase.ship]]
build = "mkdir -p dist && cp package.json dist/demo.tar.gz"
shell = true
artifacts = "dist/*"
[[phase.ship]]
tag = "v{version}"
[[phase.ship]]
publish = "pypi"
[[phase.ship]]
deploy = "production"
[[phase.ship]]
soak = "24h"
metrics = [{ name = "errors", query = "errors", pass = "< 0.01", no-data = "inconclusive" }]
[[phase.ship]]
archive = "logs"
"#;

fn rehearsed(verify: &str) -> (tempfile::TempDir, Report) {
    let folder = tempfile::tempdir().unwrap();
    let process = format!("{PROCESS}{verify}{SHIP}");
    let files = vec![
        ("allclear.toml", process.as_bytes()),
        ("package.json", b"{\n  \"name\": \"demo\",\n  \"version\": \"1.0.0\"\n}\n".as_slice()),
        ("CHANGELOG.md", b"# Changelog\n".as_slice()),
    ];
    let commits = [("feat: a demo", files), ("fix: a bug", vec![("fixed.txt", b"yes\n".as_slice())])];
    let source = Source::Example { commits: &commits, last: Version::new(1, 0, 0), integration: "next" };
    let settings = Settings {
        folder: folder.path().to_owned(),
        kind: "minor".parse().unwrap(),
        version: None,
        progress: Arc::new(Silent),
        start: "2026-01-31T10:00:00Z".parse().unwrap(),
    };
    let report = rehearse(&source, &settings).unwrap();
    (folder, report)
}

#[test]
fn it_is_of_any_day_also_in_a_freeze() {
    let cadence = "[cadence]\nminor = { weeks = \"every\", weekday = \"tuesday\" }\n\
                   freeze = { from = \"2026-01-01\", until = \"2026-12-31\", reason = \"a quiet year\" }\n";
    let (_folder, report) = rehearsed(cadence);
    assert!(report.finished && report.failed.is_empty(), "{report:#?}");
}

fn names(steps: &[(allclear_core::names::StepId, String)]) -> Vec<&str> {
    steps.iter().map(|(step, _)| step.as_str()).collect()
}

#[test]
fn it_comes_to_its_end_and_tells_what_was_done() {
    let (folder, report) = rehearsed("[[phase.verify]]\nid = \"unit\"\nrun = \"grep demo package.json\"\n");
    assert!(report.finished && report.failed.is_empty() && report.not_rehearsed.is_empty(), "{report:#?}");
    let done = "prepare/branch prepare/changelog verify/unit verify/sign-off ship/bump ship/build ship/tag \
                ship/publish-pypi ship/deploy-production ship/soak ship/archive";
    assert_eq!(names(&report.done).join(" "), done);
    let signed: Vec<_> = report.signed.iter().map(|(gate, role, person)| format!("{gate} {role} {person}")).collect();
    assert_eq!(signed, ["verify/sign-off qa ana", "verify/sign-off qa bo"]);
    assert!((86_400..90_000).contains(&report.simulated_s), "{}", report.simulated_s);
    let published = folder.path().join("services/targets/pypi/demo/1.1.0/demo.tar.gz");
    assert!(std::fs::read_to_string(&published).unwrap().contains("\"version\": \"1.1.0\""));
    assert!(report.outside.iter().any(|(_, place)| *place == published.display().to_string()), "{report:#?}");
}

#[test]
fn it_goes_on_past_what_fails_and_what_is_missing_and_tells_both() {
    let (_folder, report) = rehearsed(
        "[[phase.verify]]\nid = \"lint\"\nrun = \"false\"\n\
         [[phase.verify]]\nid = \"helm\"\nrun = \"no-such-program-example --all\"\n",
    );
    assert!(report.finished, "{report:#?}");
    assert_eq!(names(&report.failed), ["verify/lint"]);
    assert_eq!(names(&report.not_rehearsed), ["verify/helm"]);
    assert_eq!(report.failed[0].1, "`false`: exit status 1");
    assert!(report.not_rehearsed[0].1.contains("`no-such-program-example` is not on this machine"));
    assert!(names(&report.done).contains(&"ship/archive"));
}

#[test]
fn it_takes_what_ci_is_asked_for_as_green() {
    let (_folder, report) = rehearsed(
        "[[phase.verify]]\nci = \"green\"\n[[phase.verify]]\nid = \"some\"\nci = \"green\"\nchecks = [\"unit\", \"docs/*\"]\n",
    );
    assert!(report.finished && report.failed.is_empty() && report.not_rehearsed.is_empty(), "{report:#?}");
    let said = |name: &str| report.done.iter().find(|(step, _)| step.as_str() == name).unwrap().1.as_str();
    assert!(said("verify/ci").ends_with(": 1 check passed: rehearsed"), "{report:#?}");
    assert!(said("verify/some").ends_with(": 2 checks passed: unit, docs/*"), "{report:#?}");
}
