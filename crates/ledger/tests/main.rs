//! The ledger with real git: one program for all, so that it links once.

#![expect(clippy::unwrap_used, reason = "a test that lost its footing has nothing to say")]

mod it {
    mod audit;
    mod crash;
    mod record;
    mod share;
    mod support;
}
