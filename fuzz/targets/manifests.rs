//! A manifest or lockfile of any kind: a bump changes nothing but versions, and says so of itself.
#![no_main]

use allclear_core::edit::{EditError, Format, How, Selected, Texts, bump, only_versions_differ};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (first, second) = text.split_once('\0').unwrap_or((text, ""));
    for format in Format::ALL {
        let path = format.file_name().to_owned();
        let beside = ["package-lock.json", "Cargo.lock", "Chart.lock", "uv.lock"].map(|lock| (lock.to_owned(), second.to_owned()));
        let texts: Texts = beside.into_iter().chain([(path.clone(), first.to_owned())]).collect();
        let selected = [Selected { path, how: How::Manifest(format) }];
        match bump(&selected, &texts, &"1.4.0".parse().expect("a version")) {
            Ok(edited) => {
                let mut after = texts.clone();
                after.extend(edited.into_iter().map(|(path, edited)| (path, edited.text)));
                only_versions_differ(&selected, &texts, &after).expect("only versions differ");
            }
            Err(wrong) => assert!(!matches!(wrong.error, EditError::NotSet { .. } | EditError::Differs { .. }), "{wrong:?}"),
        }
    }
});
