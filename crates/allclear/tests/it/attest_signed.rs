//! Statements that are signed, and verified by programs that know nothing of us.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use allclear_core::attest::dsse::pae;
use allclear_core::attest::key::PublicKey;
use allclear_core::canonical;
use allclear_core::digest::Digest;
use allclear_testbed::{Ran, Repo, SAVE_IMAGE, TestEnv};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use insta::assert_snapshot;
use serde_json::Value;

use super::sample::{Sample, short};
use super::transcript::{Story, allclear, command, ends, seen};

const VARIABLE: &str = "RELEASE_KEY";
const ED25519: &[&str] = &["-algorithm", "ed25519"];
const P256: &[&str] = &["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];

/// A key that openssl has made.
struct Key {
    folder: PathBuf,
    private: String,
    public: String,
}

impl Key {
    fn new(env: &TestEnv, words: &[&str]) -> Self {
        let folder = env.folder().join("key");
        fs::create_dir(&folder).unwrap();
        let openssl =
            |words: &[&str]| Ran::of(env.command("openssl").current_dir(&folder).args(words)).expect_success();
        openssl(&[&["genpkey", "-out", "private.pem"], words].concat());
        openssl(&["pkey", "-in", "private.pem", "-pubout", "-out", "public.pem"]);
        let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
        Self { private: read("private.pem"), public: read("public.pem"), folder }
    }

    fn id(&self) -> String {
        PublicKey::read(&self.public).unwrap().id()
    }

    /// The line of the file that nobody may see.
    fn secret(&self) -> &str {
        self.private.lines().nth(1).unwrap()
    }

    /// The table of the process.
    fn table(&self) -> String {
        format!("[signing]\nkey = \"{VARIABLE}\"\npublic = \"\"\"\n{}\"\"\"\n", self.public)
    }

    /// Whether openssl finds a signature right.
    fn verifies(&self, env: &TestEnv, message: &[u8], signature: &[u8]) -> bool {
        fs::write(self.folder.join("message"), message).unwrap();
        fs::write(self.folder.join("signature"), signature).unwrap();
        let mut openssl = env.command("openssl");
        openssl.current_dir(&self.folder).args(["pkeyutl", "-verify", "-pubin", "-inkey", "public.pem", "-rawin"]);
        Ran::of(openssl.args(["-in", "message", "-sigfile", "signature"])).status.success()
    }
}

/// A release that builds, says something of it, and publishes all to a folder.
fn project(steps: &str, key: impl FnOnce(&TestEnv) -> Key) -> (Sample, Key) {
    let sample = Sample::with("");
    let key = key(&sample.env);
    let targets =
        format!("[targets.files]\nfolder = \"../../../services/files\"\n{}[environments.staging]", key.table());
    let process = short(steps).replace("[environments.staging]", &targets);
    sample.push_to("main", "allclear.toml", &process, "chore: a process");
    (sample, key)
}

const STEPS: &str = "[[step]]\nbump = \"chore(release): v{version}\"\n[[step]]\nbuild = \"sh build.sh\"\nartifacts = \"dist/*\"\n\
                     [[step]]\nattest = [\"sbom\", \"provenance\", \"sha256sums\"]\n[[step]]\npublish = \"files\"\n";

fn with(clone: &Repo, words: &str, value: &str) -> Command {
    let mut command = command(clone, words);
    command.env(VARIABLE, value);
    command
}

fn published(sample: &Sample, name: &str) -> Vec<u8> {
    fs::read(sample.services().join("files/kiosk/1.3.0").join(name)).unwrap()
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

/// What an envelope holds, and its only signature.
fn opened(envelope: &Value) -> (Vec<u8>, Vec<u8>) {
    let bytes = |value: &Value| STANDARD.decode(value.as_str().unwrap()).unwrap();
    assert_eq!(envelope["signatures"].as_array().unwrap().len(), 1);
    (bytes(&envelope["payload"]), bytes(&envelope["signatures"][0]["sig"]))
}

/// Has a foreign library verify every envelope of a published file.
fn dsse_verify(sample: &Sample, key: &Key, name: &str) -> Ran {
    let mut verify = sample.env.command("dsse-verify");
    Ran::of(verify.arg(key.folder.join("public.pem")).arg(sample.services().join("files/kiosk/1.3.0").join(name)))
}

/// No trace of the key is in anything that a clone keeps or shares, masked or not.
fn tells_nothing(sample: &Sample, clone: &Repo, ran: &Ran, key: &Key) {
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(key.secret()), "{ran}");
    let kept = Ran::of(clone.command("grep").args(["-rlF", key.secret(), ".git/allclear"]));
    assert_eq!(kept.stdout, "", "the key is written nowhere");
    assert!(!sample.origin.git(&["cat-file", "--batch-all-objects", "--batch"]).contains(key.secret()));
}

/// The whole way, with a key in a variable or in a file.
fn signs_what_others_verify(words: &[&str], value: fn(&Key) -> String) {
    let (sample, key) = project(STEPS, |env| Key::new(env, words));
    // A command that tells whether it sees the key, and shows it where it finds it.
    let script = format!(
        "mkdir -p dist\necho \"${{{VARIABLE}:-nothing}}\" > dist/seen.txt\ncat {}\n",
        key.folder.join("private.pem").display()
    );
    sample.push_to("main", "build.sh", &script, "build: look for the key");
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    let ran = Ran::of(&mut with(&ana, "go", &value(&key)));
    assert_eq!(ran.status.code(), Some(0), "{ran}");
    let line = ran.stderr.lines().find(|line| line.contains("work/attest")).unwrap().trim().replace(&key.id(), "[key]");
    assert!(
        line.ends_with(
            "kiosk-1.3.0.cdx.json, build.intoto.jsonl, SHA256SUMS, SHA256SUMS.sig about 1 file, signed by [key]"
        ),
        "{line}"
    );
    assert_eq!(published(&sample, "seen.txt"), b"nothing\n", "no command sees the key");
    tells_nothing(&sample, &ana, &ran, &key);

    let envelope = json(&published(&sample, "build.intoto.jsonl"));
    let (payload, signature) = opened(&envelope);
    assert_eq!(envelope["signatures"][0]["keyid"], key.id());
    assert!(key.verifies(&sample.env, &pae(&payload), &signature));
    assert!(!key.verifies(&sample.env, &payload, &signature), "what is signed is more than the payload");
    let statement = json(&payload);
    assert_eq!(statement["predicateType"], "https://slsa.dev/provenance/v1");
    assert_eq!(statement["subject"][0]["digest"]["sha256"], Digest::of(b"nothing\n").to_string());
    assert_eq!(json(dsse_verify(&sample, &key, "build.intoto.jsonl").expect_success().as_bytes()), statement);

    let sums = published(&sample, "SHA256SUMS");
    assert!(key.verifies(&sample.env, &sums, &published(&sample, "SHA256SUMS.sig")));
    let sums = String::from_utf8(sums).unwrap();
    let names: Vec<_> = sums.lines().filter_map(|line| line.split_once("  ")).map(|(_, name)| name).collect();
    assert_eq!(names, ["build.intoto.jsonl", "kiosk-1.3.0.cdx.json", "seen.txt"]);
    ends(&ana, "audit", 0);

    // What somebody has changed on the way is found out.
    let changed = statement.to_string().replace("seen.txt", "more.txt");
    let envelope = envelope.to_string().replace(&STANDARD.encode(&payload), &STANDARD.encode(changed));
    fs::write(sample.services().join("files/kiosk/1.3.0/changed"), envelope).unwrap();
    let verified = dsse_verify(&sample, &key, "changed");
    assert!(!verified.status.success() && verified.stderr.contains("VerificationError"), "{verified}");
}

#[test]
fn an_ed25519_key_in_a_variable_signs_what_openssl_and_securesystemslib_verify() {
    signs_what_others_verify(ED25519, |key| key.private.clone());
}

#[test]
fn a_p256_key_in_a_file_signs_what_openssl_and_securesystemslib_verify() {
    signs_what_others_verify(P256, |key| key.folder.join("private.pem").display().to_string());
}

#[test]
fn without_the_declared_key_nothing_is_said() {
    let (sample, key) = project(STEPS, |env| Key::new(env, ED25519));
    let ana = sample.ana();
    let line = |ran: &Ran, what: &str| {
        let seen = seen(&ana, ran).replace(&key.id(), "[declared]");
        seen.lines().filter(|line| line.contains(what)).map(str::trim).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(line(&allclear(&ana, "check"), "release key"), @"✗ the release key is not here: set the variable `RELEASE_KEY` to it (PKCS#8 as PEM), or to the path of its file");
    ends(&ana, "start minor", 0);
    let none = allclear(&ana, "go");
    assert_eq!(none.status.code(), Some(3), "{none}");
    assert_snapshot!(line(&none, "|   ! "), @"|   ! work/attest                        errored: the release key is not here: set the variable `RELEASE_KEY` to it (PKCS#8 as PEM), or to the path of its file");
    let other = Key::new(&sample.env.person("other"), ED25519);
    let wrong = Ran::of(&mut with(&ana, "go", &other.private));
    assert_snapshot!(line(&wrong, "|   ! ").replace(&other.id(), "[other]"), @"|   ! work/attest                        errored: the release key in `RELEASE_KEY` is [other], and `[signing]` declares [declared]: set the variable to the private half of that one");
    tells_nothing(&sample, &ana, &wrong, &other);
    assert!(line(&Ran::of(&mut with(&ana, "check", &other.private)), "release key").contains("declares [declared]"));
    assert_eq!(line(&Ran::of(&mut with(&ana, "check", &key.private)), "release key"), "");
}

#[test]
fn a_rehearsal_needs_no_key_and_signs_with_none_that_counts() {
    let (sample, key) = project(STEPS, |env| Key::new(env, ED25519));
    let ran = Ran::of(&mut with(&sample.ana(), "rehearse minor", "not-a-key"));
    assert_eq!(ran.status.code(), Some(0), "{ran}");
    let told = format!("{}{}", ran.stdout, ran.stderr);
    assert!(told.contains("SHA256SUMS.sig about 1 file, signed by SHA256:") && !told.contains(&key.id()), "{ran}");
}

#[test]
fn an_image_is_named_by_what_a_registry_knows_it_by() {
    let (sample, key) = project(&STEPS.replace("build.sh", "image.sh"), |env| Key::new(env, ED25519));
    let image = SAVE_IMAGE.to_owned() + "printf 'no image' > dist/notes.tar\n";
    sample.push_to("main", "image.sh", &image, "build: an image");
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    assert_eq!(Ran::of(&mut with(&ana, "go", &key.private)).status.code(), Some(0));
    let (payload, _) = opened(&json(&published(&sample, "build.intoto.jsonl")));
    let subjects = json(&payload)["subject"].clone();
    let names: Vec<_> = subjects.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["image.tar", "image.tar#manifest", "notes.tar"]);
    // What skopeo would push has the layers of the archive; whose manifest this is, the test of publishing images says.
    assert_ne!(subjects[0]["digest"], subjects[1]["digest"]);
}

/// What is before the summary: something waived, something optional that fails, a gate, and something that comes later.
const VERIFIED: &str = r#"
[[step]]
run = "sh check.sh"
[[step]]
id = "docs"
run = "false"
[[step]]
id = "slow"
run = "false"
optional = true
[[step]]
id = "readiness"
sign-off = ["product"]
[[step]]
build = "sh build.sh"
artifacts = "dist/*"
[[step]]
attest = "vsa"
[[step]]
publish = "files"
[[step]]
id = "later"
sign-off = ["qa"]
"#;

#[test]
fn a_summary_says_how_everything_before_it_ended() {
    let (sample, key) = project(VERIFIED, |env| Key::new(env, ED25519));
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 1);
    ends(&ana, "waive work/docs --reason 'a word of the house'", 0);
    ends(&ana, "go", 4);
    ends(&ana, "sign-off product", 0);
    let mut story = Story::default();
    let ran = Ran::of(&mut with(&ana, "go", &key.private));
    let told = story.add(&ana, "go", &ran).told().replace(&key.id(), "[key]");
    assert_snapshot!(told.lines().filter(|line| line.starts_with("|   ✓")).collect::<Vec<_>>().join("\n"), @"
    |   ✓ work/build                         `sh build.sh` made dist/kiosk-1.3.0.tar.gz
    |   ✓ work/attest                        kiosk-1.3.0.vsa.intoto.jsonl about 1 file, signed by [key]; of what came before, 1 waived, 1 optional and not passed
    |   ✓ work/publish-files                 2 files to files
    ");

    let (payload, signature) = opened(&json(&published(&sample, "kiosk-1.3.0.vsa.intoto.jsonl")));
    assert!(key.verifies(&sample.env, &pae(&payload), &signature));
    assert!(!String::from_utf8_lossy(&payload).contains("word of the house"), "why it was waived is not for everybody");
    let statement = json(&payload);
    assert_eq!(statement["predicateType"], "https://slsa.dev/verification_summary/v1");
    assert_eq!(statement["subject"][0]["name"], "kiosk-1.3.0.tar.gz");
    let predicate = &statement["predicate"];
    let short =
        |one: &Value| format!("{} {}", one["uri"].as_str().unwrap(), one["annotations"]["result"].as_str().unwrap());
    let inputs = predicate["inputAttestations"].as_array().unwrap();
    assert_snapshot!(inputs.iter().map(short).collect::<Vec<_>>().join("\n"), @"
    ledger:1.3.0/work/branch passed
    ledger:1.3.0/work/check passed
    ledger:1.3.0/work/docs waived
    ledger:1.3.0/work/slow failed
    ledger:1.3.0/work/readiness passed
    ledger:1.3.0/work/build passed
    ");
    let said = |key: &str| predicate[key].to_string();
    assert_snapshot!(format!("{} {} {}", said("verificationResult"), said("verifiedLevels"), said("resourceUri")), @r#""PASSED" ["SLSA_BUILD_LEVEL_UNEVALUATED"] "pkg:generic/kiosk@1.3.0""#);

    // Whoever has the ledger finds each of them there, and the process.
    let shared = events(&sample);
    for one in inputs {
        let digest = one["digest"]["sha256"].as_str().unwrap();
        assert!(shared.iter().any(|(_, known)| known == digest), "{one}");
    }
    let opening = shared.iter().find(|(event, _)| event["type"] == "release-opened").unwrap();
    assert_eq!(predicate["policy"]["digest"]["sha256"], opening.0["process"]);
}

/// The events in the shared ledger, and their digests.
fn events(sample: &Sample) -> Vec<(Value, String)> {
    let files = sample.origin.git(&["ls-tree", "-r", "--name-only", "allclear/ledger", "releases/1.3.0/"]);
    let events = files.lines().filter(|file| file.ends_with(".json") && !file.contains("/evidence/"));
    let read = |file: &str| sample.origin.git(&["cat-file", "blob", &format!("allclear/ledger:{file}")]);
    events
        .map(|file| json(read(file).as_bytes())["event"].clone())
        .map(|event| {
            let digest = canonical::digest(&event).unwrap().to_string();
            (event, digest)
        })
        .collect()
}

#[test]
fn nothing_is_summed_up_before_it_is_over() {
    let steps = "[[step]]\nid = \"look\"\nmanual = \"Look\"\n[[step]]\nbuild = \"sh build.sh\"\nartifacts = \"dist/*\"\nneeds = \"branch\"\n\
                 [[step]]\nattest = \"vsa\"\nneeds = \"build\"\n";
    let (sample, key) = project(steps, |env| Key::new(env, ED25519));
    let process = String::from_utf8(fs::read(sample.cy().path().join("allclear.toml")).unwrap()).unwrap();
    sample.push_to("main", "allclear.toml", &format!("parallel = [\"work\"]\n{process}"), "chore: side by side");
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    let ran = Ran::of(&mut with(&ana, "go", &key.private));
    assert_eq!(ran.status.code(), Some(1), "{ran}");
    let failed = seen(&ana, &ran);
    assert_snapshot!(failed.lines().find(|line| line.contains("✗ work/attest")).unwrap(), @"|   ✗ work/attest                        failed: `vsa` would say that everything before this step has passed, and work/look is not over: let this step come behind (`needs`), and try it again then");
    ends(&ana, "done work/look", 0);
    ends(&ana, "retry work/attest", 0);
    let ran = Ran::of(&mut with(&ana, "go", &key.private));
    assert_eq!(ran.status.code(), Some(0), "{ran}");
}
