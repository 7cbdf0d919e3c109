//! The page that is drafted: lines, comments, steps, and steps that are only there as comments.

use std::collections::BTreeSet;

use allclear_core::names::Word;
use allclear_core::process::command::{short_name, split};

use super::{Draft, Question};
use crate::survey::Run;

/// A page in the making.
#[derive(Default)]
pub(super) struct Page {
    text: String,
    found: Vec<String>,
    questions: Vec<Question>,
    phase: &'static str,
    names: BTreeSet<String>,
    steps: usize,
}

impl Page {
    /// Adds a line as it is.
    pub(super) fn line(&mut self, line: impl AsRef<str>) {
        self.text.push_str(line.as_ref());
        self.text.push('\n');
    }

    /// Adds a setting and, behind it, what it means.
    pub(super) fn setting(&mut self, line: &str, note: &str) {
        self.line(with_note(line, note));
    }

    /// Adds a comment of one line or more.
    pub(super) fn comment(&mut self, text: &str) {
        for line in text.split('\n') {
            self.line(format!("# {line}").trim_end());
        }
    }

    /// Adds an empty line and a headline.
    pub(super) fn headline(&mut self, text: &str) {
        self.line("");
        self.comment(text);
    }

    /// Begins a phase: its steps follow.
    pub(super) fn phase(&mut self, phase: &'static str, headline: &str) {
        (self.phase, self.names, self.steps) = (phase, BTreeSet::new(), 0);
        self.headline(headline);
    }

    /// How many steps the phase at hand has so far.
    pub(super) fn steps(&self) -> usize {
        self.steps
    }

    /// Adds a step; the note stands beside its first line.
    pub(super) fn step(&mut self, lines: &[String], note: &str) {
        self.steps += 1;
        self.line("");
        self.line(with_note(&format!("[[phase.{}]]", self.phase), note));
        for line in lines {
            self.line(line);
        }
    }

    /// Adds a step as comments, below what is missing for it.
    pub(super) fn missing(&mut self, why: &str, lines: &[String]) {
        self.line("");
        self.comment(why);
        self.comment(&format!("[[phase.{}]]", self.phase));
        for line in lines {
            self.comment(line);
        }
    }

    /// Adds a command as a step of the kind `run`, with a name that no other step of the phase has.
    pub(super) fn run(&mut self, run: &Run, note: &str) {
        let lines = self.lines_of(run);
        self.found(format!("{}: `{}`", self.phase, run.command));
        self.step(&lines, note);
    }

    fn lines_of(&mut self, run: &Run) -> Vec<String> {
        let derived = match (run.shell, split(&run.command)) {
            (false, Ok(words)) => short_name(&words.iter().map(String::as_str).collect::<Vec<_>>()),
            _ => String::new(),
        };
        let wanted = run.id.clone().unwrap_or_else(|| derived.clone());
        let wanted = if Word::new(wanted.as_str()).is_ok() { wanted } else { "command".to_owned() };
        let program = run.command.split(' ').next().unwrap_or_default();
        let names = [wanted.clone(), format!("{program}-{wanted}")].into_iter();
        let numbered = (2..).map(|number| format!("{wanted}-{number}"));
        let name = names.chain(numbered).find(|name| !self.names.contains(name)).unwrap_or(wanted);
        self.names.insert(name.clone());
        let mut lines = Vec::new();
        if name != derived {
            lines.push(text("id", &name));
        }
        lines.push(text("run", &run.command));
        if run.shell {
            lines.push("shell = true".to_owned());
        }
        if run.display {
            lines.push("display = true".to_owned());
        }
        lines.extend(run.evidence.as_ref().map(|files| text("evidence", files)));
        lines
    }

    /// Notes something that was found out.
    pub(super) fn found(&mut self, what: impl Into<String>) {
        self.found.push(what.into());
    }

    /// Asks what could not be found out.
    pub(super) fn ask(&mut self, about: &str, text: impl Into<String>, way_out: impl Into<String>) {
        self.questions.push(Question { about: about.to_owned(), text: text.into(), way_out: way_out.into() });
    }

    /// The finished page.
    pub(super) fn finish(self) -> Draft {
        Draft { text: self.text, found: self.found, questions: self.questions }
    }
}

/// The column at which notes begin, where there is room.
const NOTES: usize = 38;

fn with_note(line: &str, note: &str) -> String {
    if note.is_empty() { line.to_owned() } else { format!("{line:<NOTES$} # {note}") }
}

/// `key = "value"`.
pub(super) fn text(key: &str, value: &str) -> String {
    format!("{key} = {}", quoted(value))
}

/// `key = "value"`, or `key = ["one", "two"]`.
pub(super) fn texts(key: &str, values: &[String]) -> String {
    match values {
        [value] => text(key, value),
        values => format!("{key} = [{}]", values.iter().map(|value| quoted(value)).collect::<Vec<_>>().join(", ")),
    }
}

/// A basic string of TOML. Its escapes are those of JSON, except that TOML wants DEL escaped as well.
pub(super) fn quoted(value: &str) -> String {
    serde_json::Value::from(value).to_string().replace('\u{7f}', "\\u007f")
}

/// Names for a sentence: `a`, `b` and 3 more.
pub(super) fn some(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(4).map(|name| format!("`{name}`")).collect();
    match names.len().saturating_sub(shown.len()) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
