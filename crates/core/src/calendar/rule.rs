//! Recurrence rules of RFC 5545, section 3.3.10, on days: the part that a freeze needs.
//!
//! Understood are `FREQ` (`YEARLY`, `MONTHLY`, `WEEKLY`, `DAILY`), `INTERVAL`, `COUNT`, `UNTIL` (a day), `BYMONTH`, `BYMONTHDAY`,
//! `BYDAY` (with ordinals where the RFC gives them a meaning) and `WKST`. Everything else is refused, never passed over.

use std::ops::Range;

use jiff::civil::{Date, Weekday};

use super::time::{days_between, plus};

/// How many days a rule is followed to find its last day: in 400 years the calendar repeats itself.
const FOLLOWED: usize = 146_097;

/// A rule that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BadRule {
    /// The bytes of the rule that are wrong; empty where it is the rule as a whole.
    pub part: Range<usize>,
    message: String,
}

/// A rule as it is written; [`Recurrence::starting`] gives it its first day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recurrence {
    freq: Freq,
    interval: u16,
    count: Option<u16>,
    until: Option<Date>,
    months: Vec<i8>,
    month_days: Vec<i8>,
    /// Weekdays, each with its ordinal: 0 means every one, -1 the last.
    weekdays: Vec<(i8, Weekday)>,
    week_start: Weekday,
}

/// A rule with its first day: a set of days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    start: Date,
    recurrence: Recurrence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Freq {
    Yearly,
    Monthly,
    Weekly,
    Daily,
}

impl Recurrence {
    /// Reads a rule such as `FREQ=YEARLY;BYMONTH=12;BYDAY=-1FR`.
    ///
    /// # Errors
    /// When it is not a rule, or has a part that is not understood here.
    pub fn parse(text: &str) -> Result<Self, BadRule> {
        read::recurrence(text)
    }

    /// The days of the rule from its first day on. The rule may have no meaning for that day: ask [`Rule::occurs`].
    pub fn starting(mut self, start: Date) -> Rule {
        if self.month_days.is_empty() && self.weekdays.is_empty() {
            match self.freq {
                Freq::Yearly if self.months.is_empty() => {
                    self.months.push(start.month());
                    self.month_days.push(start.day());
                }
                Freq::Yearly | Freq::Monthly => self.month_days.push(start.day()),
                Freq::Weekly => self.weekdays.push((0, start.weekday())),
                Freq::Daily => {}
            }
        }
        let mut rule = Rule { start, recurrence: self };
        if let Some(count) = rule.recurrence.count {
            rule.recurrence.until =
                rule.days().take(FOLLOWED).filter(|day| rule.matches(*day)).nth(usize::from(count) - 1);
        }
        rule
    }
}

impl Rule {
    /// Whether the day is one of the rule.
    pub fn occurs(&self, day: Date) -> bool {
        day >= self.start && self.recurrence.until.is_none_or(|until| day <= until) && self.matches(day)
    }

    /// The days of the rule, in order.
    pub fn occurrences(&self) -> impl Iterator<Item = Date> {
        self.days()
            .take_while(|day| self.recurrence.until.is_none_or(|until| *day <= until))
            .filter(|day| self.matches(*day))
    }

    fn days(&self) -> impl Iterator<Item = Date> + use<> {
        std::iter::successors(Some(self.start), |day| day.tomorrow().ok())
    }

    fn matches(&self, day: Date) -> bool {
        let Recurrence { months, month_days, weekdays, .. } = &self.recurrence;
        let from_the_end = day.day() - day.days_in_month() - 1;
        self.aligned(day)
            && (months.is_empty() || months.contains(&day.month()))
            && (month_days.is_empty() || month_days.contains(&day.day()) || month_days.contains(&from_the_end))
            && (weekdays.is_empty() || weekdays.iter().any(|(ordinal, weekday)| self.is_nth(day, *ordinal, *weekday)))
    }

    /// Whether the day lies in a year, month, week or day that the interval counts.
    fn aligned(&self, day: Date) -> bool {
        let Recurrence { freq, interval, week_start, .. } = &self.recurrence;
        let months = |day: Date| i64::from(day.year()) * 12 + i64::from(day.month());
        let into_week = |day: Date| i64::from(day.weekday().since(*week_start));
        let distance = match freq {
            Freq::Yearly => i64::from(day.year() - self.start.year()),
            Freq::Monthly => months(day) - months(self.start),
            Freq::Weekly => (days_between(self.start, day) - into_week(day) + into_week(self.start)) / 7,
            Freq::Daily => days_between(self.start, day),
        };
        distance % i64::from(*interval) == 0
    }

    /// Whether the day is that weekday, and the nth of its month, or of its year in a yearly rule without months.
    fn is_nth(&self, day: Date, ordinal: i8, weekday: Weekday) -> bool {
        let of_year = self.recurrence.freq == Freq::Yearly && self.recurrence.months.is_empty();
        let (at, length) = match of_year {
            true => (day.day_of_year(), day.days_in_year()),
            false => (i16::from(day.day()), i16::from(day.days_in_month())),
        };
        let nth = match ordinal {
            0 => 0,
            1.. => (at - 1) / 7 + 1,
            _ => -((length - at) / 7 + 1),
        };
        day.weekday() == weekday && nth == i16::from(ordinal)
    }
}

/// The days from one to another, both of them; for whoever asks about a span.
pub(crate) fn span(first: Date, last: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(first), |day| plus(*day, 1)).take_while(move |day| *day <= last)
}

mod read;

#[cfg(test)]
mod tests;
