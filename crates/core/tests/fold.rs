//! What the events of a release amount to.

use allclear_core::event::{Event, Opened, Receipt, Record};
use allclear_core::process::Process;
use allclear_core::release::{IllegalEvent, Release, State, Verdict};
use allclear_core::version::Version;

use crate::support::{
    Story, aborted, built, bumped, chosen, commit, id, opening, passed, process, reopened, started, waived,
};

fn demo() -> Process {
    process(
        r#"
        project = { name = "demo", trunk = "main" }
        kinds.minor = ["all"]
        [[phase.all]]
        run = "make lint"
        [[phase.all]]
        bump = "v{version}"
        [[phase.all]]
        tag = "v{version}"
        "#,
    )
}

fn errored(process: &Process, step: &str, number: u32) -> Event {
    match passed(process, step, number) {
        Event::StepPassed(outcome) => Event::StepErrored(outcome),
        event => event,
    }
}

fn release_commit(release: &Release) -> Option<u32> {
    (1..9).find(|number| release.release_commit == Some(commit(*number)))
}

#[test]
fn a_version_is_opened_once() {
    let twice = IllegalEvent::OpenedTwice { release: Version::new(1, 4, 0) };
    assert_eq!(Story::opened().then(opening("minor")).fold().unwrap_err(), twice);
    assert_eq!(Story::opened().then(Event::ReleaseFinished {}).then(opening("minor")).fold().unwrap_err(), twice);
    assert_eq!(twice.to_string(), "1.4.0 is opened a second time");
}

#[test]
fn nothing_happens_before_the_opening() {
    let error = Story::new().then(chosen(1)).fold().unwrap_err();
    assert_eq!(error.to_string(), "`candidate-chosen` comes before the opening of 1.4.0");
    assert!(Story::new().fold().unwrap().is_none());
}

#[test]
fn an_illegal_event_changes_nothing() {
    let story = Story::opened().then(chosen(1));
    let mut release = Some(story.release());
    let record = story.then(opening("minor")).records.pop().unwrap();
    Release::apply(&mut release, &record).unwrap_err();
    let release = release.unwrap();
    assert_eq!((release.seq, release.candidate), (2, Some(commit(1))));
}

#[test]
fn after_an_abort_the_version_can_be_opened_anew() {
    let demo = demo();
    let story = Story::opened().then(chosen(1)).then(passed(&demo, "all/lint", 1));
    let release =
        story.then(started(&demo, "all/tag", 1, Some(false))).then(aborted()).then(opening("minor")).release();
    assert!(release.is_open());
    assert_eq!((release.candidate, release.steps.len(), release.past_return), (None, 0, false));
}

#[test]
fn what_comes_after_the_end_changes_nothing() {
    let demo = demo();
    for end in [Event::ReleaseFinished {}, aborted()] {
        let ended = Story::opened().then(chosen(1)).then(end);
        let late = ended.clone().then(chosen(2)).then(passed(&demo, "all/lint", 2)).then(aborted()).release();
        let mut ended = ended.release();
        ended.seq = late.seq;
        assert_eq!(serde_json::to_value(late).unwrap(), serde_json::to_value(ended).unwrap());
    }
}

#[test]
fn a_new_candidate_has_no_release_commit() {
    let demo = demo();
    let story = Story::opened().then(chosen(1)).then(bumped(&demo, "all/bump", 1, 2));
    assert_eq!(story.release().commit(), Some(&commit(2)));
    assert_eq!(release_commit(&story.clone().then(chosen(1)).release()), Some(2), "the candidate is the same");
    assert_eq!(release_commit(&story.then(chosen(3)).release()), None);
}

#[test]
fn past_the_point_of_no_return_the_candidate_is_fixed() {
    let demo = demo();
    let story = Story::opened().then(chosen(1)).then(started(&demo, "all/bump", 1, Some(true)));
    assert!(!story.release().past_return);
    let release = story.then(started(&demo, "all/tag", 1, Some(false))).then(chosen(2)).release();
    assert_eq!((release.past_return, release.candidate), (true, Some(commit(1))));
}

