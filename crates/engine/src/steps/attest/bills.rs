//! Bills of materials: what commands of the project print, or what the lockfiles of the commit pin.

use std::collections::BTreeSet;

use allclear_core::attest::bill::{self, Form, Subject};
use allclear_core::attest::lockfiles::{self, Pinned};
use allclear_core::process::command::Command;

use super::Scribe;
use crate::step::StepError;
use crate::steps::run::{Setting, answer, call};

/// The largest lockfile, and the largest bill of a command, in bytes.
const LARGEST: usize = 64 << 20;

/// Writes one bill for each command, and our own where there is none.
pub(super) fn write(scribe: &mut Scribe<'_>, commands: &[Command], setting: &Setting) -> Result<(), StepError> {
    let cx = scribe.cx;
    let name = format!("{}-{}", cx.process.project.name, cx.release.version);
    if commands.is_empty() {
        return own(scribe, &name);
    }
    for (at, command) in commands.iter().enumerate() {
        let worktree = cx.repository().worktree(cx.commit()?)?;
        let call = call(cx, command, setting, &worktree)?;
        let title = format!("`{}`", command.for_people());
        let printed = answer(cx, &call, &title, LARGEST as u64)?;
        let form = Form::of(&printed).ok_or_else(|| {
            StepError::Refused(format!(
                "{title} prints no bill of materials: CycloneDX or SPDX as JSON is expected on its standard output, and nothing else; \
                 where it leaves a file, `shell = true` and `… && cat FILE` print it"
            ))
        })?;
        let number = if at == 0 { String::new() } else { format!("-{}", at + 1) };
        scribe.keep(&format!("{name}{number}.{}", form.ending()), &printed)?;
    }
    Ok(())
}

/// What every lockfile of the commit pins.
fn own(scribe: &mut Scribe<'_>, file: &str) -> Result<(), StepError> {
    let cx = scribe.cx;
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
    scribe.json(&format!("{file}.{}", Form::CycloneDx.ending()), &bill::cyclonedx(subject, &pinned))
}
