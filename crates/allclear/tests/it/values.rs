//! What a person answers, used by later commands.

use insta::assert_snapshot;

use super::sample::{Sample, short};
use super::transcript::{Story, ends};

#[test]
fn an_answer_reaches_later_commands_as_argument_and_variable_and_no_shell() {
    let sample = Sample::with(&short(
        r#"[[step]]
id = "headline"
manual = "Choose the headline of {version}"
value = "headline"
[[step]]
run = "sh say.sh {headline} 'v{version}'"
"#,
    ));
    sample.push_to("main", "say.sh", "printf '%s\\n' $# \"$1\" \"$2\" \"$ALLCLEAR_VALUE_HEADLINE\"\n", "feat: say it");
    let ana = sample.ana();
    let mut story = Story::default();
    ends(&ana, "start minor", 0);

    story.tell(&ana, "go").tell(&ana, "done headline");
    story.tell(&ana, "done headline --value '$(touch pwned) `id` & \"more\"'").tell(&ana, "go");
    assert_snapshot!(story.told(), @r#"

    ana$ allclear go

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example

      ▸ work         1/3
          ✓ branch                   release/v1.3.0 at [id] (just now)
          ? headline                 Choose the headline of 1.3.0
            say                      sh say.sh {headline} v{version}

    next  allclear done work/headline --value …     anybody: Choose the headline of 1.3.0
    |   ✓ work/branch                        release/v1.3.0 at [id]
    [4]

    ana$ allclear done headline
    | error: `work/headline` asks for an answer: `--value …` gives `headline` its value
    [64]

    ana$ allclear done headline --value '$(touch pwned) `id` & "more"'
    work/headline: done
    [0]

    ana$ allclear go

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example · finished just now

      ✓ work         3/3

    next  nothing: this release is over
    |   ✓ work/say                           `sh say.sh {headline} v{version}`: exit status 0
    [0]
    "#);
    let logs = sample.origin.git(&["ls-tree", "-r", "--name-only", "allclear/ledger"]);
    let log = logs.lines().find(|file| file.ends_with("log.txt")).unwrap();
    let log = sample.origin.git(&["show", &format!("allclear/ledger:{log}")]);
    let without_times: Vec<&str> = log.lines().filter_map(|line| Some(line.trim_start().split_once(' ')?.1)).collect();
    assert_snapshot!(without_times.join("\n"), @r#"
    2
    $(touch pwned) `id` & "more"
    v1.3.0
    $(touch pwned) `id` & "more"
    "#);
}

#[test]
fn a_soak_waits_for_its_time() {
    let sample = Sample::with(&short("[[step]]\nsoak = \"24h\""));
    let ana = sample.ana();
    let mut story = Story::default();
    ends(&ana, "start minor", 0);

    story.tell(&ana, "go").tell(&ana, "go");
    assert_snapshot!(story.told(), @"

    ana$ allclear go

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example

      ▸ work         1/2
          ✓ branch                   release/v1.3.0 at [id] (just now)
          ▸ soak                     soak 24 h · ana-example since just now

    next  allclear go   after [time] UTC: work/soak
    |   ✓ work/branch                        release/v1.3.0 at [id]
    [5]

    ana$ allclear go

    kiosk 1.3.0 minor · candidate [id] on release/v1.3.0 · opened just now by ana-example

      ▸ work         1/2
          ✓ branch                   release/v1.3.0 at [id] (just now)
          ▸ soak                     soak 24 h · ana-example since just now

    next  allclear go   after [time] UTC: work/soak
    [5]
    ");
}
