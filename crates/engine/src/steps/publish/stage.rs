//! `stage`: what is to be published is taken to where it is published, by its digest, so that the point of no return only lets names lead
//! to it.

use std::time::Duration;

use allclear_core::event::Item;
use allclear_core::names::Word;
use allclear_core::process::Step;
use allclear_core::process::spec::{Field, KindSpec, Naming, Shape, Type};
use serde::Deserialize;

use super::files::PublishFiles;
use super::published::Published;
use super::{BY_DIGEST, Publish, steps_to, work};
use crate::ports::registry::{Registry, Stage};
use crate::step::{Context, Done, Effect, Kind, Probe, StepError, Work};

/// Where an item says which step will publish it.
const FOR: &str = "for";
/// How many things a summary names.
const NAMED: usize = 3;

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new(
            "stage",
            Type::List(&Type::Word),
            "takes what will be published to these targets there already, unseen: images and charts by their digest, drafts",
        ),
        fields: &[],
        shape: Shape::Effect,
        naming: Naming::Kind,
        once: false,
    },
    work: |step| Ok(Work::Effect(Box::new(step.read::<Staging>()?))),
    preflight: |step, preflight| {
        if let Ok(staging) = step.read::<Staging>() {
            staging.stage.iter().for_each(|target| preflight.target(target));
        }
    },
};

/// What the step says: the targets.
#[derive(Deserialize)]
struct Staging {
    stage: Vec<Word>,
}

impl Staging {
    /// The work of the step that will publish an item.
    fn work_for(&self, cx: &Context<'_>, item: &Item) -> Result<Box<dyn Published>, StepError> {
        let gone = || StepError::Refused(format!("no step of this release will publish `{}`", item.target));
        let step = item.data.get(FOR).ok_or_else(gone)?;
        let step = cx.process.steps_of(&cx.release.kind).find(|other| other.id.as_str() == step).ok_or_else(gone)?;
        Ok(work(step.read::<Publish>()?))
    }
}

/// The reversible part of publishing to a target.
fn staged<'w>(cx: &Context<'_>, work: &'w dyn Published, target: &str) -> Result<Box<dyn Effect + 'w>, StepError> {
    let seen = || {
        StepError::Refused(format!("what arrives at `{target}` is published at once: take `{target}` out of `stage`"))
    };
    work.staged(cx)?.ok_or_else(seen)
}

fn target_of(item: &Item) -> &str {
    item.target.split('/').next().unwrap_or_default()
}

impl Effect for Staging {
    fn items(&self, cx: &Context<'_>) -> Result<Vec<Item>, StepError> {
        let mut items = Vec::new();
        for target in &self.stage {
            for (step, publish) in steps_to(cx, target, "stage")? {
                let work = work(publish);
                let mut of_step = staged(cx, work.as_ref(), target.as_str())?.items(cx)?;
                let says = |item: &mut Item| item.data.insert(FOR.to_owned(), step.id.to_string());
                of_step.iter_mut().for_each(|item| drop(says(item)));
                items.extend(of_step);
            }
        }
        Ok(items)
    }

    fn probe(&self, cx: &Context<'_>, item: &Item) -> Result<Probe, StepError> {
        let work = self.work_for(cx, item)?;
        staged(cx, work.as_ref(), target_of(item))?.probe(cx, item)
    }

    fn act(&self, cx: &Context<'_>, item: &Item) -> Result<(), StepError> {
        let work = self.work_for(cx, item)?;
        staged(cx, work.as_ref(), target_of(item))?.act(cx, item)
    }

    fn done(&self, _cx: &Context<'_>, items: &[Item]) -> Result<Done, StepError> {
        let titles: Vec<_> = items.iter().map(|item| item.title.as_str()).collect();
        let summary = match titles.len() {
            0 => "nothing that could be staged".to_owned(),
            1..=NAMED => titles.join(", "),
            more => format!("{} and {} more", titles[..NAMED].join(", "), more - NAMED),
        };
        Ok(Done { summary, ..Done::default() })
    }

    fn visibility(&self, cx: &Context<'_>) -> Duration {
        let longest = |(_, publish): (&Step, Publish)| work(publish).visibility(cx);
        let of = |target| steps_to(cx, target, "stage").unwrap_or_default().into_iter().map(longest).max();
        self.stage.iter().filter_map(of).max().unwrap_or_default()
    }
}

/// Files at a registry where they can wait.
pub(super) struct StagedFiles<'p>(pub(super) &'p PublishFiles);

impl StagedFiles<'_> {
    fn at_stage<T>(
        &self,
        cx: &Context<'_>,
        act: impl FnOnce(&dyn Stage) -> Result<T, StepError>,
    ) -> Result<T, StepError> {
        let registry: Box<dyn Registry> = self.0.registry(cx)?;
        let gone = || StepError::Refused("nothing can be staged there".to_owned());
        act(registry.stage().ok_or_else(gone)?)
    }
}

impl Effect for StagedFiles<'_> {
    fn items(&self, cx: &Context<'_>) -> Result<Vec<Item>, StepError> {
        let mut items = self.0.items(cx)?;
        for item in &mut items {
            let name = item.target.rsplit('/').next().unwrap_or_default();
            item.title = format!("{name} at {}", target_of(item));
            item.target += &format!("{BY_DIGEST}{}", item.desired);
        }
        Ok(items)
    }

    fn probe(&self, cx: &Context<'_>, item: &Item) -> Result<Probe, StepError> {
        // What tells a chart by its digest is made of its bytes.
        let file = self.0.bytes(cx, item)?;
        self.at_stage(cx, |stage| stage.find_staged(&file))
    }

    fn act(&self, cx: &Context<'_>, item: &Item) -> Result<(), StepError> {
        let file = self.0.bytes(cx, item)?;
        self.at_stage(cx, |stage| cx.metered(&file.name, file.content.size, |meter| stage.upload_staged(&file, meter)))
    }

    fn done(&self, _cx: &Context<'_>, _items: &[Item]) -> Result<Done, StepError> {
        Ok(Done::default())
    }
}
