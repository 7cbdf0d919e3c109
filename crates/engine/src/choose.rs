//! Chooses the version of a release that is opened, and the release that it comes after.

use allclear_core::event::Last;
use allclear_core::history::{Level, Release, Releases, Wanted, next};
use allclear_core::names::TagName;
use allclear_core::process::Process;
use allclear_core::version::Version;
use allclear_ledger::{Ledger, Standing};
use jiff::civil::Date;

use crate::open::{OpenError, Request, tag_pattern};
use crate::repository::Repository;

/// Returns the version that was asked for, or the next one of the kind.
pub(crate) fn choose(
    process: &Process,
    request: &Request,
    repository: &Repository,
    releases: &Releases<'_>,
    today: Date,
) -> Result<(Version, Option<Last>), OpenError> {
    let version = match &request.version {
        Some(version) => version.clone(),
        None if releases.last(request.line).is_none() => {
            return Err(OpenError::NoLast { pattern: tag_pattern(process) });
        }
        None => {
            let wanted = Wanted {
                level: Level::of_kind(request.kind.as_str()),
                said: true,
                line: request.line,
                label: request.label.as_deref(),
                scheme: process.versions.scheme,
                today,
            };
            next(releases, &wanted)?.version
        }
    };
    let last = releases.before(&version).and_then(|release| last(repository, release));
    Ok((version, last))
}

fn last(repository: &Repository, release: &Release<'_>) -> Option<Last> {
    let tag = TagName::new(release.tag).ok()?;
    Some(Last { version: release.version().clone(), commit: repository.tagged(tag.as_str())?, tag })
}

/// Refuses a version that was released, or is under way.
pub(crate) fn refuse_known(
    ledger: &Ledger,
    version: &Version,
    repository: &Repository,
    releases: &Releases<'_>,
) -> Result<(), OpenError> {
    if let Some(last) = releases.find(version).and_then(|release| last(repository, release)) {
        let commit = last.commit.short().to_owned();
        return Err(OpenError::Tagged { version: version.clone(), tag: last.tag, commit });
    }
    match ledger.standing(version)? {
        Some(Standing::Open) => Err(OpenError::Known { version: version.clone(), state: "open" }),
        Some(Standing::Finished) => Err(OpenError::Known { version: version.clone(), state: "finished" }),
        _ => Ok(()),
    }
}
