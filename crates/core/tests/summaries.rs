//! What may be summed up as verified, and from which events.

use allclear_core::attest::statement::Subject;
use allclear_core::attest::summary::{About, summary, verified};
use allclear_core::digest::Digest;
use allclear_core::event::Event;
use allclear_core::names::StepId;
use allclear_core::process::Process;

use crate::support::{Story, chosen, commit, id, outcome, passed, process, waived, yes};

fn demo() -> Process {
    process(
        r#"
        project = { name = "demo", trunk = "main" }
        kinds.minor = ["verify", "review", "package"]
        parallel = ["verify"]
        [people.ana]
        [people.bo]
        [roles]
        qa = { members = ["ana"] }
        [[phase.verify]]
        run = "make lint"
        inputs = "src"
        [[phase.verify]]
        run = "make docs"
        [[phase.verify]]
        run = "make slow"
        optional = true
        [[phase.verify]]
        run = "make other"
        when = "prerelease"
        [[phase.review]]
        sign-off = "qa"
        [[phase.package]]
        run = "make summary"
        [[phase.package]]
        run = "make later"
        "#,
    )
}

/// What is said before `package/summary`: each event with its result, by the events of the story that it is, or the steps that are open.
fn told(story: &Story) -> Result<String, String> {
    let (demo, release) = (demo(), story.release());
    let step = demo.step(&id("package/summary")).unwrap();
    let open = |open: Vec<StepId>| open.iter().map(StepId::as_str).collect::<Vec<_>>().join(", ");
    let verified = verified(&demo, &release, step, story.now).map_err(open)?;
    let subjects = [Subject { name: "demo".to_owned(), sha256: Digest::of(b"demo") }];
    let about = About { project: "demo", release: &release, program: "0", now: story.now, subjects: &subjects };
    let statement = summary(about, &verified);
    let all = statement["predicate"]["inputAttestations"].as_array().unwrap().iter().map(|one| {
        let known =
            |record: &&allclear_core::event::Record| one["digest"]["sha256"] == record.event.digest().to_string();
        let event = story.records.iter().find(known).expect("an event of the ledger");
        format!(
            "{} {}: {}",
            one["uri"].as_str().unwrap(),
            one["annotations"]["result"].as_str().unwrap(),
            event.event.name()
        )
    });
    Ok(all.collect::<Vec<_>>().join("\n"))
}

fn failed(demo: &Process, step: &str, number: u32) -> Event {
    Event::StepFailed(outcome(demo.step(&id(step)).unwrap(), Some(commit(number))))
}

#[test]
fn what_counts_is_named_with_how_it_ended_and_nothing_else_is() {
    let demo = demo();
    let carried = Event::StepCarriedOver { step: id("verify/lint"), from: commit(1), candidate: commit(2) };
    let mut stranger = yes("review/sign-off", "qa", "bo", 2);
    stranger.comment = Some("I do not count".to_owned());
    let story = Story::opened()
        .then(chosen(1))
        .then(passed(&demo, "verify/lint", 1))
        .then(Event::SignedOff(yes("review/sign-off", "qa", "ana", 1)))
        .then(chosen(2))
        .then(carried)
        .then(failed(&demo, "verify/docs", 2))
        .then(waived("verify/docs", 2))
        .then(failed(&demo, "verify/slow", 2))
        .then(Event::SignedOff(stranger))
        .then(Event::SignedOff(yes("review/sign-off", "qa", "ana", 2)));
    insta::assert_snapshot!(told(&story).unwrap(), @"
    ledger:1.4.0/verify/lint passed: step-passed
    ledger:1.4.0/verify/lint passed: step-carried-over
    ledger:1.4.0/verify/docs waived: step-waived
    ledger:1.4.0/verify/slow failed: step-failed
    ledger:1.4.0/review/sign-off passed: signed-off
    ");
}

#[test]
fn nothing_is_said_while_something_before_is_open() {
    let demo = demo();
    let story = Story::opened().then(chosen(1));
    assert_eq!(told(&story).unwrap_err(), "verify/lint, verify/docs, verify/slow, review/sign-off");
    let story = story.then(passed(&demo, "verify/lint", 1)).then(failed(&demo, "verify/docs", 1));
    assert_eq!(told(&story).unwrap_err(), "verify/docs, verify/slow, review/sign-off");
    // For another candidate nothing has been found.
    let all = story.then(passed(&demo, "verify/docs", 1)).then(passed(&demo, "verify/slow", 1));
    let all = all.then(Event::SignedOff(yes("review/sign-off", "qa", "ana", 1)));
    assert!(told(&all).is_ok());
    assert_eq!(told(&all.then(chosen(2))).unwrap_err(), "verify/lint, verify/docs, verify/slow, review/sign-off");
}
