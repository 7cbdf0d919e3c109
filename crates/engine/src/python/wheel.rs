//! Wheels: ZIP archives with `NAME-VERSION.dist-info/METADATA` in them ([PEP 427](https://peps.python.org/pep-0427/)).
//!
//! One file of the archive is needed, and no more of its format than leads to it: the directory at its end, and what stands before the
//! file itself ([APPNOTE](https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT), the sections named below).

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};

use flate2::Crc;
use flate2::read::DeflateDecoder;

use super::{BadPackage, whole};

const INNER: &str = "METADATA";
/// The largest directory that is read, in bytes: some hundred thousand files.
const LARGEST_DIRECTORY: u64 = 64 << 20;
/// The end of the directory (4.3.16), without the comment behind it: its length in bytes, and that of the longest comment.
const END: u64 = 22;
const COMMENT: u64 = 0xffff;
/// An entry of the directory (4.3.12), without the name and more behind it, in bytes.
const ENTRY: usize = 46;
/// What stands before a file (4.3.7), without the name and more behind it, in bytes.
const LOCAL: usize = 30;

/// Where a file of the archive is.
struct Entry {
    method: u16,
    crc: u32,
    packed: u64,
    offset: u64,
}

/// Returns the bytes of the metadata.
pub(super) fn metadata(file: File) -> Result<Vec<u8>, BadPackage> {
    let mut file = BufReader::new(file);
    let directory = directory(&mut file)?;
    let entry = find(&directory)?;
    file.seek(SeekFrom::Start(entry.offset))?;
    let mut local = [0; LOCAL];
    exactly(&mut file, &mut local)?;
    if local[..4] != *b"PK\x03\x04" {
        return Err(BadPackage::Damaged("a file is not where its directory says"));
    }
    file.seek_relative(i64::from(u16_at(&local, 26)?) + i64::from(u16_at(&local, 28)?))?;
    let packed = file.take(entry.packed);
    let bytes = match entry.method {
        0 => whole(packed, INNER)?,
        8 => whole(DeflateDecoder::new(packed), INNER)?,
        _ => return Err(BadPackage::Damaged("it is compressed in another way than the usual one (deflate)")),
    };
    let mut crc = Crc::new();
    crc.update(&bytes);
    match crc.sum() == entry.crc {
        true => Ok(bytes),
        false => Err(BadPackage::Damaged("a checksum in it does not fit")),
    }
}

/// Reads the directory, which a record at the very end of the file leads to.
fn directory(file: &mut (impl Read + Seek)) -> Result<Vec<u8>, BadPackage> {
    const NO_ZIP: BadPackage = BadPackage::Damaged("it does not end like a ZIP archive");
    let length = file.seek(SeekFrom::End(0))?;
    let start = length.saturating_sub(END + COMMENT);
    file.seek(SeekFrom::Start(start))?;
    let mut tail = Vec::new();
    file.take(END + COMMENT).read_to_end(&mut tail)?;
    // The comment behind the record reaches to the end, or it is not the record.
    let is_end = |at: &usize| {
        let rest = &tail[*at..];
        rest.starts_with(b"PK\x05\x06")
            && u16_at(rest, 20).is_ok_and(|comment| END + u64::from(comment) == rest.len() as u64)
    };
    let at = (0..tail.len()).rev().find(is_end).ok_or(NO_ZIP)?;
    let (mut size, mut offset) = (u64::from(u32_at(&tail, at + 12)?), u64::from(u32_at(&tail, at + 16)?));
    if size == u64::from(u32::MAX) || offset == u64::from(u32::MAX) || u16_at(&tail, at + 10)? == u16::MAX {
        (size, offset) = large(file, start + at as u64)?;
    }
    if size > LARGEST_DIRECTORY || offset.checked_add(size).is_none_or(|end| end > length) {
        return Err(BadPackage::Damaged("its directory is not where it should be"));
    }
    file.seek(SeekFrom::Start(offset))?;
    let mut directory = Vec::new();
    file.take(size).read_to_end(&mut directory)?;
    Ok(directory)
}

/// Size and offset of the directory of an archive with very many files, or larger than 4 GiB (4.3.14 and 4.3.15).
fn large(file: &mut (impl Read + Seek), end: u64) -> Result<(u64, u64), BadPackage> {
    const NO_RECORD: BadPackage = BadPackage::Damaged("the record of a large archive is missing");
    let mut locator = [0; 20];
    file.seek(SeekFrom::Start(end.checked_sub(20).ok_or(NO_RECORD)?))?;
    exactly(file, &mut locator)?;
    let mut record = [0; 56];
    file.seek(SeekFrom::Start(u64_at(&locator, 8)?))?;
    exactly(file, &mut record)?;
    match (&locator[..4], &record[..4]) {
        (b"PK\x06\x07", b"PK\x06\x06") => Ok((u64_at(&record, 40)?, u64_at(&record, 48)?)),
        _ => Err(NO_RECORD),
    }
}

/// Finds the metadata in the directory: in a folder at the top whose name ends in `.dist-info`.
fn find(directory: &[u8]) -> Result<Entry, BadPackage> {
    let (mut rest, mut found) = (directory, None);
    while !rest.is_empty() {
        if !rest.starts_with(b"PK\x01\x02") {
            return Err(BadPackage::Damaged("its directory cannot be read"));
        }
        let length = |at| u16_at(rest, at).map(usize::from);
        let (name, more) = (length(28)?, length(30)? + length(32)?);
        let Some(name) = rest.get(ENTRY..ENTRY + name) else { return Err(BadPackage::Damaged("its directory is cut")) };
        let folder = name.strip_suffix(b"/METADATA");
        if folder.is_some_and(|folder| folder.ends_with(b".dist-info") && !folder.contains(&b'/')) {
            let (packed, offset) = (u32_at(rest, 20)?, u32_at(rest, 42)?);
            let entry = Entry {
                method: u16_at(rest, 10)?,
                crc: u32_at(rest, 16)?,
                packed: packed.into(),
                offset: offset.into(),
            };
            if found.replace(entry).is_some() {
                return Err(BadPackage::Twice(INNER));
            }
        }
        rest = rest.get(ENTRY + name.len() + more..).ok_or(BadPackage::Damaged("its directory is cut"))?;
    }
    found.ok_or(BadPackage::Missing(INNER))
}

fn exactly(file: &mut impl Read, bytes: &mut [u8]) -> Result<(), BadPackage> {
    file.read_exact(bytes).map_err(|_| BadPackage::Damaged("it ends too early"))
}

fn at<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], BadPackage> {
    let part = bytes.get(at..at + N).and_then(|part| part.try_into().ok());
    part.ok_or(BadPackage::Damaged("it ends too early"))
}

fn u16_at(bytes: &[u8], place: usize) -> Result<u16, BadPackage> {
    at(bytes, place).map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], place: usize) -> Result<u32, BadPackage> {
    at(bytes, place).map(u32::from_le_bytes)
}

fn u64_at(bytes: &[u8], place: usize) -> Result<u64, BadPackage> {
    at(bytes, place).map(u64::from_le_bytes)
}
