//! Tarballs of packages, as `npm pack` makes them and as it never would.

use std::fs;
use std::io::Write as _;

use allclear_core::digest::Digest;
use allclear_testbed::TestEnv;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::content::Content;
use crate::ports::registry::Frozen;
pub(crate) use crate::ports::samples::tarball;

/// Bytes as an artifact of the release.
pub(crate) fn frozen(env: &TestEnv, name: &str, bytes: &[u8]) -> Frozen {
    let digest = Digest::of(bytes);
    let path = env.root().join(format!("{}-{name}", digest.short()));
    fs::write(&path, bytes).unwrap();
    let content = Content::file(path, digest).unwrap();
    Frozen { name: name.to_owned(), path: format!("harbor/1.4.0/{name}"), content }
}

/// The package of this `package.json`, with nothing else in it.
pub(crate) fn package(env: &TestEnv, name: &str, manifest: &str) -> Frozen {
    frozen(env, name, &tarball(&[("package/package.json", manifest)]))
}

/// `board` of a version; with other `words` it is other bytes.
pub(crate) fn board(env: &TestEnv, version: &str, words: &str) -> Frozen {
    let manifest = format!(r#"{{"name": "board", "version": "{version}", "description": "{words}"}}"#);
    package(env, &format!("board-{version}.tgz"), &manifest)
}

/// Gzip that is no tarball.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}
