//! A calendar as RFC 5545 has it, for the calendars of people.

use jiff::Timestamp;
use jiff::civil::Date;

use super::freeze::Frozen;
use super::run::Run;
use super::time::plus;
use crate::digest::Digest;

/// The longest line, in bytes without its end (RFC 5545, section 3.1).
const LINE: usize = 75;

/// Writes runs, their milestones and freezes as a calendar, each as an event of its own.
///
/// Runs are points in time, in UTC; milestones and freezes are whole days. A run that is skipped is an event that is cancelled, so that
/// who has it in their calendar sees it go. An event is told by its `UID` from any other: it is made from the project and from what the
/// event is, and stays the same when the run is moved. `stamp` is when the calendar was made.
pub fn calendar(project: &str, runs: &[Run], freezes: &[Frozen], stamp: Timestamp) -> String {
    let mut page = Page { project, stamp: utc(stamp), text: String::new() };
    for line in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Allclear//calendar//EN"] {
        page.line(line);
    }
    for run in runs {
        page.run(run);
    }
    for frozen in freezes {
        let uid = ["freeze", &frozen.from.to_string(), &frozen.reason].join("\n");
        page.days(&uid, &format!("{project}: frozen, {}", frozen.reason), frozen.from, frozen.until);
    }
    page.line("END:VCALENDAR");
    page.text
}

struct Page<'a> {
    project: &'a str,
    stamp: String,
    text: String,
}

impl Page<'_> {
    fn run(&mut self, run: &Run) {
        let nominal = run.nominal.date().to_string();
        let title = format!("{} {} release", self.project, run.kind);
        self.begin(&["run", run.kind.as_str(), &nominal].join("\n"), &title);
        let at = run.actual.as_ref().unwrap_or(&run.nominal);
        self.line(&format!("DTSTART:{}", utc(at.timestamp())));
        self.line(if run.actual.is_some() { "STATUS:CONFIRMED" } else { "STATUS:CANCELLED" });
        if !run.remarks.is_empty() {
            let remarks: Vec<_> = run.remarks.iter().map(ToString::to_string).collect();
            self.line(&format!("DESCRIPTION:{}", escaped(&remarks.join("\n"))));
        }
        self.end();
        for due in &run.milestones {
            let uid = ["milestone", run.kind.as_str(), &nominal, &due.name].join("\n");
            self.days(&uid, &format!("{title} of {}: {}", run.day(), due.name), due.on, due.on);
        }
    }

    /// An event of whole days, both ends included.
    fn days(&mut self, uid: &str, title: &str, first: Date, last: Date) {
        self.begin(uid, title);
        self.line(&format!("DTSTART;VALUE=DATE:{}", first.strftime("%Y%m%d")));
        if let Some(end) = plus(last, 1) {
            self.line(&format!("DTEND;VALUE=DATE:{}", end.strftime("%Y%m%d")));
        }
        self.end();
    }

    fn begin(&mut self, uid: &str, title: &str) {
        let digest = Digest::of(format!("{}\n{uid}", self.project).as_bytes()).to_string();
        self.line("BEGIN:VEVENT");
        self.line(&format!("UID:{}@allclear", &digest[..32]));
        self.line(&format!("DTSTAMP:{}", self.stamp));
        self.line(&format!("SUMMARY:{}", escaped(title)));
    }

    fn end(&mut self) {
        // Nobody is busy because of it.
        self.line("TRANSP:TRANSPARENT");
        self.line("END:VEVENT");
    }

    /// Writes a line, folded where it is too long, never inside a character.
    fn line(&mut self, line: &str) {
        let mut length = 0;
        for c in line.chars() {
            if length + c.len_utf8() > LINE {
                self.text.push_str("\r\n ");
                length = 1;
            }
            self.text.push(c);
            length += c.len_utf8();
        }
        self.text.push_str("\r\n");
    }
}

fn utc(at: Timestamp) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Text as a value of type TEXT (section 3.3.11), without control characters.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => escaped.extend(['\\', c]),
            '\n' => escaped.push_str("\\n"),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}
