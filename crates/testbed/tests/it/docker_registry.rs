use std::fs;

use allclear_testbed::{BASIC, DockerRegistry, PUBLISHER, Ran, TestEnv, exchange};

#[test]
fn an_open_registry_takes_an_image_and_is_gone_with_the_test() {
    let env = TestEnv::new();
    let registry = DockerRegistry::serve(&env);
    let port = registry.port();
    image(&env);
    let to = format!("docker://127.0.0.1:{port}/example/hello:1.0.0");
    Ran::of(&mut skopeo(&env, &["copy", "--dest-tls-verify=false", "oci:image:1.0.0", &to])).expect_success();
    let said = exchange(port, "GET", "/v2/example/hello/tags/list", &[], b"").unwrap();
    assert!(said.contains(r#"{"name":"example/hello","tags":["1.0.0"]}"#), "{said}");
    drop(registry);
    assert_eq!(exchange(port, "GET", "/v2/", &[], b""), None);
}

#[test]
fn a_registry_with_a_user_asks_strangers_who_they_are() {
    let env = TestEnv::new();
    let registry = DockerRegistry::serve_for(&env, PUBLISHER);
    let ask = |headers: &[(&str, &str)]| exchange(registry.port(), "GET", "/v2/", headers, b"").unwrap();
    let stranger = ask(&[]);
    assert!(stranger.starts_with("HTTP/1.0 401 ") && stranger.contains("Basic realm="), "{stranger}");
    assert!(ask(&[("Authorization", "Basic bm9ib2R5OndoYXQ=")]).starts_with("HTTP/1.0 401 "));
    assert!(ask(&[("Authorization", BASIC)]).starts_with("HTTP/1.0 200 "));
}

#[test]
fn two_registries_know_nothing_of_each_other() {
    let env = TestEnv::new();
    let (one, other) = (DockerRegistry::serve(&env), DockerRegistry::serve(&env));
    let start = |registry: &DockerRegistry| {
        exchange(registry.port(), "POST", "/v2/example/hello/blobs/uploads/", &[], b"").unwrap()
    };
    assert!(start(&one).contains(&format!("Location: {}/v2/example/hello/blobs/uploads/", one.url())));
    assert!(start(&other).contains(&format!("Location: {}/v2/example/hello/blobs/uploads/", other.url())));
}

/// Writes the smallest image, in the layout of the Open Container Initiative.
fn image(env: &TestEnv) {
    let blobs = env.root().join("image/blobs/sha256");
    fs::create_dir_all(&blobs).expect("a folder in the root");
    let put = |text: &str| {
        fs::write(env.root().join("blob"), text).expect("a file in the root");
        let sum = Ran::of(env.command("sha256sum").arg("blob")).stdout;
        let digest = sum.split(' ').next().expect("a digest").to_owned();
        fs::write(blobs.join(&digest), text).expect("a file in the root");
        format!(r#""digest": "sha256:{digest}", "size": {}"#, text.len())
    };
    let config = put(r#"{"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}}"#);
    let kind = |name: &str| format!(r#""mediaType": "application/vnd.oci.image.{name}.v1+json""#);
    let manifest = put(&format!(
        r#"{{"schemaVersion": 2, {}, "config": {{{}, {config}}}, "layers": []}}"#,
        kind("manifest"),
        kind("config")
    ));
    let name = r#""annotations": {"org.opencontainers.image.ref.name": "1.0.0"}"#;
    let index = format!(r#"{{"schemaVersion": 2, "manifests": [{{{}, {manifest}, {name}}}]}}"#, kind("manifest"));
    fs::write(env.root().join("image/index.json"), index).expect("a file in the root");
    fs::write(env.root().join("image/oci-layout"), r#"{"imageLayoutVersion": "1.0.0"}"#).expect("a file in the root");
}

/// skopeo, which takes any image, since what a registry is trusted with is not what these tests are about.
fn skopeo(env: &TestEnv, words: &[&str]) -> std::process::Command {
    let mut command = env.command("skopeo");
    command.arg("--insecure-policy").args(words);
    command
}
