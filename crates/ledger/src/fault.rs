//! A hook for tests: the program can be made to die at a named point, and a thread of a test to give up there.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU32, Ordering};

/// The variable that names the point: `share-after-push`, or `append-after-sync:3` for the third time it is passed.
pub const VARIABLE: &str = "ALLCLEAR_TEST_KILL_AT";

/// What a thread that gave up at its [`trap`] unwinds with, so that the test knows its own doing.
#[derive(Debug)]
pub struct Trapped;

thread_local! {
    static TRAP: RefCell<Option<(String, u32)>> = const { RefCell::new(None) };
}

/// Makes this thread unwind the `count`th time that it comes to a point: everything in memory is gone then, and the files stay as they
/// are. It is faster than a process for each crash, and tidier than a real one, which [`VARIABLE`] gives.
pub fn trap(name: &str, count: u32) {
    TRAP.set(Some((name.to_owned(), count)));
}

fn trapped(name: &str) -> bool {
    TRAP.with_borrow_mut(|trap| match trap {
        Some((wanted, left)) if wanted == name => {
            *left -= 1;
            *left == 0
        }
        _ => false,
    })
}

/// Kills this process at once, as `kill -9` or a power cut would, if the environment asks for it at this point.
///
/// It can do nothing but stop the program, and a program that may be stopped at any instant without harm is what the tests prove
/// with it; so it needs no guard in a release build.
pub fn point(name: &str) {
    if trapped(name) {
        TRAP.set(None);
        std::panic::resume_unwind(Box::new(Trapped));
    }
    static PASSED: AtomicU32 = AtomicU32::new(0);
    let Some(wanted) = std::env::var_os(VARIABLE) else { return };
    let wanted = wanted.to_string_lossy();
    let (wanted, count) = wanted.split_once(':').unwrap_or((&wanted, "1"));
    if wanted == name && PASSED.fetch_add(1, Ordering::SeqCst) + 1 == count.parse().unwrap_or(1) {
        // If the signal cannot be sent, the test sees a program that ended well, and fails.
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    }
}
