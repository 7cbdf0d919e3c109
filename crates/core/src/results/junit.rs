//! JUnit XML, as pytest, jest-junit, Surefire, Playwright and many others write it.
//!
//! The reader is a stream of tags: nothing is kept of what is read, and entities that a file defines itself are never expanded.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use super::{BadReport, Ended};
use crate::event::Tests;

/// Says whether the file's outermost element is one of a test report. A file that is no XML at all is taken for one, so that its
/// reader can say what is wrong with it.
pub(super) fn is_report(bytes: &[u8]) -> bool {
    let mut reader = Reader::from_reader(bytes);
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag) | Event::Empty(tag)) => {
                return matches!(tag.local_name().as_ref(), "testsuites" | "testsuite");
            }
            Ok(Event::Eof) | Err(_) => return true,
            Ok(_) => {}
        }
    }
}

pub(super) fn read(bytes: &[u8]) -> Result<Tests, BadReport> {
    // Older tools write what they were given in any encoding; the names may suffer, the counts do not.
    let text = String::from_utf8_lossy(bytes);
    let mut reader = Reader::from_str(&text);
    let mut counting = Counting::default();
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) => counting.begin(&tag),
            Ok(Event::End(_)) => counting.end(),
            Ok(Event::Empty(tag)) => {
                counting.begin(&tag);
                counting.end();
            }
            Ok(Event::Eof) => return counting.tests(),
            Ok(_) => {}
            Err(error) => {
                let at = reader.error_position();
                return Err(BadReport::Broken(format!("it is no XML at byte {at}: {error}")));
            }
        }
    }
}

/// How far the file has been read.
#[derive(Default)]
struct Counting {
    tests: Tests,
    /// How many elements are open, and whether there was any.
    depth: usize,
    begun: bool,
    /// The test that is open: its depth, its name, and how it has ended as far as is known.
    case: Option<(usize, String, Ended)>,
    /// The suites that are open: their depths and names.
    suites: Vec<(usize, String)>,
}

impl Counting {
    fn begin(&mut self, tag: &BytesStart<'_>) {
        self.depth += 1;
        self.begun = true;
        match (tag.local_name().as_ref(), &mut self.case) {
            ("testcase", None) => self.case = Some((self.depth, name(tag), ended(tag))),
            ("testsuite", None) => self.suites.push((self.depth, name(tag))),
            // Below a test stand its verdicts; `rerunFailure` and `flakyFailure` are of tries that were repeated.
            ("failure" | "error", Some((depth, _, ended))) if *depth + 1 == self.depth => *ended = Ended::Failed,
            ("skipped", Some((depth, _, ended @ Ended::Passed))) if *depth + 1 == self.depth => {
                *ended = Ended::Skipped;
            }
            // A suite that could not be run has no tests to tell it by.
            ("failure" | "error", None) => {
                let name = self.suites.last().map_or("", |(_, name)| name);
                self.tests.count(Ended::Failed, name);
            }
            _ => {}
        }
    }

    fn end(&mut self) {
        if self.case.as_ref().is_some_and(|(depth, ..)| *depth == self.depth)
            && let Some((_, name, ended)) = self.case.take()
        {
            self.tests.count(ended, &name);
        }
        if self.suites.last().is_some_and(|(depth, _)| *depth == self.depth) {
            self.suites.pop();
        }
        self.depth = self.depth.saturating_sub(1);
    }

    fn tests(self) -> Result<Tests, BadReport> {
        match (self.begun, self.depth) {
            (true, 0) => Ok(self.tests),
            (true, open) => Err(BadReport::CutOff(format!("elements without an end: {open}"))),
            (false, _) => Err(BadReport::CutOff("it holds no element".to_owned())),
        }
    }
}

/// GoogleTest and CTest say in an attribute that a test was not run.
fn ended(tag: &BytesStart<'_>) -> Ended {
    match attribute(tag, "status").as_deref() {
        Some("notrun" | "disabled" | "skipped") => Ended::Skipped,
        _ => Ended::Passed,
    }
}

fn name(tag: &BytesStart<'_>) -> String {
    let name = attribute(tag, "name").filter(|name| !name.trim().is_empty());
    name.or_else(|| attribute(tag, "classname")).unwrap_or_default()
}

/// The value of an attribute; one with an entity that is not XML's own stays as it is written.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = tag.attributes();
    let found = attributes.with_checks(false).flatten().find(|attribute| attribute.key.as_ref() == name)?;
    Some(unescape(&found.value).map_or_else(|_| found.value.to_string(), Cow::into_owned))
}
