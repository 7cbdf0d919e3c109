//! Large evidence in an object store that is a folder: it goes up, it is missed, it is verified by somebody else.

use std::fs;
use std::path::PathBuf;

use allclear_testbed::{Repo, kill};
use insta::assert_snapshot;

use super::sample::{Sample, short};
use super::transcript::{Story, command, ends, says};

/// A check that leaves 3,000,000 bytes of evidence, which is more than the ledger keeps whole.
pub(crate) const LARGE: &str =
    "[[step]]\nrun = \"sh large.sh\"\nevidence = \"large.txt\"\n[[step]]\nmanual = \"A word\"\nid = \"word\"\n";
pub(crate) const SCRIPT: &str = "head -c 3000000 /dev/zero | tr '\\0' x > large.txt\n";
/// The name of that evidence in every object store.
pub(crate) const NAME: &str = "e5/5b8bdf621ddaa8f462c74745db9680d3bb7536a9cf854f8d6668b34a287890";

/// A project whose large evidence goes to this store.
fn sample(store: &str) -> Sample {
    let sample = Sample::with(&short(&format!("{LARGE}\n[object-store]\n{store}\n")));
    sample.push_to("main", "large.sh", SCRIPT, "test: much evidence");
    sample
}

fn folder(sample: &Sample) -> PathBuf {
    sample.services().join("evidence")
}

fn stage() -> (Sample, Repo, Repo) {
    let sample = sample("folder = \"../../../services/evidence\"");
    let (ana, bo) = (sample.ana(), sample.bo());
    ends(&ana, "start minor", 0);
    (sample, ana, bo)
}

/// The files of the store, by their names, and the notes of a clone of what is still to go there.
fn files(folder: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().into_string().unwrap();
        match entry.path().is_dir() {
            true => found.extend(files(&entry.path()).into_iter().map(|inner| format!("{name}/{inner}"))),
            false => found.push(name),
        }
    }
    found
}

pub(crate) fn notes(clone: &Repo) -> usize {
    files(&clone.path().join(".git/allclear/store/pending")).len()
}

