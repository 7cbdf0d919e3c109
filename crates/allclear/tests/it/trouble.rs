//! What goes wrong on the way: missing tools, full disks, remotes that are away.

use allclear_testbed::Ran;
use allclear_testbed::limits::with_file_size_limit;
use insta::assert_snapshot;

use super::sample::{Sample, short};
use super::transcript::{Story, command, ends, says};

#[test]
fn a_missing_tool_is_no_failure_of_the_candidate() {
    let sample =
        Sample::with(&short("[[step]]\nrun = \"no-such-tool --version\"\n[[step]]\nrun = [\"helm\", \"lint\"]"));
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    assert_snapshot!(says(&ana, "go"), @"

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example

      ▸ work         1/3   1 errored
          ✓ branch                   release/v1.3.0 at [id] (just now)
          ! no-such-tool             errored: `no-such-tool` is not on this machine: install `no-such-tool`, or put it on the PATH
            helm-lint                helm lint

    next  allclear go   goes on with work/no-such-tool
    |   ✓ work/branch                        release/v1.3.0 at [id]
    |   ! work/no-such-tool                  errored: `no-such-tool` is not on this machine: install `no-such-tool`, or put it on the PATH
    [3]
    ");
    assert!(sample.ledger().lines().last().unwrap().starts_with("1.3.0: work/no-such-tool errored: "));
}

#[test]
fn while_the_remote_is_away_only_what_can_be_taken_back_goes_on() {
    let sample = Sample::with(&short(
        "[[step]]\nid = \"word\"\nmanual = \"A word\"\n[[step]]\nrun = \"sh check.sh\"\n[[step]]\nbuild = \"sh build.sh\"\nartifacts = \"dist/*\"\n[[step]]\npublish = \"pypi\"",
    ));
    let ana = sample.ana();
    let mut story = Story::default();
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 4);

    sample.down(true);
    story.tell(&ana, "done word").tell(&ana, "go").tell(&ana, "go").tell(&ana, "status --sync").tell(&ana, "plan");
    assert!(!sample.services().exists(), "nothing is published that nobody else could know of");
    sample.down(false);
    story.tell(&ana, "go").tell(&ana, "audit");
    assert_snapshot!(story.told(), @"

    ana$ allclear done word
    work/word: done
    | the remote `origin` cannot be reached: fatal: '[root]/origin.git' does not appear to be a git repository
    | kept here until `origin` takes it: fatal: '[root]/origin.git' does not appear to be a git repository
    [0]

    ana$ allclear go

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example

      ▸ work         4/5
          ✓ branch                   release/v1.3.0 at [id] (just now)
          ✓ word                     done (just now)
          ✓ check                    `sh check.sh`: exit status 0 (just now, 2 files of evidence)
          ✓ build                    `sh build.sh` made dist/kiosk-1.3.0.tar.gz (just now, 2 files of evidence)
          · publish-pypi             publish pypi · ready

    next  allclear go   goes on with work/publish-pypi
    |   · the remote `origin` cannot be reached: fatal: '[root]/origin.git' does not appear to be a git repository
    |   ✓ work/check                         `sh check.sh`: exit status 0
    |   ✓ work/build                         `sh build.sh` made dist/kiosk-1.3.0.tar.gz
    |   ! work/publish-pypi                  errored: the remote `origin` cannot be reached: fatal: '[root]/origin.git' does not appear to be a git repository
    | work/publish-pypi waits: the remote `origin` cannot be reached: fatal: '[root]/origin.git' does not appear to be a git repository
    | kept here until `origin` takes it: fatal: '[root]/origin.git' does not appear to be a git repository
    [5]

    ana$ allclear go

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example

      ▸ work         4/5
          ✓ branch                   release/v1.3.0 at [id] (just now)
          ✓ word                     done (just now)
          ✓ check                    `sh check.sh`: exit status 0 (just now, 2 files of evidence)
          ✓ build                    `sh build.sh` made dist/kiosk-1.3.0.tar.gz (just now, 2 files of evidence)
          · publish-pypi             publish pypi · ready

    next  allclear go   goes on with work/publish-pypi
    |   · the remote `origin` cannot be reached: fatal: '[root]/origin.git' does not appear to be a git repository
    |   ! work/publish-pypi                  errored: the remote `origin` cannot be reached: fatal: '[root]/origin.git' does not appear to be a git repository
    | work/publish-pypi waits: the remote `origin` cannot be reached: fatal: '[root]/origin.git' does not appear to be a git repository
    | kept here until `origin` takes it: fatal: '[root]/origin.git' does not appear to be a git repository
    [5]

    ana$ allclear status --sync
    | kept here until `origin` takes it: fatal: '[root]/origin.git' does not appear to be a git repository
    | error: the remote `origin` cannot be reached: fatal: '[root]/origin.git' does not appear to be a git repository
    [5]

    ana$ allclear plan
    | error: the remote `origin` cannot be reached: fatal: '[root]/origin.git' does not appear to be a git repository
    [5]

    ana$ allclear go

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example · finished just now

      ✓ work         5/5

    next  nothing: this release is over
    |   ✓ work/publish-pypi                  kiosk/1.3.0/kiosk-1.3.0.tar.gz to pypi
    [0]

    ana$ allclear audit
    verified: 11 events, 1 release
    [0]
    ");
    assert_snapshot!(sample.ledger(), @"
    1.3.0: minor release opened
    1.3.0: work/branch is about to act: branch release/v1.3.0 at [id]
    1.3.0: work/branch passed: release/v1.3.0 at [id]
    1.3.0: work/word passed: done
    1.3.0: work/check started
    1.3.0: work/check passed: `sh check.sh`: exit status 0
    1.3.0: work/build started
    1.3.0: work/build passed: `sh build.sh` made dist/kiosk-1.3.0.tar.gz
    1.3.0: work/publish-pypi is about to act: kiosk/1.3.0/kiosk-1.3.0.tar.gz to pypi
    1.3.0: work/publish-pypi passed: kiosk/1.3.0/kiosk-1.3.0.tar.gz to pypi
    1.3.0: release finished
    ");
}

#[test]
fn a_full_disk_loses_nothing() {
    let sample = Sample::with(&short(
        "[[step]]\nrun = \"sh check.sh\"\n[[step]]\nbump = \"v{version}\"\n[[step]]\ntag = \"v{version}\"",
    ));
    let ana = sample.ana();
    let mut story = Story::default();
    let before = sample.recorded(&ana);
    let full = |words: &str, blocks| Ran::of(&mut with_file_size_limit(&command(&ana, words), blocks));

    story.add(&ana, "start minor", &full("start minor", 0));
    assert_eq!(sample.recorded(&ana), before, "nothing was opened");
    ends(&ana, "start minor", 0);
    let before = sample.recorded(&ana);
    story.add(&ana, "go", &full("go", 0));
    assert_snapshot!(story.told(), @r#"

    ana$ allclear start minor
    | error: cannot name this clone in `[root]/people/ana-example/work/.git/allclear/clone`: File too large (os error 27) at path "[root]/people/ana-example/work/.git/allclear/.tmp[name]"
    [3]

    ana$ allclear go
    | error: the event was not recorded
    |   caused by: cannot write [root]/people/ana-example/work/.git/allclear/journal
    |   caused by: File too large (os error 27)
    [3]
    "#);
    assert_eq!(sample.recorded(&ana), before, "nothing was done");
    // The more fits on the disk, the further it gets: it stops somewhere else each time, and goes on from there.
    for blocks in [1, 2, 4, 8, 16] {
        let code = full("go", blocks).status.code();
        assert!(matches!(code, Some(0 | 3 | 5 | 64)), "{code:?} with {blocks} blocks");
    }
    ends(&ana, "status --sync --release 1.3.0", 0);
    ends(&ana, "audit", 0);
    let end = says(&ana, "go");
    assert!(end.ends_with("[0]") || end.contains("no release is open"), "{end}");
    assert_eq!(sample.ledger().lines().filter(|line| line.contains("work/tag passed")).count(), 1);
    ends(&ana, "audit", 0);
}

#[test]
fn a_log_that_does_not_fit_on_the_disk_passes_nothing() {
    let sample = Sample::with(&short(
        "[[step]]\nid = \"talk\"\nrun = \"yes a line of a talkative command | head -c 6000000\"\nshell = true\n[[step]]\nid = \"word\"\nmanual = \"A word\"",
    ));
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    // Room for all that is small, and not for a log of some megabytes.
    let full = Ran::of(&mut with_file_size_limit(&command(&ana, "go"), 4096));
    assert_eq!(full.status.code(), Some(3), "{full}");
    assert!(full.stderr.contains("work/talk"), "{full}");
    let told = sample.ledger();
    let end = told.lines().last().unwrap();
    assert!(end.starts_with("1.3.0: work/talk errored: cannot write the log of `sh`: File too large"), "{told}");
    ends(&ana, "audit", 0);
    ends(&ana, "go", 4);
    assert!(sample.ledger().contains("1.3.0: work/talk passed"), "{}", sample.ledger());
}
