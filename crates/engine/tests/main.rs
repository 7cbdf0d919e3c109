//! The promises of the conductor, with real git and real files: one program for all, so that it links once.

#![expect(clippy::unwrap_used, reason = "a test that lost its footing has nothing to say")]

mod it {
    mod cases;
    mod changelog;
    mod checker;
    mod ci;
    mod commands;
    mod crash;
    mod exec;
    mod once;
    mod project;
    mod rehearsal;
    mod repairs;
    mod suite;
    mod takeover;
    mod verify_docs;
    mod verify_helm;
    mod versions_agree;
    mod window;
}
