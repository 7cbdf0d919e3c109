//! Clean checkouts of commits for commands to run in, one for each command that runs at the same time.
//!
//! A checkout that no command has changed is used again as it is: the files' identities, sizes and change times say so, which takes
//! a fraction of what git needs to find it out.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use allclear_core::names::CommitId;
use allclear_ledger::git::{Git, GitError};

/// The system's clock for files may be this far behind (a tick of the kernel, at most 10 ms); what changed later than that before a
/// look may change again unnoticed.
const GRAIN: Duration = Duration::from_millis(20);

/// The checkouts of a clone that nobody is using.
#[derive(Debug, Default)]
pub(crate) struct Worktrees {
    state: Mutex<State>,
    /// Held by who makes a checkout: git's list of them is one, and what is not finished yet looks abandoned to it.
    making: Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    idle: Vec<Checkout>,
    made: usize,
}

#[derive(Debug)]
struct Checkout {
    folder: PathBuf,
    /// What is checked out, and how it was seen last; none where it has to be made clean first.
    clean: Option<(CommitId, Seen)>,
}

/// A clean checkout of a commit, of one user's own until it is dropped.
#[derive(Debug)]
pub struct Worktree {
    pool: Arc<Worktrees>,
    checkout: Option<Checkout>,
    folder: PathBuf,
}

impl Worktree {
    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for Worktree {
    fn drop(&mut self) {
        self.pool.state().idle.extend(self.checkout.take());
    }
}

impl Worktrees {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lends a clean checkout of a commit; `git` runs in the clone, and checkouts are made below `home`.
    pub(crate) fn lend(self: &Arc<Self>, git: &Git, home: &Path, commit: &CommitId) -> Result<Worktree, GitError> {
        let mut checkout = self.take(home, commit);
        let same = |(at, seen): &(CommitId, Seen)| at == commit && seen.is_still_so();
        if !checkout.clean.as_ref().is_some_and(same) {
            checkout.clean = None;
            self.clean(git, &checkout.folder, commit)?;
            // Looked at when it has settled: a wait that is shorter than the work of making it clean anew for the next command.
            std::thread::sleep(GRAIN);
            checkout.clean = Seen::of(&checkout.folder).map(|seen| (commit.clone(), seen));
        }
        let folder = checkout.folder.clone();
        Ok(Worktree { pool: Arc::clone(self), checkout: Some(checkout), folder })
    }

    fn take(&self, home: &Path, commit: &CommitId) -> Checkout {
        let mut state = self.state();
        let same = |checkout: &Checkout| checkout.clean.as_ref().is_some_and(|(at, _)| at == commit);
        let at = state.idle.iter().position(same).unwrap_or(0);
        if at < state.idle.len() {
            return state.idle.swap_remove(at);
        }
        state.made += 1;
        Checkout { folder: home.join("worktrees").join(state.made.to_string()), clean: None }
    }

    /// Makes a folder a clean checkout of a commit, whatever it was before.
    fn clean(&self, git: &Git, folder: &Path, commit: &CommitId) -> Result<(), GitError> {
        let there = Git::at(folder);
        let usable = folder.join(".git").exists()
            && there.run(["checkout", "--quiet", "--force", "--detach", commit.as_str()]).is_ok();
        if usable {
            return there.run(["clean", "--quiet", "-ffdx"]).map(drop);
        }
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = std::fs::remove_dir_all(folder);
        git.run(["worktree", "prune"])?;
        let path = folder.to_string_lossy();
        git.run(["worktree", "add", "--quiet", "--force", "--detach", "--", &path, commit.as_str()]).map(drop)
    }
}

/// Every file and folder of a checkout as it was seen.
#[derive(Debug)]
struct Seen(Vec<(PathBuf, Look)>);

/// What tells that a file or folder is the one that it was: nobody can set the time of its last change.
#[derive(Debug, PartialEq, Eq)]
struct Look {
    inode: u64,
    size: u64,
    changed: (i64, i64),
}

impl Look {
    fn at(path: &Path) -> Option<Self> {
        let meta = path.symlink_metadata().ok()?;
        Some(Self { inode: meta.ino(), size: meta.size(), changed: (meta.ctime(), meta.ctime_nsec()) })
    }
}

impl Seen {
    /// Looks at everything in a folder; none where something changed just now, so that a later change might not be seen.
    fn of(folder: &Path) -> Option<Self> {
        let settled = SystemTime::now().checked_sub(GRAIN)?.duration_since(UNIX_EPOCH).ok()?;
        let settled = (i64::try_from(settled.as_secs()).ok()?, i64::from(settled.subsec_nanos()));
        let mut all = vec![(folder.to_owned(), Look::at(folder)?)];
        let mut at = 0;
        while let Some((path, _)) = all.get(at) {
            if path.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
                for entry in std::fs::read_dir(path).ok()? {
                    let path = entry.ok()?.path();
                    let look = Look::at(&path)?;
                    all.push((path, look));
                }
            }
            at += 1;
        }
        // What git knows of the checkout is elsewhere: a command may have moved its head.
        let link = std::fs::read_to_string(folder.join(".git")).ok()?;
        let known = PathBuf::from(link.trim().strip_prefix("gitdir: ")?);
        for name in ["HEAD", "index"] {
            let path = known.join(name);
            let look = Look::at(&path)?;
            all.push((path, look));
        }
        all.iter().all(|(_, look)| look.changed < settled).then_some(Self(all))
    }

    fn is_still_so(&self) -> bool {
        self.0.iter().all(|(path, look)| Look::at(path).as_ref() == Some(look))
    }
}
