//! What the audit says of repairs that are not what they must be.

use allclear_core::event::{Event, Receipt};
use insta::assert_snapshot;

use crate::it::project::{Hand, Project};

fn finished() -> Project {
    let project =
        Project::new("[[phase.ship]]\nbranch = \"release/v{version}\"\n[[phase.ship]]\ntag = \"v{version}\"\n");
    project.ana().go();
    project
}

fn append(ana: &Hand, event: Event) {
    let mut session = ana.session();
    session.append("2026-02-01T10:00:00Z".parse().unwrap(), event).unwrap();
    assert!(session.share().unwrap().set_aside.is_empty());
}

fn started(target: &str) -> Event {
    Event::RepairStarted { step: "ship/tag".parse().unwrap(), targets: vec![target.to_owned()] }
}

fn repaired(found: &str) -> Event {
    let receipt = Receipt { target: "refs/tags/v1.1.0".to_owned(), found: found.to_owned(), place: None };
    Event::Repaired { step: "ship/tag".parse().unwrap(), receipts: vec![receipt], not_done: vec![] }
}

#[test]
fn a_repair_puts_back_what_was_made_and_nothing_else() {
    let project = finished();
    let ana = project.ana();
    append(&ana, started("refs/tags/v9.9.9"));
    append(&ana, repaired("another object"));
    assert_snapshot!(ana.audit().violations.join("\n"), @"
    1.1.0 event 7: `ship/tag` is about to put back `refs/tags/v9.9.9`, which it never made
    1.1.0 event 8: `ship/tag` put back `refs/tags/v1.1.0` as another object, which nobody set out to
    ");
}

#[test]
fn a_repair_that_was_cut_off_is_not_known_until_somebody_looks() {
    let project = finished();
    let ana = project.ana();
    append(&ana, started("refs/tags/v1.1.0"));
    let audit = ana.audit();
    assert_eq!(audit.violations, Vec::<String>::new());
    assert_snapshot!(audit.incomplete.join("\n"), @"1.1.0: whether `refs/tags/v1.1.0` of `ship/tag` is back is not known: `allclear reconcile --repair` looks");
    let mut conductor = ana.conductor();
    let mut compared = conductor.reconcile(false).unwrap();
    conductor.repair(&mut compared).unwrap();
    let audit = ana.audit();
    assert_eq!((audit.violations.len(), audit.incomplete.len()), (0, 0), "{audit:?}");
    assert_snapshot!(audit.overrides.join("\n"), @"1.1.0: ship/tag put back refs/tags/v1.1.0, by ana-example");
}
