//! The project's git repository: what the remote has, what a commit holds, and the few things that are written to it.
//!
//! Nothing here touches the person's own checkout: branches are read from and pushed to the remote, commits are made from objects,
//! and commands run in a worktree of our own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use allclear_core::names::{BranchName, CommitId, RelPath, TagName, Word};
use allclear_ledger::git::{Git, GitError};
use jiff::Timestamp;

use crate::worktrees::{Worktree, Worktrees};

/// A clone of the project.
#[derive(Debug, Clone)]
pub struct Repository {
    git: Git,
    top: PathBuf,
    common: PathBuf,
    shallow: bool,
    remote: Word,
    worktrees: Arc<Worktrees>,
    /// When commits were made, as far as it was asked: every command of a release is told the same one.
    times: Arc<Mutex<BTreeMap<CommitId, String>>>,
}

/// Why a folder cannot be worked with.
#[derive(Debug, thiserror::Error)]
pub enum NoRepository {
    /// There is none.
    #[error("`{0}` is not inside a git repository: change into a clone of your project")]
    None(PathBuf),
    /// Nothing is checked out in it.
    #[error("`{0}` is a bare repository: allclear works in a clone of it")]
    Bare(PathBuf),
    /// git could not say.
    #[error(transparent)]
    Git(#[from] GitError),
}

/// What the remote said, or that it could not be asked.
#[derive(Debug, thiserror::Error)]
#[error("the remote `{remote}` cannot be reached: {reason}")]
pub struct Away {
    /// The remote's name.
    pub remote: Word,
    /// What git said last.
    pub reason: String,
}

/// A person or program as git knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// `user.name`
    pub name: String,
    /// `user.email`
    pub email: String,
}

/// The new content of a file; none removes it.
pub type Edits = BTreeMap<RelPath, Option<Vec<u8>>>;

/// Everything that a commit is made of, so that making it again gives the same object.
#[derive(Debug, Clone)]
pub struct CommitParts<'a> {
    /// The parent.
    pub base: &'a CommitId,
    /// What changes.
    pub edits: &'a Edits,
    /// Headline and body.
    pub message: &'a str,
    /// Author and committer.
    pub who: &'a Identity,
    /// Author's and committer's date.
    pub at: Timestamp,
}

impl Repository {
    /// Finds the repository that a folder is in.
    ///
    /// # Errors
    /// When there is none, or it has no checkout.
    pub fn discover(folder: &Path, remote: Word) -> Result<Self, NoRepository> {
        let git = Git::at(folder);
        let asked = git.run([
            "rev-parse",
            "--path-format=absolute",
            "--git-common-dir",
            "--is-shallow-repository",
            "--show-toplevel",
        ]);
        let answer = match asked {
            Ok(answer) => answer,
            Err(error @ GitError::Missing) => return Err(error.into()),
            Err(_) if git.run(["rev-parse", "--is-bare-repository"]).is_ok_and(|answer| answer == "true") => {
                return Err(NoRepository::Bare(folder.to_owned()));
            }
            Err(_) => return Err(NoRepository::None(folder.to_owned())),
        };
        let mut lines = answer.lines();
        let mut next = || lines.next().unwrap_or_default().to_owned();
        let (common, shallow, top) = (next(), next(), next());
        Ok(Self {
            git: Git::at(&top),
            top: top.into(),
            common: common.into(),
            shallow: shallow == "true",
            remote,
            worktrees: Arc::default(),
            times: Arc::default(),
        })
    }

    /// The same clone with another remote.
    #[must_use]
    pub fn with_remote(self, remote: Word) -> Self {
        Self { remote, ..self }
    }

    /// The git of this clone.
    pub fn git(&self) -> &Git {
        &self.git
    }

    /// The folder of the person's checkout.
    pub fn top(&self) -> &Path {
        &self.top
    }

    /// The folder in which this program keeps what belongs to the clone.
    pub fn own(&self) -> PathBuf {
        self.common.join("allclear")
    }

    /// The remote's name.
    pub fn remote(&self) -> &Word {
        &self.remote
    }

    /// Whether history is cut off in this clone.
    pub fn is_shallow(&self) -> bool {
        self.shallow
    }

    /// The remote's URL; none where the remote is not set up.
    pub fn remote_url(&self) -> Option<String> {
        self.git.run(["remote", "get-url", "--", self.remote.as_str()]).ok()
    }

