//! The log of a program: everything that it says, each line with the time at which it came.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Instant;

use allclear_core::digest::{Digest, Hasher};
use allclear_core::event::Evidence;
use allclear_core::names::RelPath;
use allclear_ledger::evidence::{self, HEAD, Source, TAIL};
use allclear_ledger::{Store, StoreError};
use tempfile::SpooledTempFile;

/// The largest log that is kept whole in this clone, in bytes. Of a larger one the head and the tail are, and the whole's digest.
const WHOLE: u64 = 64 << 20;
/// Up to this size a log stays in memory, in bytes.
const IN_MEMORY: usize = 1 << 20;
/// How much of the end is looked at for the last lines, in bytes.
const END: u64 = 64 << 10;

/// How many bytes of a line are its time.
const STAMP: usize = 10;

/// A log that is being written.
pub struct Capture {
    file: SpooledTempFile,
    began: Instant,
    hasher: Hasher,
    size: u64,
    /// The newest bytes, once the file is full.
    tail: VecDeque<u8>,
    /// Whether the next byte begins a line.
    at_start: bool,
}

impl Capture {
    /// Begins a log; if it grows, it goes to a file without a name in this folder. Times are counted from now on.
    pub fn begin(scratch: &Path) -> Self {
        Self {
            file: SpooledTempFile::new_in(IN_MEMORY, scratch),
            began: Instant::now(),
            hasher: Hasher::default(),
            size: 0,
            tail: VecDeque::new(),
            at_start: true,
        }
    }

    /// Takes what the program said just now.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn take(&mut self, said: &[u8]) -> io::Result<()> {
        let now = format!("{:>width$.3} ", self.began.elapsed().as_secs_f64(), width = STAMP - 1);
        let mut stamped = Vec::with_capacity(said.len() + said.len() / 8);
        for line in said.split_inclusive(|byte| *byte == b'\n') {
            if self.at_start {
                stamped.extend_from_slice(now.as_bytes());
            }
            stamped.extend_from_slice(line);
            self.at_start = line.ends_with(b"\n");
        }
        self.write(&stamped)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.hasher.update(bytes);
        let room = usize::try_from(WHOLE.saturating_sub(self.size)).unwrap_or(usize::MAX).min(bytes.len());
        self.size += bytes.len() as u64;
        self.file.write_all(&bytes[..room])?;
        self.tail.extend(&bytes[room..]);
        let more = self.tail.len().saturating_sub(TAIL as usize);
        self.tail.drain(..more);
        Ok(())
    }

    /// Ends the log.
    pub fn end(self) -> Log {
        let whole = (self.size > WHOLE).then(|| (self.hasher.finish(), self.size));
        Log { file: self.file, whole, tail: self.tail.into() }
    }
}

/// A log that has come to its end.
pub struct Log {
    file: SpooledTempFile,
    /// The digest and size of the whole, where the file has only its beginning.
    whole: Option<(Digest, u64)>,
    tail: Vec<u8>,
}

impl Log {
    /// Keeps the log as evidence.
    ///
    /// # Errors
    /// When it cannot be read back, or the store cannot hold it.
    pub fn keep(&mut self, store: &Store, name: RelPath) -> Result<Evidence, StoreError> {
        self.file.rewind().map_err(StoreError::reading)?;
        let Some(whole) = self.whole else {
            return evidence::keep(store, name, "text/plain", Source::Reader(&mut self.file));
        };
        let mut head = Vec::new();
        (&mut self.file).take(HEAD).read_to_end(&mut head).map_err(StoreError::reading)?;
        evidence::keep_ends(store, name, "text/plain", whole, (head, self.tail.clone()))
    }

    /// The last lines as they stand in the log, for people; fewer where it cannot be read.
    pub fn last_lines(&mut self, lines: usize) -> Vec<String> {
        let tail = if self.whole.is_some() { self.tail.clone() } else { self.ending().unwrap_or_default() };
        let text = String::from_utf8_lossy(&tail);
        let mut last: Vec<String> = text.lines().rev().take(lines).map(str::to_owned).collect();
        last.reverse();
        last
    }

    /// Tells every line that is kept, without its time.
    ///
    /// # Errors
    /// When the log cannot be read back.
    pub fn each_line(&mut self, hear: &mut dyn FnMut(&str)) -> io::Result<()> {
        self.file.rewind()?;
        let mut reader = BufReader::new(&mut self.file);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 {
            hear(String::from_utf8_lossy(line.get(STAMP..).unwrap_or_default()).trim_end());
            line.clear();
        }
        Ok(())
    }

    fn ending(&mut self) -> io::Result<Vec<u8>> {
        let size = self.file.seek(SeekFrom::End(0))?;
        self.file.seek(SeekFrom::Start(size.saturating_sub(END)))?;
        let mut tail = Vec::new();
        self.file.read_to_end(&mut tail).map(|_| tail)
    }
}
