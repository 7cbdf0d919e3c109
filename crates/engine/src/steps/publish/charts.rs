//! Helm charts, packed from the release commit: the same commit always gives the same bytes.

use allclear_core::process::Target;

use super::files::{Line, PublishFiles, here, nowhere};
use crate::pack;
use crate::ports::oci::OciCharts;
use crate::ports::registry::{Frozen, Registry};
use crate::step::{Context, StepError};

/// Charts as files.
pub(super) const CHARTS: Line = Line { usual: &[], frozen: packed, fits: |_, _| Ok(()), service };

fn service(target: &Target, _: &Context<'_>) -> Result<Box<dyn Registry>, StepError> {
    match target.url.as_deref().and_then(|url| url.split_once("://")) {
        Some(("oci" | "http" | "https", _)) => Ok(Box::new(OciCharts::new(target))),
        _ => nowhere(),
    }
}

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