#[test]
fn an_outcome_ends_the_attempts_of_its_clone() {
    let demo = demo();
    let both =
        Story::opened().then(started(&demo, "all/lint", 1, None)).on("there").then(started(&demo, "all/lint", 1, None));
    let open = |story: Story| -> Vec<String> {
        story.release().steps[&id("all/lint")].open.iter().map(|open| open.stamp.by.clone.clone()).collect()
    };
    assert_eq!(open(both.clone().then(errored(&demo, "all/lint", 1))), ["here"]);
    assert_eq!(open(both.clone().on("here").then(errored(&demo, "all/lint", 1))), ["there"]);
    assert!(open(both.on("elsewhere").then(errored(&demo, "all/lint", 1))).is_empty(), "both were taken over");
}

#[test]
fn a_waiver_ends_what_was_begun() {
    let demo = demo();
    let release = Story::opened().then(started(&demo, "all/bump", 1, Some(true))).then(waived("all/bump", 1)).release();
    assert!(release.steps[&id("all/bump")].open.is_empty());
}

#[test]
fn artifacts_are_those_of_the_newest_result_for_the_candidate() {
    let demo = demo();
    let story = Story::opened().then(chosen(1)).then(built(&demo, "all/lint", 1, b"one"));
    let digest = story.release().digest_of_built(|_| true);
    assert!(digest.is_some());
    let again = story.clone().then(built(&demo, "all/lint", 1, b"two"));
    assert_eq!(again.release().artifacts().len(), 1);
    assert_ne!(again.release().digest_of_built(|_| true), digest);
    assert_eq!(story.clone().then(reopened("all/lint")).release().digest_of_built(|_| true), None);
    assert_eq!(story.clone().then(chosen(2)).release().digest_of_built(|_| true), None);
    let carried = Event::StepCarriedOver { step: id("all/lint"), from: commit(1), candidate: commit(2) };
    assert_eq!(story.then(chosen(2)).then(carried).release().digest_of_built(|_| true), digest);
}

#[test]
fn a_reopened_step_begins_a_new_round() {
    let demo = demo();
    let story = Story::opened().then(chosen(1)).then(passed(&demo, "all/lint", 1)).then(waived("all/lint", 1));
    let release = story.then(reopened("all/lint")).release();
    let history = &release.steps[&id("all/lint")];
    assert_eq!(history.attempts.len(), 1, "history only grows");
    assert!(history.last().is_none() && history.waiver.is_none());
    assert!(matches!(release.state, State::Open));
}

#[test]
fn a_conductor_that_came_too_late_says_nothing_against_what_was_done() {
    let demo = demo();
    let late = |number| errored(&demo, "all/lint", number);
    let last = |story: Story| story.release().steps[&id("all/lint")].last().map(|attempt| attempt.verdict);
    let story = || Story::opened().then(chosen(1)).then(passed(&demo, "all/lint", 1));
    assert_eq!(last(story().then(late(1))), Some(Verdict::Passed));
    assert_eq!(last(story().then(chosen(2)).then(late(2))), Some(Verdict::Errored), "of another candidate");
    assert_eq!(last(story().then(reopened("all/lint")).then(late(1))), Some(Verdict::Errored), "in another round");
}

#[test]
fn nobody_waits_for_those_who_are_still_at_what_was_done() {
    let demo = demo();
    for (step, intent) in [("all/lint", None), ("all/bump", Some(true)), ("all/tag", Some(false))] {
        let story = Story::opened().then(chosen(1)).then(started(&demo, step, 1, intent));
        let both = story.on("there").then(started(&demo, step, 1, intent));
        let open = |story: Story| story.release().steps[&id(step)].open.len();
        assert_eq!(open(both.clone().then(errored(&demo, step, 1))), 1);
        assert_eq!(open(both.clone().then(passed(&demo, step, 1))), 0);
        assert_eq!(open(both.then(passed(&demo, step, 1)).then(started(&demo, step, 1, intent))), 0);
    }
}

