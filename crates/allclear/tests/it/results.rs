//! Commands that leave test reports: their results are counted, and what they say is not overheard.

use insta::assert_snapshot;

use super::sample::{Sample, short};
use super::transcript::{Story, allclear, ends};

/// A project whose one check leaves the report that the script writes.
fn sample(script: &str) -> Sample {
    let sample = Sample::with(&short("[[step]]\nrun = \"sh unit.sh\"\nevidence = \"reports/*\""));
    sample.push_to("main", "unit.sh", &format!("mkdir -p reports\n{script}\n"), "test: a suite");
    sample
}

#[test]
fn a_summary_says_how_many_tests_passed() {
    let sample = sample(
        "echo '<testsuite><testcase name=\"a\"/><testcase name=\"b\"><skipped/></testcase></testsuite>' > reports/a.xml\n\
         printf 'TAP version 14\\nok 1 - c\\n1..1\\n' > reports/b.tap",
    );
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    let mut story = Story::default();
    story.tell(&ana, "go");
    assert_snapshot!(story.told(), @"

    ana$ allclear go

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example · finished just now

      ✓ work         2/2

    next  nothing: this release is over
    |   ✓ work/branch                        release/v1.3.0 at [id]
    |   ✓ work/unit                          `sh unit.sh`: exit status 0, 2 passed, 1 skipped
    [0]
    ");
    let told: serde_json::Value =
        serde_json::from_str(&allclear(&ana, "status --release 1.3.0 --json").stdout).unwrap();
    let outcome = &told["release"]["steps"]["work/unit"]["attempts"][0]["outcome"];
    assert_eq!(outcome["tests"], serde_json::json!({ "passed": 2, "failed": 0, "skipped": 1 }));
}

#[test]
fn a_report_of_failed_tests_is_believed_over_the_exit_status() {
    let sample = sample(
        "echo '<testsuite><testcase name=\"pays\"><failure/></testcase><testcase name=\"b\"/></testsuite>' > reports/a.xml",
    );
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    let mut story = Story::default();
    story.tell(&ana, "go");
    assert_snapshot!(story.told(), @"

    ana$ allclear go

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example

      ▸ work         1/2   1 failed
          ✓ branch                   release/v1.3.0 at [id] (just now)
          ✗ unit                     failed: `sh unit.sh`: exit status 0, but 1 of 2 failed: pays, 3 files of evidence

    next  allclear retry work/unit   or push a fix, or `allclear waive work/unit --reason …`: `sh unit.sh`: exit status 0, but 1 of 2 failed: pays
    |   ✓ work/branch                        release/v1.3.0 at [id]
    |   ✗ work/unit                          failed: `sh unit.sh`: exit status 0, but 1 of 2 failed: pays
    [1]
    ");
}

#[test]
fn a_report_that_cannot_be_read_is_said_and_fails_nothing() {
    let sample = sample("echo '<testsuite><testcase name=\"a\"/>' > reports/a.xml");
    let ana = sample.ana();
    ends(&ana, "start minor", 0);
    let mut story = Story::default();
    story.tell(&ana, "go");
    assert_snapshot!(story.told(), @"

    ana$ allclear go

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example · finished just now

      ✓ work         2/2

    next  nothing: this release is over
    |   ✓ work/branch                        release/v1.3.0 at [id]
    |   ✓ work/unit                          `sh unit.sh`: exit status 0; the test report `reports/a.xml` cannot be read: it ends too early: elements without an end: 1
    [0]
    ");
}

/// A project whose build leaves a file and the report that the script writes.
fn built(script: &str) -> Sample {
    let step = "[[step]]\nbuild = \"sh unit.sh\"\nartifacts = \"dist/*\"\nevidence = \"reports/*\"";
    let sample = Sample::with(&short(step));
    let script = format!("mkdir -p reports dist\necho kiosk > dist/kiosk\n{script}\n");
    sample.push_to("main", "unit.sh", &script, "test: a suite");
    sample
}

#[test]
fn a_build_is_held_to_its_tests_too() {
    let good = built("printf '1..2\\nok 1 - c\\nok 2 - d\\n' > reports/b.tap");
    let ana = good.ana();
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 0);
    assert_snapshot!(good.ledger().lines().rev().nth(1).unwrap(), @"1.3.0: work/build passed: `sh unit.sh` made dist/kiosk, 2 passed");
    let bad = built("printf '1..2\\nok 1 - c\\nnot ok 2 - d\\n' > reports/b.tap");
    let ana = bad.ana();
    ends(&ana, "start minor", 0);
    ends(&ana, "go", 1);
    assert_snapshot!(bad.ledger().lines().next_back().unwrap(), @"1.3.0: work/build failed: `sh unit.sh`: exit status 0, but 1 of 2 failed: d");
}
