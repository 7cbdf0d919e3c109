//! The one way to a person: data on standard output, words on standard error, colour never the only sign.

use std::error::Error;
use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::sync::Mutex;

use allclear_engine::world::{Mark, Progress};
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
                Ok(line) => self.out(line),
                Err(error) => self.words(format!("error: cannot write JSON: {error}")),
            }
        }
    }

    /// Writes data.
    pub(crate) fn out(self, text: impl Display) {
        // A reader that has gone away is no error.
        let _ = writeln!(AutoStream::auto(std::io::stdout()), "{text}");
    }

    /// Writes words for people.
    pub(crate) fn words(self, text: impl Display) {
        let _ = writeln!(AutoStream::auto(std::io::stderr()), "{text}");
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

/// Shows the conductor's work on standard error: on a terminal one line that lives, elsewhere one line an event.
pub(crate) struct Live {
    ui: Ui,
    terminal: bool,
    last: Mutex<Option<String>>,
}

impl Live {
    pub(crate) fn new(ui: Ui) -> Self {
        Self { ui, terminal: std::io::stderr().is_terminal(), last: Mutex::new(None) }
    }

    /// Replaces the living line.
    fn live(&self, line: &str) {
        if self.terminal {
            let width = 100;
            let line: String = line.chars().filter(|c| !c.is_control()).take(width).collect();
            let _ = write!(AutoStream::auto(std::io::stderr()), "\r\u{1b}[2K{line}");
            let _ = std::io::stderr().flush();
        }
    }

    fn clear(&self) {
        if self.terminal {
            let _ = write!(std::io::stderr(), "\r\u{1b}[2K");
        }
    }
}

impl Progress for Live {
    fn begins(&self, step: &str, title: &str) {
        *self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(step.to_owned());
        self.live(&format!("  ▸ {step}  {title}"));
    }

    fn says(&self, step: &str, line: &str) {
        self.live(&format!("  ▸ {step}  {line}"));
    }

    fn ended(&self, step: &str, mark: Mark, summary: &str) {
        self.clear();
        let (style, sign, word) = match mark {
            Mark::Passed => (GOOD, "✓", ""),
            Mark::Failed => (BAD, "✗", "failed: "),
            Mark::Errored => (WARN, "!", "errored: "),
            Mark::Passing => (DIM, "=", ""),
        };
        self.ui.words(format!("  {} {step:<34} {word}{summary}", paint(style, sign)));
    }

    fn note(&self, line: &str) {
        self.clear();
        self.ui.words(format!("  {} {line}", paint(DIM, "·")));
    }
}
