//! When releases are due, and opening one when none is.

use std::fs;

use allclear_testbed::Ran;
use insta::assert_snapshot;
use serde_json::Value;

use super::sample::{HEAD, PHASES, Sample};
use super::transcript::{Story, allclear, says};

const CADENCE: &str = r#"
[cadence]
freeze = [
    { from = "2026-12-18", until = "2027-01-04", rule = "FREQ=YEARLY", reason = "year end" },
    { from = "2026-11-16", days = 3, reason = "stocktaking" },
]
[cadence.minor]
weeks = "odd"
weekday = "tuesday"
at = "10:00"
timezone = "Europe/Berlin"
skip = [{ on = "2026-12-15", reason = "everybody is at the fair" }]
milestones = [{ name = "feature freeze", before = "5 business days" }]
[cadence.patch]
weeks = "every"
interval = 4
anchor = "2026-11-18"
weekday = "wednesday"
on-freeze = "next-day"
"#;

/// The project with this cadence.
fn sample(cadence: &str) -> Sample {
    Sample::with(&format!("{HEAD}{PHASES}{cadence}"))
}

/// What a command of the calendar writes, dates and all: it is asked about a day of its own.
fn shown(ran: &Ran) -> String {
    assert_eq!((ran.status.code(), ran.stderr.as_str()), (Some(0), ""), "{ran}");
    ran.stdout.clone()
}

