//! `up-to-date`: a branch contains everything that is on another.

use allclear_core::names::BranchName;
use allclear_core::process::spec::{Becomes, Field, KindSpec, Naming, Shape, Type};
use allclear_core::template::Template;
use serde::Deserialize;

use crate::preflight::Preflight;
use crate::step::{Check, Context, Finding, Kind, StepError, Work};

const FIELDS: &[Field] = &[
    Field::new("branch", Type::Template(Becomes::Branch), "the branch that must contain the other").required(),
    Field::new("with", Type::Template(Becomes::Branch), "the branch that must be contained").required(),
];

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new(
            "up-to-date",
            Type::Table(FIELDS),
            "checks that one branch contains everything that is on another",
        ),
        fields: &[],
        shape: Shape::Check,
        naming: Naming::Kind,
        once: true,
    },
    work: |step| Ok(Work::Check(Box::new(step.read::<UpToDate>()?))),
    preflight: |step, preflight| {
        if let Ok(step) = step.read::<UpToDate>() {
            preflight.branch(&step.up_to_date.branch);
            preflight.branch(&step.up_to_date.with);
        }
    },
};

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct UpToDate {
    up_to_date: Branches,
}

#[derive(Deserialize)]
struct Branches {
    branch: Template,
    with: Template,
}

impl Check for UpToDate {
    fn check(&self, cx: &Context<'_>) -> Result<Finding, StepError> {
        cx.begin()?;
        let name = |template: &Template| Ok::<BranchName, StepError>(template.render(cx.values)?.parse()?);
        let (branch, with) = (name(&self.up_to_date.branch)?, name(&self.up_to_date.with)?);
        let tip = |branch: &BranchName| {
            let gone = || StepError::Refused(format!("`{}` has no branch `{branch}`", cx.repository().remote()));
            cx.repository().remote_tip(branch)?.ok_or_else(gone)
        };
        let (newer, older) = (tip(&branch)?, tip(&with)?);
        if cx.repository().commit(newer.as_str()).is_none() || cx.repository().commit(older.as_str()).is_none() {
            cx.repository().fetch()?;
        }
        if cx.repository().is_ancestor(&older, &newer)? {
            return Ok(Finding {
                passed: true,
                summary: format!("`{branch}` contains `{with}`"),
                ..Finding::default()
            });
        }
        let missing = cx.repository().headlines(Some(&newer), &older)?.len();
        let summary = format!(
            "`{branch}` lacks {missing} commits of `{with}`: merge `{with}` into `{branch}` and push, then `allclear retry {}`",
            cx.step.id
        );
        Ok(Finding { summary, ..Finding::default() })
    }
}

/// Preflight for kinds that need nothing.
pub(super) fn nothing(_step: &allclear_core::process::Step, _preflight: &mut Preflight<'_>) {}
