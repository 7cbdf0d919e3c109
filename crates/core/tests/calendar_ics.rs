//! The calendar file, byte by byte.

use allclear_core::calendar::{Freezes, Run, ics, time};
use proptest::prelude::*;

use crate::calendar::{cadence, schedule};

const MINOR: &str = "weeks = \"odd\", weekday = \"tuesday\", at = \"10:00\", timezone = \"Europe/Berlin\", \
                     skip = [{ on = \"2026-12-15\", reason = \"fair; hall 3,\\nall day\" }], \
                     milestones = [{ name = \"Übergabe\", before = \"5 business days\" }]";
const FREEZE: &str = "{ from = \"2026-12-18\", until = \"2027-01-04\", reason = \"year end\" }";

fn file(project: &str, minor: &str, freeze: &str) -> String {
    let runs: Vec<Run> = schedule(minor, freeze).runs(time::day("2026-12-01").unwrap()).take(4).collect();
    let freezes = Freezes::read(&cadence(minor, freeze).cadence.freeze).unwrap();
    let freezes = freezes.between(time::day("2026-12-01").unwrap(), runs[3].day());
    ics::calendar(project, &runs, &freezes, "2026-11-23T08:15:00Z".parse().unwrap())
}

#[test]
fn runs_milestones_and_freezes_are_events() {
    let file = file("demo", MINOR, FREEZE);
    assert_eq!(file.matches('\n').count(), file.matches("\r\n").count());
    insta::assert_snapshot!(file.replace("\r\n", "\n"), @r"
    BEGIN:VCALENDAR
    VERSION:2.0
    PRODID:-//Allclear//calendar//EN
    BEGIN:VEVENT
    UID:d6aa7f9cc9242b1555c3cfcfa94b13e2@allclear
    DTSTAMP:20261123T081500Z
    SUMMARY:demo minor release
    DTSTART:20261201T090000Z
    STATUS:CONFIRMED
    TRANSP:TRANSPARENT
    END:VEVENT
    BEGIN:VEVENT
    UID:2f14ae5ec310b0ade792a753df585f9f@allclear
    DTSTAMP:20261123T081500Z
    SUMMARY:demo minor release of 2026-12-01: Übergabe
    DTSTART;VALUE=DATE:20261124
    DTEND;VALUE=DATE:20261125
    TRANSP:TRANSPARENT
    END:VEVENT
    BEGIN:VEVENT
    UID:cc70d82c6ddf4dd61b06413d942447c2@allclear
    DTSTAMP:20261123T081500Z
    SUMMARY:demo minor release
    DTSTART:20261215T090000Z
    STATUS:CANCELLED
    DESCRIPTION:skipped: fair\; hall 3\,\nall day
    TRANSP:TRANSPARENT
    END:VEVENT
    BEGIN:VEVENT
    UID:d7f96645e0c5558a16b54c24ae711dc0@allclear
    DTSTAMP:20261123T081500Z
    SUMMARY:demo minor release
    DTSTART:20261229T090000Z
    STATUS:CANCELLED
    DESCRIPTION:2026 has 53 weeks: week 53 and week 1 of 2027 are both odd and 
     both runs\, since `year-end` is `strict`\nskipped: frozen from 2026-12-18 
     to 2027-01-04: year end\; no day is left for it before the next one's turn
     \, Tuesday 2027-01-05
    TRANSP:TRANSPARENT
    END:VEVENT
    BEGIN:VEVENT
    UID:8ebabf5f3458aa9fd19e65af9e992632@allclear
    DTSTAMP:20261123T081500Z
    SUMMARY:demo minor release
    DTSTART:20270105T090000Z
    STATUS:CONFIRMED
    DESCRIPTION:2026 has 53 weeks: week 53 and week 1 of 2027 are both odd and 
     both runs\, since `year-end` is `strict`
    TRANSP:TRANSPARENT
    END:VEVENT
    BEGIN:VEVENT
    UID:adcfcddfb1ae3e0c44a9f692f2fcf43d@allclear
    DTSTAMP:20261123T081500Z
    SUMMARY:demo minor release of 2027-01-05: Übergabe
    DTSTART;VALUE=DATE:20261229
    DTEND;VALUE=DATE:20261230
    TRANSP:TRANSPARENT
    END:VEVENT
    BEGIN:VEVENT
    UID:03d76c6c4d0b34c22c80f956999db402@allclear
    DTSTAMP:20261123T081500Z
    SUMMARY:demo: frozen\, year end
    DTSTART;VALUE=DATE:20261218
    DTEND;VALUE=DATE:20270105
    TRANSP:TRANSPARENT
    END:VEVENT
    END:VCALENDAR
    ");
}

#[test]
fn an_event_that_moves_stays_the_same_event() {
    let uids = |file: &str| -> Vec<String> {
        file.lines().filter(|line| line.starts_with("UID:")).map(str::to_owned).collect()
    };
    let minor = "weeks = \"odd\", weekday = \"tuesday\"";
    let moved = "{ from = \"2026-12-14\", until = \"2026-12-16\", reason = \"audit\" }";
    let (free, frozen) = (uids(&file("demo", minor, "")), uids(&file("demo", minor, moved)));
    assert_eq!(free[..], frozen[..4]);
    assert_ne!(uids(&file("other", minor, "")), free);
}

proptest! {
    #[test]
    fn lines_are_short_and_unfold_to_what_was_meant(name in "\\PC{1,200}") {
        let file = file(&name, MINOR, FREEZE);
        prop_assert!(file.ends_with("END:VCALENDAR\r\n"));
        prop_assert!(file.split("\r\n").all(|line| line.len() <= 75 && !line.contains(['\r', '\n'])));
        let escaped = name.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,");
        let unfolded = file.replace("\r\n ", "");
        let wanted = format!("\r\nSUMMARY:{escaped} minor release\r\n");
        prop_assert!(unfolded.contains(&wanted));
    }
}
