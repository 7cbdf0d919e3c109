//! Days on which nothing is released.

use std::fmt;

use jiff::civil::Date;
use serde::Serialize;

use super::rule::{Recurrence, Rule, span};
use super::schedule::BadCadence;
use super::time::{day, days_between, plus};
use crate::process::Freeze;

/// A span of days on which nothing is released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Frozen {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
    /// Why.
    pub reason: String,
}

/// All freezes of a process.
#[derive(Debug, Clone, Default)]
pub struct Freezes(Vec<Span>);

#[derive(Debug, Clone)]
struct Span {
    first: Date,
    /// How many days it has.
    days: i64,
    /// The days on which it begins, where it recurs.
    rule: Option<Rule>,
    reason: String,
}

impl Freezes {
    /// Reads the freezes of a process.
    ///
    /// # Errors
    /// When one of them was not checked by the program that read the process.
    pub fn read(freezes: &[Freeze]) -> Result<Self, BadCadence> {
        freezes.iter().map(Span::read).collect::<Result<_, _>>().map(Self)
    }

    /// The freeze that a day lies in; of several the one that lasts longest.
    pub fn on(&self, day: Date) -> Option<Frozen> {
        self.0.iter().filter_map(|freeze| freeze.on(day)).max_by_key(|frozen| frozen.until)
    }

    /// The freezes that touch these days, both ends included, by their first day.
    pub fn between(&self, from: Date, until: Date) -> Vec<Frozen> {
        let mut found: Vec<_> = self.0.iter().flat_map(|freeze| freeze.between(from, until)).collect();
        found.sort_by(|one, other| (one.from, &one.reason).cmp(&(other.from, &other.reason)));
        found
    }
}

impl Span {
    fn read(freeze: &Freeze) -> Result<Self, BadCadence> {
        let first = day(&freeze.from)?;
        let days = match (&freeze.until, freeze.days) {
            (Some(until), _) => days_between(first, day(until)?) + 1,
            (None, days) => i64::from(days.unwrap_or(1)),
        };
        let rule = freeze.rule.as_deref().map(Recurrence::parse).transpose()?.map(|rule| rule.starting(first));
        Ok(Self { first, days, rule, reason: freeze.reason.clone() })
    }

    /// The span that begins on this day.
    fn beginning(&self, first: Date) -> Option<Frozen> {
        let begins = self.rule.as_ref().map_or(first == self.first, |rule| rule.occurs(first));
        let frozen = || Some(Frozen { from: first, until: plus(first, self.days - 1)?, reason: self.reason.clone() });
        begins.then(frozen).flatten()
    }

    fn on(&self, day: Date) -> Option<Frozen> {
        if self.rule.is_none() {
            return self.beginning(self.first).filter(|frozen| (frozen.from..=frozen.until).contains(&day));
        }
        // The latest beginning is the one that lasts longest.
        (0..self.days)
            .filter_map(|back| plus(day, -back))
            .take_while(|first| *first >= self.first)
            .find_map(|first| self.beginning(first))
    }

    fn between(&self, from: Date, until: Date) -> Vec<Frozen> {
        let earliest = plus(from, 1 - self.days).unwrap_or(from).max(self.first);
        match self.rule {
            Some(_) => span(earliest, until).filter_map(|first| self.beginning(first)).collect(),
            None => self.beginning(self.first).filter(|f| f.from <= until && f.until >= from).into_iter().collect(),
        }
    }
}

impl fmt::Display for Frozen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.from == self.until {
            true => write!(f, "frozen on {}: {}", self.from, self.reason),
            false => write!(f, "frozen from {} to {}: {}", self.from, self.until, self.reason),
        }
    }
}
