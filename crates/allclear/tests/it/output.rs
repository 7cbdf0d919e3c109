//! What programs read: JSON; and what people look at before it happens: the plan.

use allclear_testbed::{Ran, Repo};
use insta::assert_snapshot;
use serde_json::Value;

use super::sample::Sample;
use super::transcript::{Story, allclear, ends};

#[test]
fn every_command_can_write_one_json_value() {
    let sample = Sample::new();
    let (ana, bo) = (sample.ana(), sample.bo());
    let mut story = String::new();
    let mut tell = |clone: &Repo, words: &str, keys: &[&str]| {
        let ran = allclear(clone, &format!("{words} --json"));
        story.push_str(&format!("{words} [{}] {}\n", ran.status.code().unwrap(), excerpt(&ran, keys)));
    };
    tell(&ana, "status", &["open", "releases"]);
    tell(&ana, "check", &["stops"]);
    tell(&ana, "schema", &["title"]);
    tell(&ana, "go", &["error", "exit"]);
    tell(&ana, "start minor", &["opened", "kind"]);
    tell(&ana, "plan", &[]);
    tell(&ana, "go", &["exit", "away", "unknown", "unshared"]);
    tell(&ana, "done audit", &["step", "done"]);
    tell(&ana, "retry check", &["step", "retry"]);
    tell(&ana, "waive manual --reason 'nobody reads it'", &["step", "waive"]);
    tell(&ana, "go", &["exit"]);
    tell(&ana, "sign-off product", &["gate", "role", "verdict"]);
    tell(&bo, "no-go qa --reason 'cold coffee'", &["gate", "role", "verdict"]);
    tell(&bo, "sign-off product", &["error", "exit"]);
    tell(&ana, "go", &["exit"]);
    tell(&ana, "status --all", &["project", "version", "kind", "branch"]);
    tell(&ana, "abort --reason 'enough'", &["aborted", "past-return"]);
    tell(&ana, "audit", &["events", "releases", "violations", "incomplete"]);
    tell(&ana, "init", &["error", "exit"]);
    assert_snapshot!(story, @r#"
    status [0] open [], releases []
    check [0] stops 0
    schema [0] title "An Allclear process"
    go [64] error "no release is open", exit "usage"
    start minor [0] opened "1.3.0", kind "minor"
    plan [0] 
    go [4] exit "waits-for-people", away [], unknown [], unshared null
    done audit [0] step "prepare/audit", done true
    retry check [0] step "verify/check", retry "another try"
    waive manual --reason 'nobody reads it' [0] step "verify/manual", waive "nobody reads it"
    go [4] exit "waits-for-people"
    sign-off product [0] gate "review/readiness", role "product", verdict "go"
    no-go qa --reason 'cold coffee' [0] gate "review/readiness", role "qa", verdict "no-go"
    sign-off product [64] error "no gate waits for `product` now", exit "usage"
    go [1] exit "failed"
    status --all [0] project "kiosk", version "1.3.0", kind "minor", branch "release/v1.3.0"
    abort --reason 'enough' [0] aborted "1.3.0", past-return false
    audit [0] events 15, releases 1, violations [], incomplete []
    init [64] error "`allclear.toml` is there already", exit "usage"
    "#);
}

/// The whole standard output must be one JSON value on one line; returns some of its entries.
fn excerpt(ran: &Ran, keys: &[&str]) -> String {
    let line = ran.stdout.strip_suffix('\n').unwrap_or_else(|| panic!("no line: {ran}"));
    assert!(!line.contains('\n'), "several lines: {ran}");
    let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {ran}"));
    let entries: Vec<_> = keys.iter().map(|key| format!("{key} {}", value[key])).collect();
    entries.join(", ")
}

#[test]
fn the_plan_shows_every_effect_and_the_bump_as_a_diff_before_it_happens() {
    let sample = Sample::new();
    let ana = sample.ana();
    let mut story = Story::default();
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 4);
    let before = sample.recorded(&ana);

    story.tell(&ana, "plan");
    assert_snapshot!(story.told(), @r#"

    ana$ allclear plan
    prepare/changelog  changelog
        commit [id] on release/v1.3.0  refs/heads/release/v1.3.0 after [id] → [id]
          diff --git a/CHANGELOG.md b/CHANGELOG.md
          index [id]..[id] 100644
          --- a/CHANGELOG.md
          +++ b/CHANGELOG.md
          @@ -1,5 +1,15 @@
           # Changelog

          +## 1.3.0 - [date]
          +
          +### Added
          +
          +- a menu ([id])
          +
          +### Fixed
          +
          +- there was no coffee ([id])
          +
           ## 1.2.0 - [date]

           - The first one
    package/bump  bump chore(release): v1.3.0
        commit [id] on release/v1.3.0  refs/heads/release/v1.3.0 after [id] → [id]
          diff --git a/charts/kiosk/Chart.yaml b/charts/kiosk/Chart.yaml
          index [id]..[id] 100644
          --- a/charts/kiosk/Chart.yaml
          +++ b/charts/kiosk/Chart.yaml
          @@ -1,4 +1,4 @@
           apiVersion: v2
           name: kiosk
          -version: 1.2.0
          -appVersion: "1.2.0"
          +version: 1.3.0
          +appVersion: "1.3.0"
          diff --git a/package.json b/package.json
          index [id]..[id] 100644
          --- a/package.json
          +++ b/package.json
          @@ -1,4 +1,4 @@
           {
             "name": "kiosk",
          -  "version": "1.2.0"
          +  "version": "1.3.0"
           }
          diff --git a/pyproject.toml b/pyproject.toml
          index [id]..[id] 100644
          --- a/pyproject.toml
          +++ b/pyproject.toml
          @@ -1,3 +1,3 @@
           [project]
           name = "kiosk"
          -version = "1.2.0" # one of three
          +version = "1.3.0" # one of three
    package/tag  tag v1.3.0  cannot be taken back
        not known yet: `package/bump` comes first, and the rest is about the commit that it makes
    package/publish-pypi  publish pypi  cannot be taken back
        not known yet: `package/bump` comes first, and the rest is about the commit that it makes
    package/publish-helm-chart  publish helm-chart  cannot be taken back
        not known yet: `package/bump` comes first, and the rest is about the commit that it makes
    deploy/deploy-staging  deploy staging
        not known yet: `package/bump` comes first, and the rest is about the commit that it makes
    deploy/deploy-production  deploy production
        not known yet: `package/bump` comes first, and the rest is about the commit that it makes
    close/archive  archive logs
        not known yet: `package/bump` comes first, and the rest is about the commit that it makes
    [0]
    "#);
    assert_eq!(sample.recorded(&ana), before, "a plan changes nothing");
}
