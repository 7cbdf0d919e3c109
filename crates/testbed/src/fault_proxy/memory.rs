//! What was answered before the last change: what a cache might still say.

use std::collections::HashMap;
use std::io::{self, Read};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::head::Head;
use super::payload::Framing;

/// The largest body that is remembered, in bytes.
const LARGEST: usize = 8 << 20;

/// An answer that can be given again.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) head: Head,
    pub(super) framing: Framing,
    pub(super) body: Vec<u8>,
}

#[derive(Debug, Default)]
pub(super) struct Memory(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// How many changes were begun.
    changes: u64,
    /// By question: the answers of two different times, the later one last.
    answers: HashMap<String, Vec<(u64, Kept)>>,
}

impl Memory {
    /// Notes that a request arrived; returns the time at which it did, counted in changes.
    pub(super) fn arrives(&self, request: &Head) -> u64 {
        let mut state = self.state();
        state.changes += u64::from(matches!(request.method(), "PUT" | "POST" | "PATCH" | "DELETE"));
        state.changes
    }

    /// Keeps the answer to a request that arrived then.
    pub(super) fn keep(&self, request: &Head, arrived: u64, answer: Kept) {
        let mut state = self.state();
        let answers = state.answers.entry(question(request)).or_default();
        answers.retain(|(time, _)| *time != arrived);
        answers.push((arrived, answer));
        if answers.len() > 2 {
            answers.remove(0);
        }
    }

    /// Returns what this request was answered before the last change.
    pub(super) fn before_the_last_change(&self, request: &Head) -> Option<Kept> {
        let state = self.state();
        let answers = state.answers.get(&question(request))?;
        answers.iter().rev().find(|(time, _)| *time < state.changes).map(|(_, kept)| kept.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the answer to a request may be remembered.
pub(super) fn is_read(request: &Head) -> bool {
    matches!(request.method(), "GET" | "HEAD")
}

/// What a cache tells answers apart by.
fn question(request: &Head) -> String {
    format!("{} {} {}", request.method(), request.target(), request.header("accept"))
}

/// Reads through, and keeps what was read as long as it is not too much.
pub(super) struct Copying<R> {
    inner: R,
    copy: Option<Vec<u8>>,
}

impl<R: Read> Copying<R> {
    pub(super) fn new(inner: R, wanted: bool) -> Self {
        Self { inner, copy: wanted.then(Vec::new) }
    }

    /// Returns all that was read; none where it was too much, or not wanted.
    pub(super) fn copy(self) -> Option<Vec<u8>> {
        self.copy
    }
}

impl<R: Read> Read for Copying<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if let Some(copy) = &mut self.copy {
            copy.extend_from_slice(&buffer[..read]);
        }
        self.copy.take_if(|copy| copy.len() > LARGEST);
        Ok(read)
    }
}
