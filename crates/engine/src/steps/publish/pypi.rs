//! Packages of Python, for PyPI and its like.

use allclear_core::event::Artifact;
use allclear_core::process::Target;
use allclear_core::python::{FileName, agree, is_attestation};

use super::super::frozen::{here, known};
use super::Publish;
use super::files::{Line, PublishFiles, folder};
use crate::ports::pypi::PypiIndex;
use crate::ports::registry::{Frozen, Registry};
use crate::python;
use crate::step::{Context, StepError};

/// What `poetry build`, `uv build` and their like make. The first file opens the version, which two at once could get in each other's way
/// at; then all others.
pub(super) const PYPI: Line = Line {
    usual: &["**/*.whl", "**/*.tar.gz"],
    frozen: distributions,
    looks_inside: false,
    fits,
    service,
    folder,
    rank: |at| at.min(1),
};

/// Attestations go with the file that they are of, never by themselves.
fn distributions(publish: &PublishFiles, cx: &Context<'_>) -> Result<Vec<Frozen>, StepError> {
    let mut frozen = publish.artifacts(cx)?;
    frozen.retain(|file| !is_attestation(&file.name));
    Ok(frozen)
}

fn service(publish: &Publish, target: &Target, cx: &Context<'_>) -> Result<Box<dyn Registry>, StepError> {
    let index = PypiIndex::new(target)?;
    if !publish.attestations {
        return Ok(Box::new(index));
    }
    let all = cx.release.artifacts().into_iter().filter(|artifact| is_attestation(artifact.path.as_str()));
    let of = |artifact: &Artifact| {
        let (path, digest) = (artifact.path.as_str(), artifact.sha256);
        let file = here(cx, path, digest).unwrap_or_else(|_| known(cx, path, digest));
        (file.name, file.content)
    };
    Ok(Box::new(index.with_attestations(all.map(of).collect())))
}

/// A package must say the version of the release, in its name and inside.
fn fits(cx: &Context<'_>, file: &Frozen) -> Result<(), StepError> {
    let name = FileName::read(&file.name).map_err(|error| StepError::Refused(error.to_string()))?;
    let metadata = python::read(&file.content.path, &name)?;
    agree(&name, &metadata, &cx.release.version).map_err(|error| StepError::Refused(error.to_string()))
}
