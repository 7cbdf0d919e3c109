//! What is attached to an image, at a real registry that keeps no list of referrers, in a folder, and at one that does.

use allclear_testbed::{DockerRegistry, FaultProxy, TestEnv};

use super::archives::layout;
use super::*;
use crate::ports::double::Double;
use crate::ports::registry::Frozen;

/// Files that are attached to the image with this manifest, and say so.
fn attached(env: &TestEnv, subject: &Manifest, names: &[&str]) -> Vec<Referrer> {
    let file = |name: &&str| {
        let (path, text) = (env.root().join(name), format!("{name} of {}", subject.digest));
        fs::write(&path, &text).unwrap();
        let content = Content::file(path, Digest::of(text.as_bytes())).unwrap();
        Referrer::new(&Frozen { name: (*name).to_owned(), path: (*name).to_owned(), content }, subject)
    };
    names.iter().map(|name| file(name).unwrap()).collect()
}

fn attach(images: &dyn Images, name: &ImageName, subject: &Digest, all: &[&Referrer]) -> Result<(), StepError> {
    all.iter().try_for_each(|one| images.push(name, &one.image, &Meter::silent()))?;
    images.refer(name, subject, &all.iter().map(|one| &one.manifest).collect::<Vec<_>>())
}

fn titles(images: &dyn Images, name: &ImageName, subject: &Digest) -> Vec<String> {
    let listed = images.referrers(name, subject).unwrap();
    let title = |one: &Value| one["annotations"]["org.opencontainers.image.title"].as_str().unwrap().to_owned();
    listed.iter().map(title).collect()
}

#[test]
fn what_is_attached_is_listed_once_at_its_image() {
    let env = TestEnv::new();
    let server = DockerRegistry::serve(&env);
    let folder = OciLayout::new(env.root().join("layout"));
    let (one, other) = (read(&layout(env.root(), "one")), read(&layout(env.root(), "other")));
    for images in [&registry(&server.url(), None) as &dyn Images, &folder] {
        let name = name("example/harbor:1.4.0");
        push(images, &name, &one).unwrap();
        let subject = one.root().unwrap().digest;
        let all = attached(&env, one.root().unwrap(), &["a.cdx.json", "SHA256SUMS"]);
        assert_eq!(titles(images, &name, &subject), Vec::<String>::new());
        attach(images, &name, &subject, &[&all[0]]).unwrap();
        attach(images, &name, &subject, &[&all[0], &all[1]]).unwrap();
        assert_eq!(titles(images, &name, &subject), ["a.cdx.json", "SHA256SUMS"]);
        assert_eq!(titles(images, &name, &other.root().unwrap().digest), Vec::<String>::new());
        assert_eq!(images.find(&name).unwrap(), Some(subject), "the name leads to the image as before");
    }
}

#[test]
fn the_same_file_is_always_attached_with_the_same_bytes() {
    let env = TestEnv::new();
    let image = read(&layout(env.root(), "a"));
    let manifest = |_| attached(&env, image.root().unwrap(), &["a.cdx.json"])[0].manifest.clone();
    let [one, two] = [0, 1].map(manifest);
    assert_eq!(one, two);
    let said: Value = serde_json::from_slice(&one.bytes).unwrap();
    assert_eq!(said["artifactType"], "application/vnd.cyclonedx+json");
    assert_eq!(said["subject"]["digest"], format!("sha256:{}", image.root().unwrap().digest));
}

#[test]
fn a_registry_that_lists_referrers_itself_is_believed() {
    let env = TestEnv::new();
    let image = read(&layout(env.root(), "a"));
    let all = attached(&env, image.root().unwrap(), &["a.cdx.json"]);
    let (subject, digest) = (image.root().unwrap().digest, all[0].manifest.digest);
    let page = |digest: &str| format!(r#"{{"schemaVersion":2,"manifests":[{{"digest":"sha256:{digest}","size":1}}]}}"#);
    const NEXT: &str =
        "application/vnd.oci.image.index.v1+json\r\nLink: </v2/example/harbor/referrers/more>; rel=\"next\"";
    let double = Double::serve(vec![
        (200, NEXT, page(&"0".repeat(64))),
        (200, "application/vnd.oci.image.index.v1+json", page(&digest.to_string())),
        (200, "application/vnd.oci.image.index.v1+json", page(&digest.to_string())),
    ]);
    let images = registry(double.url.trim_end_matches('/'), None);
    assert!(lists(&images.referrers(&name("example/harbor:1.4.0"), &subject).unwrap(), &digest));
    images.refer(&name("example/harbor:1.4.0"), &subject, &[&all[0].manifest]).unwrap();
    let asked: Vec<_> =
        double.seen().into_iter().map(|one| one.request.replace(&subject.to_string(), "[subject]")).collect();
    assert_eq!(
        asked,
        [
            "GET /v2/example/harbor/referrers/sha256:[subject]",
            "GET /v2/example/harbor/referrers/more",
            "GET /v2/example/harbor/referrers/sha256:[subject]",
        ]
    );
}

#[test]
fn whatever_goes_wrong_on_the_way_everything_is_attached_and_what_others_attached_stays() {
    let env = TestEnv::new();
    let server = DockerRegistry::serve(&env);
    let direct = registry(&server.url(), None);
    let proxy = FaultProxy::before(server.port());
    let name = name("example/harbor:1.4.0");
    for seed in 0..200 {
        // What is attached need not wait for the image.
        let manifest = Manifest::new(MANIFEST, format!("{{\"seed\":{seed}}}").into_bytes());
        let subject = manifest.digest;
        let all = attached(&env, &manifest, &["a.cdx.json", "SHA256SUMS", "of-others"]);
        let (ours, theirs) = all.split_at(2);
        attach(&direct, &name, &subject, &[&theirs[0]]).unwrap();
        proxy.meet(FaultProxy::schedule(seed));
        let images = registry(&proxy.url(), None);
        for at in 0..ours.len() {
            let digest = ours[at].manifest.digest;
            let probe = || {
                let is_there = images.has(&name, &digest)? && lists(&images.referrers(&name, &subject)?, &digest);
                Ok(if is_there { Probe::Ours { place: None } } else { Probe::Absent })
            };
            let act = || {
                images.push(&name, &ours[at].image, &Meter::silent())?;
                images.refer(&name, &subject, &ours[..=at].iter().map(|one| &one.manifest).collect::<Vec<_>>())
            };
            trial::runs(&item("an attachment", digest, "it"), &probe, &act, &|| proxy.met())
                .unwrap_or_else(|error| panic!("{seed}: {error}: {:#?}", proxy.met()));
        }
        let mut titles = titles(&direct, &name, &subject);
        titles.sort();
        assert_eq!(titles, ["SHA256SUMS", "a.cdx.json", "of-others"], "{seed}: {:#?}", proxy.met());
        for one in ours {
            let blobs = one.image.blobs.iter();
            assert!(blobs.clone().all(|blob| direct.has_blob(&name, &blob.sha256).unwrap()), "{seed}");
        }
    }
}
