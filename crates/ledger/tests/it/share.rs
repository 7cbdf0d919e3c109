//! Several clones, one remote, and everything that goes wrong between them.

use allclear_core::event::Event;
use allclear_ledger::{LedgerError, Reached};
use allclear_testbed::hooks::reject_next_pushes;
use allclear_testbed::{Fault, GitHttp, Ran, TestEnv};

use crate::it::support::*;

#[test]
fn what_one_shares_the_other_gets() {
    let origin = TestEnv::new().origin();
    let mut ana = shared(&origin.clone_for("ana-example"));
    let mut bo = shared(&origin.clone_for("bo-example"));
    record(&mut ana, "1.4.0", opened());
    assert_eq!(share(&mut ana).sent, 1);
    record(&mut bo, "1.3.3", opened());
    record(&mut bo, "1.3.3", noted("b"));
    let came = share(&mut bo);
    assert_eq!((came.received, came.sent, came.set_aside.len()), (1, 2, 0));
    record(&mut bo, "1.4.0", noted("joined"));
    sync(&mut bo);
    assert_eq!(share(&mut ana).received, 3);
    for ledger in [&ana, &bo] {
        assert_eq!(story(ledger, "1.4.0"), ["1 minor release opened", "4 verify/lint reopened: joined"]);
        assert_eq!(story(ledger, "1.3.3"), ["2 minor release opened", "3 verify/lint reopened: b"]);
        assert_eq!(verified(ledger).len(), 4);
    }
    assert_eq!(ana.head(), bo.head());
    let again = share(&mut ana);
    assert_eq!((again.received, again.sent), (0, 0), "nothing is left to do");
}

#[test]
fn a_plain_fetch_is_taken_over_without_the_network() {
    let env = TestEnv::new();
    let origin = env.origin();
    let (ana, bo) = (origin.clone_for("ana-example"), origin.clone_for("bo-example"));
    let mut ledger = shared(&ana);
    record(&mut ledger, "1.4.0", opened());
    sync(&mut ledger);
    bo.git(&["fetch", "--quiet"]);
    std::fs::rename(origin.path(), env.root().join("away.git")).unwrap();
    let mut ledger = shared(&bo);
    assert_eq!(ledger.last_seq(), 0, "what was fetched is not believed before it is verified");
    assert_eq!(ledger.take_over().unwrap(), 1);
    assert_eq!(ledger.take_over().unwrap(), 0);
    assert_eq!(verified(&shared(&bo)).len(), 1);
}

#[test]
fn a_ledger_that_began_alone_can_be_shared_later() {
    let env = TestEnv::new();
    let repo = env.origin().clone_for("ana-example");
    let mut ledger = open(&repo, None);
    record(&mut ledger, "1.4.0", opened());
    sync(&mut ledger);
    let mut ledger = shared(&repo);
    sync(&mut ledger);
    record(&mut ledger, "1.4.0", noted("x"));
    sync(&mut ledger);
    assert_eq!(repo.git(&["ls-remote", "origin", BRANCH]).split_whitespace().next().unwrap(), repo.rev(BRANCH));
}

#[test]
fn two_first_events_become_one_ledger() {
    let origin = TestEnv::new().origin();
    let mut ana = shared(&origin.clone_for("ana-example"));
    let mut bo = shared(&origin.clone_for("bo-example"));
    record(&mut ana, "1.4.0", opened());
    record(&mut bo, "1.3.3", opened());
    sync(&mut ana);
    sync(&mut bo);
    assert_eq!(verified(&bo).len(), 2);
    let name = |release| bo.release(&version(release)).unwrap()[0].ledger.clone();
    assert_eq!(name("1.4.0"), name("1.3.3"));
}

#[test]
fn two_who_record_at_once_lose_nothing_and_double_nothing() {
    let origin = TestEnv::new().origin();
    let (ana, bo) = (origin.clone_for("ana-example"), origin.clone_for("bo-example"));
    let mut ledger = shared(&ana);
    record(&mut ledger, "1.4.0", opened());
    sync(&mut ledger);
    sync(&mut shared(&bo));
    std::thread::scope(|scope| {
        for repo in [&ana, &bo] {
            scope.spawn(move || Ran::of(&mut hand(repo, "origin", &["race=1.4.0:50"])).expect_success());
        }
    });
    sync(&mut ledger);
    let told = verified(&ledger);
    assert_eq!(told.len(), 101);
    let mut notes = told[1..].to_vec();
    notes.sort();
    notes.dedup();
    assert_eq!(notes.len(), 100, "each event once");
    assert_eq!(ana.git(&["rev-list", "--count", "--min-parents=2", BRANCH]), "0");
    assert_eq!(origin.rev(BRANCH), ana.rev(BRANCH));
}

