use allclear_testbed::{Ran, TestEnv};

#[test]
fn a_process_sees_nothing_of_the_machine_but_its_path() {
    let variables = Ran::of(&mut TestEnv::new().command("env")).expect_success();
    let mut names: Vec<_> = variables.lines().filter_map(|line| Some(line.split_once('=')?.0)).collect();
    names.sort_unstable();
    let expected = "GIT_AUTHOR_DATE GIT_CEILING_DIRECTORIES GIT_COMMITTER_DATE GIT_CONFIG_GLOBAL \
                    GIT_CONFIG_NOSYSTEM GIT_TERMINAL_PROMPT HOME LANG PATH TMPDIR TZ";
    assert_eq!(names.join(" "), expected);
}

#[test]
fn git_outside_of_the_samples_does_not_find_the_repository_around_them() {
    let env = TestEnv::new();
    let around = ["init", "--quiet", "."];
    Ran::of(env.command("git").args(around)).expect_success();
    let mut git = env.command("git");
    let ran = Ran::of(git.args(["rev-parse", "--git-dir"]).current_dir(env.home()));
    assert_eq!(ran.status.code(), Some(128), "{ran}");
}

#[test]
fn people_share_the_root_and_nothing_else() {
    let env = TestEnv::new();
    let (ana, bo) = (env.person("ana-example"), env.person("bo-example"));
    let email = |person: &TestEnv| Ran::of(person.command("git").args(["config", "user.email"])).expect_success();
    assert_eq!(env.name(), "test-example");
    assert_eq!(email(&ana), "ana-example@example.org");
    assert_eq!(email(&bo), "bo-example@example.org");
    assert_eq!(ana.root(), bo.root());
    assert_ne!(ana.home(), bo.home());
    assert_ne!(ana.tmp(), bo.tmp());
}

#[test]
fn a_person_met_again_has_kept_their_git_configuration() {
    let env = TestEnv::new();
    let ana = env.person("ana-example");
    let set = ["config", "--global", "gpg.format", "ssh"];
    Ran::of(ana.command("git").args(set)).expect_success();
    let again = env.person("ana-example");
    let format = Ran::of(again.command("git").args(["config", "gpg.format"])).expect_success();
    assert_eq!(format, "ssh");
}

#[test]
fn the_root_goes_with_its_last_user() {
    let env = TestEnv::new();
    let root = env.root().to_owned();
    let ana = env.person("ana-example");
    drop(env);
    assert!(root.exists());
    drop(ana);
    assert!(!root.exists());
}
