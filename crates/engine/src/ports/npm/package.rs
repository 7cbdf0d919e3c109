//! What a package says of itself: the `package.json` in its tarball, and the digests by which the registry knows the tarball.

use std::io::{self, Read};

use allclear_core::version::Version;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::MultiGzDecoder;
use serde_json::{Map, Value};
use sha1::Sha1;
use sha2::{Digest as _, Sha512};

use super::name::Name;
use crate::content::Meter;
use crate::ports::registry::Frozen;
use crate::step::StepError;

/// The largest `package.json`, in bytes.
const LARGEST_MANIFEST: u64 = 4 << 20;
/// As much of the readme as the registry keeps, in bytes.
const LARGEST_README: u64 = 64 << 10;
/// The most that a tarball may unpack to, in bytes: it is read to its end, since in a tarball the last file of a name counts.
const LARGEST_UNPACKED: u64 = 8 << 30;

/// A package, read from its tarball.
pub struct Package {
    /// Its name.
    pub name: Name,
    /// Its version, which is the release's.
    pub version: Version,
    /// All of its `package.json`.
    pub manifest: Map<String, Value>,
    /// The name of its readme and the beginning of it.
    pub(super) readme: Option<(String, String)>,
    /// The SHA-512 of the tarball, as registries write it: `sha512-…` in base64.
    pub integrity: String,
    /// The SHA-1 of the tarball, which the oldest versions in a registry have only.
    pub(super) shasum: String,
}

impl Package {
    /// Reads a tarball and holds it against the release that it is published for.
    ///
    /// # Errors
    /// When it is not what `npm pack` makes, is of another version, or is not meant to be published.
    pub fn read(file: &Frozen, release: &Version) -> Result<Self, StepError> {
        if std::fs::metadata(&file.content.path).is_err() {
            let name = &file.name;
            return Err(StepError::Elsewhere(format!(
                "`{name}` was built in another clone, and what npm knows it by is in its bytes: `allclear go` looks from there"
            )));
        }
        let silent = Meter::silent();
        let mut tee = Tee { inner: file.content.open(&silent)?, sha512: Sha512::new(), sha1: Sha1::new() };
        let found = scan(&mut tee, &file.name, LARGEST_UNPACKED);
        // What stands behind the archive counts for the digest, too; and only at its end is it known that these are the frozen bytes.
        io::copy(&mut tee, &mut io::sink()).map_err(StepError::io(format!("read `{}`", file.name)))?;
        let found = found?;
        let manifest = manifest(found.manifest.as_deref(), &file.name)?;
        Ok(Self {
            name: name(&manifest, &file.name)?,
            version: version(&manifest, &file.name, release)?,
            manifest,
            readme: found.readme,
            integrity: format!("sha512-{}", STANDARD.encode(tee.sha512.finalize())),
            shasum: hex(&tee.sha1.finalize()),
        })
    }
}

/// What of a tarball is needed.
#[derive(Default)]
struct Found {
    manifest: Option<Vec<u8>>,
    readme: Option<(String, String)>,
}

fn scan(tarball: &mut impl Read, file: &str, most: u64) -> Result<Found, StepError> {
    let mut archive = tar::Archive::new(MultiGzDecoder::new(tarball).take(most));
    let found = walk(&mut archive);
    if archive.into_inner().limit() == 0 {
        return Err(StepError::Refused(format!("`{file}` unpacks to more than {most} bytes, which no registry takes")));
    }
    found.map_err(|error| {
        StepError::Refused(format!("`{file}` is not a tarball as `npm pack` makes them ({error}): build it again"))
    })
}

fn walk(archive: &mut tar::Archive<impl Read>) -> io::Result<Found> {
    let mut found = Found::default();
    for entry in archive.entries()? {
        let entry = entry?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let name = path.strip_prefix("package/").filter(|_| entry.header().entry_type().is_file());
        let mut bytes = Vec::new();
        match name {
            Some("package.json") => {
                entry.take(LARGEST_MANIFEST + 1).read_to_end(&mut bytes)?;
                if bytes.len() as u64 > LARGEST_MANIFEST {
                    return Err(io::Error::other("its `package.json` has more than 4 MiB"));
                }
                found.manifest = Some(bytes);
            }
            Some(name) if found.readme.is_none() && is_readme(name) => {
                entry.take(LARGEST_README).read_to_end(&mut bytes)?;
                found.readme = Some((name.to_owned(), String::from_utf8_lossy(&bytes).into_owned()));
            }
            _ => {}
        }
    }
    Ok(found)
}

fn is_readme(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    !name.contains('/') && (name == "readme" || name.starts_with("readme."))
}

fn manifest(bytes: Option<&[u8]>, file: &str) -> Result<Map<String, Value>, StepError> {
    let bytes = bytes.ok_or_else(|| {
        StepError::Refused(format!("`{file}` has no `package/package.json`: make it with `npm pack`"))
    })?;
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(text)
        .map_err(StepError::content(format!("the `package.json` in `{file}` is not a JSON object")))
}

fn name(manifest: &Map<String, Value>, file: &str) -> Result<Name, StepError> {
    let name = manifest.get("name").and_then(Value::as_str);
    Name::new(name.ok_or_else(|| StepError::Refused(format!("the `package.json` in `{file}` has no `name`: add it")))?)
}

fn version(manifest: &Map<String, Value>, file: &str, release: &Version) -> Result<Version, StepError> {
    let of = manifest.get("version").and_then(Value::as_str).unwrap_or_default();
    if of.parse::<Version>().ok().as_ref() != Some(release) {
        let of: String = of.chars().take(64).collect();
        return Err(StepError::Refused(format!(
            "`{file}` is of version `{}`, and the release is {release}: build it from the release commit, in which the version stands \
             in its package.json",
            of.escape_debug()
        )));
    }
    let is_private = manifest.get("private").is_some_and(|value| *value != Value::Bool(false) && !value.is_null());
    match is_private {
        true => Err(StepError::Refused(format!(
            "`{file}` says `\"private\": true` in its package.json, so it must not be published: take that out, or leave the file out \
             with `artifacts`"
        ))),
        false => Ok(release.clone()),
    }
}

/// Digests what is read.
struct Tee<R> {
    inner: R,
    sha512: Sha512,
    sha1: Sha1,
}

impl<R: Read> Read for Tee<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.sha512.update(&buffer[..read]);
        self.sha1.update(&buffer[..read]);
        Ok(read)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
