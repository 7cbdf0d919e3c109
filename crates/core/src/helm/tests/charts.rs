//! Rules for `Chart.yaml` and for what a chart depends on.

use super::*;

#[test]
fn a_good_chart_is_passed_in_silence() {
    assert_eq!(said(&[("Chart.yaml", GOOD)]), "");
    let old = "apiVersion: v1\nname: api\nversion: 1.3.0-rc.1+build.7\n";
    assert_eq!(said(&[("Chart.yaml", old)]), "");
}

#[test]
fn every_rule_of_the_manifest_is_told_with_its_line() {
    let chart = "apiVersion: v3\nname: API_x\nversion: 1.10\nappVersion: 1e3\ntype: lib\nkubeVersion: latest\n";
    insta::assert_snapshot!(said(&[("Chart.yaml", chart)]), @r#"
    wrong charts/api/Chart.yaml:1: `apiVersion` is `v3`, and Helm 3 knows v1 and v2: write `apiVersion: v2`
    wrong charts/api/Chart.yaml:2: `API_x` is no name for a chart: registries take lower-case letters, digits and `-`: rename the chart
    wrong charts/api/Chart.yaml:3: `1.10` is no version as in SemVer 2: unexpected end of input while parsing minor version number: write three numbers, as in `1.4.0`, without a `v`
    wrong charts/api/Chart.yaml:3: `version: 1.10` is no text to YAML but 1.1: put it in quotes: `version: "1.10"`
    wrong charts/api/Chart.yaml:4: `appVersion: 1e3` is no text to YAML but 1000: put it in quotes: `appVersion: "1e3"`
    wrong charts/api/Chart.yaml:5: `lib` is no type of chart: write `application` or `library`
    wrong charts/api/Chart.yaml:6: `kubeVersion: latest` is no range of versions: write one as in `>=1.25.0-0`
    "#);
    insta::assert_snapshot!(said(&[("Chart.yaml", "description: nothing else\n")]), @"
    wrong charts/api/Chart.yaml: the chart has no name: write `name:` and the name of the chart's folder
    wrong charts/api/Chart.yaml: the chart has no version: write `version: 0.1.0`
    wrong charts/api/Chart.yaml: there is no `apiVersion`: write `apiVersion: v2`
    ");
    insta::assert_snapshot!(said(&[("Chart.yaml", "apiVersion: v1\nname: a_pi\nversion: v1.2.3\ntype: library\ndependencies: []\n")]), @"
    wrong charts/api/Chart.yaml:3: `v1.2.3` is no version as in SemVer 2: unexpected character 'v' while parsing major version number: write three numbers, as in `1.4.0`, without a `v`
    wrong charts/api/Chart.yaml:4: Helm does not know `type` with `apiVersion: v1`: write `apiVersion: v2`
    wrong charts/api/Chart.yaml:5: Helm does not read `dependencies` here with `apiVersion: v1`: write `apiVersion: v2`, or move them to requirements.yaml
    note charts/api/Chart.yaml:2: `a_pi` has `_` or `.` in it, and Helm's conventions want `-`: rename the chart before others depend on it, or leave it
    note charts/api/Chart.yaml:2: the chart is called `a_pi` and its folder `api`: Helm's conventions want one name for both; Helm itself takes it as it is
    ");
}

#[test]
fn dependencies_are_held_against_what_is_there() {
    let chart = format!(
        "{GOOD}dependencies:\n- name: db\n  version: ^2\n  alias: my db\n- name: cache\n  version: ^1\n  repository: https://example.org\n\
         - name: lib\n  version: latest\n  repository: file://../../lib\n  condition: a.on, b..on\n- name: gone\n  version: '*'\n  \
         repository: file://../gone\n- name: lib\n  version: ''\n  repository: file://../../lib\n- name: none\n  version: 1.x\n"
    );
    let files = [
        ("Chart.yaml", chart.as_str()),
        ("charts/api/charts/db/Chart.yaml", "apiVersion: v2\nname: db\nversion: 1.9.0\n"),
        ("lib/Chart.yaml", "apiVersion: v2\nname: lib\nversion: 0.1.0\ntype: library\n"),
    ];
    insta::assert_snapshot!(said(&files), @"
    wrong charts/api/Chart.yaml:6: `db` is there in 1.9.0, and `^2` is asked for: run `helm dependency update charts/api` and commit, or widen the range
    wrong charts/api/Chart.yaml:6: `my db` is no alias: use letters, digits, `_` and `-` only: Helm takes no others
    wrong charts/api/Chart.yaml:9: `cache` of https://example.org is neither in `charts/` nor in a lock, so that another version may come every time: run `helm dependency update charts/api` and commit the lock
    wrong charts/api/Chart.yaml:12: `latest`, the version of `lib`, is no range: write one as in `^1.2.0`
    wrong charts/api/Chart.yaml:12: the condition ` b..on` of `lib` is no path of keys: write `key.enabled`, and several with a comma and no space: Helm looks for the very text
    wrong charts/api/Chart.yaml:16: there is no chart in `../gone`, where `gone` should be: correct the path: it begins at the chart's folder
    wrong charts/api/Chart.yaml:19: two dependencies are called `lib`: give one of them another `alias`
    wrong charts/api/Chart.yaml:22: `none` is not in `charts/api/charts`, and no repository is named: put it there, or name its `repository`
    ");
}

#[test]
fn a_remote_chart_that_is_locked_is_only_noted() {
    let chart = format!("{GOOD}dependencies:\n- name: cache\n  version: ^1\n  repository: https://example.org\n");
    let lock = |version: &str, digest: &str| {
        format!(
            "dependencies:\n- name: cache\n  repository: https://example.org\n  version: {version}\ndigest: {digest}\n"
        )
    };
    let digest = crate::edit::lock_digest(&chart, &lock("1.2.0", "x")).unwrap();
    insta::assert_snapshot!(said(&[("Chart.yaml", &chart), ("Chart.lock", &lock("1.2.0", &digest))]), @"note charts/api/Chart.yaml:6: `cache` of https://example.org is not in `charts/`, so it was not looked at: `helm dependency build charts/api` fetches it; commit it to have it checked");
    let pinned = chart.replace("^1", "1.2.0");
    assert!(said(&[("Chart.yaml", &pinned)]).starts_with("note"), "one exact version needs no lock");
    insta::assert_snapshot!(said(&[("Chart.yaml", &chart), ("Chart.lock", &lock("1.2.0", "sha256:0"))]), @"
    wrong charts/api/Chart.lock:5: the lock is behind Chart.yaml: its digest does not come out as it stands: run `helm dependency update charts/api` and commit what it writes
    note charts/api/Chart.yaml:6: `cache` of https://example.org is not in `charts/`, so it was not looked at: `helm dependency build charts/api` fetches it; commit it to have it checked
    ");
    insta::assert_snapshot!(said(&[("Chart.yaml", &chart), ("Chart.lock", &lock("2.0.0", &digest))]), @"
    wrong charts/api/Chart.lock:2: `cache` is locked to 2.0.0, and `^1` is asked for: run `helm dependency update charts/api` and commit what it writes
    note charts/api/Chart.yaml:6: `cache` of https://example.org is not in `charts/`, so it was not looked at: `helm dependency build charts/api` fetches it; commit it to have it checked
    ");
    insta::assert_snapshot!(said(&[("Chart.yaml", GOOD), ("Chart.lock", &lock("1.2.0", &digest))]), @"wrong charts/api/Chart.lock:2: the lock names `cache`, which charts/api/Chart.yaml does not ask for: run `helm dependency update charts/api` and commit what it writes");
    let vendored = ("charts/api/charts/cache-1.1.0.tgz/Chart.yaml", "apiVersion: v2\nname: cache\nversion: 1.1.0\n");
    insta::assert_snapshot!(said(&[("Chart.yaml", &chart), ("Chart.lock", &lock("1.2.0", &digest)), vendored]), @"wrong charts/api/Chart.lock:2: `cache` is locked to 1.2.0, and charts/api/charts/cache-1.1.0.tgz holds 1.1.0: run `helm dependency update charts/api` and commit what it writes");
}

#[test]
fn charts_that_need_each_other_come_to_an_end() {
    let chart = format!("{GOOD}dependencies:\n- name: lib\n  version: '*'\n  repository: file://../../lib\n");
    let lib = "apiVersion: v2\nname: lib\nversion: 0.1.0\ndependencies:\n- name: api\n  version: '*'\n  repository: file://../charts/api\n";
    insta::assert_snapshot!(said(&[("Chart.yaml", &chart), ("lib/Chart.yaml", lib)]), @"
    wrong charts/api/Chart.yaml: the chart needs itself, or charts stand too deep in each other: take one dependency out
    ");
}
