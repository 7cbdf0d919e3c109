//! Recording and reading in one clone.

use allclear_core::event::{Event, Kept};
use allclear_ledger::evidence::{self, Source};
use allclear_ledger::{Config, Found, Illegal, Ledger, LedgerError, Standing};
use allclear_testbed::Ran;
use allclear_testbed::limits::with_file_size_limit;

use crate::it::support::*;

#[test]
fn what_was_recorded_is_read_back_before_and_after_sharing_and_by_others() {
    let repo = alone("sha1");
    let mut ledger = open(&repo, None);
    assert_eq!((ledger.head(), ledger.last_seq(), ledger.open_releases()), (None, 0, vec![]));
    record(&mut ledger, "1.4.0", opened());
    record(&mut ledger, "1.3.3", opened());
    record(&mut ledger, "1.4.0", noted("a flaky test"));
    let told = ["1 minor release opened", "3 verify/lint reopened: a flaky test"];
    assert_eq!(story(&ledger, "1.4.0"), told);
    assert_eq!(story(&open(&repo, None), "1.4.0"), told, "unshared events survive");
    let before = ledger.release(&version("1.4.0")).unwrap();
    let sent = share(&mut ledger);
    assert_eq!((sent.sent, sent.received), (3, 0));
    for ledger in [&ledger, &open(&repo, None)] {
        assert_eq!(ledger.release(&version("1.4.0")).unwrap(), before, "sharing without others changes nothing");
        assert_eq!(ledger.unshared().count(), 0);
        assert_eq!(ledger.open_releases(), [version("1.3.3"), version("1.4.0")]);
        assert_eq!(ledger.releases().unwrap(), [version("1.3.3"), version("1.4.0")]);
        assert_eq!(ledger.last_seq(), 3);
        assert_eq!(verified(ledger).len(), 3);
    }
    let head = ledger.head().unwrap();
    assert_eq!(head.commit.unwrap().as_str(), repo.rev(BRANCH));
}

