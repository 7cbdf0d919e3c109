//! Against the double of GitHub's releases, against trouble on the way to it, and against answers that it does not give.

mod client;
mod faults;
mod schema;
mod strange;

use std::collections::BTreeMap;

use allclear_core::digest::Digest;
use allclear_core::names::CommitId;
use allclear_testbed::{Asset, FaultProxy, GitHub as Double, Origin, Release, TestEnv, Trouble};

use super::*;
use crate::content::Meter;
use crate::ports::download::{Downloaded, Found, Reader};
use crate::ports::registry::{Frozen, Registry};
use crate::ports::samples::frozen;
use crate::step::Probe;

const MARK: &str = "<!-- allclear: harbor 1.4.0, commit 5c30be3, opened 2026-11-23T10:00:00Z -->";

/// The release of `v1.4.0` in the repository at this address, to who has this token.
fn at(url: &str, token: Option<&str>) -> GitHubRelease {
    let forge = GitHub::with(url, token.map(str::to_owned), secret::GITHUB.to_owned()).unwrap();
    GitHubRelease::new(forge, "v1.4.0".parse().unwrap(), MARK.to_owned())
}

fn page() -> Page {
    Page {
        title: "harbor 1.4.0".to_owned(),
        body: format!("- Tea\n\n{MARK}"),
        branch: Some("release/v1.4.0".to_owned()),
        prerelease: false,
    }
}

/// A repository whose annotated tag `v1.4.0` is on the commit.
fn tagged(env: &TestEnv) -> (Origin, CommitId) {
    let origin = env.origin();
    let ana = origin.clone_for("ana-example");
    ana.git(&["tag", "--annotate", "--message", "harbor 1.4.0", "v1.4.0"]);
    ana.push("v1.4.0");
    let commit = origin.rev("v1.4.0^{commit}");
    (origin, CommitId::new(commit).unwrap())
}

/// What an error says, without the address, which differs from run to run; never the token.
fn said<T>(release: &GitHubRelease, result: Result<T, StepError>) -> String {
    let error = result.err().map(|error| error.chain()).expect("an error");
    if let Some(token) = &release.forge.token {
        assert!(!error.contains(token.as_str()), "{error}");
    }
    error.replace(release.forge.url.strip_suffix("/repos/example/harbor").unwrap(), "[github]")
}

/// How it stands, without the address.
fn told(release: &GitHubRelease, found: Probe) -> String {
    let host = release.forge.url.strip_suffix("/repos/example/harbor").unwrap();
    let told = match found {
        Probe::Absent => "absent".to_owned(),
        Probe::Ours { place } => format!("ours: {}", place.unwrap_or_default()),
        Probe::Foreign { found } => format!("foreign: {found}"),
        other => format!("{other:?}"),
    };
    told.replace(host, "[github]")
}

fn names(files: &[&Frozen]) -> BTreeMap<String, Digest> {
    files.iter().map(|file| (file.name.clone(), file.content.sha256)).collect()
}

/// What the double has: one line a release, one a file.
fn there(double: &Double) -> String {
    let mut lines = Vec::new();
    for release in double.releases() {
        let state = if release.draft { "draft" } else { "public" };
        lines.push(format!("{} {state}: {} on {}", release.tag, release.title, release.target));
        let asset = |asset: &Asset| format!("  {} {}", asset.name, if asset.whole { "whole" } else { "half" });
        lines.extend(release.assets.iter().map(asset));
    }
    lines.join("\n")
}

