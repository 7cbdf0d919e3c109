//! Charts in a real container registry, taken out by the real `helm`.

use std::fs;

use allclear_testbed::{DockerRegistry, FaultProxy, Ran, TestEnv};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;
use crate::ports::registry::{Frozen, Registry};

/// A packed chart, whose digest a word decides.
fn chart(env: &TestEnv, name: &str, version: &str, word: &str) -> Frozen {
    let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    let about = format!(
        "apiVersion: v2\nname: {name}\nversion: {version}\nappVersion: \"1.10\"\ndescription: of {word}\ntype: application\ndeprecated: false\n"
    );
    let template = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\n";
    for (path, text) in [("Chart.yaml", about.as_str()), ("templates/map.yaml", template), ("values.yaml", "a: 1\n")] {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, format!("{name}/{path}"), text.as_bytes()).unwrap();
    }
    let bytes = tar.into_inner().unwrap().finish().unwrap();
    let file = format!("{name}-{version}.tgz");
    let path = env.root().join(format!("{word}-{file}"));
    fs::write(&path, &bytes).unwrap();
    Frozen { name: file.clone(), path: file, content: Content::file(path, Digest::of(&bytes)).unwrap() }
}

fn charts(url: &str) -> OciCharts {
    let target = Target { url: Some(format!("{url}/charts")), ..Target::default() };
    OciCharts::new(&target)
}

fn helm(env: &TestEnv, words: &[&str]) -> String {
    let mut helm = env.command("helm");
    helm.args(words).arg("--plain-http");
    Ran::of(&mut helm).expect_success()
}

#[test]
fn helm_takes_out_what_was_put_in() {
    let env = TestEnv::new();
    let server = DockerRegistry::serve(&env);
    let (charts, file) = (charts(&server.url()), chart(&env, "harbor", "1.4.0+build.7", "one"));
    charts.admits(&file).unwrap();
    assert_eq!(charts.find(&file).unwrap(), Probe::Absent);
    charts.upload(&file, &Meter::silent()).unwrap();
    let place = format!("127.0.0.1:{}/charts/harbor:1.4.0_build.7", server.port());
    assert_eq!(charts.find(&file).unwrap(), Probe::Ours { place: Some(place) });
    let from = format!("oci://127.0.0.1:{}/charts/harbor", server.port());
    let shown = helm(&env, &["show", "chart", &from, "--version", "1.4.0+build.7"]);
    assert!(shown.contains(r#"appVersion: "1.10""#), "{shown}");
    let to = env.root().join("pulled");
    fs::create_dir(&to).unwrap();
    helm(&env, &["pull", &from, "--version", "1.4.0+build.7", "--destination", &to.display().to_string()]);
    let pulled = fs::read(to.join("harbor-1.4.0+build.7.tgz")).unwrap();
    assert_eq!(Digest::of(&pulled), file.content.sha256);
    let rendered = helm(&env, &["template", "release", &from, "--version", "1.4.0+build.7"]);
    assert!(rendered.contains("kind: ConfigMap"), "{rendered}");
}

#[test]
fn another_chart_of_the_same_version_is_found_and_left_alone() {
    let env = TestEnv::new();
    let server = DockerRegistry::serve(&env);
    let (charts, ours, theirs) =
        (charts(&server.url()), chart(&env, "harbor", "1.4.0", "ours"), chart(&env, "harbor", "1.4.0", "theirs"));
    let path = theirs.content.path.display().to_string();
    fs::rename(&path, env.root().join("harbor-1.4.0.tgz")).unwrap();
    let push = env.root().join("harbor-1.4.0.tgz").display().to_string();
    helm(&env, &["push", &push, &format!("oci://127.0.0.1:{}/charts", server.port())]);
    assert!(matches!(charts.find(&ours).unwrap(), Probe::Foreign { .. }));
}

#[test]
fn who_does_not_have_the_bytes_still_knows_the_chart() {
    let env = TestEnv::new();
    let server = DockerRegistry::serve(&env);
    let (charts, file) = (charts(&server.url()), chart(&env, "harbor-web", "1.4.0-rc.1", "one"));
    charts.upload(&file, &Meter::silent()).unwrap();
    fs::remove_file(&file.content.path).unwrap();
    assert!(matches!(charts.find(&file).unwrap(), Probe::Ours { .. }));
}

#[test]
fn whatever_goes_wrong_on_the_way_there_is_one_chart_with_the_frozen_bytes() {
    let env = TestEnv::new();
    let server = DockerRegistry::serve(&env);
    let (proxy, direct) = (FaultProxy::before(server.port()), charts(&server.url()));
    let images = registry(&server.url(), None);
    for seed in 0..200 {
        let file = chart(&env, &format!("harbor-{seed}"), "1.4.0", "one");
        proxy.meet(FaultProxy::schedule(seed));
        let charts = charts(&proxy.url());
        let item = item(file.path.clone(), file.content.sha256, format!("chart {seed}"));
        let act = || charts.upload(&file, &Meter::silent());
        trial::runs(&item, &|| charts.find(&file), &act, &|| proxy.met())
            .unwrap_or_else(|error| panic!("{seed}: {error}: {:#?}", proxy.met()));
        assert!(matches!(direct.find(&file).unwrap(), Probe::Ours { .. }), "{seed}");
        let name = name(&format!("charts/harbor-{seed}:1.4.0"));
        assert_eq!(images.tags(&name).unwrap(), ["1.4.0"], "{seed}");
        assert!(images.has_blob(&name, &file.content.sha256).unwrap(), "{seed}");
    }
}
