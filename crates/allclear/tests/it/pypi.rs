//! A release that is published to a real index of Python packages.

use std::fs;

use allclear_testbed::{FaultProxy, PUBLISHER, PypiServer, Ran, Repo, TestEnv, Trouble};
use insta::assert_snapshot;

use super::sample::{Sample, short};
use super::transcript::{command, ends, seen};

/// Builds a source distribution whose metadata say this version.
fn builds(version: &str) -> String {
    format!(
        "V=$ALLCLEAR_VERSION; mkdir -p dist kiosk-$V\n\
         printf 'Metadata-Version: 2.1\\nName: kiosk\\nVersion: %s\\n' \"{version}\" > kiosk-$V/PKG-INFO\n\
         tar -czf dist/kiosk-$V.tar.gz kiosk-$V && rm -r kiosk-$V\n"
    )
}

const STEPS: &str = "[[step]]\nbuild = \"sh build.sh\"\nartifacts = \"dist/*\"\n[[step]]\npublish = \"pypi\"\n";

/// A project whose target is the index behind the proxy, and Ana's clone with a release that is open.
fn stage(proxy: &FaultProxy, script: &str) -> (Sample, Repo) {
    stage_with(proxy, script, STEPS)
}

fn stage_with(proxy: &FaultProxy, script: &str, steps: &str) -> (Sample, Repo) {
    let target = format!("url = \"{}/\"\nuser = \"{}\"\ntoken = \"KIOSK_PASSWORD\"", proxy.url(), PUBLISHER.0);
    let process = short(steps).replace("folder = \"../../../services/pypi\"", &target);
    let sample = Sample::with(&process);
    sample.push_to("main", "build.sh", script, "build: a package of Python");
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    (sample, ana)
}

/// Goes on with this password, and returns the exit code and what was seen first of the publishing.
fn goes(ana: &Repo, password: &str) -> (Option<i32>, String) {
    let ran = Ran::of(command(ana, "go").env("KIOSK_PASSWORD", password));
    let seen = seen(ana, &ran);
    assert!(!seen.contains(PUBLISHER.1) && !seen.contains("not-the-word"), "{seen}");
    let line = seen.lines().find(|line| line.contains("publish-pypi")).unwrap_or_default();
    (ran.status.code(), line.trim_start_matches(['|', ' ']).to_owned())
}

fn published(server: &PypiServer) -> Vec<String> {
    let entries = fs::read_dir(server.folder()).unwrap().map(|entry| entry.unwrap().file_name());
    entries.map(|name| name.to_string_lossy().into_owned()).collect()
}

#[test]
fn a_password_that_is_wrong_and_an_answer_that_is_lost_and_it_is_published_once() {
    let env = TestEnv::new();
    let server = PypiServer::serve(&env);
    let proxy = FaultProxy::before(server.port());
    let (_sample, ana) = stage(&proxy, &builds("$V"));
    let (code, said) = goes(&ana, "not-the-word");
    assert_ne!(code, Some(0), "{said}");
    assert_snapshot!(said, @"! publish-pypi             errored: `POST http://127.0.0.1:[port]/` without a file was refused with status 403 (Error: 403 Forbidden Sorry, the requested URL 'http://127.0.0.1:[port]/' caused an error: None): the user `publisher` and the password in `KIOSK_PASSWORD` must be right, not expired, and allowed to upload to `kiosk`: make a new one where it is not");
    assert!(published(&server).is_empty());

    // The question whether she may, the look, and then the upload.
    proxy.meet([None, None, Some(Trouble::AnswerLost)]);
    let (code, said) = goes(&ana, PUBLISHER.1);
    assert_eq!(code, Some(0), "{said}\n{:#?}", proxy.met());
    assert_snapshot!(said, @"✓ work/publish-pypi                  kiosk/1.3.0/kiosk-1.3.0.tar.gz to pypi");
    assert_eq!(published(&server), ["kiosk-1.3.0.tar.gz"]);
    assert_eq!(proxy.met()[2], "POST /: the answer is lost");
}

