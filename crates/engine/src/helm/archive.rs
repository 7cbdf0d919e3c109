//! Packed charts, as `helm dependency build` puts them into `charts/`.

use std::io::Read;

use allclear_core::helm;
use flate2::read::GzDecoder;

/// How much an archive may hold. Helm's own limit is 100 MiB; a chart that comes near it is no chart.
const MAX_BYTES: u64 = 100 * 1024 * 1024;

/// The files of a packed chart that are read, by their paths inside the chart.
///
/// # Errors
/// When it is no archive, or too large.
pub(super) fn unpack(bytes: &[u8]) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    let mut archive = tar::Archive::new(GzDecoder::new(bytes).take(MAX_BYTES));
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.to_string_lossy().into_owned();
        // The first folder is the chart's own.
        let Some((_, inside)) = path.split_once('/') else { continue };
        if entry.header().entry_type() != tar::EntryType::Regular || !helm::wanted(inside) {
            continue;
        }
        let mut content = Vec::new();
        entry.by_ref().take(helm::yaml::MAX_BYTES as u64 + 1).read_to_end(&mut content)?;
        found.push((inside.to_owned(), content));
    }
    Ok(found)
}