#[test]
fn refused_pushes_are_tried_again_and_then_given_up_without_loss() {
    let origin = TestEnv::new().origin();
    let repo = origin.clone_for("ana-example");
    let mut ledger = shared(&repo);
    record(&mut ledger, "1.4.0", opened());
    reject_next_pushes(origin.path(), 3);
    assert_eq!(share(&mut ledger).sent, 1);
    record(&mut ledger, "1.4.0", noted("x"));
    reject_next_pushes(origin.path(), 9);
    let shared = ledger.share().unwrap();
    assert!(matches!(&shared.reached, Reached::Refused { reason } if !reason.is_empty()), "{shared:?}");
    assert_eq!((shared.sent, ledger.unshared().count()), (0, 1));
    reject_next_pushes(origin.path(), 0);
    assert_eq!(share(&mut ledger).sent, 1);
    assert_eq!(verified(&ledger).len(), 2);
}

#[test]
fn a_push_whose_answer_is_lost_is_not_doubled() {
    let env = TestEnv::new();
    let origin = env.origin();
    let server = GitHttp::serve(&env, &[]);
    let url = server.url("origin.git");
    let ana = env.person("ana-example").clone_of(&url);
    let mut ledger = shared(&ana);
    record(&mut ledger, "1.4.0", opened());
    server.fail_next(Fault::LoseAnswer);
    assert_eq!(share(&mut ledger).sent, 1);
    assert_eq!(server.faults_left(), 0);
    record(&mut ledger, "1.4.0", noted("x"));
    server.fail_next(Fault::Status(503));
    assert_eq!(share(&mut ledger).sent, 1);
    assert_eq!(verified(&ledger).len(), 2);
    assert_eq!(origin.rev(BRANCH), ana.rev(BRANCH));
}

#[test]
fn ours_is_recognised_under_what_others_built_on_it() {
    let env = TestEnv::new();
    let origin = env.origin();
    let (ana, bo) = (origin.clone_for("ana-example"), origin.clone_for("bo-example"));
    // Ana dies between the push and the moment when her clone knows of it, and Bo goes on from there.
    let mut dying = hand(&ana, "origin", &["open=1.4.0", "note=1.4.0:a", "share"]);
    allclear_testbed::kill::run_until_killed(dying.env(allclear_ledger::fault::VARIABLE, "share-after-push"));
    let mut theirs = shared(&bo);
    sync(&mut theirs);
    record(&mut theirs, "1.4.0", noted("b"));
    sync(&mut theirs);
    let mut ours = shared(&ana);
    record(&mut ours, "1.4.0", noted("c"));
    let shared = share(&mut ours);
    assert_eq!(shared.set_aside, []);
    let told =
        ["minor release opened", "verify/lint reopened: a", "verify/lint reopened: b", "verify/lint reopened: c"];
    assert_eq!(verified(&ours), told);
}

#[test]
fn a_remote_that_is_away_delays_and_loses_nothing() {
    let env = TestEnv::new();
    let _origin = env.origin();
    let server = GitHttp::serve(&env, &[]);
    let ana = env.person("ana-example").clone_of(&server.url("origin.git"));
    let mut ledger = shared(&ana);
    record(&mut ledger, "1.4.0", opened());
    server.down(true);
    for _ in 0..2 {
        let shared = ledger.share().unwrap();
        assert!(matches!(&shared.reached, Reached::Away { reason } if !reason.is_empty()), "{shared:?}");
        assert_eq!(shared.sent, 0);
    }
    record(&mut ledger, "1.4.0", noted("goes on"));
    assert_eq!(story(&ledger, "1.4.0").len(), 2);
    server.down(false);
    assert_eq!(share(&mut ledger).sent, 2);
    assert_eq!(verified(&ledger).len(), 2);
}

