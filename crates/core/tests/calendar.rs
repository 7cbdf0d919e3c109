//! Runs of cadences in years with 53 weeks, around daylight saving and freezes, and the windows that they open.

use allclear_core::calendar::{Schedule, time, window};
use allclear_core::process::Process;
use insta::assert_snapshot;
use jiff::civil::Date;

use crate::support::{process, word};

/// A process with this cadence of minor releases and these freezes.
pub(crate) fn cadence(minor: &str, freeze: &str) -> Process {
    process(&format!(
        "cadence = {{ minor = {{ {minor} }}, freeze = [{freeze}] }}\n[project]\nname = \"demo\"\ntrunk = \"main\"\n\
         [kinds]\nminor = [\"verify\"]\nhotfix = [\"verify\"]\n[[phase.verify]]\nrun = \"make\"\n"
    ))
}

pub(crate) fn schedule(minor: &str, freeze: &str) -> Schedule {
    Schedule::read(&cadence(minor, freeze).cadence, &word("minor")).unwrap().unwrap()
}

fn day(text: &str) -> Date {
    time::day(text).unwrap()
}

/// Runs as a table: week, moment, and what there is to say.
fn table(schedule: &Schedule, from: &str, count: usize) -> String {
    let mut table = String::new();
    for run in schedule.runs(day(from)).take(count) {
        let at = run.actual.as_ref().map_or("-".to_owned(), |at| at.strftime("%a %Y-%m-%d %H:%M %:z").to_string());
        table += &format!("{} {at}\n", run.week());
        run.remarks.iter().for_each(|remark| table += &format!("    {remark}\n"));
        run.milestones.iter().for_each(|due| table += &format!("    {} {}\n", due.on.strftime("%a %F"), due.name));
    }
    table
}

const ODD: &str = "weeks = \"odd\", weekday = \"tuesday\", at = \"10:00\"";
const EVEN: &str = "weeks = \"even\", weekday = \"tuesday\", at = \"10:00\"";

