use std::path::{Path, PathBuf};

use allclear_testbed::{Ran, TestEnv};
use proptest::prelude::*;

use super::samples::packages;
use super::*;

/// Reads a file under a name that may be another than its own.
fn read_as(path: &Path, name: &str) -> String {
    match read(path, &FileName::read(name).unwrap()) {
        Ok(metadata) => format!("{} {}", metadata.name(), metadata.version()),
        Err(error) => error.chain().replace(&path.display().to_string(), "[file]"),
    }
}

/// Writes a wheel with Python's own `zipfile`, by these lines of Python.
fn wheel(env: &TestEnv, lines: &str) -> PathBuf {
    let path = env.root().join("w.whl");
    let program = format!(
        "import sys, zipfile\nabout = 'Metadata-Version: 2.1\\nName: harbor\\nVersion: 1.4.0\\n'\n\
         inner = 'harbor-1.4.0.dist-info/METADATA'\n\
         with zipfile.ZipFile(sys.argv[1], 'w') as wheel:\n  {}\n",
        lines.replace('\n', "\n  ")
    );
    Ran::of(env.command("python3").args(["-W", "ignore", "-c", &program]).arg(&path)).expect_success();
    path
}

const WHEEL: &str = "harbor-1.4.0-py3-none-any.whl";
const SDIST: &str = "harbor-1.4.0.tar.gz";

#[test]
fn both_kinds_of_packages_say_what_they_are() {
    let env = TestEnv::new();
    let [wheel, sdist] = packages(&env, "harbor", "1.4.0", "1.4.0", 100_000);
    assert_eq!(read_as(&wheel, WHEEL), "harbor 1.4.0");
    assert_eq!(read_as(&sdist, SDIST), "harbor 1.4.0");
    insta::assert_snapshot!(read_as(&sdist, WHEEL), @"`harbor-1.4.0-py3-none-any.whl` cannot be published: it is damaged, or no package: it does not end like a ZIP archive");
    insta::assert_snapshot!(read_as(&wheel, SDIST), @"`harbor-1.4.0.tar.gz` cannot be published: it is damaged, or no package: its archive cannot be read");
}

#[test]
fn every_form_of_archive_that_python_writes_is_read() {
    let env = TestEnv::new();
    for lines in [
        "wheel.writestr(inner, about)",
        "wheel.writestr(inner, about, zipfile.ZIP_DEFLATED)\nwheel.comment = b'PK\\x05\\x06' + b'x' * 1000",
        "for at in range(70000): wheel.writestr(str(at), '')\nwheel.writestr(inner, about)",
        "wheel.writestr('vendored/' + inner, 'other')\nwheel.writestr(inner, about)",
    ] {
        assert_eq!(read_as(&wheel(&env, lines), WHEEL), "harbor 1.4.0", "{lines}");
    }
}

#[test]
fn what_cannot_be_read_for_sure_is_refused() {
    let env = TestEnv::new();
    let said = |lines: &str| read_as(&wheel(&env, lines), WHEEL);
    insta::assert_snapshot!(said("wheel.writestr('harbor.py', '')"), @"`harbor-1.4.0-py3-none-any.whl` cannot be published: it has no `METADATA`");
    insta::assert_snapshot!(said("wheel.writestr(inner, about)\nwheel.writestr(inner, about)"), @"`harbor-1.4.0-py3-none-any.whl` cannot be published: its `METADATA` stands there twice, so that tools may read either");
    insta::assert_snapshot!(said("wheel.writestr(inner, 'Name: harbor')"), @"`harbor-1.4.0-py3-none-any.whl` cannot be published: its `METADATA` cannot be used: the field `Metadata-Version` must be there, once");
    insta::assert_snapshot!(said("wheel.writestr(inner, about + 'x' * (9 << 20), zipfile.ZIP_DEFLATED)"), @"`harbor-1.4.0-py3-none-any.whl` cannot be published: its `METADATA` is larger than 8388608 bytes");
    insta::assert_snapshot!(said("wheel.writestr(inner, about, zipfile.ZIP_LZMA)"), @"`harbor-1.4.0-py3-none-any.whl` cannot be published: it is damaged, or no package: it is compressed in another way than the usual one (deflate)");

    let path = wheel(&env, "wheel.writestr(inner, about)");
    let bytes = std::fs::read(&path).unwrap();
    let name = bytes.windows(6).position(|six| six == b"harbor").unwrap();
    let wrong = [&bytes[..name + 60], b"X", &bytes[name + 61..]].concat();
    std::fs::write(&path, wrong).unwrap();
    insta::assert_snapshot!(read_as(&path, WHEEL), @"`harbor-1.4.0-py3-none-any.whl` cannot be published: it is damaged, or no package: a checksum in it does not fit");
    std::fs::write(&path, b"").unwrap();
    insta::assert_snapshot!(read_as(&path, SDIST), @"`harbor-1.4.0.tar.gz` cannot be published: it is damaged, or no package: its archive cannot be read");
    insta::assert_snapshot!(read_as(Path::new("/nowhere"), SDIST), @"cannot read `[file]`: No such file or directory (os error 2)");
}

proptest! {
    #[test]
    fn no_damage_makes_it_panic(changes in proptest::collection::vec((0..600usize, any::<u8>()), 1..8), cut in 0..600usize) {
        // One small wheel, written by hand: one file, stored.
        let about = b"Metadata-Version: 2.1\nName: harbor\nVersion: 1.4.0\n";
        let mut crc = flate2::Crc::new();
        crc.update(about);
        let mut bytes = stored(b"harbor-1.4.0.dist-info/METADATA", about, crc.sum());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w");
        std::fs::write(&path, &bytes).unwrap();
        prop_assert_eq!(read_as(&path, WHEEL), "harbor 1.4.0");
        for (at, byte) in changes {
            if let Some(place) = bytes.get_mut(at) {
                *place = byte;
            }
        }
        bytes.truncate(cut.max(40));
        std::fs::write(&path, &bytes).unwrap();
        let _ = (read_as(&path, WHEEL), read_as(&path, SDIST));
    }
}

/// A ZIP archive of one file that is not compressed.
fn stored(name: &[u8], content: &[u8], crc: u32) -> Vec<u8> {
    let (name_length, length) = (u16::try_from(name.len()).unwrap(), u32::try_from(content.len()).unwrap());
    let common = |more: &[u8]| {
        let sizes = [crc.to_le_bytes(), length.to_le_bytes(), length.to_le_bytes()].concat();
        [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &sizes, &name_length.to_le_bytes(), more].concat()
    };
    let local = [b"PK\x03\x04", &common(&[0; 2])[..], name, content].concat();
    let entry = [b"PK\x01\x02\x14\x00", &common(&[0; 16])[..], name].concat();
    let (offset, size) = (u32::try_from(local.len()).unwrap(), u32::try_from(entry.len()).unwrap());
    let end = [&b"PK\x05\x06\0\0\0\0\x01\0\x01\0"[..], &size.to_le_bytes(), &offset.to_le_bytes(), &[0; 2]].concat();
    [local, entry, end].concat()
}