#[test]
fn a_rewritten_remote_stops_everything_and_moves_nothing() {
    let env = TestEnv::new();
    let origin = env.origin();
    let repo = origin.clone_for("ana-example");
    let mut ledger = shared(&repo);
    record(&mut ledger, "1.4.0", opened());
    record(&mut ledger, "1.4.0", noted("x"));
    sync(&mut ledger);
    let ours = repo.rev(BRANCH);
    let other = origin_with_another_ledger(&env);
    let cut = origin.rev(&format!("{BRANCH}~1"));
    origin.git(&["fetch", "--quiet", &other, &format!("+{BRANCH}:refs/other")]);
    let foreign = origin.rev("refs/other");
    for theirs in [Some(&cut), Some(&foreign), None] {
        match theirs {
            Some(theirs) => origin.git(&["update-ref", BRANCH, theirs]),
            None => origin.git(&["update-ref", "-d", BRANCH]),
        };
        for waiting in 0..2 {
            if waiting == 1 {
                record(&mut ledger, "1.4.0", noted("waits"));
            }
            match ledger.share().unwrap_err() {
                LedgerError::Rewritten { ours: named, theirs: found } => {
                    assert_eq!(named.as_str(), ours);
                    assert_eq!(found.as_ref().map(|found| found.as_str()), theirs.map(String::as_str));
                }
                other => panic!("{other}"),
            }
            assert_eq!(repo.rev(BRANCH), ours);
            assert!(ledger.unshared().count() >= waiting);
        }
    }
    // The way out that the message names.
    repo.push(&format!("{BRANCH}:{BRANCH}"));
    sync(&mut ledger);
    assert_eq!(verified(&ledger).len(), 5);
}

fn origin_with_another_ledger(env: &TestEnv) -> String {
    let other = env.origin_named("other.git");
    let mut ledger = shared(&other.clone_for("di-example"));
    record(&mut ledger, "1.4.0", opened());
    sync(&mut ledger);
    other.url()
}

#[test]
fn what_does_not_verify_is_not_taken_over() {
    let origin = TestEnv::new().origin();
    let (ana, bo) = (origin.clone_for("ana-example"), origin.clone_for("bo-example"));
    let mut theirs = shared(&ana);
    record(&mut theirs, "1.4.0", opened());
    sync(&mut theirs);
    let mut ours = shared(&bo);
    sync(&mut ours);
    let before = bo.rev(BRANCH);
    record(&mut theirs, "1.4.0", noted("x"));
    sync(&mut theirs);
    let raw = ana.git(&["cat-file", "commit", BRANCH]).replace("author Ana", "author Eve");
    let forged = ana.env().root().join("forged");
    std::fs::write(&forged, raw + "\n").unwrap();
    let forged = ana.git(&["hash-object", "-t", "commit", "-w", forged.to_str().unwrap()]);
    ana.push(&format!("+{forged}:{BRANCH}"));
    let error = ours.share().unwrap_err().to_string();
    assert!(error.contains("event 2") && error.contains("its author is `Eve Example"), "{error}");
    assert_eq!(bo.rev(BRANCH), before);
}

#[test]
fn who_opens_a_release_second_steps_aside_and_keeps_their_events() {
    let origin = TestEnv::new().origin();
    let (ana, bo) = (origin.clone_for("ana-example"), origin.clone_for("bo-example"));
    let (mut first, mut second) = (shared(&ana), shared(&bo));
    record(&mut first, "1.4.0", opened());
    sync(&mut first);
    record(&mut second, "1.4.0", opened());
    record(&mut second, "1.3.3", opened());
    record(&mut second, "1.4.0", noted("mine"));
    let came = share(&mut second);
    assert_eq!((came.received, came.sent), (1, 1));
    let [aside] = came.set_aside.as_slice() else { panic!("{came:?}") };
    let kept = std::fs::read_to_string(&aside.file).unwrap();
    let lines: Vec<_> = aside.records.iter().map(|r| String::from_utf8(r.bytes().unwrap()).unwrap() + "\n").collect();
    assert_eq!(kept, lines.concat());
    assert_eq!(aside.records.iter().map(|r| r.event.name()).collect::<Vec<_>>(), ["release-opened", "step-reopened"]);
    assert_eq!(verified(&second).len(), 2);
    assert_eq!(story(&second, "1.3.3"), ["2 minor release opened"]);
    record(&mut second, "1.4.0", noted("joined"));
    assert!(share(&mut second).set_aside.is_empty());
}

#[test]
fn events_of_a_release_that_was_finished_meanwhile_still_count() {
    let origin = TestEnv::new().origin();
    let (ana, bo) = (origin.clone_for("ana-example"), origin.clone_for("bo-example"));
    let (mut first, mut second) = (shared(&ana), shared(&bo));
    record(&mut first, "1.4.0", opened());
    sync(&mut first);
    sync(&mut second);
    record(&mut second, "1.4.0", noted("late"));
    record(&mut first, "1.4.0", Event::ReleaseFinished {});
    sync(&mut first);
    assert_eq!(share(&mut second).sent, 1);
    assert_eq!(story(&second, "1.4.0").last().unwrap(), "3 verify/lint reopened: late");
    assert_eq!(second.open_releases(), []);
    verified(&second);
}
