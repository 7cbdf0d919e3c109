//! `versions-agree` before and after the bump.

use allclear_core::event::Event;
use insta::assert_snapshot;

use crate::it::project::{Hand, Project};

const STEPS: &str = r#"
[[phase.ship]]
branch = "release/v{version}"
[[phase.ship]]
id = "before"
versions-agree = true
[[phase.ship]]
bump = "chore: v{version}"
[[phase.ship]]
id = "after"
versions-agree = true
"#;

/// What came of a step, newest first.
fn said(hand: &Hand, step: &str) -> String {
    let events = hand.events();
    let ended = events.iter().rev().find_map(|event| match event {
        Event::StepPassed(outcome) if outcome.step.as_str() == step => Some(format!("passed: {}", outcome.summary)),
        Event::StepFailed(outcome) if outcome.step.as_str() == step => Some(format!("failed: {}", outcome.summary)),
        _ => None,
    });
    ended.unwrap_or_else(|| panic!("{:#?}", hand.told()))
}

#[test]
fn places_agree_before_the_bump_and_say_the_release_after_it() {
    let project = Project::new(STEPS);
    let ana = project.ana();
    ana.go();
    assert_snapshot!(said(&ana, "ship/before"), @"passed: 1.0.0 stands in all 3 places of `[versions]`");
    assert_snapshot!(said(&ana, "ship/after"), @"passed: 1.1.0 stands in all 3 places of `[versions]`");
    ana.check(&project, &[], &[], "versions");
}

#[test]
fn a_place_that_was_forgotten_is_named() {
    let project = Project::new(STEPS);
    let bo = project.hand("bo-example").repo;
    bo.write("chart/Chart.yaml", "apiVersion: v2\nname: demo\nversion: 1.0.0\nappVersion: \"0.9.0\"\n");
    bo.commit("chore: a chart");
    bo.push("main");
    let ana = project.ana();
    assert!(ana.go().failed());
    assert_snapshot!(said(&ana, "ship/before"), @"failed: 1 of 3 places of `[versions]` differ: chart/Chart.yaml:4: `appVersion` is `0.9.0`, and others say `1.0.0`: correct it, or take it out of `[versions]`");
}
