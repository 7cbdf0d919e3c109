//! Finding the place of the outbox behind the shared history, again and again: after a crash, and after others were faster.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use allclear_core::event::Record;

use crate::chain::{self, Link, Moved, Tail};
use crate::disk::{self, Lock};
use crate::fault;
use crate::ledger::{Ledger, LedgerError};
use crate::tip::Tip;
use crate::tree::Tree;

/// Events of this clone that can no longer become part of the ledger, because somebody else opened the same release first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// The file that keeps them, one canonical event a line.
    pub file: PathBuf,
    /// The events, as they had been acknowledged.
    pub records: Vec<Record>,
}

impl Ledger {
    /// Looks again at what is there; cheap when nothing has changed.
    ///
    /// # Errors
    /// When the journal or the branch cannot be read.
    pub fn refresh(&mut self) -> Result<(), LedgerError> {
        let branch = self.branch();
        if self.fresh && self.journal.is_as_read() && Tip::read(&mut self.objects(), &branch)? == self.tip {
            return Ok(());
        }
        // The journal first: between the two, somebody may move its events into the branch. So we may see them twice, never not.
        self.fresh = false;
        let links = self.journal.read()?;
        let tip = Tip::read(&mut self.objects(), &branch)?;
        self.tip = tip;
        let moved = self.place(&links)?;
        self.unsettled = moved.is_some();
        self.outbox = moved.map_or(links, |moved| moved.kept);
        self.fresh = true;
        Ok(())
    }

    /// Brings the journal in line with the branch, and sets aside what has no place any more. Only under the lock, and after
    /// [`Ledger::refresh`].
    pub(crate) fn settle(&mut self, lock: &Lock) -> Result<(), LedgerError> {
        if !self.unsettled {
            return Ok(());
        }
        let links = self.journal.read()?;
        let moved = self.place(&links)?.unwrap_or_else(|| Moved { kept: links, set_aside: vec![] });
        if !moved.set_aside.is_empty() {
            let kept = self.keep_aside(moved.set_aside)?;
            self.set_aside.push(kept);
        }
        fault::point("settle-before-journal");
        self.journal.replace(lock, &moved.kept)?;
        self.outbox = moved.kept;
        self.unsettled = false;
        Ok(())
    }

    /// Puts the journal's events behind the tip: drops those that the ledger holds by now, which a crash between sharing and
    /// clearing leaves behind, and moves the others. None when they are in their place already.
    fn place(&self, links: &[Link]) -> Result<Option<Moved>, LedgerError> {
        let mut objects = self.objects();
        let Some(tip) = &self.tip else { return Ok(None) };
        let (mut shared, mut tree) = (0, Tree::at(tip.tree));
        while shared < links.len() && tip.holds(&mut objects, &mut tree, &links[shared])? {
            shared += 1;
        }
        let rest = &links[shared..];
        let in_place = rest.first().is_none_or(|link| link.record.seq == tip.seq + 1 && link.record.prev == tip.digest);
        match (in_place, shared) {
            (true, 0) => return Ok(None),
            (true, _) => return Ok(Some(Moved { kept: rest.to_vec(), set_aside: vec![] })),
            (false, _) => {}
        }
        let mut standings = BTreeMap::new();
        for link in rest {
            let release = &link.record.release;
            if !standings.contains_key(release) {
                standings.insert(release.clone(), tip.standing(&mut objects, release)?);
            }
        }
        let tail = tip.tail(&mut objects)?;
        let records = rest.iter().map(|link| link.record.clone());
        Ok(Some(chain::rechain(records, tail, standings).map_err(LedgerError::Record)?))
    }

    /// Returns the end of the chain, shared or not; none before the first event.
    pub(crate) fn tail(&self) -> Result<Option<Tail>, LedgerError> {
        match (self.outbox.last(), &self.tip) {
            (Some(link), _) => Ok(Some(Tail::after(&link.record, link.digest))),
            (None, Some(tip)) => Ok(Some(tip.tail(&mut self.objects())?)),
            (None, None) => Ok(None),
        }
    }

    fn keep_aside(&self, records: Vec<Record>) -> Result<SetAside, LedgerError> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let mut bytes = Vec::new();
        for record in &records {
            bytes.extend(record.bytes().map_err(LedgerError::Record)?);
            bytes.push(b'\n');
        }
        let name = |n: u32| self.folder.join("set-aside").join(format!("{now}-{n}.jsonl"));
        let file = (1..).map(name).find(|file| !file.exists()).unwrap_or_else(|| name(0));
        disk::replace(&file, &bytes)?;
        Ok(SetAside { file, records })
    }
}
