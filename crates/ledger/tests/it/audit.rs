//! What the audit says of histories that somebody has tampered with, using nothing but git.

use std::path::Path;

use allclear_core::digest::Digest;
use allclear_core::event::{Evidence, Record};
use allclear_ledger::evidence::{self, Source};
use allclear_ledger::{Ledger, Report};
use allclear_testbed::Repo;

use crate::it::support::*;

/// A ledger of four events and two pieces of evidence, and its commits.
fn honest() -> (Repo, Vec<String>) {
    let repo = alone("sha1");
    let mut ledger = open(&repo, None);
    record(&mut ledger, "1.4.0", opened());
    let log = keep(&ledger, "log.txt", b"fine\n");
    record(&mut ledger, "1.4.0", passed(vec![log]));
    record(&mut ledger, "1.4.0", noted("a flaky test"));
    let log = keep(&ledger, "log.txt", b"fine again\n");
    record(&mut ledger, "1.4.0", passed(vec![log]));
    sync(&mut ledger);
    verified(&ledger);
    let commits = repo.git(&["rev-list", "--reverse", BRANCH]);
    let commits = commits.lines().map(str::to_owned).collect();
    (repo, commits)
}

fn keep(ledger: &Ledger, name: &str, bytes: &[u8]) -> Evidence {
    evidence::keep(ledger.store(), name.parse().unwrap(), "text/plain", Source::Bytes(bytes)).unwrap()
}

/// A change to a tree: a file and its new content, or none to take it away.
type Edit<'a> = (&'a str, Option<&'a str>);

const SECOND: &str = "releases/1.4.0/000002-step-passed.json";
const LOG: &str = "releases/1.4.0/evidence/verify/lint/000002/log.txt";

/// Returns the commit's tree with changes.
fn edited(repo: &Repo, commit: &str, edits: &[Edit]) -> String {
    let index = repo.path().join(".git/forge-index");
    let git = |args: &[&str]| {
        let ran = allclear_testbed::Ran::of(repo.command("git").env("GIT_INDEX_FILE", &index).args(args));
        ran.expect_success()
    };
    git(&["read-tree", commit]);
    for (path, content) in edits {
        match content {
            Some(content) => {
                let blob = object(repo, "blob", content.as_bytes());
                git(&["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{path}")])
            }
            None => git(&["rm", "--quiet", "--cached", "--", path]),
        };
    }
    git(&["write-tree"])
}

fn object(repo: &Repo, kind: &str, bytes: &[u8]) -> String {
    let file = repo.path().join(".git/forged");
    std::fs::write(&file, bytes).unwrap();
    repo.git(&["hash-object", "--literally", "-t", kind, "-w", file.to_str().unwrap()])
}

/// An old commit, changes to its tree, and changes to its own bytes.
type Forged<'a> = (&'a str, &'a [Edit<'a>], &'a [(&'a str, &'a str)]);

/// Makes a new history of old commits, linked one after the other.
fn forge(repo: &Repo, commits: &[Forged]) {
    let mut parent = String::new();
    for (commit, edits, words) in commits {
        let raw = repo.git(&["cat-file", "commit", commit]);
        let tree = edited(repo, commit, edits);
        let kept = raw.lines().filter(|line| !line.starts_with("tree ") && !line.starts_with("parent "));
        let mut rest = kept.collect::<Vec<_>>().join("\n") + "\n";
        for (old, new) in *words {
            assert!(rest.contains(old), "{old} is not in {rest}");
            rest = rest.replacen(old, new, 1);
        }
        let link = if parent.is_empty() { String::new() } else { format!("parent {parent}\n") };
        parent = object(repo, "commit", format!("tree {tree}\n{link}{rest}").as_bytes());
    }
    repo.git(&["update-ref", BRANCH, &parent]);
}

/// The report in words, without what differs in every run.
fn said(repo: &Repo) -> String {
    let (report, _) = audit(&open(repo, None));
    assert!(!report.is_clean());
    words(&report)
}