#[test]
fn the_history_reads_well_without_us() {
    let repo = alone("sha1");
    let mut ledger = open(&repo, None);
    record(&mut ledger, "1.4.0", opened());
    let log =
        evidence::keep(ledger.store(), "log.txt".parse().unwrap(), "text/plain", Source::Bytes(b"fine\n")).unwrap();
    record(&mut ledger, "1.4.0", passed(vec![log]));
    record(&mut ledger, "1.4.0", Event::ReleaseFinished {});
    sync(&mut ledger);
    insta::assert_snapshot!(repo.git(&["log", "--reverse", "--format=%an <%ae> %at %s", "allclear/ledger"]), @r"
    Ana Example <ana-example@example.org> 1769853600 1.4.0: minor release opened
    Ana Example <ana-example@example.org> 1769853600 1.4.0: verify/lint passed in 12.3 s: make lint: exit status 0
    Ana Example <ana-example@example.org> 1769853600 1.4.0: release finished
    ");
    insta::assert_snapshot!(repo.git(&["ls-tree", "-r", "--name-only", "allclear/ledger"]), @r"
    releases/1.4.0/000001-release-opened.json
    releases/1.4.0/000002-step-passed.json
    releases/1.4.0/000003-release-finished.json
    releases/1.4.0/evidence/verify/lint/000002/log.txt
    ");
    let body = repo.git(&["log", "-2", "--format=%b", "allclear/ledger"]);
    let lines: Vec<_> = body.lines().filter(|line| !line.starts_with("Digest: sha256:")).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    Event: releases/1.4.0/000003-release-finished.json
    Open: -

    Event: releases/1.4.0/000002-step-passed.json
    Open: 1.4.0
    ");
}

#[test]
fn a_repository_with_sha256_names_works() {
    let repo = alone("sha256");
    let mut ledger = open(&repo, None);
    record(&mut ledger, "1.4.0", opened());
    let log = evidence::keep(ledger.store(), "a/b.txt".parse().unwrap(), "text/plain", Source::Bytes(b"x")).unwrap();
    let event = record(&mut ledger, "1.4.0", passed(vec![log]));
    sync(&mut ledger);
    record(&mut ledger, "1.4.0", noted("more"));
    sync(&mut ledger);
    assert_eq!(repo.rev(BRANCH).len(), 64);
    assert_eq!(verified(&ledger).len(), 3);
    std::fs::remove_dir_all(repo.path().join(".git/allclear")).unwrap();
    let found = open(&repo, None).evidence(&event, &"a/b.txt".parse().unwrap()).unwrap();
    assert_eq!(found, Found::Whole(b"x".to_vec()));
}

#[test]
fn evidence_is_found_in_the_store_and_in_the_ledger() {
    let repo = alone("sha1");
    let mut ledger = open(&repo, None);
    record(&mut ledger, "1.4.0", opened());
    let large: Vec<u8> = (0..400_000).flat_map(|n| format!("{n}\n").into_bytes()).collect();
    let keep = |ledger: &Ledger, name: &str, bytes: &[u8]| {
        evidence::keep(ledger.store(), name.parse().unwrap(), "text/plain", Source::Bytes(bytes)).unwrap()
    };
    let list = vec![keep(&ledger, "small.txt", b"small"), keep(&ledger, "large.txt", &large)];
    assert!(matches!(list[1].kept, Kept::Excerpt { .. }));
    let event = record(&mut ledger, "1.4.0", passed(list));
    let read = |ledger: &Ledger, name: &str| ledger.evidence(&event, &name.parse().unwrap());
    assert_eq!(read(&ledger, "large.txt").unwrap(), Found::Whole(large.clone()), "before it is shared");
    sync(&mut ledger);
    assert_eq!(read(&ledger, "large.txt").unwrap(), Found::Whole(large));
    assert!(matches!(read(&ledger, "other.txt"), Err(LedgerError::NoEvidence { seq: 2, .. })));
    std::fs::remove_dir_all(repo.path().join(".git/allclear/store")).unwrap();
    assert_eq!(read(&ledger, "small.txt").unwrap(), Found::Whole(b"small".to_vec()));
    match read(&ledger, "large.txt").unwrap() {
        Found::Excerpt(bytes) => assert!(bytes.starts_with(b"0\n1\n") && bytes.ends_with(b"399999\n")),
        whole => panic!("the whole is gone: {whole:?}"),
    }
    verified(&ledger);
}

#[test]
fn an_event_that_cannot_follow_is_refused_and_leaves_nothing() {
    let repo = alone("sha1");
    let mut ledger = open(&repo, None);
    let refused = |ledger: &mut Ledger, event| match ledger.append(draft("1.4.0", event)) {
        Err(LedgerError::Illegal(illegal)) => illegal,
        other => panic!("{other:?}"),
    };
    assert_eq!(refused(&mut ledger, noted("x")), Illegal::NotOpened(version("1.4.0")));
    record(&mut ledger, "1.4.0", opened());
    assert_eq!(refused(&mut ledger, opened()), Illegal::AlreadyOpen(version("1.4.0")));
    record(&mut ledger, "1.4.0", Event::ReleaseAborted { reason: "wrong branch".to_owned() });
    sync(&mut ledger);
    assert_eq!(ledger.standing(&version("1.4.0")).unwrap(), Some(Standing::Aborted));
    record(&mut ledger, "1.4.0", opened());
    record(&mut ledger, "1.4.0", Event::ReleaseFinished {});
    assert_eq!(refused(&mut ledger, opened()), Illegal::AlreadyFinished(version("1.4.0")));
    sync(&mut ledger);
    assert_eq!(refused(&mut open(&repo, None), opened()), Illegal::AlreadyFinished(version("1.4.0")));
    assert_eq!(verified(&ledger).len(), 4);
    assert_eq!(ledger.standing(&version("9.9.9")).unwrap(), None);
}

#[test]
fn a_decision_on_old_knowledge_is_refused() {
    let repo = alone("sha1");
    let (mut ana, mut other_window) = (open(&repo, None), open(&repo, None));
    record(&mut ana, "1.4.0", opened());
    let mut draft = draft("1.4.0", noted("x"));
    draft.expect = Some(0);
    assert!(matches!(other_window.append(draft.clone()), Err(LedgerError::Moved { expected: 0, found: 1 })));
    draft.expect = Some(1);
    assert_eq!(other_window.append(draft).unwrap().seq, 2);
    assert_eq!(record(&mut ana, "1.4.0", noted("y")).seq, 3, "each window sees what the other recorded");
}

#[test]
fn evidence_must_be_kept_first_under_a_name_that_git_takes() {
    let repo = alone("sha1");
    let mut ledger = open(&repo, None);
    record(&mut ledger, "1.4.0", opened());
    let keep = |ledger: &Ledger, name: &str| {
        evidence::keep(ledger.store(), name.parse().unwrap(), "text/plain", Source::Bytes(b"x")).unwrap()
    };
    let (good, evil) = (keep(&ledger, "log.txt"), keep(&ledger, "a/git~1"));
    let refused = ledger.append(draft("1.4.0", passed(vec![evil]))).unwrap_err();
    assert!(matches!(refused, LedgerError::EvidenceName(_)), "{refused}");
    std::fs::remove_dir_all(repo.path().join(".git/allclear/store")).unwrap();
    let refused = ledger.append(draft("1.4.0", passed(vec![good]))).unwrap_err();
    assert_eq!(refused.to_string(), "the evidence `log.txt` was not kept before its event");
    assert_eq!(ledger.last_seq(), 1);
}

#[test]
fn a_full_disk_acknowledges_nothing_and_breaks_nothing() {
    let repo = alone("sha1");
    let words = "x".repeat(400);
    let orders: Vec<_> =
        std::iter::once("open=1.4.0".to_owned()).chain((0..9).map(|n| format!("note=1.4.0:{n} {words}"))).collect();
    let orders: Vec<_> = orders.iter().map(String::as_str).collect();
    let ran = Ran::of(&mut with_file_size_limit(&hand(&repo, "-", &orders), 8));
    assert!(!ran.success(), "{ran}");
    assert!(ran.stderr.contains("NotWritten"), "{ran}");
    let acknowledged = ran.stdout.lines().count();
    assert!((1..9).contains(&acknowledged), "{ran}");
    let mut ledger = open(&repo, None);
    assert_eq!(ledger.unshared().count(), acknowledged, "what was told is there, and nothing else");
    let journal = std::fs::read(repo.path().join(".git/allclear/journal")).unwrap();
    assert_eq!(journal.last(), Some(&b'\n'), "the half line was taken back");
    record(&mut ledger, "1.4.0", noted("there is room again"));
    sync(&mut ledger);
    assert_eq!(verified(&ledger).len(), acknowledged + 1);
}

#[test]
fn another_branch_is_not_taken_for_a_ledger() {
    let repo = alone("sha1");
    let tree = repo.git(&["mktree"]);
    let commit = repo.git(&["commit-tree", &tree, "-m", "something else"]);
    repo.git(&["update-ref", BRANCH, &commit]);
    let error = Ledger::open(repo.path(), &Config::default()).err().unwrap().to_string();
    assert!(error.starts_with("`refs/heads/allclear/ledger` is not a ledger"), "{error}");
}

#[test]
fn work_trees_of_one_clone_have_one_ledger() {
    let repo = alone("sha1");
    repo.commit("first");
    let mut ledger = open(&repo, None);
    record(&mut ledger, "1.4.0", opened());
    let beside = repo.env().root().join("beside");
    repo.git(&["worktree", "add", "-q", beside.to_str().unwrap()]);
    let mut other = open(&repo.env().repo_at(&beside), None);
    assert_eq!(record(&mut other, "1.4.0", noted("from beside")).seq, 2);
    ledger.refresh().unwrap();
    assert_eq!(ledger.last_seq(), 2);
}

#[test]
fn a_status_starts_git_twice() {
    let repo = alone("sha1");
    let mut ledger = open(&repo, None);
    record(&mut ledger, "1.4.0", opened());
    sync(&mut ledger);
    record(&mut ledger, "1.4.0", noted("x"));
    let trace = repo.env().root().join("trace");
    let ledger = Ledger::with(git(&repo).with_env("GIT_TRACE2_EVENT", &trace), &Config::default()).unwrap();
    assert_eq!(ledger.open_releases(), [version("1.4.0")]);
    assert_eq!((story(&ledger, "1.4.0").len(), ledger.releases().unwrap().len()), (2, 1));
    drop(ledger);
    let trace = std::fs::read_to_string(trace).unwrap();
    assert_eq!(trace.matches(r#""event":"start""#).count(), 2, "{trace}");
}
