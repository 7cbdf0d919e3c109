//! The tag that a release of a forge is of.

use allclear_core::names::TagName;
use allclear_core::process::Step;
use allclear_core::release::Verdict;
use allclear_core::template::Template;

use crate::step::{Context, StepError};

/// The step that makes the tag.
fn tagging<'c>(cx: &'c Context<'_>) -> Result<&'c Step, StepError> {
    let (kind, version) = (&cx.release.kind, &cx.release.version);
    let mut steps = cx.process.steps_of(kind);
    let step = steps.find(|step| step.kind.as_str() == "tag" && step.applies(kind, version));
    let none = || {
        StepError::Refused(format!(
            "a release is of a tag, and no step of a {kind} release makes one: add `tag = \"v{{version}}\"` before this step"
        ))
    };
    step.ok_or_else(none)
}

pub(super) fn tag(cx: &Context<'_>) -> Result<TagName, StepError> {
    let template = tagging(cx)?.config.get("tag").and_then(serde_json::Value::as_str).unwrap_or_default();
    Ok(Template::new(template).render(cx.values)?.parse()?)
}

/// Whether the step that makes the tag is over: a person may have waived it, and what is there the forge will say.
pub(super) fn require_tagged(cx: &Context<'_>) -> Result<(), StepError> {
    let step = tagging(cx)?;
    let history = cx.release.steps.get(&step.id);
    let passed = history.and_then(|history| history.last()).is_some_and(|last| last.verdict == Verdict::Passed);
    match passed || history.is_some_and(|history| history.waiver.is_some()) {
        true => Ok(()),
        false => Err(StepError::NotYet(format!("{} has not tagged yet, and must come before this step", step.id))),
    }
}
