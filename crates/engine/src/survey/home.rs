//! Where the project lives: its name, its forge, its branches, the teams that own its code.

use std::collections::BTreeSet;
use std::path::Path;

use allclear_core::names::{BranchName, CommitId};

use super::sources::Sources;
use super::tree::Tree;
use crate::open::remote_head;
use crate::repository::Repository;
use crate::step::StepError;

/// The usual names of a trunk.
const TRUNKS: &[&str] = &["main", "master", "trunk"];
/// Names of branches that work is collected on before it is released.
const INTEGRATION: &[&str] = &["develop", "development", "dev", "integration"];
/// Names that may mean that, or something else.
const PERHAPS: &[&str] = &["next", "staging"];

/// A name and what gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The name.
    pub name: String,
    /// What gave it, for people: `pyproject.toml`, `the remote's URL`.
    pub by: &'static str,
}

/// A project at a forge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forge {
    /// The owner: a person or an organisation.
    pub owner: String,
    /// The project's name there.
    pub name: String,
}

/// The trunk and its neighbours.
#[derive(Debug, Clone)]
pub struct Branches {
    /// The trunk.
    pub trunk: BranchName,
    /// How it was found, for people; none where it is only the usual name.
    pub trunk_by: Option<&'static str>,
    /// Its commit as it was fetched last, or that of `HEAD`; none where there is no commit.
    pub commit: Option<CommitId>,
    /// Whether the trunk is on the remote.
    pub shared: bool,
    /// The one branch whose name says that work is collected there.
    pub integration: Option<BranchName>,
    /// All branches that may be meant for that.
    pub candidates: Vec<BranchName>,
}

/// Finds the trunk and the branches beside it.
pub(super) fn branches(repository: &Repository) -> Result<Branches, StepError> {
    let remote = listed(repository, &format!("refs/remotes/{}/", repository.remote()))?;
    let (trunk, trunk_by) = trunk(repository, &remote)?;
    let fetched = repository.fetched_tip(&trunk);
    let local = || repository.commit(&format!("refs/heads/{trunk}")).or_else(|| repository.commit("HEAD"));
    let is = |names: &[&str], branch: &BranchName| names.contains(&branch.as_str());
    let collects = |branch: &&BranchName| is(INTEGRATION, branch) || branch.as_str().ends_with("_integration");
    let strong: Vec<_> = remote.iter().filter(collects).filter(|branch| **branch != trunk).cloned().collect();
    let weak = remote.iter().filter(|branch| is(PERHAPS, branch) && **branch != trunk).cloned();
    Ok(Branches {
        shared: fetched.is_some(),
        commit: fetched.or_else(local),
        integration: if strong.len() == 1 { strong.first().cloned() } else { None },
        candidates: strong.into_iter().chain(weak).collect(),
        trunk,
        trunk_by,
    })
}

fn trunk(repository: &Repository, remote: &[BranchName]) -> Result<(BranchName, Option<&'static str>), StepError> {
    if let Some(head) = remote_head(repository).and_then(|head| BranchName::new(head).ok()) {
        return Ok((head, Some("what the remote calls its own")));
    }
    let head = repository.git().run(["symbolic-ref", "--quiet", "--short", "HEAD"]).ok();
    let local = listed(repository, "refs/heads/")?;
    for branches in [remote, &local] {
        let usual = TRUNKS.iter().find_map(|name| branches.iter().find(|branch| branch.as_str() == *name));
        match (usual, branches) {
            (Some(branch), _) => return Ok((branch.clone(), Some("by its name"))),
            (None, [only]) => return Ok((only.clone(), Some("the only branch"))),
            _ => {}
        }
    }
    match head.and_then(|head| BranchName::new(head).ok()) {
        Some(branch) if remote.is_empty() => Ok((branch, Some("what is checked out here"))),
        _ => Ok((BranchName::new("main")?, None)),
    }
}

