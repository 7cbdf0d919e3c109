//! The program as people use it, with real git: one test binary for all, so that it links once.

#![expect(clippy::unwrap_used, reason = "a test that lost its footing has nothing to say")]

mod it {
    mod files;
    mod filter;
    mod s3;
    mod sample;
    mod transcript;

    mod attest;
    mod attest_signed;
    mod bad_clone;
    mod bad_people;
    mod bad_process;
    mod browser;
    mod bump;
    mod bump_tools;
    mod calendar;
    mod candidates;
    mod changelog;
    mod ci;
    mod containers;
    mod crates;
    mod foreign;
    mod github;
    mod kinds;
    mod minor;
    mod next;
    mod npm;
    mod object_store;
    mod output;
    mod publish;
    mod published;
    mod pypi;
    mod reconcile;
    mod remote;
    mod report;
    mod report_page;
    mod results;
    mod secrets;
    mod stage;
    mod trouble;
    mod two_clones;
    mod values;
}

/// A module file that is not named above would be a test that never runs.
#[test]
fn no_module_file_is_forgotten() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it");
    let named = |file: &str| include_str!("main.rs").contains(&format!("    mod {};\n", file.trim_end_matches(".rs")));
    for entry in std::fs::read_dir(folder).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        assert!(named(&file), "tests/it/{file} is not a module of tests/main.rs");
    }
}
