//! Time as a seam: the wall's clock for real releases, a simulated one for rehearsals.

use std::sync::Mutex;

use jiff::Timestamp;

/// Says what time it is.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;

    /// Lets time pass until `until`, where this clock is able to; says whether it was.
    fn pass(&self, until: Timestamp) -> bool;
}

/// The machine's own clock, which nobody can turn.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // Milliseconds are what the ledger keeps.
        Timestamp::from_millisecond(Timestamp::now().as_millisecond()).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn pass(&self, _until: Timestamp) -> bool {
        false
    }
}

/// A clock that stands still until it is told to go on.
pub struct SimulatedClock(Mutex<Timestamp>);

impl SimulatedClock {
    /// Makes a clock that shows this moment.
    pub fn new(start: Timestamp) -> Self {
        Self(Mutex::new(start))
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> Timestamp {
        let mut now = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        // Each look is a moment later, so that no two events bear the same time.
        *now = Timestamp::from_millisecond(now.as_millisecond() + 1).unwrap_or(Timestamp::MAX);
        *now
    }

    fn pass(&self, until: Timestamp) -> bool {
        let mut now = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *now = until.max(*now);
        true
    }
}
