//! The examples of RFC 5545, section 3.8.5.3, that are rules of days in the part that is understood.

use jiff::civil::{Date, date};

use super::*;

/// The first days of a rule, as the RFC writes them: `1997: Sep 2 4 | Oct 1`.
fn days(start: Date, rule: &str, most: usize) -> String {
    let rule = Recurrence::parse(rule).unwrap().starting(start);
    let mut text = String::new();
    let (mut year, mut month) = (0, 0);
    for day in rule.occurrences().take(most) {
        if day.year() != year {
            text += &format!("{}{}:", if year == 0 { "" } else { "; " }, day.year());
        }
        if (day.year(), day.month()) != (year, month) {
            text += &format!(" {}", day.strftime("%b"));
        }
        (year, month) = (day.year(), day.month());
        text += &format!(" {}", day.day());
    }
    text
}

const SEP_2: Date = date(1997, 9, 2);

#[test]
fn daily_and_weekly() {
    assert_eq!(days(SEP_2, "FREQ=DAILY;COUNT=10", 99), "1997: Sep 2 3 4 5 6 7 8 9 10 11");
    assert_eq!(days(SEP_2, "FREQ=DAILY;INTERVAL=2", 8), "1997: Sep 2 4 6 8 10 12 14 16");
    assert_eq!(days(SEP_2, "FREQ=DAILY;INTERVAL=10;COUNT=5", 99), "1997: Sep 2 12 22 Oct 2 12");
    let until = days(SEP_2, "FREQ=DAILY;UNTIL=19971224", 999);
    assert!(until.ends_with(" 22 23 24") && until.starts_with("1997: Sep 2 3"), "{until}");
    assert_eq!(days(SEP_2, "FREQ=WEEKLY;COUNT=10", 99), "1997: Sep 2 9 16 23 30 Oct 7 14 21 28 Nov 4");
    assert_eq!(days(SEP_2, "FREQ=WEEKLY;INTERVAL=2;WKST=SU", 6), "1997: Sep 2 16 30 Oct 14 28 Nov 11");
    assert_eq!(
        days(SEP_2, "FREQ=WEEKLY;UNTIL=19971007;WKST=SU;BYDAY=TU,TH", 99),
        "1997: Sep 2 4 9 11 16 18 23 25 30 Oct 2 7"
    );
    assert_eq!(
        days(date(1997, 9, 1), "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224;WKST=SU;BYDAY=MO,WE,FR", 99),
        "1997: Sep 1 3 5 15 17 19 29 Oct 1 3 13 15 17 27 29 31 Nov 10 12 14 24 26 28 Dec 8 10 12 22 24"
    );
    assert_eq!(
        days(SEP_2, "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", 99),
        "1997: Sep 2 4 16 18 30 Oct 2 14 16"
    );
}

#[test]
fn every_day_in_january_is_yearly_and_daily() {
    let start = date(1998, 1, 1);
    let daily = days(start, "FREQ=DAILY;UNTIL=20000131;BYMONTH=1", 999);
    assert_eq!(days(start, "FREQ=YEARLY;UNTIL=20000131;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA", 999), daily);
    assert_eq!(daily.split_whitespace().filter(|word| word.trim_end_matches(';').parse::<u8>().is_ok()).count(), 93);
}

#[test]
fn the_week_begins_where_the_rule_says() {
    let start = date(1997, 8, 5);
    let with =
        |week_start: &str| days(start, &format!("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST={week_start}"), 99);
    assert_eq!(with("MO"), "1997: Aug 5 10 19 24");
    assert_eq!(with("SU"), "1997: Aug 5 17 19 31");
}

