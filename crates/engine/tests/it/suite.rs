//! Checks of a phase side by side: what may run together does, what may not does not, and what each leaves is its own.

use allclear_core::event::{Event, Outcome};
use allclear_core::plan::Standing;

use crate::it::project::{Hand, Project};

const BRANCH: &str = "[[phase.ship]]\nbranch = \"release/v{version}\"\n";

/// A step that runs a script of the shell.
fn step(id: &str, script: &str, more: &str) -> String {
    format!("[[phase.ship]]\nid = \"{id}\"\nneeds = [\"branch\"]\nshell = true\nrun = '''{script}'''\n{more}\n")
}

/// Something that takes a moment, without anybody sleeping.
const A_MOMENT: &str = "i=0; while test $i -lt 30000; do i=$((i + 1)); done";

/// The outcome of the newest attempt at a step, and whether it passed.
#[track_caller]
fn outcome(hand: &Hand, step: &str) -> (bool, Outcome) {
    let ends = hand.events().into_iter().rev().filter_map(|event| match event {
        Event::StepPassed(outcome) => Some((true, outcome)),
        Event::StepFailed(outcome) | Event::StepErrored(outcome) => Some((false, outcome)),
        _ => None,
    });
    let mut ends = ends.filter(|(_, outcome)| outcome.step.step() == step);
    ends.next().unwrap_or_else(|| panic!("{step} did not end: {:#?}", hand.told()))
}

fn finished(hand: &Hand) -> bool {
    matches!(hand.events().last(), Some(Event::ReleaseFinished {}))
}

/// The evidence of a step by its name, as text.
#[track_caller]
fn evidence(hand: &Hand, step: &str, name: &str) -> String {
    let (_, outcome) = outcome(hand, step);
    let one = outcome.evidence.iter().find(|one| one.name.as_str() == name);
    let one = one.unwrap_or_else(|| panic!("{step} left no {name}: {:#?}", outcome.evidence));
    String::from_utf8_lossy(&hand.session().ledger.store().get(&one.sha256).unwrap()).into_owned()
}

#[test]
fn steps_of_a_parallel_phase_run_at_the_same_time() {
    // Each of them can only end while the other one runs.
    let meet = |own: &str, other: &str| {
        step(own, &format!(": > ../{own}; until test -e ../{other}; do :; done"), "timeout = \"60s\"")
    };
    let project = Project::side_by_side(&[BRANCH, &meet("a", "b"), &meet("b", "a")].concat());
    let ana = project.ana();
    ana.conductor().with_jobs(2).go().unwrap();
    assert!(finished(&ana), "{:#?}", ana.told());
}

#[test]
fn what_uses_the_same_thing_or_wants_to_be_alone_or_has_one_place_runs_by_itself() {
    let alone = format!("mkdir ../here || exit 1; {A_MOMENT}; rmdir ../here");
    // The last of them ask for nothing: there is one place.
    for (more, jobs) in [("uses = [\"port\"]", 3), ("exclusive = true", 3), ("", 1)] {
        let steps = ["a", "b", "c", "d"].map(|id| step(id, &alone, more)).concat();
        let project = Project::side_by_side(&format!("{BRANCH}{steps}"));
        let ana = project.ana();
        ana.conductor().with_jobs(jobs).go().unwrap();
        assert!(finished(&ana), "{more}: {:#?}", ana.told());
    }
}

#[test]
fn a_step_begins_when_what_it_needs_is_done_and_not_before() {
    let b = step("b", "test -e ../a-is-done", "").replace("needs = [\"branch\"]", "needs = [\"a\"]");
    let a = step("a", &format!("{A_MOMENT}; : > ../a-is-done"), "");
    let project = Project::side_by_side(&format!("{BRANCH}{b}{a}"));
    let ana = project.ana();
    ana.conductor().with_jobs(2).go().unwrap();
    assert!(finished(&ana), "{:#?}", ana.told());
}

#[test]
fn what_a_step_leaves_behind_is_gone_for_the_next_one() {
    let spoil =
        "echo spoilt > package.json; mkdir -p left/behind; : > left/behind/file; git commit -qam spoilt || true";
    let look = "test ! -e left && grep -q demo package.json && test -z \"$(git status --porcelain)\" && \
                git merge-base --is-ancestor HEAD origin/release/v1.1.0";
    let steps = [BRANCH, &step("spoil", spoil, ""), &step("look", look, ""), &step("look-again", look, "")].concat();
    let project = Project::new(&steps);
    let ana = project.ana();
    ana.conductor().with_jobs(1).go().unwrap();
    assert!(finished(&ana), "{:#?}", ana.told());
}

