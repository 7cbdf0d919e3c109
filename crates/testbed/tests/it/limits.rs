use std::fs;

use allclear_testbed::limits::with_file_size_limit;
use allclear_testbed::{Ran, TestEnv};

#[test]
fn a_write_beyond_the_limit_fails_and_kills_nobody() {
    let env = TestEnv::new();
    let mut command = env.command("sh");
    command.args(["-c", "head -c 2000 /dev/zero > large || exit 7; echo unreachable"]);
    let ran = Ran::of(&mut with_file_size_limit(&command, 2));
    assert_eq!(ran.status.code(), Some(7), "{ran}");
    assert!(ran.stderr.contains("File too large"), "{ran}");
    assert_eq!(fs::metadata(env.root().join("large")).unwrap().len(), 2 * 512);
}

#[test]
fn a_commit_that_does_not_fit_leaves_the_repository_as_it_was() {
    let env = TestEnv::new();
    let ana = env.origin().clone_for("ana-example");
    let before = ana.rev("HEAD");
    let noise: Vec<u8> = (0..60_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    ana.write("large.bin", noise);
    let mut add = ana.command("git");
    add.args(["add", "--all"]);
    assert!(!Ran::of(&mut with_file_size_limit(&add, 8)).success());
    assert_eq!(ana.git(&["status", "--short"]), "?? large.bin");
    assert_eq!(ana.rev("HEAD"), before);
    ana.commit("feat: there is room again");
}

#[test]
fn arguments_folder_and_environment_are_kept_and_nothing_is_added() {
    let env = TestEnv::new();
    let script = r#"printf '%s\n' "$1" "$PWD" "$HOME" "${CARGO_MANIFEST_DIR-unset}""#;
    let mut command = env.command("sh");
    command.args(["-c", script, "sh", "two  words; *"]).current_dir(env.home());
    let ran = Ran::of(&mut with_file_size_limit(&command, 1000)).expect_success();
    let home = env.home().display().to_string();
    assert_eq!(ran, format!("two  words; *\n{home}\n{home}\nunset"));
}
