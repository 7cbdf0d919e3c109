//! `ci`: what CI said of exactly the candidate decides, and until then the step waits.

use std::path::PathBuf;
use std::sync::Arc;

use allclear_core::event::Event;
use allclear_engine::clock::Clock;
use insta::assert_snapshot;
use jiff::Timestamp;

use crate::it::project::{Hand, Project};

const GREEN: &str = r#"{"checks":[{"name":"unit","state":"passed"},{"name":"docs/links","state":"passed"}]}"#;
const RUNNING: &str = r#"{"checks":[{"name":"unit","state":"passed"},{"name":"docs/links","state":"running"}]}"#;
const RED: &str = r#"{"checks":[{"name":"unit","state":"failed","url":"https://ci.example.org/7"},{"name":"web","state":"running"}]}"#;

/// A project whose step asks these checks of a CI that has told nothing yet.
fn project(checks: &str) -> Project {
    let step = format!("[[phase.ship]]\nci = \"green\"\nchecks = [{checks}]\ntimeout = \"30m\"\n");
    let branch = "[[phase.ship]]\nbranch = \"release/v{version}\"\n";
    let project = Project::new(&format!("[ci]\nfolder = \"../../../ci\"\n{branch}{step}"));
    std::fs::create_dir_all(project.env.root().join("ci")).unwrap();
    project
}

/// The file of a commit.
fn file(project: &Project, commit: &str) -> PathBuf {
    project.env.root().join(format!("ci/{commit}.json"))
}

/// The commit that the release is cut from.
fn candidate(project: &Project) -> String {
    project.origin.git(&["rev-parse", "main"])
}

/// A clock that is turned, and at whose turns CI tells something new.
struct Ci {
    clock: Arc<dyn Clock>,
    file: PathBuf,
    tells: std::sync::Mutex<Vec<&'static str>>,
}

impl Clock for Ci {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn pass(&self, until: Timestamp) -> bool {
        if let Some(text) = self.tells.lock().unwrap().pop() {
            std::fs::write(&self.file, text).unwrap();
        }
        self.clock.pass(until)
    }
}