fn words(report: &Report) -> String {
    let kinds = [("violated", &report.violations), ("incomplete", &report.incomplete)];
    let lines = kinds.iter().flat_map(|(kind, findings)| {
        findings.iter().map(move |finding| format!("{kind}: event {}: {}", finding.seq.unwrap_or(0), finding.what))
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    let mut parts = text.split("sha256:");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + "sha256:*" + part.trim_start_matches(|c: char| c.is_ascii_hexdigit()))
}

#[test]
fn a_changed_letter_in_an_event_is_found() {
    let (repo, c) = honest();
    let bytes = repo.git(&["show", &format!("{BRANCH}:{SECOND}")]).replace("12300", "12301");
    let edit: &[Edit] = &[(SECOND, Some(&bytes))];
    forge(&repo, &[(&c[0], &[], &[]), (&c[1], edit, &[]), (&c[2], edit, &[]), (&c[3], edit, &[])]);
    insta::assert_snapshot!(said(&repo), @"
    violated: event 2: its message does not fit its event
    violated: event 3: it continues sha256:*…, and the event before it is sha256:*…
    ");
}

#[test]
fn a_later_change_of_an_event_is_found_where_it_was_made() {
    let (repo, c) = honest();
    let edit: &[Edit] = &[(SECOND, Some("{}"))];
    forge(&repo, &[(&c[0], &[], &[]), (&c[1], &[], &[]), (&c[2], edit, &[]), (&c[3], edit, &[])]);
    insta::assert_snapshot!(said(&repo), @"violated: event 3: releases/1.4.0/000002-step-passed.json was changed");
}

#[test]
fn an_event_taken_out_is_found() {
    let (repo, c) = honest();
    let edit: &[Edit] = &[(SECOND, None), (LOG, None)];
    forge(&repo, &[(&c[0], &[], &[]), (&c[2], edit, &[]), (&c[3], edit, &[])]);
    insta::assert_snapshot!(said(&repo), @"
    violated: event 3: its number is 3, and 2 comes next
    violated: event 3: it continues sha256:*…, and the event before it is sha256:*…
    ");
}

#[test]
fn events_in_another_order_are_found() {
    let (repo, c) = honest();
    let third = "releases/1.4.0/000003-step-reopened.json";
    let without: &[Edit] = &[(SECOND, None), (LOG, None)];
    assert!(repo.git(&["ls-tree", "-r", "--name-only", &c[2]]).contains(third));
    forge(&repo, &[(&c[0], &[], &[]), (&c[2], without, &[]), (&c[2], &[], &[]), (&c[3], &[], &[])]);
    insta::assert_snapshot!(said(&repo), @"
    violated: event 3: its number is 3, and 2 comes next
    violated: event 3: it continues sha256:*…, and the event before it is sha256:*…
    violated: event 3: releases/1.4.0/000002-step-passed.json was added, and does not belong to the event
    violated: event 3: releases/1.4.0/evidence/ was added, and does not belong to the event
    violated: event 3: its number is 3, and 4 comes next
    violated: event 3: it continues sha256:*…, and the event before it is sha256:*…
    ");
}

#[test]
fn files_that_were_added_or_removed_are_found() {
    let (repo, c) = honest();
    let added: &[Edit] = &[("releases/1.4.0/note.txt", Some("hello")), ("run.sh", Some("echo"))];
    let removed: &[Edit] = &[(LOG, None)];
    forge(&repo, &[(&c[0], &[], &[]), (&c[1], &[], &[]), (&c[2], added, &[]), (&c[3], removed, &[])]);
    insta::assert_snapshot!(said(&repo), @"
    violated: event 3: releases/1.4.0/note.txt was added, and does not belong to the event
    violated: event 3: run.sh was added, and does not belong to the event
    violated: event 4: releases/1.4.0/evidence/verify/lint/000002/ is not there
    violated: event 4: releases/1.4.0/note.txt is not there
    violated: event 4: run.sh is not there
    ");
}

#[test]
fn evidence_that_was_replaced_is_found() {
    let (repo, c) = honest();
    let edit: &[Edit] = &[(LOG, Some("all tests passed\n"))];
    forge(&repo, &[(&c[0], &[], &[]), (&c[1], edit, &[]), (&c[2], edit, &[]), (&c[3], edit, &[])]);
    insta::assert_snapshot!(said(&repo), @"violated: event 2: its evidence releases/1.4.0/evidence/verify/lint/000002/log.txt is another file");
}

#[test]
fn commits_that_say_something_else_than_their_events_are_found() {
    let (repo, c) = honest();
    let author: &[(&str, &str)] = &[("author Ana", "author Eve"), ("1769853600", "1769853601")];
    let open: &[(&str, &str)] = &[("Open: 1.4.0", "Open: -")];
    let headline: &[(&str, &str)] = &[("\n\n1.4.0: verify", "\n\n1.5.0: verify")];
    let header: &[(&str, &str)] = &[(" +0000\n\n", " +0000\nsecret x\n\n")];
    forge(&repo, &[(&c[0], &[], header), (&c[1], &[], author), (&c[2], &[], open), (&c[3], &[], headline)]);
    insta::assert_snapshot!(said(&repo), @"
    violated: event 1: it says more than the ledger's commits say
    violated: event 2: its author is `Eve Example <ana-example@example.org> 1769853601 +0000`, and the event's actor is `Ana Example <ana-example@example.org> 1769853600 +0000`
    violated: event 3: its message does not fit its event
    violated: event 4: its message does not fit its event
    ");
}

#[test]
fn a_commit_without_an_event_is_found_and_the_walk_goes_on() {
    let (repo, c) = honest();
    let foreign: &[(&str, &str)] = &[("\nEvent: ", "\nevent: ")];
    forge(&repo, &[(&c[0], &[], &[]), (&c[1], &[], foreign), (&c[2], &[], &[]), (&c[3], &[], &[])]);
    insta::assert_snapshot!(said(&repo), @"
    violated: event 0: the message does not say which event the commit holds
    violated: event 3: its number is 3, and 2 comes next
    violated: event 3: it continues sha256:*…, and the event before it is sha256:*…
    ");
}

#[test]
fn a_merge_is_found() {
    let (repo, c) = honest();
    let raw = repo.git(&["cat-file", "commit", &c[3]]);
    let merge = raw.replacen("author", &format!("parent {}\nauthor", c[0]), 1) + "\n";
    let merge = object(&repo, "commit", merge.as_bytes());
    repo.git(&["update-ref", BRANCH, &merge]);
    insta::assert_snapshot!(said(&repo), @"violated: event 4: it is a merge, and the ledger is one line of commits");
}

#[test]
fn an_event_of_another_ledger_is_found() {
    let (repo, c) = honest();
    let other = alone("sha1");
    let mut ledger = open(&other, None);
    record(&mut ledger, "1.4.0", opened());
    sync(&mut ledger);
    let first = "releases/1.4.0/000001-release-opened.json";
    let bytes = other.git(&["show", &format!("{BRANCH}:{first}")]);
    let digest =
        |repo: &Repo, commit: &str| repo.git(&["log", "-1", "--format=%(trailers:key=Digest,valueonly)", commit]);
    let edit: &[Edit] = &[(first, Some(&bytes))];
    let (ours, theirs) = (digest(&repo, &c[0]), digest(&other, BRANCH));
    forge(&repo, &[(&c[0], edit, &[(&ours, &theirs)]), (&c[1], edit, &[]), (&c[2], edit, &[]), (&c[3], edit, &[])]);
    insta::assert_snapshot!(said(&repo), @"
    violated: event 2: it continues sha256:*…, and the event before it is sha256:*…
    violated: event 2: it belongs to another ledger
    ");
}

#[test]
fn two_openings_are_found_though_the_chain_holds() {
    let (repo, c) = honest();
    let ledger = open(&repo, None);
    let first = ledger.release(&version("1.4.0")).unwrap().remove(0);
    let second = Record { seq: 5, prev: ledger.head().unwrap().digest, ..first };
    let (path, bytes) = (second.path(), second.bytes().unwrap());
    let tree = edited(&repo, &c[3], &[(&path, Some(std::str::from_utf8(&bytes).unwrap()))]);
    let who = "Ana Example <ana-example@example.org> 1769853600 +0000";
    let head = format!("tree {tree}\nparent {}\nauthor {who}\ncommitter {who}\n\n1.4.0: minor release opened\n", c[3]);
    let trailers = format!("\nEvent: {path}\nDigest: sha256:{}\nOpen: 1.4.0\n", Digest::of(&bytes));
    let commit = object(&repo, "commit", (head + &trailers).as_bytes());
    repo.git(&["update-ref", BRANCH, &commit]);
    insta::assert_snapshot!(said(&repo), @"violated: event 5: release 1.4.0 is open already: join it instead of opening it again");
}

#[test]
fn what_this_clone_does_not_have_is_incomplete_and_not_violated() {
    let (repo, _) = honest();
    let blob = repo.rev(&format!("{BRANCH}:{LOG}"));
    std::fs::remove_file(loose(&repo, &blob)).unwrap();
    insta::assert_snapshot!(said(&repo), @"incomplete: event 2: this clone does not have releases/1.4.0/evidence/verify/lint/000002/log.txt");
    let event = repo.rev(&format!("{BRANCH}:{SECOND}"));
    std::fs::remove_file(loose(&repo, &event)).unwrap();
    insta::assert_snapshot!(said(&repo), @"incomplete: event 2: this clone does not have releases/1.4.0/000002-step-passed.json");
}

#[test]
fn a_damaged_disk_is_found_and_the_walk_goes_on() {
    let (repo, _) = honest();
    for path in [SECOND, LOG] {
        let file = loose(&repo, &repo.rev(&format!("{BRANCH}:{path}")));
        let mut bytes = std::fs::read(&file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0x10;
        std::fs::remove_file(&file).unwrap();
        std::fs::write(&file, bytes).unwrap();
    }
    insta::assert_snapshot!(said(&repo), @"violated: event 2: releases/1.4.0/000002-step-passed.json is damaged on this disk");
    let error = open(&repo, None).release(&version("1.4.0")).unwrap_err().to_string();
    assert!(error.contains("is damaged on this disk"), "{error}");
}

#[test]
fn a_shallow_clone_is_incomplete() {
    let (repo, _) = honest();
    let folder = repo.env().root().join("shallow");
    let url = format!("file://{}", repo.path().display());
    let folder = folder.to_str().unwrap();
    repo.git(&["clone", "-q", "--depth", "2", "--branch", "allclear/ledger", &url, folder]);
    insta::assert_snapshot!(said(&repo.env().repo_at(folder)), @"incomplete: event 0: this clone does not have the events before it: fetch the branch in full (`git fetch --unshallow`)");
}

#[test]
fn a_report_ends_when_it_says_enough() {
    let (repo, c) = honest();
    let many: Vec<_> = (0..120).map(|n| (format!("releases/1.4.0/{n}.txt"), "x")).collect();
    let edits: Vec<Edit> = many.iter().map(|(path, text)| (path.as_str(), Some(*text))).collect();
    forge(&repo, &[(&c[0], &edits, &[]), (&c[1], &[], &[])]);
    let (report, _) = audit(&open(&repo, None));
    assert_eq!((report.violations.len(), report.cut_short), (allclear_ledger::MOST, true));
}

fn loose(repo: &Repo, id: &str) -> std::path::PathBuf {
    let path = Path::new(".git/objects").join(&id[..2]).join(&id[2..]);
    repo.path().join(path)
}