#[test]
fn a_package_that_says_another_version_is_not_uploaded() {
    let env = TestEnv::new();
    let server = PypiServer::serve(&env);
    let proxy = FaultProxy::before(server.port());
    let (_sample, ana) = stage(&proxy, &builds("1.2.9"));
    let (_, said) = goes(&ana, PUBLISHER.1);
    assert_snapshot!(said, @"! publish-pypi             errored: the metadata of `kiosk-1.3.0.tar.gz` says version 1.2.9, and this release is 1.3.0: nothing was uploaded; build it from the release commit");
    assert!(published(&server).is_empty());
}

#[test]
fn other_bytes_under_its_name_stop_the_release_and_both_digests_are_told() {
    let env = TestEnv::new();
    let server = PypiServer::serve(&env);
    let proxy = FaultProxy::before(server.port());
    let (_sample, ana) = stage(&proxy, &builds("$V"));
    let theirs = server.folder().join("kiosk-1.3.0.tar.gz");
    fs::write(&theirs, "somebody else's").unwrap();
    let (_, said) = goes(&ana, PUBLISHER.1);
    assert_snapshot!(said, @"✗ publish-pypi             failed: pypi/kiosk/1.3.0/kiosk-1.3.0.tar.gz holds sha256:[id], and this release has [id]: find out who put it there; then release another version, or `allclear abort`");
    assert_eq!(fs::read_to_string(theirs).unwrap(), "somebody else's");
}

/// Leaves an attestation beside the package, as `python -m pypi_attestations sign` would, but for a signature that means something.
const ATTESTS: &str = r#"F=dist/kiosk-$V.tar.gz
S=$(printf '{"subject":[{"name":"kiosk-%s.tar.gz","digest":{"sha256":"%s"}}]}' $V $(sha256sum $F | cut -c 1-64) | base64 -w 0)
printf '{"version":1,"verification_material":{},"envelope":{"statement":"%s","signature":"AA=="}}' $S > $F.publish.attestation
"#;

#[test]
fn attestations_go_with_their_file_and_are_no_files_themselves() {
    let env = TestEnv::new();
    let server = PypiServer::serve(&env);
    let proxy = FaultProxy::before(server.port());
    let steps =
        STEPS.replace("[[step]]\npublish = \"pypi\"", "[[step]]\ntag = \"v{version}\"\n[[step]]\npublish = \"pypi\"");
    let steps = format!("{steps}artifacts = \"dist/*\"\nattestations = true\n");
    let (sample, ana) = stage_with(&proxy, &builds("$V"), &steps);
    let (code, said) = goes(&ana, PUBLISHER.1);
    assert_eq!(code, Some(3), "{said}");
    assert_eq!(ana.git(&["ls-remote", "--tags", "origin", "v1.3.0"]), "", "it is found out before the tag");
    assert_snapshot!(said, @"! tag                      errored: nothing is published before everything can be, and work/publish-pypi cannot: `kiosk-1.3.0.tar.gz` has no attestation, and `attestations` of the step asks for one: let the build leave `kiosk-1.3.0.tar.gz.publish.attestation` beside it, and name both in `artifacts`");
    assert!(published(&server).is_empty());

    let with = format!("{}{ATTESTS}", builds("$V"));
    sample.push_to("release/v1.3.0", "build.sh", &with, "build: attestations");
    let (code, said) = goes(&ana, PUBLISHER.1);
    assert_eq!(code, Some(0), "{said}");
    assert_snapshot!(said, @"✓ work/publish-pypi                  kiosk/1.3.0/kiosk-1.3.0.tar.gz to pypi");
    assert_eq!(published(&server), ["kiosk-1.3.0.tar.gz"], "the index was sent the field, and has no use for it");
}
