//! Helm charts, packed from the release commit: the same commit always gives the same bytes.

use super::files::{Line, PublishFiles, here, nowhere};
use crate::pack;
use crate::ports::registry::Frozen;
use crate::step::{Context, StepError};

/// Charts as files.
pub(super) const CHARTS: Line = Line { usual: &[], frozen: packed, fits: |_, _| Ok(()), service: |_, _| nowhere() };

fn packed(publish: &PublishFiles, cx: &Context<'_>) -> Result<Vec<Frozen>, StepError> {
    let commit = cx.commit()?;
    let folders = &publish.publish.charts;
    let mut frozen = Vec::new();
    for folder in pack::chart_folders(cx.repository(), commit, folders)? {
        let chart = pack::chart(cx.repository(), commit, &folder)?;
        let digest = cx.store.put(&chart.bytes)?;
        frozen.push(here(cx, &chart.file_name, digest)?);
    }
    match frozen.is_empty() {
        true => Err(StepError::Refused(format!("no chart matches {}: correct `charts`", folders.join(", ")))),
        false => Ok(frozen),
    }
}
