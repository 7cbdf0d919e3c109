//! What is said about the artifacts, and read by the tools that others use.

use std::fs;

use allclear_testbed::{Ran, Repo};
use insta::assert_snapshot;
use serde_json::Value;

use super::sample::{Sample, short};
use super::transcript::{Story, allclear, ends};

#[test]
fn sums_a_bill_of_materials_and_provenance_are_published_with_what_they_speak_of() {
    let sample = Sample::with(
        &short(
            "[[step]]\nbump = \"chore(release): v{version}\"\n[[step]]\nbuild = \"sh build.sh\"\nartifacts = \"dist/*\"\n\
             [[step]]\nattest = [\"sbom\", \"provenance\", \"sha256sums\"]\n[[step]]\npublish = \"files\"\n",
        )
        .replace("[environments.staging]", "[targets.files]\nfolder = \"../../../services/files\"\n[environments.staging]"),
    );
    let lock = "[[package]]\nname = \"click\"\nversion = \"8.1.7\"\n";
    sample.push_to("main", "poetry.lock", lock, "build: what is pinned");
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    let mut story = Story::default();
    story.tell(&ana, "go");
    assert_snapshot!(story.told(), @"

    ana$ allclear go

    kiosk 1.3.0 minor · release commit [id] on release/v1.3.0 · opened just now by ana-example · finished just now

      ✓ work         5/5

    next  nothing: this release is over
    |   ✓ work/branch                        release/v1.3.0 at [id]
    |   ✓ work/bump                          1.3.0 stands in every file of `[versions]`
    |   ✓ work/build                         `sh build.sh` made dist/kiosk-1.3.0.tar.gz
    |   ✓ work/attest                        kiosk-1.3.0.cdx.json, build.intoto.json, SHA256SUMS about 1 file
    |   ✓ work/publish-files                 4 files to files
    [0]
    ");

    let folder = sample.env.root().join("services/files/kiosk/1.3.0");
    let mut check = sample.env.command("sha256sum");
    check.current_dir(&folder).args(["--check", "--strict", "SHA256SUMS"]);
    assert_snapshot!(Ran::of(&mut check).expect_success(), @"
    build.intoto.json: OK
    kiosk-1.3.0.cdx.json: OK
    kiosk-1.3.0.tar.gz: OK
    ");
    let read = |name: &str| -> Value { serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).unwrap() };
    let bill = read("kiosk-1.3.0.cdx.json");
    assert_eq!(bill["components"][0]["purl"], "pkg:pypi/click@8.1.7");
    assert_eq!(bill["metadata"]["component"]["version"], "1.3.0");
    let statement = read("build.intoto.json");
    let commit = ana.git(&["ls-remote", "origin", "release/v1.3.0"]);
    let built = &statement["predicate"]["buildDefinition"];
    assert_eq!(built["externalParameters"]["command"], "sh build.sh");
    assert_eq!(built["resolvedDependencies"][0]["digest"]["gitCommit"], commit.split_whitespace().next().unwrap());
    assert_eq!(statement["subject"][0]["name"], "kiosk-1.3.0.tar.gz");
    ends(&ana, "audit", 0);
}

/// A project with a bill of materials by commands.
fn billed(sbom: &str) -> (Sample, Repo) {
    let sample = Sample::with(
        &short(&format!("[[step]]\nbuild = \"sh build.sh\"\nartifacts = \"dist/*\"\n[[step]]\nattest = \"sbom\"\nsbom = {sbom}\n[[step]]\npublish = \"files\"\n"))
            .replace("[environments.staging]", "[targets.files]\nfolder = \"../../../services/files\"\n[environments.staging]"),
    );
    let lock = r#"{"name": "kiosk", "version": "1.2.0", "lockfileVersion": 3, "requires": true, "packages": {
        "": {"name": "kiosk", "version": "1.2.0", "dependencies": {"left-pad": "1.3.0"}},
        "node_modules/left-pad": {"version": "1.3.0", "integrity": "sha512-XI5MPzVNApjAyhQzphX8BkmKsKUxD4LdyK24iZeQGinBN9yTQT3bFlCBy/aVx2HrNcqQGsdot8ghrjyrvMCoEA=="}
    }}"#;
    sample.push_to("main", "package-lock.json", lock, "build: what is pinned");
    let manifest =
        "{\n  \"name\": \"kiosk\",\n  \"version\": \"1.2.0\",\n  \"dependencies\": { \"left-pad\": \"1.3.0\" }\n}\n";
    sample.push_to("main", "package.json", manifest, "feat: a dependency");
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    (sample, ana)
}

#[test]
fn the_bill_of_materials_is_that_of_the_project_s_own_tool() {
    let sbom = "npm sbom --package-lock-only --sbom-format";
    let (sample, ana) = billed(&format!("[\"{sbom} cyclonedx\", \"{sbom} spdx\"]"));
    ends(&ana, "go", 0);
    let read = |name: &str| -> Value {
        serde_json::from_slice(&fs::read(sample.services().join("files/kiosk/1.3.0").join(name)).unwrap()).unwrap()
    };
    let bill = read("kiosk-1.3.0.cdx.json");
    assert_eq!(bill["components"][0]["purl"], "pkg:npm/left-pad@1.3.0");
    assert_eq!(bill["metadata"]["tools"][0]["name"], "cli", "npm wrote it: {}", bill["metadata"]);
    let packages = read("kiosk-1.3.0-2.spdx.json")["packages"].clone();
    assert!(packages.as_array().unwrap().iter().any(|package| package["name"] == "left-pad"), "{packages}");
}

#[test]
fn what_is_no_bill_of_materials_is_not_taken_for_one() {
    let (_sample, ana) = billed("\"npm --version\"");
    let line =
        |ran: &Ran| ran.stderr.lines().find(|line| line.contains("! work/attest")).unwrap_or_default().to_owned();
    assert_snapshot!(line(&allclear(&ana, "go")), @"  ! work/attest                        errored: `npm --version` prints no bill of materials: CycloneDX or SPDX as JSON is expected on its standard output, and nothing else; where it leaves a file, `shell = true` and `… && cat FILE` print it");
    let (_sample, ana) = billed("\"npm sbom --sbom-format pdf\"");
    let told = line(&allclear(&ana, "go"));
    assert!(told.contains("errored: `npm sbom --sbom-format pdf` ended with exit status 1: npm"), "{told}");
}
