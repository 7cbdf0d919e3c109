//! Whether who is here may publish: as far as a registry lets anybody ask.

use std::sync::atomic::Ordering;

use allclear_core::crates::{Manifest, Name};
use serde_json::Value;

use super::credentials::Credentials;
use super::{CratesRegistry, sized};
use crate::ports::http;
use crate::step::StepError;

impl CratesRegistry {
    /// Proves what can be proven of a crate of which nothing is built yet. What crates.io counts as an upload, of which it allows few for new
    /// crates, it is asked only for a crate that is there.
    ///
    /// # Errors
    /// Why it may not be published, with the way out.
    pub fn admits_name(&self, name: &str) -> Result<(), StepError> {
        let name = Name::new(name).map_err(StepError::content("a crate cannot be published"))?;
        self.token()?;
        if !self.is_there(&name)? && self.is_crates_io {
            return Ok(());
        }
        let manifest = format!("[package]\nname = \"{name}\"\nversion = \"{}\"\n", self.release);
        let manifest = Manifest::read(&manifest).map_err(StepError::content("a crate cannot be published"))?;
        self.admits_told(&name, &self.told(&manifest, None))
    }

    /// Whether a crate is there. At crates.io one whose name differs in `-` and `_` only stands in its way.
    pub(super) fn is_there(&self, name: &Name) -> Result<bool, StepError> {
        let is_there = self.of_index(&name.index_path())?.is_some();
        let twins = if is_there || !self.is_crates_io { vec![] } else { name.twins() };
        for twin in twins {
            if self.of_index(&twin.index_path())?.is_some() {
                return Err(StepError::Refused(format!(
                    "crates.io has `{twin}`, and takes names that differ in `-` and `_` only for one: call the crate `{name}` otherwise, or \
                     by that name where it is yours"
                )));
            }
        }
        Ok(is_there)
    }

    /// Sends what is told of a crate, and not the crate.
    pub(super) fn admits_told(&self, name: &Name, told: &Value) -> Result<(), StepError> {
        let counts = self.is_crates_io && matches!(self.credentials, Credentials::Token(..));
        if counts && self.asked.swap(true, Ordering::Relaxed) {
            return Ok(());
        }
        let (told, api) = (told.to_string(), self.api()?);
        let body = [sized(told.len() as u64)?.as_slice(), told.as_bytes()].concat();
        let request = self.publish(&api, body.len() as u64, body.as_slice())?;
        let answer = http::answer(&self.agent, request)?;
        match answer.status().as_u16() {
            401 | 403 | 404 | 405 => {
                Err(self.not_taken(&format!("`PUT {api}/crates/new` without a crate"), name, answer))
            }
            // Some stumble over half of an upload; that they began to read it is all that was to be found out.
            500 => Ok(()),
            _ => http::passing(&format!("`PUT {api}/crates/new`"), answer).map(drop),
        }
    }
}
