//! Distances in days as people write them: `5 business days`, `3 days`, `2 weeks`.

use jiff::civil::Date;

use super::time::{is_business_day, plus};

/// Text that is not a distance in days.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a distance in days: 1 to 366 `days`, `business days` or `weeks` are expected, as in `5 business days`"
)]
pub struct BadOffset(String);

/// A distance from a day to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offset {
    count: u16,
    unit: Unit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Days,
    /// Monday to Friday. Days of a freeze are counted: people work on, they only do not release.
    BusinessDays,
    Weeks,
}

impl Offset {
    /// Reads a distance.
    ///
    /// # Errors
    /// When it is not a number from 1 to 366 and a unit.
    pub fn parse(text: &str) -> Result<Self, BadOffset> {
        let wrong = || BadOffset(text.chars().take(40).flat_map(char::escape_default).collect());
        let (count, unit) = text.split_once(' ').ok_or_else(wrong)?;
        let unit = match unit {
            "day" | "days" => Unit::Days,
            "business day" | "business days" => Unit::BusinessDays,
            "week" | "weeks" => Unit::Weeks,
            _ => return Err(wrong()),
        };
        let digits = count.bytes().all(|byte| byte.is_ascii_digit());
        let count = count.parse().ok().filter(|count| digits && (1..=366).contains(count));
        Ok(Self { count: count.ok_or_else(wrong)?, unit })
    }

    /// The day at this distance before another; none beyond the calendar's end.
    pub fn before(self, day: Date) -> Option<Date> {
        self.from(day, -1)
    }

    /// The day at this distance after another; none beyond the calendar's end.
    pub fn after(self, day: Date) -> Option<Date> {
        self.from(day, 1)
    }

    fn from(self, day: Date, step: i64) -> Option<Date> {
        let count = i64::from(self.count);
        match self.unit {
            Unit::Days => plus(day, step * count),
            Unit::Weeks => plus(day, step * count * 7),
            Unit::BusinessDays => {
                let days = std::iter::successors(plus(day, step), |day| plus(*day, step));
                days.filter(|day| is_business_day(*day)).nth(usize::from(self.count) - 1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn business_days_leave_out_the_weekend() {
        let before = |text: &str, day: Date| Offset::parse(text).unwrap().before(day).unwrap().to_string();
        let tuesday = date(2026, 12, 1);
        assert_eq!(before("5 business days", tuesday), "2026-11-24");
        assert_eq!(before("1 business day", tuesday), "2026-11-30");
        assert_eq!(before("2 business days", tuesday), "2026-11-27");
        assert_eq!(before("1 business day", date(2026, 12, 6)), "2026-12-04");
        assert_eq!(before("5 days", tuesday), "2026-11-26");
        assert_eq!(before("2 weeks", tuesday), "2026-11-17");
        let after = Offset::parse("4 business days").unwrap().after(tuesday).unwrap();
        assert_eq!(after.to_string(), "2026-12-07");
    }

    #[test]
    fn only_numbers_and_known_units_are_distances() {
        for wrong in ["", "5", "5days", "0 days", "367 days", "-1 days", "+1 days", "five days", "5  days", "5 months"]
        {
            assert!(Offset::parse(wrong).is_err(), "{wrong}");
        }
    }
}
