use std::panic;

use allclear_testbed::TestEnv;

#[test]
fn a_clone_writes_commits_and_pushes() {
    let env = TestEnv::new();
    let origin = env.origin();
    let ana = origin.clone_for("ana-example");
    ana.branch("release/v1.4.0");
    ana.write("docs/notes.md", "# Notes\n");
    let commit = ana.commit("docs: notes");
    ana.push("release/v1.4.0");
    assert_eq!(origin.rev("release/v1.4.0"), commit);
    assert_eq!(origin.git(&["show", "release/v1.4.0:docs/notes.md"]), "# Notes");
    assert_ne!(origin.rev("main"), commit);
}

#[test]
fn two_people_see_each_others_commits() {
    let env = TestEnv::new();
    let origin = env.origin();
    let (ana, bo) = (origin.clone_for("ana-example"), origin.clone_for("bo-example"));
    let commit = ana.commit("chore: nothing to see");
    ana.push("main");
    bo.git(&["pull", "--quiet"]);
    assert_eq!(bo.rev("HEAD"), commit);
    bo.commit("chore: nor here");
    bo.push("main");
    assert_eq!(
        origin.git(&["log", "--format=%an %s", "main"]),
        "bo-example chore: nor here\n\
         ana-example chore: nothing to see\n\
         test-example Initial commit"
    );
}

#[test]
fn the_second_of_two_who_push_is_rejected() {
    let env = TestEnv::new();
    let origin = env.origin();
    let (ana, bo) = (origin.clone_for("ana-example"), origin.clone_for("bo-example"));
    let first = ana.commit("feat: one way");
    ana.push("main");
    bo.commit("feat: another way");
    let refused = bo.try_push("main");
    assert_eq!(refused.status.code(), Some(1), "{refused}");
    assert_eq!(origin.rev("main"), first);
}

#[test]
fn a_person_has_as_many_clones_as_machines() {
    let env = TestEnv::new();
    let origin = env.origin();
    let (one, two) = (origin.clone_for("ana-example"), origin.clone_for("ana-example"));
    let ana = env.person("ana-example").folder();
    assert_eq!(one.path(), ana.join("work"));
    assert_eq!(two.path(), ana.join("work-2"));
    assert_eq!(one.rev("HEAD"), two.rev("HEAD"));
}

#[test]
fn commits_are_a_minute_apart_and_the_same_in_every_run() {
    let story = || {
        let env = TestEnv::new();
        let ana = env.origin().clone_for("ana-example");
        ana.commit("one");
        env.person("bo-example").tick();
        ana.commit("two");
        ana.git(&["log", "--format=%H %cd", "--date=format-local:%F %R"])
    };
    let log = story();
    let times: Vec<_> = log.lines().filter_map(|line| Some(line.split_once(' ')?.1)).collect();
    assert_eq!(times, ["2026-01-05 09:03", "2026-01-05 09:01", "2026-01-05 09:00"]);
    assert_eq!(log, story());
}

#[test]
fn a_failure_tells_command_status_and_both_outputs() {
    let env = TestEnv::new();
    let repo = env.origin().clone_for("ana-example");
    let alias = "alias.no=!echo out; echo err >&2; exit 3; :";
    let panicked = panic::catch_unwind(|| repo.git(&["-c", alias, "no"])).unwrap_err();
    assert_eq!(
        panicked.downcast_ref::<String>().unwrap(),
        "`git -c alias.no=!echo out; echo err >&2; exit 3; : no` ended with exit status: 3\n\
         --- stdout\nout\n--- stderr\nerr"
    );
}
