use allclear_testbed::{TestEnv, hooks};

#[test]
fn as_many_pushes_as_ordered_are_rejected() {
    let env = TestEnv::new();
    let origin = env.origin();
    let ana = origin.clone_for("ana-example");
    let before = origin.rev("main");
    let commit = ana.commit("feat: patience");
    hooks::reject_next_pushes(origin.path(), 2);
    for left in [1, 0] {
        let refused = ana.try_push("main");
        assert_eq!(refused.status.code(), Some(1), "{refused}");
        assert!(refused.stderr.contains("protected branch"), "{refused}");
        assert_eq!(hooks::rejections_left(origin.path()), left);
        assert_eq!(origin.rev("main"), before);
    }
    ana.push("main");
    assert_eq!(origin.rev("main"), commit);
}

#[test]
fn a_new_order_replaces_the_old_one() {
    let env = TestEnv::new();
    let origin = env.origin();
    let ana = origin.clone_for("ana-example");
    ana.commit("feat: haste");
    hooks::reject_next_pushes(origin.path(), 7);
    hooks::reject_next_pushes(origin.path(), 0);
    ana.push("main");
    assert_eq!(hooks::rejections_left(origin.path()), 0);
}

#[test]
fn a_protected_branch_is_refused_and_others_are_not() {
    let env = TestEnv::new();
    let origin = env.origin();
    let ana = origin.clone_for("ana-example");
    let before = origin.rev("main");
    let commit = ana.commit("feat: past review");
    ana.git(&["branch", "next"]);
    ana.git(&["branch", "main-2"]);
    hooks::protect(origin.path(), "main");
    hooks::protect(origin.path(), "next");
    let refused = ana.try_git(&["push", "origin", "main", "main-2", "next"]);
    assert_eq!(refused.status.code(), Some(1), "{refused}");
    assert!(refused.stderr.contains("changes to refs/heads/main must be made through a pull request"), "{refused}");
    assert_eq!(origin.rev("main"), before);
    assert_eq!(origin.rev("main-2"), commit);
    assert!(!origin.try_git(&["rev-parse", "--verify", "next"]).success());
}
