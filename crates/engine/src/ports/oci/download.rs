//! Pulls an image again, whole: every manifest and every blob that its name leads to, hashed while it is read, and kept nowhere.

use std::collections::BTreeSet;

use allclear_core::digest::Digest;
use allclear_core::image_name::ImageName;
use serde_json::Value;

use super::{Images, described};
use crate::ports::download::{Downloaded, Found, Part, Reader, openly};
use crate::step::StepError;

/// Pulls what a tag or a digest (`sha256:…`) leads to, whose manifest must have this digest, and returns all its parts; none where it leads
/// nowhere yet, or not all is there. What a wrong manifest names is not read: only what is ours says how large it may be.
///
/// # Errors
/// When it cannot be read.
pub fn download(
    images: &dyn Images,
    name: &ImageName,
    reference: &str,
    wanted: &Digest,
) -> Result<Option<Vec<Part>>, StepError> {
    let everybody = images.as_everybody();
    let own = everybody.is_some().then_some(|| Pull::new(images, name).all(reference, wanted));
    let read = openly(|| Pull::new(everybody.as_deref().unwrap_or(images), name).all(reference, wanted), own)?;
    Ok(read.map(|(mut parts, by)| {
        parts.iter_mut().for_each(|part| part.read.by = by);
        parts
    }))
}

/// What has been read so far.
struct Pull<'a> {
    images: &'a dyn Images,
    name: &'a ImageName,
    seen: BTreeSet<Digest>,
    parts: Vec<Part>,
}

impl<'a> Pull<'a> {
    fn new(images: &'a dyn Images, name: &'a ImageName) -> Self {
        Self { images, name, seen: BTreeSet::new(), parts: vec![] }
    }

    fn all(mut self, reference: &str, wanted: &Digest) -> Result<Option<Vec<Part>>, StepError> {
        let is_there = self.manifest(reference, *wanted)?;
        Ok(is_there.then_some(self.parts))
    }

    /// Reads a manifest and what it names; says whether all of it is there. It ends, since each digest is read once and no manifest can
    /// name itself.
    fn manifest(&mut self, reference: &str, wanted: Digest) -> Result<bool, StepError> {
        if !self.seen.insert(wanted) {
            return Ok(true);
        }
        let Some(bytes) = self.images.bytes(self.name, reference)? else { return Ok(false) };
        let found = Digest::of(&bytes);
        self.part("manifest", wanted, Found::Whole(found), bytes.len() as u64);
        if found != wanted {
            return Ok(true);
        }
        let manifest: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let list = |key: &str| manifest[key].as_array().into_iter().flatten();
        for (digest, _) in list("manifests").filter_map(described) {
            if !self.manifest(&format!("sha256:{digest}"), digest)? {
                return Ok(false);
            }
        }
        for (digest, size) in described(&manifest["config"]).into_iter().chain(list("layers").filter_map(described)) {
            if !self.blob(digest, size)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn blob(&mut self, wanted: Digest, size: u64) -> Result<bool, StepError> {
        if !self.seen.insert(wanted) {
            return Ok(true);
        }
        let Some((found, size)) = self.images.blob(self.name, &wanted, size)? else { return Ok(false) };
        self.part("blob", wanted, found, size);
        Ok(true)
    }

    fn part(&mut self, what: &str, wanted: Digest, found: Found, size: u64) {
        let read = Downloaded { found, size, place: self.images.place(self.name), by: Reader::Everybody };
        self.parts.push(Part { name: format!("{what} sha256:{wanted}"), wanted, read });
    }
}
