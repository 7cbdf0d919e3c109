//! Turning the outbox into commits: one `git fast-import` onto a ref that nobody else uses.

use crate::chain::{self, Link};
use crate::commit;
use crate::evidence;
use crate::ledger::{Ledger, LedgerError};
use crate::objects::{Answer, ObjectError};
use crate::oid::Oid;
use crate::verify;

/// Where commits are made before anybody may see them.
pub(crate) const SCRATCH: &str = "refs/allclear/outbox";

impl Ledger {
    /// Makes the commits of the outbox behind the tip, and verifies them as if somebody else had made them: what does not verify
    /// is never shared. Commits are made of their events alone, so making them again after a crash makes the same ones.
    pub(crate) fn fold(&self) -> Result<Oid, LedgerError> {
        let stream = self.stream()?;
        self.git.bytes_with_input(["fast-import", "--quiet", "--force", "--done"], &stream)?;
        let mut objects = self.objects();
        let head = match objects.ask(SCRATCH)? {
            Answer::Found(object) => object.id,
            _ => return Err(ObjectError::Missing(SCRATCH.to_owned()).into()),
        };
        let base = match &self.tip {
            Some(tip) => Some((tip, tip.tail(&mut objects)?)),
            None => None,
        };
        let report = verify::walk(&self.git, &mut objects, base, head, &mut |_, _| {})?;
        match report.is_clean() && report.events == self.outbox.len() as u64 {
            true => Ok(head),
            false => Err(LedgerError::Violated { report: Box::new(report) }),
        }
    }

    /// The outbox in the language of [fast-import](https://git-scm.com/docs/git-fast-import).
    fn stream(&self) -> Result<Vec<u8>, LedgerError> {
        let mut open = self.tip.as_ref().map(|tip| tip.open.clone()).unwrap_or_default();
        let mut stream = format!("reset {SCRATCH}\n");
        if let Some(tip) = &self.tip {
            stream += &format!("from {}\n", tip.commit);
        }
        let mut stream = stream.into_bytes();
        for link in &self.outbox {
            chain::note(&mut open, &link.record);
            let message = commit::message(&commit::headline(&link.record), &link.record, link.digest, &open);
            let identity = commit::identity(&link.record.actor, link.record.at);
            stream.extend(format!("commit {SCRATCH}\nauthor {identity}\ncommitter {identity}\n").bytes());
            data(&mut stream, message.as_bytes());
            self.files(&mut stream, link)?;
        }
        stream.extend(b"done\n");
        Ok(stream)
    }

    fn files(&self, stream: &mut Vec<u8>, link: &Link) -> Result<(), LedgerError> {
        stream.extend(format!("M 100644 inline {}\n", link.record.path()).bytes());
        data(stream, &link.bytes);
        for one in link.record.event.evidence() {
            let bytes = self.store.get(&evidence::in_ledger(one))?;
            stream.extend(format!("M 100644 inline {}\n", link.record.evidence_path(&one.name)).bytes());
            data(stream, &bytes);
        }
        Ok(())
    }
}

fn data(stream: &mut Vec<u8>, bytes: &[u8]) {
    stream.extend(format!("data {}\n", bytes.len()).bytes());
    stream.extend(bytes);
    stream.push(b'\n');
}
