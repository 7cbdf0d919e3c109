//! Days, times of day and time zones, as they are written in a process.

use std::sync::LazyLock;

use jiff::ToSpan;
use jiff::ZonedDateTime;
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};

use super::run::Remark;

/// The names of the days of the week, Monday first, as they are written in a process.
pub const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Text that is not a day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a day: a year from 1970 to 2999, a month and a day are expected, as in `2026-12-18`")]
pub struct BadDay(String);

/// Text that is not a time of day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a time of day: hours and minutes are expected, as in `09:30`")]
pub struct BadTime(String);

/// A name that no time zone has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no time zone `{0}`")]
pub struct NoZone(String);

/// Of the world, not of the machine: built into the program, and read once.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

fn shown(text: &str) -> String {
    text.chars().take(40).flat_map(char::escape_default).collect()
}

/// Reads a day such as `2026-12-18`.
///
/// # Errors
/// When it is written in another way, is not in the calendar, or lies outside of 1970 to 2999.
pub fn day(text: &str) -> Result<Date, BadDay> {
    let read = Date::strptime("%Y-%m-%d", text).ok().filter(|day| day.to_string() == text);
    read.filter(|day| (1970..3000).contains(&day.year())).ok_or_else(|| BadDay(shown(text)))
}

/// Reads a time of day such as `09:30`.
///
/// # Errors
/// When it is written in another way, or is no time of day.
pub fn time_of_day(text: &str) -> Result<Time, BadTime> {
    let read = Time::strptime("%H:%M", text).ok().filter(|time| time.strftime("%H:%M").to_string() == text);
    read.ok_or_else(|| BadTime(shown(text)))
}

/// Finds a time zone by its name in the tz database, such as `Europe/Berlin`.
///
/// # Errors
/// When there is none of that name.
pub fn zone(name: &str) -> Result<TimeZone, NoZone> {
    ZONES.get(name).map_err(|_| NoZone(shown(name)))
}

/// The names of all time zones.
pub fn zones() -> Vec<String> {
    ZONES.available().map(|name| name.to_string()).collect()
}

/// Reads a day of the week such as `tuesday`.
pub fn weekday(name: &str) -> Option<Weekday> {
    let at = WEEKDAYS.iter().position(|known| *known == name)?;
    Weekday::from_monday_zero_offset(i8::try_from(at).ok()?).ok()
}

/// Whether a day is one of Monday to Friday.
pub fn is_business_day(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
}

/// The day that many days later, or earlier where the number is negative; none beyond the calendar's end.
pub(crate) fn plus(day: Date, days: i64) -> Option<Date> {
    day.checked_add(days.days()).ok()
}

/// How many days lie between two days; negative where the second is the earlier one.
pub(crate) fn days_between(first: Date, second: Date) -> i64 {
    second.duration_since(first).as_hours() / 24
}

/// The Monday of a day's week.
pub(crate) fn monday_of(day: Date) -> Option<Date> {
    plus(day, -i64::from(day.weekday().to_monday_zero_offset()))
}

/// The moment at which a zone's clocks show this time of this day.
///
/// A time that clocks leave out is that much later; of a time that comes twice it is the first. Both are what RFC 5545, section
/// 3.3.5, says about local times, so that other calendars show the same.
pub(crate) fn moment(day: Date, at: Time, zone: &TimeZone) -> Option<(ZonedDateTime, Option<Remark>)> {
    let ambiguous = zone.to_ambiguous_zoned_datetime(day.to_datetime(at));
    let offset = ambiguous.offset();
    let moment = ambiguous.compatible().ok()?;
    let remark = match offset {
        AmbiguousOffset::Unambiguous { .. } => None,
        AmbiguousOffset::Gap { .. } => Some(Remark::LeftOut { asked: at, is: moment.time() }),
        AmbiguousOffset::Fold { .. } => Some(Remark::Twice { asked: at, offset: moment.offset() }),
    };
    Some((moment, remark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_are_written_in_one_way() {
        assert_eq!(day("2026-12-18").unwrap().to_string(), "2026-12-18");
        for wrong in
            ["2026-2-1", "2026-02-30", "20261218", "2026-12-18T00:00", "0206-12-18", "3000-01-01", " 2026-12-18", ""]
        {
            assert!(day(wrong).is_err(), "{wrong}");
        }
        assert_eq!(time_of_day("09:30").unwrap().to_string(), "09:30:00");
        for wrong in ["9:30", "24:00", "09:60", "09:30:00", "noon", ""] {
            assert!(time_of_day(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn zones_are_those_of_the_tz_database() {
        assert_eq!(zone("Europe/Berlin").unwrap().iana_name(), Some("Europe/Berlin"));
        assert!(zone("UTC").is_ok() && zone("America/New_York").is_ok());
        for wrong in ["Europe/Bonn", "CEST", "+02:00", "../etc/passwd", ""] {
            assert!(zone(wrong).is_err(), "{wrong}");
        }
        assert!(zones().len() > 400);
    }
}
