//! Archives of any shape, as the bytes of every kind of package: read or refused, and never more of them than is allowed.
#![no_main]

use std::io::Write as _;

use allclear_core::digest::Digest;
use allclear_core::python::FileName;
use allclear_core::version::Version;
use allclear_engine::content::Content;
use allclear_engine::ports::registry::Frozen;
use allclear_engine::ports::{crates, npm, oci};
use allclear_engine::python;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(bytes).expect("a disk");
    let (path, release) = (file.path(), Version::new(1, 4, 0));
    if let Ok(image) = oci::image(path, "image.tar") {
        let inside = |blob: &Content| blob.offset + blob.size <= bytes.len() as u64;
        assert!(image.blobs.iter().all(inside), "a layer lies in its archive");
    }
    for name in ["harbor-1.4.0-py3-none-any.whl", "harbor-1.4.0.tar.gz"] {
        let _ = python::read(path, &FileName::read(name).expect("a name"));
    }
    let content = || Content { path: path.to_owned(), offset: 0, size: bytes.len() as u64, sha256: Digest::of(bytes) };
    let frozen = |name: &str| Frozen { name: name.to_owned(), path: name.to_owned(), content: content() };
    let _ = npm::Package::read(&frozen("harbor-1.4.0.tgz"), &release);
    let _ = crates::Package::read(&frozen("harbor-1.4.0.crate"), &release);
});
