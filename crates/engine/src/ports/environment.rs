//! An environment that runs one release at a time.

use std::collections::BTreeMap;

use allclear_core::digest::Digest;
use allclear_core::names::CommitId;
use serde::{Deserialize, Serialize};

use crate::step::StepError;

/// What an environment runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deployment {
    /// The version.
    pub version: String,
    /// The commit that it was built from.
    pub commit: CommitId,
    /// What it consists of: names and digests.
    pub artifacts: BTreeMap<String, Digest>,
}

/// Where a release is deployed.
pub trait Environment {
    /// What it runs now; none before the first deployment.
    ///
    /// # Errors
    /// When it cannot be asked.
    fn current(&self) -> Result<Option<Deployment>, StepError>;

    /// Makes it run this.
    ///
    /// # Errors
    /// When it says so; only a look at it tells what happened.
    fn deploy(&self, deployment: &Deployment) -> Result<(), StepError>;

    /// A number that it measures; none where it has no data.
    ///
    /// # Errors
    /// When it cannot be asked.
    fn metric(&self, query: &str) -> Result<Option<f64>, StepError>;

    /// Where it answers.
    fn url(&self) -> Option<&str>;
}
