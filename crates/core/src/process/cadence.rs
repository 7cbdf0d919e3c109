//! When releases are due, as the process file says it, and what must hold between its values.
//!
//! Days, times and rules stay as they are written: they are frozen with the process, and [`calendar`](crate::calendar) reads them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Process;
use super::diagnostic::Problem;
use super::node::{Node, Value};
use crate::calendar::rule::Recurrence;
use crate::calendar::{Schedule, time};
use crate::names::Word;

/// When releases are due.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cadence {
    /// When minor releases are due.
    pub minor: Option<Weekly>,
    /// When major releases are due.
    pub major: Option<Weekly>,
    /// When patch releases are due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch: Option<Weekly>,
    /// Days on which nothing is released.
    pub freeze: Vec<Freeze>,
}

/// A day of some weeks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Weekly {
    /// `every`, `odd` or `even` ISO weeks.
    pub weeks: String,
    /// With `every`: how many weeks from one release to the next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<u32>,
    /// A day of a release week, which weeks are counted from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor: Option<String>,
    /// With `odd` and `even`: what happens at the end of a year with 53 weeks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year_end: Option<String>,
    /// The day of the week.
    pub weekday: String,
    /// The time of day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// What becomes of a run that lies in a freeze.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_freeze: Option<String>,
    /// Runs that are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skip: Vec<Skip>,
    /// What is due around a run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub milestones: Vec<Milestone>,
}

/// A run that is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skip {
    /// Its day.
    pub on: String,
    /// Why.
    pub reason: String,
}

/// Something that is due before or after a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    /// What it is.
    pub name: String,
    /// How long before the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// How long after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// Days on which nothing is released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Freeze {
    /// The first day.
    pub from: String,
    /// The last day, where it is said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// How many days it has, where it is said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<u32>,
    /// How it recurs: a rule of RFC 5545.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Why.
    pub reason: String,
}

impl Cadence {
    /// The cadence of a kind of release; none where it is released whenever needed.
    pub fn of(&self, kind: &Word) -> Option<&Weekly> {
        self.kinds().find(|(name, _)| *name == kind.as_str()).map(|(_, weekly)| weekly)
    }

    /// The kinds that have a cadence, the most frequent kind of project first.
    pub fn kinds(&self) -> impl Iterator<Item = (&'static str, &Weekly)> {
        let all = [("minor", &self.minor), ("major", &self.major), ("patch", &self.patch)];
        all.into_iter().filter_map(|(name, weekly)| Some((name, weekly.as_ref()?)))
    }
}

/// The longest span that can recur, in days.
const LONGEST: i64 = 366;

/// Finds values that do not go together.
pub(super) fn check(root: &Node, process: &Process) -> Vec<Problem> {
    let mut problems = Vec::new();
    let node = |key: &str| root.get("cadence").and_then(|cadence| cadence.get(key));
    for ((freeze, at), n) in process.cadence.freeze.iter().zip(items(node("freeze"))).zip(1..) {
        problems.extend(freeze.problem(at).map(|problem| problem.label(format!("freeze {n}"))));
    }
    for (kind, weekly) in process.cadence.kinds() {
        let Some(at) = node(kind) else { continue };
        if !process.kinds.keys().any(|known| known.as_str() == kind) {
            let problem =
                Problem::new(at.span.clone(), format!("there is no kind of release `{kind}` to have a cadence"));
            problems.push(problem.nearest(kind, process.kinds.keys().map(Word::as_str)));
        }
        problems.extend(weekly.weeks_problem(at));
        problems.extend(weekly.milestone_problems(at));
    }
    // Runs can be asked for only where everything else is right.
    if problems.is_empty() {
        let skips = process.cadence.kinds().filter_map(|(kind, weekly)| Some((kind, weekly, node(kind)?)));
        problems.extend(skips.flat_map(|(kind, weekly, at)| skip_problems(&process.cadence, kind, weekly, at)));
    }
    problems
}

fn items(node: Option<&Node>) -> &[Node] {
    match node {
        Some(Node { value: Value::List(items), .. }) => items,
        Some(node) => std::slice::from_ref(node),
        None => &[],
    }
}

/// A problem with the value of a key, or of the table that lacks it.
fn at(table: &Node, key: &str, title: impl Into<String>) -> Problem {
    Problem::new(table.get(key).unwrap_or(table).span.clone(), title)
}

