//! Holds what the ledger says was done, and cannot be taken back, against the world; and puts back what has gone, byte for byte.
//!
//! What is foreign is named and left alone. What is missing is announced in the ledger, and shared, before it is put back, like every
//! other effect; the very same thing is made from what the intent carries.

use allclear_core::event::{Event, Intent, Item, Receipt};
use allclear_core::names::StepId;
use allclear_core::process::{Shape, Step};
use serde::Serialize;

use crate::conductor::{ConductError, Conductor};
use crate::reach;
use crate::session::{Session, SessionError};
use crate::step::{Context, Effect, Probe, StepError, Work, item, receipt};

/// Something that the ledger says was done, and how it stands with it.
#[derive(Debug, Clone, Serialize)]
pub struct Compared {
    /// The step that did it.
    pub step: StepId,
    /// The thing, as its intent named it.
    #[serde(flatten)]
    pub item: Item,
    /// How it stands with it now.
    #[serde(flatten)]
    pub found: Found,
    /// Whether it was put back by this run.
    pub put_back: bool,
    /// Why it was not, where it was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_put_back: Option<String>,
}

/// How it stands with something that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum Found {
    /// It is as it was recorded.
    Ours {
        /// Where a person can look at it.
        #[serde(skip_serializing_if = "Option::is_none")]
        place: Option<String>,
    },
    /// It is not there.
    Missing,
    /// Something else is there.
    Foreign {
        /// What.
        found: String,
    },
    /// It cannot be said.
    NotKnown {
        /// Why.
        why: String,
    },
}

