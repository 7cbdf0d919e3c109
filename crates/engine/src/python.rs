//! Reads what a Python package says of itself: `METADATA` in a wheel, `PKG-INFO` in a source distribution.

mod sdist;
mod wheel;

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use allclear_core::python::{BadMetadata, FileName, Form, LARGEST, Metadata};

use crate::step::StepError;

/// Why a package cannot be read.
#[derive(Debug, thiserror::Error)]
enum BadPackage {
    #[error("it is damaged, or no package: {0}")]
    Damaged(&'static str),
    #[error("it has no `{0}`")]
    Missing(&'static str),
    #[error("its `{0}` stands there twice, so that tools may read either")]
    Twice(&'static str),
    #[error("its `{0}` is larger than {LARGEST} bytes")]
    TooLarge(&'static str),
    #[error("its `{0}` cannot be used")]
    Metadata(&'static str, #[source] BadMetadata),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Reads the metadata of a package, whose name may be another than that of the file that holds it.
///
/// # Errors
/// When the file cannot be read, is no package of the kind that the name says, or its metadata is none.
pub fn read(path: &Path, name: &FileName) -> Result<Metadata, StepError> {
    let file = File::open(path).map_err(StepError::io(format!("read `{}`", path.display())))?;
    let (inner, bytes) = match name.form {
        Form::Wheel { .. } => ("METADATA", wheel::metadata(file)),
        Form::Sdist => ("PKG-INFO", sdist::metadata(file)),
    };
    bytes
        .and_then(|bytes| Metadata::read(&bytes).map_err(|error| BadPackage::Metadata(inner, error)))
        .map_err(StepError::content(format!("`{}` cannot be published", name.text)))
}

/// Reads to the end of something that should be as long as metadata are.
fn whole(input: impl Read, inner: &'static str) -> Result<Vec<u8>, BadPackage> {
    let mut bytes = Vec::new();
    match input.take(LARGEST + 1).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() as u64 > LARGEST => Err(BadPackage::TooLarge(inner)),
        Ok(_) => Ok(bytes),
        Err(error) if damages(&error) => Err(BadPackage::Damaged("its compressed content cannot be read")),
        Err(error) => Err(error.into()),
    }
}

/// Whether an error is about the content and not about the disk.
fn damages(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::UnexpectedEof)
        || error.raw_os_error().is_none()
}

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;
