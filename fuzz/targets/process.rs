//! A process file of any text is read or refused, and every problem can be shown.
#![no_main]

use allclear_core::process::read::{Defaults, places, read};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = places(text);
    if let Err(problems) = read("allclear.toml", text, &[], &Defaults::default()) {
        let _ = problems.render(false);
    }
});
