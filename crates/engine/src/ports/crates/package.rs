//! What a `.crate` says of itself: the manifest that cargo wrote into it, and its readme.

use std::io::{self, Read};

use allclear_core::crates::{Manifest, Name, Wanted};
use allclear_core::version::Version;
use flate2::read::MultiGzDecoder;

use crate::content::Meter;
use crate::ports::registry::Frozen;
use crate::step::StepError;

/// The largest manifest or readme, in bytes.
const LARGEST: u64 = 4 << 20;
/// The most that a `.crate` may unpack to, in bytes.
const LARGEST_UNPACKED: u64 = 8 << 30;

/// A crate, read from its `.crate`.
pub struct Package {
    /// What its manifest says; its version is the release's.
    pub manifest: Manifest,
    /// The content of its readme.
    pub(super) readme: Option<String>,
}

/// The name of the crate that a file is to be, which needs none of its bytes.
pub(super) fn name(file: &Frozen, release: &Version) -> Result<Name, StepError> {
    Name::of_file(&file.name, release).ok_or_else(|| {
        StepError::Refused(format!(
            "`{}` is not called NAME-{release}.crate, as cargo calls a crate of this release: build it from the release commit, in \
             which the version stands in its Cargo.toml, or leave it out with `artifacts`",
            file.name
        ))
    })
}

impl Package {
    /// Reads a `.crate` and holds it against the release that it is published for.
    ///
    /// # Errors
    /// When it is not what `cargo package` makes, is of another version, or is not meant to be published.
    pub fn read(file: &Frozen, release: &Version) -> Result<Self, StepError> {
        let name = name(file, release)?;
        if std::fs::metadata(&file.content.path).is_err() {
            return Err(StepError::Elsewhere(format!(
                "`{}` was built in another clone, and what a registry is told of it is in its bytes: `allclear go` looks from there",
                file.name
            )));
        }
        let manifest = whole(file, "Cargo.toml")?.ok_or_else(|| wrong(file, "it has no `Cargo.toml`"))?;
        let manifest = Manifest::read(&manifest)
            .map_err(StepError::content(format!("the `Cargo.toml` in `{}` cannot be used", file.name)))?;
        if (&manifest.name, &manifest.version) != (&name, &release.to_string()) {
            return Err(StepError::Refused(format!(
                "`{}` is `{}` {} by the Cargo.toml in it: build it from the release commit",
                file.name,
                manifest.name,
                manifest.version.escape_debug()
            )));
        }
        if manifest.wanted() == Wanted::Nowhere {
            return Err(StepError::Refused(format!(
                "`{}` says `publish = false` in its Cargo.toml, so it must not be published: take that out, or leave the file out with \
                 `artifacts`",
                file.name
            )));
        }
        let readme = match manifest.readme() {
            Some(path) => Some(
                whole(file, path)?.ok_or_else(|| wrong(file, "it has not the readme that its `Cargo.toml` names"))?,
            ),
            None => None,
        };
        Ok(Self { manifest, readme })
    }
}

/// A file of the crate as text; none where it is not in it. All of the `.crate` is read for it, and held against its digest.
fn whole(file: &Frozen, inner: &str) -> Result<Option<String>, StepError> {
    let silent = Meter::silent();
    let mut bytes = file.content.open(&silent)?;
    let found = scan(&mut bytes, file, inner, LARGEST_UNPACKED);
    // Only at its end is it known that these are the frozen bytes.
    io::copy(&mut bytes, &mut io::sink()).map_err(StepError::io(format!("read `{}`", file.name)))?;
    found
}

fn scan(bytes: &mut impl Read, file: &Frozen, inner: &str, most: u64) -> Result<Option<String>, StepError> {
    let mut archive = tar::Archive::new(MultiGzDecoder::new(bytes).take(most));
    let found = walk(&mut archive, file.name.trim_end_matches(".crate"), inner);
    if archive.into_inner().limit() == 0 {
        return Err(wrong(file, &format!("it unpacks to more than {most} bytes")));
    }
    found.map_err(|error| wrong(file, &error.to_string()))
}

/// Looks for a file below the one folder that a `.crate` has.
fn walk(archive: &mut tar::Archive<impl Read>, folder: &str, inner: &str) -> io::Result<Option<String>> {
    let mut found = None;
    for entry in archive.entries()? {
        let entry = entry?;
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let below = path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
        let Some(below) = below.filter(|below| !below.split('/').any(|part| part == "..")) else {
            let shown: String = path.chars().take(64).collect();
            return Err(io::Error::other(format!("`{}` in it is not below `{folder}/`", shown.escape_debug())));
        };
        if below != inner {
            continue;
        }
        if found.is_some() {
            return Err(io::Error::other(format!("`{inner}` stands in it twice")));
        }
        let mut bytes = Vec::new();
        entry.take(LARGEST + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > LARGEST {
            return Err(io::Error::other(format!("its `{inner}` has more than {LARGEST} bytes")));
        }
        found = Some(String::from_utf8(bytes).map_err(|_| io::Error::other(format!("its `{inner}` is not text")))?);
    }
    Ok(found)
}

fn wrong(file: &Frozen, what: &str) -> StepError {
    StepError::Refused(format!("`{}` is not a crate as `cargo package` makes them ({what}): build it again", file.name))
}

#[cfg(test)]
mod tests;
