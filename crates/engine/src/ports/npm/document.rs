//! What is sent to publish a version: one JSON document with the tarball in base64 in it, which is never in memory as a whole.
//!
//! Its form is that of [npm's own client](https://github.com/npm/cli/blob/latest/workspaces/libnpmpublish/lib/publish.js).

use std::io::{self, Cursor, Read};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use super::TAG;
use super::package::Package;
use crate::content::Meter;
use crate::ports::registry::Frozen;
use crate::step::StepError;

/// How much of the tarball is turned into base64 at once, in bytes; a multiple of three, so that the pieces can be joined.
const PIECE: u64 = 48 << 10;

/// The document around a tarball.
pub(super) struct Document {
    head: Vec<u8>,
    tail: Vec<u8>,
    /// The size of the tarball, in bytes.
    size: u64,
}

impl Document {
    /// Makes the document for a package that is `size` bytes large, for the registry at this address.
    pub(super) fn new(package: &Package, size: u64, registry: &str) -> Result<Self, StepError> {
        let (name, version) = (package.name.to_string(), package.version.to_string());
        let tarball = format!("{name}-{version}.tgz");
        let attachment = format!("{name}/-/{}-{version}.tgz", package.name.own());
        let mut of = tidy(package);
        of.insert("_id".to_owned(), json!(format!("{name}@{version}")));
        of.insert(
            "dist".to_owned(),
            json!({
                "integrity": package.integrity,
                "shasum": package.shasum,
                "tarball": format!("{registry}/{attachment}"),
            }),
        );
        let mut root = json!({
            "_id": name,
            "name": name,
            "description": package.manifest.get("description"),
            "dist-tags": {TAG: version},
            "versions": {version: of},
        });
        root["access"] = access(package);
        let not_json = StepError::content(format!("the document of `{name}` cannot be written"));
        let mut head = serde_json::to_vec(&root).map_err(not_json)?;
        head.pop();
        let opening = r#":{"content_type":"application/octet-stream","data":""#;
        head.extend_from_slice(format!(r#","_attachments":{{{}{opening}"#, Value::from(tarball)).as_bytes());
        Ok(Self { head, tail: format!(r#"","length":{size}}}}}}}"#).into_bytes(), size })
    }

    /// Its size, in bytes.
    pub(super) fn length(&self) -> u64 {
        self.head.len() as u64 + self.size.div_ceil(3) * 4 + self.tail.len() as u64
    }

    /// Opens it for sending.
    pub(super) fn open<'r>(&'r self, file: &Frozen, meter: &'r Meter<'r>) -> Result<impl Read + 'r, StepError> {
        let tarball = InBase64 { inner: file.content.open(meter)?, raw: Vec::new(), text: Cursor::default() };
        Ok(Cursor::new(&self.head).chain(tarball).chain(Cursor::new(&self.tail)))
    }
}

/// A package of a scope is its owner's alone unless it says otherwise, which a release is not meant to be.
fn access(package: &Package) -> Value {
    let said = package.manifest.get("publishConfig").and_then(|config| config.get("access")).cloned();
    said.unwrap_or_else(|| if package.name.is_scoped() { json!("public") } else { Value::Null })
}

/// The `package.json` as clients expect it from a registry: `bin` in its long form, and the readme in it.
fn tidy(package: &Package) -> Map<String, Value> {
    let mut manifest = package.manifest.clone();
    if let Some(Value::String(program)) = manifest.get("bin") {
        let program = program.trim_start_matches("./").to_owned();
        manifest.insert("bin".to_owned(), json!({package.name.own(): program}));
    }
    if let Some((name, text)) = &package.readme {
        manifest.insert("readme".to_owned(), json!(text));
        manifest.insert("readmeFilename".to_owned(), json!(name));
    }
    manifest
}

/// Reads bytes as base64.
struct InBase64<R> {
    inner: R,
    raw: Vec<u8>,
    text: Cursor<String>,
}

impl<R: Read> Read for InBase64<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.text.position() == self.text.get_ref().len() as u64 {
            self.raw.clear();
            self.inner.by_ref().take(PIECE).read_to_end(&mut self.raw)?;
            let mut text = std::mem::take(&mut self.text).into_inner();
            text.clear();
            STANDARD.encode_string(&self.raw, &mut text);
            self.text = Cursor::new(text);
        }
        self.text.read(buffer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// Gives its bytes in pieces of the sizes that it is asked for, at most `most`.
    struct Drip<'a>(&'a [u8], usize);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let most = self.1.min(buffer.len());
            self.0.read(&mut buffer[..most])
        }
    }

