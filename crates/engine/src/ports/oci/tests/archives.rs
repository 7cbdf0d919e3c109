//! Archives as build tools leave them, with contents that a word decides.

use std::fs::File;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::super::*;

/// An archive, and the layers in it.
pub(super) struct Written {
    pub(super) path: PathBuf,
    pub(super) layers: Vec<Vec<u8>>,
}

type Files = Vec<(String, Vec<u8>)>;

fn write(folder: &Path, name: &str, files: &Files) -> PathBuf {
    let path = folder.join(format!("{name}.tar"));
    let mut tar = tar::Builder::new(File::create(&path).unwrap());
    for (inside, bytes) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, inside, bytes.as_slice()).unwrap();
    }
    tar.finish().unwrap();
    path
}

/// A layer with one file, large enough that half of it is more than one packet.
fn layer(word: &str) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    let content = word.repeat(16_000 / word.len());
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o644);
    tar.append_data(&mut header, "file", content.as_bytes()).unwrap();
    tar.into_inner().unwrap()
}

fn config(layer: &[u8], architecture: &str) -> Vec<u8> {
    let diff = format!("sha256:{}", Digest::of(layer));
    json!({ "architecture": architecture, "os": "linux", "rootfs": { "type": "layers", "diff_ids": [diff] } })
        .to_string()
        .into_bytes()
}

fn described(media_type: &str, bytes: &[u8]) -> Value {
    descriptor(media_type, &Digest::of(bytes), bytes.len() as u64)
}

fn blob(files: &mut Files, bytes: &[u8]) {
    files.push((format!("blobs/sha256/{}", Digest::of(bytes)), bytes.to_owned()));
}

/// Adds an image for one platform, and returns what names it.
fn image_of(files: &mut Files, word: &str, architecture: &str) -> (Value, Vec<u8>) {
    let layer = layer(word);
    let config = config(&layer, architecture);
    let manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST, "config": described(CONFIG, &config), "layers": [described(LAYER, &layer)],
    });
    let manifest = manifest.to_string().into_bytes();
    [&layer, &config, &manifest].iter().for_each(|bytes| blob(files, bytes));
    let mut named = described(MANIFEST, &manifest);
    named["platform"] = json!({ "architecture": architecture, "os": "linux" });
    (named, layer)
}

fn layout_of(files: &mut Files, roots: &[Value]) {
    files.push(("oci-layout".to_owned(), br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec()));
    files.push(("index.json".to_owned(), json!({ "schemaVersion": 2, "manifests": roots }).to_string().into_bytes()));
}

/// What `docker buildx build --output type=oci` leaves.
pub(super) fn layout(folder: &Path, word: &str) -> Written {
    let mut files = Vec::new();
    let (root, layer) = image_of(&mut files, word, "amd64");
    layout_of(&mut files, &[root]);
    Written { path: write(folder, &format!("layout-{word}"), &files), layers: vec![layer] }
}

/// The same for two platforms.
pub(super) fn index(folder: &Path, word: &str) -> Written {
    let mut files = Vec::new();
    let (one, first) = image_of(&mut files, &format!("{word} amd"), "amd64");
    let (other, second) = image_of(&mut files, &format!("{word} arm"), "arm64");
    let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": [one, other] }).to_string().into_bytes();
    blob(&mut files, &index);
    layout_of(&mut files, &[described(INDEX, &index)]);
    Written { path: write(folder, &format!("index-{word}"), &files), layers: vec![first, second] }
}

/// What `docker save` wrote before it wrote a layout.
pub(super) fn saved(folder: &Path, word: &str) -> Written {
    let layer = layer(word);
    let manifest = json!([{ "Config": "config.json", "RepoTags": ["example:1"], "Layers": ["abc/layer.tar"] }]);
    let files = vec![
        ("abc/layer.tar".to_owned(), layer.clone()),
        ("config.json".to_owned(), config(&layer, "amd64")),
        ("manifest.json".to_owned(), manifest.to_string().into_bytes()),
    ];
    Written { path: write(folder, &format!("saved-{word}"), &files), layers: vec![layer] }
}

pub(super) fn without_a_layer(folder: &Path) -> PathBuf {
    let mut files = Vec::new();
    let (root, _) = image_of(&mut files, "x", "amd64");
    files.remove(0);
    layout_of(&mut files, &[root]);
    write(folder, "without", &files)
}

pub(super) fn with_another_manifest(folder: &Path) -> PathBuf {
    let mut files = Vec::new();
    let (root, _) = image_of(&mut files, "x", "amd64");
    if let Some((_, manifest)) = files.last_mut() {
        manifest.push(b' ');
    }
    layout_of(&mut files, &[root]);
    write(folder, "another", &files)
}

pub(super) fn of_two(folder: &Path) -> PathBuf {
    let mut files = Vec::new();
    let roots = ["x", "y"].map(|word| image_of(&mut files, word, "amd64").0);
    layout_of(&mut files, &roots);
    write(folder, "two", &files)
}
