//! What a release of a forge says: its title, the notes of the version, and the mark by which it is known again.

use allclear_core::digest::Digest;
use allclear_core::{changelog, forge};
use serde_json::json;

use crate::notes;
use crate::ports::github::Page;
use crate::step::{Context, StepError};

/// The mark by which a release is known to be this one.
pub(super) fn marker(cx: &Context<'_>) -> Result<String, StepError> {
    let (project, opened) = (&cx.process.project.name, cx.release.opened.at.to_string());
    Ok(forge::marker(project, &cx.release.version.to_string(), cx.commit()?.as_str(), &opened))
}

/// What the release says.
pub(super) fn page(cx: &Context<'_>) -> Result<Page, StepError> {
    Ok(Page {
        title: format!("{} {}", cx.process.project.name, cx.release.version),
        body: forge::body(&entry(cx)?, &marker(cx)?),
        branch: cx.values.get("branch").cloned(),
        prerelease: cx.release.version.is_prerelease(),
    })
}

pub(super) fn fingerprint(Page { title, body, branch, prerelease }: &Page) -> Digest {
    let told = json!({ "title": title, "body": body, "branch": branch, "prerelease": prerelease });
    Digest::of(told.to_string().as_bytes())
}

/// The entry of the version in the changelog of the release commit; empty where there is none.
pub(super) fn entry(cx: &Context<'_>) -> Result<String, StepError> {
    let Some(file) = notes::changelog(cx.process, &cx.release.kind) else { return Ok(String::new()) };
    let text = cx.repository().read(cx.commit()?, file)?.unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    Ok(changelog::entry_of(&text, &cx.release.version.to_string()).unwrap_or_default().to_owned())
}
