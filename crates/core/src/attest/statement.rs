//! The form of everything that is said: about which files, of which kind, and what.

use serde_json::{Value, json};

use super::base_name;
use crate::digest::Digest;
use crate::event::Artifact;

/// Something that a statement is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// What people call it.
    pub name: String,
    /// Its digest, by which verifiers find it.
    pub sha256: Digest,
}

impl Subject {
    /// A file.
    pub fn file(artifact: &Artifact) -> Self {
        Self { name: base_name(artifact.path.as_str()).to_owned(), sha256: artifact.sha256 }
    }

    /// The manifest of the image that an artifact holds: what a registry knows the image by.
    pub fn image(archive: &Artifact, manifest: Digest) -> Self {
        Self { name: format!("{}#manifest", base_name(archive.path.as_str())), sha256: manifest }
    }
}

/// The [statement](https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md), to be signed by whoever vouches for it.
pub fn statement(subjects: &[Subject], predicate_type: &str, predicate: &Value) -> Value {
    let subject = |one: &Subject| json!({ "name": one.name, "digest": { "sha256": one.sha256 } });
    json!({
        "_type": "https://in-toto.io/Statement/v1",
        "subject": subjects.iter().map(subject).collect::<Vec<_>>(),
        "predicateType": predicate_type,
        "predicate": predicate,
    })
}
