//! Source distributions: a compressed archive with one folder, and `PKG-INFO` in it
//! ([specification](https://packaging.python.org/en/latest/specifications/source-distribution-format/)).

use std::fs::File;
use std::io::{BufReader, Read as _};

use flate2::read::GzDecoder;

use super::{BadPackage, damages, whole};

const INNER: &str = "PKG-INFO";
/// How much is unpacked in search of it, in bytes: more than any index takes, and an end for what grows without one.
const MOST: u64 = 8 << 30;

/// Returns the bytes of the metadata.
pub(super) fn metadata(file: File) -> Result<Vec<u8>, BadPackage> {
    let unpacked = GzDecoder::new(BufReader::new(file)).take(MOST);
    let mut archive = tar::Archive::new(unpacked);
    let damaged = |error: std::io::Error| match damages(&error) {
        true => BadPackage::Damaged("its archive cannot be read"),
        false => BadPackage::Io(error),
    };
    let mut found = None;
    for entry in archive.entries().map_err(damaged)? {
        let entry = entry.map_err(damaged)?;
        let path = entry.path_bytes();
        let mut parts = path.split(|byte| *byte == b'/').filter(|part| *part != b".");
        let here = parts.next().is_some() && parts.next() == Some(INNER.as_bytes()) && parts.next().is_none();
        if !here || !entry.header().entry_type().is_file() {
            continue;
        }
        if found.is_some() {
            return Err(BadPackage::Twice(INNER));
        }
        found = Some(whole(entry, INNER)?);
    }
    found.ok_or(BadPackage::Missing(INNER))
}
