//! What must never be seen: the values of secret variables.

use allclear_testbed::Ran;
use insta::assert_snapshot;

use super::sample::{Sample, short};
use super::transcript::{command, ends, seen};

const SECRET: &str = "s3cr3t-of-the-test";

#[test]
fn a_secret_that_a_command_prints_is_masked_everywhere() {
    let sample = Sample::with(&short(
        "[[step]]\nrun = \"sh say.sh\"\nevidence = \"reports/*\"\n[[step]]\nrun = \"echo {version} $MY_TOKEN\"\nid = \"shell\"\nshell = true\n[[step]]\nrun = \"sh say.sh again\"\noptional = true\n[[step]]\nbuild = \"sh say.sh\"\nartifacts = \"dist/*\"",
    ));
    let script = "echo token $MY_TOKEN; echo \"x${MY_TOKEN}x\" >&2; mkdir -p reports; echo $MY_TOKEN > reports/a.txt\n\
                  echo '<a>'$MY_TOKEN > reports/b.xml; printf '\\211PNG'$MY_TOKEN > reports/c.png; test -z \"$1\"\n";
    sample.push_to("main", "say.sh", script, "test: a command that tells too much");
    let ana = sample.ana();
    ends(&ana, "start minor", 0);

    let ran = Ran::of(command(&ana, "go").env("MY_TOKEN", SECRET));
    assert_snapshot!(seen(&ana, &ran), @"

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example

      ▸ work         4/5   2 failed
          ✓ branch                   release/v1.3.0 at [id] (just now)
          ✓ say                      `sh say.sh`: exit status 0 (just now, 5 files of evidence)
          ✓ shell                    `echo {version} $MY_TOKEN`: exit status 0 (just now, 2 files of evidence)
          ✗ say-again                failed: `sh say.sh again`: exit status 1, 2 files of evidence
          ✗ build                    failed: `sh say.sh` left no file that matches dist/*, 2 files of evidence

    next  allclear retry work/build   or push a fix, or `allclear waive work/build --reason …`: `sh say.sh` left no file that matches dist/*
    |   ✓ work/branch                        release/v1.3.0 at [id]
    |   ✓ work/say                           `sh say.sh`: exit status 0
    |   ✓ work/shell                         `echo {version} $MY_TOKEN`: exit status 0
    |   ✗ work/say-again                     failed: `sh say.sh again`: exit status 1
    |       token [secret]
    |       x[secret]x
    |   ✗ work/build                         failed: `sh say.sh` left no file that matches dist/*
    |       token [secret]
    |       x[secret]x
    [1]
    ");
    assert!(!format!("{}{}", ran.stdout, ran.stderr).contains(SECRET), "{ran}");
    let found = Ran::of(ana.command("grep").args(["-rlF", SECRET, ".git/allclear"]));
    assert_eq!(
        found.stdout.lines().filter(|file| !file.contains("/worktrees/")).collect::<Vec<_>>(),
        Vec::<&str>::new()
    );
    for objects in [
        ana.git(&["cat-file", "--batch-all-objects", "--batch"]),
        sample.origin.git(&["cat-file", "--batch-all-objects", "--batch"]),
    ] {
        assert!(!objects.contains(SECRET));
        assert!(objects.contains("token [secret]"), "the log is there, masked");
    }
}
