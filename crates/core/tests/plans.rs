//! What is planned in situations that people meet.

use allclear_core::event::{Event, Outcome, SignOff, Verdict};
use allclear_core::names::CommitId;
use allclear_core::plan::{Action, Facts, Plan, Standing, Wait, plan};
use allclear_core::process::Process;

use crate::support::{
    Story, aborted, chosen, commit, id, opening, outcome, passed, process, reopened, started, waived, word, yes,
};

/// A process with these steps in one phase.
fn demo(phase: &str) -> Process {
    let head = "project = { name = \"demo\", trunk = \"main\" }\nkinds.minor = [\"all\"]\n";
    let people = "people.ana = {}\npeople.bo = {}\nroles.qa = { members = [\"ana\", \"bo\"] }\n";
    process(&[head, people, phase].concat())
}

fn parallel(phase: &str) -> Process {
    let mut process = demo(phase);
    process.phases.values_mut().for_each(|phase| phase.parallel = true);
    process
}

fn performs(plan: &Plan) -> Vec<&str> {
    let step = |action: &'_ Action| match action {
        Action::Perform { step } => step.clone(),
        other => panic!("not to perform: {other:?}"),
    };
    let names: Vec<_> = plan.actions.iter().map(step).collect();
    plan.steps.iter().map(|step| &step.id).filter(|id| names.contains(id)).map(|id| id.as_str()).collect()
}

fn with_tip(process: &Process, story: &Story, tip: u32) -> Plan {
    let facts = Facts { clone: story.clone.clone(), tip: Some(commit(tip)), ..Facts::default() };
    plan(process, &story.release(), &facts, story.now)
}

const TWO: &str = "[[phase.all]]\nrun = \"make a\"\n[[phase.all]]\nrun = \"make b\"\n";

#[test]
fn steps_wait_for_each_other_unless_the_phase_is_parallel() {
    assert_eq!(performs(&Story::opened().plan(&demo(TWO))), ["all/a"]);
    assert_eq!(performs(&Story::opened().plan(&parallel(TWO))), ["all/a", "all/b"]);
}

#[test]
fn a_parallel_step_may_need_one_that_is_written_after_it() {
    let process =
        demo("parallel = [\"all\"]\n[[phase.all]]\nrun = \"make a\"\nneeds = \"b\"\n[[phase.all]]\nrun = \"make b\"\n");
    let story = Story::opened().then(chosen(1));
    assert_eq!(performs(&story.plan(&process)), ["all/b"]);
    assert_eq!(performs(&story.then(passed(&process, "all/b", 1)).plan(&process)), ["all/a"]);
}

#[test]
fn what_a_needed_step_needs_is_needed_too() {
    let process = parallel(
        "[[phase.all]]\nsign-off = \"qa\"\n[[phase.all]]\nrun = \"make build\"\nneeds = \"sign-off\"\n\
         [[phase.all]]\ntag = \"v1\"\nneeds = \"build\"\n",
    );
    let story = Story::opened().then(chosen(1)).then(Event::SignedOff(yes("all/sign-off", "qa", "bo", 1)));
    let built = story.then(passed(&process, "all/build", 1));
    assert_eq!(performs(&built.plan(&process)), ["all/tag"]);
    assert!(built.then(reopened("all/sign-off")).plan(&process).actions.is_empty());
}

#[test]
fn what_another_kind_of_release_does_is_not_waited_for() {
    let process = process(
        "project = { name = \"demo\", trunk = \"main\" }\nkinds = { minor = [\"prepare\", \"all\"], hotfix = [\"all\"] }\n\
         [[phase.prepare]]\nrun = \"make a\"\n[[phase.all]]\nrun = \"make b\"\nneeds = \"prepare/a\"\n",
    );
    assert_eq!(performs(&Story::opened().plan(&process)), ["prepare/a"]);
    assert_eq!(performs(&Story::new().then(opening("hotfix")).plan(&process)), ["all/b"]);
}

#[test]
fn a_step_that_is_not_for_this_release_lets_pass() {
    let process = demo("[[phase.all]]\nrun = \"make a\"\nwhen = \"not minor\"\n[[phase.all]]\nrun = \"make b\"\n");
    let plan = Story::opened().plan(&process);
    assert_eq!(plan.steps[0].standing, Standing::NotForThis);
    assert_eq!(performs(&plan), ["all/b"]);
}

#[test]
fn failed_is_for_people_and_errored_is_tried_again() {
    let process = demo(TWO);
    let a = outcome(process.step(&id("all/a")).unwrap(), Some(commit(1)));
    let failed = Story::opened().then(chosen(1)).then(Event::StepFailed(a.clone()));
    let plan = failed.plan(&process);
    assert!(plan.actions.is_empty());
    assert!(matches!(plan.waits.as_slice(), [Wait::Decision { step, .. }] if *step == id("all/a")));
    assert_eq!(performs(&failed.clone().then(reopened("all/a")).plan(&process)), ["all/a"]);
    assert_eq!(performs(&failed.then(waived("all/a", 1)).plan(&process)), ["all/b"]);
    let errored = Story::opened().then(chosen(1)).then(Event::StepErrored(a));
    assert_eq!(performs(&errored.plan(&process)), ["all/a"]);
}

