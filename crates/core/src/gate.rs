//! Sign-offs counted: who has spoken for a candidate, and who is still needed.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::digest::Digest;
use crate::event::{SignOff, Verdict};
use crate::names::Word;
use crate::process::{Process, Step};
use crate::release::{Given, Release};

/// How far one role of a gate is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The role.
    pub role: Word,
    /// How many of its members must sign.
    pub quorum: u32,
    /// Who has signed and counts; whoever said no as well has not.
    pub signed: Vec<Word>,
    /// Who could still sign.
    pub waiting_for: Vec<Word>,
}

/// The state of a gate for the present candidate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gate {
    /// Each role that the gate asks for, in its order.
    pub counts: Vec<Count>,
    /// Who said no, and in which words: one is enough.
    pub refused: Option<(Word, String)>,
}

impl Count {
    /// Whether enough have signed.
    pub fn met(&self) -> bool {
        self.signed.len() >= self.quorum as usize
    }
}

impl Gate {
    /// Whether everybody who is needed said yes, and nobody no.
    pub fn met(&self) -> bool {
        self.refused.is_none() && self.counts.iter().all(Count::met)
    }
}

/// Counts the sign-offs of a gate.
///
/// People count, not keys; a person counts once a gate, for the role that they spoke for first; a sign-off counts for exactly the
/// candidate and artifacts that it names (see [`artifacts`]: what is built after a gate does not empty it); who opened the release does not count for a role with `separate = true`.
pub fn count(process: &Process, release: &Release, step: &Step) -> Gate {
    let given = release.steps.get(&step.id).map(|history| history.sign_offs.as_slice()).unwrap_or_default();
    let roles = step.words();
    let artifacts = artifacts(process, release, step);
    let speaks = |sign_off: &SignOff| {
        Some(&sign_off.candidate) == release.candidate.as_ref()
            && sign_off.artifacts == artifacts
            && roles.contains(&sign_off.role)
    };
    let valid: Vec<&Given> =
        given.iter().filter(|given| speaks(&given.sign_off) && may_speak(process, release, given)).collect();
    let noes: Vec<_> = valid.iter().filter(|given| given.sign_off.verdict == Verdict::NoGo).collect();
    let said_no = |person: &Word| noes.iter().any(|no| no.sign_off.person == *person);
    let mut spoken = BTreeSet::new();
    let heard: Vec<_> = valid.iter().filter(|given| spoken.insert(&given.sign_off.person)).collect();
    let counts = roles.iter().cloned().map(|role| {
        let signed: Vec<Word> = heard
            .iter()
            .filter(|given| given.sign_off.role == role && !said_no(&given.sign_off.person))
            .map(|given| given.sign_off.person.clone())
            .collect();
        let rule = process.roles.get(&role);
        let may = |person: &&Word| !spoken.contains(person) && !is_excluded(process, release, &role, person);
        Count {
            quorum: rule.map_or(1, |rule| rule.quorum),
            waiting_for: rule.into_iter().flat_map(|rule| &rule.members).filter(may).cloned().collect(),
            signed,
            role,
        }
    });
    Gate { counts: counts.collect(), refused: noes.first().map(|given| refusal(&given.sign_off)) }
}

/// The sign-offs of a gate that count.
pub fn signed<'a>(process: &Process, release: &'a Release, step: &Step) -> Vec<&'a SignOff> {
    let given = release.steps.get(&step.id).map(|history| history.sign_offs.as_slice()).unwrap_or_default();
    let (gate, artifacts) = (count(process, release, step), artifacts(process, release, step));
    let counts = |one: &&SignOff| {
        let signed = gate.counts.iter().any(|count| count.role == one.role && count.signed.contains(&one.person));
        signed && Some(&one.candidate) == release.candidate.as_ref() && one.artifacts == artifacts
    };
    given.iter().map(|given| &given.sign_off).filter(counts).collect()
}

/// The digest of what a gate speaks for beside the candidate: what the steps before it have built; none while that is nothing.
pub fn artifacts(process: &Process, release: &Release, gate: &Step) -> Option<Digest> {
    let before: BTreeSet<_> =
        process.steps_of(&release.kind).map(|step| &step.id).take_while(|id| **id != gate.id).collect();
    release.digest_of_built(|step| before.contains(step))
}

fn refusal(sign_off: &SignOff) -> (Word, String) {
    (sign_off.person.clone(), sign_off.comment.clone().unwrap_or_default())
}

fn may_speak(process: &Process, release: &Release, given: &Given) -> bool {
    let SignOff { role, person, class, .. } = &given.sign_off;
    let Some(rule) = process.roles.get(role) else { return false };
    rule.members.contains(person) && *class >= rule.class && !is_excluded(process, release, role, person)
}

/// Says whether a person does not count for a role because the release was opened by them.
pub fn is_excluded(process: &Process, release: &Release, role: &Word, person: &Word) -> bool {
    let separate = process.roles.get(role).is_some_and(|rule| rule.separate);
    separate && process.person_by_email(&release.opened.by.email) == Some(person)
}
