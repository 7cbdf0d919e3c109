//! What goes wrong with the server, on order.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// One thing that goes wrong, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The next connection, of whatever kind, is closed at once.
    Refuse,
    /// The next push takes effect, and the connection is closed without a reply.
    LoseAnswer,
    /// The next push has no effect and gets this HTTP status, with nothing else.
    Status(u16),
}

#[derive(Debug, Default)]
pub(super) struct Faults {
    ordered: Mutex<VecDeque<Fault>>,
    down: AtomicBool,
}

impl Faults {
    pub(super) fn order(&self, fault: Fault) {
        self.ordered().push_back(fault);
    }

    pub(super) fn left(&self) -> usize {
        self.ordered().len()
    }

    pub(super) fn down(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }

    /// Decides about a new connection.
    pub(super) fn closes_connection(&self) -> bool {
        self.down.load(Ordering::SeqCst) || self.take(|fault| fault == Fault::Refuse).is_some()
    }

    /// Takes the fault of a push that is about to happen.
    pub(super) fn of_push(&self) -> Option<Fault> {
        self.take(|fault| fault != Fault::Refuse)
    }

    /// Takes the first fault, if it fits: later ones wait for their turn.
    fn take(&self, fits: impl Fn(Fault) -> bool) -> Option<Fault> {
        self.ordered().pop_front_if(|fault| fits(*fault))
    }

    fn ordered(&self) -> MutexGuard<'_, VecDeque<Fault>> {
        self.ordered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
