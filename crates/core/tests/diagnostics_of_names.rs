//! What the reader says about the file as a whole and about names that lead nowhere, as people read it.

use crate::support::problems;

const PROJECT: &str = "[project]\nname = \"demo\"\ntrunk = \"main\"\n";
const ROLES: &str = "[people.ana]\n[people.bo]\n[roles]\nqa = { members = [\"ana\", \"bo\"] }\n";
const KINDS: &str = "[kinds]\nminor = [\"verify\"]\n";
const STEP: &str = "[[phase.verify]]\nrun = \"make lint\"\n";

/// A process with roles and one kind, whose only phase follows.
fn phase(text: &str) -> String {
    problems(&[PROJECT, ROLES, KINDS, text].concat())
}

#[test]
fn a_missing_key_is_named_with_its_meaning() {
    insta::assert_snapshot!(problems(&["[project]\nname = \"demo\"\n", KINDS, STEP].concat()), @"
    error: the key `trunk` is missing
     --> allclear.toml:1:1
      |
    1 | [project]
      | ^^^^^^^^^ in this table
      |
      = help: `trunk`: the branch that the process is read from
    ");
    insta::assert_snapshot!(problems(""), @"
    error: the key `project` is missing
    --> allclear.toml
     = help: `project`: what is released
    ");
}

#[test]
fn a_table_of_the_wrong_type_is_not_passed_over() {
    insta::assert_snapshot!(problems(&["phase = 3\n", PROJECT, KINDS].concat()), @"
    error: `phase` takes a table, and this is a number
     --> allclear.toml:1:9
      |
    1 | phase = 3
      |         ^
      |
      = help: write each step as a table `[[phase.NAME]]`
    ");
    insta::assert_snapshot!(phase("[phase.verify]\nrun = \"make lint\"\n"), @"
    error: the steps of a phase are written as `[[phase.verify]]`, one table a step
      --> allclear.toml:10:8
       |
    10 | [phase.verify]
       |        ^^^^^^
    ");
    insta::assert_snapshot!(phase("[phase]\nverify = [3]\n"), @"
    error: a step of `verify` is a table, and this is a number
      --> allclear.toml:11:11
       |
    11 | verify = [3]
       |           ^
    ");
    insta::assert_snapshot!(phase("[[phase.Verify]]\nrun = \"make lint\"\n"), @"
    error: `Verify` is not a name: lower-case letters, digits and `-` are expected, a letter or digit first, at most 64
      --> allclear.toml:10:9
       |
    10 | [[phase.Verify]]
       |         ^^^^^^ a phase
    ");
}

#[test]
fn a_branch_of_the_project_is_a_plain_name() {
    insta::assert_snapshot!(
        problems(&["[project]\nname = \"my demo\"\ntrunk = \"main\"\n", KINDS, STEP].concat()), @r#"
    error: `my demo` cannot be a project's name
     --> allclear.toml:2:8
      |
    2 | name = "my demo"
      |        ^^^^^^^^^
      |
      = help: letters, digits, `.`, `_` and `-` are expected, a letter or digit first
    "#);
    insta::assert_snapshot!(
        problems(&["[project]\nname = \"demo\"\ntrunk = \"a..b\"\nchangelog = \"docs/{version}.md\"\n", KINDS, STEP].concat()),
        @r#"
    error: `a..b` is not a branch name: letters, digits and `._/+-` are expected, no part that begins with `.` or `-` or ends with `.lock`, at most 128
     --> allclear.toml:3:9
      |
    3 | trunk = "a..b"
      |         ^^^^^^

    error: `docs/{version}.md` has braces, and nothing is filled in here
     --> allclear.toml:4:13
      |
    4 | changelog = "docs/{version}.md"
      |             ^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn an_undeclared_role_can_be_declared() {
    insta::assert_snapshot!(phase("[[phase.verify]]\nsign-off = [\"qa\", \"docs\"]\n"), @r#"
    error: `verify/sign-off` asks for the role `docs`, which is not declared
      --> allclear.toml:11:19
       |
    11 | sign-off = ["qa", "docs"]
       |                   ^^^^^^
       |
       = help: declare it: `[roles]` and `docs = { members = ["…"], quorum = 1 }`
    "#);
    insta::assert_snapshot!(phase("[[phase.verify]]\nsoak = \"24h\"\nrole = \"aq\"\n"), @r#"
    error: there is no role `aq`
      --> allclear.toml:12:8
       |
    12 | role = "aq"
       |        ^^^^
       |
       = help: did you mean `qa`?
    "#);
}

#[test]
fn a_role_has_known_members_and_enough_of_them() {
    let roles = "[people.ana]\n[people.bo]\n[roles]\nqa = { members = [\"ana\", \"boo\"], quorum = 3 }\n";
    insta::assert_snapshot!(problems(&[PROJECT, roles, KINDS, STEP].concat()), @r#"
    error: there is no person `boo`
     --> allclear.toml:7:26
      |
    7 | qa = { members = ["ana", "boo"], quorum = 3 }
      |                          ^^^^^
      |
      = help: did you mean `bo`?

    error: the role `qa` needs 3 of 2 people
     --> allclear.toml:7:43
      |
    7 | qa = { members = ["ana", "boo"], quorum = 3 }
      |                                           ^
      |
      = help: a quorum is at least 1, and at most the number of members
    "#);
    let roles = "[people.ana]\n[roles]\nqa = { members = [\"ana\", \"ana\"], quorum = 2 }\n";
    insta::assert_snapshot!(problems(&[PROJECT, roles, KINDS, STEP].concat()), @r#"
    error: `ana` is named twice
     --> allclear.toml:6:26
      |
    6 | qa = { members = ["ana", "ana"], quorum = 2 }
      |                          ^^^^^
      |
      = help: leave it out here
    "#);
}

#[test]
fn what_tells_people_apart_belongs_to_one_person() {
    let people = "[people.ana]\nemails = [\"ana@example.org\"]\nkeys = [\"ssh-ed25519 AAAA ana\"]\n\
                  [people.bo]\nemails = [\"bo@example.org\", \"Ana@Example.org\"]\nkeys = [\"ssh-ed25519 AAAA bo\"]\n";
    insta::assert_snapshot!(problems(&[PROJECT, people, KINDS, STEP].concat()), @r#"
    error: this belongs to both `ana` and `bo`
     --> allclear.toml:8:29
      |
    8 | emails = ["bo@example.org", "Ana@Example.org"]
      |                             ^^^^^^^^^^^^^^^^^
      |
      = help: give it to one of them: a person counts once

    error: this belongs to both `ana` and `bo`
     --> allclear.toml:9:9
      |
    9 | keys = ["ssh-ed25519 AAAA bo"]
      |         ^^^^^^^^^^^^^^^^^^^^^
      |
      = help: give it to one of them: a person counts once
    "#);
}

#[test]
fn kinds_go_through_known_phases_once_and_every_phase_has_a_kind() {
    let kinds = "[kinds]\nminor = [\"verify\", \"stagging\", \"verify\"]\npatch = []\n[[phase.staging]]\nrun = \"make smoke\"\n";
    insta::assert_snapshot!(problems(&["parallel = [\"verfy\"]\n", PROJECT, kinds, STEP].concat()), @r#"
    error: there is no phase `verfy`
     --> allclear.toml:1:13
      |
    1 | parallel = ["verfy"]
      |             ^^^^^^^
      |
      = help: did you mean `verify`?

    error: there is no phase `stagging`
     --> allclear.toml:6:20
      |
    6 | minor = ["verify", "stagging", "verify"]
      |                    ^^^^^^^^^^
      |
      = help: did you mean `staging`?

    error: `verify` is named twice
     --> allclear.toml:6:32
      |
    6 | minor = ["verify", "stagging", "verify"]
      |                                ^^^^^^^^
      |
      = help: leave it out here

    error: a `patch` release goes through no phase
     --> allclear.toml:7:9
      |
    7 | patch = []
      |         ^^
      |
      = help: name its phases, in order

    error: no kind of release goes through the phase `staging`
     --> allclear.toml:8:9
      |
    8 | [[phase.staging]]
      |         ^^^^^^^
      |
      = help: name it in `[kinds]`
    "#);
}

#[test]
fn a_condition_names_a_kind_of_release() {
    insta::assert_snapshot!(phase("[[phase.verify]]\nsoak = \"24h\"\nwhen = [\"minor\", \"not mjor\"]\n"), @r#"
    error: there is no kind of release `mjor`
      --> allclear.toml:12:18
       |
    12 | when = ["minor", "not mjor"]
       |                  ^^^^^^^^^^
       |
       = help: did you mean `minor`?
    "#);
    insta::assert_snapshot!(phase("[[phase.verify]]\nsoak = \"24h\"\nwhen = \"pre-release\"\n"), @r#"
    error: there is no kind of release `pre-release`
      --> allclear.toml:12:8
       |
    12 | when = "pre-release"
       |        ^^^^^^^^^^^^^
       |
       = help: did you mean `prerelease`?
    "#);
}

#[test]
fn a_need_names_a_step_that_comes_before() {
    insta::assert_snapshot!(phase(&[STEP, "[[phase.verify]]\nrun = \"make test\"\nneeds = [\"lnt\"]\n"].concat()), @r#"
    error: there is no step `verify/lnt`
      --> allclear.toml:14:10
       |
    14 | needs = ["lnt"]
       |          ^^^^^
       |
       = help: did you mean `verify/lint`?
    "#);
    let later = "[[phase.verify]]\nrun = \"make test\"\nneeds = [\"lint\"]\n";
    insta::assert_snapshot!(phase(&[later, STEP].concat()), @r#"
    error: `verify/test` needs `verify/lint`, which does not come before it
      --> allclear.toml:12:10
       |
    12 | needs = ["lint"]
       |          ^^^^^^
       |
       = help: a step can only need what comes before it
    "#);
}

#[test]
fn a_need_that_comes_later_is_told_once_for_all_kinds() {
    let kinds = "[kinds]\nminor = [\"verify\"]\npatch = [\"verify\"]\n";
    let later = "[[phase.verify]]\nrun = \"make test\"\nneeds = [\"lint\"]\n";
    let told = problems(&[PROJECT, kinds, later, STEP].concat());
    assert_eq!(told.matches("does not come before it").count(), 1, "{told}");
}

#[test]
fn needs_go_round_in_circles_nowhere() {
    let circle = "[[phase.verify]]\nrun = \"make a\"\nneeds = \"b\"\n[[phase.verify]]\nrun = \"make b\"\nneeds = \"c\"\n\
                  [[phase.verify]]\nrun = \"make c\"\nneeds = \"a\"\n[[phase.verify]]\nrun = \"make d\"\nneeds = [\"a\", \"d\"]\n";
    insta::assert_snapshot!(problems(&["parallel = [\"verify\"]\n", PROJECT, KINDS, circle].concat()), @r#"
    error: `verify/a` and `verify/b` need each other
     --> allclear.toml:9:9
      |
    9 | needs = "b"
      |         ^^^
      |
      = help: leave out one of the needs that lead from one to the other

    error: `verify/b` and `verify/c` need each other
      --> allclear.toml:12:9
       |
    12 | needs = "c"
       |         ^^^
       |
       = help: leave out one of the needs that lead from one to the other

    error: `verify/c` and `verify/a` need each other
      --> allclear.toml:15:9
       |
    15 | needs = "a"
       |         ^^^
       |
       = help: leave out one of the needs that lead from one to the other

    error: `verify/d` needs itself
      --> allclear.toml:18:15
       |
    18 | needs = ["a", "d"]
       |               ^^^
    "#);
}

#[test]
fn many_needs_are_checked_in_no_time() {
    let needs = |n: usize| (0..n).map(|other| format!("\"s{other}\", ")).collect::<String>();
    let step = |n| format!("[[phase.verify]]\nid = \"s{n}\"\nrun = \"x\"\nneeds = [{}\"gone\"]\n", needs(n));
    let steps: String = (0..60).rev().map(step).collect();
    let told = problems(&["parallel = [\"verify\"]\n", PROJECT, KINDS, &steps].concat());
    assert_eq!(told.matches("there is no step `verify/gone`").count(), 60, "{told}");
}

#[test]
fn toml_that_cannot_be_read_is_shown_where_it_breaks() {
    insta::assert_snapshot!(phase("[[phase.verify]]\nrun = \"make lint\n"), @r#"
    error: invalid basic string, expected `"`
      --> allclear.toml:11:17
       |
    11 | run = "make lint
       |                 ^
    "#);
}

#[test]
fn what_no_person_writes_is_refused() {
    insta::assert_snapshot!(problems(&format!("x = {}1{}\n", "[".repeat(70), "]".repeat(70))), @"
    error: tables and lists are nested deeper than 64
     --> allclear.toml:1:69
      |
    1 | x = [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]...
      |                                                                     ^^^^^^^^^^^^^
    ");
    insta::assert_snapshot!(problems(&"# a comment\n".repeat(100_000)), @"
    error: the file is larger than 1048576 bytes
    --> allclear.toml
    ");
    assert!(problems(&format!("{}x = 1\n", "a.".repeat(500_000))).starts_with("error: "));
}

#[test]
fn everything_is_told_at_once_in_the_order_of_the_file() {
    let text = "[[phase.verify]]\nrun = \"make {verson}\"\nretires = 2\n[[phase.verify]]\nsoak = \"1 day\"\ncolour = \"red\"\n";
    insta::assert_snapshot!(problems(&["[project]\nname = \"demo\"\n", KINDS, text].concat()), @r#"
    error: the key `trunk` is missing
     --> allclear.toml:1:1
      |
    1 | [project]
      | ^^^^^^^^^ in this table
      |
      = help: `trunk`: the branch that the process is read from

    error: nothing gives `{verson}` a value
     --> allclear.toml:6:13
      |
    6 | run = "make {verson}"
      |             ^^^^^^^^
      |
      = help: did you mean `version`?

    error: unknown key `retires`
     --> allclear.toml:7:1
      |
    7 | retires = 2
      | ^^^^^^^ not a key of this table
      |
      = help: did you mean `retries`?

    error: `1 day` is not a length of time: a number and one of `s`, `m`, `h`, `d` are expected, as in `15m` or `24h`
     --> allclear.toml:9:8
      |
    9 | soak = "1 day"
      |        ^^^^^^^

    error: unknown key `colour`
      --> allclear.toml:10:1
       |
    10 | colour = "red"
       | ^^^^^^ not a key of this table
       |
       = help: known here: `id`, `when`, `needs`, `inputs`, `timeout`, `retries`, `evidence`, `role`, `optional`, `uses`, `exclusive`, `once`, `soak`
    "#);
}

#[test]
fn control_characters_of_the_file_do_not_reach_the_terminal() {
    let told = problems("\"\\u001b]0;x\\u0007\" = 1\n");
    assert!(told.chars().all(|c| c == '\n' || !c.is_control()), "{told:?}");
}

#[test]
fn a_release_key_is_named_and_its_public_half_stands_there() {
    let signing = |text: &str| problems(&[PROJECT, KINDS, STEP, "[signing]\n", text].concat());
    insta::assert_snapshot!(signing("key = \"release-key\"\npublic = \"keys/release.pub\"\n"), @r#"
    error: this is not the name of an environment variable, as in `PYPI_TOKEN`; a token itself must not stand here
     --> allclear.toml:9:7
      |
    9 | key = "release-key"
      |       ^^^^^^^^^^^^^

    error: this is not a public key: the text that `openssl pkey -in KEY -pubout` prints is expected, or its base64 alone, of an Ed25519 or a P-256 key
      --> allclear.toml:10:10
       |
    10 | public = "keys/release.pub"
       |          ^^^^^^^^^^^^^^^^^^
    "#);
    insta::assert_snapshot!(signing("key = \"RELEASE_KEY\"\n"), @"
    error: the key `public` is missing
     --> allclear.toml:8:1
      |
    8 | [signing]
      | ^^^^^^^^^ in this table
      |
      = help: `public`: the public key that counts, as PEM or its base64 alone
    ");
}
