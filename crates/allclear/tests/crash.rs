//! The real program, killed by a real SIGKILL at every point where it could hurt, and asked to stop by SIGTERM.

#![expect(clippy::unwrap_used, reason = "a test that lost its footing has nothing to say")]

#[path = "../../engine/tests/it/checker.rs"]
mod checker;

mod crash {
    mod interrupt;
    mod kill;
    mod release;
}
