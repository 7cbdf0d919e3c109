//! What a packed chart says of itself.

use std::io::Read;

use allclear_core::helm;
use allclear_core::helm::yaml::Node;
use flate2::read::GzDecoder;

use super::registry::Frozen;
use crate::content::Meter;
use crate::step::StepError;

/// The largest `Chart.yaml`, in bytes.
const LARGEST: u64 = 1 << 20;

/// What the `Chart.yaml` of a packed chart says.
///
/// # Errors
/// When the bytes are not here, or are no chart.
pub(super) fn manifest(file: &Frozen) -> Result<Node, StepError> {
    let cannot = |source| StepError::Io { what: format!("read the chart `{}`", file.name), source };
    let meter = Meter::silent();
    let mut tar = tar::Archive::new(GzDecoder::new(file.content.open(&meter)?));
    for entry in tar.entries().map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        let path = entry.path().map_err(cannot)?.to_string_lossy().into_owned();
        if path.split('/').nth(1) == Some(helm::MANIFEST) && path.split('/').count() == 2 {
            let mut text = String::new();
            entry.take(LARGEST).read_to_string(&mut text).map_err(cannot)?;
            let what = format!("`{}` in `{}` cannot be read", helm::MANIFEST, file.name);
            return Ok(helm::yaml::read(&text).map_err(StepError::content(what))?.root);
        }
    }
    Err(StepError::Refused(format!("`{}` is no chart: it has no `{}`", file.name, helm::MANIFEST)))
}

/// The name and the version of a chart whose bytes need not be here: its file is called by them.
pub(super) fn called(file: &Frozen) -> (String, String) {
    if let Ok(manifest) = manifest(file) {
        let text = |key: &str| manifest.text(key).unwrap_or_default().to_owned();
        return (text("name"), text("version"));
    }
    let stem = file.name.trim_end_matches(".tgz");
    let digit = |(at, _): &(usize, &str)| stem[at + 1..].starts_with(|c: char| c.is_ascii_digit());
    let (at, _) = stem.match_indices('-').find(digit).unwrap_or((stem.len(), ""));
    (stem[..at].to_owned(), stem[at..].trim_start_matches('-').to_owned())
}
