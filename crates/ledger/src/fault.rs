//! A hook for tests: the program can be made to die at a named point.

/// The variable that names the point: `share-after-push`, or `append-after-sync:3` for the third time it is passed.
pub const VARIABLE: &str = "ALLCLEAR_TEST_KILL_AT";

/// Kills this process at once, as `kill -9` or a power cut would, if the environment asks for it at this point.
///
/// It can do nothing but stop the program, and a program that may be stopped at any instant without harm is what the tests prove
/// with it; so it needs no guard in a release build.
pub fn point(name: &str) {
    use std::sync::atomic::{AtomicU32, Ordering};
    static PASSED: AtomicU32 = AtomicU32::new(0);
    let Some(wanted) = std::env::var_os(VARIABLE) else { return };
    let wanted = wanted.to_string_lossy();
    let (wanted, count) = wanted.split_once(':').unwrap_or((&wanted, "1"));
    if wanted == name && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == count.parse().unwrap_or(1) {
        // If the signal cannot be sent, the test sees a program that ended well, and fails.
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    }
}