impl Weekly {
    fn weeks_problem(&self, table: &Node) -> Option<Problem> {
        let every = self.weeks == "every";
        let two_weeks = self.year_end.as_deref() == Some("every-two-weeks");
        let counted = two_weeks || self.interval.is_some_and(|weeks| weeks > 1);
        if self.interval == Some(0) {
            return Some(at(table, "interval", "an interval is at least one week"));
        }
        if let (false, Some(weeks)) = (every, self.interval) {
            let problem =
                at(table, "interval", format!("`weeks = \"{}\"` and `interval` do not go together", self.weeks));
            return Some(problem.help(format!("for every {weeks} weeks write `weeks = \"every\"`")));
        }
        if let (true, Some(_)) = (every, &self.year_end) {
            let problem = at(table, "year-end", "`year-end` is about odd and even weeks, and these are neither");
            return Some(problem.help("leave it out"));
        }
        let Some(anchor) = &self.anchor else {
            let title = "these weeks are counted, and nothing says from where";
            let help = "name a day of a release week: `anchor = \"YYYY-MM-DD\"`";
            return counted.then(|| at(table, if two_weeks { "year-end" } else { "interval" }, title).help(help));
        };
        if !counted {
            let problem = at(table, "anchor", "no weeks are counted from this anchor");
            return Some(problem.help("leave it out, or add `interval` or `year-end = \"every-two-weeks\"`"));
        }
        let week = time::day(anchor).ok()?.iso_week_date();
        let parity = if week.week() % 2 == 1 { "odd" } else { "even" };
        let wrong = || {
            let title = format!("{anchor} is in week {} of {}, which is {parity}", week.week(), week.year());
            at(table, "anchor", title).help(format!("name a day of an {} week", self.weeks))
        };
        (!every && parity != self.weeks).then(wrong)
    }

    fn milestone_problems(&self, table: &Node) -> Vec<Problem> {
        let mut names = BTreeSet::new();
        let problem = |(milestone, node): (&Milestone, &Node)| match (&milestone.before, &milestone.after) {
            (Some(_), Some(_)) => Some(at(node, "after", "a milestone is before the run or after it, not both")),
            (None, None) => Some(
                at(node, "name", format!("nothing says when `{}` is", milestone.name))
                    .help("add `before` or `after`, such as `before = \"5 business days\"`"),
            ),
            _ if !names.insert(milestone.name.clone()) => {
                Some(at(node, "name", format!("two milestones are called `{}`", milestone.name)))
            }
            _ => None,
        };
        self.milestones.iter().zip(items(table.get("milestones"))).filter_map(problem).collect()
    }
}

fn skip_problems(cadence: &Cadence, kind: &str, weekly: &Weekly, table: &Node) -> Vec<Problem> {
    let schedule = Word::new(kind).ok().and_then(|kind| Schedule::read(cadence, &kind).ok().flatten());
    let Some(schedule) = schedule else { return vec![] };
    let problem = |(skip, node): (&Skip, &Node)| {
        let day = time::day(&skip.on).ok()?;
        let next = schedule.nominal(day).next()?;
        let title = format!("no {kind} release is due on {}", day.strftime("%A %Y-%m-%d"));
        let help = format!("the next one after it is on {next}; a run that a freeze moves is named by its own day");
        (next != day).then(|| at(node, "on", title).help(help))
    };
    weekly.skip.iter().zip(items(table.get("skip"))).filter_map(problem).collect()
}

impl Freeze {
    fn problem(&self, table: &Node) -> Option<Problem> {
        let from = time::day(&self.from).ok()?;
        let days = match (&self.until, self.days) {
            (Some(_), Some(_)) => return Some(at(table, "days", "a freeze has `until` or `days`, not both")),
            (None, None) => {
                let problem = at(table, "from", "nothing says how long the freeze is");
                return Some(problem.help("add the last day, `until = \"2027-01-04\"`, or `days = 1`"));
            }
            (None, Some(days)) => i64::from(days),
            (Some(until), None) => time::days_between(from, time::day(until).ok()?) + 1,
        };
        if days < 1 {
            let key = if self.until.is_some() { "until" } else { "days" };
            return Some(at(table, key, "the freeze ends before it begins"));
        }
        let rule = Recurrence::parse(self.rule.as_ref()?).ok()?.starting(from);
        if days > LONGEST {
            return Some(at(
                table,
                "until",
                format!("a freeze that recurs has at most {LONGEST} days, and this has {days}"),
            ));
        }
        let first = rule.occurrences().take(1).next();
        let first = first.map_or(String::new(), |first| format!(": its first day after that is {first}"));
        let problem = || at(table, "from", format!("the rule does not begin on {from}{first}"));
        (!rule.occurs(from)).then(|| problem().help("`from` is the first day of the first freeze"))
    }
}
