//! Messages of commits, separated by NUL: whatever they say, the changelog stays one.
#![no_main]

use allclear_core::changelog::{Commit, Entry, Rules, Sources, compose, has_entry, weigh, write};
use libfuzzer_sys::fuzz_target;

const FILE: &str = "# Changelog\n\n## Unreleased\n\n## 1.3.0\n\n- old\n";

fuzz_target!(|text: &str| {
    let ids: Vec<String> = (0..64).map(|number| format!("{number:040x}")).collect();
    let commits: Vec<Commit<'_>> =
        ids.iter().zip(text.split('\0')).map(|(id, message)| Commit { id, message, ..Commit::default() }).collect();
    let _ = weigh(&commits);
    let changes = compose(&Sources { commits: &commits, ..Sources::default() }, &Rules::default());
    let entry = Entry { version: "1.4.0".into(), date: "2026-01-02".into(), changes: changes.groups, ..Entry::default() };
    let after = write(FILE, &entry).expect("our own file can be written");
    assert!(has_entry(&after, "1.4.0") && has_entry(&after, "1.3.0"));
    assert_eq!(write(&after, &entry).as_ref(), Ok(&after), "written again");
});
