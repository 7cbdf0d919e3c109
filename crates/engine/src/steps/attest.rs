//! `attest`: writes what can truthfully be said about the artifacts, as artifacts: sums, bills of materials, provenance, a summary of
//! what was verified; signed where the process declares a key.

mod bills;
mod statements;

use allclear_core::attest::{dsse, summary, sums};
use allclear_core::event::Artifact;
use allclear_core::names::{RelPath, StepId, Word};
use allclear_core::process::command::Command;
use allclear_core::process::spec::{Field, KindSpec, Naming, Shape, Type};
use serde::Deserialize;
use serde_json::Value;

use super::run::{ENV, FOLDER, PROGRAMS, Setting};
use crate::signing::Signer;
use crate::step::{Check, Context, Finding, Kind, StepError, Work};

/// The folder of what is said, among the artifacts.
const FOLDER_OF_ALL: &str = "attestations";

const FIELDS: &[Field] = &[
    Field::new(
        "sbom",
        Type::List(&Type::Command),
        "commands that print a bill of materials, CycloneDX or SPDX as JSON, one a command; a list of what the lockfiles pin where it is left out",
    ),
    Field::new("shell", Type::Flag, "whether these commands are text for `sh -c`; without it no shell sees them"),
    FOLDER,
    ENV,
    PROGRAMS,
];

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new(
            "attest",
            Type::List(&Type::Choice(&["sbom", "provenance", "vsa", "sha256sums"])),
            "says about what was built so far, as artifacts: what it was built with, by which command of which commit, that everything \
             before this step passed, and its SHA-256",
        ),
        fields: FIELDS,
        shape: Shape::Check,
        naming: Naming::Kind,
        once: false,
    },
    work: |step| Ok(Work::Check(Box::new(step.read::<Attest>()?))),
    preflight: |step, preflight| {
        if let Ok(attest) = step.read::<Attest>() {
            attest.sbom.iter().for_each(|command| preflight.command(command));
            preflight.programs(&attest.setting.programs);
            if !attest.sbom.is_empty() && !attest.asks("sbom") {
                preflight.wrong(
                    "the step has commands for a bill of materials, and asks for none",
                    "add `\"sbom\"` to `attest`, or take `sbom` out",
                );
            }
        }
    },
};

/// What the step says.
#[derive(Deserialize)]
struct Attest {
    attest: Vec<Word>,
    #[serde(default)]
    sbom: Vec<Command>,
    #[serde(flatten)]
    setting: Setting,
}

impl Attest {
    fn asks(&self, what: &str) -> bool {
        self.attest.iter().any(|word| word.as_str() == what)
    }
}

/// Keeps what is said, signed where there is a key.
struct Scribe<'c> {
    cx: &'c Context<'c>,
    signer: Option<Signer>,
    said: Vec<Artifact>,
}

impl Scribe<'_> {
    fn keep(&mut self, name: &str, bytes: &[u8]) -> Result<(), StepError> {
        let (path, sha256) = (RelPath::new(format!("{FOLDER_OF_ALL}/{name}"))?, self.cx.store.put(bytes)?);
        self.said.push(Artifact { path, sha256, size: bytes.len() as u64 });
        Ok(())
    }

    fn json(&mut self, name: &str, value: &Value) -> Result<(), StepError> {
        self.keep(name, format!("{value:#}\n").as_bytes())
    }

    /// An in-toto statement: in an envelope where it is signed, and otherwise as it is.
    fn statement(&mut self, name: &str, statement: &Value) -> Result<(), StepError> {
        let Some(signer) = &self.signer else { return self.json(&format!("{name}.intoto.json"), statement) };
        let payload = statement.to_string().into_bytes();
        let line = dsse::envelope(&payload, &signer.id(), &signer.sign(&dsse::pae(&payload))?);
        self.keep(&format!("{name}.intoto.jsonl"), line.as_bytes())
    }

    /// The sums of everything that was built and said.
    fn sums(&mut self, built: &[Artifact]) -> Result<(), StepError> {
        let text = sums(built.iter().chain(&self.said));
        self.keep("SHA256SUMS", text.as_bytes())?;
        // As it is, so that whoever has openssl and `sha256sum` needs nothing else to verify a whole release.
        let signature = self.signer.as_ref().map(|signer| signer.sign(text.as_bytes())).transpose()?;
        signature.map_or(Ok(()), |signature| self.keep("SHA256SUMS.sig", &signature))
    }

    fn summary(&self, built: usize, aside: &str) -> String {
        let names: Vec<_> = self.said.iter().filter_map(|one| one.path.as_str().rsplit('/').next()).collect();
        let files = if built == 1 { "file" } else { "files" };
        let signed = self.signer.as_ref().map_or_else(String::new, |signer| format!(", signed by {}", signer.id()));
        format!("{} about {built} {files}{signed}{aside}", names.join(", "))
    }
}

impl Check for Attest {
    fn check(&self, cx: &Context<'_>) -> Result<Finding, StepError> {
        cx.begin()?;
        let no = |summary: String| Ok(Finding { summary, ..Finding::default() });
        let built: Vec<Artifact> = cx.release.artifacts().into_iter().cloned().collect();
        if built.is_empty() {
            return no(
                "nothing is built yet that something could be said about: let a `build` step come first".to_owned()
            );
        }
        let verified = self.asks("vsa").then(|| summary::verified(cx.process, cx.release, cx.step, cx.now)).transpose();
        let verified = match verified {
            Ok(verified) => verified,
            Err(open) => return no(too_early(&open)),
        };
        let mut scribe = Scribe { cx, signer: Signer::of(cx.process, cx.world)?, said: vec![] };
        if self.asks("sbom") {
            bills::write(&mut scribe, &self.sbom, &self.setting)?;
        }
        if self.asks("provenance") {
            statements::provenance(&mut scribe)?;
        }
        if let Some(verified) = &verified {
            statements::summary(&mut scribe, &built, verified)?;
        }
        // Of everything else, so it comes last.
        if self.asks("sha256sums") {
            scribe.sums(&built)?;
        }
        let aside = verified.map_or_else(String::new, |verified| aside(&verified));
        let summary = scribe.summary(built.len(), &aside);
        Ok(Finding { passed: true, summary, artifacts: scribe.said, ..Finding::default() })
    }
}

/// Why nothing can be said of what was verified.
fn too_early(open: &[StepId]) -> String {
    let names: Vec<_> = open.iter().map(StepId::as_str).collect();
    let (names, are) = (names.join(", "), if names.len() == 1 { "is" } else { "are" });
    format!(
        "`vsa` would say that everything before this step has passed, and {names} {are} not over: let this step come behind (`needs`), and \
         try it again then"
    )
}

/// What a reader should know who takes "verified" for "everything passed".
fn aside(verified: &summary::Verified) -> String {
    let told = [(verified.waived, "waived"), (verified.not_passed, "optional and not passed")];
    let told: Vec<_> =
        told.iter().filter(|(count, _)| *count > 0).map(|(count, how)| format!("{count} {how}")).collect();
    if told.is_empty() { String::new() } else { format!("; of what came before, {}", told.join(", ")) }
}
