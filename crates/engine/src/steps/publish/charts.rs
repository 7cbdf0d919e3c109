//! Helm charts, packed from the release commit: the same commit always gives the same bytes.

use std::path::PathBuf;

use allclear_core::helm::{MANIFEST, file_in};
use allclear_core::process::Target;

use super::super::frozen::here;
use super::Publish;
use super::files::{IN_ORDER, Line, PublishFiles};
use crate::pack::{self, Chart};
use crate::ports::folder::FolderRegistry;
use crate::ports::helm_repository::HelmRepository;
use crate::ports::oci::OciCharts;
use crate::ports::registry::{Frozen, Registry};
use crate::ports::s3::S3Files;
use crate::step::{Context, StepError};

/// Charts, one after the other: they can share an index.
pub(super) const CHARTS: Line =
    Line { usual: &[], frozen: packed, looks_inside: false, fits: |_, _| Ok(()), service, folder, rank: IN_ORDER };

/// Charts in a folder are a repository of charts, so that Helm finds them wherever the folder is served.
fn folder(folder: PathBuf) -> Box<dyn Registry> {
    Box::new(HelmRepository(FolderRegistry::new(folder)))
}

fn service(_: &Publish, target: &Target, _: &Context<'_>) -> Result<Box<dyn Registry>, StepError> {
    match target.url.as_deref().and_then(|url| url.split_once("://")) {
        Some(("oci" | "http" | "https", _)) => Ok(Box::new(OciCharts::new(target))),
        Some(("s3", _)) => Ok(Box::new(HelmRepository(S3Files::new(target)?))),
        _ => Err(StepError::Refused(
            "charts go to `url = \"oci://…\"` or `\"s3://…\"`, into a `folder`, or through commands of yours (`probe` and `send`): correct the target"
                .to_owned(),
        )),
    }
}

/// The chart and what it deploys are of the release that they are published with.
fn agrees(cx: &Context<'_>, folder: &str, chart: &Chart) -> Result<(), StepError> {
    let release = cx.release.version.to_string();
    let stated = [("version", Some(&chart.version)), ("appVersion", chart.app_version.as_ref())];
    let other = stated.into_iter().filter_map(|(field, stated)| Some((field, stated?)));
    let other = other.into_iter().find(|(_, stated)| stated.strip_prefix('v').unwrap_or(stated) != release);
    match other {
        None => Ok(()),
        Some((field, stated)) => Err(StepError::Refused(format!(
            "`{}` has {field} {stated}, and the release is {release}: add it to `files` of `[versions]`, so that `bump` sets it",
            file_in(folder, MANIFEST)
        ))),
    }
}

fn packed(publish: &PublishFiles, cx: &Context<'_>) -> Result<Vec<Frozen>, StepError> {
    let commit = cx.commit()?;
    let folders = &publish.publish.charts;
    let mut frozen = Vec::new();
    for folder in pack::chart_folders(cx.repository(), commit, folders)? {
        let chart = pack::chart(cx.repository(), commit, &folder)?;
        agrees(cx, &folder, &chart)?;
        let digest = cx.store.put(&chart.bytes)?;
        frozen.push(here(cx, &chart.file_name, digest)?);
    }
    match frozen.is_empty() {
        true => Err(StepError::Refused(format!("no chart matches {}: correct `charts`", folders.join(", ")))),
        false => Ok(frozen),
    }
}