    /// The person's identity; none where git has not been told.
    pub fn identity(&self) -> Option<Identity> {
        let one = |key: &str| self.git.run(["config", "--get", key]).ok().filter(|value| !value.is_empty());
        Some(Identity { name: one("user.name")?, email: one("user.email")? })
    }

    /// The files of the person's checkout that are changed and not committed.
    ///
    /// # Errors
    /// When git fails.
    pub fn uncommitted(&self) -> Result<Vec<String>, GitError> {
        let status = self.git.run(["status", "--porcelain", "--untracked-files=no", "--ignore-submodules"])?;
        Ok(status.lines().map(|line| line.get(3..).unwrap_or(line).to_owned()).collect())
    }

    /// Asks the remote for some of its refs, by patterns such as `refs/heads/main`.
    ///
    /// # Errors
    /// When the remote does not answer.
    pub fn remote_refs(&self, patterns: &[&str]) -> Result<BTreeMap<String, CommitId>, Away> {
        let answer = self
            .git
            .run(["ls-remote", "--", self.remote.as_str()].iter().chain(patterns))
            .map_err(|error| self.away(&error))?;
        let pair =
            |line: &str| line.split_once('\t').and_then(|(id, name)| Some((name.to_owned(), CommitId::new(id).ok()?)));
        Ok(answer.lines().filter_map(pair).collect())
    }

    /// The tip of a branch of the remote, asked now.
    ///
    /// # Errors
    /// When the remote does not answer.
    pub fn remote_tip(&self, branch: &BranchName) -> Result<Option<CommitId>, Away> {
        let name = format!("refs/heads/{branch}");
        Ok(self.remote_refs(&[&name])?.remove(&name))
    }

    fn away(&self, error: &GitError) -> Away {
        Away { remote: self.remote.clone(), reason: error.reason() }
    }

    /// Fetches all branches and tags of the remote.
    ///
    /// # Errors
    /// When the remote does not answer.
    pub fn fetch(&self) -> Result<(), Away> {
        let heads = format!("+refs/heads/*:refs/remotes/{}/*", self.remote);
        let fetch = ["fetch", "--quiet", "--no-write-fetch-head", "--no-tags"];
        let fetched = self.git.run(fetch.iter().chain(&["--prune", "--", self.remote.as_str(), heads.as_str()]));
        fetched.map_err(|error| self.away(&error))?;
        // A tag that was moved on the remote stays as it is here, and git calls that a failure; each step asks the remote itself.
        let _ = self.git.run(fetch.iter().chain(&["--", self.remote.as_str(), "refs/tags/*:refs/tags/*"]));
        Ok(())
    }

    /// The tip of a remote's branch as it was fetched last.
    pub fn fetched_tip(&self, branch: &BranchName) -> Option<CommitId> {
        self.commit(&format!("refs/remotes/{}/{branch}", self.remote))
    }

