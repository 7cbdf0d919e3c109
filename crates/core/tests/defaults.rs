//! What a process file leaves out comes from the default process.

use allclear_core::process::Process;
use allclear_core::process::read::{self, Defaults};

use crate::support::{KINDS, word};

const DEFAULTS: &str = r#"
[kinds]
minor = ["prepare", "verify", "review"]
hotfix = ["verify"]
[[phase.prepare]]
manual = "Write the headline"
value = "headline"
[[phase.verify]]
run = "make lint"
[[phase.verify]]
run = "make test"
[[phase.review]]
sign-off = ["qa"]
"#;

const OWN: &str = "[project]\nname = \"demo\"\ntrunk = \"main\"\n[people.ana]\n[roles]\nqa = { members = [\"ana\"] }\n";

fn defaults() -> Defaults {
    read::read_defaults("default.toml", DEFAULTS, KINDS).unwrap_or_else(|bad| panic!("{}", bad.render(false)))
}

fn read(text: &str) -> Result<Process, String> {
    read::read("allclear.toml", text, KINDS, &defaults()).map_err(|bad| bad.render(false))
}

fn steps(process: &Process) -> Vec<&str> {
    process.steps_of(&word("minor")).map(|step| step.id.as_str()).collect()
}

#[test]
fn kinds_and_phases_are_the_defaults() {
    let process = read(OWN).unwrap();
    assert_eq!(steps(&process), ["prepare/manual", "verify/lint", "verify/test", "review/sign-off"]);
    assert!(process.kinds.contains_key(&word("hotfix")));
}

#[test]
fn an_own_phase_replaces_that_phase_only() {
    let process = read(&format!("{OWN}[[phase.verify]]\nrun = \"just test '{{headline}}'\"\nid = \"all\"\n")).unwrap();
    assert_eq!(steps(&process), ["prepare/manual", "verify/all", "review/sign-off"]);
}

#[test]
fn own_kinds_take_the_default_phases_that_they_name() {
    let process = read(&format!("{OWN}[kinds]\nminor = [\"verify\"]\n")).unwrap();
    assert_eq!(steps(&process), ["verify/lint", "verify/test"]);
    assert_eq!(process.phases.len(), 1);
}

#[test]
fn a_default_phase_can_be_made_parallel() {
    let process = read(&format!("parallel = [\"verify\"]\n{OWN}")).unwrap();
    assert!(process.phases[&word("verify")].parallel);
    assert!(!process.phases[&word("review")].parallel);
}

#[test]
fn what_the_default_process_asks_for_and_the_file_lacks_is_told_without_a_place() {
    insta::assert_snapshot!(read("[project]\nname = \"demo\"\ntrunk = \"main\"\n").unwrap_err(), @r#"
    error: `review/sign-off` asks for the role `qa`, which is not declared
    --> allclear.toml
     = help: the default process has this step; declare it: `[roles]` and `qa = { members = ["…"], quorum = 1 }`
    "#);
}

#[test]
fn a_wrong_default_process_is_told_as_any_other() {
    let told = read::read_defaults("default.toml", "[kinds]\nminor = 3\n", KINDS).unwrap_err().render(false);
    insta::assert_snapshot!(told, @"
    error: `minor` takes a string, and this is a number
     --> default.toml:2:9
      |
    2 | minor = 3
      |         ^
    ");
}
