//! The JSON lines of libtest, which cargo-nextest writes too: `{"type":"test","event":"ok","name":"…"}`.

use std::borrow::Cow;

use serde::Deserialize;

use super::{BadReport, Ended, first_line};
use crate::event::Tests;

/// One line, as far as it matters here.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(rename = "type", borrow)]
    about: Cow<'a, str>,
    #[serde(borrow)]
    event: Cow<'a, str>,
    #[serde(default)]
    name: String,
}

impl<'a> Line<'a> {
    fn of(line: &'a [u8]) -> Option<Self> {
        line.starts_with(b"{").then(|| serde_json::from_slice(line).ok()).flatten()
    }
}

pub(super) fn is_report(bytes: &[u8]) -> bool {
    Line::of(first_line(bytes)).is_some_and(|line| matches!(&*line.about, "suite" | "test"))
}

/// Counts the tests that ended. Between the lines may stand what the tests themselves have printed.
pub(super) fn read(bytes: &[u8]) -> Result<Tests, BadReport> {
    let mut tests = Tests::default();
    let mut open = 0_u64;
    for line in bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter_map(Line::of) {
        match (&*line.about, &*line.event) {
            ("suite", "started") => open += 1,
            ("suite", _) => open = open.saturating_sub(1),
            ("test", "ok") => tests.count(Ended::Passed, &line.name),
            ("test", "ignored") => tests.count(Ended::Skipped, &line.name),
            ("test", "failed") => tests.count(Ended::Failed, &line.name),
            // `started`, and `timeout`, by which libtest says only that a test takes long.
            _ => {}
        }
    }
    match open {
        0 => Ok(tests),
        open => Err(BadReport::CutOff(format!("suites without an end: {open}"))),
    }
}
