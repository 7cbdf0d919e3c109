//! What the process says of the artifacts at a moment: a [verification summary](https://slsa.dev/spec/v1.1/verification_summary).
//!
//! It says *passed* in one case only: every step before the one that says it is over, so that the process lets the release go on. How each ended stands
//! beside its evidence: a step that a person waived, or that is optional and did not pass, is named as such. Why a person waived it stays in
//! the ledger, since their words were not written for everybody; the digest commits to them. Of what comes later nothing is said, and
//! no level of SLSA is claimed, because none was evaluated.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::MEANING;
use super::bill::purl;
use super::statement::{Subject, statement};
use crate::digest::Digest;
use crate::event::Event;
use crate::gate;
use crate::names::StepId;
use crate::plan::{Facts, Standing, plan};
use crate::process::{Process, Step};
use crate::release::{Attempt, History, Release};

/// How the steps before one ended: the events that say so, in order.
#[derive(Debug)]
pub struct Verified {
    events: Vec<Told>,
    /// How many steps a person waived.
    pub waived: usize,
    /// How many did not pass and need not, because they are optional.
    pub not_passed: usize,
}

/// An event that says how a step ended.
#[derive(Debug)]
struct Told {
    step: StepId,
    result: &'static str,
    digest: Digest,
}

/// Finds how every step before this one ended.
///
/// # Errors
/// The steps before it which the release may not go on past yet.
pub fn verified(process: &Process, release: &Release, step: &Step, now: Timestamp) -> Result<Verified, Vec<StepId>> {
    // Where a step stands that has ended does not depend on the facts.
    let planned = plan(process, release, &Facts::default(), now).steps;
    let before = planned.iter().take_while(|one| one.id != step.id);
    let before: Vec<_> = before.filter_map(|one| Some((process.step(&one.id)?, &one.standing))).collect();
    let open: Vec<_> = before.iter().filter(|(step, standing)| !standing.lets_pass(step)).collect();
    if !open.is_empty() {
        return Err(open.into_iter().map(|(step, _)| step.id.clone()).collect());
    }
    let mut verified = Verified { events: vec![], waived: 0, not_passed: 0 };
    for (step, standing) in before {
        let result = match standing {
            Standing::NotForThis => continue,
            Standing::Waived { .. } => "waived",
            Standing::Failed { .. } => "failed",
            Standing::Errored { .. } => "errored",
            _ => "passed",
        };
        verified.waived += usize::from(result == "waived");
        verified.not_passed += usize::from(matches!(result, "failed" | "errored"));
        let history = release.steps.get(&step.id);
        let told = |event: Event| Told { step: step.id.clone(), result, digest: event.digest() };
        verified
            .events
            .extend(history.into_iter().flat_map(|history| events(history, process, release, step, result)).map(told));
    }
    Ok(verified)
}

/// The events that say how a step ended.
fn events(history: &History, process: &Process, release: &Release, step: &Step, result: &str) -> Vec<Event> {
    if let Some(waiver) = history.waiver.as_ref().filter(|_| result == "waived") {
        let (candidate, reason) = (waiver.candidate.clone(), waiver.reason.clone());
        return vec![Event::StepWaived { step: step.id.clone(), candidate, reason }];
    }
    let carried = history.carried_from(release.candidate.as_ref()).zip(release.candidate.as_ref());
    let carried = carried.map(|(from, to)| Event::StepCarriedOver {
        step: step.id.clone(),
        from: from.clone(),
        candidate: to.clone(),
    });
    let signed = gate::signed(process, release, step).into_iter().cloned().map(Event::SignedOff);
    signed.chain(history.last().map(Attempt::event)).chain(carried).collect()
}

/// What a summary is of.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The project.
    pub project: &'a str,
    /// The release.
    pub release: &'a Release,
    /// The version of the program that says it.
    pub program: &'a str,
    /// When it is said.
    pub now: Timestamp,
    /// The artifacts.
    pub subjects: &'a [Subject],
}

/// The summary, as a statement.
pub fn summary(about: About<'_>, verified: &Verified) -> Value {
    let version = about.release.version.to_string();
    let event = |told: &Told| {
        json!({
            "uri": format!("ledger:{version}/{}", told.step), "digest": { "sha256": told.digest },
            "annotations": { "result": told.result },
        })
    };
    let predicate = json!({
        "verifier": { "id": MEANING, "version": { "allclear": about.program } },
        "timeVerified": about.now.to_string(),
        // What the release is everywhere, whichever registries it is fetched from.
        "resourceUri": purl("generic", about.project, &version),
        "policy": {
            "uri": format!("ledger:{version}/process.json"), "digest": { "sha256": about.release.opening.process },
        },
        "inputAttestations": verified.events.iter().map(event).collect::<Vec<_>>(),
        "verificationResult": "PASSED",
        "verifiedLevels": ["SLSA_BUILD_LEVEL_UNEVALUATED"],
        "slsaVersion": "1.1",
    });
    statement(about.subjects, "https://slsa.dev/verification_summary/v1", &predicate)
}
