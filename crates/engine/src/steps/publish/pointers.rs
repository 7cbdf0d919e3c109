//! `pointers`: lets names that follow the newest release, such as `latest`, follow this one; by the order of versions, never back.

mod image;
mod npm;

use std::collections::BTreeMap;

use allclear_core::event::Item;
use allclear_core::names::Word;
use allclear_core::pointer::{Line, Move};
use allclear_core::process::spec::{Field, KindSpec, Naming, Shape, Type};
use allclear_core::template::Template;
use allclear_core::version::Version;
use serde::Deserialize;

use super::{Publish, receipts};
use crate::step::{Context, Done, Effect, Kind, Probe, StepError, Work, item};

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new(
            "pointers",
            Type::List(&Type::Word),
            "lets the `pointers` of these targets, such as `latest`, name this release, unless they name a newer one",
        ),
        fields: &[],
        shape: Shape::Effect,
        naming: Naming::Kind,
        once: false,
    },
    work: |step| Ok(Work::Effect(Box::new(step.read::<Pointers>()?))),
    preflight: |step, preflight| {
        if let Ok(pointers) = step.read::<Pointers>() {
            pointers.pointers.iter().for_each(|target| preflight.target(target));
        }
    },
};

/// What the step says: the targets.
#[derive(Deserialize)]
struct Pointers {
    pointers: Vec<Word>,
}

/// Something published that pointers can name.
trait Pointed {
    /// What people call it.
    fn title(&self) -> String;

    /// What a pointer holds now: its state, and the version where it is known which one that is.
    fn now(&self, pointer: &str) -> Result<Option<(String, Option<Version>)>, StepError>;

    /// The versions that are published.
    fn published(&self) -> Result<Vec<Version>, StepError>;

    /// The state of a pointer that names this release.
    fn desired(&self) -> String;

    /// Makes a pointer name this release.
    fn set(&self, pointer: &str) -> Result<(), StepError>;
}

/// A target, and something that was published to it.
type OfTarget = (Word, Box<dyn Pointed>);

/// A pointer, and whether it may move.
struct Standing {
    target: String,
    title: String,
    pointer: String,
    desired: String,
    may: Move,
}

impl Pointers {
    /// Everything that was published to the targets of this step.
    fn pointed(&self, cx: &Context<'_>) -> Result<Vec<OfTarget>, StepError> {
        let mut pointed = Vec::new();
        for step in cx.process.steps_of(&cx.release.kind).filter(|step| step.kind.as_str() == "publish") {
            let publish = step.read::<Publish>()?;
            let target = publish.target();
            if !self.pointers.contains(&target) || !step.applies(&cx.release.kind, &cx.release.version) {
                continue;
            }
            let Some(receipts) = receipts(cx, step)? else { continue };
            let more = match publish.publish.as_str() {
                "oci-image" => image::pointed(cx, receipts, publish)?,
                "npm" => npm::pointed(cx, publish)?,
                what => {
                    return Err(StepError::Refused(format!(
                        "nothing can point at what `publish = \"{what}\"` publishes: take `{target}` out of the step"
                    )));
                }
            };
            pointed.extend(more.into_iter().map(|one| (target.clone(), one)));
        }
        Ok(pointed)
    }

    fn standing(&self, cx: &Context<'_>) -> Result<Vec<Standing>, StepError> {
        let mut standing = Vec::new();
        for (target, one) in self.pointed(cx)? {
            let published = one.published()?;
            for template in templates(cx, &target)? {
                let pointer = template.render(cx.values)?;
                let line = Line::of(&template).ok_or_else(|| no_pointer(&template, &target))?;
                let now = one.now(&pointer)?;
                let known = now.as_ref().and_then(|(_, version)| version.as_ref());
                let there = now.as_ref().is_some_and(|(state, _)| *state == one.desired());
                let may = if there { Move::There } else { line.may_move(&cx.release.version, known, &published) };
                standing.push(Standing {
                    target: format!("{target}/{}:{pointer}", one.title()),
                    title: format!("{pointer} of {}", one.title()),
                    pointer,
                    desired: one.desired(),
                    may,
                });
            }
        }
        Ok(standing)
    }

    /// The thing that an item is about, and its pointer.
    fn find(&self, cx: &Context<'_>, item: &Item) -> Result<(Box<dyn Pointed>, String), StepError> {
        let pointer = item.data.get("pointer").cloned().unwrap_or_default();
        let is = |(target, one): &OfTarget| format!("{target}/{}:{pointer}", one.title()) == item.target;
        let found = self.pointed(cx)?.into_iter().find(is);
        let gone = || StepError::Refused(format!("nothing is published that `{}` could name", item.target));
        Ok((found.ok_or_else(gone)?.1, pointer))
    }
}

/// The pointers of a target; npm's `latest` where a target of npm names none.
fn templates(cx: &Context<'_>, target: &Word) -> Result<Vec<Template>, StepError> {
    let named = cx.process.targets.get(target).map(|target| target.pointers.clone()).unwrap_or_default();
    Ok(if named.is_empty() { vec![Template::new("latest")] } else { named })
}

fn no_pointer(template: &Template, target: &Word) -> StepError {
    StepError::Refused(format!(
        "`{template}` is another name for every release, so it points nowhere else ever: take it out of `pointers` of `{target}`"
    ))
}

impl Effect for Pointers {
    fn items(&self, cx: &Context<'_>) -> Result<Vec<Item>, StepError> {
        let moves = self.standing(cx)?.into_iter().filter(|one| matches!(one.may, Move::Forward | Move::There));
        let of = |one: Standing| {
            let mut item = item(one.target, one.desired, one.title);
            item.data = BTreeMap::from([("pointer".to_owned(), one.pointer)]);
            item
        };
        Ok(moves.map(of).collect())
    }

    fn probe(&self, cx: &Context<'_>, item: &Item) -> Result<Probe, StepError> {
        let standing = self.standing(cx)?.into_iter().find(|one| one.target == item.target);
        Ok(match standing.map(|one| one.may) {
            Some(Move::There) => Probe::Ours { place: None },
            Some(Move::Newer(version)) => Probe::Superseded { found: version.to_string() },
            Some(Move::Forward) => Probe::Absent,
            Some(Move::Prerelease) | None => Probe::Superseded { found: "something else".to_owned() },
        })
    }

    fn act(&self, cx: &Context<'_>, item: &Item) -> Result<(), StepError> {
        let (one, pointer) = self.find(cx, item)?;
        one.set(&pointer)
    }

    fn done(&self, cx: &Context<'_>, _items: &[Item]) -> Result<Done, StepError> {
        let told = self.standing(cx)?.into_iter().map(|one| match one.may {
            Move::There | Move::Forward => one.title,
            stays => format!("{} {stays}", one.title),
        });
        let told: Vec<_> = told.collect();
        let summary = if told.is_empty() { "nothing that pointers could name".to_owned() } else { told.join(", ") };
        Ok(Done { summary, ..Done::default() })
    }
}
