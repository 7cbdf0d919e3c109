//! Attestations, against a double that shows the form: no index that can run here keeps them.

use super::*;

/// What `pypi-attestations` would leave beside a file, but for a signature that means something.
fn attestation(env: &TestEnv, file: &Frozen, kind: &str) -> (String, Content) {
    let statement = serde_json::json!({
        "_type": "https://in-toto.io/Statement/v1", "predicateType": format!("https://docs.pypi.org/attestations/{kind}/v1"),
        "subject": [{ "name": file.name, "digest": { "sha256": file.content.sha256 } }], "predicate": null,
    });
    let text = serde_json::json!({
        "version": 1, "verification_material": { "certificate": "AA==", "transparency_entries": [{}] },
        "envelope": { "statement": STANDARD.encode(statement.to_string()), "signature": "AA==" },
    });
    let (name, text) = (format!("{}.{kind}.attestation", file.name), text.to_string());
    let path = env.root().join(&name);
    std::fs::write(&path, &text).unwrap();
    (name, Content::file(path, Digest::of(text.as_bytes())).unwrap())
}

fn text(content: &Content) -> String {
    std::fs::read_to_string(&content.path).unwrap()
}

#[test]
fn a_file_is_sent_with_its_own_attestations_and_before_the_file_itself() {
    let env = TestEnv::new();
    let [wheel, sdist] = packages(&env, "harbor", "1.4.0", "1.4.0", 0).map(|path: PathBuf| frozen(&path));
    let [publish, other] = ["publish", "build"].map(|kind| attestation(&env, &sdist, kind));
    let of_the_wheel = attestation(&env, &wheel, "publish");
    let field = format!(
        "Content-Disposition: form-data; name=\"attestations\"\r\n\r\n[{},{}]\r\n--",
        text(&publish.1),
        text(&other.1)
    );
    let server = Double::serve(vec![(400, "text/plain", "no".to_owned())]);
    let index = index(&server.url, "http://other.example/simple/", PUBLISHER);
    let index = index.with_attestations(vec![publish, of_the_wheel, other]);
    assert!(index.upload(&sdist, &Meter::silent()).is_err());
    let body = &server.seen()[0].body;
    assert!(body.find(&field).unwrap() < body.find("name=\"content\"").unwrap(), "{body}");
    assert_eq!(body.matches("name=\"attestations\"").count(), 1);
}

#[test]
fn what_pypi_would_refuse_is_found_out_before() {
    let env = TestEnv::new();
    let [wheel, sdist] = packages(&env, "harbor", "1.4.0", "1.4.0", 0).map(|path: PathBuf| frozen(&path));
    let all = || vec![attestation(&env, &sdist, "publish")];
    let local = index("http://127.0.0.1:9/", "http://127.0.0.1:9/simple/", PUBLISHER).with_attestations(all());
    insta::assert_snapshot!(said(local.admits(&wheel), "[server]"), @"`harbor-1.4.0-py3-none-any.whl` has no attestation, and `attestations` of the step asks for one: let the build leave `harbor-1.4.0-py3-none-any.whl.publish.attestation` beside it, and name both in `artifacts`");
    let pypi = "https://upload.pypi.org/legacy/";
    let by_token = index(pypi, "https://pypi.org/simple/", PUBLISHER).with_attestations(all());
    insta::assert_snapshot!(said(by_token.admits(&sdist), "[server]"), @"PyPI takes attestations from trusted publishers only, and here is none: publish from a job that is one, without a token, or take `attestations` out of the step");
}
