//! What the test reports among a command's evidence say, beside how the command ended.

use allclear_core::event::Tests;
use allclear_core::results::{self, BadReport};

/// How many failed tests a summary names, and with how many characters each at most: all of them stand in the event.
const NAMED: usize = 5;
const LONGEST: usize = 60;

/// The test reports of one run of a command.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reports {
    /// What they say, added up; none where there is none.
    pub tests: Option<Tests>,
    /// Which of them cannot be read, and why.
    pub unread: Vec<String>,
}

impl Reports {
    /// Takes in a file of evidence, if it is a test report.
    pub fn take(&mut self, name: &str, bytes: &[u8]) {
        match results::read(name, bytes) {
            Some(Ok(tests)) => self.tests.get_or_insert_default().add(tests),
            Some(Err(error)) => self.unread(name, &error),
            None => {}
        }
    }

    /// Takes in a file that is too large to be read, of which this is the beginning.
    pub fn take_large(&mut self, name: &str, beginning: &[u8], size: u64) {
        if let Some(error) = results::too_large(name, beginning, usize::try_from(size).unwrap_or(usize::MAX)) {
            self.unread(name, &error);
        }
    }

    fn unread(&mut self, name: &str, error: &BadReport) {
        self.unread.push(format!("the test report `{name}` cannot be read: {error}"));
    }

    /// Whether a test failed.
    pub fn failed(&self) -> bool {
        self.tests.as_ref().is_some_and(|tests| tests.failed > 0)
    }

    /// What follows in a summary after how the command ended.
    pub fn said(&self, passed: bool) -> String {
        let mut said = String::new();
        if let Some(tests) = &self.tests {
            // A command that is content with tests that failed must not be believed in passing.
            said.push_str(if passed && tests.failed > 0 { ", but " } else { ", " });
            said.push_str(&counted(tests));
        }
        for unread in &self.unread {
            said.push_str("; ");
            said.push_str(unread);
        }
        said
    }
}

fn counted(tests: &Tests) -> String {
    if tests.failed > 0 {
        let named: Vec<_> = tests.failures.iter().take(NAMED).map(|name| shortened(name)).collect();
        let more = (tests.failed as usize).saturating_sub(named.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        return format!("{} of {} failed: {}{more}", tests.failed, tests.total(), named.join(", "));
    }
    match (tests.passed, tests.skipped) {
        (0, 0) => "no tests".to_owned(),
        (passed, 0) => format!("{passed} passed"),
        (passed, skipped) => format!("{passed} passed, {skipped} skipped"),
    }
}

fn shortened(name: &str) -> String {
    match name.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(files: &[(&str, &str)], passed: bool) -> String {
        let mut reports = Reports::default();
        files.iter().for_each(|(name, text)| reports.take(name, text.as_bytes()));
        format!("exit status{}", reports.said(passed))
    }

    #[test]
    fn a_report_that_is_too_large_is_known_by_its_beginning() {
        let mut reports = Reports::default();
        reports.take_large("core.bin", b"\x7fELF", 100_000_000);
        reports.take_large("x.xml", b"<testsuite><testcase na", 100_000_000);
        assert_eq!(
            format!("exit status{}", reports.said(true)),
            "exit status; the test report `x.xml` cannot be read: it has 100000000 bytes, and 33554432 are the limit"
        );
    }

    #[test]
    fn the_summary_says_how_many_and_who() {
        let good = "<testsuite><testcase name='a'/><testcase name='b'><skipped/></testcase></testsuite>";
        let bad = "1..3\nok 1 - c\nnot ok 2 - d\nnot ok 3 - e\n";
        assert_eq!(said(&[("x.xml", good)], true), "exit status, 1 passed, 1 skipped");
        assert_eq!(said(&[("x.xml", good), ("y.tap", bad)], false), "exit status, 2 of 5 failed: d, e");
        assert_eq!(said(&[("y.tap", bad)], true), "exit status, but 2 of 3 failed: d, e");
        assert_eq!(said(&[("y.tap", "1..0\n")], true), "exit status, no tests");
        assert_eq!(said(&[("notes.md", "# ok")], true), "exit status");
        assert_eq!(
            said(&[("x.xml", good), ("z.xml", "<testsuite>")], true),
            "exit status, 1 passed, 1 skipped; the test report `z.xml` cannot be read: it ends too early: elements without an end: 1"
        );
        let many: String = (1..10).map(|n| format!("not ok {n} - t{n}\n")).collect();
        assert_eq!(
            said(&[("m.tap", &format!("1..9\n{many}"))], false),
            "exit status, 9 of 9 failed: t1, t2, t3, t4, t5 and 4 more"
        );
    }
}
