//! What is not ours where ours should be.

use std::fs;

use allclear_testbed::{Ran, Repo};
use insta::assert_snapshot;

use super::filter::filtered;
use super::sample::{Sample, short};
use super::transcript::{Story, allclear, command, ends, says, seen};

#[test]
fn a_rewritten_ledger_is_refused() {
    let sample = Sample::with(&short("[[step]]\nid = \"word\"\nmanual = \"A word\""));
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 4);
    let ours = ana.rev("allclear/ledger");
    sample.origin.git(&["update-ref", "refs/heads/allclear/ledger", &format!("{ours}~2")]);
    let before = sample.recorded(&ana);
    let mut story = Story::default();

    story.tell(&ana, "go").tell(&ana, "done word").tell(&ana, "start minor --version 2.0.0").tell(&ana, "status");
    sample.origin.git(&["update-ref", "-d", "refs/heads/allclear/ledger"]);
    story.tell(&ana, "go");
    assert_snapshot!(story.told(), @"

    ana$ allclear go
    | error: the ledger was rewritten on the remote: it now ends with [id], and this clone has verified [id]. Nothing was changed here, and the branch of this clone is the proof: ask who rewrote it, and push [id] back when it is the true one
    [6]

    ana$ allclear done word
    | error: the ledger was rewritten on the remote: it now ends with [id], and this clone has verified [id]. Nothing was changed here, and the branch of this clone is the proof: ask who rewrote it, and push [id] back when it is the true one
    [6]

    ana$ allclear start minor --version 2.0.0
    | error: the ledger was rewritten on the remote: it now ends with [id], and this clone has verified [id]. Nothing was changed here, and the branch of this clone is the proof: ask who rewrote it, and push [id] back when it is the true one
    [6]

    ana$ allclear status
    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example

      ▸ work         1/2
          ✓ branch                   release/v1.3.0 at [id] (just now)
          ? word                     A word

    next  allclear done work/word   anybody: A word
    [0]

    ana$ allclear go
    | error: the ledger was rewritten on the remote: it now has no such branch, and this clone has verified [id]. Nothing was changed here, and the branch of this clone is the proof: ask who rewrote it, and push [id] back when it is the true one
    [6]
    ");
    sample.origin.git(&["update-ref", "refs/heads/allclear/ledger", &format!("{ours}~2")]);
    assert_eq!(sample.recorded(&ana), before, "nothing was moved");

    ana.push("allclear/ledger");
    ends(&ana, "done word", 0);
    ends(&ana, "go", 0);
}

#[test]
fn a_foreign_tag_stops_the_release() {
    let sample = Sample::with(&short("[[step]]\nid = \"word\"\nmanual = \"A word\"\n[[step]]\ntag = \"v{version}\""));
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 4);
    let foreign = sample.origin.rev("main~1");
    sample.origin.git(&["tag", "v1.3.0", &foreign]);
    ends(&ana, "done word", 0);

    let told = allclear(&ana, "go");
    assert_snapshot!(seen(&ana, &told), @"

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example · past the point of no return

      ▸ work         2/3   1 failed
          ✓ branch                   release/v1.3.0 at [id] (just now)
          ✓ word                     done (just now)
          ✗ tag                      failed: refs/tags/v1.3.0 holds [id], and this release has [id]: find out who put it there; then release another version, or `allclear abort`

    next  allclear retry work/tag   or push a fix, or `allclear waive work/tag --reason …`: refs/tags/v1.3.0 holds [id], and this release has [id]: find out who put it there; then release another version, or `allclear abort`
    |   ✗ work/tag                           failed: refs/tags/v1.3.0 holds [id], and this release has [id]: find out who put it there; then release another version, or `allclear abort`
    [6]
    ");
    assert!(told.stdout.contains(&foreign), "{told}");
    assert_eq!(sample.origin.rev("v1.3.0"), foreign, "it is not touched");
    assert_eq!(says(&ana, "go").lines().last(), Some("[6]"), "nor later");
    ends(&ana, "audit", 0);
}

