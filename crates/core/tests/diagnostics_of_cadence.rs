//! What the reader says about a cadence that cannot be, as people read it.

use insta::assert_snapshot;

use crate::support::problems;

/// Everything that is said about these lines of `[cadence]`.
fn said(lines: &str) -> String {
    problems(&format!(
        "[cadence]\n{lines}\n[project]\nname = \"demo\"\ntrunk = \"main\"\n[kinds]\nminor = [\"verify\"]\n\
         [[phase.verify]]\nrun = \"make\"\n"
    ))
}

fn minor(more: &str) -> String {
    said(&format!("minor = {{ weeks = \"odd\", weekday = \"tuesday\", {more} }}"))
}

#[test]
fn days_times_and_zones_are_read_at_once() {
    assert_snapshot!(minor("at = \"10 o'clock\", timezone = \"Europe/Berlim\""), @r#"
    error: `10 o\'clock` is not a time of day: hours and minutes are expected, as in `09:30`
     --> allclear.toml:2:52
      |
    2 | minor = { weeks = "odd", weekday = "tuesday", at = "10 o'clock", timezone = "Europe/Berlim" }
      |                                                    ^^^^^^^^^^^^

    error: there is no time zone `Europe/Berlim`
     --> allclear.toml:2:77
      |
    2 | minor = { weeks = "odd", weekday = "tuesday", at = "10 o'clock", timezone = "Europe/Berlim" }
      |                                                                             ^^^^^^^^^^^^^^^
      |
      = help: did you mean `Europe/Berlin`?
    "#);
    assert_snapshot!(minor("timezone = \"CEST\""), @r#"
    error: there is no time zone `CEST`
     --> allclear.toml:2:58
      |
    2 | minor = { weeks = "odd", weekday = "tuesday", timezone = "CEST" }
      |                                                          ^^^^^^
      |
      = help: did you mean `CET`?
    "#);
    assert_snapshot!(said("freeze = { from = \"2026-12-18\", until = 20270104, reason = \"year end\" }"), @r#"
    error: `until` takes a day such as `2026-12-18` in quotes, and this is a number
     --> allclear.toml:2:41
      |
    2 | freeze = { from = "2026-12-18", until = 20270104, reason = "year end" }
      |                                         ^^^^^^^^
    "#);
    assert_snapshot!(said("freeze = { from = \"2026-11-31\", days = 3, reason = \"year end\" }"), @r#"
    error: `2026-11-31` is not a day: a year from 1970 to 2999, a month and a day are expected, as in `2026-12-18`
     --> allclear.toml:2:19
      |
    2 | freeze = { from = "2026-11-31", days = 3, reason = "year end" }
      |                   ^^^^^^^^^^^^
    "#);
}

#[test]
fn weeks_that_are_counted_need_an_anchor_of_their_own_kind() {
    assert_snapshot!(minor("year-end = \"every-two-weeks\""), @r#"
    error: these weeks are counted, and nothing says from where
     --> allclear.toml:2:58
      |
    2 | minor = { weeks = "odd", weekday = "tuesday", year-end = "every-two-weeks" }
      |                                                          ^^^^^^^^^^^^^^^^^
      |
      = help: name a day of a release week: `anchor = "YYYY-MM-DD"`
    "#);
    assert_snapshot!(minor("year-end = \"every-two-weeks\", anchor = \"2026-01-06\""), @r#"
    error: 2026-01-06 is in week 2 of 2026, which is even
     --> allclear.toml:2:86
      |
    2 | minor = { weeks = "odd", weekday = "tuesday", year-end = "every-two-weeks", anchor = "2026-01-06" }
      |                                                                                      ^^^^^^^^^^^^
      |
      = help: name a day of an odd week
    "#);
    assert_snapshot!(minor("anchor = \"2026-01-13\""), @r#"
    error: no weeks are counted from this anchor
     --> allclear.toml:2:56
      |
    2 | minor = { weeks = "odd", weekday = "tuesday", anchor = "2026-01-13" }
      |                                                        ^^^^^^^^^^^^
      |
      = help: leave it out, or add `interval` or `year-end = "every-two-weeks"`
    "#);
    assert_snapshot!(minor("interval = 2"), @r#"
    error: `weeks = "odd"` and `interval` do not go together
     --> allclear.toml:2:58
      |
    2 | minor = { weeks = "odd", weekday = "tuesday", interval = 2 }
      |                                                          ^
      |
      = help: for every 2 weeks write `weeks = "every"`
    "#);
    assert_snapshot!(said("minor = { weeks = \"every\", interval = 3, weekday = \"monday\" }"), @r#"
    error: these weeks are counted, and nothing says from where
     --> allclear.toml:2:39
      |
    2 | minor = { weeks = "every", interval = 3, weekday = "monday" }
      |                                       ^
      |
      = help: name a day of a release week: `anchor = "YYYY-MM-DD"`
    "#);
    assert_snapshot!(said("minor = { weeks = \"every\", interval = 0, weekday = \"monday\" }"), @r#"
    error: an interval is at least one week
     --> allclear.toml:2:39
      |
    2 | minor = { weeks = "every", interval = 0, weekday = "monday" }
      |                                       ^
    "#);
    assert_snapshot!(said("minor = { weeks = \"every\", year-end = \"strict\", weekday = \"monday\" }"), @r#"
    error: `year-end` is about odd and even weeks, and these are neither
     --> allclear.toml:2:39
      |
    2 | minor = { weeks = "every", year-end = "strict", weekday = "monday" }
      |                                       ^^^^^^^^
      |
      = help: leave it out
    "#);
}

#[test]
fn a_skipped_run_must_be_one() {
    assert_snapshot!(minor("skip = [{ on = \"2026-12-22\", reason = \"fair\" }]"), @r#"
    error: no minor release is due on Tuesday 2026-12-22
     --> allclear.toml:2:62
      |
    2 | minor = { weeks = "odd", weekday = "tuesday", skip = [{ on = "2026-12-22", reason = "fair" }] }
      |                                                              ^^^^^^^^^^^^
      |
      = help: the next one after it is on 2026-12-29; a run that a freeze moves is named by its own day
    "#);
}

#[test]
fn a_milestone_is_on_one_side_and_has_its_own_name() {
    assert_snapshot!(minor("milestones = [{ name = \"freeze\", before = \"five days\" }]"), @r#"
    error: `five days` is not a distance in days: 1 to 366 `days`, `business days` or `weeks` are expected, as in `5 business days`
     --> allclear.toml:2:89
      |
    2 | minor = { weeks = "odd", weekday = "tuesday", milestones = [{ name = "freeze", before = "five days" }] }
      |                                                                                         ^^^^^^^^^^^
    "#);
    assert_snapshot!(minor("milestones = [{ name = \"freeze\" }, { name = \"a\", before = \"1 day\", after = \"1 day\" }]"), @r#"
    error: nothing says when `freeze` is
     --> allclear.toml:2:70
      |
    2 | minor = { weeks = "odd", weekday = "tuesday", milestones = [{ name = "freeze" }, { name = "a", before = "1 day", after = "1 day" }] }
      |                                                                      ^^^^^^^^
      |
      = help: add `before` or `after`, such as `before = "5 business days"`

    error: a milestone is before the run or after it, not both
     --> allclear.toml:2:122
      |
    2 | minor = { weeks = "odd", weekday = "tuesday", milestones = [{ name = "freeze" }, { name = "a", before = "1 day", after = "1 day" }] }
      |                                                                                                                          ^^^^^^^
    "#);
    assert_snapshot!(minor("milestones = [{ name = \"a\", before = \"1 day\" }, { name = \"a\", after = \"1 day\" }]"), @r#"
    error: two milestones are called `a`
     --> allclear.toml:2:104
      |
    2 | minor = { weeks = "odd", weekday = "tuesday", milestones = [{ name = "a", before = "1 day" }, { name = "a", after = "1 day" }] }
      |                                                                                                        ^^^
    "#);
}

#[test]
fn a_kind_that_there_is_not_has_no_cadence() {
    assert_snapshot!(said("major = { weeks = \"every\", weekday = \"monday\" }"), @r#"
    error: there is no kind of release `major` to have a cadence
     --> allclear.toml:2:9
      |
    2 | major = { weeks = "every", weekday = "monday" }
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: did you mean `minor`?
    "#);
}

#[test]
fn a_freeze_begins_ends_and_recurs() {
    assert_snapshot!(said("freeze = { from = \"2026-12-18\", reason = \"year end\" }"), @r#"
    error: nothing says how long the freeze is
     --> allclear.toml:2:19
      |
    2 | freeze = { from = "2026-12-18", reason = "year end" }
      |                   ^^^^^^^^^^^^ freeze 1
      |
      = help: add the last day, `until = "2027-01-04"`, or `days = 1`
    "#);
    assert_snapshot!(said("freeze = { from = \"2026-12-18\", until = \"2026-12-17\", reason = \"year end\" }"), @r#"
    error: the freeze ends before it begins
     --> allclear.toml:2:41
      |
    2 | freeze = { from = "2026-12-18", until = "2026-12-17", reason = "year end" }
      |                                         ^^^^^^^^^^^^ freeze 1
    "#);
    assert_snapshot!(said("freeze = { from = \"2026-12-18\", until = \"2026-12-19\", days = 2, reason = \"year end\" }"), @r#"
    error: a freeze has `until` or `days`, not both
     --> allclear.toml:2:62
      |
    2 | freeze = { from = "2026-12-18", until = "2026-12-19", days = 2, reason = "year end" }
      |                                                              ^ freeze 1
    "#);
    assert_snapshot!(said("freeze = { from = \"2026-12-18\", days = 1, rule = \"FREQ=MONTHLY;BYDAY=-1FR\", reason = \"books\" }"), @r#"
    error: the rule does not begin on 2026-12-18: its first day after that is 2026-12-25
     --> allclear.toml:2:19
      |
    2 | freeze = { from = "2026-12-18", days = 1, rule = "FREQ=MONTHLY;BYDAY=-1FR", reason = "books" }
      |                   ^^^^^^^^^^^^ freeze 1
      |
      = help: `from` is the first day of the first freeze
    "#);
    assert_snapshot!(said("freeze = { from = \"2026-12-18\", days = 1, rule = \"FREQ=YEARLY;BYSETPOS=1\", reason = \"books\" }"), @r#"
    error: `BYSETPOS=1` is not understood: a rule is made of `FREQ`, `INTERVAL`, `COUNT`, `UNTIL`, `BYMONTH`, `BYMONTHDAY`, `BYDAY`, `WKST`
     --> allclear.toml:2:63
      |
    2 | freeze = { from = "2026-12-18", days = 1, rule = "FREQ=YEARLY;BYSETPOS=1", reason = "books" }
      |                                                               ^^^^^^^^^^
    "#);
    assert_snapshot!(said("freeze = { from = \"2024-12-18\", until = \"2026-01-01\", rule = \"FREQ=YEARLY\", reason = \"books\" }"), @r#"
    error: a freeze that recurs has at most 366 days, and this has 380
     --> allclear.toml:2:41
      |
    2 | freeze = { from = "2024-12-18", until = "2026-01-01", rule = "FREQ=YEARLY", reason = "books" }
      |                                         ^^^^^^^^^^^^ freeze 1
    "#);
}
