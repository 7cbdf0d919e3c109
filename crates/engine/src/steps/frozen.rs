//! What was built, by its digest: its bytes are in this clone, or come from the object store of the process.

use allclear_core::digest::Digest;

use crate::content::Content;
use crate::ports::registry::Frozen;
use crate::step::{Context, StepError, chain};
use crate::wholes;

/// A frozen file with its bytes. Announcing what cannot be done from here would only hold up the clone from which it can.
///
/// # Errors
/// [`StepError::Elsewhere`] where another clone built it, and its bytes cannot be brought.
pub(super) fn here(cx: &Context<'_>, path: &str, digest: Digest) -> Result<Frozen, StepError> {
    if cx.store.open(&digest).is_err() {
        bring(cx, path, &digest)?;
    }
    Ok(Frozen { name: base_name(path), path: path.to_owned(), content: Content::file(cx.store.path(&digest), digest)? })
}

/// A frozen file whose bytes need not be here: enough to look for it somewhere.
pub(super) fn known(cx: &Context<'_>, path: &str, digest: Digest) -> Frozen {
    let kept = cx.store.path(&digest);
    let content = Content::file(kept.clone(), digest);
    let content =
        content.unwrap_or_else(|_| Content { path: kept, offset: 0, size: size(cx, &digest), sha256: digest });
    Frozen { name: base_name(path), path: path.to_owned(), content }
}

/// The name of a file, without the folders that it is in.
pub(super) fn base_name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

fn bring(cx: &Context<'_>, path: &str, digest: &Digest) -> Result<(), StepError> {
    let elsewhere = |why: String| {
        Err(StepError::Elsewhere(format!(
            "`{path}` was built in another clone and its bytes are not here{why}: go on from there"
        )))
    };
    let Some(config) = &cx.process.object_store else { return elsewhere(String::new()) };
    let unusable = |error| elsewhere(format!(", and the object store cannot be used ({})", chain(&error)));
    let from = match cx.world.object_store(config) {
        Ok(from) => from,
        Err(error) => return unusable(error),
    };
    match wholes::bring(from.as_ref(), cx.store, digest, size(cx, digest)) {
        Ok(Some(true)) => Ok(()),
        Ok(None) => elsewhere(format!(", nor yet in {}", from.place())),
        Ok(Some(false)) => elsewhere(format!(", and {} has other bytes under sha256:{digest}", from.place())),
        Err(error) => unusable(error),
    }
}

/// How many bytes what was built has, by its digest, where that is known; 0 where it is not.
fn size(cx: &Context<'_>, digest: &Digest) -> u64 {
    let artifacts = cx.release.artifacts();
    artifacts.iter().find(|artifact| artifact.sha256 == *digest).map_or(0, |artifact| artifact.size)
}
