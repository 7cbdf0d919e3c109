//! What was done and cannot be taken back is held against what is there, and put back where it has gone.

use std::fs;

use allclear_testbed::{DockerRegistry, Ran, Repo, SAVE_IMAGE, TestEnv, exchange};
use insta::assert_snapshot;

use super::sample::{Sample, short};
use super::transcript::{Story, ends, says};

/// A release of two files and a tag, finished.
fn finished() -> (Sample, Repo) {
    let steps = "[[step]]\nbuild = \"sh build.sh\"\nartifacts = \"dist/*\"\n[[step]]\ntag = \"v{version}\"\n\
                 [[step]]\npublish = \"files\"\nto = \"pypi\"\n";
    let sample = Sample::with(&short(steps));
    sample.push_to(
        "main",
        "build.sh",
        "mkdir -p dist; echo tea > dist/menu.txt; echo free > dist/price.txt\n",
        "build: a menu",
    );
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 0);
    (sample, ana)
}

#[test]
fn a_deleted_tag_and_a_deleted_file_are_missing_and_come_back_with_the_same_bytes() {
    let (sample, ana) = finished();
    let mut story = Story::default();
    story.tell(&ana, "reconcile");
    let tag = sample.origin.git(&["rev-parse", "refs/tags/v1.3.0"]);
    let events = sample.ledger();
    sample.origin.git(&["tag", "--delete", "v1.3.0"]);
    ana.git(&["tag", "--delete", "v1.3.0"]);
    let file = sample.services().join("pypi/kiosk/1.3.0/menu.txt");
    fs::remove_file(&file).unwrap();
    story.tell(&ana, "reconcile");
    assert_eq!(sample.ledger(), events, "who only looks writes nothing");
    assert!(!file.exists());
    story.tell(&ana, "reconcile --repair");
    assert_eq!(sample.origin.git(&["rev-parse", "refs/tags/v1.3.0"]), tag, "the same object");
    assert_eq!(fs::read_to_string(&file).unwrap(), "tea\n");
    story.tell(&ana, "reconcile --repair");
    story.tell(&ana, "audit");
    assert_snapshot!(story.told(), @"

    ana$ allclear reconcile
    ✓ work/tag  refs/tags/v1.3.0  ours
    ✓ work/publish-files  pypi/kiosk/1.3.0/menu.txt  ours
    ✓ work/publish-files  pypi/kiosk/1.3.0/price.txt  ours
    [0]

    ana$ allclear reconcile
    ✗ work/tag  refs/tags/v1.3.0  missing
    ✗ work/publish-files  pypi/kiosk/1.3.0/menu.txt  missing
    ✓ work/publish-files  pypi/kiosk/1.3.0/price.txt  ours
    | `allclear reconcile --repair` puts back what is missing
    [1]

    ana$ allclear reconcile --repair
    ✓ work/tag  refs/tags/v1.3.0  put back
    ✓ work/publish-files  pypi/kiosk/1.3.0/menu.txt  put back
    ✓ work/publish-files  pypi/kiosk/1.3.0/price.txt  ours
    [0]

    ana$ allclear reconcile --repair
    ✓ work/tag  refs/tags/v1.3.0  ours
    ✓ work/publish-files  pypi/kiosk/1.3.0/menu.txt  ours
    ✓ work/publish-files  pypi/kiosk/1.3.0/price.txt  ours
    [0]

    ana$ allclear audit
    ~ 1.3.0: work/tag put back refs/tags/v1.3.0, by ana-example
    ~ 1.3.0: work/publish-files put back pypi/kiosk/1.3.0/menu.txt, by ana-example
    verified: 14 events, 1 release
    [0]
    ");
    let report = says(&ana, "report 1.3.0");
    let told = report.split("## ").find(|part| part.starts_with("Put back")).unwrap();
    assert!(told.contains("- `work/tag`: refs/tags/v1.3.0 (ana-example, "), "{told}");
    let page = sample.env.root().join("report.html");
    ends(&ana, &format!("report 1.3.0 --html {}", page.display()), 0);
    assert!(fs::read_to_string(page).unwrap().contains("<code>work/tag</code>: refs/tags/v1.3.0"));
    assert_snapshot!(sample.ledger().strip_prefix(events.as_str()).unwrap().trim(), @"
    1.3.0: work/tag is about to put back refs/tags/v1.3.0
    1.3.0: work/tag put back refs/tags/v1.3.0
    1.3.0: work/publish-files is about to put back pypi/kiosk/1.3.0/menu.txt
    1.3.0: work/publish-files put back pypi/kiosk/1.3.0/menu.txt
    ");
}

#[test]
fn what_is_foreign_is_named_with_both_digests_and_left_alone() {
    let (sample, ana) = finished();
    let file = sample.services().join("pypi/kiosk/1.3.0/menu.txt");
    fs::write(&file, "gin\n").unwrap();
    let events = sample.ledger();
    assert_snapshot!(says(&ana, "reconcile --repair"), @"
    ✓ work/tag  refs/tags/v1.3.0  ours
    ✗ work/publish-files  pypi/kiosk/1.3.0/menu.txt  foreign: [id] is there, and [id] was recorded
    ✓ work/publish-files  pypi/kiosk/1.3.0/price.txt  ours
    [6]
    ");
    assert_eq!(fs::read_to_string(&file).unwrap(), "gin\n");
    assert_eq!(sample.ledger(), events, "nothing was put back, and nothing is told");
    let said = says(&ana, "reconcile --json");
    assert!(said.contains(r#""state":"foreign""#) && said.contains(r#""exit":"conflict""#), "{said}");
}

#[test]
fn while_the_remote_is_away_nothing_is_put_back() {
    let (sample, ana) = finished();
    let file = sample.services().join("pypi/kiosk/1.3.0/menu.txt");
    fs::remove_file(&file).unwrap();
    sample.down(true);
    assert_snapshot!(says(&ana, "reconcile --repair"), @"
    ? work/tag  refs/tags/v1.3.0  not known: the remote `origin` cannot be reached: fatal: '[root]/origin.git' does not appear to be a git repository
    ✗ work/publish-files  pypi/kiosk/1.3.0/menu.txt  missing, and was not put back: the others cannot be told: fatal: '[root]/origin.git' does not appear to be a git repository
    ✓ work/publish-files  pypi/kiosk/1.3.0/price.txt  ours
    [1]
    ");
    assert!(!file.exists(), "the others could not be told");
    sample.down(false);
    ends(&ana, "reconcile --repair --release 1.3.0", 0);
    assert!(file.exists());
}

#[test]
fn a_clone_without_the_bytes_says_where_they_are() {
    let (sample, ana) = finished();
    let events = sample.ledger();
    fs::remove_file(sample.services().join("pypi/kiosk/1.3.0/menu.txt")).unwrap();
    assert_snapshot!(says(&sample.bo(), "reconcile --repair"), @"
    ✓ work/tag  refs/tags/v1.3.0  ours
    ✗ work/publish-files  pypi/kiosk/1.3.0/menu.txt  missing, and was not put back: `kiosk/1.3.0/menu.txt` was built in another clone and its bytes are not here: go on from there
    ✓ work/publish-files  pypi/kiosk/1.3.0/price.txt  ours
    [1]
    ");
    ends(&ana, "audit", 0);
    ends(&ana, "reconcile --repair", 0);
    assert_snapshot!(sample.ledger().strip_prefix(events.as_str()).unwrap().trim(), @"
    1.3.0: work/publish-files is about to put back pypi/kiosk/1.3.0/menu.txt
    1.3.0: work/publish-files could not put back pypi/kiosk/1.3.0/menu.txt
    1.3.0: work/publish-files is about to put back pypi/kiosk/1.3.0/menu.txt
    1.3.0: work/publish-files put back pypi/kiosk/1.3.0/menu.txt
    ");
}

/// The digest of a manifest in a registry; none where it is not there.
fn manifest(server: &DockerRegistry) -> Option<String> {
    let accept = [("Accept", "application/vnd.oci.image.manifest.v1+json")];
    let said = exchange(server.port(), "HEAD", "/v2/example/kiosk/manifests/1.3.0", &accept, b"").unwrap();
    let line = said.lines().find(|line| line.to_ascii_lowercase().starts_with("docker-content-digest: "))?;
    Some(line.split(' ').nth(1)?.trim().to_owned())
}

#[test]
fn an_image_whose_tag_was_deleted_in_its_registry_is_pushed_again() {
    let sample = Sample::with("");
    let server = DockerRegistry::serve(&sample.env);
    let steps = "[[step]]\nbuild = \"sh build.sh\"\nartifacts = \"dist/*\"\n\
                 [[step]]\npublish = \"oci-image\"\nimage = \"example/kiosk:{version}\"\n";
    let target = format!("[targets.oci-image]\nurl = \"oci://127.0.0.1:{}\"\n", server.port());
    sample.push_to("main", "allclear.toml", &format!("{}\n{target}", short(steps)), "chore: a process");
    sample.push_to("main", "build.sh", SAVE_IMAGE, "build: an image");
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 0);
    let digest = manifest(&server).expect("the image");
    let _ = exchange(server.port(), "DELETE", &format!("/v2/example/kiosk/manifests/{digest}"), &[], b"");
    assert_eq!(manifest(&server), None);
    let mut story = Story::default();
    story.tell(&ana, "reconcile").tell(&ana, "reconcile --repair").tell(&ana, "audit");
    assert_snapshot!(story.told(), @"

    ana$ allclear reconcile
    ✗ work/publish-oci-image  oci-image/example/kiosk:1.3.0  missing
    | `allclear reconcile --repair` puts back what is missing
    [1]

    ana$ allclear reconcile --repair
    ✓ work/publish-oci-image  oci-image/example/kiosk:1.3.0  put back
    [0]

    ana$ allclear audit
    ~ 1.3.0: work/publish-oci-image put back oci-image/example/kiosk:1.3.0, by ana-example
    verified: 10 events, 1 release
    [0]
    ");
    assert_eq!(manifest(&server), Some(digest));
}

#[test]
fn before_anything_was_done_there_is_nothing_to_hold_against() {
    let sample = Sample::new();
    let ana = sample.ana();
    assert_snapshot!(says(&ana, "reconcile"), @"
    | error: no release is in the ledger
    | hint: `allclear start minor` opens one
    [64]
    ");
    ends(&ana, "start minor", 0);
    assert_snapshot!(says(&ana, "reconcile"), @"
    1.3.0 has done nothing yet that cannot be taken back
    [0]
    ");
}

#[test]
fn what_a_registry_says_of_itself_is_not_believed_where_it_is_downloaded() {
    let services = TestEnv::new();
    let server = DockerRegistry::serve(&services);
    let steps = "[[step]]\nbuild = \"sh image.sh\"\nartifacts = \"dist/*\"\n[[step]]\npublish = \"oci-image\"\nimage = \"example/kiosk:{version}\"\n";
    let target = format!("[targets.oci-image]\nurl = \"oci://127.0.0.1:{}\"\n[environments.staging]", server.port());
    let sample = Sample::with(&short(steps).replace("[environments.staging]", &target));
    sample.push_to("main", "image.sh", SAVE_IMAGE, "build: an image");
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 0);
    ends(&ana, "reconcile --download", 0);
    // The layer is the word `layer`, and now it is another one.
    let data = services.root().join(format!("docker-registry-{}/data", server.port()));
    let found = Ran::of(services.command("grep").args(["-rlx", "layer"]).arg(data)).expect_success();
    fs::write(found.trim(), "LAYER").unwrap();
    let mut story = Story::default();
    story.tell(&ana, "reconcile").tell(&ana, "reconcile --download");
    assert_snapshot!(story.told(), @"

    ana$ allclear reconcile
    ✓ work/publish-oci-image  oci-image/example/kiosk:1.3.0  ours
    [0]

    ana$ allclear reconcile --download
    ✗ work/publish-oci-image  oci-image/example/kiosk:1.3.0  foreign: sha256:[id] instead of sha256:[id] in what is downloaded is there, and [id] was recorded
    [6]
    ");
}
