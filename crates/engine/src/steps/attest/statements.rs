//! Statements about artifacts, by the digests that others know them by.

use allclear_core::attest::provenance::{self, Build};
use allclear_core::attest::statement::Subject;
use allclear_core::attest::summary::{self, About, Verified};
use allclear_core::digest::Digest;
use allclear_core::event::Artifact;
use allclear_core::process::Step;
use allclear_core::process::command::Command;
use allclear_core::release::Attempt;

use super::super::frozen::here;
use super::Scribe;
use crate::ports::oci;
use crate::step::{Context, StepError};

/// How the names of files end that can hold an image.
const IMAGES: [&str; 2] = [".tar", ".oci"];

/// One statement for each step that built something.
pub(super) fn provenance(scribe: &mut Scribe<'_>) -> Result<(), StepError> {
    let cx = scribe.cx;
    let (commit, version) = (cx.commit()?, cx.release.version.to_string());
    let repository = cx.repository().remote_url().map(|url| without_secrets(&url));
    let steps = cx.process.steps_of(&cx.release.kind).filter(|step| step.kind.as_str() == "build");
    let last = |step: &Step| cx.release.steps.get(&step.id).and_then(|history| history.last());
    let built = steps.filter_map(|step| Some((step, last(step)?)));
    for (step, attempt) in built.filter(|(_, last)| !last.outcome.artifacts.is_empty()) {
        let Attempt { stamp, outcome, .. } = attempt;
        let command: Command = serde_json::from_value(step.config.get("build").cloned().unwrap_or_default())
            .map_err(StepError::content(format!("the command of {} cannot be read", step.id)))?;
        let statement = provenance::provenance(Build {
            step: step.id.as_str(),
            command: &command.for_people(),
            repository: repository.as_deref(),
            commit: commit.as_str(),
            version: &version,
            clone: &stamp.by.clone,
            event: attempt.event().digest(),
            finished: &stamp.at.to_string(),
            made: &subjects(cx, &outcome.artifacts)?,
        });
        scribe.statement(step.id.step(), &statement)?;
    }
    Ok(())
}

/// What was verified before this step, about everything that was built.
pub(super) fn summary(scribe: &mut Scribe<'_>, built: &[Artifact], verified: &Verified) -> Result<(), StepError> {
    let cx = scribe.cx;
    let project = &cx.process.project.name;
    let about = About {
        project,
        release: cx.release,
        program: env!("CARGO_PKG_VERSION"),
        now: cx.now,
        subjects: &subjects(cx, built)?,
    };
    scribe.statement(&format!("{project}-{}.vsa", cx.release.version), &summary::summary(about, verified))
}

/// The artifacts, and behind each that holds an image the image itself: registries know its manifest, and never the archive.
fn subjects(cx: &Context<'_>, artifacts: &[Artifact]) -> Result<Vec<Subject>, StepError> {
    let mut subjects = Vec::new();
    for artifact in artifacts {
        subjects.push(Subject::file(artifact));
        subjects.extend(manifest(cx, artifact)?.map(|digest| Subject::image(artifact, digest)));
    }
    Ok(subjects)
}

/// The digest of the manifest of the image that an artifact holds; none where it holds none.
fn manifest(cx: &Context<'_>, artifact: &Artifact) -> Result<Option<Digest>, StepError> {
    let name = artifact.path.as_str();
    if !IMAGES.iter().any(|ending| name.ends_with(ending)) {
        return Ok(None);
    }
    let file = here(cx, name, artifact.sha256)?;
    match oci::image(&file.content.path, name) {
        Ok(image) => Ok(image.root().map(|root| root.digest)),
        Err(_) if cx.stop.is_asked() => Err(StepError::Interrupted),
        // An archive of something else is a file like any other; an image that is broken is refused by what publishes it.
        Err(_) => Ok(None),
    }
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