/// Ana goes on in a world in which CI tells these things, one after the other.
fn goes(project: &Project, tells: &[&'static str]) -> Hand {
    let mut ana = project.ana();
    let file = file(project, &candidate(project));
    let tells = std::sync::Mutex::new(tells.iter().rev().copied().collect());
    ana.world.clock = Arc::new(Ci { clock: ana.world.clock.clone(), file, tells });
    ana.go();
    ana
}

/// What came of the step.
fn said(project: &Project, hand: &Hand) -> String {
    let ended = hand.events().into_iter().rev().find_map(|event| match event {
        Event::StepPassed(outcome) => Some(format!("passed: {}", outcome.summary)),
        Event::StepFailed(outcome) => Some(format!("failed: {}", outcome.summary)),
        Event::StepErrored(outcome) => Some(format!("errored: {}", outcome.summary)),
        _ => None,
    });
    let commit = candidate(project);
    let text = ended.unwrap_or_else(|| panic!("{:#?}", hand.told()));
    text.replace(&commit, "COMMIT").replace(&commit[..7], "COMMIT").replace(&*project.env.root().to_string_lossy(), "")
}

#[test]
fn it_waits_until_all_have_passed_and_keeps_what_ci_said() {
    let project = project("");
    let ana = goes(&project, &[r#"{"checks":[]}"#, RUNNING, GREEN]);
    assert_snapshot!(said(&project, &ana), @"passed: CI on COMMIT: 2 checks passed: unit, docs/links");
    let Some(Event::StepPassed(outcome)) =
        ana.events().into_iter().rev().find(|event| matches!(event, Event::StepPassed(_)))
    else {
        panic!("{:#?}", ana.told())
    };
    let kept = ana.session().ledger.store().get(&allclear_ledger::evidence::in_ledger(&outcome.evidence[0])).unwrap();
    let kept: serde_json::Value = serde_json::from_slice(&kept).unwrap();
    assert_eq!(kept["commit"], candidate(&project).as_str());
    assert_eq!(kept["checks"], serde_json::from_str::<serde_json::Value>(GREEN).unwrap()["checks"]);
    ana.check(&project, &[], &[], "ci");
}

#[test]
fn one_failure_is_enough_while_others_run() {
    let project = project("");
    let ana = goes(&project, &[RED]);
    assert_snapshot!(said(&project, &ana), @"failed: CI on COMMIT: 1 of 2 checks failed: unit (https://ci.example.org/7)");
}

#[test]
fn only_the_checks_that_are_asked_for_count() {
    let project = project("\"web\"");
    let ana =
        goes(&project, &[RED, r#"{"checks":[{"name":"unit","state":"failed"},{"name":"web","state":"passed"}]}"#]);
    assert_snapshot!(said(&project, &ana), @"passed: CI on COMMIT: 1 check passed: web");
}

#[test]
fn patience_ends_without_an_answer_and_that_is_no_failure() {
    let silent = project("");
    assert_snapshot!(said(&silent, &goes(&silent, &[])), @"errored: CI is not done with COMMIT after 30 min: CI has told nothing of it: look at CI, then `allclear retry`, or give it a longer `timeout`");
    let busy = project("\"unit\", \"docs/*\"");
    assert_snapshot!(said(&busy, &goes(&busy, &[RUNNING])), @"errored: CI is not done with COMMIT after 30 min: 1 check running: docs/links: look at CI, then `allclear retry`, or give it a longer `timeout`");
    let mistaken = project("\"nightly\"");
    assert_snapshot!(said(&mistaken, &goes(&mistaken, &[GREEN])), @"errored: CI is not done with COMMIT after 30 min: no check fits `nightly`, and CI told of unit, docs/links: look at CI, then `allclear retry`, or give it a longer `timeout`");
}

#[test]
fn what_ci_says_of_another_commit_says_nothing() {
    let project = project("");
    let other = project.origin.git(&["rev-parse", "main^{tree}"]);
    std::fs::write(file(&project, &other), GREEN).unwrap();
    assert_snapshot!(said(&project, &goes(&project, &[])), @"errored: CI is not done with COMMIT after 30 min: CI has told nothing of it: look at CI, then `allclear retry`, or give it a longer `timeout`");
}

#[test]
fn a_file_that_nobody_understands_is_no_answer() {
    let project = project("");
    assert_snapshot!(said(&project, &goes(&project, &["not json"])), @r#"errored: `/people/ana-example/work/../../../ci/COMMIT.json` is not `{"checks": [{"name": "…", "state": "passed", "url": "https://…"}]}`: expected ident at line 1 column 2"#);
}

#[test]
fn preflight_says_that_nobody_knows_where_ci_tells_what_it_found() {
    let concerns = |project: &Project| {
        let ana = project.ana();
        let process = ana.session().process;
        let concerns = allclear_engine::preflight::preflight(&ana.world.repository, &process);
        let of_step =
            concerns.iter().filter(|concern| concern.step.as_ref().is_some_and(|step| step.as_str() == "ship/ci"));
        of_step.map(|concern| format!("{} → {}\n", concern.what, concern.way_out)).collect::<String>()
    };
    let nowhere = Project::new("[[phase.ship]]\nci = \"green\"\nchecks = \"{\"\n");
    assert_snapshot!(concerns(&nowhere), @r#"
    the process does not say where CI tells what it found → add `[ci]` with `folder = "…"`, into which CI writes a file for each commit; a rehearsal needs none
    `{` is not a pattern: error parsing glob '{': unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?) → correct `checks`
    "#);
    let gone = project("\"unit\"");
    assert_eq!(concerns(&gone), "");
    std::fs::remove_dir(gone.env.root().join("ci")).unwrap();
    assert_snapshot!(concerns(&gone), @"the folder `../../../ci` of `[ci]` is not there → make it, bring it here, or correct `[ci]`");
}
