//! Folders of whole process files: those that are right, and those that are wrong and say why.

use std::path::Path;

use allclear_core::process::read::{self, Defaults};

use crate::support::KINDS;

#[expect(clippy::disallowed_methods, reason = "the samples are files")]
fn samples(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/processes").join(folder);
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let toml = paths.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    let mut samples: Vec<_> =
        toml.map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap())).collect();
    samples.sort();
    assert!(!samples.is_empty());
    samples
}

#[test]
fn valid_samples_are_read() {
    for (file, text) in samples("valid") {
        let process = read::read(&file, &text, KINDS, &Defaults::default());
        let process = process.unwrap_or_else(|bad| panic!("{}", bad.render(false)));
        let frozen = allclear_core::canonical::to_vec(&process).unwrap();
        assert_eq!(serde_json::from_slice::<allclear_core::process::Process>(&frozen).unwrap(), process, "{file}");
    }
}

#[test]
fn invalid_samples_say_why() {
    for (file, text) in samples("invalid") {
        let expected = text.lines().next().and_then(|line| line.strip_prefix("# expect: "));
        let expected = expected.unwrap_or_else(|| panic!("{file} begins with `# expect: …`"));
        let told = read::read("allclear.toml", &text, KINDS, &Defaults::default()).expect_err(&file).render(false);
        assert!(told.contains(expected), "{file} is expected to say `{expected}`:\n{told}");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the tests are files")]
fn no_test_file_is_forgotten() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let main = std::fs::read_to_string(folder.join("main.rs")).unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.extension().is_some_and(|extension| extension == "rs") && name != "main" {
            assert!(main.contains(&format!("mod {name};")), "tests/main.rs does not name {name}");
        }
    }
}
