//! `attest`: writes what can truthfully be said about the artifacts, as artifacts: sums, a bill of materials, provenance.

use std::collections::BTreeSet;

use allclear_core::attest::bill::{self, Subject};
use allclear_core::attest::lockfiles::{self, Pinned};
use allclear_core::attest::provenance::{self, Build};
use allclear_core::attest::sums;
use allclear_core::event::Artifact;
use allclear_core::names::{RelPath, Word};
use allclear_core::process::Step;
use allclear_core::process::command::Command;
use allclear_core::process::spec::{Field, KindSpec, Naming, Shape, Type};
use allclear_core::release::Attempt;
use serde::Deserialize;
use serde_json::Value;

use crate::step::{Check, Context, Finding, Kind, StepError, Work};

/// The folder of what is said, among the artifacts.
const FOLDER: &str = "attestations";
/// The largest lockfile, in bytes.
const LARGEST: usize = 64 << 20;

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new(
            "attest",
            Type::List(&Type::Choice(&["sbom", "provenance", "sha256sums"])),
            "says about what was built so far, as artifacts: what it was built with, by which command of which commit, and its SHA-256",
        ),
        fields: &[],
        shape: Shape::Check,
        naming: Naming::Kind,
        once: false,
    },
    work: |step| Ok(Work::Check(Box::new(step.read::<Attest>()?))),
    preflight: |_, _| {},
};

/// What the step says.
#[derive(Deserialize)]
struct Attest {
    attest: Vec<Word>,
}

impl Check for Attest {
    fn check(&self, cx: &Context<'_>) -> Result<Finding, StepError> {
        cx.begin()?;
        let built: Vec<Artifact> = cx.release.artifacts().into_iter().cloned().collect();
        if built.is_empty() {
            let summary = "nothing is built yet that something could be said about: let a `build` step come first";
            return Ok(Finding { summary: summary.to_owned(), ..Finding::default() });
        }
        let asked = |what: &str| self.attest.iter().any(|word| word.as_str() == what);
        let mut said = Vec::new();
        if asked("sbom") {
            said.push(sbom(cx)?);
        }
        if asked("provenance") {
            said.extend(provenances(cx)?);
        }
        // Of everything else, so it comes last.
        if asked("sha256sums") {
            let text = sums(built.iter().chain(&said));
            said.push(artifact(cx, "SHA256SUMS", text.as_bytes())?);
        }
        let names: Vec<_> = said.iter().filter_map(|one| one.path.as_str().rsplit('/').next()).collect();
        let files = if built.len() == 1 { "file".to_owned() } else { "files".to_owned() };
        let summary = format!("{} about {} {files}", names.join(", "), built.len());
        Ok(Finding { passed: true, summary, artifacts: said, ..Finding::default() })
    }
}

fn artifact(cx: &Context<'_>, name: &str, bytes: &[u8]) -> Result<Artifact, StepError> {
    let sha256 = cx.store.put(bytes)?;
    Ok(Artifact { path: RelPath::new(format!("{FOLDER}/{name}"))?, sha256, size: bytes.len() as u64 })
}

fn json(cx: &Context<'_>, name: &str, value: &Value) -> Result<Artifact, StepError> {
    let mut bytes =
        serde_json::to_vec_pretty(value).map_err(StepError::content(format!("`{name}` cannot be written")))?;
    bytes.push(b'\n');
    artifact(cx, name, &bytes)
}

/// What every lockfile of the commit pins.
fn sbom(cx: &Context<'_>) -> Result<Artifact, StepError> {
    let (commit, repository) = (cx.commit()?, cx.repository());
    let mut pinned: BTreeSet<Pinned> = BTreeSet::new();
    for path in repository.files(commit)? {
        let name = path.rsplit('/').next().unwrap_or_default();
        if !lockfiles::NAMES.contains(&name) {
            continue;
        }
        let bytes = repository.read(commit, &path)?.filter(|bytes| bytes.len() <= LARGEST).unwrap_or_default();
        let text = String::from_utf8(bytes).map_err(StepError::content(format!("`{path}` is not UTF-8 text")))?;
        pinned.extend(lockfiles::read(name, &text).map_err(StepError::content(format!("`{path}` cannot be read")))?);
    }
    let at =
        repository.committed_at(commit).and_then(|seconds| jiff::Timestamp::from_second(seconds.parse().ok()?).ok());
    let at = at.unwrap_or(cx.now).to_string();
    let (name, version) = (cx.process.project.name.as_str(), cx.release.version.to_string());
    let subject = Subject { name, version: &version, commit: commit.as_str(), at: &at };
    json(cx, &format!("{name}-{version}.cdx.json"), &bill::cyclonedx(subject, &pinned))
}

/// One statement for each step that built something.
fn provenances(cx: &Context<'_>) -> Result<Vec<Artifact>, StepError> {
    let (commit, version) = (cx.commit()?, cx.release.version.to_string());
    let repository = cx.repository().remote_url().map(|url| without_secrets(&url));
    let steps = cx.process.steps_of(&cx.release.kind).filter(|step| step.kind.as_str() == "build");
    let last = |step: &Step| cx.release.steps.get(&step.id).and_then(|history| history.last()).cloned();
    let built =
        steps.filter_map(|step| Some((step, last(step)?))).filter(|(_, last)| !last.outcome.artifacts.is_empty());
    built
        .map(|(step, Attempt { seq, stamp, outcome, .. })| {
            let command: Command = serde_json::from_value(step.config.get("build").cloned().unwrap_or_default())
                .map_err(StepError::content(format!("the command of {} cannot be read", step.id)))?;
            let statement = provenance::statement(Build {
                step: step.id.as_str(),
                command: &command.for_people(),
                repository: repository.as_deref(),
                commit: commit.as_str(),
                version: &version,
                clone: &stamp.by.clone,
                seq,
                finished: &stamp.at.to_string(),
                artifacts: &outcome.artifacts,
            });
            json(cx, &format!("{}.intoto.json", step.id.step()), &statement)
        })
        .collect()
}

/// An address without the user and the password that it may hold.
fn without_secrets(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = host.rsplit('@').next().unwrap_or_default();
            format!("{scheme}://{host}/{path}")
        }
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_tells_no_secret() {
        assert_eq!(without_secrets("https://ana:word@h.example/a/b.git"), "https://h.example/a/b.git");
        assert_eq!(without_secrets("git@h.example:a/b.git"), "git@h.example:a/b.git");
    }
}