#[test]
fn a_draft_gets_its_files_and_everybody_sees_it_last() {
    let env = TestEnv::new();
    let (double, (origin, commit)) = (Double::serve(), tagged(&env));
    let release = at(&double.url(), Some(Double::WRITER));
    let (one, two) = (frozen(&env, "harbor/1.4.0/one+1@x.deb", b"one"), frozen(&env, "harbor/1.4.0/two.zip", b"two"));
    release.forge().admits("v1.4.0").unwrap();
    assert_eq!(double.releases().len(), 0, "who asks whether they may makes nothing");
    assert_eq!(told(&release, release.standing().unwrap()), "absent");

    // No tag is needed up to here.
    release.draft(&page()).unwrap();
    assert_eq!(told(&release, release.standing().unwrap()), "ours: [github]/example/harbor/releases/tag/untagged-1");
    assert_eq!(told(&release, release.public_standing().unwrap()), "absent");
    for file in [&one, &two] {
        assert_eq!(release.find(file).unwrap(), Probe::Absent);
        release.upload(file, &Meter::silent()).unwrap();
    }
    assert_eq!(
        told(&release, release.find(&one).unwrap()),
        "ours: [github]/example/harbor/releases/download/untagged-1/one+1@x.deb"
    );
    insta::assert_snapshot!(there(&double), @"
    v1.4.0 draft: harbor 1.4.0 on release/v1.4.0
      one+1@x.deb whole
      two.zip whole
    ");

    double.has_tags_of(&origin);
    release.publish(&commit, &names(&[&one, &two]), true).unwrap();
    assert_eq!(told(&release, release.standing().unwrap()), "ours: [github]/example/harbor/releases/tag/v1.4.0");
    assert_eq!(told(&release, release.public_standing().unwrap()), "ours: [github]/example/harbor/releases/tag/v1.4.0");
    assert_eq!((double.latest().as_deref(), double.own_tags().len()), (Some("v1.4.0"), 0));
    assert_eq!(release.twins().unwrap(), [""; 0]);
    assert_eq!(release.forge().latest().unwrap().as_deref(), Some("v1.4.0"));
}

#[test]
fn what_is_public_is_downloaded_without_a_token() {
    let env = TestEnv::new();
    let (double, (origin, commit)) = (Double::serve(), tagged(&env));
    double.has_tags_of(&origin);
    let release = at(&double.url(), Some(Double::WRITER));
    let file = frozen(&env, "harbor/1.4.0/one.deb", b"one");
    release.draft(&page()).unwrap();
    release.upload(&file, &Meter::silent()).unwrap();
    assert_eq!(Registry::download(&release, &file).unwrap(), None, "a draft is for nobody");
    release.publish(&commit, &names(&[&file]), true).unwrap();
    let read = Registry::download(&release, &file).unwrap().unwrap();
    let Downloaded { found, size, place, by } = read;
    assert_eq!((found, size, by), (Found::Whole(file.content.sha256), 3, Reader::Everybody));
    assert!(place.ends_with("/example/harbor/releases/download/v1.4.0/one.deb"), "{place}");
    let other = frozen(&env, "harbor/1.4.0/other.deb", b"other");
    assert_eq!(Registry::download(&release, &other).unwrap(), None);
}

#[test]
fn a_release_of_somebody_else_is_not_touched() {
    let env = TestEnv::new();
    let (double, (origin, commit)) = (Double::serve(), tagged(&env));
    double.has_tags_of(&origin);
    let release = at(&double.url(), Some(Double::WRITER));
    let theirs = |draft| Release { tag: "v1.4.0".to_owned(), title: "theirs".to_owned(), draft, ..Release::default() };
    // Their draft may name the same tag.
    double.add(theirs(true));
    assert_eq!(release.standing().unwrap(), Probe::Absent);
    release.draft(&page()).unwrap();
    assert!(told(&release, release.standing().unwrap()).ends_with("untagged-2"));
    // They were faster.
    double.change("v1.4.0", |release| release.draft = false);
    let foreign = "foreign: a release without our mark in its text, [github]/example/harbor/releases/tag/v1.4.0";
    assert_eq!(told(&release, release.standing().unwrap()), foreign);
    assert_eq!(told(&release, release.public_standing().unwrap()), foreign);
    insta::assert_snapshot!(said(&release, release.publish(&commit, &BTreeMap::new(), true)), @"`PATCH [github]/repos/example/harbor/releases/2` was refused with status 422 (Validation Failed: tag_name already_exists): GitHub knows why");
    insta::assert_snapshot!(there(&double), @"
    v1.4.0 public: theirs on 
    v1.4.0 draft: harbor 1.4.0 on release/v1.4.0
    ");
}

#[test]
fn a_draft_that_somebody_gave_another_tag_stops_the_release() {
    let env = TestEnv::new();
    let (double, (origin, commit)) = (Double::serve(), tagged(&env));
    double.has_tags_of(&origin);
    let release = at(&double.url(), Some(Double::WRITER));
    release.draft(&page()).unwrap();
    double.change("v1.4.0", |release| release.tag = "v9.0.0".to_owned());
    insta::assert_snapshot!(told(&release, release.standing().unwrap()), @"foreign: our release, which somebody has given the tag `v9.0.0`, [github]/example/harbor/releases/tag/untagged-1");
    insta::assert_snapshot!(said(&release, release.publish(&commit, &BTreeMap::new(), true)), @"our release, which somebody has given the tag `v9.0.0`, [github]/example/harbor/releases/tag/untagged-1");
    assert!(double.releases()[0].draft);
    // Words of it people may change.
    double.change("v9.0.0", |release| {
        release.tag = "v1.4.0".to_owned();
        release.body = format!("- Tea, and biscuits\r\n\r\n{MARK}\r\n");
        release.title = "The one with the biscuits".to_owned();
    });
    assert!(matches!(release.standing().unwrap(), Probe::Ours { .. }));
}

#[test]
fn github_makes_no_tag() {
    let env = TestEnv::new();
    let (double, (origin, commit)) = (Double::serve(), tagged(&env));
    let release = at(&double.url(), Some(Double::WRITER));
    release.draft(&page()).unwrap();
    let missing = release.publish(&commit, &BTreeMap::new(), true);
    assert!(matches!(missing, Err(StepError::Passing { .. })));
    insta::assert_snapshot!(said(&release, missing), @"`[github]/repos/example/harbor` does not show the tag v1.4.0");

    double.has_tags_of(&origin);
    let other = CommitId::new("1".repeat(40)).unwrap();
    let moved = release.publish(&other, &BTreeMap::new(), true);
    assert!(matches!(moved, Err(StepError::Foreign { .. })));
    insta::assert_snapshot!(said(&release, moved).replace(commit.as_str(), "[commit]"), @"the tag v1.4.0 of `[github]/repos/example/harbor` holds commit [commit], and this release has commit 1111111111111111111111111111111111111111: find out who moved it; nothing was made public");
    assert!(double.releases()[0].draft && double.own_tags().is_empty());

    // A tag need not be an object of its own, and one can name another.
    origin.git(&["tag", "--force", "v1.4.0", commit.as_str()]);
    origin.git(&["tag", "--annotate", "--message", "one", "deep", commit.as_str()]);
    origin.git(&["tag", "--annotate", "--message", "two", "deeper", "deep"]);
    let deeper = origin.rev("deeper");
    release.require_tag(&commit).unwrap();
    origin.git(&["update-ref", "refs/tags/v1.4.0", &deeper]);
    release.publish(&commit, &BTreeMap::new(), true).unwrap();
    assert!(!double.releases()[0].draft && double.own_tags().is_empty());
}

#[test]
fn half_an_upload_is_sent_again_and_nothing_else_is_taken_away() {
    let env = TestEnv::new();
    let (double, (origin, commit)) = (Double::serve(), tagged(&env));
    double.has_tags_of(&origin);
    let proxy = FaultProxy::before(double.port());
    let release = at(&Double::url_by(proxy.port()), Some(Double::WRITER));
    let (one, two) = (frozen(&env, "harbor/1.4.0/one.deb", &[1; 9000]), frozen(&env, "harbor/1.4.0/two.deb", b"ours"));
    release.draft(&page()).unwrap();
    double.change("v1.4.0", |release| {
        let asset = |name: &str, id| Asset { id, name: name.to_owned(), whole: true, bytes: b"theirs".to_vec() };
        release.assets = vec![asset("two.deb", 98), asset("extra.txt", 99)];
    });
    // The list of releases passes, and the upload breaks off.
    proxy.meet([None, Some(Trouble::ResetMidUpload)]);
    assert!(matches!(release.upload(&one, &Meter::silent()), Err(StepError::Passing { .. })));
    allclear_testbed::wait::until("half of it", std::time::Duration::from_secs(60), || there(&double).contains("half"));
    assert_eq!(release.find(&one).unwrap(), Probe::Absent);
    insta::assert_snapshot!(said(&release, release.publish(&commit, &names(&[&one]), true)), @"our draft for v1.4.0 does not show `one.deb` as it was frozen, and is not made public so");
    let again = release.upload(&one, &Meter::silent());
    assert!(matches!(again, Err(StepError::Passing { .. })));
    insta::assert_snapshot!(said(&release, again), @"`one.deb` was there by half, which is taken away");
    release.upload(&one, &Meter::silent()).unwrap();
    assert!(matches!(release.find(&one).unwrap(), Probe::Ours { .. }));

    // What is there with other bytes is somebody's.
    let theirs = Digest::of(b"theirs");
    assert_eq!(release.find(&two).unwrap(), Probe::Foreign { found: format!("sha256:{theirs}") });
    release.upload(&two, &Meter::silent()).unwrap();
    insta::assert_snapshot!(there(&double), @"
    v1.4.0 draft: harbor 1.4.0 on release/v1.4.0
      two.deb whole
      extra.txt whole
      one.deb whole
    ");
    insta::assert_snapshot!(said(&release, release.publish(&commit, &names(&[&one, &two]), true)), @"our draft for v1.4.0 does not show `two.deb` as it was frozen, and is not made public so");
    assert!(double.releases()[0].draft);
}

#[test]
fn without_digests_the_bytes_are_read_and_the_token_stays_at_the_api() {
    let env = TestEnv::new();
    let double = Double::serve();
    double.tells_no_digests();
    let release = at(&double.url(), Some(Double::WRITER));
    let file = frozen(&env, "harbor/1.4.0/one.deb", b"ours");
    release.draft(&page()).unwrap();
    release.upload(&file, &Meter::silent()).unwrap();
    // The double's storage says no to whoever shows it a token.
    assert!(matches!(release.find(&file).unwrap(), Probe::Ours { .. }));
    double.change("v1.4.0", |release| release.assets[0].bytes = b"owns".to_vec());
    assert_eq!(release.find(&file).unwrap(), Probe::Foreign { found: format!("sha256:{}", Digest::of(b"owns")) });
    double.change("v1.4.0", |release| release.assets[0].bytes = b"more than ours".to_vec());
    assert_eq!(release.find(&file).unwrap(), Probe::Foreign { found: "a file of 14 bytes".to_owned() });
}

#[test]
fn who_may_not_write_is_told_the_way_out() {
    let env = TestEnv::new();
    let double = Double::serve();
    let refused = |token: Option<&str>| {
        let release = at(&double.url(), token);
        said(&release, release.forge().admits("v1.4.0"))
    };
    insta::assert_snapshot!(refused(None), @"no token for `[github]/repos/example/harbor`: set GITHUB_TOKEN to a token that may write the contents of the repository");
    insta::assert_snapshot!(refused(Some("guessed-token")), @"`POST [github]/repos/example/harbor/releases/generate-notes` was refused with status 401 (Bad credentials): the token in GITHUB_TOKEN must be valid, and allowed to write the contents of the repository");
    insta::assert_snapshot!(refused(Some(Double::READER)), @"`POST [github]/repos/example/harbor/releases/generate-notes` was refused with status 403 (Resource not accessible by personal access token): the token in GITHUB_TOKEN must be valid, and allowed to write the contents of the repository");
    let reader = at(&double.url(), Some(Double::READER));
    insta::assert_snapshot!(said(&reader, reader.draft(&page())), @"`POST [github]/repos/example/harbor/releases` was refused with status 403 (Resource not accessible by personal access token): the token in GITHUB_TOKEN must be valid, and allowed to write the contents of the repository");
    let file = frozen(&env, "harbor/1.4.0/one.deb", b"ours");
    insta::assert_snapshot!(said(&reader, reader.upload(&file, &Meter::silent())), @"`[github]/repos/example/harbor` does not show our draft for v1.4.0");
    assert_eq!(there(&double), "");
}

#[test]
fn long_lists_are_read_to_where_ours_is() {
    let env = TestEnv::new();
    let (double, (origin, commit)) = (Double::serve(), tagged(&env));
    double.has_tags_of(&origin);
    let release = at(&double.url(), Some(Double::WRITER));
    release.draft(&page()).unwrap();
    for number in 0..70 {
        let prerelease = number % 2 == 1;
        double.add(Release { tag: format!("v2.0.{number}"), prerelease, ..Release::default() });
    }
    let files: Vec<Frozen> = (0..120)
        .map(|number| frozen(&env, &format!("harbor/1.4.0/{number}.txt"), format!("{number}").as_bytes()))
        .collect();
    for file in &files {
        release.upload(file, &Meter::silent()).unwrap();
    }
    assert!(matches!(release.find(&files[119]).unwrap(), Probe::Ours { .. }));
    release.publish(&commit, &names(&files.iter().collect::<Vec<_>>()), false).unwrap();
    assert!(matches!(release.public_standing().unwrap(), Probe::Ours { .. }));
    assert_eq!(double.latest(), None, "an old line does not become the latest");
    assert_eq!(release.forge().public_tags().unwrap().len(), 36);
    assert_eq!(release.forge().latest().unwrap(), None);
}

#[test]
fn of_two_drafts_that_are_ours_the_first_is_the_release() {
    let env = TestEnv::new();
    let (double, (origin, commit)) = (Double::serve(), tagged(&env));
    double.has_tags_of(&origin);
    let release = at(&double.url(), Some(Double::WRITER));
    let file = frozen(&env, "harbor/1.4.0/one.deb", b"one");
    release.draft(&page()).unwrap();
    release.draft(&page()).unwrap();
    release.upload(&file, &Meter::silent()).unwrap();
    release.publish(&commit, &names(&[&file]), true).unwrap();
    insta::assert_snapshot!(there(&double), @"
    v1.4.0 public: harbor 1.4.0 on release/v1.4.0
      one.deb whole
    v1.4.0 draft: harbor 1.4.0 on release/v1.4.0
    ");
    let twins: Vec<String> = release.twins().unwrap();
    assert!(twins.len() == 1 && twins[0].ends_with("/releases/tag/untagged-2"), "{twins:?}");
}
