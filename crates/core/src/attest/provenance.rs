//! Which command made which bytes of which commit: what this program saw with its own eyes, and no more.

use serde_json::{Value, json};

use super::MEANING;
use super::statement::{Subject, statement};
use crate::digest::Digest;

/// A build, as it happened.
#[derive(Debug, Clone, Copy)]
pub struct Build<'a> {
    /// The step.
    pub step: &'a str,
    /// The command, as people would type it.
    pub command: &'a str,
    /// The repository's address, without anything secret; none where it has none.
    pub repository: Option<&'a str>,
    /// The commit that was checked out.
    pub commit: &'a str,
    /// The version that is released.
    pub version: &'a str,
    /// The clone that it ran in.
    pub clone: &'a str,
    /// The digest of its result in the ledger. Not its number: what is not shared yet may get another one.
    pub event: Digest,
    /// When it ended, by RFC 3339.
    pub finished: &'a str,
    /// What it made.
    pub made: &'a [Subject],
}

/// The statement. Its build type is ours, and explained where it leads.
pub fn provenance(build: Build<'_>) -> Value {
    let repository = build.repository.unwrap_or("unknown");
    let predicate = json!({
        "buildDefinition": {
            "buildType": MEANING,
            "externalParameters": {
                "repository": repository, "version": build.version, "step": build.step, "command": build.command,
            },
            "resolvedDependencies": [{ "uri": format!("git+{repository}"), "digest": { "gitCommit": build.commit } }],
        },
        "runDetails": {
            // A clone of a person, or of a machine of theirs: nobody else vouches for it.
            "builder": { "id": format!("{MEANING}/clone/{}", build.clone) },
            "metadata": { "invocationId": format!("ledger:{}", build.event), "finishedOn": build.finished },
        },
    });
    statement(build.made, "https://slsa.dev/provenance/v1", &predicate)
}
