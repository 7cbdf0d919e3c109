//! Opening a release when the calendar says that none is due. It is Saturday, 2026-01-31, 10:00 UTC.

use std::sync::{Arc, Mutex};

use allclear_core::event::{Event, Opened};
use allclear_engine::world::Progress;
use allclear_ledger::Ledger;
use insta::assert_snapshot;

use crate::it::project::{Hand, Project};

/// A project with these lines of `[cadence]`, of hotfixes too, and an archive.
fn project(cadence: &str) -> Project {
    Project::unopened(&format!(
        "hotfix = [\"ship\"]\n[cadence]\n{cadence}\n[[phase.ship]]\nbranch = \"release/v{{version}}\"\n[[phase.ship]]\narchive = \"logs\"\n"
    ))
}

const TUESDAY: &str =
    "minor = { weeks = \"odd\", weekday = \"tuesday\", at = \"10:00\", timezone = \"Europe/Berlin\" }";
const SATURDAY: &str = "minor = { weeks = \"odd\", weekday = \"saturday\", at = \"10:30\" }";
const FREEZE: &str = "freeze = { from = \"2026-01-30\", until = \"2026-02-01\", reason = \"stocktaking\" }";

fn opening(ana: &Hand) -> Opened {
    match ana.events().swap_remove(0) {
        Event::ReleaseOpened(opened) => opened,
        event => panic!("{event:?}"),
    }
}

fn refused(project: &Project) -> String {
    let ana = project.ana();
    let error = ana.open("minor", None).unwrap_err().to_string();
    assert!(Ledger::open(ana.world.repository.top(), &Default::default()).unwrap().releases().unwrap().is_empty());
    error
}

#[test]
fn outside_of_its_window_it_is_refused_and_the_next_one_is_named() {
    assert_snapshot!(refused(&project(TUESDAY)), @"no minor release is due now: the next window is Tuesday 2026-02-10, from 10:00 Europe/Berlin to the end of that day");
    assert_snapshot!(refused(&project(SATURDAY)), @"no minor release is due now: the next window is Saturday 2026-01-31, from 10:30 UTC to the end of that day");
    assert_snapshot!(refused(&project(&format!("{SATURDAY}\n{FREEZE}").replace("10:30", "09:30"))), @"no minor release is due now: frozen from 2026-01-30 to 2026-02-01: stocktaking; the next window is Saturday 2026-02-07, from 09:30 UTC to the end of that day");
}

#[test]
fn in_its_window_it_needs_no_reason() {
    let project = project(&SATURDAY.replace("10:30", "09:30"));
    project.ana().open("minor", None).unwrap();
    assert_eq!(opening(&project.ana()).outside, None);
    assert_eq!(project.ana().told()[0], "minor release opened");
    assert!(project.ana().audit().overrides.is_empty());
}

#[test]
fn a_reason_opens_it_and_is_told_wherever_decisions_are() {
    let project = project(TUESDAY);
    let ana = project.ana();
    ana.open("minor", Some("the fair | begins on Monday")).unwrap();
    let opened = opening(&ana);
    assert_eq!(opened.reason.as_deref(), Some("the fair | begins on Monday"));
    assert_snapshot!(opened.outside.unwrap(), @"the next window is Tuesday 2026-02-10, from 10:00 Europe/Berlin to the end of that day");
    assert_snapshot!(ana.told()[0], @"minor release opened outside its window: the fair | begins on Monday");
    assert_snapshot!(ana.audit().overrides.join("\n"), @"1.1.0: opened outside its window by ana-example: the fair | begins on Monday");
    let _ = ana.go();
    let page = project.origin.git(&["show", "main:docs/releases/1.1.0/README.md"]);
    assert_snapshot!(page.lines().find(|line| line.starts_with("| opening")).unwrap(), @r"| opening | outside its window: the fair \| begins on Monday | 2026-01-31 10:00 | ana-example |");
}

#[test]
fn a_reason_in_the_window_is_only_a_reason() {
    let project = project(&SATURDAY.replace("10:30", "09:30"));
    project.ana().open("minor", Some("as planned")).unwrap();
    let opened = opening(&project.ana());
    assert_eq!((opened.reason.as_deref(), opened.outside), (Some("as planned"), None));
}

#[test]
fn an_empty_reason_is_none() {
    let error = project(TUESDAY).ana().open("minor", Some("  ")).unwrap_err();
    assert_eq!(error.to_string(), "a reason has at most 2000 characters, and cannot be empty");
}

#[derive(Default)]
struct Notes(Mutex<Vec<String>>);

impl Progress for Notes {
    fn note(&self, line: &str) {
        self.0.lock().unwrap().push(line.to_owned());
    }
}

#[test]
fn a_hotfix_is_opened_in_a_freeze_too_and_the_freeze_is_told() {
    let project = project(&format!("{TUESDAY}\n{FREEZE}"));
    let (mut ana, notes) = (project.ana(), Arc::new(Notes::default()));
    ana.world.progress = notes.clone();
    let version = ana.open("hotfix", None).unwrap();
    assert_eq!(version.to_string(), "1.0.1");
    assert_snapshot!(notes.0.lock().unwrap().join("\n"), @"frozen from 2026-01-30 to 2026-02-01: stocktaking; a hotfix release is opened whenever needed");
}
