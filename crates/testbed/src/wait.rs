//! Waiting for a condition, never for a time.

use std::thread;
use std::time::{Duration, Instant};

const POLL: Duration = Duration::from_millis(2);

/// Waits until the condition holds; panics with `what` was waited for when it still does not after `deadline`.
#[track_caller]
pub fn until(what: &str, deadline: Duration, condition: impl FnMut() -> bool) {
    assert!(holds_within(deadline, condition), "waited {deadline:?} in vain for {what}");
}

/// Returns true as soon as the condition holds, false when it still does not after `deadline`.
#[must_use]
pub fn holds_within(deadline: Duration, mut condition: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    while !condition() {
        if start.elapsed() >= deadline {
            return false;
        }
        thread::sleep(POLL);
    }
    true
}
