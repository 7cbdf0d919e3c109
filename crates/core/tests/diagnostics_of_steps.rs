//! What the reader says about steps, as people read it.

use crate::support::problems;

/// A process with one phase, whose steps follow.
fn steps(text: &str) -> String {
    let head = "[project]\nname = \"demo\"\ntrunk = \"main\"\n[kinds]\nminor = [\"verify\"]\n";
    problems(&format!("{head}{text}"))
}

#[test]
fn an_unknown_key_is_named_with_the_nearest_known_one() {
    insta::assert_snapshot!(steps("[[phase.verify]]\nrun = \"make lint\"\nretires = 2\n"), @"
    error: unknown key `retires`
     --> allclear.toml:8:1
      |
    8 | retires = 2
      | ^^^^^^^ not a key of this table
      |
      = help: did you mean `retries`?
    ");
}

#[test]
fn a_step_of_no_known_kind_is_shown_at_the_key_that_is_none() {
    insta::assert_snapshot!(steps("[[phase.verify]]\nid = \"lint\"\nrum = \"make lint\"\n"), @r#"
    error: no key of this step says what it is
     --> allclear.toml:8:1
      |
    8 | rum = "make lint"
      | ^^^ not a kind of step
      |
      = help: did you mean `run`?
    "#);
    insta::assert_snapshot!(steps("[[phase.verify]]\nfrobnicate = true\n"), @"
    error: no key of this step says what it is
     --> allclear.toml:7:1
      |
    7 | frobnicate = true
      | ^^^^^^^^^^ not a kind of step
      |
      = help: known here: `run`, `branch`, `sign-off`, `manual`, `tag`, `publish`, `deploy`, `soak`, `bump`
    ");
    insta::assert_snapshot!(steps("[[phase.verify]]\nid = \"lint\"\n"), @"
    error: no key of this step says what it is
     --> allclear.toml:6:1
      |
    6 | [[phase.verify]]
      | ^^^^^^^^^^^^^^^^ this step
      |
      = help: known here: `run`, `branch`, `sign-off`, `manual`, `tag`, `publish`, `deploy`, `soak`, `bump`
    ");
}

#[test]
fn a_step_is_of_one_kind() {
    insta::assert_snapshot!(steps("[[phase.verify]]\nrun = \"make lint\"\ntag = \"v1\"\n"), @r#"
    error: this step is both `run` and `tag`
     --> allclear.toml:8:1
      |
    8 | tag = "v1"
      | ^^^
      |
      = help: make it two steps
    "#);
}

#[test]
fn a_wrong_type_says_what_is_expected_and_what_is_there() {
    insta::assert_snapshot!(steps("[[phase.verify]]\nrun = \"make lint\"\nretries = \"two\"\ntimeout = 20\n"), @r#"
    error: `retries` takes a number from 0 to 10, and this is a string
     --> allclear.toml:8:11
      |
    8 | retries = "two"
      |           ^^^^^

    error: `timeout` takes a length of time such as "24h", and this is a number
     --> allclear.toml:9:11
      |
    9 | timeout = 20
      |           ^^
    "#);
    insta::assert_snapshot!(steps("[[phase.verify]]\nrun = \"make lint\"\nretries = 11\n"), @"
    error: `retries` takes a number from 0 to 10, and this is 11
     --> allclear.toml:8:11
      |
    8 | retries = 11
      |           ^^
    ");
    insta::assert_snapshot!(steps("[[phase.verify]]\nrun = [\"make\", 3]\n"), @r#"
    error: `run` takes a string, and this is a number
     --> allclear.toml:7:16
      |
    7 | run = ["make", 3]
      |                ^
    "#);
}

#[test]
fn a_choice_shows_what_can_be_chosen() {
    insta::assert_snapshot!(steps("[[phase.verify]]\npublish = \"pipy\"\n"), @r#"
    error: `publish` cannot be `pipy`
     --> allclear.toml:7:11
      |
    7 | publish = "pipy"
      |           ^^^^^^
      |
      = help: did you mean `pypi`?
    "#);
    insta::assert_snapshot!(steps("[[phase.verify]]\npublish = \"the moon\"\n"), @r#"
    error: `publish` cannot be `the moon`
     --> allclear.toml:7:11
      |
    7 | publish = "the moon"
      |           ^^^^^^^^^^
      |
      = help: known here: `pypi`, `npm`, `folder`
    "#);
}

#[test]
fn an_unknown_placeholder_is_marked_within_its_string() {
    insta::assert_snapshot!(steps("[[phase.verify]]\nrun = 'make \"VERSION={verson}\"'\n"), @r#"
    error: nothing gives `{verson}` a value
     --> allclear.toml:7:22
      |
    7 | run = 'make "VERSION={verson}"'
      |                      ^^^^^^^^
      |
      = help: did you mean `version`?
    "#);
}

#[test]
fn a_brace_that_means_itself_is_doubled() {
    insta::assert_snapshot!(steps("[[phase.verify]]\nid = \"x\"\nrun = \"awk '{print $1}' log\"\n"), @r#"
    error: `{print $1}` is not a placeholder
     --> allclear.toml:8:13
      |
    8 | run = "awk '{print $1}' log"
      |             ^^^^^^^^^^
      |
      = help: a brace that means itself is doubled: `{{` or `}}`
    "#);
    insta::assert_snapshot!(steps("[[phase.verify]]\ntag = \"v{version\"\n"), @r#"
    error: a brace without its other half
     --> allclear.toml:7:9
      |
    7 | tag = "v{version"
      |         ^
      |
      = help: a brace that means itself is doubled: `{{` or `}}`
    "#);
}

#[test]
fn what_a_template_becomes_is_checked_with_a_sample() {
    insta::assert_snapshot!(steps("[[phase.verify]]\ntag = \"v {version}\"\n"), @r#"
    error: `v 1.4.0-rc.1` is not a tag name: letters, digits and `._/+-` are expected, no part that begins with `.` or `-` or ends with `.lock`, at most 128
     --> allclear.toml:7:7
      |
    7 | tag = "v {version}"
      |       ^^^^^^^^^^^^^ becomes `v 1.4.0-rc.1`, for example
    "#);
}

#[test]
fn the_answer_of_a_person_does_not_reach_a_shell() {
    let asks = "[[phase.verify]]\nmanual = \"Write the headline\"\nvalue = \"head-line\"\n";
    insta::assert_snapshot!(steps(&format!("{asks}[[phase.verify]]\nrun = \"echo {{head-line}}\"\nshell = true\n")), @r#"
    error: `{head-line}` is what a person answers, and must not reach a shell
      --> allclear.toml:10:13
       |
    10 | run = "echo {head-line}"
       |             ^^^^^^^^^^^
       |
       = help: the command finds it in the environment variable ALLCLEAR_VALUE_HEAD_LINE
    "#);
    insta::assert_snapshot!(steps(&asks.replace("head-line", "version")), @r#"
    error: `{version}` already has a value: the version that is released, such as `1.4.0`
     --> allclear.toml:8:9
      |
    8 | value = "version"
      |         ^^^^^^^^^
      |
      = help: give the answer another name
    "#);
}

#[test]
fn what_only_a_shell_understands_is_marked_where_it_stands() {
    insta::assert_snapshot!(steps("[[phase.verify]]\nrun = \"make a && make b\"\n"), @r#"
    error: `&` means something to a shell only, and this command runs without one
     --> allclear.toml:7:15
      |
    7 | run = "make a && make b"
      |               ^
      |
      = help: add `shell = true` to the step, or quote the word, or write the command as a list of words
    "#);
    insta::assert_snapshot!(steps("[[phase.verify]]\nrun = '''\nmake a\nmake b\n'''\n"), @"
    error: a line break means something to a shell only, and this command runs without one
     --> allclear.toml:8:7
      |
    8 |   make a
      |  _______^
    9 | | make b
      | |_^
      |
      = help: add `shell = true` to the step, or quote the word, or write the command as a list of words
    ");
    insta::assert_snapshot!(steps("[[phase.verify]]\nrun = \"echo 'a\"\n"), @r#"
    error: this quote is not closed
     --> allclear.toml:7:13
      |
    7 | run = "echo 'a"
      |             ^^
    "#);
}

#[test]
fn a_command_has_a_first_word_and_a_shell_takes_text() {
    insta::assert_snapshot!(steps("[[phase.verify]]\nrun = \"\"\n[[phase.verify]]\nrun = []\n"), @r#"
    error: the command is empty
     --> allclear.toml:7:7
      |
    7 | run = ""
      |       ^^

    error: the command is empty
     --> allclear.toml:9:7
      |
    9 | run = []
      |       ^^
      |
      = help: its first word is a program
    "#);
    insta::assert_snapshot!(steps("[[phase.verify]]\nrun = [\"make\"]\nshell = true\n"), @r#"
    error: a list of words does not go to a shell
     --> allclear.toml:7:7
      |
    7 | run = ["make"]
      |       ^^^^^^^^
      |
      = help: write the command as one string, or leave out `shell = true`
    "#);
}

#[test]
fn a_length_of_time_has_a_unit() {
    insta::assert_snapshot!(steps("[[phase.verify]]\nsoak = \"24 hours\"\n"), @r#"
    error: `24 hours` is not a length of time: a number and one of `s`, `m`, `h`, `d` are expected, as in `15m` or `24h`
     --> allclear.toml:7:8
      |
    7 | soak = "24 hours"
      |        ^^^^^^^^^^
    "#);
}

#[test]
fn no_path_leads_out_of_the_repository() {
    let text =
        "[[phase.verify]]\nrun = \"make lint\"\nevidence = [\"reports/*\", \"../x\"]\ninputs = \"/etc/passwd\"\n";
    insta::assert_snapshot!(steps(text), @r#"
    error: `../x` leads out of the repository
     --> allclear.toml:8:26
      |
    8 | evidence = ["reports/*", "../x"]
      |                          ^^^^^^
      |
      = help: write a path inside the repository, as in `dist/*` or `docs/**/*.md`

    error: `/etc/passwd` is not a path inside the repository: a relative path is expected, without `..`, control characters, `\` or a leading `-`, at most 512 bytes
     --> allclear.toml:9:10
      |
    9 | inputs = "/etc/passwd"
      |          ^^^^^^^^^^^^^
    "#);
}

#[test]
fn two_steps_with_one_name_need_names_of_their_own() {
    insta::assert_snapshot!(steps("[[phase.verify]]\nrun = \"make lint\"\n\n[[phase.verify]]\nrun = \"make lint\"\n"), @r#"
    error: two steps are called `verify/lint`
     --> allclear.toml:9:1
      |
    9 | [[phase.verify]]
      | ^^^^^^^^^^^^^^^^ the second one
      |
      = help: give one of them a name of its own: `id = "…"`
    "#);
}

#[test]
fn a_step_without_telling_words_needs_a_name() {
    insta::assert_snapshot!(steps("[[phase.verify]]\nrun = \"{project} --check\"\n"), @r#"
    error: no name can be derived for this step
     --> allclear.toml:6:1
      |
    6 | [[phase.verify]]
      | ^^^^^^^^^^^^^^^^
      |
      = help: give it one: `id = "…"`
    "#);
}

#[test]
fn a_gate_asks_somebody() {
    insta::assert_snapshot!(steps("[[phase.verify]]\nsign-off = []\n"), @"
    error: `sign-off` is empty
     --> allclear.toml:7:12
      |
    7 | sign-off = []
      |            ^^
      |
      = help: name at least one
    ");
}
