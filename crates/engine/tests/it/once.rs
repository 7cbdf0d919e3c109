//! Every effect acts once, takes what is ours for done, and leaves what is not ours alone.

use allclear_core::event::Event;

use crate::it::cases::*;

fn acts_once(case: &Case) {
    let project = case.project();
    let ana = project.ana();
    ana.go();
    ana.check(&project, &[], &[], "at once");
    let (seen, events) = (project.seen(&[]), ana.events());
    ana.go();
    assert_eq!((project.seen(&[]), ana.events()), (seen, events), "gone again");
}

/// Somebody else does the same between the intent and the act.
fn the_same_by_somebody_else_is_ours(case: &Case) {
    let project = case.project();
    let ana = project.ana();
    ana.crash("effect-after-intent");
    case.do_by_hand(&project, &ana);
    let seen = project.seen(&[]);
    ana.go();
    ana.check(&project, &[], &[], "done by somebody else");
    assert_eq!(project.seen(&[]), seen, "it was there already");
}

fn what_is_not_ours_is_left_alone(case: &Case) {
    let project = case.project();
    let ana = project.ana();
    ana.crash("effect-after-intent");
    let ours = Case::intent(&ana).items[0].desired.clone();
    let theirs = case.put_foreign(&project, &ana);
    let seen = project.seen(&[]);
    let stopped = ana.go();
    match case.meets {
        Meets::Stop => {
            assert!(stopped.failed(), "{:#?}", ana.told());
            let Some(Event::StepFailed(outcome)) = ana.events().pop() else { panic!("{:#?}", ana.told()) };
            assert!(outcome.summary.contains(&ours) && outcome.summary.contains(&theirs), "{}", outcome.summary);
            assert_eq!(project.seen(&[]), seen, "nothing was overwritten");
            ana.go();
            assert_eq!(project.seen(&[]), seen, "nothing was overwritten later");
        }
        Meets::BuildOn => {
            ana.check(&project, &[], &[&theirs], "built on what is there");
            let Place::Ref(name) = case.place else { panic!("a commit goes on a branch") };
            project.origin.git(&["merge-base", "--is-ancestor", &theirs, name]);
        }
        Meets::Replace => ana.check(&project, &[], &[], "replaced"),
    }
}

fn an_act_that_is_refused_can_be_done_later(case: &Case) {
    let project = case.project();
    let ana = project.ana();
    let before = project.seen(&[]).refs;
    case.obstruct(&project);
    let stopped = ana.go();
    assert!(stopped.errored(), "{stopped:#?}");
    assert_eq!(project.seen(&[]).refs, before);
    assert_eq!(stopped.unknown.is_empty(), case.reversible, "what cannot be taken back stays open");
    ana.go();
    case.clear(&project);
    ana.go();
    ana.check(&project, &[], &[], "refused at first");
}

fn a_lost_answer_is_no_failure(case: &Case) {
    let Place::Ref(name) = case.place else { return };
    let project = case.project();
    let ana = project.ana();
    lose_answer(&project, name);
    ana.go();
    assert!(!project.origin.path().join("hooks/reference-transaction").exists(), "the answer was not lost");
    ana.check(&project, &[], &[], "answer lost");
    assert!(!ana.events().iter().any(|event| matches!(event, Event::StepErrored(_) | Event::StepFailed(_))));
}

macro_rules! every_effect {
    ($($promise:ident)*; $cases:tt) => { $(every_effect!(@ $promise $cases);)* };
    (@ $promise:ident [$($name:ident = $case:ident)*]) => {
        mod $promise { $(#[test] fn $name() { super::$promise(&super::$case); })* }
    };
}

every_effect! {
    acts_once the_same_by_somebody_else_is_ours what_is_not_ours_is_left_alone
    an_act_that_is_refused_can_be_done_later a_lost_answer_is_no_failure;
    [branch = CUT changelog = CHANGELOG bump = BUMP archive = ARCHIVE deploy = DEPLOY
     tag = TAG files = FILES image = IMAGE chart = CHART]
}