#[test]
fn monthly() {
    assert_eq!(
        days(date(1997, 9, 5), "FREQ=MONTHLY;COUNT=10;BYDAY=1FR", 99),
        "1997: Sep 5 Oct 3 Nov 7 Dec 5; 1998: Jan 2 Feb 6 Mar 6 Apr 3 May 1 Jun 5"
    );
    assert_eq!(days(date(1997, 9, 5), "FREQ=MONTHLY;UNTIL=19971224;BYDAY=1FR", 99), "1997: Sep 5 Oct 3 Nov 7 Dec 5");
    assert_eq!(
        days(date(1997, 9, 7), "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU", 99),
        "1997: Sep 7 28 Nov 2 30; 1998: Jan 4 25 Mar 1 29 May 3 31"
    );
    assert_eq!(
        days(date(1997, 9, 22), "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", 99),
        "1997: Sep 22 Oct 20 Nov 17 Dec 22; 1998: Jan 19 Feb 16"
    );
    assert_eq!(
        days(date(1997, 9, 28), "FREQ=MONTHLY;BYMONTHDAY=-3", 6),
        "1997: Sep 28 Oct 29 Nov 28 Dec 29; 1998: Jan 29 Feb 26"
    );
    assert_eq!(
        days(SEP_2, "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15", 99),
        "1997: Sep 2 15 Oct 2 15 Nov 2 15 Dec 2 15; 1998: Jan 2 15"
    );
    assert_eq!(
        days(date(1997, 9, 30), "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1", 99),
        "1997: Sep 30 Oct 1 31 Nov 1 30 Dec 1 31; 1998: Jan 1 31 Feb 1"
    );
    assert_eq!(
        days(date(1997, 9, 10), "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15", 99),
        "1997: Sep 10 11 12 13 14 15; 1999: Mar 10 11 12 13"
    );
    assert_eq!(days(SEP_2, "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU", 9), "1997: Sep 2 9 16 23 30 Nov 4 11 18 25");
    assert_eq!(
        days(date(1998, 2, 13), "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", 5),
        "1998: Feb 13 Mar 13 Nov 13; 1999: Aug 13; 2000: Oct 13"
    );
    assert_eq!(
        days(date(1997, 9, 13), "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13", 6),
        "1997: Sep 13 Oct 11 Nov 8 Dec 13; 1998: Jan 10 Feb 7"
    );
    assert_eq!(
        days(date(2007, 1, 15), "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", 99),
        "2007: Jan 15 30 Feb 15 Mar 15 30"
    );
}

#[test]
fn yearly() {
    assert_eq!(
        days(date(1997, 6, 10), "FREQ=YEARLY;COUNT=10;BYMONTH=6,7", 99),
        "1997: Jun 10 Jul 10; 1998: Jun 10 Jul 10; 1999: Jun 10 Jul 10; 2000: Jun 10 Jul 10; 2001: Jun 10 Jul 10"
    );
    assert_eq!(
        days(date(1997, 3, 10), "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3", 99),
        "1997: Mar 10; 1999: Jan 10 Feb 10 Mar 10; 2001: Jan 10 Feb 10 Mar 10; 2003: Jan 10 Feb 10 Mar 10"
    );
    assert_eq!(days(date(1997, 5, 19), "FREQ=YEARLY;BYDAY=20MO", 3), "1997: May 19; 1998: May 18; 1999: May 17");
    assert_eq!(
        days(date(1997, 3, 13), "FREQ=YEARLY;BYMONTH=3;BYDAY=TH", 7),
        "1997: Mar 13 20 27; 1998: Mar 5 12 19 26"
    );
    assert_eq!(
        days(date(1997, 6, 5), "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8", 10),
        "1997: Jun 5 12 19 26 Jul 3 10 17 24 31 Aug 7"
    );
    assert_eq!(
        days(date(1996, 11, 5), "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", 3),
        "1996: Nov 5; 2000: Nov 7; 2004: Nov 2"
    );
}

#[test]
fn a_day_that_a_year_does_not_have_is_left_out() {
    assert_eq!(days(date(2024, 2, 29), "FREQ=YEARLY", 3), "2024: Feb 29; 2028: Feb 29; 2032: Feb 29");
    assert_eq!(days(date(2026, 1, 31), "FREQ=MONTHLY", 4), "2026: Jan 31 Mar 31 May 31 Jul 31");
    assert_eq!(
        days(date(2026, 12, 25), "FREQ=YEARLY;BYMONTH=12;BYDAY=-1FR", 3),
        "2026: Dec 25; 2027: Dec 31; 2028: Dec 29"
    );
    assert_eq!(days(date(2024, 12, 31), "FREQ=YEARLY;BYDAY=53TU", 2), "2024: Dec 31; 2030: Dec 31");
}

