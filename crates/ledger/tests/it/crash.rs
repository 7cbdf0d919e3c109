//! `kill -9` at every point where it could hurt.

use std::collections::BTreeSet;
use std::path::Path;

use allclear_ledger::fault;
use allclear_testbed::kill::run_until_killed;
use allclear_testbed::{Ran, Repo, TestEnv};

use crate::it::support::*;

/// Every point, with the number of the time that it is passed where that makes a difference.
const POINTS: &[&str] = &[
    "append-before-write",
    "append-half-written",
    "append-after-sync",
    "append-before-write:3",
    "append-half-written:3",
    "append-after-sync:3",
    "share-begin",
    "share-after-fold:1",
    "share-after-fetch",
    "share-after-take-over",
    "settle-before-journal:1",
    "share-after-fold:2",
    "share-after-push",
    "share-after-branch",
    "settle-before-journal:2",
];

const ORDERS: &[&str] = &["open=1.4.0", "note=1.4.0:a", "note=1.4.0:b", "share"];

/// Ana's clone, while Bo has shared something that she does not know of.
fn behind() -> (TestEnv, Repo) {
    let env = TestEnv::new();
    let origin = env.origin();
    let ana = origin.clone_for("ana-example");
    let mut bo = shared(&origin.clone_for("bo-example"));
    record(&mut bo, "1.3.3", opened());
    sync(&mut bo);
    (env, ana)
}

/// Does what is left of the orders, as a program that starts again does: it looks, and goes on.
fn go_on(ana: &Repo) {
    let done = story(&shared(ana), "1.4.0").len();
    Ran::of(&mut hand(ana, "origin", &ORDERS[done..])).expect_success();
}

fn check(ana: &Repo, point: &str) {
    let ledger = shared(ana);
    let told = ["2 minor release opened", "3 verify/lint reopened: a", "4 verify/lint reopened: b"];
    assert_eq!(story(&ledger, "1.4.0"), told, "killed at {point}");
    assert_eq!(verified(&ledger).len(), 4, "killed at {point}");
    assert_eq!(ledger.unshared().count(), 0, "killed at {point}");
    assert!(!ana.path().join(".git/allclear/set-aside").exists(), "killed at {point}: nothing was in anybody's way");
    let theirs = ana.git(&["ls-remote", "origin", BRANCH]);
    assert!(theirs.starts_with(&ana.rev(BRANCH)), "killed at {point}");
}

#[test]
fn killed_anywhere_and_started_again_everything_is_there_once() {
    for point in POINTS {
        let (_env, ana) = behind();
        let mut dying = hand(&ana, "origin", ORDERS);
        let ran = Ran::of(dying.env(fault::VARIABLE, point));
        assert!(allclear_testbed::kill::was_killed(&ran.status), "{point}: {ran}");
        let acknowledged = ran.stdout.lines().filter(|line| line.starts_with("recorded")).count();
        let there = story(&shared(&ana), "1.4.0").len();
        let unsaid = usize::from(point.starts_with("append-after-sync"));
        assert_eq!(there, acknowledged + unsaid, "killed at {point}: {ran}");
        go_on(&ana);
        check(&ana, point);
    }
}

#[test]
fn killed_again_while_recovering_it_still_recovers() {
    let (_env, ana) = behind();
    for point in POINTS.iter().filter(|point| point.starts_with("append")) {
        let done = story(&shared(&ana), "1.4.0").len();
        let mut dying = hand(&ana, "origin", &ORDERS[done..3]);
        let _ = Ran::of(dying.env(fault::VARIABLE, point.split(':').next().unwrap()));
    }
    Ran::of(&mut hand(&ana, "-", &ORDERS[story(&shared(&ana), "1.4.0").len()..3])).expect_success();
    let sharing =
        ["share-begin", "share-after-fold", "share-after-fetch", "share-after-take-over", "settle-before-journal"];
    let ending = ["share-after-push", "share-begin", "share-after-branch", "settle-before-journal"];
    for point in sharing.iter().chain(&ending) {
        let mut dying = hand(&ana, "origin", &["share"]);
        run_until_killed(dying.env(fault::VARIABLE, point));
    }
    Ran::of(&mut hand(&ana, "origin", &["share"])).expect_success();
    check(&ana, "many points");
}

#[test]
fn without_a_remote_a_kill_loses_nothing_either() {
    for point in ["share-begin", "share-after-fold", "share-after-branch", "settle-before-journal"] {
        let repo = alone("sha1");
        let mut dying = hand(&repo, "-", ORDERS);
        run_until_killed(dying.env(fault::VARIABLE, point));
        let told = story(&open(&repo, None), "1.4.0");
        assert_eq!(told.len(), 3, "killed at {point}");
        Ran::of(&mut hand(&repo, "-", &["share"])).expect_success();
        let ledger = open(&repo, None);
        assert_eq!((story(&ledger, "1.4.0"), verified(&ledger).len()), (told, 3), "killed at {point}");
        assert!(!repo.path().join(".git/allclear/set-aside").exists(), "killed at {point}");
    }
}

#[test]
fn no_point_is_forgotten() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut found = BTreeSet::new();
    while let Some(path) = folders.pop() {
        if path.is_dir() {
            folders.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = std::fs::read_to_string(path).unwrap();
        for (_, rest) in text.match_indices("fault::point(\"").map(|(at, found)| text[at..].split_at(found.len())) {
            let name = rest.split('"').next().unwrap();
            found.insert(name.to_owned());
        }
    }
    let tested = POINTS.iter().filter_map(|point| point.split(':').next()).map(str::to_owned);
    assert_eq!(found, tested.collect());
}