#[test]
fn an_optional_step_may_fail_but_not_be_left_out() {
    let process = demo("[[phase.all]]\nrun = \"make a\"\noptional = true\n[[phase.all]]\nrun = \"make b\"\n");
    let story = Story::opened().then(chosen(1));
    assert_eq!(performs(&story.plan(&process)), ["all/a"]);
    let a = outcome(process.step(&id("all/a")).unwrap(), Some(commit(1)));
    assert_eq!(performs(&story.clone().then(Event::StepFailed(a.clone())).plan(&process)), ["all/b"]);
    assert_eq!(performs(&story.then(Event::StepErrored(a)).plan(&process)), ["all/b"]);
}

#[test]
fn people_are_waited_for_by_name() {
    let process = demo("[[phase.all]]\nmanual = \"Call the bank\"\nrole = \"qa\"\n[[phase.all]]\nsign-off = \"qa\"\n");
    let story = Story::opened().then(chosen(1));
    let who = vec![word("ana"), word("bo")];
    let manual = Wait::Person { step: id("all/manual"), what: "Call the bank".to_owned(), who: who.clone() };
    assert_eq!(story.plan(&process).waits, [manual]);
    let done = story.then(passed(&process, "all/manual", 1));
    let sign_off = Wait::SignOff { step: id("all/sign-off"), role: word("qa"), missing: 1, who };
    assert_eq!(done.plan(&process).waits, [sign_off]);
    let no = SignOff { verdict: Verdict::NoGo, ..yes("all/sign-off", "qa", "bo", 1) };
    let refused = done.clone().then(Event::SignedOff(no));
    assert!(
        matches!(refused.plan(&process).waits.as_slice(), [Wait::Decision { summary, .. }] if summary == "bo said no")
    );
    let met = done.then(Event::SignedOff(yes("all/sign-off", "qa", "bo", 1)));
    assert_eq!(met.plan(&process).actions, [Action::Finish]);
}

#[test]
fn a_soak_is_measured_from_its_beginning_on_the_present_candidate() {
    let process = demo("[[phase.all]]\nsoak = \"1h\"\n");
    let mut story = Story::opened().then(chosen(1)).then(started(&process, "all/soak", 1, None)).on("there");
    let until = story.records[2].at + jiff::SignedDuration::from_hours(1);
    assert_eq!(story.plan(&process).waits, [Wait::Time { step: id("all/soak"), until }]);
    assert_eq!(performs(&story.clone().then(chosen(2)).plan(&process)), ["all/soak"], "a new candidate soaks anew");
    story.wait(3600);
    assert_eq!(performs(&story.plan(&process)), ["all/soak"]);
}

#[test]
fn a_soak_of_another_clone_on_another_candidate_is_left_behind() {
    let process = demo("[[phase.all]]\nsoak = \"1h\"\n");
    let story =
        Story::opened().then(chosen(1)).then(started(&process, "all/soak", 1, None)).then(chosen(2)).on("there");
    let story = story.then(started(&process, "all/soak", 2, None)).then(passed(&process, "all/soak", 2));
    assert_eq!(story.plan(&process).actions, [Action::Finish]);
}

#[test]
fn an_attempt_of_another_clone_is_waited_for_and_then_taken_over() {
    let process = demo("[[phase.all]]\nrun = \"make a\"\ntimeout = \"20m\"\n");
    let mut story = Story::opened().then(chosen(1)).then(started(&process, "all/a", 1, None));
    assert_eq!(performs(&story.plan(&process)), ["all/a"], "our own is gone on with");
    story = story.on("there");
    assert!(matches!(story.plan(&process).waits.as_slice(), [Wait::Other { by, .. }] if by.by.clone == "here"));
    story.wait(20 * 60 + 600);
    assert_eq!(performs(&story.plan(&process)), ["all/a"]);
}

