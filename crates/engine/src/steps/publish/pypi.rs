//! Packages of Python, for PyPI and its like.

use allclear_core::python::{FileName, agree};

use super::files::{Line, PublishFiles, folder};
use crate::ports::pypi::PypiIndex;
use crate::ports::registry::Frozen;
use crate::python;
use crate::step::{Context, StepError};

/// What `poetry build`, `uv build` and their like make. The first file opens the version, which two at once could get in each other's way
/// at; then all others.
pub(super) const PYPI: Line = Line {
    usual: &["**/*.whl", "**/*.tar.gz"],
    frozen: PublishFiles::artifacts,
    looks_inside: false,
    fits,
    service: |target, _| Ok(Box::new(PypiIndex::new(target)?)),
    folder,
    rank: |at| at.min(1),
};

/// A package must say the version of the release, in its name and inside.
fn fits(cx: &Context<'_>, file: &Frozen) -> Result<(), StepError> {
    let name = FileName::read(&file.name).map_err(|error| StepError::Refused(error.to_string()))?;
    let metadata = python::read(&file.content.path, &name)?;
    agree(&name, &metadata, &cx.release.version).map_err(|error| StepError::Refused(error.to_string()))
}