#[test]
fn an_intent_that_comes_after_somebody_else_was_done_changes_nothing() {
    let demo = demo();
    let story = Story::opened().then(chosen(1)).on("there").then(passed(&demo, "all/tag", 1));
    let late = story.clone().on("here").then(started(&demo, "all/tag", 1, Some(false)));
    assert!(late.release().steps[&id("all/tag")].open.is_empty());
    let Event::StepPassed(mut outcome) = passed(&demo, "all/tag", 1) else { panic!("it passed") };
    outcome.receipts = vec![Receipt { target: "refs/tags/v1.4.0".to_owned(), found: "there".to_owned(), place: None }];
    let late = late.then(Event::StepErrored(outcome.clone())).then(Event::StepPassed(outcome.clone())).release();
    assert_eq!(late.steps[&id("all/tag")].attempts.len(), 1);
    let refused = story.on("here").then(Event::StepFailed(outcome)).release();
    assert_eq!(refused.steps[&id("all/tag")].attempts.len(), 2, "a no is never too late");
}

#[test]
fn an_intent_for_another_candidate_or_in_another_round_is_not_late() {
    let demo = demo();
    let story = Story::opened().then(chosen(1)).then(passed(&demo, "all/tag", 1));
    for between in [chosen(2), reopened("all/tag")] {
        let number = if matches!(between, Event::CandidateChosen { .. }) { 2 } else { 1 };
        let release = story.clone().then(between).then(started(&demo, "all/tag", number, Some(false))).release();
        assert_eq!(release.steps[&id("all/tag")].open.len(), 1);
    }
}

#[test]
fn an_opening_outside_its_window_says_so_and_another_says_nothing_of_it() {
    let bytes = |outside: Option<&str>| {
        let Event::ReleaseOpened(opened) = opening("minor") else { panic!("an opening") };
        let reason = Some("the fair".to_owned());
        let opened = Opened { reason, outside: outside.map(str::to_owned), ..opened };
        let mut story = Story::new();
        story.push(Event::ReleaseOpened(opened));
        String::from_utf8(story.records[0].bytes().unwrap()).unwrap()
    };
    let (inside, outside) = (bytes(None), bytes(Some("the next window is on Tuesday")));
    assert!(!inside.contains("outside") && outside.contains(r#""outside":"the next window is on Tuesday""#));
    let read = |bytes: &str| Record::read(bytes.as_bytes()).unwrap().event.sentence();
    assert_eq!(read(&inside), "minor release opened");
    assert_eq!(read(&outside), "minor release opened outside its window: the fair");
}

fn about_to_repair() -> Event {
    Event::RepairStarted { step: id("all/tag"), targets: vec!["a".to_owned(), "b".to_owned()] }
}

/// A repair after which these are there again, and these are not.
fn repaired(back: &[&str], not_done: &[&str]) -> Event {
    let receipt = |target: &&str| Receipt { target: (*target).to_owned(), found: "there".to_owned(), place: None };
    let not_done = not_done.iter().map(|target| (*target).to_owned()).collect();
    Event::Repaired { step: id("all/tag"), receipts: back.iter().map(receipt).collect(), not_done }
}

/// What is put back, or about to be: `a` is not known yet, `b!` is.
fn repairs(story: &Story) -> Vec<String> {
    let told = story.release().repairs.into_iter();
    told.map(|one| format!("{}{}", one.target, if one.done.is_some() { "!" } else { "" })).collect()
}

#[test]
fn what_was_lost_after_the_end_is_put_back_and_the_release_stays_over() {
    let story = Story::opened().then(Event::ReleaseFinished {}).then(about_to_repair());
    assert_eq!(repairs(&story), ["a", "b"]);
    let story = story.then(repaired(&["a"], &["b"]));
    assert_eq!(repairs(&story), ["a!"]);
    assert!(matches!(story.release().state, State::Finished { .. }));
}

#[test]
fn two_clones_that_put_back_the_same_do_not_undo_each_other() {
    let both = Story::opened().then(about_to_repair()).on("there").then(about_to_repair());
    assert_eq!(repairs(&both), ["a", "b", "a", "b"]);
    let there_could_not = both.clone().then(repaired(&[], &["a", "b"]));
    assert_eq!(repairs(&there_could_not), ["a", "b"], "here it goes on");
    assert_eq!(repairs(&both.then(repaired(&["a", "b"], &[]))), ["a!", "b!", "a!", "b!"]);
}

#[test]
fn who_was_cut_off_begins_again() {
    let story = Story::opened().then(about_to_repair()).then(about_to_repair());
    assert_eq!(repairs(&story), ["a", "b"]);
}
