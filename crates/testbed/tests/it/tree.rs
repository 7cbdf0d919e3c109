use std::fs;
use std::os::unix::fs::symlink;

use allclear_testbed::TestEnv;
use allclear_testbed::tree::tree;

#[test]
fn a_folder_is_shown_as_stable_text() {
    let env = TestEnv::new();
    let ana = env.origin().clone_for("ana-example");
    ana.write("docs/b.md", "# Bees\n\nThey hum.\n");
    ana.write("docs/a.md", "");
    ana.write("long.txt", "0123456789".repeat(7));
    ana.write("raw.bin", b"\x00\xff\tend\nsecond line");
    fs::create_dir(ana.path().join("empty")).unwrap();
    symlink("docs/b.md", ana.path().join("latest")).unwrap();
    assert_eq!(
        tree(ana.path()),
        "docs/a.md  0\n\
         docs/b.md  18  # Bees\n\
         latest -> docs/b.md\n\
         long.txt  70  012345678901234567890123456789012345678901234567890123456789\n\
         raw.bin  18  \\0\u{fffd}\\tend\n"
    );
}
