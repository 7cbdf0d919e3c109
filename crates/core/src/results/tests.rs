use std::fmt::Write as _;

use proptest::prelude::*;

use super::{BadReport, Ended, LARGEST, read};
use crate::event::Tests;

/// What is said of a report: its counts and who failed, or why it cannot be told.
fn told(name: &str, text: &str) -> String {
    match read(name, text.as_bytes()) {
        None => "no report".to_owned(),
        Some(Ok(Tests { passed, failed, skipped, failures })) => {
            format!("{passed} passed, {failed} failed, {skipped} skipped: {}", failures.join(" | "))
        }
        Some(Err(error)) => error.to_string(),
    }
}

#[test]
fn junit_counts_the_tests_and_not_what_the_attributes_say() {
    let pytest = r#"<?xml version="1.0" encoding="utf-8"?>
        <testsuites><testsuite name="pytest" errors="0" failures="0" skipped="9" tests="99">
        <testcase classname="tests.test_a" name="test_a" time="0.1"><failure message="assert">no</failure></testcase>
        <testcase classname="tests.test_a" name="test_b[&lt;x&gt; &amp; &#10;y]"><error message="fixture"/></testcase>
        <testcase classname="tests.test_a" name="test_c"><skipped type="pytest.skip" message="later"/></testcase>
        <testcase classname="tests.test_a" name="test_d"><system-out><![CDATA[<failure>]]></system-out></testcase>
        </testsuite></testsuites>"#;
    assert_eq!(told("reports/unit.xml", pytest), "1 passed, 2 failed, 1 skipped: test_a | test_b[<x> &  y]");
    let surefire = r#"<testsuite name="Suite" tests="3"><properties><property name="a" value="b"/></properties>
        <testcase name="flaky" classname="A"><flakyFailure message="once"/></testcase>
        <testcase name="broken" classname="A"><failure/><rerunFailure/></testcase>
        <testcase name="" classname="A"><error/></testcase></testsuite>"#;
    assert_eq!(told("TEST-A.xml", surefire), "1 passed, 2 failed, 0 skipped: broken | A");
    let nested = r#"<testsuites><testsuite name="outer"><testsuite name="inner"><testcase name="a"/>
        </testsuite><testsuite name="cannot be run"><error/></testsuite><testcase name="b" status="notrun"/></testsuite></testsuites>"#;
    assert_eq!(told("x.XML", nested), "1 passed, 1 failed, 1 skipped: cannot be run");
    assert_eq!(told("x.xml", "<testsuites/>"), "0 passed, 0 failed, 0 skipped: ");
    assert_eq!(
        told("x.xml", r#"<j:testsuite xmlns:j="x"><j:testcase name="a"/></j:testsuite>"#),
        "1 passed, 0 failed, 0 skipped: "
    );
}

#[test]
fn junit_that_cannot_be_told_says_why() {
    assert_eq!(told("coverage.xml", "<?xml version=\"1.0\"?><coverage/>"), "no report");
    assert_eq!(told("x.txt", "<testsuites/>"), "no report");
    assert_eq!(told("x.xml", ""), "it ends too early: it holds no element");
    assert_eq!(told("x.xml", "<testsuites><testcase name='a'/>"), "it ends too early: elements without an end: 1");
    assert!(told("x.xml", "<testsuites></testcase>").starts_with("it is no XML at byte "));
    let bomb = r#"<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>
        <testsuites><testcase name="&b;"><failure>&b;</failure></testcase></testsuites>"#;
    assert_eq!(told("x.xml", bomb), "0 passed, 1 failed, 0 skipped: &b;", "entities of the file are not expanded");
    let large = format!("<testsuites>{}</testsuites>", " ".repeat(LARGEST));
    assert_eq!(read("x.xml", large.as_bytes()), Some(Err(BadReport::TooLarge(large.len()))));
}

#[test]
fn tap_knows_what_is_skipped_and_what_is_not_done_yet() {
    let plain = "TAP version 13\n1..6\nok 1 - a\nnot ok 2 - b\n  ---\n  message: |\n    not ok 9 - said in YAML\n  ...\n\
        ok 3 - c # SKIP no network\nnot ok 4 d # todo later\nok 5\nok 6 - issue \\# skip of old # comment\nokay\n";
    assert_eq!(told("x.tap", plain), "3 passed, 1 failed, 2 skipped: b");
    assert_eq!(told("x.log", "1..1\nok 1\n"), "no report");
    assert_eq!(told("x.log", "TAP version 14\n1..1\nok 1\n"), "1 passed, 0 failed, 0 skipped: ");
    assert_eq!(told("x.tap", "1..0 # SKIP not here\n"), "0 passed, 0 failed, 0 skipped: ");
    assert_eq!(told("x.tap", "ok 1\nok 2\n1..2"), "2 passed, 0 failed, 0 skipped: ");
    assert_eq!(told("x.tap", "1..5\nok 1\nok 2"), "2 passed, 3 failed, 0 skipped: 3 that were planned and did not run");
    assert_eq!(
        told("x.tap", "1..5\nok 1\nBail out! no disk\nok 2"),
        "1 passed, 1 failed, 0 skipped: Bail out! no disk"
    );
    assert_eq!(told("x.tap", "ok 1\n"), "it ends too early: it has no plan such as `1..3`");
    assert_eq!(told("x.tap", "1..1\nnot ok 1\n"), "0 passed, 1 failed, 0 skipped: (a test without a name)");
}

#[test]
fn the_results_of_a_subtest_stand_for_its_line() {
    let node = "TAP version 13\n# Subtest: menu\n    # Subtest: tea\n    ok 1 - tea\n      ---\n      duration_ms: 1\n      ...\n    \
        # Subtest: milk\n        not ok 1 - cold\n        1..1\n    not ok 2 - milk\n    1..2\nnot ok 1 - menu\n\
        # Subtest: hall\n    1..1\n    ok 1 - seats\nnot ok 2 - hall\n# Subtest: yard\n    not ok 1 - rain\n    1..1\n\
        not ok 3 - yard # TODO a roof\n1..3\n";
    assert_eq!(told("x.tap", node), "2 passed, 2 failed, 1 skipped: cold | hall");
    assert_eq!(told("x.tap", "    1..1\n    not ok 1 - a\n1..0"), "0 passed, 1 failed, 0 skipped: a");
}

#[test]
fn the_lines_of_libtest_and_nextest_are_read_between_others() {
    let lines = r#"{"type":"suite","event":"started","test_count":4,"nextest":{"crate":"a"}}
{"type":"test","event":"started","name":"a$one"}
said by a test {"type":"test"
{"not":"ours"}
{"type":"test","event":"ok","name":"a$one","exec_time":0.1}
{"type":"test","name":"slow","event":"timeout"}
{"type":"test","name":"slow","event":"ok"}
{"type":"test","event":"ignored","name":"a$two"}
{"type":"test","event":"failed","name":"a$three","stdout":"thread panicked: \"x\""}
{"type":"suite","event":"failed","passed":1,"failed":1}
"#;
    assert_eq!(told("t.jsonl", lines), "2 passed, 1 failed, 1 skipped: a$three");
    assert_eq!(told("t.json", &lines[..lines.len() - 20]), "it ends too early: suites without an end: 1");
    assert_eq!(told("t.json", "{\"type\":\"module\"}"), "no report");
    assert_eq!(told("t.json", "{\n  \"type\": \"test\"\n}"), "no report");
    assert_eq!(told("t.txt", lines), "no report");
}

#[test]
fn many_failures_are_counted_and_the_first_are_named() {
    let cases: String = (0..99).map(|n| format!("<testcase name=\"t{n}\"><failure/></testcase>")).collect();
    let report = format!("<testsuite>{cases}</testsuite>");
    let mut tests = read("x.xml", report.as_bytes()).unwrap().unwrap();
    assert_eq!((tests.failed, tests.failures.len()), (99, Tests::NAMED));
    tests.add(tests.clone());
    assert_eq!((tests.failed, tests.failures.len(), tests.total()), (198, Tests::NAMED, 198));
}

fn junit(ends: &[Ended]) -> String {
    let mut text = "<testsuites><testsuite name=\"all\">".to_owned();
    for (at, end) in ends.iter().enumerate() {
        let verdict = match end {
            Ended::Passed => "",
            Ended::Failed => "<failure/>",
            Ended::Skipped => "<skipped/>",
        };
        let _ = write!(text, "<testcase name=\"t{at}\">{verdict}</testcase>");
    }
    text + "</testsuite></testsuites>"
}

fn tap(ends: &[Ended]) -> String {
    let mut text = format!("1..{}\n", ends.len());
    for (at, end) in ends.iter().enumerate() {
        let (not, skip) = (*end == Ended::Failed, *end == Ended::Skipped);
        let _ = writeln!(
            text,
            "{}ok {} - t{at}{}",
            if not { "not " } else { "" },
            at + 1,
            if skip { " # SKIP" } else { "" }
        );
    }
    text
}

fn lines(ends: &[Ended]) -> String {
    let mut text = "{\"type\":\"suite\",\"event\":\"started\"}\n".to_owned();
    for (at, end) in ends.iter().enumerate() {
        let event = match end {
            Ended::Passed => "ok",
            Ended::Failed => "failed",
            Ended::Skipped => "ignored",
        };
        let _ = writeln!(text, "{{\"type\":\"test\",\"event\":\"{event}\",\"name\":\"t{at}\"}}");
    }
    text + "{\"type\":\"suite\",\"event\":\"ok\"}\n"
}

fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "<testsuites>",
        "</testsuites>",
        "<testcase name=\"",
        "\"/>",
        "<failure/>",
        "<!DOCTYPE",
        "<![CDATA[",
        "&a;",
        "]]>",
        "TAP version 13",
        "\n",
        "    ",
        "ok 1",
        "not ok",
        "1..",
        "99999999999",
        "# SKIP",
        "Bail out!",
        "  ---",
        "...",
        "{\"type\":\"suite\",\"event\":\"",
        "started\"}",
        "\u{0}",
        "é",
        "#",
        "\\",
        "<",
        ">",
        "-",
        "<?xml version=\"1.0\" encoding=\"utf-16\"?>",
    ])
}

