//! Makes the items of an effect true: looks, acts, and looks again, for as long as it makes sense.
//!
//! What is done is decided by what is found, never by what a service says of itself: a timeout, a lost answer and a plain no are all
//! followed by a look. Acting twice is harmless, since it is the same bytes, and what cannot be changed refuses a second time.

use std::time::Duration;

use allclear_core::at_once;
use allclear_core::event::{Item, Receipt};
use allclear_ledger::fault;

use crate::exec;
use crate::step::{Context, Effect, Probe, StepError, receipt};

/// How long to wait before each further try, when a service has trouble that passes.
const WAITS: [Duration; 6] = [
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
];
/// The longest that a service may ask us to leave it alone while we wait.
const LONGEST: Duration = Duration::from_secs(90);
/// The longest between two looks for something that must appear.
const GLANCE: Duration = Duration::from_secs(15);
/// How many items are worked on at the same time.
const AT_ONCE: usize = 4;

/// Makes all items true, one rank after the other, and returns what was found.
pub(crate) fn all(effect: &dyn Effect, cx: &Context<'_>, items: &[Item]) -> Result<Vec<Receipt>, StepError> {
    let mut ranked: Vec<(usize, &Item)> =
        items.iter().enumerate().map(|(at, item)| (effect.rank(item, at), item)).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    let mut receipts = Vec::new();
    for rank in ranked.chunk_by(|(one, _), (other, _)| one == other) {
        let reached = |(_, item): &(usize, &Item)| make_true(effect, cx, item).map(|place| receipt(item, place));
        receipts.extend(at_once::up_to(AT_ONCE, rank, reached)?);
    }
    Ok(receipts)
}

/// Asks something that changes nothing, again and again while a service has trouble that passes.
pub(crate) fn asked<T>(cx: &Context<'_>, ask: &dyn Fn() -> Result<T, StepError>) -> Result<T, StepError> {
    patiently(ask, &|time| cx.wait(time), &|what| cx.world.progress.says(cx.step.id.as_str(), what))
}

/// Tries until it comes to an answer, or has been tried often enough.
fn patiently<T>(
    once: &dyn Fn() -> Result<T, StepError>,
    wait: &dyn Fn(Duration) -> Result<(), StepError>,
    says: &dyn Fn(&str),
) -> Result<T, StepError> {
    let mut waits = WAITS.iter();
    loop {
        let (what, after) = match once() {
            Err(StepError::Passing { what, after }) => (what, after),
            other => return other,
        };
        match waits.next() {
            Some(next) if !exec::interrupted() && after.is_none_or(|after| after <= LONGEST) => {
                says(&format!("{what}; trying again"));
                wait(after.unwrap_or_default().max(*next))?;
            }
            _ => return Err(StepError::Passing { what, after }),
        }
    }
}

/// Makes one item true, and returns where it can be looked at.
pub(crate) fn make_true(effect: &dyn Effect, cx: &Context<'_>, item: &Item) -> Result<Option<String>, StepError> {
    let attempt = Attempt {
        item,
        probe: &|| effect.probe(cx, item),
        act: &|| effect.act(cx, item),
        visibility: effect.visibility(cx),
        wait: &|time| cx.wait(time),
        says: &|what| cx.world.progress.says(cx.step.id.as_str(), what),
    };
    attempt.go()
}

/// What it takes to make one item true.
pub(crate) struct Attempt<'a> {
    pub(crate) item: &'a Item,
    pub(crate) probe: &'a dyn Fn() -> Result<Probe, StepError>,
    pub(crate) act: &'a dyn Fn() -> Result<(), StepError>,
    /// How long after acting "absent" need not be believed.
    pub(crate) visibility: Duration,
    pub(crate) wait: &'a dyn Fn(Duration) -> Result<(), StepError>,
    pub(crate) says: &'a dyn Fn(&str),
}

impl Attempt<'_> {
    /// Goes on until it is so, is somebody else's, or has been tried often enough.
    pub(crate) fn go(&self) -> Result<Option<String>, StepError> {
        match patiently(&|| self.once(), self.wait, self.says) {
            Err(StepError::Passing { what, .. }) => Err(self.unsure(what)),
            other => other,
        }
    }

    fn once(&self) -> Result<Option<String>, StepError> {
        match (self.probe)()? {
            Probe::Absent => {}
            found => return self.settle(found),
        }
        let acted = (self.act)();
        fault::point("effect-after-act");
        match ((self.probe)()?, acted) {
            (Probe::Absent, Err(error)) => Err(error),
            (Probe::Absent, Ok(())) => self.appears(),
            (found, _) => self.settle(found),
        }
    }

    /// Waits for what was done without an error to be seen, for as long as the service may take to show it.
    fn appears(&self) -> Result<Option<String>, StepError> {
        let (mut waited, mut wait) = (Duration::ZERO, WAITS[0]);
        while waited < self.visibility {
            (self.wait)(wait)?;
            waited += wait;
            wait = (wait * 2).min(GLANCE);
            match (self.probe)()? {
                Probe::Absent => {}
                found => return self.settle(found),
            }
        }
        Err(self.unsure("it was done without an error and cannot be seen".to_owned()))
    }

    fn settle(&self, found: Probe) -> Result<Option<String>, StepError> {
        let Item { target, desired, .. } = self.item;
        match found {
            Probe::Ours { place } => Ok(place),
            Probe::Foreign { found } => Err(StepError::Foreign {
                target: target.clone(),
                found,
                wanted: desired.clone(),
                way_out: "find out who put it there; then release another version, or `allclear abort`".to_owned(),
            }),
            Probe::Superseded { found } => Err(StepError::Superseded(format!("{target} has moved to {found}"))),
            Probe::Unsure { why } => Err(self.unsure(why)),
            Probe::Absent => Err(self.unsure("it is not there".to_owned())),
        }
    }

    fn unsure(&self, why: String) -> StepError {
        StepError::Unsure { title: self.item.title.clone(), why }
    }
}

#[cfg(test)]
pub(crate) mod trial {
    //! The loop around an item, for the tests of registries: what has to be waited for is over at once.

    use super::*;

    /// Makes an item true as a release does, run after run, until it is or cannot be; `met` is asked when it takes too long.
    pub(crate) fn runs(
        item: &Item,
        probe: &dyn Fn() -> Result<Probe, StepError>,
        act: &dyn Fn() -> Result<(), StepError>,
        met: &dyn Fn() -> Vec<String>,
    ) -> Result<Option<String>, StepError> {
        let visibility = Duration::from_secs(60);
        let attempt = Attempt { item, probe, act, visibility, wait: &|_| Ok(()), says: &|_| () };
        for _ in 0..8 {
            match attempt.go() {
                Err(StepError::Unsure { .. }) => {}
                other => return other,
            }
        }
        panic!("{} comes to no end: {:#?}", item.title, met())
    }
}
