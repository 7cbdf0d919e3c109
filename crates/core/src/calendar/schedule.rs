//! The cadence of one kind of release, ready to be asked for its runs.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;

use super::freeze::Freezes;
use super::offset::{BadOffset, Offset};
use super::rule::BadRule;
use super::run::{Due, Remark, Run};
use super::time::{self, BadDay, BadTime, NoZone, is_business_day, moment, monday_of, plus};
use super::weeks::Rhythm;
use crate::names::Word;
use crate::process::{Cadence, Weekly};

/// A cadence that was not checked by the program that read the process.
#[derive(Debug, thiserror::Error)]
pub enum BadCadence {
    /// A day.
    #[error("the cadence of the process cannot be used")]
    Day(#[from] BadDay),
    /// A time of day.
    #[error("the cadence of the process cannot be used")]
    Time(#[from] BadTime),
    /// A time zone.
    #[error("the cadence of the process cannot be used")]
    Zone(#[from] NoZone),
    /// The rule of a freeze.
    #[error("the cadence of the process cannot be used")]
    Rule(#[from] BadRule),
    /// The distance of a milestone.
    #[error("the cadence of the process cannot be used")]
    Offset(#[from] BadOffset),
    /// A word.
    #[error("the cadence of the process cannot be used: `{0}` is not a day of the week")]
    Weekday(String),
    /// Weeks that are counted from nowhere.
    #[error("the cadence of the process cannot be used: the weeks of `{0}` need an `anchor`")]
    NoAnchor(Word),
}

/// What becomes of a run that lies in a freeze.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum OnFreeze {
    NextWeek,
    NextDay,
    Skip,
}

/// The runs of one kind of release.
#[derive(Debug, Clone)]
pub struct Schedule {
    kind: Word,
    rhythm: Rhythm,
    weekday: Weekday,
    at: Time,
    zone: TimeZone,
    on_freeze: OnFreeze,
    skip: BTreeMap<Date, String>,
    freezes: Freezes,
    milestones: Vec<Milestone>,
}

#[derive(Debug, Clone)]
struct Milestone {
    name: String,
    offset: Offset,
    before: bool,
}

impl Schedule {
    /// Reads the cadence of a kind; none where the kind has none, and is released whenever needed.
    ///
    /// # Errors
    /// When the process was not checked by a program that knows all of it.
    pub fn read(cadence: &Cadence, kind: &Word) -> Result<Option<Self>, BadCadence> {
        let Some(weekly) = cadence.of(kind) else { return Ok(None) };
        let weekday = time::weekday(&weekly.weekday).ok_or_else(|| BadCadence::Weekday(weekly.weekday.clone()))?;
        let skip = weekly.skip.iter().map(|skip| Ok((time::day(&skip.on)?, skip.reason.clone())));
        let milestones = weekly.milestones.iter().map(|milestone| {
            let (text, before) = (milestone.before.as_ref(), milestone.before.is_some());
            let offset = Offset::parse(text.or(milestone.after.as_ref()).map_or("", String::as_str))?;
            Ok(Milestone { name: milestone.name.clone(), offset, before })
        });
        Ok(Some(Self {
            kind: kind.clone(),
            rhythm: rhythm(kind, weekly)?,
            weekday,
            at: weekly.at.as_deref().map_or(Ok(Time::midnight()), time::time_of_day)?,
            zone: zone(Some(weekly))?,
            on_freeze: match weekly.on_freeze.as_deref() {
                Some("skip") => OnFreeze::Skip,
                Some("next-day") => OnFreeze::NextDay,
                _ => OnFreeze::NextWeek,
            },
            skip: skip.collect::<Result<_, BadCadence>>()?,
            freezes: Freezes::read(&cadence.freeze)?,
            milestones: milestones.collect::<Result<_, BadCadence>>()?,
        }))
    }

    /// The time zone of its runs.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The freezes of the process.
    pub fn freezes(&self) -> &Freezes {
        &self.freezes
    }

    /// The days that the weeks and the weekday alone give, from this day on.
    pub fn nominal(&self, from: Date) -> impl Iterator<Item = Date> {
        let first = plus(from, i64::from(self.weekday.since(from.weekday())));
        let days = std::iter::successors(first, |day| plus(*day, 7));
        days.filter(|day| monday_of(*day).is_some_and(|monday| self.rhythm.takes(monday)))
    }

    /// The runs from this day on, those that are skipped among them, in the order of their days.
    pub fn runs(&self, from: Date) -> impl Iterator<Item = Run> {
        // A run never moves as far as the next one, so the one before this day is the earliest that can come to lie behind it.
        let earliest = plus(from, -self.rhythm.longest()).unwrap_or(from);
        let mut days = self.nominal(earliest).peekable();
        let runs = std::iter::from_fn(move || {
            let day = days.next()?;
            self.run(day, days.peek().copied())
        });
        runs.skip_while(move |run| run.day() < from)
    }

    fn run(&self, nominal: Date, next: Option<Date>) -> Option<Run> {
        let mut remarks: Vec<_> =
            monday_of(nominal).and_then(|monday| self.rhythm.year_end(monday)).into_iter().collect();
        let day = match self.skip.get(&nominal) {
            Some(reason) => {
                remarks.push(Remark::Skipped(reason.clone()));
                None
            }
            None => self.place(nominal, next, &mut remarks),
        };
        let (nominal, _) = moment(nominal, self.at, &self.zone)?;
        let found = day.map(|day| moment(day, self.at, &self.zone).ok_or(())).transpose().ok()?;
        let (actual, shifted) = found.map_or((None, None), |(actual, shifted)| (Some(actual), shifted));
        remarks.extend(shifted);
        let milestones = day.into_iter().flat_map(|day| self.milestones.iter().filter_map(move |one| one.due(day)));
        Some(Run { kind: self.kind.clone(), nominal, actual, milestones: milestones.collect(), remarks })
    }

    /// Finds the day for a run, and says why it is another one, or none.
    fn place(&self, nominal: Date, next: Option<Date>, remarks: &mut Vec<Remark>) -> Option<Date> {
        let Some(frozen) = self.freezes.on(nominal) else { return Some(nominal) };
        let step = match self.on_freeze {
            OnFreeze::Skip => {
                remarks.push(Remark::Frozen(frozen));
                return None;
            }
            OnFreeze::NextDay => 1,
            OnFreeze::NextWeek => 7,
        };
        // The last run before the end of the calendar has no next one.
        let next = next.or_else(|| plus(nominal, self.rhythm.longest())).unwrap_or(nominal);
        let days = std::iter::successors(plus(nominal, step), |day| plus(*day, step)).take_while(|day| *day < next);
        let fits = |day: &Date| is_business_day(*day) || day.weekday() == self.weekday;
        let free = days.filter(fits).find(|day| self.freezes.on(*day).is_none());
        remarks.push(match free {
            Some(_) => Remark::Moved { from: nominal, frozen },
            None => Remark::Overtaken { frozen, next },
        });
        free
    }
}

impl Milestone {
    fn due(&self, day: Date) -> Option<Due> {
        let on = if self.before { self.offset.before(day) } else { self.offset.after(day) };
        Some(Due { name: self.name.clone(), on: on? })
    }
}

fn rhythm(kind: &Word, weekly: &Weekly) -> Result<Rhythm, BadCadence> {
    let anchor = || {
        let day = time::day(weekly.anchor.as_deref().ok_or_else(|| BadCadence::NoAnchor(kind.clone()))?)?;
        monday_of(day).ok_or_else(|| BadCadence::NoAnchor(kind.clone()))
    };
    Ok(match (weekly.weeks.as_str(), weekly.interval.unwrap_or(1), weekly.year_end.as_deref()) {
        ("odd" | "even", _, Some("every-two-weeks")) => Rhythm::Interval { weeks: 2, anchor: anchor()?, past_53: true },
        ("odd" | "even", _, _) => Rhythm::Parity { odd: weekly.weeks == "odd" },
        (_, 0 | 1, _) => Rhythm::Interval { weeks: 1, anchor: Date::constant(1970, 1, 5), past_53: false },
        (_, weeks, _) => Rhythm::Interval { weeks: i64::from(weeks), anchor: anchor()?, past_53: false },
    })
}

/// The time zone of a cadence.
pub(super) fn zone(weekly: Option<&Weekly>) -> Result<TimeZone, NoZone> {
    time::zone(weekly.and_then(|weekly| weekly.timezone.as_deref()).unwrap_or("UTC"))
}
