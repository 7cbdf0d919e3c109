//! What holds for the runs of every cadence.

use allclear_core::calendar::{Freezes, Remark, Run, Schedule};
use allclear_core::process::Process;
use jiff::ToSpan;
use jiff::civil::{Date, Weekday, date};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::calendar::cadence;
use crate::support::word;

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const ZONES: [&str; 4] = ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia"];
const RULES: [&str; 5] = [
    "FREQ=YEARLY",
    "FREQ=MONTHLY;INTERVAL=2",
    "FREQ=WEEKLY;INTERVAL=3",
    "FREQ=YEARLY;COUNT=3",
    "FREQ=DAILY;INTERVAL=9",
];

fn days() -> impl Strategy<Value = Date> {
    (0..12_000_i32).prop_map(|days| date(2015, 1, 1).saturating_add(days.days()))
}

/// The weeks of a cadence: odd and even in both ways, or every few.
fn weeks() -> impl Strategy<Value = String> {
    let parity = |odd: bool| if odd { "odd" } else { "even" };
    prop_oneof![
        any::<bool>().prop_map(move |odd| format!("weeks = \"{}\"", parity(odd))),
        days().prop_map(move |day| {
            let odd = day.iso_week_date().week() % 2 == 1;
            format!("weeks = \"{}\", year-end = \"every-two-weeks\", anchor = \"{day}\"", parity(odd))
        }),
        (1..9_u32, days()).prop_map(|(weeks, day)| match weeks {
            1 => "weeks = \"every\"".to_owned(),
            _ => format!("weeks = \"every\", interval = {weeks}, anchor = \"{day}\""),
        }),
    ]
}

fn minors() -> impl Strategy<Value = String> {
    let on_freeze = prop::sample::select(&["next-week", "next-day", "skip"]);
    let parts = (weeks(), prop::sample::select(&WEEKDAYS), 0..24_u8, prop::sample::select(&ZONES), on_freeze);
    parts.prop_map(|(weeks, weekday, hour, zone, on_freeze)| {
        format!("{weeks}, weekday = \"{weekday}\", at = \"{hour:02}:30\", timezone = \"{zone}\", on-freeze = \"{on_freeze}\"")
    })
}

fn freezes() -> impl Strategy<Value = String> {
    let rule = prop::option::of(prop::sample::select(&RULES));
    let freeze = (days(), 1..40_u32, rule).prop_map(|(from, days, rule)| {
        let rule = rule.map_or(String::new(), |rule| format!("rule = \"{rule}\", "));
        format!("{{ from = \"{from}\", days = {days}, {rule}reason = \"rest\" }}")
    });
    vec(freeze, 0..4).prop_map(|freezes| freezes.join(", "))
}

fn read(process: &Process) -> Schedule {
    Schedule::read(&process.cadence, &word("minor")).unwrap().unwrap()
}

fn of(process: &Process, from: Date) -> Vec<Run> {
    read(process).runs(from).take(40).collect()
}

proptest! {
    #[test]
    fn runs_follow_each_other_and_none_is_in_a_freeze(minor in minors(), freeze in freezes(), from in days()) {
        let process = cadence(&minor, &freeze);
        let (runs, freezes) = (of(&process, from), Freezes::read(&process.cadence.freeze).unwrap());
        prop_assert!(runs.iter().all(|run| run.day() >= from));
        prop_assert!(runs.windows(2).all(|pair| pair[0].nominal < pair[1].nominal && pair[0].day() < pair[1].day()));
        for run in &runs {
            let weekday = run.nominal.date().weekday();
            match &run.actual {
                Some(actual) => {
                    prop_assert!(freezes.on(actual.date()).is_none(), "{run:?}");
                    prop_assert!(run.is_moved() || *actual == run.nominal);
                    let business = !matches!(actual.weekday(), Weekday::Saturday | Weekday::Sunday);
                    let own = actual.weekday() == weekday;
                    prop_assert!(own || (run.is_moved() && business && minor.contains("next-day")), "{run:?}");
                }
                None => prop_assert!(freezes.on(run.nominal.date()).is_some(), "{run:?}"),
            }
            let moved = run.remarks.iter().any(|remark| matches!(remark, Remark::Moved { .. }));
            prop_assert_eq!(moved, run.is_moved());
        }
    }

    #[test]
    fn a_later_start_shows_the_rest_of_the_same_runs(minor in minors(), freeze in freezes(), from in days(), later in 0..400_i32) {
        let process = cadence(&minor, &freeze);
        let (runs, later) = (of(&process, from), from.saturating_add(later.days()));
        let rest: Vec<Run> = runs.into_iter().skip_while(|run| run.day() < later).collect();
        let again: Vec<Run> = read(&process).runs(later).take(rest.len()).collect();
        prop_assert_eq!(rest, again);
    }

    #[test]
    fn two_weeks_are_14_days(anchor in days(), from in days()) {
        let parity = if anchor.iso_week_date().week() % 2 == 1 { "odd" } else { "even" };
        let minor = format!("weeks = \"{parity}\", year-end = \"every-two-weeks\", anchor = \"{anchor}\", weekday = \"tuesday\"");
        let runs: Vec<Date> = read(&cadence(&minor, "")).runs(from).take(400).map(|run| run.day()).collect();
        prop_assert!(runs.windows(2).all(|pair| pair[1].duration_since(pair[0]).as_hours() == 14 * 24));
        let week = anchor.saturating_sub(anchor.weekday().to_monday_zero_offset().days());
        let first = read(&cadence(&minor, "")).runs(week).next().unwrap();
        prop_assert_eq!(first.day().iso_week_date().week(), anchor.iso_week_date().week());
    }

    #[test]
    fn strict_weeks_are_what_they_are_called(odd in any::<bool>(), from in days()) {
        let minor = format!("weeks = \"{}\", weekday = \"sunday\"", if odd { "odd" } else { "even" });
        let runs: Vec<Date> = read(&cadence(&minor, "")).runs(from).take(200).map(|run| run.day()).collect();
        prop_assert!(runs.iter().all(|run| (run.iso_week_date().week() % 2 == 1) == odd));
        let gaps = runs.windows(2).map(|pair| pair[1].duration_since(pair[0]).as_hours() / 24);
        let at_the_year_end = if odd { 7 } else { 21 };
        prop_assert!(gaps.into_iter().all(|gap| gap == 14 || gap == at_the_year_end));
    }
}
