//! What is taken to registries before the point of no return, and what is attached to images.

use std::collections::BTreeSet;

use allclear_testbed::{DockerRegistry, SAVE_IMAGE, TestEnv, exchange};
use insta::assert_snapshot;
use serde_json::Value;

use super::sample::{Sample, short};
use super::transcript::{Story, allclear, ends};

/// An image with what is said about it, and a chart, staged before somebody looks at them.
const STEPS: &str = r#"
[[step]]
bump = "chore(release): v{version}"
[[step]]
build = "sh image.sh"
artifacts = "dist/*"
[[step]]
attest = ["sbom", "sha256sums"]
[[step]]
stage = ["oci-image", "charts"]
[[step]]
id = "look"
manual = "Try what is staged"
[[step]]
tag = "v{version}"
[[step]]
publish = "oci-image"
image = "example/kiosk:{version}"
attach = "attestations/*"
[[step]]
publish = "helm-chart"
to = "charts"
charts = "charts/*"
[[step]]
published = ["oci-image", "charts"]
"#;

fn project(steps: &str, targets: &str) -> Sample {
    let sample =
        Sample::with(&short(steps).replace("[environments.staging]", &format!("{targets}[environments.staging]")));
    sample.push_to("main", "image.sh", SAVE_IMAGE, "build: an image");
    sample
}

/// What a registry answers, from its first brace on.
fn json(server: &DockerRegistry, path: &str) -> Value {
    let kinds = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json";
    let answer = exchange(server.port(), "GET", path, &[("Accept", kinds)], b"").unwrap();
    serde_json::from_str(&answer[answer.find('{').unwrap()..]).unwrap_or_else(|error| panic!("{error}: {answer}"))
}

/// The digest that the plan wants an item to have.
fn digest_of(plan: &Value, target: &str) -> String {
    let steps = plan.as_array().unwrap().iter();
    let mut items = steps.flat_map(|step| step["items"].as_array().unwrap());
    items.find(|item| item["target"] == target).unwrap()["desired"].as_str().unwrap().to_owned()
}

#[test]
fn what_is_staged_has_no_name_before_the_tag_and_what_is_attached_is_found_by_the_digest() {
    let server = DockerRegistry::serve(&TestEnv::new());
    let port = server.port();
    let targets = format!(
        "[targets.oci-image]\nurl = \"oci://127.0.0.1:{port}\"\n[targets.charts]\nurl = \"oci://127.0.0.1:{port}/example/charts\"\n"
    );
    let sample = project(STEPS, &targets);
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    let mut story = Story::default();
    story.tell(&ana, "go");
    assert_snapshot!(story.told(), @"

    ana$ allclear go

    kiosk 1.3.0 minor · release commit [id] on release/v1.3.0 · opened just now by ana-example

      ▸ work         5/10
          ✓ branch                   release/v1.3.0 at [id] (just now)
          ✓ bump                     1.3.0 stands in every file of `[versions]` (just now)
          ✓ build                    `sh image.sh` made dist/image.tar (just now, 2 files of evidence)
          ✓ attest                   kiosk-1.3.0.cdx.json, SHA256SUMS about 1 file (just now)
          ✓ stage                    image example/kiosk:1.3.0 by its digest, kiosk-1.3.0.tgz at charts (just now)
          ? look                     Try what is staged
            tag                      tag v1.3.0
            publish-oci-image        publish oci-image
            publish-helm-chart       publish helm-chart
            published                published oci-image, charts

    next  allclear done work/look   anybody: Try what is staged
    |   ✓ work/branch                        release/v1.3.0 at [id]
    |   ✓ work/bump                          1.3.0 stands in every file of `[versions]`
    |   ✓ work/build                         `sh image.sh` made dist/image.tar
    |   ✓ work/attest                        kiosk-1.3.0.cdx.json, SHA256SUMS about 1 file
    |   ✓ work/stage                         image example/kiosk:1.3.0 by its digest, kiosk-1.3.0.tgz at charts
    [4]
    ");

    let tags = json(&server, "/v2/example/kiosk/tags/list");
    assert_eq!(tags["tags"], Value::Null, "nothing has a name yet");
    let plan: Value = serde_json::from_str(&allclear(&ana, "plan --json").stdout).unwrap();
    let digest = digest_of(&plan, "oci-image/example/kiosk:1.3.0");
    let staged = json(&server, &format!("/v2/example/kiosk/manifests/sha256:{digest}"));
    assert_eq!(staged["schemaVersion"], 2);

    ends(&ana, "done look", 0);
    story.tell(&ana, "go");
    assert_snapshot!(story.told(), @"

    ana$ allclear go

    kiosk 1.3.0 minor · release commit [id] on release/v1.3.0 · opened just now by ana-example · finished just now

      ✓ work         10/10

    next  nothing: this release is over
    |   ✓ work/tag                           tag v1.3.0 on [id]
    |   ✓ work/publish-oci-image             image example/kiosk:1.3.0 sha256:[id], 2 attached
    |   ✓ work/publish-helm-chart            kiosk-1.3.0.tgz to charts
    |   ✓ work/published                     1 image of oci-image, 2 attachments of oci-image, 1 file of charts: as they were frozen
    [0]
    ");

    // This registry keeps no list of referrers, so an index stands for it.
    let index = json(&server, &format!("/v2/example/kiosk/manifests/sha256-{digest}"));
    let attached = index["manifests"].as_array().unwrap();
    let titles: BTreeSet<_> =
        attached.iter().map(|one| one["annotations"]["org.opencontainers.image.title"].as_str().unwrap()).collect();
    assert_eq!(titles, BTreeSet::from(["SHA256SUMS", "kiosk-1.3.0.cdx.json"]));
    let bill = attached.iter().find(|one| one["artifactType"] == "application/vnd.cyclonedx+json").unwrap();
    let bill = json(&server, &format!("/v2/example/kiosk/manifests/{}", bill["digest"].as_str().unwrap()));
    assert_eq!(bill["subject"]["digest"], format!("sha256:{digest}"));
    let layer = bill["layers"][0]["digest"].as_str().unwrap();
    assert_eq!(json(&server, &format!("/v2/example/kiosk/blobs/{layer}"))["bomFormat"], "CycloneDX");
    ends(&ana, "audit", 0);
    assert!(allclear(&ana, "reconcile").stdout.contains("SHA256SUMS"));
}

#[test]
fn what_is_published_by_being_there_cannot_be_staged() {
    let steps =
        STEPS.replace("stage = [\"oci-image\", \"charts\"]", "stage = \"files\"") + "[[step]]\npublish = \"files\"\n";
    let folder = "[targets.files]\nfolder = \"../../../services/files\"\n[targets.oci-image]\nfolder = \"../../../services/images\"\n\
                  [targets.charts]\nfolder = \"../../../services/charts\"\n";
    let sample = project(&steps, folder);
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    let mut story = Story::default();
    story.tell(&ana, "go");
    let told = story.told();
    assert_snapshot!(told.lines().find(|line| line.contains("| ") && line.contains("work/stage")).unwrap(), @"|   ! work/stage                         errored: what arrives at `files` is published at once: take `files` out of `stage`");
}