#[test]
fn foreign_bytes_in_a_registry_are_never_overwritten() {
    let sample =
        Sample::with(&short("[[step]]\nbuild = \"sh build.sh\"\nartifacts = \"dist/*\"\n[[step]]\npublish = \"pypi\""));
    let file = sample.services().join("pypi/kiosk/1.3.0/kiosk-1.3.0.tar.gz");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, "somebody else's").unwrap();
    let ana = sample.ana();
    ends(&ana, "start minor", 0);

    let ran = allclear(&ana, "go");
    assert_snapshot!(seen(&ana, &ran), @"

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example · past the point of no return

      ▸ work         2/3   1 failed
          ✓ branch                   release/v1.3.0 at [id] (just now)
          ✓ build                    `sh build.sh` made dist/kiosk-1.3.0.tar.gz (just now, 2 files of evidence)
          ✗ publish-pypi             failed: pypi/kiosk/1.3.0/kiosk-1.3.0.tar.gz holds [id], and this release has [id]: find out who put it there; then release another version, or `allclear abort`

    next  allclear retry work/publish-pypi   or push a fix, or `allclear waive work/publish-pypi --reason …`: pypi/kiosk/1.3.0/kiosk-1.3.0.tar.gz holds [id], and this release has [id]: find out who put it there; then release another version, or `allclear abort`
    |   ✓ work/branch                        release/v1.3.0 at [id]
    |   ✓ work/build                         `sh build.sh` made dist/kiosk-1.3.0.tar.gz
    |   ✗ work/publish-pypi                  failed: pypi/kiosk/1.3.0/kiosk-1.3.0.tar.gz holds [id], and this release has [id]: find out who put it there; then release another version, or `allclear abort`
    [6]
    ");
    let digest = Ran::of(sample.env.command("sha256sum").arg(&file)).expect_success();
    assert!(ran.stdout.contains(&digest[..64]), "{ran}");
    assert_eq!(fs::read_to_string(file).unwrap(), "somebody else's");
    ends(&ana, "audit", 0);
}

#[test]
fn a_branch_that_somebody_deleted_is_missed() {
    let sample = Sample::with(&short("[[step]]\nid = \"word\"\nmanual = \"A word\"\n[[step]]\nbump = \"v{version}\""));
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 4);
    let tip = sample.origin.rev("release/v1.3.0");
    sample.origin.git(&["update-ref", "-d", "refs/heads/release/v1.3.0"]);
    let mut story = Story::default();

    story.tell(&ana, "done word").tell(&ana, "go");
    sample.origin.git(&["update-ref", "refs/heads/release/v1.3.0", &tip]);
    story.tell(&ana, "go");
    assert_snapshot!(story.told(), @"

    ana$ allclear done word
    work/word: done
    [0]

    ana$ allclear go

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example

      ▸ work         2/3   1 errored
          ✓ branch                   release/v1.3.0 at [id] (just now)
          ✓ word                     done (just now)
          ! bump                     errored: `origin` has no branch `release/v1.3.0` any more: `git push origin [id]:refs/heads/release/v1.3.0`

    next  allclear go   goes on with work/bump
    |   ! work/bump                          errored: `origin` has no branch `release/v1.3.0` any more: `git push origin [id]:refs/heads/release/v1.3.0`
    [3]

    ana$ allclear go

    kiosk 1.3.0 minor · release commit [id] on release/v1.3.0 · opened just now by ana-example · finished just now

      ✓ work         3/3

    next  nothing: this release is over
    |   ✓ work/bump                          1.3.0 stands in every file of `[versions]`
    [0]
    ");
}

#[test]
fn words_of_others_do_not_reach_the_terminal_raw() {
    let sample = Sample::with(&short(
        "[[step]]\nid = \"word\"\nmanual = \"A word\"\nvalue = \"word\"\nonce = true\n[[step]]\nchangelog = {}\n[[step]]\nsign-off = \"qa\"",
    ));
    sample.push_to("main", "tea.txt", "tea\n", "feat: tea \u{1b}]0;pwned\u{7} for $(touch pwned) \u{9b}2J");
    let (ana, bo) = (sample.ana(), sample.bo());
    bo.git(&["config", "--global", "user.name", "bo\u{1b}]52;c;bm8=\u{7}"]);
    let raw = "\u{1b}[2J\u{9b}2J\u{1b}]0;pwned\u{7}";
    let mut told = String::new();
    let mut tell = |clone: &Repo, words: &str| {
        let ran = Ran::of(command(clone, words).env("CLICOLOR_FORCE", "1"));
        assert!(matches!(ran.status.code(), Some(0 | 1 | 4)), "{ran}");
        told.push_str(&format!("{}{}", ran.stdout, ran.stderr));
    };
    tell(&bo, &format!("start minor --reason 'because {raw}'"));
    tell(&bo, "go");
    tell(&ana, &format!("done word --value 'word {raw}' --note 'note {raw}'"));
    tell(&ana, "plan");
    tell(&ana, "go");
    tell(&bo, &format!("no-go qa --reason 'no {raw}'"));
    tell(&ana, "go");
    tell(&ana, &format!("waive sign-off --reason 'yes {raw}'"));
    tell(&ana, "status --all");
    tell(&ana, &format!("abort --reason 'end {raw}'"));
    tell(&ana, "status --release 1.3.0");
    let unruly: Vec<_> = told.lines().filter(|line| without_colours(line).contains(char::is_control)).collect();
    assert_eq!(unruly, Vec::<&str>::new());
    assert!(!filtered(&sample.ledger(), sample.env.root()).contains('\u{1b}'));
}

/// A line without what sets colours.
fn without_colours(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(part.len());
        out.push_str(part[end..].strip_prefix('m').unwrap_or("\u{1b}"));
    }
    out
}
