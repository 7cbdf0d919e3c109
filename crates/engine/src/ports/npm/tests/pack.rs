//! Tarballs of packages, as `npm pack` makes them and as it never would.

use std::fs;
use std::io::Write as _;

use allclear_core::digest::Digest;
use allclear_testbed::TestEnv;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::content::Content;
use crate::ports::registry::Frozen;

/// Bytes as an artifact of the release.
pub(crate) fn frozen(env: &TestEnv, name: &str, bytes: &[u8]) -> Frozen {
    let digest = Digest::of(bytes);
    let path = env.root().join(format!("{}-{name}", digest.short()));
    fs::write(&path, bytes).unwrap();
    let content = Content::file(path, digest).unwrap();
    Frozen { name: name.to_owned(), path: format!("harbor/1.4.0/{name}"), content }
}

/// A tarball of these files.
pub(crate) fn tarball(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    archive.into_inner().unwrap().finish().unwrap()
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
