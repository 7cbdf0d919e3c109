//! What registries and the files of packages say: whatever it is, it is read or refused, and an index keeps what it listed.
#![no_main]

use allclear_core::attest::{key, lockfiles};
use allclear_core::crates::{Config, Home, Manifest, Name};
use allclear_core::digest::Digest;
use allclear_core::helm::{index, yaml};
use allclear_core::image_name::ImageName;
use allclear_core::python::{FileName, Metadata, Notation};
use allclear_core::{crates, python};
use libfuzzer_sys::fuzz_target;

const FILE: &str = "harbor-1.4.0.tar.gz";

fuzz_target!(|text: &str| {
    of_python(text);
    chart_index(text);
    for name in lockfiles::NAMES {
        let _ = lockfiles::read(name, text);
    }
    if let Ok(name) = text.parse::<ImageName>() {
        assert_eq!(name.to_string().parse::<ImageName>().as_ref(), Ok(&name), "a name is what it is written as");
    }
    let _ = key::PublicKey::read(text);
    of_crates(text);
});

fn of_python(text: &str) {
    let _ = FileName::read(text);
    let _ = Metadata::read(text.as_bytes());
    for notation in [Notation::Json, Notation::Html] {
        let _ = python::listed(text, notation, FILE);
    }
}

/// An entry that could be added is listed, and what was listed before still is.
fn chart_index(text: &str) {
    let manifest = yaml::read("apiVersion: v2\nname: harbor\nversion: 1.4.0\n").expect("a manifest").root;
    let digest = Digest::of(b"a chart");
    let before = index::listed(text, "harbor", "1.3.0").ok();
    let Ok(after) = index::add(Some(text), &index::Listing::new(&manifest, digest, "harbor-1.4.0.tgz")) else { return };
    let listed = index::listed(&after, "harbor", "1.4.0").expect("an index of ours can be read");
    assert!(listed.contains(&digest.to_string()));
    assert_eq!(index::listed(&after, "harbor", "1.3.0").ok(), before);
}

fn of_crates(text: &str) {
    let _ = crates::listed(text, &"1.4.0".parse().expect("a version"));
    let _ = Config::read(text.as_bytes());
    if let Ok(name) = Name::new(text) {
        assert!(name.index_path().ends_with(&name.as_str().to_lowercase()));
    }
    if let Ok(manifest) = Manifest::read(text) {
        let _ = (manifest.wanted(), manifest.told(None, Home::CratesIo), manifest.refused_by_crates_io());
    }
}
