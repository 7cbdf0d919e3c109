//! The places at which checks work at the same time. Twice as many checks as there are places have begun, and wait with everything
//! prepared: so nothing is idle while what another found is written down.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::exec::Stop;

/// How often who waits for a place looks whether it shall stop.
const TICK: Duration = Duration::from_millis(100);

/// A number of places.
#[derive(Debug, Clone)]
pub(crate) struct Places(Arc<Free>);

#[derive(Debug)]
struct Free {
    number: Mutex<usize>,
    more: Condvar,
}

impl Places {
    /// This many places, all of them free.
    pub(crate) fn new(number: usize) -> Self {
        Self(Arc::new(Free { number: Mutex::new(number), more: Condvar::new() }))
    }

    /// One of the places, which is not taken yet.
    pub(crate) fn place(&self) -> Place {
        Place { of: Some(self.clone()), held: AtomicBool::new(false), began: OnceLock::new() }
    }

    fn number(&self) -> MutexGuard<'_, usize> {
        self.0.number.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place, from when it is taken until it is left. Work that nothing runs beside has one of no number, which is always free.
#[derive(Debug, Default)]
pub struct Place {
    of: Option<Places>,
    held: AtomicBool,
    began: OnceLock<Instant>,
}

impl Place {
    /// Waits until the place is free and takes it; says whether the work shall be done, and not come to its end instead.
    pub(crate) fn take(&self, stop: &Stop) -> bool {
        let Some(places) = self.of.as_ref().filter(|_| !self.held.load(Ordering::SeqCst)) else { return true };
        let mut number = places.number();
        while *number == 0 {
            if stop.is_asked() {
                return false;
            }
            number = places.0.more.wait_timeout(number, TICK).unwrap_or_else(PoisonError::into_inner).0;
        }
        *number -= 1;
        self.held.store(true, Ordering::SeqCst);
        true
    }

    /// Leaves the place to others: what is still to be done keeps neither a processor nor a command waiting.
    pub(crate) fn leave(&self) {
        if let Some(places) = self.of.as_ref().filter(|_| self.held.swap(false, Ordering::SeqCst)) {
            *places.number() += 1;
            places.0.more.notify_one();
        }
    }

    /// Notes that the work begins; says whether it does so for the first time, beside other work.
    pub(crate) fn begins(&self) -> bool {
        self.began.set(Instant::now()).is_ok() && self.of.is_some()
    }

    /// When the work began.
    pub(crate) fn began(&self) -> Option<Instant> {
        self.began.get().copied()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_held_by_one_until_it_is_left() {
        let (places, stop) = (Places::new(1), Stop::default());
        let first = places.place();
        assert!(first.take(&stop) && first.take(&stop), "it is taken once");
        let stopping = Stop::default();
        stopping.ask();
        assert!(!places.place().take(&stopping), "nobody else has it meanwhile");
        std::thread::scope(|scope| {
            let second = scope.spawn(|| places.place().take(&stop));
            first.leave();
            first.leave();
            assert!(second.join().unwrap());
        });
        drop(first);
        assert_eq!(*places.number(), 1, "what is left twice is free once");
    }

    #[test]
    fn who_shall_stop_does_not_wait() {
        let stop = Stop::default();
        stop.ask();
        assert!(!Places::new(0).place().take(&stop));
        assert!(Place::default().take(&stop), "nobody else wants it");
    }
}