    fn sent(manifest: &str) -> (Frozen, serde_json::Value) {
        let env = allclear_testbed::TestEnv::new();
        let files =
            [("package/package.json", manifest), ("package/README.md", "# Board"), ("package/x", &"x".repeat(1 << 20))];
        let file = super::super::tests::pack::frozen(&env, "board.tgz", &super::super::tests::pack::tarball(&files));
        let package = Package::read(&file, &"1.4.0".parse().unwrap()).unwrap();
        let document = Document::new(&package, file.content.size, "https://npm.example").unwrap();
        let (counted, mut bytes) = (std::sync::atomic::AtomicU64::new(0), Vec::new());
        let tell = |sent| counted.store(sent, std::sync::atomic::Ordering::Relaxed);
        let meter = Meter::new(&tell);
        document.open(&file, &meter).unwrap().read_to_end(&mut bytes).unwrap();
        assert_eq!((bytes.len() as u64, counted.into_inner()), (document.length(), file.content.size));
        let mut said: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let attachments = said["_attachments"].as_object_mut().unwrap();
        let data = attachments.values_mut().next().unwrap()["data"].take();
        assert!(STANDARD.decode(data.as_str().unwrap()).unwrap() == std::fs::read(&file.content.path).unwrap());
        (file, said)
    }

    #[test]
    fn the_document_has_the_length_that_is_announced_and_the_tarball_in_it() {
        let manifest =
            r#"{"name": "@harbor/board", "version": "1.4.0", "description": "\"quoted\"", "bin": "./run.js"}"#;
        let (file, mut said) = sent(manifest);
        let dist = said["versions"]["1.4.0"]["dist"].take();
        assert!(dist["integrity"].as_str().unwrap().starts_with("sha512-"));
        assert_eq!(dist["tarball"], "https://npm.example/@harbor/board/-/board-1.4.0.tgz");
        assert_eq!(said["_attachments"]["@harbor/board-1.4.0.tgz"]["length"], file.content.size);
        said.as_object_mut().unwrap().remove("_attachments");
        let wanted = json!({
            "_id": "@harbor/board",
            "name": "@harbor/board",
            "access": "public",
            "description": "\"quoted\"",
            "dist-tags": {"allclear": "1.4.0"},
            "versions": {"1.4.0": {
                "_id": "@harbor/board@1.4.0",
                "name": "@harbor/board",
                "version": "1.4.0",
                "description": "\"quoted\"",
                "bin": {"board": "run.js"},
                "readme": "# Board",
                "readmeFilename": "README.md",
                "dist": null,
            }},
        });
        assert_eq!(said, wanted);
    }

    #[test]
    fn a_package_is_as_public_as_it_says() {
        let access = |manifest: &str| sent(manifest).1["access"].clone();
        assert_eq!(access(r#"{"name": "board", "version": "1.4.0"}"#), Value::Null);
        assert_eq!(access(r#"{"name": "@harbor/board", "version": "1.4.0"}"#), "public");
        let restricted = r#"{"name": "@harbor/board", "version": "1.4.0", "publishConfig": {"access": "restricted"}}"#;
        assert_eq!(access(restricted), "restricted");
    }

    proptest! {
        #[test]
        fn in_whatever_pieces_it_is_read_the_base64_is_that_of_the_whole(
            bytes in vec(any::<u8>(), 0..200),
            times in 0_usize..600,
            most in 1_usize..50_000,
        ) {
            let bytes = bytes.repeat(times);
            let mut text = String::new();
            let mut encoded = InBase64 { inner: Drip(&bytes, most), raw: Vec::new(), text: Cursor::default() };
            encoded.read_to_string(&mut text).unwrap();
            prop_assert_eq!(text.len() as u64, (bytes.len() as u64).div_ceil(3) * 4);
            prop_assert!(text == STANDARD.encode(&bytes));
        }
    }
}
