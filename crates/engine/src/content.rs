//! Frozen bytes on their way out: read once, counted for people, and held against their digest while they are sent.

use std::fs::File;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use allclear_core::digest::{Digest, Hasher};

use crate::exec;
use crate::step::StepError;

/// Bytes of a known digest: a file, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The file.
    pub path: PathBuf,
    /// Where in the file they begin, in bytes.
    pub offset: u64,
    /// How many they are.
    pub size: u64,
    /// Their digest.
    pub sha256: Digest,
}

impl Content {
    /// The whole of a file of this digest.
    ///
    /// # Errors
    /// When it is not there.
    pub fn file(path: PathBuf, sha256: Digest) -> Result<Self, StepError> {
        let meta = std::fs::metadata(&path).map_err(StepError::io(format!("read `{}`", path.display())))?;
        Ok(Self { path, offset: 0, size: meta.len(), sha256 })
    }

    /// Opens the bytes for sending. The reader gives the last of them only if all of them are as they were frozen: with a length that
    /// was announced, nobody takes what is not whole.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open<'m>(&self, meter: &'m Meter<'m>) -> Result<Reader<'m>, StepError> {
        let cannot = |source| StepError::Io { what: format!("read `{}`", self.path.display()), source };
        let mut file = File::open(&self.path).map_err(cannot)?;
        file.seek(SeekFrom::Start(self.offset)).map_err(cannot)?;
        Ok(Reader {
            file: file.take(self.size),
            wanted: self.sha256,
            left: self.size,
            hasher: Hasher::default(),
            meter,
        })
    }

    /// Reads the bytes and holds them against their digest, without sending them anywhere.
    ///
    /// # Errors
    /// When they cannot be read, or are not what was frozen.
    pub fn check(&self) -> Result<(), StepError> {
        let copied = io::copy(&mut self.open(&Meter::silent())?, &mut io::sink());
        copied.map(drop).map_err(StepError::io(format!("read `{}`", self.path.display())))
    }
}

/// The digest of what is read, and how many bytes it has; there is no digest where they are more than so many, and then only one of those is
/// read that are too many.
///
/// # Errors
/// When it cannot be read, or this process was asked to stop.
pub(crate) fn hashed(reader: impl Read, most: u64) -> io::Result<(Option<Digest>, u64)> {
    let mut reader = reader.take(most.saturating_add(1));
    let (mut hasher, mut size, mut piece) = (Hasher::default(), 0, vec![0; 64 << 10]);
    loop {
        if exec::interrupted() {
            return Err(io::Error::other("interrupted"));
        }
        match reader.read(&mut piece) {
            Ok(0) => return Ok(((size <= most).then(|| hasher.finish()), size)),
            Ok(read) => {
                size += read as u64;
                hasher.update(&piece[..read]);
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Reads content while it is sent.
pub struct Reader<'m> {
    file: io::Take<File>,
    wanted: Digest,
    left: u64,
    hasher: Hasher,
    meter: &'m Meter<'m>,
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if exec::interrupted() {
            return Err(io::Error::other("interrupted"));
        }
        let read = match self.file.read(buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => 0,
            other => other?,
        };
        self.hasher.update(&buffer[..read]);
        self.left -= read as u64;
        let ended = self.left == 0 || read == 0 && !buffer.is_empty();
        if ended && self.hasher.clone().finish() != self.wanted {
            let what = format!(
                "the bytes are not those of sha256:{}, which were frozen: the file has changed since",
                self.wanted
            );
            return Err(io::Error::new(ErrorKind::InvalidData, what));
        }
        self.meter.add(read as u64);
        Ok(read)
    }
}

/// Counts what is sent, and tells somebody.
pub struct Meter<'a> {
    sent: AtomicU64,
    tell: &'a (dyn Fn(u64) + Sync),
}

impl<'a> Meter<'a> {
    /// Tells how many bytes have been sent whenever some have.
    pub fn new(tell: &'a (dyn Fn(u64) + Sync)) -> Self {
        Self { sent: AtomicU64::new(0), tell }
    }

    /// Tells nobody.
    pub fn silent() -> Self {
        Self::new(&|_| ())
    }

    /// Counts more bytes, sent or not needed any more.
    pub fn add(&self, bytes: u64) {
        (self.tell)(self.sent.fetch_add(bytes, Ordering::Relaxed) + bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(folder: &tempfile::TempDir, written: &[u8], offset: u64, frozen: &[u8]) -> Content {
        let path = folder.path().join("file");
        std::fs::write(&path, written).unwrap();
        Content { path, offset, size: frozen.len() as u64, sha256: Digest::of(frozen) }
    }

    #[test]
    fn a_part_of_a_file_is_read_counted_and_checked() {
        let folder = tempfile::tempdir().unwrap();
        let (counted, frozen) = (AtomicU64::new(0), vec![7; 100_000]);
        let content = content(&folder, &[&[1; 10], frozen.as_slice(), &[2; 10]].concat(), 10, &frozen);
        let tell = |sent| counted.store(sent, Ordering::Relaxed);
        let mut read = Vec::new();
        content.open(&Meter::new(&tell)).unwrap().read_to_end(&mut read).unwrap();
        assert_eq!((read, counted.into_inner()), (frozen, 100_000));
        content.check().unwrap();
    }

    #[test]
    fn what_has_changed_is_never_given_whole() {
        let folder = tempfile::tempdir().unwrap();
        for written in [&b"frozen bites"[..], b"frozen"] {
            let content = content(&folder, written, 0, b"frozen bytes");
            let mut read = Vec::new();
            let error = content.open(&Meter::silent()).unwrap().read_to_end(&mut read).unwrap_err();
            assert!(error.to_string().contains("the file has changed since") && read.len() < 12, "{error}");
            assert!(content.check().is_err());
        }
    }

    #[test]
    fn what_is_too_large_is_read_one_byte_too_far_and_has_no_digest() {
        assert_eq!(hashed(&b"tea"[..], 3).unwrap(), (Some(Digest::of(b"tea")), 3));
        let mut endless = io::Cursor::new(vec![0; 100]);
        assert_eq!(hashed(&mut endless, 3).unwrap(), (None, 4));
        assert_eq!(endless.position(), 4);
    }

    #[test]
    fn nothing_is_content_too() {
        let folder = tempfile::tempdir().unwrap();
        content(&folder, b"", 0, b"").check().unwrap();
    }
}
