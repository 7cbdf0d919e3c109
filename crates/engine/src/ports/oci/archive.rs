//! Reads the images in archives that build tools leave, where they lie: nothing is unpacked.
//!
//! Two kinds are known: an [OCI layout](https://github.com/opencontainers/image-spec/blob/main/image-layout.md) in a tar archive
//! (`docker buildx build --output type=oci`, `buildah push IMAGE oci-archive:FILE`, `skopeo copy`), and what `docker save` wrote before
//! it wrote that. Of the second the manifest is made here, from what the archive holds and nothing else, so it is always the same one.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use allclear_core::digest::Digest;
use serde_json::{Value, json};

use super::{CONFIG, Image, LARGEST_MANIFEST, LAYER, MANIFEST, Manifest, described, descriptor, is_index, media_type};
use crate::content::{self, Content};
use crate::step::StepError;

/// How many files an archive may have.
const MOST_FILES: usize = 10_000;
/// How deep an index may lie in indexes.
const DEEPEST: usize = 4;

/// Reads the image in an archive; `name` is how people know the file.
///
/// # Errors
/// When it cannot be read, holds no image or several, or not all of one.
pub fn image(path: &Path, name: &str) -> Result<Image, StepError> {
    let archive = Archive::open(path, name)?;
    match (archive.files.contains_key("index.json"), archive.files.contains_key("manifest.json")) {
        (true, _) => archive.layout(),
        (false, true) => archive.saved(),
        (false, false) => Err(archive.wrong(
            "has neither `index.json` nor `manifest.json`, as an OCI archive or what `docker save` writes would have",
        )),
    }
}

/// A tar archive whose files are read where they lie.
struct Archive<'a> {
    path: PathBuf,
    name: &'a str,
    /// Where each file begins, and its size.
    files: BTreeMap<String, (u64, u64)>,
}

impl<'a> Archive<'a> {
    fn open(path: &Path, name: &'a str) -> Result<Self, StepError> {
        let what = format!("read `{name}` as a tar archive, which an OCI archive and what `docker save` writes are");
        let cannot = |source| StepError::Io { what: what.clone(), source };
        let mut archive = Self { path: path.to_owned(), name, files: BTreeMap::new() };
        let mut tar = tar::Archive::new(File::open(path).map_err(cannot)?);
        for entry in tar.entries_with_seek().map_err(cannot)? {
            let entry = entry.map_err(cannot)?;
            // Old archives name a layer that they hold twice by a link; no tool writes them any more.
            if entry.header().entry_type() != tar::EntryType::Regular {
                continue;
            }
            let inside = entry.path().map_err(cannot)?.to_string_lossy().trim_start_matches("./").to_owned();
            archive.files.insert(inside, (entry.raw_file_position(), entry.size()));
            if archive.files.len() > MOST_FILES {
                return Err(archive.wrong("has more files than an image can have"));
            }
        }
        Ok(archive)
    }

    fn wrong(&self, what: &str) -> StepError {
        StepError::Refused(format!("`{}` is no image that can be published: it {what}", self.name))
    }

    /// The bytes of a small file.
    fn read(&self, inside: &str) -> Result<Vec<u8>, StepError> {
        let missing = || self.wrong(&format!("lacks `{inside}`"));
        let (offset, size) = *self.files.get(inside).ok_or_else(missing)?;
        if size > LARGEST_MANIFEST {
            return Err(self.wrong(&format!("has a `{inside}` of {size} bytes, and {LARGEST_MANIFEST} are the most")));
        }
        let mut bytes = Vec::new();
        let mut file = File::open(&self.path).map_err(StepError::io(format!("read `{}`", self.name)))?;
        let read = file.seek(SeekFrom::Start(offset)).and_then(|_| file.take(size).read_to_end(&mut bytes));
        read.map_err(StepError::io(format!("read `{}`", self.name)))?;
        Ok(bytes)
    }

    fn json(&self, inside: &str) -> Result<Value, StepError> {
        let what = format!("`{inside}` in `{}` is not JSON", self.name);
        serde_json::from_slice(&self.read(inside)?).map_err(StepError::content(what))
    }

    /// The image of an OCI layout.
    fn layout(&self) -> Result<Image, StepError> {
        let index = self.json("index.json")?;
        let mut roots: Vec<&Value> = index["manifests"].as_array().into_iter().flatten().collect();
        // One image under two names is one image.
        roots.dedup_by_key(|root| root["digest"].clone());
        let [root] = roots.as_slice() else {
            return Err(self.wrong(&format!("holds {} images, and one is expected", roots.len())));
        };
        let mut found =
            Found { archive: self, image: Image { manifests: vec![], blobs: vec![] }, seen: BTreeSet::new() };
        found.manifest(root, 0)?;
        Ok(found.image)
    }

