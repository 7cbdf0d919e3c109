//! A run: one day on which a release of a kind is due, or would be.

use std::fmt;

use jiff::ZonedDateTime;
use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use serde::{Serialize, Serializer};

use super::freeze::Frozen;
use super::weeks::YearEnd;
use crate::names::Word;

/// One run of a kind of release.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Run {
    /// The kind of release.
    pub kind: Word,
    /// When it would be by the weeks, the weekday and the time alone.
    pub nominal: ZonedDateTime,
    /// When it is; none where it is skipped.
    pub actual: Option<ZonedDateTime>,
    /// Why it is not what one would expect.
    pub remarks: Vec<Remark>,
    /// What is due around it, in the order of the process; nothing where it is skipped.
    pub milestones: Vec<Due>,
}

/// Something that is due on a day around a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Due {
    /// What.
    pub name: String,
    /// When.
    pub on: Date,
}

/// Why a run is not what one would expect; as JSON it is a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// It lay in a freeze, and was moved behind it.
    Moved {
        /// The day it was moved from.
        from: Date,
        /// The freeze.
        frozen: Frozen,
    },
    /// It lies in a freeze, and the process says that such runs are skipped.
    Frozen(Frozen),
    /// It lies in a freeze, and there is no free day for it before the next run.
    Overtaken {
        /// The freeze.
        frozen: Frozen,
        /// The day of the next run.
        next: Date,
    },
    /// The process skips it, for this reason.
    Skipped(String),
    /// It is near the end of a year with 53 weeks.
    YearEnd {
        /// That year.
        long: i16,
        /// Which of the two odd weeks are release weeks.
        which: YearEnd,
    },
    /// Clocks leave out its time of day.
    LeftOut {
        /// The time of day that the process asks for.
        asked: Time,
        /// The one that it is.
        is: Time,
    },
    /// Its time of day comes twice.
    Twice {
        /// The time of day.
        asked: Time,
        /// How far from UTC the clocks are the first time.
        offset: Offset,
    },
}

impl Run {
    /// The day it is on, or would be on where it is skipped.
    pub fn day(&self) -> Date {
        self.actual.as_ref().unwrap_or(&self.nominal).date()
    }

    /// Whether it is on another day than the weeks and the weekday say.
    pub fn is_moved(&self) -> bool {
        self.actual.as_ref().is_some_and(|actual| actual.date() != self.nominal.date())
    }

    /// The ISO year and week of its day, as `2026-W53`.
    pub fn week(&self) -> String {
        let week = self.day().iso_week_date();
        format!("{:04}-W{:02}", week.year(), week.week())
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Moved { from, frozen } => write!(f, "moved from {}: {frozen}", from.strftime("%A %Y-%m-%d")),
            Self::Frozen(frozen) => write!(f, "skipped: {frozen}"),
            Self::Overtaken { frozen, next } => {
                write!(
                    f,
                    "skipped: {frozen}; no day is left for it before the next one's turn, {}",
                    next.strftime("%A %Y-%m-%d")
                )
            }
            Self::Skipped(reason) => write!(f, "skipped: {reason}"),
            Self::YearEnd { long, which } => year_end(f, *long, *which),
            Self::LeftOut { asked, is } => {
                write!(f, "clocks go forward and leave out {}: it is {}", hour(*asked), hour(*is))
            }
            Self::Twice { asked, offset } => {
                write!(f, "clocks go back and show {} twice: it is the first, at UTC{offset}", hour(*asked))
            }
        }
    }
}

fn year_end(f: &mut fmt::Formatter<'_>, long: i16, which: YearEnd) -> fmt::Result {
    let next = long + 1;
    write!(f, "{long} has 53 weeks: ")?;
    match which {
        YearEnd::Both => {
            write!(f, "week 53 and week 1 of {next} are both odd and both runs, since `year-end` is `strict`")
        }
        YearEnd::Neither => {
            write!(f, "week 53 and week 1 of {next} are both odd and neither is a run, since `year-end` is `strict`")
        }
        YearEnd::Week53 => write!(
            f,
            "week 53 is the run and week 1 of {next} is not, since `year-end` is `every-two-weeks`; even weeks follow"
        ),
        YearEnd::Week1 => write!(
            f,
            "week 1 of {next} is the run and week 53 was not, since `year-end` is `every-two-weeks`; odd weeks follow"
        ),
    }
}

fn hour(time: Time) -> String {
    time.strftime("%H:%M").to_string()
}

impl Serialize for Remark {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
