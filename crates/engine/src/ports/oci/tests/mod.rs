//! Images from every kind of archive, pushed to a real registry, and to one on the way to which things go wrong.

mod archives;
mod charts;
mod referrers;

use std::fs;
use std::path::Path;

use allclear_core::event::Item;
use allclear_core::process::Target;
use allclear_testbed::{DockerRegistry, FaultProxy, PUBLISHER, Ran, TestEnv, Trouble};

use self::archives::{Written, index, layout, saved};
use super::*;
use crate::ports::secret::Secret;
use crate::reach::trial;
use crate::step::{Probe, chain, item};

fn name(text: &str) -> ImageName {
    text.parse().unwrap()
}

fn registry(url: &str, user: Option<(&str, &str)>) -> OciRegistry {
    let secret = user.map(|(user, word)| Secret { user: user.to_owned(), word: word.to_owned() });
    OciRegistry::at(url, "127.0.0.1", secret)
}

fn read(written: &Written) -> Image {
    image(&written.path, "image.tar").unwrap()
}

fn push(images: &dyn Images, name: &ImageName, image: &Image) -> Result<(), StepError> {
    images.push(name, image, &Meter::silent())?;
    images.name(name, image.root().unwrap())
}

/// What an error says, without what differs from run to run.
fn said<T>(result: Result<T, StepError>, server: &str) -> String {
    let error = result.err().map(|error| chain(&error)).expect("an error");
    assert!(!error.contains(PUBLISHER.1), "{error}");
    error.replace(server, "[server]")
}