impl Conductor<'_> {
    /// Looks at everything that the release has done and that cannot be taken back; changes nothing. Where `by_reading`, what was published is
    /// downloaded and hashed, and otherwise services are believed about the digests of what they hold.
    ///
    /// # Errors
    /// When the ledger cannot be read. What cannot be looked at is no error: that is what is found.
    pub fn reconcile(&self, by_reading: bool) -> Result<Vec<Compared>, ConductError> {
        let mut compared = Vec::new();
        for step in self.effects() {
            let Ok(Work::Effect(effect)) = self.work_of(&step)? else { continue };
            for item in self.done_by(&step)? {
                let found = self.look(&step, effect.as_ref(), &item, by_reading);
                compared.push(Compared { step: step.id.clone(), item, found, put_back: false, not_put_back: None });
            }
        }
        Ok(compared)
    }

    /// Puts back what is missing, with the same bytes, and writes it down; nothing else is touched.
    ///
    /// # Errors
    /// When the ledger cannot be read or written. What cannot be put back is no error of the run: the answer says why.
    pub fn repair(&mut self, compared: &mut [Compared]) -> Result<(), ConductError> {
        for step in self.effects() {
            let mut of_step: Vec<&mut Compared> = compared.iter_mut().filter(|one| one.step == step.id).collect();
            let Ok(Work::Effect(effect)) = self.work_of(&step)? else { continue };
            self.repair_step(&step, effect.as_ref(), &mut of_step)?;
        }
        Ok(())
    }

    /// The steps whose work cannot be taken back.
    fn effects(&self) -> Vec<Step> {
        let Session { process, release, .. } = &self.session;
        let steps = process.steps_of(&release.kind).filter(|step| step.shape == Shape::IrreversibleEffect);
        steps.cloned().collect()
    }

    /// What a step has made true, as its intents named it: with what it takes to make the very same thing again.
    fn done_by(&self, step: &Step) -> Result<Vec<Item>, ConductError> {
        let Session { ledger, release, .. } = &self.session;
        let records = ledger.release(&release.version).map_err(SessionError::from)?;
        let intents: Vec<&Intent> = records
            .iter()
            .rev()
            .filter_map(|record| match &record.event {
                Event::StepStarted { step: other, intent, .. } if *other == step.id => intent.as_ref(),
                _ => None,
            })
            .collect();
        let named = |receipt: &Receipt| {
            let is = |item: &&Item| item.target == receipt.target && item.desired == receipt.found;
            intents.iter().flat_map(|intent| &intent.items).find(is).cloned()
        };
        let mut items: Vec<Item> = Vec::new();
        for receipt in release.receipts(&step.id) {
            if !items.iter().any(|item| item.target == receipt.target) {
                let bare = || item(&receipt.target, &receipt.found, &receipt.target);
                items.push(named(receipt).unwrap_or_else(bare));
            }
        }
        Ok(items)
    }

    fn look(&self, step: &Step, effect: &dyn Effect, item: &Item, by_reading: bool) -> Found {
        let look = |cx: &Context<'_>| if by_reading { effect.read_again(cx, item) } else { effect.probe(cx, item) };
        match self.with_context(step, look) {
            Ok(Probe::Ours { place }) => Found::Ours { place },
            Ok(Probe::Absent) => Found::Missing,
            Ok(Probe::Foreign { found } | Probe::Superseded { found }) => Found::Foreign { found },
            Ok(Probe::Unsure { why }) => Found::NotKnown { why: self.world.redactor.text(&why) },
            Err(error) => Found::NotKnown { why: self.why(&error) },
        }
    }

    fn why(&self, error: &StepError) -> String {
        self.world.redactor.text(&error.chain())
    }

    fn repair_step(
        &mut self,
        step: &Step,
        effect: &dyn Effect,
        compared: &mut [&mut Compared],
    ) -> Result<(), ConductError> {
        let mut missing: Vec<_> = compared.iter_mut().filter(|one| one.found == Found::Missing).collect();
        let mut not_done = Vec::new();
        if !missing.is_empty() {
            let targets = missing.iter().map(|one| one.item.target.clone()).collect();
            if let Some(why) = self.announce_repair(step, targets)? {
                missing.iter_mut().for_each(|one| one.not_put_back = Some(why.clone()));
                return Ok(());
            }
            for one in &mut missing {
                if !self.put_back(step, effect, one) {
                    not_done.push(one.item.target.clone());
                }
            }
        }
        // Also what an earlier run set out to put back, and did without coming to write it down.
        let back = compared.iter().filter_map(|one| match &one.found {
            Found::Ours { place } if self.is_begun(step, &one.item) => Some(receipt(&one.item, place.clone())),
            _ => None,
        });
        let receipts: Vec<Receipt> = back.collect();
        if !receipts.is_empty() || !not_done.is_empty() {
            self.append(Event::Repaired { step: step.id.clone(), receipts, not_done })?;
            self.share()?;
        }
        Ok(())
    }

    /// Whether the ledger says that somebody is about to put something back.
    fn is_begun(&self, step: &Step, item: &Item) -> bool {
        let mut open = self.session.release.repairs.iter().filter(|repair| repair.done.is_none());
        open.any(|repair| repair.step == step.id && repair.target == item.target)
    }

    /// Tells the others what is about to be put back; says why where they cannot be told, and then it is not.
    fn announce_repair(&mut self, step: &Step, targets: Vec<String>) -> Result<Option<String>, ConductError> {
        let told = |away: String| format!("the others cannot be told: {away}");
        if let Some(away) = self.share()? {
            return Ok(Some(told(away)));
        }
        self.append(Event::RepairStarted { step: step.id.clone(), targets })?;
        Ok(self.share()?.map(told))
    }

    /// Puts one thing back; false where it is known that it is not there.
    fn put_back(&self, step: &Step, effect: &dyn Effect, one: &mut Compared) -> bool {
        let made = self.with_context(step, |cx| {
            let place = reach::make_true(effect, cx, &one.item)?;
            // What it leaves in this clone, such as the tag, is left again.
            effect.done(cx, std::slice::from_ref(&one.item))?;
            Ok(place)
        });
        match made {
            Ok(place) => {
                (one.found, one.put_back) = (Found::Ours { place }, true);
                true
            }
            Err(StepError::Foreign { found, .. }) => {
                one.found = Found::Foreign { found };
                false
            }
            Err(error) => {
                one.not_put_back = Some(self.why(&error));
                // The next look tells.
                matches!(error, StepError::Unsure { .. } | StepError::Interrupted)
            }
        }
    }
}
