//! A changelog of any shape: an entry is written once, and no line of a person is lost.
#![no_main]

use allclear_core::changelog::{Entry, Group, has_entry, write};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let changes = vec![Group { title: "Added".into(), items: vec!["a crane (#12)".into()] }];
    let entry = Entry { version: "1.4.0".into(), date: "2026-01-02".into(), changes, ..Entry::default() };
    let Ok(after) = write(text, &entry) else { return };
    assert!(has_entry(&after, "1.4.0"));
    assert_eq!(write(&after, &entry).as_ref(), Ok(&after), "written again");
});