#[test]
fn of_two_that_began_the_first_goes_on() {
    let process = demo("[[phase.all]]\ntag = \"v{version}\"\n");
    let story = Story::opened().then(chosen(1)).then(started(&process, "all/tag", 1, Some(false)));
    let mut both = story.on("there").then(started(&process, "all/tag", 1, Some(false)));
    assert!(matches!(both.plan(&process).waits.as_slice(), [Wait::Other { by, .. }] if by.by.clone == "here"));
    assert_eq!(performs(&both.clone().on("here").plan(&process)), ["all/tag"]);
    let mut late = Story::opened().then(chosen(1)).then(started(&process, "all/tag", 1, Some(false)));
    late.wait(500);
    late = late.on("there").then(started(&process, "all/tag", 1, Some(false)));
    late.wait(150);
    assert_eq!(performs(&late.plan(&process)), ["all/tag"], "the first is dead");
    assert!(
        matches!(late.on("here").plan(&process).waits.as_slice(), [Wait::Other { by, .. }] if by.by.clone == "there")
    );
    both.wait(700);
    assert_eq!(performs(&both.plan(&process)), ["all/tag"], "both are dead");
}

#[test]
fn a_timeout_without_end_is_no_overflow() {
    let mut process = demo(TWO);
    process.phases.values_mut().for_each(|phase| phase.steps[0].timeout = Some(u64::MAX));
    let story = Story::opened().then(chosen(1)).then(started(&process, "all/a", 1, None)).on("there");
    assert!(matches!(story.plan(&process).waits.as_slice(), [Wait::Other { .. }]));
}

#[test]
fn somebody_elses_commit_is_adopted_before_anything_else() {
    let process = demo(TWO);
    let story = Story::opened().then(chosen(1)).then(passed(&process, "all/a", 1));
    let moved = with_tip(&process, &story, 2);
    assert_eq!(moved.actions, [Action::Adopt { commit: commit(2) }]);
    assert!(moved.waits.is_empty());
    let adopted = story.then(chosen(2));
    let plan = with_tip(&process, &adopted, 2);
    assert_eq!(performs(&plan), ["all/a"]);
    assert_eq!(plan.steps[0].stale, Some(commit(1)));
}

#[test]
fn our_own_push_is_no_commit_of_somebody_else() {
    let process = demo("[[phase.all]]\nbump = \"v1\"\n[[phase.all]]\ntag = \"v1\"\n");
    let story = Story::opened().then(chosen(1)).then(started(&process, "all/bump", 1, Some(true)));
    assert_eq!(performs(&with_tip(&process, &story, 2)), ["all/bump"], "its probe settles what the tip is");
    let waived_bump = story.then(waived("all/bump", 1));
    assert_eq!(with_tip(&process, &waived_bump, 2).actions, [Action::Adopt { commit: commit(2) }]);
    let tag = outcome(process.step(&id("all/tag")).unwrap(), Some(commit(1)));
    let tagging = waived_bump.then(started(&process, "all/tag", 1, Some(false))).then(Event::StepErrored(tag));
    assert_eq!(performs(&with_tip(&process, &tagging, 2)), ["all/tag"], "past the point of no return");
}

#[test]
fn a_result_whose_inputs_are_the_same_is_carried_over() {
    let process = demo("[[phase.all]]\nrun = \"make a\"\ninputs = \"src\"\n");
    let step = process.step(&id("all/a")).unwrap();
    let same = allclear_core::digest::Digest::of(b"same");
    let result = Outcome { inputs: Some(same), ..outcome(step, Some(commit(1))) };
    let story = Story::opened().then(chosen(1)).then(Event::StepPassed(result)).then(chosen(2));
    let facts = |inputs| Facts {
        clone: "here".to_owned(),
        tip: None,
        inputs: [(step.id.clone(), inputs)].into(),
        ..Facts::default()
    };
    let planned = |story: &Story, inputs| plan(&process, &story.release(), &facts(inputs), story.now);
    let carry = |from: CommitId| Action::CarryOver { step: step.id.clone(), from };
    assert_eq!(planned(&story, same).actions, [carry(commit(1))]);
    assert_eq!(performs(&planned(&story, allclear_core::digest::Digest::of(b"other"))), ["all/a"]);
    let carried = story.then(Event::StepCarriedOver { step: step.id.clone(), from: commit(1), candidate: commit(2) });
    assert_eq!(planned(&carried, same).actions, [Action::Finish]);
    assert_eq!(planned(&carried.then(chosen(3)), same).actions, [carry(commit(1))]);
}

#[test]
fn nothing_is_planned_for_a_release_that_ended() {
    let process = demo(TWO);
    for end in [aborted(), Event::ReleaseFinished {}] {
        let plan = with_tip(&process, &Story::opened().then(chosen(1)).then(end), 2);
        assert_eq!((plan.actions, plan.waits), (vec![], vec![]));
    }
}

#[test]
fn a_frozen_gate_that_nobody_can_meet_does_not_finish_a_release() {
    let mut process = demo("[[phase.all]]\nsign-off = \"qa\"\n");
    let gate = process.phases.values_mut().flat_map(|phase| &mut phase.steps).next().unwrap();
    gate.config.insert("sign-off".to_owned(), serde_json::json!([]));
    assert_ne!(Story::opened().plan(&process).actions, [Action::Finish]);
}
