//! The ledger of one clone, as it is seen here: the shared history and, behind it, the events of the outbox.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use allclear_core::digest::Digest;
use allclear_core::event::{BadRecord, Record};
use allclear_core::names::{BadName, BranchName, CommitId, RelPath};
use allclear_core::version::Version;

use crate::chain::{self, Illegal, Link};
use crate::disk::DiskError;
use crate::git::{Git, GitError};
use crate::journal::{Journal, JournalError};
use crate::objects::{ObjectError, Objects};
use crate::report::Report;
use crate::settle::SetAside;
use crate::store::{Store, StoreError};
use crate::tip::Tip;

/// Where a ledger is.
#[derive(Debug, Clone)]
pub struct Config {
    /// The branch that holds it.
    pub branch: BranchName,
    /// The name of the git remote that it is shared through; none where nobody else takes part.
    pub remote: Option<String>,
}

impl Default for Config {
    /// The branch `allclear/ledger`, not shared.
    fn default() -> Self {
        Self { branch: "allclear/ledger".parse().expect("it is a branch name"), remote: None }
    }
}

/// Something could not be done with the ledger.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The name of the remote could be taken for something else by git.
    #[error("the ledger's remote has no usable name")]
    Remote(#[source] BadName),
    /// The branch holds something else.
    #[error("`{name}` is not a ledger: its commit {commit} holds no event. Give the ledger a branch of its own")]
    NotALedger {
        /// The ref.
        name: String,
        /// Its commit.
        commit: String,
    },
    /// An event of the ledger cannot be read.
    #[error("cannot read the event {path}")]
    Event {
        /// Its file in the ledger.
        path: String,
        /// What is wrong with it.
        source: BadRecord,
    },
    /// An event's file is not where the event says that it belongs.
    #[error("the event {path} belongs to {belongs}: the ledger was tampered with; run `allclear audit`")]
    Misplaced {
        /// Where it is.
        path: String,
        /// Where it belongs.
        belongs: String,
    },
    /// A new event cannot be written.
    #[error("cannot record the event")]
    Record(#[source] BadRecord),
    /// The event cannot follow what is there.
    #[error(transparent)]
    Illegal(#[from] Illegal),
    /// Somebody else's event came first.
    #[error("the ledger went on to event {found} while this was decided at event {expected}: look again, then decide")]
    Moved {
        /// What the caller had seen.
        expected: u64,
        /// What is there.
        found: u64,
    },
    /// Evidence that cannot become a file in git.
    #[error("`{0}` cannot be the name of evidence: git refuses it, or another piece of the same event has its place")]
    EvidenceName(RelPath),
    /// An event names evidence that was not kept before.
    #[error("the evidence `{name}` was not kept before its event")]
    EvidenceNotKept {
        /// Its name.
        name: RelPath,
        /// What the store says.
        source: StoreError,
    },
    /// The event has no such evidence.
    #[error("event {seq} has no evidence `{name}`")]
    NoEvidence {
        /// The event.
        seq: u64,
        /// The name that was asked for.
        name: RelPath,
    },
    /// The remote's history is not a continuation of what this clone has verified.
    #[error(
        "the ledger was rewritten on the remote: it now {}, and this clone has verified {ours}. Nothing was changed here, and \
         the branch of this clone is the proof: ask who rewrote it, and push {ours} back when it is the true one",
        theirs.as_ref().map_or_else(|| "has no such branch".to_owned(), |theirs| format!("ends with {theirs}"))
    )]
    Rewritten {
        /// The last commit that this clone verified.
        ours: CommitId,
        /// The remote's commit, if it still has the branch.
        theirs: Option<CommitId>,
    },
    /// What a fetch brought, or what was about to be pushed, does not verify.
    #[error("the new events do not verify, and nothing was changed: {}", first(report))]
    Violated {
        /// What is wrong.
        report: Box<Report>,
    },
    /// Others were faster again and again.
    #[error("others shared events faster than this clone in {rounds} rounds: nothing is lost, try again")]
    Contended {
        /// How often it was tried.
        rounds: u32,
    },
    /// See [`GitError`].
    #[error(transparent)]
    Git(#[from] GitError),
    /// See [`ObjectError`].
    #[error(transparent)]
    Object(#[from] ObjectError),
    /// See [`JournalError`].
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// See [`StoreError`].
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file of the clone could not be read or written.
    #[error(transparent)]
    Disk(#[from] DiskError),
}

fn first(report: &Report) -> String {
    let first = report.violations.iter().chain(&report.incomplete).next();
    first.map_or_else(|| "no reason is known".to_owned(), ToString::to_string)
}

/// The ledger of one clone.
///
/// The branch of this clone is the highest head that it has verified as shared, and only moves forward. Events that were
/// recorded here and not shared yet stand behind it in a journal. Everything that this type returns is of one moment, taken when
/// it was opened or last changed something; [`Ledger::refresh`] looks again.
pub struct Ledger {
    pub(crate) git: Git,
    pub(crate) config: Config,
    /// `<git common dir>/allclear`: one for all work trees of a clone.
    pub(crate) folder: PathBuf,
    pub(crate) store: Store,
    pub(crate) journal: Journal,
    pub(crate) objects: Mutex<Objects>,
    pub(crate) tip: Option<Tip>,
    /// The events of the journal in their place behind the tip.
    pub(crate) outbox: Vec<Link>,
    /// Whether the journal has to be written again because the tip has moved past it.
    pub(crate) unsettled: bool,
    /// Whether all of the above is of one moment: not after an error in the middle of looking.
    pub(crate) fresh: bool,
    /// Events that were set aside and not reported yet.
    pub(crate) set_aside: Vec<SetAside>,
}

/// The last event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub seq: u64,
    /// The digest of its bytes.
    pub digest: Digest,
    /// Its commit; none while it is not shared.
    pub commit: Option<CommitId>,
}

impl Ledger {
    /// Opens the ledger of the clone that holds this folder. A ledger begins with its first event: none has to be made.
    ///
    /// # Errors
    /// When there is no git or no repository, or when what is there is not a ledger or is damaged.
    pub fn open(folder: &Path, config: &Config) -> Result<Self, LedgerError> {
        Self::with(Git::at(folder), config)
    }

    /// Opens the ledger of the clone that this git works in.
    ///
    /// # Errors
    /// As [`Ledger::open`].
    pub fn with(git: Git, config: &Config) -> Result<Self, LedgerError> {
        if let Some(remote) = &config.remote {
            BranchName::new(remote.as_str()).map_err(LedgerError::Remote)?;
        }
        let mut objects = Objects::of(git.clone());
        objects.start()?;
        let common = git.run(["rev-parse", "--path-format=absolute", "--git-common-dir"])?;
        let folder = Path::new(&common).join("allclear");
        let mut ledger = Self {
            git,
            config: config.clone(),
            store: Store::within(&folder),
            journal: Journal::within(&folder),
            folder,
            objects: Mutex::new(objects),
            tip: None,
            outbox: vec![],
            unsettled: false,
            fresh: false,
            set_aside: vec![],
        };
        ledger.refresh()?;
        Ok(ledger)
    }

    /// Returns the store for what events name.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Returns the last event, shared or not.
    pub fn head(&self) -> Option<Head> {
        match self.outbox.last() {
            Some(link) => Some(Head { seq: link.record.seq, digest: link.digest, commit: None }),
            None => self.shared_head(),
        }
    }

    /// Returns the last event that is known to be shared; without a remote, the last that is in the branch.
    pub fn shared_head(&self) -> Option<Head> {
        let tip = self.tip.as_ref()?;
        Some(Head { seq: tip.seq, digest: tip.digest, commit: Some(tip.commit.into()) })
    }

    /// Returns the number of the last event, or 0.
    pub fn last_seq(&self) -> u64 {
        self.head().map_or(0, |head| head.seq)
    }

    /// Returns the events that are not shared yet.
    pub fn unshared(&self) -> impl Iterator<Item = &Record> {
        self.outbox.iter().map(|link| &link.record)
    }

    /// Returns the releases that are open, in the order of versions.
    pub fn open_releases(&self) -> Vec<Version> {
        let mut open = self.tip.as_ref().map(|tip| tip.open.clone()).unwrap_or_default();
        self.unshared().for_each(|record| chain::note(&mut open, record));
        open.into_iter().collect()
    }

    pub(crate) fn objects(&self) -> MutexGuard<'_, Objects> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The full name of the ledger's branch.
    pub(crate) fn branch(&self) -> String {
        format!("refs/heads/{}", self.config.branch)
    }

    /// The full name of what the last fetch brought.
    pub(crate) fn tracking(&self) -> Option<String> {
        self.config.remote.as_ref().map(|remote| format!("refs/remotes/{remote}/{}", self.config.branch))
    }

    /// The releases that the outbox speaks of.
    pub(crate) fn unshared_releases(&self) -> BTreeSet<Version> {
        self.unshared().map(|record| record.release.clone()).collect()
    }
}
