//! Gathers what the plan needs to know of the world.

use allclear_core::canonical;
use allclear_core::digest::Digest;
use allclear_core::names::{BranchName, CommitId, RelPath};
use allclear_core::plan::Facts;
use allclear_core::process::{Process, Step};
use allclear_core::release::Release;

use crate::repository::Repository;
use crate::values::values;

/// Gathers the facts as far as this clone has fetched them.
pub fn gather(repository: &Repository, process: &Process, release: &Release, clone: &str) -> Facts {
    let branch = values(process, release).get("branch").and_then(|name| BranchName::new(name.as_str()).ok());
    let tip = branch.and_then(|branch| repository.fetched_tip(&branch));
    let declared = process.steps_of(&release.kind).filter(|step| !step.inputs.is_empty());
    let candidate = release.candidate.as_ref();
    let digest = |step: &Step| Some((step.id.clone(), inputs(repository, process, release, step, candidate?)?));
    Facts { clone: clone.to_owned(), tip, inputs: declared.filter_map(digest).collect() }
}

/// The digest of the git tree ids of a step's inputs in a commit; none where the step declares none.
pub fn inputs(
    repository: &Repository,
    process: &Process,
    release: &Release,
    step: &Step,
    commit: &CommitId,
) -> Option<Digest> {
    let values = values(process, release);
    let object = |template: &allclear_core::template::Template| {
        let path = template.render(&values).ok()?;
        let object = RelPath::new(path.trim_end_matches('/')).ok().and_then(|path| repository.object(commit, &path));
        Some((path, object))
    };
    let objects: Vec<_> = step.inputs.iter().filter_map(object).collect();
    (!objects.is_empty()).then(|| canonical::digest(&objects).ok()).flatten()
}
