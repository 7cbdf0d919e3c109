//! Sharing: what others did comes in, what was recorded here goes out.
//!
//! A push that does not succeed says little: it may have been refused, or it may have arrived and the answer was lost. So the
//! words of git decide nothing; the remote's branch is looked at, and an event that is found there is shared, whoever was told.

use crate::disk::{self, Lock};
use crate::fault;
use crate::fold::SCRATCH;
use crate::git::GitError;
use crate::ledger::{Ledger, LedgerError};
use crate::oid::Oid;
use crate::settle::SetAside;
use crate::tip::Tip;
use crate::verify;

/// How often sharing is tried when others are faster.
const ROUNDS: u32 = 10;

/// How often a push is tried when the remote refuses it though nobody else was faster.
const REFUSALS: u32 = 4;

/// What sharing came to.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Shared {
    /// How far it got.
    pub reached: Reached,
    /// How many events of others came in.
    pub received: u64,
    /// How many events of this clone became part of the shared history.
    pub sent: u64,
    /// Events of this clone that lost their place, and where they are kept; also those of an attempt that was interrupted.
    pub set_aside: Vec<SetAside>,
}

/// How far sharing got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reached {
    /// The remote has everything that this clone has; without a remote, the branch does.
    All,
    /// The remote could not be reached. The events wait in the journal.
    Away {
        /// What git said last.
        reason: String,
    },
    /// The remote can be read, and refuses what is pushed. The events wait in the journal.
    Refused {
        /// What git said last.
        reason: String,
    },
}

/// What one look at the remote brought.
enum Look {
    Away(String),
    /// The remote's branch is where this clone is.
    Same,
    /// It had more, which was taken over.
    Ahead,
    /// It never had the branch, and this clone has.
    Without,
}

impl Ledger {
    /// Fetches and verifies what others recorded, moves the events of this clone behind it, and pushes them.
    ///
    /// Nobody else can record in this clone meanwhile. Killed at any instant, it loses nothing and doubles nothing: what was
    /// recorded stays in the journal until the branch holds it.
    ///
    /// # Errors
    /// When the remote's history was rewritten or does not verify, when others were faster too often, or when git or the disk
    /// fails. A remote that is away or refuses is no error.
    pub fn share(&mut self) -> Result<Shared, LedgerError> {
        let lock = Lock::take(&self.folder)?;
        fault::point("share-begin");
        self.refresh()?;
        self.settle(&lock)?;
        let (seq, waiting, known) = (self.shared_seq(), self.outbox.len(), self.set_aside.len());
        let reached = match self.config.remote.clone() {
            Some(remote) => self.share_with(&lock, &remote)?,
            None => self.keep_here(&lock)?,
        };
        let lost: usize = self.set_aside[known..].iter().map(|aside| aside.records.len()).sum();
        let sent = (waiting - lost - self.outbox.len()) as u64;
        let received = self.shared_seq() - seq - sent;
        Ok(Shared { reached, received, sent, set_aside: std::mem::take(&mut self.set_aside) })
    }

    fn shared_seq(&self) -> u64 {
        self.tip.as_ref().map_or(0, |tip| tip.seq)
    }

    fn keep_here(&mut self, lock: &Lock) -> Result<Reached, LedgerError> {
        if !self.outbox.is_empty() {
            let head = self.fold()?;
            fault::point("share-after-fold");
            self.advance(lock, head)?;
        }
        Ok(Reached::All)
    }

    fn share_with(&mut self, lock: &Lock, remote: &str) -> Result<Reached, LedgerError> {
        let mut refused: Option<GitError> = None;
        let mut refusals = 0;
        for _ in 0..ROUNDS {
            // With something to send, the push itself is the first look: it succeeds only if the remote is where we think.
            let mut expected = self.tip.as_ref().map(|tip| tip.commit);
            if refused.is_some() || self.outbox.is_empty() {
                match self.look(lock, remote)? {
                    Look::Away(reason) => return Ok(Reached::Away { reason }),
                    Look::Same => refusals += 1,
                    Look::Ahead => (expected, refusals) = (self.tip.as_ref().map(|tip| tip.commit), 0),
                    Look::Without => (expected, refusals) = (None, refusals + 1),
                }
            }
            if let (REFUSALS, Some(error)) = (refusals, &refused) {
                return Ok(Reached::Refused { reason: error.reason() });
            }
            let head = match &self.tip {
                _ if !self.outbox.is_empty() => self.fold()?,
                Some(tip) if expected.is_none() => tip.commit,
                _ => return Ok(Reached::All),
            };
            fault::point("share-after-fold");
            match self.push(remote, head, expected) {
                Ok(()) => {
                    fault::point("share-after-push");
                    self.advance(lock, head)?;
                    return Ok(Reached::All);
                }
                Err(error @ GitError::Failed { .. }) => refused = Some(error),
                Err(error) => return Err(error.into()),
            }
        }
        Err(LedgerError::Contended { rounds: ROUNDS })
    }