    /// The image of an archive of `docker save`, as
    /// [the specification of Docker's images](https://github.com/moby/docker-image-spec) describes it.
    fn saved(&self) -> Result<Image, StepError> {
        let list = self.json("manifest.json")?;
        let [saved] = list.as_array().map(Vec::as_slice).unwrap_or_default() else {
            return Err(self.wrong("holds several images, or none, and one is expected"));
        };
        let text = |value: &Value| {
            value.as_str().map(str::to_owned).ok_or_else(|| self.wrong("has a `manifest.json` that names no files"))
        };
        let config = self.found(&text(&saved["Config"])?)?;
        let layers = saved["Layers"].as_array().into_iter().flatten();
        let layers = layers.map(|layer| self.found(&text(layer)?)).collect::<Result<Vec<_>, _>>()?;
        let layer = |content: &Content| descriptor(LAYER, &content.sha256, content.size);
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": descriptor(CONFIG, &config.sha256, config.size),
            "layers": layers.iter().map(layer).collect::<Vec<_>>(),
        });
        let mut blobs = vec![config];
        for layer in layers {
            if !blobs.iter().any(|blob| blob.sha256 == layer.sha256) {
                blobs.push(layer);
            }
        }
        Ok(Image { manifests: vec![Manifest::new(MANIFEST, manifest.to_string().into_bytes())], blobs })
    }

    /// A file whose digest is found out by reading it.
    fn found(&self, inside: &str) -> Result<Content, StepError> {
        let missing = || self.wrong(&format!("lacks `{inside}`"));
        let (offset, size) = *self.files.get(inside).ok_or_else(missing)?;
        let cannot = |source| StepError::Io { what: format!("read `{}`", self.name), source };
        let mut file = File::open(&self.path).map_err(cannot)?;
        file.seek(SeekFrom::Start(offset)).map_err(cannot)?;
        let (digest, _) = content::hashed(file.take(size), size).map_err(cannot)?;
        let sha256 = digest.ok_or_else(missing)?;
        Ok(Content { path: self.path.clone(), offset, size, sha256 })
    }
}

/// What has been found of an image so far.
struct Found<'a> {
    archive: &'a Archive<'a>,
    image: Image,
    seen: BTreeSet<Digest>,
}

impl Found<'_> {
    fn manifest(&mut self, named: &Value, depth: usize) -> Result<(), StepError> {
        let (digest, _) = self.named(named)?;
        if depth > DEEPEST {
            return Err(self.archive.wrong("has indexes too deep in indexes"));
        }
        if !self.seen.insert(digest) {
            return Ok(());
        }
        let inside = format!("blobs/sha256/{digest}");
        let bytes = self.archive.read(&inside)?;
        if Digest::of(&bytes) != digest {
            return Err(self.archive.wrong(&format!("has other bytes in `{inside}` than its name says")));
        }
        let what = format!("`{inside}` in `{}` is not JSON", self.archive.name);
        let read: Value = serde_json::from_slice(&bytes).map_err(StepError::content(what))?;
        let media_type = named["mediaType"].as_str().map_or_else(|| media_type(&read), str::to_owned);
        let list = |key: &str| read[key].as_array().into_iter().flatten();
        if is_index(&media_type) {
            list("manifests").try_for_each(|one| self.manifest(one, depth + 1))?;
        } else {
            self.blob(&read["config"])?;
            list("layers").try_for_each(|layer| self.blob(layer))?;
        }
        self.image.manifests.push(Manifest { digest, media_type, bytes });
        Ok(())
    }

    fn blob(&mut self, named: &Value) -> Result<(), StepError> {
        let (sha256, size) = self.named(named)?;
        if !self.seen.insert(sha256) {
            return Ok(());
        }
        let inside = format!("blobs/sha256/{sha256}");
        let missing = || self.archive.wrong(&format!("lacks `{inside}`, which its manifest names"));
        let (offset, found) = *self.archive.files.get(&inside).ok_or_else(missing)?;
        if found != size {
            return Err(self.archive.wrong(&format!("has {found} bytes in `{inside}`, and its manifest says {size}")));
        }
        self.image.blobs.push(Content { path: self.archive.path.clone(), offset, size, sha256 });
        Ok(())
    }

    fn named(&self, named: &Value) -> Result<(Digest, u64), StepError> {
        described(named).ok_or_else(|| self.archive.wrong("names something without a SHA-256 and a size"))
    }
}