#[test]
fn the_next_runs_are_shown_with_the_reason_of_every_shift() {
    let ana = sample(CADENCE).ana();
    assert_snapshot!(shown(&allclear(&ana, "calendar --from 2026-11-16 --count 5")), @"
    ~ patch   2026-W47  Thu 2026-11-19  00:00 UTC  in 3 days
                moved from Wednesday 2026-11-18: frozen from 2026-11-16 to 2026-11-18: stocktaking
    ~ minor   2026-W48  Tue 2026-11-24  10:00 Europe/Berlin  in 8 days
                moved from Tuesday 2026-11-17: frozen from 2026-11-16 to 2026-11-18: stocktaking
                          Tue 2026-11-17  feature freeze
      minor   2026-W49  Tue 2026-12-01  10:00 Europe/Berlin  in 15 days
                          Tue 2026-11-24  feature freeze
    ✗ minor   2026-W51  Tue 2026-12-15  10:00 Europe/Berlin  skipped
                skipped: everybody is at the fair
      patch   2026-W51  Wed 2026-12-16  00:00 UTC  in 30 days
    ✗ minor   2026-W53  Tue 2026-12-29  10:00 Europe/Berlin  skipped
                2026 has 53 weeks: week 53 and week 1 of 2027 are both odd and both runs, since `year-end` is `strict`
                skipped: frozen from 2026-12-18 to 2027-01-04: year end; no day is left for it before the next one's turn, Tuesday 2027-01-05
      minor   2027-W01  Tue 2027-01-05  10:00 Europe/Berlin  in 50 days
                2026 has 53 weeks: week 53 and week 1 of 2027 are both odd and both runs, since `year-end` is `strict`
                          Tue 2026-12-29  feature freeze
    ");
    assert_snapshot!(shown(&allclear(&ana, "calendar --kind patch --from 2026-11-16 --count 1")), @"
    ~ patch   2026-W47  Thu 2026-11-19  00:00 UTC  in 3 days
                moved from Wednesday 2026-11-18: frozen from 2026-11-16 to 2026-11-18: stocktaking
    ");
}

#[test]
fn programs_read_it_as_json() {
    let ana = sample(CADENCE).ana();
    let ran = allclear(&ana, "calendar --kind minor --from 2026-12-01 --count 2 --json");
    let value: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_snapshot!(serde_json::to_string_pretty(&value).unwrap(), @r#"
    {
      "runs": [
        {
          "actual": "2026-12-01T10:00:00+01:00[Europe/Berlin]",
          "kind": "minor",
          "milestones": [
            {
              "name": "feature freeze",
              "on": "2026-11-24"
            }
          ],
          "nominal": "2026-12-01T10:00:00+01:00[Europe/Berlin]",
          "remarks": [],
          "state": "due",
          "week": "2026-W49"
        },
        {
          "actual": null,
          "kind": "minor",
          "milestones": [],
          "nominal": "2026-12-15T10:00:00+01:00[Europe/Berlin]",
          "remarks": [
            "skipped: everybody is at the fair"
          ],
          "state": "skipped",
          "week": "2026-W51"
        },
        {
          "actual": null,
          "kind": "minor",
          "milestones": [],
          "nominal": "2026-12-29T10:00:00+01:00[Europe/Berlin]",
          "remarks": [
            "2026 has 53 weeks: week 53 and week 1 of 2027 are both odd and both runs, since `year-end` is `strict`",
            "skipped: frozen from 2026-12-18 to 2027-01-04: year end; no day is left for it before the next one's turn, Tuesday 2027-01-05"
          ],
          "state": "skipped",
          "week": "2026-W53"
        },
        {
          "actual": "2027-01-05T10:00:00+01:00[Europe/Berlin]",
          "kind": "minor",
          "milestones": [
            {
              "name": "feature freeze",
              "on": "2026-12-29"
            }
          ],
          "nominal": "2027-01-05T10:00:00+01:00[Europe/Berlin]",
          "remarks": [
            "2026 has 53 weeks: week 53 and week 1 of 2027 are both odd and both runs, since `year-end` is `strict`"
          ],
          "state": "due",
          "week": "2027-W01"
        }
      ]
    }
    "#);
}

#[test]
fn calendars_of_people_read_it_as_a_file() {
    let ana = sample(CADENCE).ana();
    let file = shown(&allclear(&ana, "calendar --kind minor --from 2026-12-01 --count 1 --ics"));
    assert_eq!(file.matches('\n').count(), file.matches("\r\n").count());
    assert_snapshot!(file.replace('\r', ""), @"
    BEGIN:VCALENDAR
    VERSION:2.0
    PRODID:-//Allclear//calendar//EN
    BEGIN:VEVENT
    UID:6ab5de57fac559b70c05e6924fdacbc9@allclear
    DTSTAMP:20261201T000000Z
    SUMMARY:kiosk minor release
    DTSTART:20261201T090000Z
    STATUS:CONFIRMED
    TRANSP:TRANSPARENT
    END:VEVENT
    BEGIN:VEVENT
    UID:f04f92b55089d7580b68758c97ccb5c0@allclear
    DTSTAMP:20261201T000000Z
    SUMMARY:kiosk minor release of 2026-12-01: feature freeze
    DTSTART;VALUE=DATE:20261124
    DTEND;VALUE=DATE:20261125
    TRANSP:TRANSPARENT
    END:VEVENT
    END:VCALENDAR
    ");
}

#[test]
fn without_a_cadence_releases_are_opened_whenever_needed() {
    let (ana, planned) = (sample("").ana(), sample(CADENCE).ana());
    assert_snapshot!(says(&ana, "calendar"), @"
    | the process has no `[cadence]`: releases are opened whenever needed
    [0]
    ");
    assert_snapshot!(says(&planned, "calendar --kind hotfix"), @"
    | hotfix releases have no cadence: they are opened whenever needed
    [0]
    ");
    assert_snapshot!(says(&planned, "calendar --kind major"), @"
    | error: the process has no kind of release `major`: it has `hotfix`, `minor`, `patch`
    [64]
    ");
    assert_snapshot!(says(&planned, "calendar --from 2026-2-1"), @"
    | error: invalid value '2026-2-1' for '--from <DATE>': `2026-2-1` is not a day: a year from 1970 to 2999, a month and a day are expected, as in `[date]`
    |
    | For more information, try '--help'.
    [64]
    ");
}

#[test]
fn outside_of_its_window_a_release_needs_a_reason_that_stays() {
    let sample = sample(
        "\n[cadence]\nminor = { weeks = \"odd\", weekday = \"tuesday\" }\n\
         freeze = { from = \"2026-01-01\", until = \"2999-12-31\", reason = \"the shop is closed\" }\n",
    );
    let ana = sample.ana();
    let before = sample.recorded(&ana);
    let mut story = Story::default();
    story.tell(&ana, "start minor");
    assert_eq!(sample.recorded(&ana), before);
    story.tell(&ana, "start minor --reason 'one last coffee'").tell(&ana, "status").tell(&ana, "audit");
    assert_snapshot!(story.told(), @r#"

    ana$ allclear start minor
    | error: no minor release is due now: frozen from [date] to [date]: the shop is closed; no window opens in the next ten years
    | hint: `allclear start KIND --reason "…"` opens it all the same, and the reason goes into the ledger
    | hint: `allclear calendar` shows what is due when, and why
    [5]

    ana$ allclear start minor --reason 'one last coffee'
    kiosk 1.3.0 is open: a minor release
    | hint: `allclear go` does everything that can be done now
    [0]

    ana$ allclear status
    kiosk 1.3.0 minor · no candidate yet · opened just now by ana-example
      ~ opened outside its window: one last coffee

      ▸ prepare      0/3
          · branch                   branch release/v1.3.0 · ready
            audit                    Audit the open issues of 1.3.0
            changelog                changelog
        verify       0/2
        review       0/1
        package      0/5
        deploy       0/3
        close        0/2

    next  allclear go   goes on with prepare/branch
    [0]

    ana$ allclear audit
    ~ 1.3.0: opened outside its window by ana-example: one last coffee
    verified: 1 events, 1 release
    [0]
    "#);
    assert_snapshot!(sample.ledger(), @"1.3.0: minor release opened outside its window: one last coffee");
}

#[test]
fn a_hotfix_is_opened_in_a_freeze_which_is_said() {
    let sample =
        sample("\n[cadence]\nfreeze = { from = \"2026-01-01\", until = \"2999-12-31\", reason = \"closed\" }\n");
    assert_snapshot!(says(&sample.ana(), "start hotfix"), @"
    kiosk 1.2.1 is open: a hotfix release
    |   · frozen from [date] to [date]: closed; a hotfix release is opened whenever needed
    | hint: `allclear go` does everything that can be done now
    [0]
    ");
}

#[test]
fn the_checkout_is_asked_not_the_trunk() {
    let ana = sample("").ana();
    fs::write(ana.path().join("allclear.toml"), format!("{HEAD}{PHASES}{CADENCE}")).unwrap();
    assert!(shown(&allclear(&ana, "calendar --from 2026-11-16")).contains("2026-W47"));
}
