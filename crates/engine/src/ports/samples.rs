//! Frozen files for the tests of registries.

use std::fs;

use allclear_core::digest::Digest;
use allclear_testbed::TestEnv;
use flate2::Compression;
use flate2::write::GzEncoder;

use super::registry::Frozen;
use crate::content::Content;

/// A file with these bytes, to be published under this path; the same path may have other bytes in another file.
pub(crate) fn frozen(env: &TestEnv, path: &str, bytes: &[u8]) -> Frozen {
    let sha256 = Digest::of(bytes);
    let at = env.root().join(sha256.to_string());
    fs::write(&at, bytes).unwrap();
    let name = path.rsplit('/').next().unwrap().to_owned();
    Frozen { name, path: path.to_owned(), content: Content::file(at, sha256).unwrap() }
}

/// The same file for somebody who does not have its bytes.
pub(crate) fn without_bytes(file: &Frozen) -> Frozen {
    let content = Content { path: "nowhere".into(), size: 0, ..file.content.clone() };
    Frozen { content, ..file.clone() }
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
