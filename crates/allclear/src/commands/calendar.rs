use std::fmt::Write as _;

use allclear_core::calendar::window::AHEAD;
use allclear_core::calendar::{Freezes, Frozen, Run, Schedule, ics, time};
use allclear_core::names::Word;
use allclear_core::process::Process;
use allclear_engine::clock::{Clock, SystemClock};
use allclear_engine::open;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan, Unit};
use serde_json::{Value, json};

use crate::error::{CommandError, CommandResult};
use crate::exit::Exit;
use crate::here::Here;
use crate::ui::{BAD, BOLD, DIM, Ui, WARN, paint};

/// Show when the next releases are due, and why a run is moved or skipped
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only this kind of release
    #[arg(long)]
    kind: Option<Word>,
    /// How many runs; those that are skipped are shown and not counted
    #[arg(long, default_value_t = 6, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=500))]
    count: u16,
    /// As seen from this day, such as `2026-12-18`; from today where it is left out
    #[arg(long, value_name = "DATE", value_parser = time::day)]
    from: Option<Date>,
    /// Write a calendar file (RFC 5545), with milestones and freezes
    #[arg(long)]
    ics: bool,
}

/// What the calendar is asked.
struct Asked<'a> {
    process: &'a Process,
    kinds: Vec<Schedule>,
    count: usize,
    now: Timestamp,
    /// The day that a person named, which is then today in every zone.
    from: Option<Date>,
}

pub(crate) fn run(ui: Ui, args: &Args) -> CommandResult {
    let here = Here::find()?;
    let process = match &here.process_text {
        // What is in the checkout is what a person is working on.
        Some(text) => open::read_process(text)?,
        None => open::find_process(&here.repository, None)?.process,
    };
    let now = match args.from {
        Some(day) => {
            day.to_datetime(Time::midnight()).to_zoned_datetime(TimeZone::UTC).map_err(CommandError::usage)?.timestamp()
        }
        None => SystemClock.now(),
    };
    let kinds = schedules(&process, args.kind.as_ref())?;
    let asked = Asked { process: &process, kinds, count: usize::from(args.count), now, from: args.from };
    let runs = asked.runs();
    if args.ics {
        ui.file(&ics::calendar(&process.project.name, &runs, &asked.freezes(&runs)?, now));
        return Ok(Exit::Done);
    }
    runs.iter().for_each(|run| ui.text(asked.text(run)));
    if runs.iter().all(|run| run.actual.is_none()) {
        ui.words(asked.nothing(args.kind.as_ref()));
    }
    ui.json(&json!({ "runs": runs.iter().map(|run| asked.json(run)).collect::<Vec<_>>() }));
    Ok(Exit::Done)
}

/// The cadences of the kinds that are asked for.
fn schedules(process: &Process, only: Option<&Word>) -> Result<Vec<Schedule>, CommandError> {
    if let Some(kind) = only.filter(|kind| !process.kinds.contains_key(*kind)) {
        let known: Vec<_> = process.kinds.keys().map(|kind| format!("`{kind}`")).collect();
        let error = format!("the process has no kind of release `{kind}`: it has {}", known.join(", "));
        return Err(CommandError::usage(error));
    }
    let kinds = process.kinds.keys().filter(|kind| only.is_none_or(|only| only == *kind));
    let read = kinds.map(|kind| Schedule::read(&process.cadence, kind));
    let read: Result<Vec<_>, _> = read.collect();
    Ok(read.map_err(|error| CommandError::new(Exit::Errored, error))?.into_iter().flatten().collect())
}

impl Asked<'_> {
    fn today(&self, zone: &TimeZone) -> Date {
        self.from.unwrap_or_else(|| self.now.to_zoned_datetime(zone.clone()).date())
    }

    /// The next runs of all kinds, in the order of their days.
    fn runs(&self) -> Vec<Run> {
        let mut runs: Vec<Run> = self.kinds.iter().flat_map(|schedule| self.runs_of(schedule)).collect();
        runs.sort_by_key(|run| (run.day(), run.nominal.timestamp()));
        let mut left = self.count;
        runs.retain(|run| {
            let shown = left > 0;
            left -= usize::from(shown && run.actual.is_some());
            shown
        });
        runs
    }

    fn runs_of(&self, schedule: &Schedule) -> Vec<Run> {
        let today = self.today(schedule.zone());
        let last = today.checked_add(AHEAD.days()).unwrap_or(Date::MAX);
        let mut left = self.count;
        let enough = |run: &Run| {
            let taken = left > 0;
            left -= usize::from(taken && run.actual.is_some());
            taken
        };
        schedule.runs(today).take_while(|run| run.day() <= last).take_while(enough).collect()
    }

    /// The freezes up to the last run.
    fn freezes(&self, runs: &[Run]) -> Result<Vec<Frozen>, CommandError> {
        let today = self.today(&TimeZone::UTC);
        let last = runs.last().map_or(today, Run::day);
        let freezes = Freezes::read(&self.process.cadence.freeze);
        Ok(freezes.map_err(|error| CommandError::new(Exit::Errored, error))?.between(today, last))
    }

    fn text(&self, run: &Run) -> String {
        let at = run.actual.as_ref().unwrap_or(&run.nominal);
        let zone = at.time_zone().iana_name().unwrap_or("UTC");
        let when = format!("{}  {} {zone}", at.strftime("%a %Y-%m-%d"), at.strftime("%H:%M"));
        let (sign, when) = match &run.actual {
            None => (paint(BAD, "✗"), paint(DIM, format!("{when}  skipped"))),
            Some(_) => {
                let sign = if run.is_moved() { paint(WARN, "~") } else { " ".to_owned() };
                (sign, format!("{}  {}", paint(BOLD, when), away(self.today(at.time_zone()), run.day())))
            }
        };
        let mut text = format!("{sign} {:<7} {}  {when}", run.kind, run.week());
        for remark in &run.remarks {
            let _ = write!(text, "\n            {}", paint(DIM, remark));
        }
        for due in &run.milestones {
            let _ = write!(text, "\n                      {}  {}", due.on.strftime("%a %Y-%m-%d"), due.name);
        }
        text
    }

    fn json(&self, run: &Run) -> Value {
        json!({
            "kind": run.kind,
            "week": run.week(),
            "nominal": run.nominal,
            "actual": run.actual,
            "state": match &run.actual {
                None => "skipped",
                Some(_) if run.is_moved() => "moved",
                Some(_) => "due",
            },
            "remarks": run.remarks,
            "milestones": run.milestones,
        })
    }

    /// Why there is no run to show.
    fn nothing(&self, only: Option<&Word>) -> String {
        match (only, self.kinds.is_empty()) {
            (Some(kind), true) => format!("{kind} releases have no cadence: they are opened whenever needed"),
            (None, true) => "the process has no `[cadence]`: releases are opened whenever needed".to_owned(),
            (_, false) => "no run takes place in the next ten years".to_owned(),
        }
    }
}

/// How far away a day is, for people.
fn away(today: Date, day: Date) -> String {
    match today.until((Unit::Day, day)).map_or(0, |span| span.get_days()) {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        days => format!("in {days} days"),
    }
}