/// What skopeo copies from the registry: the bytes of all files, by name.
fn copied(env: &TestEnv, port: u16, name: &str) -> Vec<(String, Vec<u8>)> {
    let to = env.root().join(format!("copied-{}", name.replace(['/', ':'], "-")));
    let mut skopeo = env.command("skopeo");
    skopeo.args(["copy", "--quiet", "--all", "--src-tls-verify=false", "--insecure-policy"]);
    skopeo.arg(format!("docker://127.0.0.1:{port}/{name}")).arg(format!("dir:{}", to.display()));
    Ran::of(&mut skopeo).expect_success();
    let mut files: Vec<_> = fs::read_dir(&to)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

fn holds(files: &[(String, Vec<u8>)], bytes: &[u8]) -> bool {
    files.iter().any(|(_, file)| file == bytes)
}

#[test]
fn every_kind_of_archive_arrives_byte_for_byte() {
    let env = TestEnv::new();
    let server = DockerRegistry::serve(&env);
    let images = registry(&server.url(), None);
    for (kind, written) in
        [("layout", layout(env.root(), "a")), ("saved", saved(env.root(), "b")), ("index", index(env.root(), "c"))]
    {
        let (image, name) = (read(&written), name(&format!("example/{kind}:1.4.0")));
        assert_eq!(images.find(&name).unwrap(), None);
        push(&images, &name, &image).unwrap();
        let root = image.root().unwrap();
        assert_eq!(images.find(&name).unwrap(), Some(root.digest));
        assert_eq!(images.manifest(&name, &root.digest).unwrap().as_ref(), Some(root));
        let copied = copied(&env, server.port(), &format!("example/{kind}:1.4.0"));
        for layer in &written.layers {
            assert!(holds(&copied, layer), "{kind}");
        }
        assert!(holds(&copied, &root.bytes), "{kind}");
    }
}

#[test]
fn the_same_archive_is_always_the_same_image() {
    let env = TestEnv::new();
    let digest = |written: &Written| read(written).root().unwrap().digest;
    for make in [layout, saved, index] {
        assert_eq!(digest(&make(env.root(), "one")), digest(&make(env.root(), "one")));
        assert_ne!(digest(&make(env.root(), "one")), digest(&make(env.root(), "two")));
    }
}

#[test]
fn a_folder_in_oci_layout_is_a_registry_too() {
    let env = TestEnv::new();
    let layout = OciLayout::new(env.root().join("layout"));
    let (one, two) = (read(&index(env.root(), "one")), read(&saved(env.root(), "two")));
    let (first, second) = (name("example/harbor:1.4.0"), name("example/harbor:latest"));
    layout.push(&first, &one, &Meter::silent()).unwrap();
    assert_eq!(layout.find(&first).unwrap(), None, "what has no name is not seen");
    assert!(layout.has(&first, &one.root().unwrap().digest).unwrap());
    layout.name(&first, one.root().unwrap()).unwrap();
    push(&layout, &second, &one).unwrap();
    push(&layout, &second, &two).unwrap();
    assert_eq!(layout.find(&first).unwrap(), Some(one.root().unwrap().digest));
    assert_eq!(layout.find(&second).unwrap(), Some(two.root().unwrap().digest), "a pointer moves");
    assert_eq!(layout.tags(&first).unwrap(), ["1.4.0", "latest"]);
    let mut skopeo = env.command("skopeo");
    let from = format!("oci:{}:example/harbor:latest", env.root().join("layout").display());
    skopeo.args(["inspect", "--raw", &from]);
    assert_eq!(Ran::of(&mut skopeo).expect_success().as_bytes(), two.root().unwrap().bytes);
}

#[test]
fn what_is_no_image_is_refused_with_a_reason() {
    let env = TestEnv::new();
    let refused = |path: &Path| {
        let text = said(image(path, "image.tar"), "-");
        let at = text.find("sha256/").map(|at| at + 7);
        at.map_or(text.clone(), |at| format!("{}[digest]{}", &text[..at], &text[at + 64..]))
    };
    let text = env.root().join("text");
    fs::write(&text, "no archive at all").unwrap();
    insta::assert_snapshot!(refused(&text), @"cannot read `image.tar` as a tar archive, which an OCI archive and what `docker save` writes are: failed to read entire block");
    insta::assert_snapshot!(refused(&archives::without_a_layer(env.root())), @"`image.tar` is no image that can be published: it lacks `blobs/sha256/[digest]`, which its manifest names");
    insta::assert_snapshot!(refused(&archives::with_another_manifest(env.root())), @"`image.tar` is no image that can be published: it has other bytes in `blobs/sha256/[digest]` than its name says");
    insta::assert_snapshot!(refused(&archives::of_two(env.root())), @"`image.tar` is no image that can be published: it holds 2 images, and one is expected");
    insta::assert_snapshot!(refused(&env.root().join("nowhere")), @"cannot read `image.tar` as a tar archive, which an OCI archive and what `docker save` writes are: No such file or directory (os error 2)");
}

#[test]
fn a_registry_with_a_password_takes_images_from_who_knows_it() {
    let env = TestEnv::new();
    let server = DockerRegistry::serve_for(&env, PUBLISHER);
    let (image, name) = (read(&layout(env.root(), "a")), name("example/harbor:1.4.0"));
    let (stranger, wrong) = (registry(&server.url(), None), registry(&server.url(), Some(("publisher", "wrong"))));
    insta::assert_snapshot!(said(stranger.admits(&name), &server.url()), @"an upload to `127.0.0.1/example/harbor` was refused with status 401 (authentication required): log in with `docker login`, or set the variable that `token` of the target names; it must be allowed to push");
    insta::assert_snapshot!(said(wrong.admits(&name), &server.url()), @"an upload to `127.0.0.1/example/harbor` was refused with status 401 (authentication required): log in with `docker login`, or set the variable that `token` of the target names; it must be allowed to push");
    insta::assert_snapshot!(said(push(&wrong, &name, &image), &server.url()), @"looking for a layer of `127.0.0.1/example/harbor` was refused with status 401: log in with `docker login`, or set the variable that `token` of the target names; it must be allowed to push");
    let own = registry(&server.url(), Some(PUBLISHER));
    own.admits(&name).unwrap();
    assert_eq!(own.tags(&name).unwrap(), Vec::<String>::new(), "the question leaves nothing behind");
    push(&own, &name, &image).unwrap();
    assert_eq!(own.find(&name).unwrap(), Some(image.root().unwrap().digest));
}

#[test]
fn other_bytes_under_the_same_tag_are_found_and_left_alone() {
    let env = TestEnv::new();
    let server = DockerRegistry::serve(&env);
    let (ours, theirs) = (read(&layout(env.root(), "ours")), read(&layout(env.root(), "theirs")));
    let (images, name) = (registry(&server.url(), None), name("example/harbor:1.4.0"));
    push(&images, &name, &theirs).unwrap();
    let error = reach(&images, &name, &ours, &Vec::new).unwrap_err();
    let (found, wanted) = (theirs.root().unwrap().digest.to_string(), ours.root().unwrap().digest.to_string());
    assert!(matches!(error, StepError::Foreign { found: f, wanted: w, .. } if f == found && w == wanted));
    assert_eq!(images.find(&name).unwrap(), Some(theirs.root().unwrap().digest));
}

#[test]
fn a_layer_that_changed_after_it_was_frozen_is_never_taken() {
    let env = TestEnv::new();
    let server = DockerRegistry::serve(&env);
    let written = layout(env.root(), "a");
    let (image, images, name) = (read(&written), registry(&server.url(), None), name("example/harbor:1.4.0"));
    let blob = image.blobs.iter().max_by_key(|blob| blob.size).unwrap();
    let mut bytes = fs::read(&written.path).unwrap();
    bytes[usize::try_from(blob.offset).unwrap() + 100] ^= 1;
    fs::write(&written.path, bytes).unwrap();
    let said = said(push(&images, &name, &image), &server.url());
    assert!(said.contains("the file has changed since"), "{said}");
    assert_eq!(images.find(&name).unwrap(), None);
    assert!(!images.has_blob(&name, &blob.sha256).unwrap());
}

fn reach(
    images: &dyn Images,
    name: &ImageName,
    image: &Image,
    met: &dyn Fn() -> Vec<String>,
) -> Result<Option<String>, StepError> {
    let root = image.root().unwrap();
    let item: Item = item(name.to_string(), root.digest, format!("image {name}"));
    let probe = || {
        Ok(match images.find(name)? {
            None => Probe::Absent,
            Some(found) if found == root.digest => Probe::Ours { place: None },
            Some(found) => Probe::Foreign { found: found.to_string() },
        })
    };
    trial::runs(&item, &probe, &|| push(images, name, image), met)
}

#[test]
fn whatever_goes_wrong_on_the_way_there_is_one_image_with_the_frozen_bytes() {
    let env = TestEnv::new();
    let server = DockerRegistry::serve_for(&env, PUBLISHER);
    let direct = registry(&server.url(), Some(PUBLISHER));
    let proxy = FaultProxy::before(server.port());
    for seed in 0..200 {
        let written =
            if seed % 2 == 0 { layout(env.root(), &seed.to_string()) } else { index(env.root(), &seed.to_string()) };
        let (image, name) = (read(&written), name(&format!("example/harbor-{seed}:1.4.0")));
        proxy.meet(FaultProxy::schedule(seed));
        let images = registry(&proxy.url(), Some(PUBLISHER));
        reach(&images, &name, &image, &|| proxy.met())
            .unwrap_or_else(|error| panic!("{seed}: {error}: {:#?}", proxy.met()));
        let root = image.root().unwrap();
        assert_eq!(direct.find(&name).unwrap(), Some(root.digest), "{seed}");
        assert_eq!(direct.tags(&name).unwrap(), ["1.4.0"], "{seed}");
        for manifest in &image.manifests {
            assert_eq!(direct.manifest(&name, &manifest.digest).unwrap().as_ref(), Some(manifest), "{seed}");
        }
        for blob in &image.blobs {
            assert!(direct.has_blob(&name, &blob.sha256).unwrap(), "{seed}");
        }
    }
}

#[test]
fn a_service_that_wants_to_be_left_alone_is_left_alone_as_long_as_it_says() {
    let env = TestEnv::new();
    let server = DockerRegistry::serve(&env);
    let proxy = FaultProxy::before(server.port());
    proxy.meet([Some(Trouble::TooMany { retry_after_s: 7 })]);
    let error = registry(&proxy.url(), None).find(&name("example/harbor:1.4.0")).unwrap_err();
    assert!(matches!(&error, StepError::Passing { after: Some(after), .. } if after.as_secs() == 7), "{error}");
    insta::assert_snapshot!(error.to_string().replace(&proxy.url(), "[server]"), @"`HEAD [server]/v2/example/harbor/manifests/1.4.0`: the service answers with status 429");
}
