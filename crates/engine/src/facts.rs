//! Gathers what the plan needs to know of the world.

use allclear_core::canonical;
use allclear_core::digest::Digest;
use allclear_core::names::{BranchName, CommitId, RelPath};
use allclear_core::plan::Facts;
use allclear_core::process::{Process, Step};
use allclear_core::release::{Release, Verdict};
use allclear_core::template::Values;

use crate::repository::Repository;
use crate::values::values;

/// Gathers the facts as far as this clone has fetched them, with one question to git.
pub fn gather(repository: &Repository, process: &Process, release: &Release, clone: &str) -> Facts {
    let values = values(process, release);
    let branch = values.get("branch").and_then(|name| BranchName::new(name.as_str()).ok());
    let declared: Vec<&Step> = process.steps_of(&release.kind).filter(|step| !step.inputs.is_empty()).collect();
    let mut asked: Vec<String> =
        branch.iter().map(|branch| format!("refs/remotes/{}/{branch}", repository.remote())).collect();
    let paths: Vec<Vec<RelPath>> = declared.iter().map(|step| paths(step, &values)).collect();
    if let Some(candidate) = &release.candidate {
        asked.extend(paths.iter().flatten().map(|path| format!("{candidate}:{path}")));
    }
    let mut objects = repository.objects(&asked).unwrap_or_default().into_iter();
    let tip = branch.and_then(|_| objects.next().flatten()).and_then(|tip| CommitId::new(tip).ok());
    let mut facts = Facts { clone: clone.to_owned(), tip, ..Facts::default() };
    for (step, paths) in declared.iter().zip(paths) {
        let objects: Vec<_> = objects.by_ref().take(paths.len()).collect();
        if let Some(digest) = digest(&paths, &objects) {
            facts.inputs.insert(step.id.clone(), digest);
        }
    }
    facts
}

/// The digest of the git objects of a step's inputs in a commit; none where the step declares none.
pub fn inputs(repository: &Repository, step: &Step, values: &Values, commit: &CommitId) -> Option<Digest> {
    let paths = paths(step, values);
    let asked: Vec<_> = paths.iter().map(|path| format!("{commit}:{path}")).collect();
    digest(&paths, &repository.objects(&asked).ok()?)
}

/// Whether an earlier result of a step would hold for the present candidate if its tools were still the same.
pub fn might_carry_over(step: &Step, release: &Release, facts: &Facts) -> bool {
    let last = release.steps.get(&step.id).and_then(|history| history.last());
    last.is_some_and(|last| {
        let outcome = &last.outcome;
        last.verdict == Verdict::Passed
            && outcome.tools.is_some()
            && outcome.inputs.is_some()
            && outcome.inputs.as_ref() == facts.inputs.get(&step.id)
            && outcome.candidate != release.candidate
    })
}

fn paths(step: &Step, values: &Values) -> Vec<RelPath> {
    let path = |template: &allclear_core::template::Template| {
        RelPath::new(template.render(values).ok()?.trim_end_matches('/')).ok()
    };
    step.inputs.iter().filter_map(path).collect()
}

fn digest(paths: &[RelPath], objects: &[Option<String>]) -> Option<Digest> {
    let named: Vec<_> = paths.iter().zip(objects).collect();
    (!named.is_empty() && named.len() == paths.len()).then(|| canonical::digest(&named).ok()).flatten()
}
