//! `tag`: the annotated tag on the release commit, made once, pushed once, never moved.

use allclear_core::event::Item;
use allclear_core::names::{CommitId, TagName};
use allclear_core::process::spec::{Becomes, Field, KindSpec, Naming, Shape, Type};
use allclear_core::template::Template;
use jiff::Timestamp;
use serde::Deserialize;

use crate::repository::Identity;
use crate::step::{Context, Done, Effect, Kind, Probe, StepError, Work, item};

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new(
            "tag",
            Type::Template(Becomes::Tag),
            "tags the release commit; the tag's message names the ledger's head",
        ),
        fields: &[],
        shape: Shape::IrreversibleEffect,
        naming: Naming::Kind,
        once: false,
    },
    work: |step| Ok(Work::Effect(Box::new(step.read::<Tag>()?))),
    preflight: |step, preflight| {
        if let Ok(tag) = step.read::<Tag>() {
            preflight.tag(&tag.tag);
        }
    },
};

#[derive(Deserialize)]
struct Tag {
    tag: Template,
}

/// What the intent carries so that the same tag object can be made again.
const PARTS: [&str; 5] = ["commit", "message", "name", "email", "at"];

impl Tag {
    fn name(&self, cx: &Context<'_>) -> Result<TagName, StepError> {
        Ok(self.tag.render(cx.values)?.parse()?)
    }

    fn make(&self, cx: &Context<'_>, parts: [&str; 5]) -> Result<CommitId, StepError> {
        let [commit, message, name, email, at] = parts;
        let at: Timestamp = at.parse().map_err(StepError::content("the intent bears no time"))?;
        let who = Identity { name: name.to_owned(), email: email.to_owned() };
        Ok(cx.repository().make_tag(&self.name(cx)?, &CommitId::new(commit)?, message, &who, at)?)
    }
}

impl Effect for Tag {
    fn items(&self, cx: &Context<'_>) -> Result<Vec<Item>, StepError> {
        let (name, commit) = (self.name(cx)?, cx.commit()?.clone());
        let head = cx
            .ledger()?
            .head()
            .map_or(String::new(), |head| format!("\n\nAllclear-Ledger: {} {}", head.seq, head.digest));
        let message = format!("{} {}{head}", cx.process.project.name, cx.release.version);
        let (at, who) = (cx.now.to_string(), cx.identity);
        let parts = [commit.as_str(), &message, &who.name, &who.email, &at];
        let object = self.make(cx, parts)?;
        let mut item = item(format!("refs/tags/{name}"), object, format!("tag {name} on {}", commit.short()));
        item.data = PARTS.iter().zip(parts).map(|(key, value)| ((*key).to_owned(), value.to_owned())).collect();
        Ok(vec![item])
    }

    fn probe(&self, cx: &Context<'_>, item: &Item) -> Result<Probe, StepError> {
        let found = cx.repository().remote_refs(&[&item.target])?.remove(&item.target);
        Ok(match found {
            None => Probe::Absent,
            Some(object) if object.as_str() == item.desired => {
                Probe::Ours { place: Some(format!("{} {}", cx.repository().remote(), item.target)) }
            }
            Some(object) => Probe::Foreign { found: object.to_string() },
        })
    }

    fn act(&self, cx: &Context<'_>, item: &Item) -> Result<(), StepError> {
        let parts = PARTS.map(|key| item.data.get(key).map_or("", String::as_str));
        let object = self.make(cx, parts)?;
        if object.as_str() != item.desired {
            return Err(StepError::Refused(format!("the tag object cannot be made again as it was planned: {object}")));
        }
        Ok(cx.repository().push(&object, &item.target, None)?)
    }

    fn done(&self, cx: &Context<'_>, items: &[Item]) -> Result<Done, StepError> {
        let Some(item) = items.first() else { return Ok(Done::default()) };
        cx.repository().write_ref(&item.target, &CommitId::new(item.desired.as_str())?)?;
        Ok(Done { summary: item.title.clone(), ..Done::default() })
    }
}
