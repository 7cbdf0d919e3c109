//! `branch`: the release branch, cut once on the remote.

use allclear_core::event::{CommitRole, Item, Moved};
use allclear_core::names::{BranchName, CommitId};
use allclear_core::process::spec::{Becomes, Field, KindSpec, Naming, Shape, Type};
use allclear_core::template::Template;
use serde::Deserialize;

use crate::step::{Context, Done, Effect, Kind, Probe, StepError, Work, item};

const FIELDS: &[Field] = &[Field::new(
    "from",
    Type::Template(Becomes::Ref),
    "the branch or tag to cut from; the integration branch where it is left out",
)];

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new("branch", Type::Template(Becomes::Branch), "cuts the release branch on the remote"),
        fields: FIELDS,
        shape: Shape::Effect,
        naming: Naming::Kind,
        once: true,
    },
    work: |step| Ok(Work::Effect(Box::new(step.read::<Branch>()?))),
    preflight: |step, preflight| {
        if let Ok(Branch { from: Some(from), .. }) = step.read::<Branch>() {
            preflight.branch_or_tag(&from);
        }
    },
};

#[derive(Deserialize)]
struct Branch {
    branch: Template,
    from: Option<Template>,
}

impl Branch {
    fn name(&self, cx: &Context<'_>) -> Result<BranchName, StepError> {
        Ok(self.branch.render(cx.values)?.parse()?)
    }

    /// The commit to cut from: a branch of the remote, or a tag.
    fn base(&self, cx: &Context<'_>) -> Result<CommitId, StepError> {
        let from = match &self.from {
            Some(from) => from.render(cx.values)?,
            None => cx.process.integration().to_string(),
        };
        let refs = cx.repository().remote_refs(&[&format!("refs/heads/{from}"), &format!("refs/tags/{from}")])?;
        let missing = || {
            StepError::Refused(format!(
                "`{}` has neither a branch nor a tag `{from}` to cut from",
                cx.repository().remote()
            ))
        };
        let object = refs
            .get(&format!("refs/heads/{from}"))
            .or_else(|| refs.get(&format!("refs/tags/{from}")))
            .ok_or_else(missing)?;
        if cx.repository().commit(object.as_str()).is_none() {
            cx.repository().fetch()?;
        }
        cx.repository().commit(object.as_str()).ok_or_else(missing)
    }
}

impl Effect for Branch {
    fn items(&self, cx: &Context<'_>) -> Result<Vec<Item>, StepError> {
        let (name, base) = (self.name(cx)?, self.base(cx)?);
        Ok(vec![item(format!("refs/heads/{name}"), &base, format!("branch {name} at {}", base.short()))])
    }

    fn probe(&self, cx: &Context<'_>, item: &Item) -> Result<Probe, StepError> {
        let (name, base) = (self.name(cx)?, CommitId::new(item.desired.as_str())?);
        let Some(tip) = cx.repository().remote_tip(&name)? else { return Ok(Probe::Absent) };
        if cx.repository().commit(tip.as_str()).is_none() {
            cx.repository().fetch()?;
        }
        // Who works on the branch already has built on our base.
        Ok(match tip == base || cx.repository().is_ancestor(&base, &tip)? {
            true => Probe::Ours { place: Some(format!("{} {}", cx.repository().remote(), item.target)) },
            false => Probe::Foreign { found: format!("{tip}, which does not contain the base") },
        })
    }

    fn act(&self, cx: &Context<'_>, item: &Item) -> Result<(), StepError> {
        Ok(cx.repository().push(&CommitId::new(item.desired.as_str())?, &item.target, None)?)
    }

    fn done(&self, cx: &Context<'_>, items: &[Item]) -> Result<Done, StepError> {
        let name = self.name(cx)?;
        let gone = || StepError::Refused(format!("the branch `{name}` is gone"));
        let tip = cx.repository().remote_tip(&name)?.ok_or_else(gone)?;
        cx.repository().fetch()?;
        let summary = format!("{name} at {}", items.first().map_or("", |item| &item.desired[..7]));
        Ok(Done { summary, moved: Some(Moved { commit: tip, role: CommitRole::Candidate }), ..Done::default() })
    }
}
