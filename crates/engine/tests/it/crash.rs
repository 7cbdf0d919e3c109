//! Every effect, crashed at every point: what comes after is one effect, one outcome, and a whole ledger.

use crate::it::cases::*;

/// The points of an effect, in order, each with whether it exists for effects that can be taken back.
const POINTS: &[(&str, bool)] = &[
    ("effect-before-intent", true),
    ("effect-after-intent", true),
    ("effect-after-shared-intent", false),
    ("effect-after-act", true),
    ("effect-before-outcome", true),
    ("effect-after-outcome", true),
];

fn crashed_anywhere(case: &Case) {
    let made = case.project();
    for (point, _) in POINTS.iter().filter(|(_, always)| *always || !case.reversible) {
        let project = made.copy();
        let ana = project.ana();
        ana.crash(point);
        let (acknowledged, seen) = (ana.events(), project.seen(&[]));
        ana.go();
        ana.check(&project, &acknowledged, &[], point);
        let acted = !matches!(*point, "effect-before-intent" | "effect-after-intent" | "effect-after-shared-intent");
        assert_eq!(project.seen(&[]) == seen, acted, "crashed at {point}");
    }
}

macro_rules! crash {
    ($($name:ident = $case:ident)*) => { $(#[test] fn $name() { crashed_anywhere(&$case); })* };
}

crash! {
    branch = CUT changelog = CHANGELOG bump = BUMP archive = ARCHIVE deploy = DEPLOY
    tag = TAG files = FILES image = IMAGE chart = CHART
}

#[test]
fn no_point_is_forgotten() {
    let text = include_str!("../../src/effect.rs");
    let named = text.split("fault::point(\"").skip(1).filter_map(|rest| rest.split('"').next());
    for name in named {
        assert!(POINTS.iter().any(|(point, _)| *point == name), "{name} is in no test");
    }
}
