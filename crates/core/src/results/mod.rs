//! Test reports become counts: what the files say that test tools leave.
//!
//! A report is recognised by its name and its first words, never by who made it: JUnit XML, TAP, or the JSON lines of libtest and
//! cargo-nextest. Results are counted one by one; totals that a report states about itself are not trusted.

mod junit;
mod nextest;
mod tap;
#[cfg(test)]
mod tests;

use crate::event::{Tests, one_line};

/// The largest report that is read, in bytes.
pub const LARGEST: usize = 32 << 20;

/// A report whose results cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadReport {
    /// Larger than [`LARGEST`].
    #[error("it has {0} bytes, and {LARGEST} are the limit")]
    TooLarge(usize),
    /// It does not follow its format.
    #[error("{0}")]
    Broken(String),
    /// It ends before what it announced has come.
    #[error("it ends too early: {0}")]
    CutOff(String),
}

/// Reads a test report; none where the file is not one.
///
/// # Errors
/// Inside the answer, when it is a report and its results cannot be told.
pub fn read(name: &str, bytes: &[u8]) -> Option<Result<Tests, BadReport>> {
    let reader = reader_of(name, bytes)?;
    Some(if bytes.len() > LARGEST { Err(BadReport::TooLarge(bytes.len())) } else { reader(bytes) })
}

/// Says that a file larger than [`LARGEST`] is not read, if it is a test report by its beginning.
pub fn too_large(name: &str, beginning: &[u8], size: usize) -> Option<BadReport> {
    reader_of(name, beginning).map(|_| BadReport::TooLarge(size))
}

/// Reads the results of a report.
type Reader = fn(&[u8]) -> Result<Tests, BadReport>;

/// How a test report is read, told by its name and its first words.
fn reader_of(name: &str, bytes: &[u8]) -> Option<Reader> {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    match ending.as_str() {
        "xml" if junit::is_report(bytes) => Some(junit::read),
        "tap" => Some(tap::read),
        _ if tap::is_report(bytes) => Some(tap::read),
        "json" | "jsonl" | "ndjson" if nextest::is_report(bytes) => Some(nextest::read),
        _ => None,
    }
}

impl Tests {
    /// All that the reports speak of.
    pub fn total(&self) -> u32 {
        self.passed.saturating_add(self.failed).saturating_add(self.skipped)
    }

    /// Adds what another report says.
    pub fn add(&mut self, other: Self) {
        self.passed = self.passed.saturating_add(other.passed);
        self.failed = self.failed.saturating_add(other.failed);
        self.skipped = self.skipped.saturating_add(other.skipped);
        let room = Self::NAMED.saturating_sub(self.failures.len());
        self.failures.extend(other.failures.into_iter().take(room));
    }

    /// Counts one result.
    fn count(&mut self, result: Ended, name: &str) {
        let counter = match result {
            Ended::Passed => &mut self.passed,
            Ended::Failed => &mut self.failed,
            Ended::Skipped => &mut self.skipped,
        };
        *counter = counter.saturating_add(1);
        if result == Ended::Failed && self.failures.len() < Self::NAMED {
            let name = one_line(name);
            self.failures.push(if name.is_empty() { "(a test without a name)".to_owned() } else { name });
        }
    }
}

/// How one test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Passed,
    Failed,
    Skipped,
}

/// The first line that says something.
fn first_line(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).find(|line| !line.is_empty()).unwrap_or_default()
}