#[test]
fn what_is_not_understood_is_refused_at_its_place() {
    let refused = |rule: &str| {
        let bad = Recurrence::parse(rule).unwrap_err();
        format!("[{}] {bad}", &rule[bad.part.clone()])
    };
    let all = [
        "",
        "FREQ=HOURLY",
        "INTERVAL=2",
        "FREQ=YEARLY;BYSETPOS=-1;BYDAY=MO",
        "FREQ=YEARLY;BYWEEKNO=20",
        "FREQ=YEARLY;COUNT=0",
        "FREQ=YEARLY;COUNT=2;UNTIL=20301231",
        "FREQ=YEARLY;UNTIL=20301231T000000Z",
        "FREQ=YEARLY;UNTIL=20300231",
        "FREQ=YEARLY;BYMONTH=13",
        "FREQ=MONTHLY;BYMONTHDAY=1,0",
        "FREQ=MONTHLY;BYDAY=1XX",
        "FREQ=MONTHLY;BYDAY=0MO",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;BYMONTHDAY=1",
        "FREQ=WEEKLY;FREQ=DAILY",
        "freq=yearly",
        "every friday",
    ];
    let all: Vec<_> = all.into_iter().map(refused).collect();
    insta::assert_snapshot!(all.join("\n"), @"
    [] `` is not a part of a rule: `NAME=VALUE` is expected
    [FREQ=HOURLY] `FREQ` cannot be `HOURLY`: `YEARLY`, `MONTHLY`, `WEEKLY` or `DAILY` is expected
    [] the rule does not say how often: `FREQ=YEARLY`, for example
    [BYSETPOS=-1] `BYSETPOS=-1` is not understood: a rule is made of `FREQ`, `INTERVAL`, `COUNT`, `UNTIL`, `BYMONTH`, `BYMONTHDAY`, `BYDAY`, `WKST`
    [BYWEEKNO=20] `BYWEEKNO=20` is not understood: a rule is made of `FREQ`, `INTERVAL`, `COUNT`, `UNTIL`, `BYMONTH`, `BYMONTHDAY`, `BYDAY`, `WKST`
    [COUNT=0] `COUNT` cannot be `0`: a number from 1 to 9999 is expected
    [UNTIL=20301231] a rule has `COUNT` or `UNTIL`, not both
    [UNTIL=20301231T000000Z] `UNTIL` cannot be `20301231T000000Z`: a day is expected, as in `20281231`
    [UNTIL=20300231] `UNTIL` cannot be `20300231`: a day is expected, as in `20281231`
    [BYMONTH=13] `BYMONTH` cannot be `13`: numbers from 1 to 12, without 0, are expected
    [BYMONTHDAY=1,0] `BYMONTHDAY` cannot be `1,0`: numbers from -31 to 31, without 0, are expected
    [BYDAY=1XX] `BYDAY` cannot be `1XX`: `MO`, `TU`, `WE`, `TH`, `FR`, `SA` or `SU` is expected
    [BYDAY=0MO] `BYDAY` cannot be `0MO`: the number of a weekday is 1 to 53, or -53 to -1 from the end
    [BYDAY=1MO] a weekday has a number in monthly and yearly rules only
    [BYMONTHDAY=1] `BYMONTHDAY` has no meaning in a weekly rule
    [FREQ=DAILY] the rule has `FREQ` twice
    [freq=yearly] `freq=yearly` is not understood: a rule is made of `FREQ`, `INTERVAL`, `COUNT`, `UNTIL`, `BYMONTH`, `BYMONTHDAY`, `BYDAY`, `WKST`
    [every friday] `every friday` is not a part of a rule: `NAME=VALUE` is expected
    ");
}
