//! Which command made which bytes of which commit: what this program saw with its own eyes, and no more.

use serde_json::{Value, json};

use crate::event::Artifact;

/// What a build is, in the words of this project: how to read the parameters.
const BUILD_TYPE: &str = "https://github.com/allclear-release/allclear/blob/main/docs/publish.md#attestations";

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
    /// The number of its result in the ledger.
    pub seq: u64,
    /// When it ended, by RFC 3339.
    pub finished: &'a str,
    /// What it made.
    pub artifacts: &'a [Artifact],
}

/// The statement, to be signed by whoever vouches for it.
pub fn statement(build: Build<'_>) -> Value {
    let subject = |artifact: &Artifact| json!({ "name": super::base_name(artifact.path.as_str()), "digest": { "sha256": artifact.sha256 } });
    let repository = build.repository.unwrap_or("unknown");
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": build.artifacts.iter().map(subject).collect::<Vec<_>>(),
        "predicateType": "https://slsa.dev/provenance/v1",
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {
                    "repository": repository, "version": build.version, "step": build.step, "command": build.command,
                },
                "resolvedDependencies": [{ "uri": format!("git+{repository}"), "digest": { "gitCommit": build.commit } }],
            },
            "runDetails": {
                // A clone of a person, or of a machine of theirs: nobody else vouches for it.
                "builder": { "id": format!("{BUILD_TYPE}/clone/{}", build.clone) },
                "metadata": { "invocationId": format!("ledger:{}", build.seq), "finishedOn": build.finished },
            },
        },
    })
}