proptest! {
    #[test]
    fn every_format_tells_the_same(ends in prop::collection::vec(
        prop::sample::select(vec![Ended::Passed, Ended::Failed, Ended::Skipped]), 0..60,
    )) {
        let mut wanted = Tests::default();
        ends.iter().enumerate().for_each(|(at, end)| wanted.count(*end, &format!("t{at}")));
        for (name, text) in [("x.xml", junit(&ends)), ("x.tap", tap(&ends)), ("x.jsonl", lines(&ends))] {
            prop_assert_eq!(read(name, text.as_bytes()), Some(Ok(wanted.clone())), "{}", name);
        }
    }

    #[test]
    fn nothing_makes_it_panic(pieces in prop::collection::vec(piece(), 0..40), bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let text = pieces.concat();
        for name in ["x.xml", "x.tap", "x.json", "x"] {
            let _ = read(name, text.as_bytes());
            let _ = read(name, &bytes);
            let _ = read(name, &[text.as_bytes(), &bytes].concat());
        }
    }

    #[test]
    fn what_is_cut_off_anywhere_is_told_or_refused(ends in prop::collection::vec(Just(Ended::Passed), 1..20), at in 0.0..1.0_f64) {
        for (name, text) in [("x.xml", junit(&ends)), ("x.jsonl", lines(&ends))] {
            let text = text.trim_end();
            let cut = &text.as_bytes()[..(text.len() as f64 * at) as usize];
            let whole = matches!(read(name, cut), Some(Ok(tests)) if tests.total() > 0);
            prop_assert!(!whole, "{}", name);
        }
    }
}
