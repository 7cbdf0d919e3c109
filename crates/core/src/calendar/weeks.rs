//! Which weeks are release weeks, and what happens where a year has 53 of them.

use jiff::civil::Date;

use super::run::Remark;
use super::time::{days_between, plus};

/// The rule that chooses weeks. Weeks are those of ISO 8601: they begin on Monday, and week 1 has the year's first Thursday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rhythm {
    /// Weeks whose number is odd, or even.
    Parity {
        /// Odd.
        odd: bool,
    },
    /// Every nth week.
    Interval {
        /// How many weeks from one to the next.
        weeks: i64,
        /// The Monday of one of them.
        anchor: Date,
        /// Whether they are counted so in order to go past a year of 53 weeks.
        past_53: bool,
    },
}

/// Which weeks are release weeks where week 53 is followed by week 1, both odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum YearEnd {
    /// Both: every odd week is.
    Both,
    /// Neither: every even week is.
    Neither,
    /// Week 53, since it is two weeks after the last.
    Week53,
    /// Week 1, since it is two weeks after the last.
    Week1,
}

impl Rhythm {
    /// Whether the week that begins on this Monday is a release week.
    pub(crate) fn takes(&self, monday: Date) -> bool {
        match self {
            Self::Parity { odd } => (monday.iso_week_date().week() % 2 == 1) == *odd,
            Self::Interval { weeks, anchor, .. } => days_between(*anchor, monday) / 7 % weeks == 0,
        }
    }

    /// The greatest number of days from one release week to the next.
    pub(crate) fn longest(&self) -> i64 {
        match self {
            Self::Parity { .. } => 21,
            Self::Interval { weeks, .. } => 7 * weeks,
        }
    }

    /// What is to be said about a release week at the end of a year with 53 weeks.
    pub(crate) fn year_end(&self, monday: Date) -> Option<Remark> {
        let week = monday.iso_week_date();
        let (number, year) = (week.week(), week.year());
        let last_before = plus(monday, -7 * i64::from(number))?.iso_week_date();
        let long = match number {
            52 | 53 => Some(year).filter(|_| week.weeks_in_year() == 53),
            1 | 2 => Some(year - 1).filter(|_| last_before.week() == 53),
            _ => None,
        }?;
        let which = match (self, number) {
            (Self::Parity { odd: true }, 1 | 53) => YearEnd::Both,
            (Self::Parity { odd: false }, 2 | 52) => YearEnd::Neither,
            (Self::Interval { past_53: true, .. }, 53) => YearEnd::Week53,
            (Self::Interval { past_53: true, .. }, 1) => YearEnd::Week1,
            _ => return None,
        };
        Some(Remark::YearEnd { long, which })
    }
}