#[test]
fn odd_weeks_are_odd_weeks_also_where_two_follow_each_other() {
    assert_snapshot!(table(&schedule(ODD, ""), "2020-12-15", 4), @"
    2020-W51 Tue 2020-12-15 10:00 +00:00
    2020-W53 Tue 2020-12-29 10:00 +00:00
        2020 has 53 weeks: week 53 and week 1 of 2021 are both odd and both runs, since `year-end` is `strict`
    2021-W01 Tue 2021-01-05 10:00 +00:00
        2020 has 53 weeks: week 53 and week 1 of 2021 are both odd and both runs, since `year-end` is `strict`
    2021-W03 Tue 2021-01-19 10:00 +00:00
    ");
    assert_snapshot!(table(&schedule(ODD, ""), "2026-12-14", 4), @"
    2026-W51 Tue 2026-12-15 10:00 +00:00
    2026-W53 Tue 2026-12-29 10:00 +00:00
        2026 has 53 weeks: week 53 and week 1 of 2027 are both odd and both runs, since `year-end` is `strict`
    2027-W01 Tue 2027-01-05 10:00 +00:00
        2026 has 53 weeks: week 53 and week 1 of 2027 are both odd and both runs, since `year-end` is `strict`
    2027-W03 Tue 2027-01-19 10:00 +00:00
    ");
    assert_snapshot!(table(&schedule(ODD, ""), "2032-12-14", 3), @"
    2032-W51 Tue 2032-12-14 10:00 +00:00
    2032-W53 Tue 2032-12-28 10:00 +00:00
        2032 has 53 weeks: week 53 and week 1 of 2033 are both odd and both runs, since `year-end` is `strict`
    2033-W01 Tue 2033-01-04 10:00 +00:00
        2032 has 53 weeks: week 53 and week 1 of 2033 are both odd and both runs, since `year-end` is `strict`
    ");
}

#[test]
fn even_weeks_are_three_weeks_apart_there() {
    assert_snapshot!(table(&schedule(EVEN, ""), "2026-12-08", 4), @"
    2026-W50 Tue 2026-12-08 10:00 +00:00
    2026-W52 Tue 2026-12-22 10:00 +00:00
        2026 has 53 weeks: week 53 and week 1 of 2027 are both odd and neither is a run, since `year-end` is `strict`
    2027-W02 Tue 2027-01-12 10:00 +00:00
        2026 has 53 weeks: week 53 and week 1 of 2027 are both odd and neither is a run, since `year-end` is `strict`
    2027-W04 Tue 2027-01-26 10:00 +00:00
    ");
}

#[test]
fn a_year_of_52_weeks_ends_without_a_word() {
    assert_snapshot!(table(&schedule(ODD, ""), "2027-12-20", 2), @"
    2027-W51 Tue 2027-12-21 10:00 +00:00
    2028-W01 Tue 2028-01-04 10:00 +00:00
    ");
    assert_snapshot!(table(&schedule(EVEN, ""), "2027-12-20", 2), @"
    2027-W52 Tue 2027-12-28 10:00 +00:00
    2028-W02 Tue 2028-01-11 10:00 +00:00
    ");
}

#[test]
fn every_two_weeks_chooses_one_of_the_two_odd_weeks() {
    let two = |anchor: &str| format!("{ODD}, year-end = \"every-two-weeks\", anchor = \"{anchor}\"");
    let from_2026 = schedule(&two("2026-01-13"), "");
    assert_snapshot!(table(&from_2026, "2020-12-15", 3), @"
    2020-W52 Tue 2020-12-22 10:00 +00:00
    2021-W01 Tue 2021-01-05 10:00 +00:00
        2020 has 53 weeks: week 1 of 2021 is the run and week 53 was not, since `year-end` is `every-two-weeks`; odd weeks follow
    2021-W03 Tue 2021-01-19 10:00 +00:00
    ");
    assert_snapshot!(table(&from_2026, "2026-12-14", 3), @"
    2026-W51 Tue 2026-12-15 10:00 +00:00
    2026-W53 Tue 2026-12-29 10:00 +00:00
        2026 has 53 weeks: week 53 is the run and week 1 of 2027 is not, since `year-end` is `every-two-weeks`; even weeks follow
    2027-W02 Tue 2027-01-12 10:00 +00:00
    ");
    assert_snapshot!(table(&from_2026, "2032-12-14", 3), @"
    2032-W52 Tue 2032-12-21 10:00 +00:00
    2033-W01 Tue 2033-01-04 10:00 +00:00
        2032 has 53 weeks: week 1 of 2033 is the run and week 53 was not, since `year-end` is `every-two-weeks`; odd weeks follow
    2033-W03 Tue 2033-01-18 10:00 +00:00
    ");
}

#[test]
fn every_third_week_is_counted_from_its_anchor() {
    let third = schedule("weeks = \"every\", interval = 3, anchor = \"2026-12-03\", weekday = \"friday\"", "");
    assert_snapshot!(table(&third, "2026-10-20", 4), @"
    2026-W43 Fri 2026-10-23 00:00 +00:00
    2026-W46 Fri 2026-11-13 00:00 +00:00
    2026-W49 Fri 2026-12-04 00:00 +00:00
    2026-W52 Fri 2026-12-25 00:00 +00:00
    ");
}

#[test]
fn clocks_that_go_forward_leave_a_time_out_and_clocks_that_go_back_show_it_twice() {
    let at = |zone: &str| format!("weeks = \"every\", weekday = \"sunday\", at = \"02:30\", timezone = \"{zone}\"");
    let berlin = schedule(&at("Europe/Berlin"), "");
    assert_snapshot!(table(&berlin, "2026-03-22", 3), @"
    2026-W12 Sun 2026-03-22 02:30 +01:00
    2026-W13 Sun 2026-03-29 03:30 +02:00
        clocks go forward and leave out 02:30: it is 03:30
    2026-W14 Sun 2026-04-05 02:30 +02:00
    ");
    assert_snapshot!(table(&berlin, "2026-10-25", 2), @"
    2026-W43 Sun 2026-10-25 02:30 +02:00
        clocks go back and show 02:30 twice: it is the first, at UTC+02
    2026-W44 Sun 2026-11-01 02:30 +01:00
    ");
    let in_november = at("America/New_York").replace("02:30", "01:30");
    assert_snapshot!(table(&schedule(&at("America/New_York"), ""), "2026-03-08", 2), @"
    2026-W10 Sun 2026-03-08 03:30 -04:00
        clocks go forward and leave out 02:30: it is 03:30
    2026-W11 Sun 2026-03-15 02:30 -04:00
    ");
    assert_snapshot!(table(&schedule(&in_november, ""), "2026-11-01", 2), @"
    2026-W44 Sun 2026-11-01 01:30 -04:00
        clocks go back and show 01:30 twice: it is the first, at UTC-04
    2026-W45 Sun 2026-11-08 01:30 -05:00
    ");
}

#[test]
fn a_time_of_day_stays_what_it_is_when_clocks_change() {
    let berlin = schedule(&format!("{ODD}, timezone = \"Europe/Berlin\""), "");
    let utc: Vec<_> = berlin.runs(day("2026-03-20")).take(2).map(|run| run.nominal.timestamp().to_string()).collect();
    assert_eq!(utc, ["2026-03-24T09:00:00Z", "2026-04-07T08:00:00Z"]);
}

const YEAR_END: &str = "{ from = \"2026-12-18\", until = \"2027-01-04\", reason = \"year end\" }";

#[test]
fn a_run_in_a_freeze_moves_to_the_next_free_week() {
    let early = "{ from = \"2026-12-14\", until = \"2026-12-16\", reason = \"audit\" }";
    assert_snapshot!(table(&schedule(ODD, &format!("{early}, {YEAR_END}")), "2026-12-01", 4), @"
    2026-W49 Tue 2026-12-01 10:00 +00:00
    2026-W51 -
        skipped: frozen from 2026-12-14 to 2026-12-16: audit; no day is left for it before the next one's turn, Tuesday 2026-12-29
    2026-W53 -
        2026 has 53 weeks: week 53 and week 1 of 2027 are both odd and both runs, since `year-end` is `strict`
        skipped: frozen from 2026-12-18 to 2027-01-04: year end; no day is left for it before the next one's turn, Tuesday 2027-01-05
    2027-W01 Tue 2027-01-05 10:00 +00:00
        2026 has 53 weeks: week 53 and week 1 of 2027 are both odd and both runs, since `year-end` is `strict`
    ");
}

#[test]
fn or_to_the_next_free_business_day_or_not_at_all() {
    let audit = "{ from = \"2026-12-14\", until = \"2026-12-18\", reason = \"audit\" }";
    let with = |on_freeze: &str| schedule(&format!("{ODD}, on-freeze = \"{on_freeze}\""), audit);
    assert_snapshot!(table(&with("next-day"), "2026-12-15", 1), @"
    2026-W52 Mon 2026-12-21 10:00 +00:00
        moved from Tuesday 2026-12-15: frozen from 2026-12-14 to 2026-12-18: audit
    ");
    assert_snapshot!(table(&with("skip"), "2026-12-15", 2), @"
    2026-W51 -
        skipped: frozen from 2026-12-14 to 2026-12-18: audit
    2026-W53 Tue 2026-12-29 10:00 +00:00
        2026 has 53 weeks: week 53 and week 1 of 2027 are both odd and both runs, since `year-end` is `strict`
    ");
}

#[test]
fn a_run_that_was_moved_past_the_day_that_is_asked_about_is_not_forgotten() {
    let audit = "{ from = \"2026-12-14\", until = \"2026-12-18\", reason = \"audit\" }";
    assert_snapshot!(table(&schedule(ODD, audit), "2026-12-20", 1), @"
    2026-W52 Tue 2026-12-22 10:00 +00:00
        moved from Tuesday 2026-12-15: frozen from 2026-12-14 to 2026-12-18: audit
    ");
}

#[test]
fn freezes_recur() {
    let quarter =
        "{ from = \"2026-03-27\", days = 5, rule = \"FREQ=MONTHLY;INTERVAL=3;BYDAY=-1FR\", reason = \"books\" }";
    let every = "weeks = \"every\", interval = 2, anchor = \"2026-03-24\", weekday = \"tuesday\"";
    assert_snapshot!(table(&schedule(every, quarter), "2026-06-20", 3), @"
    2026-W28 Tue 2026-07-07 00:00 +00:00
        moved from Tuesday 2026-06-30: frozen from 2026-06-26 to 2026-06-30: books
    2026-W29 Tue 2026-07-14 00:00 +00:00
    2026-W31 Tue 2026-07-28 00:00 +00:00
    ");
    let holidays = "{ from = \"2020-12-18\", until = \"2021-01-04\", rule = \"FREQ=YEARLY\", reason = \"year end\" }";
    assert_snapshot!(table(&schedule(ODD, holidays), "2029-12-15", 3), @"
    2029-W51 -
        skipped: frozen from 2029-12-18 to 2030-01-04: year end; no day is left for it before the next one's turn, Tuesday 2030-01-01
    2030-W02 Tue 2030-01-08 10:00 +00:00
        moved from Tuesday 2030-01-01: frozen from 2029-12-18 to 2030-01-04: year end
    2030-W03 Tue 2030-01-15 10:00 +00:00
    ");
}

#[test]
fn one_run_is_skipped_for_a_reason_and_milestones_are_counted_from_the_others() {
    let more = "skip = [{ on = \"2026-12-15\", reason = \"everybody is at the fair\" }], milestones = [\
                { name = \"feature freeze\", before = \"5 business days\" }, { name = \"retrospective\", after = \"1 week\" }]";
    assert_snapshot!(table(&schedule(&format!("{ODD}, {more}"), ""), "2026-12-01", 2), @"
    2026-W49 Tue 2026-12-01 10:00 +00:00
        Tue 2026-11-24 feature freeze
        Tue 2026-12-08 retrospective
    2026-W51 -
        skipped: everybody is at the fair
    ");
}

#[test]
fn the_window_is_the_day_of_the_run_from_its_time_on() {
    let berlin = cadence(&format!("{ODD}, timezone = \"Europe/Berlin\""), YEAR_END);
    let mut said = String::new();
    for now in [
        "2026-11-30T23:30:00Z",
        "2026-12-01T08:59:59Z",
        "2026-12-01T09:00:00Z",
        "2026-12-01T22:59:59Z",
        "2026-12-01T23:00:00Z",
        "2026-12-20T12:00:00Z",
    ] {
        let window = window::window(&berlin.cadence, &word("minor"), now.parse().unwrap()).unwrap();
        said += &format!("{now} {window}\n");
    }
    assert_snapshot!(said, @"
    2026-11-30T23:30:00Z the next window is Tuesday 2026-12-01, from 10:00 Europe/Berlin to the end of that day
    2026-12-01T08:59:59Z the next window is Tuesday 2026-12-01, from 10:00 Europe/Berlin to the end of that day
    2026-12-01T09:00:00Z due today
    2026-12-01T22:59:59Z due today
    2026-12-01T23:00:00Z the next window is Tuesday 2026-12-15, from 10:00 Europe/Berlin to the end of that day
    2026-12-20T12:00:00Z frozen from 2026-12-18 to 2027-01-04: year end; the next window is Tuesday 2027-01-05, from 10:00 Europe/Berlin to the end of that day
    ");
}

#[test]
fn a_kind_without_a_cadence_is_opened_whenever_needed_and_a_freeze_is_told() {
    let berlin = cadence(&format!("{ODD}, timezone = \"Europe/Berlin\""), YEAR_END);
    let hotfix =
        |now: &str| window::window(&berlin.cadence, &word("hotfix"), now.parse().unwrap()).unwrap().to_string();
    assert_eq!(hotfix("2026-12-01T10:00:00Z"), "opened whenever needed");
    assert_eq!(hotfix("2026-12-17T23:30:00Z"), "frozen from 2026-12-18 to 2027-01-04: year end");
}

#[test]
fn a_freeze_without_an_end_leaves_no_window() {
    let for_ever = "{ from = \"2026-01-01\", days = 1, rule = \"FREQ=DAILY\", reason = \"sold\" }";
    let cadence = cadence(ODD, for_ever).cadence;
    let window = window::window(&cadence, &word("minor"), "2026-12-01T10:00:00Z".parse().unwrap()).unwrap();
    assert_eq!(window.to_string(), "frozen on 2026-12-01: sold; no window opens in the next ten years");
}

#[test]
fn a_process_that_was_frozen_before_keeps_its_bytes() {
    let process = cadence(&format!("{ODD}, timezone = \"UTC\""), YEAR_END);
    let frozen = serde_json::to_string(&process.cadence).unwrap();
    assert_snapshot!(frozen, @r#"{"minor":{"weeks":"odd","weekday":"tuesday","at":"10:00","timezone":"UTC"},"major":null,"freeze":[{"from":"2026-12-18","until":"2027-01-04","reason":"year end"}]}"#);
}
