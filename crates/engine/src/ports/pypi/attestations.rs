//! What is sent with a file beside the file: its attestations.
//!
//! PyPI keeps what comes with the first upload of a file. A second one of the same bytes changes nothing there, so attestations can
//! never be added to a file that is there without.

use std::io::Read as _;

use allclear_core::python::{attests, form_field};

use super::Credentials;
use super::address::is_pypi;
use crate::content::{Content, Meter};
use crate::ports::registry::Frozen;
use crate::step::StepError;

/// The largest attestation, in bytes: real ones have less than 20 KiB.
const LARGEST: u64 = 1 << 20;

/// The attestations of all files, each with its name.
pub(super) struct Attestations(pub(super) Vec<(String, Content)>);

impl Attestations {
    /// The field of the form for a file.
    ///
    /// # Errors
    /// When the file has none, or one that is not about its bytes.
    pub(super) fn of(&self, file: &Frozen) -> Result<String, StepError> {
        let of = self.0.iter().filter(|(name, _)| attests(name, &file.name));
        let read = of.map(|(name, content)| read(name, content)).collect::<Result<Vec<_>, _>>()?;
        form_field(&file.name, &file.content.sha256, &read).map_err(|error| StepError::Refused(error.to_string()))
    }

    /// Says whether an index takes attestations from who uploads, where that is known: PyPI holds them against the identity of a
    /// trusted publisher, and refuses them with a token. Of others nothing is known.
    ///
    /// # Errors
    /// When it does not.
    pub(super) fn admitted(&self, upload: &str, credentials: &Credentials) -> Result<(), StepError> {
        match (is_pypi(upload), credentials) {
            (false, _) | (true, Credentials::Trusted(_)) => Ok(()),
            (true, _) => Err(StepError::Refused(
                "PyPI takes attestations from trusted publishers only, and here is none: publish from a job that is one, without a \
                 token, or take `attestations` out of the step"
                    .to_owned(),
            )),
        }
    }
}

fn read(name: &str, content: &Content) -> Result<Vec<u8>, StepError> {
    if content.size > LARGEST {
        return Err(StepError::Refused(format!(
            "`{name}` has {} bytes, and {LARGEST} are the most for an attestation",
            content.size
        )));
    }
    let mut bytes = Vec::new();
    let read = content.open(&Meter::silent())?.read_to_end(&mut bytes);
    read.map(|_| bytes).map_err(StepError::io(format!("read `{name}`")))
}
