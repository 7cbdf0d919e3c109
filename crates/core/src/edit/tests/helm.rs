//! Charts that depend on each other.

use super::{bumped, manifests, repository};
use crate::edit::chart::digest;

const API: &str = "apiVersion: v2\nname: api\nversion: 1.3.0\nappVersion: \"v1.3.0\"\n";
const STACK: &str = "apiVersion: v2\r\nname: stack\r\nversion: 1.3.0\r\ndependencies:\r\n- name: api\r\n  version: ~1.3.0 # ours\r\n  repository: \"file://../api\"\r\n- name: redis\r\n  version: '1.3.0'\r\n  repository: https://charts.example.org?a=1&b=2\r\n  condition: redis.enabled\r\n  tags:\r\n    - cache\r\n";
const LOCK: &str = "dependencies:\n- name: api\n  repository: file://../api\n  version: 1.3.0\n- name: redis\n  repository: https://charts.example.org?a=1&b=2\n  version: 1.3.0\ndigest: DIGEST\ngenerated: \"2026-01-31T10:00:00Z\"\n";

#[test]
fn the_digest_is_the_one_that_helm_writes() {
    // The sample of Helm's own test of its resolver.
    let chart = "dependencies:\n  - name: alpine\n    version: 0.1.0\n    repository: http://localhost:8879/charts\n";
    assert_eq!(
        digest(chart, chart).unwrap(),
        "sha256:fb239e836325c5fa14b29d1540a13b7d3ba13151b67fe719f820e0ef6d66aaaf"
    );
}

#[test]
fn charts_of_one_repository_stay_in_step() {
    let lock = LOCK.replace("DIGEST", &digest(STACK, LOCK).unwrap());
    let files = repository(&[
        ("charts/api/Chart.yaml", API),
        ("charts/stack/Chart.yaml", STACK),
        ("charts/stack/Chart.lock", &lock),
    ]);
    insta::assert_snapshot!(bumped(&files, &manifests(&["charts/api/Chart.yaml", "charts/stack/Chart.yaml"]), "1.4.0"), @r#"
    charts/api/Chart.yaml
    - version: 1.3.0\n
    + version: 1.4.0\n
    - appVersion: "v1.3.0"\n
    + appVersion: "v1.4.0"\n
    charts/stack/Chart.lock
    -   version: 1.3.0\n
    +   version: 1.4.0\n
    - digest: sha256:cc98cead03b4a668edb032e41f4b22588c7489607fdecb3fc563538921c6e11a\n
    + digest: sha256:80a09eef38c83d934c717ba03355f67d692bcc1ca297c7f025efd98b342829c6\n
    charts/stack/Chart.yaml
    - version: 1.3.0\r\n
    + version: 1.4.0\r\n
    -   version: ~1.3.0 # ours\r\n
    +   version: ~1.4.0 # ours\r\n
    "#);
    insta::assert_snapshot!(bumped(&files, &manifests(&["charts/stack/Chart.yaml"]), "1.4.0"), @r"
    charts/stack/Chart.yaml
    - version: 1.3.0\r\n
    + version: 1.4.0\r\n
    ");
}

#[test]
fn a_stale_or_strange_digest_is_refused() {
    let stale = LOCK.replace("DIGEST", "sha256:00");
    let files = repository(&[
        ("charts/api/Chart.yaml", API),
        ("charts/stack/Chart.yaml", STACK),
        ("charts/stack/Chart.lock", &stale),
    ]);
    insta::assert_snapshot!(bumped(&files, &manifests(&["charts/api/Chart.yaml"]), "1.4.0"), @"the version cannot be written into `charts/stack/Chart.lock`: the digest cannot be computed as Helm does, or is stale already: run `helm dependency update`, commit what it writes, and try again; dependencies with `import-values` want a range such as `>=0.0.0-0` instead of a lock");
}

#[test]
fn a_chart_inside_of_a_chart_is_one_of_the_repository_and_a_range_follows_by_itself() {
    let parent = "name: stack\nversion: 1.3.0\ndependencies:\n  - name: api\n    version: \"1.3.0\"\n  - name: web\n    version: \">=0.0.0-0\"\n    repository: file://../web\n";
    let files = repository(&[
        ("stack/Chart.yaml", parent),
        ("stack/charts/api/Chart.yaml", API),
        ("web/Chart.yaml", "name: web\nversion: 1.3.0\n"),
    ]);
    let all = manifests(&["stack/charts/api/Chart.yaml", "web/Chart.yaml"]);
    insta::assert_snapshot!(bumped(&files, &all, "1.4.0-rc.1"), @r#"
    stack/Chart.yaml
    -     version: "1.3.0"\n
    +     version: "1.4.0-rc.1"\n
    stack/charts/api/Chart.yaml
    - version: 1.3.0\n
    + version: 1.4.0-rc.1\n
    - appVersion: "v1.3.0"\n
    + appVersion: "v1.4.0-rc.1"\n
    web/Chart.yaml
    - version: 1.3.0\n
    + version: 1.4.0-rc.1\n
    "#);
}