    /// Pushes one commit to the ledger's branch, if that is still where this clone saw it last.
    fn push(&self, remote: &str, head: Oid, expected: Option<Oid>) -> Result<(), GitError> {
        let branch = self.branch();
        let expected = expected.map(|commit| commit.to_string()).unwrap_or_default();
        let lease = format!("--force-with-lease={branch}:{expected}");
        let what = format!("{head}:{branch}");
        let words = ["push", "--porcelain", "--no-follow-tags", "--recurse-submodules=no", &lease, "--", remote, &what];
        self.git.bytes(words).map(|_| ())
    }

    /// Looks where the remote's branch is, and takes over what is new.
    fn look(&mut self, lock: &Lock, remote: &str) -> Result<Look, LedgerError> {
        let branch = self.branch();
        let listed = match self.git.run(["ls-remote", "--", remote, &branch]) {
            Err(error @ GitError::Failed { .. }) => return Ok(Look::Away(error.reason())),
            listed => listed?,
        };
        let theirs = listed.lines().find_map(|line| Oid::from_hex(line.strip_suffix(&branch)?.trim_end()));
        match (theirs, &self.tip) {
            (None, None) => Ok(Look::Same),
            (Some(theirs), Some(tip)) if theirs == tip.commit => Ok(Look::Same),
            (None, Some(tip)) => match self.was_there()? {
                true => Err(LedgerError::Rewritten { ours: tip.commit.into(), theirs: None }),
                false => Ok(Look::Without),
            },
            (Some(_), _) => self.fetch(lock, remote),
        }
    }

    /// Says whether the remote once had the ledger, as far as this clone knows.
    fn was_there(&self) -> Result<bool, LedgerError> {
        let tracking = self.tracking().unwrap_or_default();
        Ok(self.git.status(["show-ref", "--verify", "--quiet", "--", &tracking])?)
    }

    fn fetch(&mut self, lock: &Lock, remote: &str) -> Result<Look, LedgerError> {
        let tracking = self.tracking().unwrap_or_default();
        let what = format!("+{}:{tracking}", self.branch());
        let words =
            ["fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no", "--", remote, &what];
        match self.git.bytes(words) {
            Err(error @ GitError::Failed { .. }) => return Ok(Look::Away(error.reason())),
            fetched => fetched?,
        };
        fault::point("share-after-fetch");
        self.take_over_fetched(lock)?;
        Ok(Look::Ahead)
    }

    /// Verifies what an earlier fetch brought, also one by plain `git fetch`, and takes it over, without the network. Returns
    /// how many events came in.
    ///
    /// # Errors
    /// As [`Ledger::share`].
    pub fn take_over(&mut self) -> Result<u64, LedgerError> {
        let lock = Lock::take(&self.folder)?;
        self.refresh()?;
        self.settle(&lock)?;
        let before = self.shared_seq();
        self.take_over_fetched(&lock)?;
        Ok(self.shared_seq() - before)
    }

    fn take_over_fetched(&mut self, lock: &Lock) -> Result<(), LedgerError> {
        let Some(tracking) = self.tracking() else { return Ok(()) };
        let Some(theirs) = Tip::read(&mut self.objects(), &tracking)? else { return Ok(()) };
        if let Some(ours) = &self.tip {
            if *ours == theirs {
                return Ok(());
            }
            let (old, new) = (ours.commit.to_string(), theirs.commit.to_string());
            if !self.git.status(["merge-base", "--is-ancestor", &old, &new])? {
                let theirs = Some(theirs.commit.into());
                return Err(LedgerError::Rewritten { ours: ours.commit.into(), theirs });
            }
        }
        self.check(&theirs)?;
        self.move_branch(theirs.commit)?;
        fault::point("share-after-take-over");
        self.refresh()?;
        self.settle(lock)
    }

    fn check(&self, theirs: &Tip) -> Result<(), LedgerError> {
        let mut objects = self.objects();
        let base = match &self.tip {
            Some(tip) => Some((tip, tip.tail(&mut objects)?)),
            None => None,
        };
        let report = verify::walk(&self.git, &mut objects, base, theirs.commit, &mut |_, _| {})?;
        match report.is_clean() {
            true => Ok(()),
            false => Err(LedgerError::Violated { report: Box::new(report) }),
        }
    }

    /// Makes our own commits the branch of this clone, now that the remote has them, and clears the outbox.
    fn advance(&mut self, lock: &Lock, head: Oid) -> Result<(), LedgerError> {
        self.move_branch(head)?;
        fault::point("share-after-branch");
        self.refresh()?;
        self.settle(lock)
    }

    /// Moves the branch of this clone forward from where it was seen, and notes the same for the remote.
    fn move_branch(&self, head: Oid) -> Result<(), LedgerError> {
        let branch = self.branch();
        let mut orders = match &self.tip {
            Some(tip) => format!("update {branch} {head} {}\n", tip.commit),
            None => format!("create {branch} {head}\n"),
        };
        if let Some(tracking) = self.tracking() {
            orders += &format!("update {tracking} {head}\n");
        }
        orders += &format!("delete {SCRATCH}\n");
        self.git.run_with_input(["update-ref", "--no-deref", "--stdin"], orders.as_bytes())?;
        // git flushes the file of a ref, and not its folder.
        let folder = self.folder.with_file_name("refs").join("heads").join(self.config.branch.as_str());
        for folder in folder.ancestors().skip(1).take(2).filter(|folder| folder.is_dir()) {
            disk::sync_folder(folder)?;
        }
        Ok(())
    }
}
