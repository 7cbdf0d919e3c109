//! The one way to a person: data on standard output, words on standard error, colour never the only sign.

use std::error::Error;
use std::fmt::Display;
use std::io::{IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};
use serde::Serialize;

use crate::error::CommandError;

pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const BAD: Style = AnsiColor::Red.on_default().bold();
pub(crate) const WARN: Style = AnsiColor::Yellow.on_default();
pub(crate) const HINT: Style = AnsiColor::Cyan.on_default();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const BOLD: Style = Style::new().bold();

/// Writes to the person, and data to whoever reads it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ui {
    /// Whether data is JSON.
    pub(crate) json: bool,
}

/// Text in a style.
pub(crate) fn paint(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Text that may hold words of anybody, without anything that moves a terminal: only line ends and colours are left.
fn calm(text: &str) -> String {
    let mut pieces = text.split('\u{1b}');
    let mut out: String = pieces.next().into_iter().flat_map(ruly).collect();
    for piece in pieces {
        let colour = piece.strip_prefix('[').and_then(|rest| rest.find(|c: char| !c.is_ascii_digit() && c != ';'));
        let is_colour = colour.is_some_and(|end| piece[1 + end..].starts_with('m'));
        out.push(if is_colour { '\u{1b}' } else { ' ' });
        out.extend(ruly(piece));
    }
    out
}

fn ruly(text: &str) -> impl Iterator<Item = char> {
    text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c })
}

/// JSON in which the control characters beyond ASCII are escaped too: inside a string, the only place where they can be.
fn ascii_controls(json: &str) -> String {
    let escaped = |c: char| if c.is_control() { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    json.chars().map(escaped).collect()
}

impl Ui {
    /// Writes data for people; nothing where JSON is asked for.
    pub(crate) fn text(self, text: impl Display) {
        if !self.json {
            self.out(text);
        }
    }

    /// Writes data as one line of JSON, where it is asked for.
    pub(crate) fn json(self, value: &impl Serialize) {
        if self.json {
            match serde_json::to_string(value) {
                Ok(line) => self.out(ascii_controls(&line)),
                Err(error) => self.words(format!("error: cannot write JSON: {error}")),
            }
        }
    }

    /// Writes data.
    pub(crate) fn out(self, text: impl Display) {
        // A reader that has gone away is no error.
        let _ = writeln!(AutoStream::auto(std::io::stdout()), "{}", calm(&text.to_string()));
    }

    /// Writes a file's text as it is, with its own line ends; it must be free of what moves a terminal.
    pub(crate) fn file(self, text: &str) {
        // A reader that has gone away is no error.
        let _ = std::io::stdout().write_all(text.as_bytes());
    }

    /// Writes data for people that a program may read too, such as a difference: to anything but a terminal byte for byte.
    pub(crate) fn exact(self, text: &str) {
        if !self.json && std::io::stdout().is_terminal() {
            self.out(text.trim_end());
        } else if !self.json {
            let _ = std::io::stdout().write_all(text.as_bytes());
        }
    }

    /// Writes words for people.
    pub(crate) fn words(self, text: impl Display) {
        let _ = writeln!(AutoStream::auto(std::io::stderr()), "{}", calm(&text.to_string()));
    }

    /// Writes a hint for people.
    pub(crate) fn hint(self, text: impl Display) {
        self.words(format!("{} {text}", paint(HINT, "hint:")));
    }

    /// Shows an error, its causes, and what to do.
    pub(crate) fn error(self, error: &CommandError) {
        self.words(format!("{} {}", paint(BAD, "error:"), error.error));
        if let Some(problems) = error.problems() {
            let color = AutoStream::choice(&std::io::stderr()) != ColorChoice::Never;
            self.words(format!("\n{}", problems.render(color)));
        } else {
            let mut said = error.error.to_string();
            let mut source = error.error.source();
            while let Some(cause) = source {
                // A cause that only says again what was said would be noise.
                if !said.ends_with(&cause.to_string()) {
                    said = cause.to_string();
                    self.words(format!("  caused by: {said}"));
                }
                source = cause.source();
            }
        }
        for hint in &error.hints {
            self.hint(hint);
        }
        self.json(&Failure { error: &chain(error.error.as_ref()), hints: &error.hints, exit: error.exit });
    }
}

#[derive(Serialize)]
struct Failure<'a> {
    error: &'a str,
    hints: &'a [String],
    exit: crate::exit::Exit,
}

fn chain(error: &(dyn Error + Send + Sync + 'static)) -> String {
    allclear_engine::step::chain(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_colours_and_line_ends_reach_a_terminal() {
        let text = format!("{}\n\u{1b}[2J\u{9b}2J\u{1b}]0;x\u{7}\u{1b}[31\u{1b}", paint(BAD, "no"));
        assert_eq!(calm(&text), format!("{}\n [2J 2J ]0;x  [31 ", paint(BAD, "no")));
    }

    #[test]
    fn json_keeps_what_was_said_in_escapes() {
        assert_eq!(ascii_controls(r#"{"a":"\u001b"}"#), r#"{"a":"\u001b"}"#);
        assert_eq!(ascii_controls("\"\u{9b}2J\u{7f}\""), r#""\u009b2J\u007f""#);
    }
}