#[test]
fn a_second_clone_verifies_what_the_first_one_took_to_the_store() {
    let (sample, ana, bo) = stage();
    ends(&ana, "go", 4);
    assert_eq!((files(&folder(&sample)), notes(&ana)), (vec![NAME.to_owned()], 0));

    ends(&bo, "go", 4);
    let mut story = Story::default();
    story.tell(&ana, "audit").tell(&bo, "audit").tell(&bo, "audit --evidence").tell(&bo, "audit");
    assert_snapshot!(story.told(), @"

    ana$ allclear audit
    verified: 5 events, 1 release
    [0]

    bo$ allclear audit
    verified: 5 events, 1 release
    not verifiable here: 1 large file of evidence (3.0 MB), of which the ledger has head and tail: `allclear audit --evidence` asks the object store for the rest
    [0]

    bo$ allclear audit --evidence
    verified: 5 events, 1 release
    [0]

    bo$ allclear audit
    verified: 5 events, 1 release
    [0]
    ");
}

#[test]
fn what_is_missing_is_not_verified_and_other_bytes_are_a_violation() {
    let (sample, ana, bo) = stage();
    ends(&ana, "go", 4);
    ends(&bo, "go", 4);
    let object = folder(&sample).join(NAME);
    let mut story = Story::default();
    fs::write(&object, "forged").unwrap();
    story.tell(&bo, "audit --evidence").tell(&bo, "--json audit").tell(&ana, "audit --evidence");
    fs::remove_file(&object).unwrap();
    story.tell(&bo, "audit --evidence").tell(&ana, "audit --evidence");
    assert_snapshot!(story.told(), @r#"

    bo$ allclear audit --evidence
    ✗ 1.3.0 event 5: `large.txt`: [root]/people/bo-example/work/../../../services/evidence has other bytes under sha256:[id]
    violated: 5 events, 1 release
    not verifiable here: 1 large file of evidence (3.0 MB), of which the ledger has head and tail
    [1]

    bo$ allclear --json audit
    {"events":5,"releases":1,"overrides":[],"violations":[],"incomplete":[],"not_here":1,"not_here_bytes":[id]}
    [0]

    ana$ allclear audit --evidence
    ✗ 1.3.0 event 5: `large.txt`: [root]/people/ana-example/work/../../../services/evidence has other bytes under sha256:[id]
    violated: 5 events, 1 release
    [1]

    bo$ allclear audit --evidence
    ? 1.3.0 event 5: `large.txt`: sha256:[id] is not in [root]/people/bo-example/work/../../../services/evidence: the clone that recorded it may still have it
    not everything can be verified: 5 events, 1 release
    not verifiable here: 1 large file of evidence (3.0 MB), of which the ledger has head and tail
    [2]

    ana$ allclear audit --evidence
    ? 1.3.0 event 5: `large.txt`: sha256:[id] is not in [root]/people/ana-example/work/../../../services/evidence: the clone that recorded it may still have it
    not everything can be verified: 5 events, 1 release
    [2]
    "#);
}

#[test]
fn a_store_that_is_away_stops_nothing_and_gets_everything_later() {
    let (sample, ana, _) = stage();
    fs::create_dir_all(sample.services()).unwrap();
    fs::write(folder(&sample), "a file where the folder should be").unwrap();
    let checked = says(&ana, "check");
    let (found, _) = checked.split_once("? the reference process").unwrap();
    assert_snapshot!(found, @"
    ✗ the object store cannot be used: cannot write in `[root]/people/ana-example/work/../../../services/evidence`: Not a directory (os error 20)
        → correct `[object-store]`; until then large evidence stays in the clone that recorded it
    ");

    let told = says(&ana, "go");
    let last: Vec<&str> = told.lines().rev().take(2).collect();
    assert_snapshot!(last.join("\n"), @"
    [4]
    | 1 file (3.0 MB) still to be uploaded to `../../../services/evidence`: cannot read `[root]/people/ana-example/work/../../../services/evidence/e5/5b8bdf621ddaa8f462c74745db9680d3bb7536a9cf854f8d6668b34a287890`: Not a directory (os error 20)
    ");
    assert_eq!(notes(&ana), 1);
    assert_snapshot!(says(&ana, "audit --evidence"), @"
    ? 1.3.0 event 5: `large.txt`: cannot read `[root]/people/ana-example/work/../../../services/evidence/e5/5b8bdf621ddaa8f462c74745db9680d3bb7536a9cf854f8d6668b34a287890`: Not a directory (os error 20)
    not everything can be verified: 5 events, 1 release
    [2]
    ");

    // Whatever shares the ledger next takes it up.
    fs::remove_file(folder(&sample)).unwrap();
    ends(&ana, "done word", 0);
    assert_eq!((files(&folder(&sample)), notes(&ana)), (vec![NAME.to_owned()], 0));
    ends(&ana, "audit --evidence", 0);
}

#[test]
fn a_conductor_that_is_killed_around_the_upload_loses_nothing_and_takes_it_up_once() {
    for point in ["wholes-noted:4", "whole-uploaded"] {
        let (sample, ana, _) = stage();
        kill::run_until_killed(command(&ana, "go").env("ALLCLEAR_TEST_KILL_AT", point));
        assert_eq!(notes(&ana), 1, "{point}");
        ends(&ana, "go", 4);
        assert_eq!((files(&folder(&sample)), notes(&ana)), (vec![NAME.to_owned()], 0), "{point}");
        ends(&ana, "audit --evidence", 0);
    }
}

#[test]
fn an_archive_has_what_every_clone_has() {
    let sample = Sample::with(&short(&format!("{LARGE}[[step]]\narchive = [\"logs\"]\n")));
    sample.push_to("main", "large.sh", SCRIPT, "test: much evidence");
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 4);
    ends(&ana, "done word", 0);
    ends(&ana, "go", 0);
    let kept = sample.origin.git(&["show", "main:docs/releases/1.3.0/work/large-large.txt"]);
    assert!(kept.len() < 2_000_000 && kept.contains("bytes are left out here"), "{} bytes", kept.len());
}

#[test]
fn a_rehearsal_leaves_the_real_store_alone() {
    let (sample, ana, _) = stage();
    let told = says(&ana, "rehearse minor --keep rehearsal");
    assert!(told.ends_with("[0]"), "{told}");
    assert!(!folder(&sample).exists());
    assert_eq!(files(&ana.path().join("rehearsal/services/object-store")), [NAME]);
}