#[test]
fn a_step_that_passes_at_the_second_try_is_flaky_and_shows_both() {
    let once = "echo try; test -e ../tried || {{ : > ../tried; exit 1; }}";
    let project = Project::new(&format!("{BRANCH}{}", step("shaky", once, "retries = 2")));
    let ana = project.ana();
    ana.go();
    let (passed, shaky) = outcome(&ana, "shaky");
    assert!(passed && shaky.tries == 2, "{shaky:#?}");
    assert!(shaky.summary.starts_with("flaky: passed at try 2"), "{}", shaky.summary);
    let names: Vec<&str> = shaky.evidence.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["log.txt", "attempt.json", "try-1/log.txt", "try-1/attempt.json"]);
    assert!(evidence(&ana, "shaky", "try-1/attempt.json").contains("\"exit\": 1"));
}

#[test]
fn each_attempt_leaves_a_log_with_times_and_what_is_known_of_it() {
    let project = Project::new(&format!("{BRANCH}{}", step("talk", "echo one; echo two >&2; exit 3", "")));
    let ana = project.ana();
    ana.go();
    let (passed, talk) = outcome(&ana, "talk");
    assert!(!passed && talk.tries == 1);
    let log = evidence(&ana, "talk", "log.txt");
    let times = log.lines().map(|line| line[..9].trim().parse::<f64>().is_ok()).collect::<Vec<_>>();
    assert_eq!(times, [true, true], "{log}");
    assert_eq!(log.lines().map(|line| &line[10..]).collect::<Vec<_>>(), ["one", "two"]);
    let known: serde_json::Value = serde_json::from_str(&evidence(&ana, "talk", "attempt.json")).unwrap();
    assert_eq!(known["ended"]["exit"], 3);
    assert!(known["peak_memory_kib"].as_u64().unwrap() > 100, "{known}");
    assert!(known["host"]["name"].is_string() && known["candidate"].is_string());
}

#[test]
fn a_step_sees_the_variables_and_the_folder_that_it_asks_for() {
    let see = "test -n \"$PATH\" && test -z \"$GIT_CONFIG_COUNT\" && test \"$ALLCLEAR_VERSION\" = 1.1.0 && test -e Chart.yaml";
    let steps = [
        BRANCH,
        &step("bare", see, "env = [\"NOTHING_EXAMPLE\"]\nfolder = \"chart\""),
        &step("all", "env | grep -q ^CARGO", ""),
        &step("few", "! env | grep -q ^CARGO", "env = [\"NOTHING_EXAMPLE\"]"),
    ];
    let project = Project::new(&steps.concat());
    let ana = project.ana();
    ana.go();
    assert!(finished(&ana), "{:#?}", ana.told());
}

#[test]
fn a_result_carries_over_only_where_inputs_and_tools_are_the_same() {
    let project = Project::new(&format!(
        "{BRANCH}{}[[phase.ship]]\nid = \"ready\"\nmanual = \"ready\"\nneeds = [\"lint\"]\n",
        step("lint", "echo ran >> ../runs", "inputs = [\"chart\"]\nfingerprint = \"cat ../tools\"")
    ));
    let ana = project.ana();
    let beside = ana.repo.path().join(".git/allclear/worktrees");
    std::fs::create_dir_all(&beside).unwrap();
    std::fs::write(beside.join("tools"), "compiler 1\n").unwrap();
    let runs = || std::fs::read_to_string(beside.join("runs")).unwrap_or_default().lines().count();
    ana.go();
    assert_eq!(runs(), 1, "{:#?}", ana.told());
    let push = |file: &str| {
        ana.repo.git(&["fetch", "--quiet", "origin"]);
        ana.repo.git(&["checkout", "--quiet", "-B", "fix", "origin/release/v1.1.0"]);
        ana.repo.write(file, "changed: yes\n");
        ana.repo.commit("fix: something");
        ana.repo.git(&["push", "--quiet", "origin", "fix:release/v1.1.0"]);
        ana.go()
    };
    let stopped = push("README.md");
    let lint = stopped.plan.steps.iter().find(|step| step.id.step() == "lint").unwrap();
    assert!(matches!(&lint.standing, Standing::Passed { carried_from: Some(_), .. }), "{lint:?} {:#?}", ana.told());
    assert_eq!(runs(), 1);
    std::fs::write(beside.join("tools"), "compiler 2\n").unwrap();
    push("LICENSE");
    assert_eq!(runs(), 2, "another compiler may say something else: {:#?}", ana.told());
    push("chart/values.yaml");
    assert_eq!(runs(), 3, "the input has changed: {:#?}", ana.told());
}
