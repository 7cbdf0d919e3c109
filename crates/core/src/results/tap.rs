//! TAP, the Test Anything Protocol, versions 12 to 14.

use super::{BadReport, Ended, first_line};
use crate::event::Tests;

/// How many spaces a subtest stands further in.
const INDENT: usize = 4;

pub(super) fn is_report(bytes: &[u8]) -> bool {
    let version = first_line(bytes).strip_prefix(b"TAP version ");
    version.is_some_and(|version| matches!(version, b"12" | b"13" | b"14"))
}

/// Counts the results. Those of a subtest count in place of the one line that sums them up.
pub(super) fn read(bytes: &[u8]) -> Result<Tests, BadReport> {
    let text = String::from_utf8_lossy(bytes);
    let mut levels = Levels(vec![Level::default()]);
    let mut diagnostics = None;
    for line in text.lines() {
        let said = line.trim_start_matches(' ');
        let indent = line.len() - said.len();
        match diagnostics {
            // A block of YAML below a result may say anything, even `not ok`.
            Some(inside) if said.trim_end() == "..." && indent == inside => diagnostics = None,
            Some(inside) if indent >= inside || said.is_empty() => {}
            _ if said.trim_end() == "---" && indent % INDENT == 2 => diagnostics = Some(indent),
            _ => {
                diagnostics = None;
                if let Some(line) = Line::of(said).filter(|_| indent.is_multiple_of(INDENT)) {
                    if let Line::BailOut(_) = line {
                        levels.at(indent).take(line);
                        break;
                    }
                    levels.at(indent).take(line);
                }
            }
        }
    }
    levels.end()
}

/// A line that means something.
#[derive(Clone, Copy)]
enum Line<'a> {
    Plan(u32),
    Point { ok: bool, excused: bool, name: &'a str },
    BailOut(&'a str),
}

impl<'a> Line<'a> {
    fn of(line: &'a str) -> Option<Self> {
        if let Some(count) = line.strip_prefix("1..") {
            let digits = count.find(|c: char| !c.is_ascii_digit()).unwrap_or(count.len());
            return count[..digits].parse().ok().map(Self::Plan);
        }
        if let Some(why) = line.strip_prefix("Bail out!") {
            return Some(Self::BailOut(why.trim()));
        }
        let (ok, rest) = match line.strip_prefix("not ok") {
            Some(rest) => (false, rest),
            None => (true, line.strip_prefix("ok")?),
        };
        if !rest.is_empty() && !rest.starts_with([' ', '\t', '\r']) {
            return None;
        }
        let (name, directive) = directive(rest.trim());
        let name = name.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
        let name = name.strip_prefix('-').unwrap_or(name).trim();
        let skipped = directive.is_some_and(|word| word.starts_with("skip"));
        let todo = directive.is_some_and(|word| word.starts_with("todo")) && !ok;
        Some(Self::Point { ok, excused: skipped || todo, name })
    }
}

/// Takes `# SKIP` or `# TODO` from the end of a result. A `#` behind a backslash belongs to the name.
fn directive(text: &str) -> (&str, Option<&'static str>) {
    for (at, _) in text.match_indices('#') {
        let word = text[at + 1..].trim_start().as_bytes();
        let is = |wanted: &str| word.get(..4).is_some_and(|word| word.eq_ignore_ascii_case(wanted.as_bytes()));
        let found = [("skip", "skip"), ("todo", "todo")].into_iter().find(|(wanted, _)| is(wanted));
        if let (Some((_, found)), false) = (found, text[..at].ends_with('\\')) {
            return (text[..at].trim_end(), Some(found));
        }
    }
    (text, None)
}

/// One list of results: the report itself, or a subtest.
#[derive(Default)]
struct Level {
    indent: usize,
    tests: Tests,
    points: u32,
    plan: Option<u32>,
    bailed: bool,
    /// A subtest that has ended, whose summing line comes next.
    below: Option<Tests>,
}

impl Level {
    fn take(&mut self, line: Line<'_>) {
        match line {
            Line::Plan(count) => self.plan = Some(count),
            Line::BailOut(why) => {
                self.bailed = true;
                self.tests.count(Ended::Failed, format!("Bail out! {why}").trim_end());
            }
            Line::Point { ok, excused, name } => self.point(ok, excused, name),
        }
    }

    fn point(&mut self, ok: bool, excused: bool, name: &str) {
        self.points = self.points.saturating_add(1);
        let ended = match (excused, ok) {
            (true, _) => Ended::Skipped,
            (false, true) => Ended::Passed,
            (false, false) => Ended::Failed,
        };
        match self.below.take().filter(|below| below.total() > 0) {
            None => self.tests.count(ended, name),
            Some(below) if excused => {
                let skipped = below.skipped.saturating_add(below.failed);
                self.tests.add(Tests { skipped, failed: 0, failures: vec![], ..below });
            }
            Some(below) => {
                let unexplained = ended == Ended::Failed && below.failed == 0;
                self.tests.add(below);
                if unexplained {
                    self.tests.count(Ended::Failed, name);
                }
            }
        }
    }

    /// What it says in all; tests that were planned and did not run have failed.
    fn end(mut self) -> Tests {
        if let Some(below) = self.below.take() {
            self.tests.add(below);
        }
        let missing = if self.bailed { 0 } else { self.plan.unwrap_or(0).saturating_sub(self.points) };
        if missing > 0 {
            self.tests.count(Ended::Failed, &format!("{missing} that were planned and did not run"));
            self.tests.failed = self.tests.failed.saturating_add(missing - 1);
        }
        self.tests
    }
}

/// The levels that are open, the outermost first; never empty.
struct Levels(Vec<Level>);

impl Levels {
    /// The level of an indent, whatever is further in ended.
    fn at(&mut self, indent: usize) -> &mut Level {
        while self.0.len() > 1 && self.0.last().is_some_and(|level| level.indent > indent) {
            self.close();
        }
        if self.0.last().is_none_or(|level| level.indent < indent) {
            self.0.push(Level { indent, ..Level::default() });
        }
        let last = self.0.len() - 1;
        &mut self.0[last]
    }

    fn close(&mut self) {
        let Some(closed) = self.0.pop() else { return };
        let bailed = closed.bailed;
        let tests = closed.end();
        if let Some(level) = self.0.last_mut() {
            level.bailed |= bailed;
            level.below.get_or_insert_default().add(tests);
        }
    }

    fn end(mut self) -> Result<Tests, BadReport> {
        while self.0.len() > 1 {
            self.close();
        }
        let level = self.0.pop().unwrap_or_default();
        if level.plan.is_none() && !level.bailed {
            return Err(BadReport::CutOff("it has no plan such as `1..3`".to_owned()));
        }
        Ok(level.end())
    }
}
