//! The conductor's work as it goes on, on standard error: on a terminal one living line a running step, elsewhere one line an event.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use allclear_core::duration::for_people;
use allclear_engine::world::{Mark, Progress};
use anstream::AutoStream;

use crate::ui::{BAD, DIM, GOOD, Ui, WARN, paint};

/// How many lines of a failed step are shown at once; the whole log is evidence.
const TAIL: usize = 20;
/// How many steps live on the screen; the rest is counted.
const ROWS: usize = 8;
/// How wide a living line may be, in characters.
const WIDTH: usize = 100;
/// How wide a bar is, in characters.
const BAR: usize = 24;
/// How many bars live below a step.
const BARS: usize = 6;
/// How often the living lines are painted.
const FRAME: Duration = Duration::from_millis(100);
/// How often somebody who reads a log is told that a step still runs.
const STILL: Duration = Duration::from_secs(60);

/// Shows what goes on.
pub(crate) struct Live {
    ui: Ui,
    terminal: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    running: Vec<Running>,
    /// How many lines are painted and can be painted over.
    painted: usize,
    painted_at: Option<Instant>,
}

/// A step that runs.
struct Running {
    step: String,
    since: Instant,
    told: Instant,
    /// What it is, and then the last lines that it said.
    title: String,
    tail: VecDeque<String>,
    /// What it sends, in the order in which it began to.
    sending: Vec<Sending>,
}

/// Something that is on its way.
struct Sending {
    what: String,
    sent: u64,
    of: u64,
}

impl Sending {
    /// How far it is: a bar, and the bytes.
    fn line(&self) -> String {
        let sent = self.sent.min(self.of);
        let filled = usize::try_from((u128::from(sent) * BAR as u128).checked_div(u128::from(self.of)).unwrap_or(0));
        let filled = filled.unwrap_or(BAR).min(BAR);
        let bar = format!("{}{}", "━".repeat(filled), "─".repeat(BAR - filled));
        let line = format!("      {bar}  {:>8} of {}  {}", size(sent), size(self.of), self.what);
        line.chars().map(|c| if c.is_control() { ' ' } else { c }).take(WIDTH).collect()
    }
}

/// A number of bytes for people.
fn size(bytes: u64) -> String {
    let units = ["kB", "MB", "GB", "TB"];
    let (mut unit, mut number) = ("B", bytes as f64);
    for larger in units {
        if number < 999.5 {
            break;
        }
        (unit, number) = (larger, number / 1000.0);
    }
    match unit {
        "B" => format!("{bytes} B"),
        _ if number < 9.95 => format!("{number:.1} {unit}"),
        _ => format!("{number:.0} {unit}"),
    }
}

impl Running {
    /// How long it has been running, and what it said last.
    fn line(&self) -> String {
        let said = self.tail.back().unwrap_or(&self.title);
        let line = format!("  ▸ {:<30} {:>6}  {said}", self.step, seconds(self.since.elapsed()));
        line.chars().map(|c| if c.is_control() { ' ' } else { c }).take(WIDTH).collect()
    }
}

/// Whole seconds, so that a line changes only once a second.
fn seconds(time: Duration) -> String {
    for_people(time.as_secs() * 1000)
}

impl Live {
    pub(crate) fn new(ui: Ui) -> Self {
        Self { ui, terminal: std::io::stderr().is_terminal(), state: Mutex::default() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Paints the living lines over those that are there; none where something else is about to be written.
    fn paint(&self, state: &mut State, visible: bool) {
        if !self.terminal {
            return;
        }
        let mut text = String::new();
        if state.painted > 0 {
            let _ = write!(text, "\r\u{1b}[{}A\u{1b}[J", state.painted);
        }
        let shown = if visible { state.running.len().min(ROWS) } else { 0 };
        let mut lines = 0;
        for running in state.running.iter().take(shown) {
            let unsent = running.sending.iter().filter(|sending| sending.sent < sending.of);
            for line in std::iter::once(running.line()).chain(unsent.take(BARS).map(Sending::line)) {
                let _ = writeln!(text, "{line}");
                lines += 1;
            }
        }
        let more = state.running.len() - shown;
        if visible && more > 0 {
            let _ = writeln!(text, "    and {more} more");
        }
        state.painted = lines + usize::from(visible && more > 0);
        state.painted_at = Some(Instant::now());
        let _ = AutoStream::auto(std::io::stderr()).write_all(text.as_bytes());
        let _ = std::io::stderr().flush();
    }

    /// Writes lines that stay, above those that live.
    fn stay(&self, state: &mut State, lines: impl IntoIterator<Item = String>) {
        self.paint(state, false);
        lines.into_iter().for_each(|line| self.ui.words(line));
        self.paint(state, true);
    }
}

impl Progress for Live {
    fn begins(&self, step: &str, title: &str) {
        let mut state = self.state();
        let (now, title) = (Instant::now(), title.to_owned());
        state.running.retain(|running| running.step != step);
        state.running.push(Running {
            step: step.to_owned(),
            since: now,
            told: now,
            title,
            tail: VecDeque::new(),
            sending: vec![],
        });
        self.paint(&mut state, true);
    }

    fn says(&self, step: &str, line: &str) {
        let mut state = self.state();
        if let Some(running) = state.running.iter_mut().find(|running| running.step == step) {
            if running.tail.len() == TAIL {
                running.tail.pop_front();
            }
            running.tail.push_back(line.chars().take(200).collect());
        }
    }

    fn sends(&self, step: &str, what: &str, sent: u64, of: u64) {
        let mut state = self.state();
        let Some(running) = state.running.iter_mut().find(|running| running.step == step) else { return };
        match running.sending.iter_mut().find(|sending| sending.what == what) {
            Some(sending) => (sending.sent, sending.of) = (sent, of),
            None => running.sending.push(Sending { what: what.to_owned(), sent, of }),
        }
        // Nothing else happens meanwhile that would paint.
        if self.terminal && state.painted_at.is_none_or(|at| at.elapsed() >= FRAME) {
            self.paint(&mut state, true);
        }
    }

    fn tick(&self) {
        let mut state = self.state();
        if self.terminal {
            if state.painted_at.is_none_or(|at| at.elapsed() >= FRAME) && !state.running.is_empty() {
                self.paint(&mut state, true);
            }
            return;
        }
        for running in state.running.iter_mut().filter(|running| running.told.elapsed() >= STILL) {
            running.told = Instant::now();
            self.ui.words(running.line());
        }
    }

    fn ended(&self, step: &str, mark: Mark, summary: &str) {
        let mut state = self.state();
        let at = state.running.iter().position(|running| running.step == step);
        let running = at.map(|at| state.running.remove(at));
        let (style, sign, word) = match mark {
            Mark::Passed => (GOOD, "✓", ""),
            Mark::Failed => (BAD, "✗", "failed: "),
            Mark::Errored => (WARN, "!", "errored: "),
            Mark::Passing => (DIM, "=", ""),
        };
        let first = format!("  {} {step:<34} {word}{summary}", paint(style, sign));
        let tail = running.filter(|_| mark == Mark::Failed).map(|running| running.tail).unwrap_or_default();
        let tail = tail.iter().map(|line| format!("      {}", paint(DIM, line))).collect::<Vec<_>>();
        self.stay(&mut state, std::iter::once(first).chain(tail));
    }

    fn note(&self, line: &str) {
        let mut state = self.state();
        self.stay(&mut state, [format!("  {} {line}", paint(DIM, "·"))]);
    }
}
