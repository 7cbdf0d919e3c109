//! The outbox: events that are acknowledged and not yet in the shared history.
//!
//! One file, `<git common dir>/allclear/journal`, one line an event: `{"record":{…},"sha256":"…"}` with the digest of the record's
//! bytes. A line is acknowledged once it was flushed. A crash while it is written leaves a tail that is not: it has no line end,
//! or holds NUL bytes where a file system had promised blocks that never came. Any other line that does not fit its digest was
//! damaged later, and is an error.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use allclear_core::canonical;
use allclear_core::digest::Digest;
use allclear_core::event::Record;
use serde::{Deserialize, Serialize};

use crate::chain::Link;
use crate::disk::{self, DiskError, Lock};
use crate::fault;

/// The journal could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// A line that had been flushed is not what was written.
    #[error("line {line} of {} is damaged: an event of this clone that was not shared yet is lost. Move the file away, keep it as proof, and record again what is missing", path.display())]
    Damaged {
        /// The journal.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// Nothing was written; the disk may be full.
    #[error("the event was not recorded")]
    NotWritten(#[source] DiskError),
    /// The disk did not confirm. Whether the event is there is unknown until the journal is read again.
    #[error(
        "the disk did not confirm that the event was written: do not go on with this disk, check it, then start again"
    )]
    Dead(#[source] DiskError),
    /// A file of the journal could not be read or made.
    #[error("cannot use the journal")]
    Disk(#[from] DiskError),
}

/// The journal of one clone, as far as it was read.
pub(crate) struct Journal {
    path: PathBuf,
    /// Held open, so that no other file can get its inode number while we compare it.
    file: Option<File>,
    /// How many bytes of it are whole lines.
    length: u64,
    /// Whether something stood behind them.
    torn: bool,
    /// Set when the disk failed to confirm: nothing may be written after that.
    dead: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<R> {
    record: R,
    sha256: Digest,
}

impl Journal {
    /// The journal in this folder, not yet read.
    pub(crate) fn within(folder: &Path) -> Self {
        Self { path: folder.join("journal"), file: None, length: 0, torn: true, dead: false }
    }

    /// Says whether the journal is still the one that was read last.
    pub(crate) fn is_as_read(&self) -> bool {
        let inode = self.file.as_ref().and_then(|file| file.metadata().ok()).map(|meta| meta.ino());
        let now = std::fs::metadata(&self.path).ok();
        !self.torn && now.as_ref().map(MetadataExt::ino) == inode && now.map_or(0, |now| now.len()) == self.length
    }

    /// Reads all events that it holds.
    pub(crate) fn read(&mut self) -> Result<Vec<Link>, JournalError> {
        let mut bytes = Vec::new();
        self.file = match OpenOptions::new().read(true).append(true).open(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(DiskError::at("open", &self.path)(error).into()),
            Ok(mut file) => {
                file.read_to_end(&mut bytes).map_err(DiskError::at("read", &self.path))?;
                Some(file)
            }
        };
        let (links, whole) = parse(&bytes).map_err(|line| JournalError::Damaged { path: self.path.clone(), line })?;
        (self.length, self.torn) = (whole as u64, whole < bytes.len());
        Ok(links)
    }

    /// Adds an event behind what was read last; it is on disk when this returns.
    pub(crate) fn append(&mut self, _lock: &Lock, link: &Link) -> Result<(), JournalError> {
        let line = line(link);
        let (path, length) = (self.path.clone(), self.length);
        let file = self.writable()?;
        if let Err(error) = write(file, &line) {
            // Half a line would be dropped by every reader; it is taken back so that a full disk does not stay full.
            let _ = file.set_len(length);
            return Err(JournalError::NotWritten(DiskError::at("write", &path)(error)));
        }
        if let Err(error) = file.sync_data() {
            self.dead = true;
            return Err(JournalError::Dead(DiskError::at("flush", &path)(error)));
        }
        fault::point("append-after-sync");
        self.length += line.len() as u64;
        Ok(())
    }

    /// Puts other events in the place of all, at once.
    pub(crate) fn replace(&mut self, _lock: &Lock, links: &[Link]) -> Result<(), JournalError> {
        let bytes: Vec<u8> = links.iter().flat_map(line).collect();
        disk::replace(&self.path, &bytes)?;
        self.file = Some(self.open()?);
        (self.length, self.torn) = (bytes.len() as u64, false);
        Ok(())
    }

    fn writable(&mut self) -> Result<&mut File, JournalError> {
        if self.dead {
            let before = std::io::Error::other("it failed to confirm an earlier write");
            return Err(JournalError::Dead(DiskError::at("write", &self.path)(before)));
        }
        if self.file.is_none() {
            self.file = Some(self.open()?);
            disk::sync_folder(self.path.parent().unwrap_or(&self.path))?;
        }
        let file = self.file.as_mut().expect("it was just opened");
        if self.torn {
            file.set_len(self.length).map_err(DiskError::at("drop the torn end of", &self.path))?;
            self.torn = false;
        }
        Ok(file)
    }

    fn open(&self) -> Result<File, DiskError> {
        let open = OpenOptions::new().read(true).append(true).create(true).open(&self.path);
        open.map_err(DiskError::at("open", &self.path))
    }
}

/// Writes a line at once; only a test that asks for a fault gets it in two pieces, to die between them.
fn write(file: &mut File, line: &[u8]) -> std::io::Result<()> {
    let (first, second) = line.split_at(line.len() / 2);
    if std::env::var_os(fault::VARIABLE).is_some() {
        file.write_all(first)?;
        fault::point("append-half-written");
        return file.write_all(second);
    }
    file.write_all(line)
}

fn line(link: &Link) -> Vec<u8> {
    // Written by hand: the record's bytes go in as they are, and the keys are in canonical order.
    [b"{\"record\":", link.bytes.as_slice(), format!(",\"sha256\":\"{}\"}}\n", link.digest).as_bytes()].concat()
}

/// Reads whole lines, and says how many bytes they take; or the number of the line that is damaged.
fn parse(bytes: &[u8]) -> Result<(Vec<Link>, usize), usize> {
    let (mut links, mut whole) = (Vec::new(), 0);
    while let Some(end) = bytes[whole..].iter().position(|b| *b == b'\n') {
        let text = &bytes[whole..=whole + end];
        match link(text) {
            Some(link) => links.push(link),
            None if text.contains(&0) && whole + end + 1 == bytes.len() => break,
            None => return Err(links.len() + 1),
        }
        whole += text.len();
    }
    Ok((links, whole))
}

fn link(text: &[u8]) -> Option<Link> {
    let Line::<Record> { record, sha256 } = serde_json::from_slice(text).ok()?;
    let bytes = canonical::to_vec(&record).ok()?;
    let link = Link { digest: Digest::of(&bytes), bytes, record };
    (link.digest == sha256 && line(&link) == text).then_some(link)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::tests::{opened, record, reopened};

    fn written() -> (tempfile::TempDir, Journal, Lock) {
        let folder = tempfile::tempdir().unwrap();
        let lock = Lock::take(folder.path()).unwrap();
        let mut journal = Journal::within(folder.path());
        assert_eq!(journal.read().unwrap().len(), 0);
        for event in [opened(), reopened("a"), reopened("b")] {
            journal.append(&lock, &Link::new(record("1.4.0", event)).unwrap()).unwrap();
        }
        (folder, journal, lock)
    }

    #[test]
    fn a_torn_tail_is_dropped_wherever_it_was_torn() {
        let (folder, mut journal, lock) = written();
        let whole = std::fs::read(&journal.path).unwrap();
        let two = whole.len() - whole.iter().rev().skip(1).position(|b| *b == b'\n').unwrap() - 1;
        let mut torn: Vec<Vec<u8>> = (two..whole.len()).map(|length| whole[..length].to_vec()).collect();
        // A block of the last line that was promised and never written.
        torn.push([&whole[..two + 10], &[0; 40], &whole[two + 50..]].concat());
        torn.push([&whole[..two], &[0; 500]].concat());
        for bytes in torn {
            std::fs::write(&journal.path, &bytes).unwrap();
            let mut again = Journal::within(folder.path());
            assert_eq!(again.read().unwrap().len(), 2, "torn to {} of {} bytes", bytes.len(), whole.len());
            again.append(&lock, &Link::new(record("1.4.0", reopened("after"))).unwrap()).unwrap();
            assert_eq!(journal.read().unwrap().len(), 3);
        }
    }

    #[test]
    fn damage_is_an_error_that_names_the_line() {
        let (_folder, mut journal, _lock) = written();
        let whole = std::fs::read(&journal.path).unwrap();
        for at in (0..whole.len() - 1).step_by(7) {
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            std::fs::write(&journal.path, &bytes).unwrap();
            assert!(matches!(journal.read(), Err(JournalError::Damaged { .. })), "bit flip at {at}");
        }
    }

    #[test]
    fn what_others_write_is_noticed() {
        let (folder, journal, lock) = written();
        let mut other = Journal::within(folder.path());
        let links = other.read().unwrap();
        assert!(journal.is_as_read());
        other.replace(&lock, &links).unwrap();
        assert!(!journal.is_as_read(), "replaced by the same content");
        let mut journal = other;
        assert!(journal.is_as_read());
        std::fs::remove_file(&journal.path).unwrap();
        assert!(!journal.is_as_read());
        assert_eq!(journal.read().unwrap().len(), 0);
        assert!(journal.is_as_read());
    }
}