/// The branches below a prefix of refs; those with odd names and the ledger's are left out.
fn listed(repository: &Repository, below: &str) -> Result<Vec<BranchName>, StepError> {
    let names = repository.git().bytes(["for-each-ref", "--format=%(refname)", below])?;
    let names = String::from_utf8_lossy(&names);
    let branch = |line: &str| BranchName::new(line.strip_prefix(below)?).ok();
    Ok(names
        .lines()
        .filter_map(branch)
        .filter(|branch| branch.as_str() != "HEAD" && !branch.as_str().starts_with("allclear/"))
        .collect())
}

/// Reads owner and name from the URL of a remote at GitHub; any password in it is left behind.
pub(super) fn forge(url: &str) -> Option<Forge> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    let path = rest.strip_prefix("github.com")?.strip_prefix(['/', ':'])?;
    let path = path.trim_end_matches('/').trim_end_matches(".git");
    let (owner, name) = path.split_once('/')?;
    let fits = |part: &str| {
        !part.is_empty()
            && !part.starts_with(['.', '-'])
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    };
    (fits(owner) && fits(name)).then(|| Forge { owner: owner.to_owned(), name: name.to_owned() })
}

/// The project's name: what its manifests say, else the last part of the remote's URL, else the folder's name.
pub(super) fn project(sources: &Sources<'_>, url: Option<&str>, top: &Path) -> Named {
    let last = url.map(|url| {
        let url = url.trim_end_matches('/');
        url.strip_suffix(".git").unwrap_or(url).rsplit(['/', ':']).next().unwrap_or_default().to_owned()
    });
    let folder = top.file_name().map(|name| name.to_string_lossy().into_owned());
    let told = [
        (sources.python.name(), "pyproject.toml"),
        (sources.node.name(), "package.json"),
        (sources.rust.name(), "Cargo.toml"),
        (last, "the remote's URL"),
        (folder, "the folder"),
    ];
    let named = told.into_iter().find_map(|(name, by)| Some(Named { name: fitting(&name?)?, by }));
    named.unwrap_or(Named { name: "project".to_owned(), by: "nothing better" })
}

/// The name in the letters that a project's name may have; none where nothing is left.
fn fitting(name: &str) -> Option<String> {
    let name = name.rsplit('/').next().unwrap_or(name);
    let letters: String =
        name.chars().take(100).map(|c| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' }).collect();
    let letters = letters.trim_matches(['-', '.']);
    (!letters.is_empty()).then(|| letters.to_owned())
}

/// The teams of `CODEOWNERS`, each once, in the order of their names.
pub(super) fn teams(tree: &Tree<'_>) -> Vec<String> {
    let file = tree.first(&[".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"]);
    let text = file.and_then(|file| tree.text(file)).unwrap_or_default();
    let is_team = |word: &&str| {
        word.strip_prefix('@').is_some_and(|team| {
            team.contains('/') && team.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/".contains(&b))
        })
    };
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    let teams: BTreeSet<String> = lines.flat_map(str::split_whitespace).filter(is_team).map(str::to_owned).collect();
    teams.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forge_is_read_from_every_spelling_of_its_url() {
        let spellings = [
            "https://github.com/example/harbor",
            "https://github.com/example/harbor.git",
            "https://someone:secret@github.com/example/harbor/",
            "git@github.com:example/harbor.git",
            "ssh://git@github.com/example/harbor.git",
        ];
        let harbor = Forge { owner: "example".to_owned(), name: "harbor".to_owned() };
        for url in spellings {
            assert_eq!(forge(url).as_ref(), Some(&harbor), "{url}");
        }
        for url in ["https://example.org/example/harbor", "/srv/git/harbor.git", "https://github.com/example", ""] {
            assert_eq!(forge(url), None, "{url}");
        }
    }

    #[test]
    fn a_name_is_made_to_fit() {
        assert_eq!(fitting("@example/har bor").as_deref(), Some("har-bor"));
        assert_eq!(fitting("-.-"), None);
        assert_eq!(fitting("ünïcode").as_deref(), Some("n-code"));
    }
}