    /// The commit that a revision names, if there is one here.
    pub fn commit(&self, revision: &str) -> Option<CommitId> {
        let answer =
            self.git.run(["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{revision}^{{commit}}")]);
        answer.ok().and_then(|id| CommitId::new(id).ok())
    }

    /// When a commit was made, in seconds since 1970; none where git cannot say.
    pub fn committed_at(&self, commit: &CommitId) -> Option<String> {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(time) = times.get(commit) {
            return Some(time.clone());
        }
        let time = self.git.run(["show", "--no-patch", "--format=%ct", commit.as_str()]).ok()?;
        times.insert(commit.clone(), time.clone());
        Some(time)
    }

    /// The commit that a tag names in the end.
    pub fn tagged(&self, tag: &str) -> Option<CommitId> {
        self.commit(&format!("refs/tags/{tag}"))
    }

    /// The objects that revisions name, such as `COMMIT:FOLDER`, asked all at once; none for what is not there.
    ///
    /// # Errors
    /// When git fails.
    pub fn objects(&self, revisions: &[String]) -> Result<Vec<Option<String>>, GitError> {
        let asked = revisions.join("\n") + "\n";
        let answer = self.git.run_with_input(["cat-file", "--batch-check=%(objectname)"], asked.as_bytes())?;
        let object = |line: &str| (!line.contains(' ')).then(|| line.to_owned());
        Ok(answer.lines().map(object).collect())
    }

    /// Whether one commit is in the history of another.
    ///
    /// # Errors
    /// When git fails.
    pub fn is_ancestor(&self, older: &CommitId, newer: &CommitId) -> Result<bool, GitError> {
        self.git.status(["merge-base", "--is-ancestor", older.as_str(), newer.as_str()])
    }

    /// The paths of all files of a commit.
    ///
    /// # Errors
    /// When git fails.
    pub fn files(&self, commit: &CommitId) -> Result<Vec<String>, GitError> {
        Ok(names(&self.git.bytes(["ls-tree", "-r", "-z", "--name-only", "--full-tree", commit.as_str()])?))
    }

    /// The bytes of a file of a commit; none where there is no such file.
    ///
    /// # Errors
    /// When git fails.
    pub fn read(&self, commit: &CommitId, path: &str) -> Result<Option<Vec<u8>>, GitError> {
        let name = format!("{commit}:{path}");
        match self.git.run(["cat-file", "-t", &name]) {
            Ok(kind) if kind == "blob" => self.git.bytes(["cat-file", "blob", &name]).map(Some),
            Ok(_) | Err(GitError::Failed { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The bytes of those of these paths that are regular files of a commit: no links.
    ///
    /// # Errors
    /// When git fails.
    pub fn read_regular(&self, commit: &CommitId, paths: &[&str]) -> Result<BTreeMap<String, Vec<u8>>, GitError> {
        let listed = self.git.bytes(["ls-tree", "-r", "-z", "--full-tree", commit.as_str()])?;
        let wanted: BTreeSet<&str> = paths.iter().copied().collect();
        let file = |entry: &str| {
            let (kind, path) = entry.split_once('\t')?;
            let blob = kind.starts_with("100").then(|| kind.rsplit(' ').next())??;
            wanted.contains(path).then(|| (path.to_owned(), blob.to_owned()))
        };
        let files: Vec<(String, String)> = names(&listed).iter().filter_map(|entry| file(entry)).collect();
        let asked: String = files.iter().map(|(_, blob)| format!("{blob}\n")).collect();
        let answer = self.git.bytes_with_input(["cat-file", "--batch"], asked.as_bytes())?;
        let mut rest = answer.as_slice();
        let mut found = BTreeMap::new();
        for (path, _) in files {
            let Some((bytes, behind)) = batched(rest) else { break };
            found.insert(path, bytes.to_vec());
            rest = behind;
        }
        Ok(found)
    }

    /// Commit ids and headlines from `since` (exclusive; the beginning where there is none) to `until`, newest first, without merges.
    ///
    /// # Errors
    /// When git fails.
    pub fn headlines(&self, since: Option<&CommitId>, until: &CommitId) -> Result<Vec<(CommitId, String)>, GitError> {
        let range = since.map_or(until.to_string(), |since| format!("{since}..{until}"));
        let log = self.git.bytes(["log", "--no-merges", "--format=%H %s", "--end-of-options", &range])?;
        let log = String::from_utf8_lossy(&log);
        Ok(log
            .lines()
            .filter_map(|line| line.split_once(' '))
            .filter_map(|(id, text)| Some((CommitId::new(id).ok()?, text.to_owned())))
            .collect())
    }

    /// The paths that differ between two commits.
    ///
    /// # Errors
    /// When git fails.
    pub fn changed(&self, from: &CommitId, to: &CommitId) -> Result<Vec<String>, GitError> {
        let words = ["diff-tree", "-r", "-z", "--no-renames", "--name-only", from.as_str(), to.as_str()];
        Ok(names(&self.git.bytes(words)?))
    }

    /// The difference between two commits as people read it.
    ///
    /// # Errors
    /// When git fails.
    pub fn diff(&self, from: &CommitId, to: &CommitId) -> Result<String, GitError> {
        let diff =
            self.git.bytes(["diff", "--no-color", "--no-ext-diff", "--no-textconv", from.as_str(), to.as_str()])?;
        Ok(String::from_utf8_lossy(&diff).into_owned())
    }

    /// Makes a commit from a base and edits, without any checkout. The same parts always give the same commit.
    ///
    /// # Errors
    /// When git fails.
    pub fn make_commit(&self, parts: &CommitParts<'_>) -> Result<CommitId, GitError> {
        let index = self.own().join(format!("index-{}", std::process::id()));
        let _ = std::fs::create_dir_all(self.own());
        let git = self.git.clone().with_env("GIT_INDEX_FILE", &index);
        let tree = self.make_tree(&git, parts);
        let _ = std::fs::remove_file(&index);
        let commit = dated(git, parts.who, parts.at)
            .run_with_input(["commit-tree", &tree?, "-p", parts.base.as_str()], parts.message.as_bytes())?;
        Ok(CommitId::new(commit).expect("git names commits by their digits"))
    }

    fn make_tree(&self, git: &Git, parts: &CommitParts<'_>) -> Result<String, GitError> {
        git.run(["read-tree", parts.base.as_str()])?;
        let mut changes = Vec::new();
        for (path, content) in parts.edits {
            let line = match content {
                Some(bytes) => {
                    let blob = git.run_with_input(["hash-object", "-w", "--stdin"], bytes)?;
                    format!("{} {blob}\t{path}\0", self.mode(parts.base, path))
                }
                None => format!("0 {}\t{path}\0", "0".repeat(parts.base.as_str().len())),
            };
            changes.extend_from_slice(line.as_bytes());
        }
        git.run_with_input(["update-index", "-z", "--index-info"], &changes)?;
        git.run(["write-tree"])
    }

    /// The mode of a file that is there already; an ordinary one for a new file.
    fn mode(&self, commit: &CommitId, path: &RelPath) -> String {
        let listed = self.git.run(["ls-tree", "--full-tree", commit.as_str(), "--", path.as_str()]).unwrap_or_default();
        listed.split(' ').next().filter(|mode| mode.len() == 6).unwrap_or("100644").to_owned()
    }

    /// Makes an annotated tag object. The same parts always give the same object.
    ///
    /// # Errors
    /// When git fails.
    pub fn make_tag(
        &self,
        name: &TagName,
        commit: &CommitId,
        message: &str,
        who: &Identity,
        at: Timestamp,
    ) -> Result<CommitId, GitError> {
        let clean = |text: &str| text.replace(['<', '>', '\n'], " ");
        let who = format!("{} <{}> {} +0000", clean(&who.name), clean(&who.email), at.as_second());
        let body = format!("object {commit}\ntype commit\ntag {name}\ntagger {who}\n\n{}\n", message.trim_end());
        let id = self.git.run_with_input(["mktag"], body.as_bytes())?;
        Ok(CommitId::new(id).expect("git names objects by their digits"))
    }

    /// Pushes one object to one ref of the remote, if the ref is still as expected (none: absent).
    ///
    /// # Errors
    /// When git says that it failed; only a look at the remote tells what happened.
    pub fn push(&self, object: &CommitId, name: &str, expected: Option<&CommitId>) -> Result<(), GitError> {
        let lease = format!("--force-with-lease={name}:{}", expected.map_or("", CommitId::as_str));
        let refspec = format!("{object}:{name}");
        self.git.run(["push", "--quiet", "--no-verify", &lease, "--", self.remote.as_str(), &refspec]).map(drop)
    }

    /// Writes a ref of this clone.
    ///
    /// # Errors
    /// When git fails.
    pub fn write_ref(&self, name: &str, object: &CommitId) -> Result<(), GitError> {
        self.git.run(["update-ref", "--end-of-options", name, object.as_str()]).map(drop)
    }

    /// A clean checkout of a commit in a folder of our own; what commands left there from before is removed.
    ///
    /// # Errors
    /// When git fails.
    pub fn worktree(&self, commit: &CommitId) -> Result<Worktree, GitError> {
        self.worktrees.lend(&self.git, &self.own(), commit)
    }
}

/// The next object of what `git cat-file --batch` says: a line that ends with its size, its bytes, a line end.
fn batched(answer: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = answer.iter().position(|byte| *byte == b'\n')?;
    let size: usize = std::str::from_utf8(&answer[..end]).ok()?.rsplit(' ').next()?.parse().ok()?;
    Some((answer.get(end + 1..end + 1 + size)?, answer.get(end + 2 + size..)?))
}

/// The names of a list that git ends with NUL. A name that is not UTF-8 cannot stand in a process, so it is passed over.
fn names(list: &[u8]) -> Vec<String> {
    let names = list.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    names.filter_map(|name| String::from_utf8(name.to_owned()).ok()).collect()
}

fn dated(git: Git, who: &Identity, at: Timestamp) -> Git {
    let date = format!("@{} +0000", at.as_second());
    git.with_env("GIT_AUTHOR_NAME", &who.name)
        .with_env("GIT_AUTHOR_EMAIL", &who.email)
        .with_env("GIT_AUTHOR_DATE", &date)
        .with_env("GIT_COMMITTER_NAME", &who.name)
        .with_env("GIT_COMMITTER_EMAIL", &who.email)
        .with_env("GIT_COMMITTER_DATE", &date)
}
