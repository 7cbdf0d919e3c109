//! Somebody else goes on in another clone; the first one comes back later and changes nothing.

use allclear_core::plan::Wait;

use crate::it::cases::*;
use crate::it::project::Project;

/// The lease of an attempt, and a little more, in seconds.
const LEASE: i64 = 610;

/// Ana crashes at the point. Bo waits as long as she may be alive, then ends what she began; then she comes back.
fn goes_on_elsewhere(made: &Project, point: &str, shared: bool) {
    let project = made.copy();
    let ana = project.ana();
    ana.crash(point);
    let (seen, bo) = (project.seen(&[]), project.hand("bo-example"));
    let stopped = bo.go();
    let waits = stopped.plan.waits.iter().any(|wait| matches!(wait, Wait::Other { .. }));
    assert_eq!(waits, shared, "{point}: {:#?}", bo.told());
    if shared {
        assert_eq!(project.seen(&[]), seen, "{point}: Bo waits for Ana");
        project.pass(LEASE);
        bo.go();
    }
    let (seen, told) = (project.seen(&[]), bo.told());
    ana.go();
    assert_eq!(project.seen(&[]), seen, "{point}: Ana comes back after {told:#?}\nand then {:#?}", ana.told());
    bo.go();
    bo.done("last");
    bo.go();
    ana.go();
    ana.check(&project, &[], &[], point);
    bo.check(&project, &[], &[], point);
}

/// Every effect is announced to everybody who can be reached, before it is done.
fn announced(case: &Case) {
    let made = case.project_with_more();
    for point in ["effect-after-shared-intent", "effect-after-act", "effect-before-outcome", "effect-after-outcome"] {
        goes_on_elsewhere(&made, point, true);
    }
    goes_on_elsewhere(&made, "effect-after-intent", false);
}

macro_rules! takeover {
    ($($name:ident = $case:ident)*) => { $(#[test] fn $name() { announced(&$case); })* };
}

takeover! {
    tag = TAG chart = CHART
    branch = CUT changelog = CHANGELOG bump = BUMP archive = ARCHIVE deploy = DEPLOY
}

#[test]
fn what_was_built_is_published_by_whoever_has_its_bytes() {
    for case in [&FILES, &IMAGE] {
        let made = case.project_with_more();
        for point in ["effect-after-act", "effect-before-outcome", "effect-after-outcome"] {
            goes_on_elsewhere(&made, point, true);
        }
        let project = case.project();
        let ana = project.ana();
        ana.crash("effect-after-shared-intent");
        project.pass(LEASE);
        let (seen, bo) = (project.seen(&[]), project.hand("bo-example"));
        let stopped = bo.go();
        assert_eq!(stopped.unknown.len(), 1, "{stopped:#?}");
        assert_eq!(project.seen(&[]), seen, "Bo does not have what Ana built, and does not build it again");
        ana.go();
        ana.check(&project, &[], &[], "Ana has the bytes");
    }
}

#[test]
fn who_comes_back_after_the_end_changes_nothing() {
    for case in [&CUT, &BUMP, &TAG] {
        let project = case.project();
        let ana = project.ana();
        ana.crash("effect-after-intent");
        let bo = project.hand("bo-example");
        bo.go();
        let seen = project.seen(&[]);
        let _ = ana.try_go();
        assert_eq!(project.seen(&[]), seen);
        bo.go();
        let wrong = crate::it::checker::violations(&bo.records(), &[], &project.seen(&[]));
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert!(bo.audit().violations.is_empty(), "{:#?} {:#?}", bo.audit(), bo.told());
    }
}
