//! What goes wrong, in which order, and what went wrong.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most entries of an order at random.
const LONGEST: u64 = 12;

/// One thing that goes wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Half of what the client sends reaches the server, whose connection ends there, and the client's is reset. Nothing reaches the
    /// server of a request without a body. Of a body in chunks, whose length is not known, the first piece arrives.
    ResetMidUpload,
    /// The server does what it is asked, and the client is cut off without a byte of answer.
    AnswerLost,
    /// The server never sees it; the client hears 429 with `Retry-After`.
    TooMany {
        /// How long the client shall wait, in seconds.
        retry_after_s: u32,
    },
    /// The server never sees it; the client hears this status.
    ErrorBefore(u16),
    /// The server does what it is asked; the client hears this status.
    ErrorAfter(u16),
    /// The answer arrives in small pieces.
    SlowBody,
    /// A `GET` or `HEAD` is answered as it was before the last change of anything, as caches do; one that was not asked before passes.
    StaleRead,
    /// The answer ends in the middle.
    CutBody,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ResetMidUpload => f.write_str("reset in the middle of the upload"),
            Self::AnswerLost => f.write_str("the answer is lost"),
            Self::TooMany { retry_after_s } => write!(f, "429, again in {retry_after_s} s"),
            Self::ErrorBefore(status) => write!(f, "{status} before anything is done"),
            Self::ErrorAfter(status) => write!(f, "{status} after it is done"),
            Self::SlowBody => f.write_str("a slow answer"),
            Self::StaleRead => f.write_str("a stale answer"),
            Self::CutBody => f.write_str("the answer is cut"),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Script(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    ordered: VecDeque<Option<Trouble>>,
    met: Vec<String>,
}

impl Script {
    pub(super) fn order(&self, troubles: impl IntoIterator<Item = Option<Trouble>>) {
        *self.state() = State { ordered: troubles.into_iter().collect(), met: Vec::new() };
    }

    pub(super) fn met(&self) -> Vec<String> {
        self.state().met.clone()
    }

    /// Takes the trouble of the request that has just arrived, called as `GET /path`.
    pub(super) fn next(&self, request: &str) -> Option<Trouble> {
        let mut state = self.state();
        let trouble = state.ordered.pop_front().flatten();
        let met = trouble.map_or_else(|| "passes".to_owned(), |trouble| trouble.to_string());
        state.met.push(format!("{request}: {met}"));
        trouble
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) fn at_random(seed: u64) -> Vec<Option<Trouble>> {
    let mut dice = Dice(seed);
    let length = dice.below(LONGEST + 1);
    (0..length).map(|_| (dice.below(2) == 0).then(|| dice.trouble())).collect()
}

/// `SplitMix64`, by Steele, Lea and Flood (OOPSLA 2014): small, and good enough to shuffle troubles.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn status(&mut self) -> u16 {
        [500, 502, 503][usize::try_from(self.below(3)).unwrap_or_default()]
    }

    fn trouble(&mut self) -> Trouble {
        match self.below(8) {
            0 => Trouble::ResetMidUpload,
            1 => Trouble::AnswerLost,
            2 => Trouble::TooMany { retry_after_s: 1 },
            3 => Trouble::ErrorBefore(self.status()),
            4 => Trouble::ErrorAfter(self.status()),
            5 => Trouble::SlowBody,
            6 => Trouble::StaleRead,
            _ => Trouble::CutBody,
        }
    }
}
