use allclear_core::changelog::{Weighed, weigh};
use allclear_core::history::{Level, Line, Next, Release, Releases, Scheme, Tag, TagPattern, Wanted, next};
use allclear_core::names::{CommitId, Word};
use allclear_core::process::Process;
use allclear_engine::clock::{Clock, SystemClock};
use allclear_engine::history::{self, Tags};
use allclear_engine::open;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::error::{CommandError, CommandResult};
use crate::exit::Exit;
use crate::here::Here;
use crate::ui::{BOLD, DIM, Ui, paint};

/// How many commits that decide are named to people.
const NAMED: usize = 5;

/// Say which version comes next, and why
///
/// The version alone is on standard output, the reasons are on standard error.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The kind of release, such as `minor`; the commits decide where it is left out
    kind: Option<Word>,
    /// A prerelease with this label, such as `rc`
    #[arg(long, value_name = "LABEL")]
    pre: Option<String>,
    /// The line that is released, such as `1.3`; that of the branch, where its name says one
    #[arg(long)]
    line: Option<Line>,
    /// The commit to be released
    #[arg(long, value_name = "REVISION", default_value = "HEAD")]
    from: String,
}

pub(crate) fn run(ui: Ui, args: &Args) -> CommandResult {
    let here = Here::find()?;
    here.require_history()?;
    let process = here.process_text.as_deref().map(open::read_process).transpose()?;
    let tags = Tags::read(here.repository.git())?;
    let tags = tags.list();
    let pattern = history::pattern(process.as_ref(), &tags);
    let from = here.revision(&args.from)?;
    let by_branch = match args.line {
        None if args.from == "HEAD" => history::line_here(&here.repository, trunk(process.as_ref())),
        _ => None,
    };
    let line = args.line.or(by_branch.as_ref().map(|(line, _)| *line));
    let asked =
        Asked { args, process: process.as_ref(), pattern, line, branch: by_branch.map(|(_, branch)| branch), from };
    asked.answer(ui, &here, tags)
}

fn trunk(process: Option<&Process>) -> Option<&str> {
    process.map(|process| process.project.trunk.as_str())
}

struct Asked<'a> {
    args: &'a Args,
    process: Option<&'a Process>,
    pattern: TagPattern,
    line: Option<Line>,
    /// The branch whose name says the line.
    branch: Option<String>,
    from: CommitId,
}

impl Asked<'_> {
    fn answer(&self, ui: Ui, here: &Here, tags: Vec<Tag<'_>>) -> CommandResult {
        let releases = Releases::of(&self.pattern, tags);
        let last = releases.last(self.line);
        let since = last.map(|last| CommitId::new(last.tag.commit)).transpose().map_err(CommandError::usage)?;
        let log = here.repository.log(since.as_ref(), &self.from, &[])?;
        let commits = log.commits();
        let weighed = weigh(&commits);
        self.tell_last(ui, &releases, last);
        self.tell_commits(ui, commits.len(), weighed.as_ref());
        let said = self.args.kind.as_ref().map(|kind| Level::of_kind(kind.as_str()));
        let Some(level) = said.or(weighed.as_ref().filter(|weighed| weighed.speaks()).map(|weighed| weighed.level))
        else {
            ui.json(&json!({ "version": null, "last": last.map(spoken), "commits": commits.len() }));
            if weighed.is_none() {
                ui.words("nothing has changed, so there is nothing to release");
                return Ok(Exit::Done);
            }
            ui.words("the commits do not say how much they change, since most of them follow no convention");
            ui.hint("`allclear next minor`, or another kind");
            return Ok(Exit::WaitsForPeople);
        };
        let wanted = Wanted {
            level,
            said: self.args.kind.is_some(),
            line: self.line,
            label: self.args.pre.as_deref(),
            scheme: self.process.map_or(Scheme::SemVer, |process| process.versions.scheme),
            today: SystemClock.now().to_zoned_datetime(TimeZone::UTC).date(),
        };
        let next = next(&releases, &wanted).map_err(CommandError::usage)?;
        self.tell_why(ui, &next, last, weighed.as_ref());
        ui.text(&next.version);
        let deciding = weighed.iter().flat_map(|weighed| &weighed.deciding);
        ui.json(&json!({
            "version": next.version,
            "tag": self.pattern.tag(&next.version),
            "level": next.level.as_str(),
            "held": next.held.map(Level::as_str),
            "line": self.line.map(|line| line.to_string()),
            "last": last.map(spoken),
            "commits": commits.len(),
            "deciding": deciding.map(|one| json!({ "commit": one.id, "subject": one.subject })).collect::<Vec<_>>(),
        }));
        Ok(Exit::Done)
    }

    fn tell_last(&self, ui: Ui, releases: &Releases<'_>, last: Option<&Release<'_>>) {
        let line = match (self.line, &self.branch) {
            (Some(line), Some(branch)) => format!("of the line {line}, which the branch `{branch}` is for"),
            (Some(line), None) => format!("of the line {line}"),
            (None, _) if releases.list.len() == 1 => "and only release".to_owned(),
            (None, _) => format!("of {} releases", releases.list.len()),
        };
        let others = match releases.others {
            0 => String::new(),
            1 => "; another tag is none".to_owned(),
            others => format!("; {others} other tags are none"),
        };
        let text = match last {
            Some(last) if self.line.is_some_and(|line| !line.has(last.version())) => {
                format!("{}, the one before the first {line}", named(last))
            }
            Some(last) => format!("{}, the highest {line}{others}", named(last)),
            None => {
                format!("no tag is like `{}`{others}; where some are missing, `git fetch --tags`", self.pattern)
            }
        };
        ui.words(format!("  {}     {text}", paint(DIM, "last")));
    }

    fn tell_commits(&self, ui: Ui, commits: usize, weighed: Option<&Weighed<'_>>) {
        let weighed = weighed.filter(|_| self.args.kind.is_none());
        let conventional = weighed.map(|weighed| match (weighed.conventional, weighed.number) {
            (conventional, number) if conventional == number => "; all that count follow the convention".to_owned(),
            (conventional, number) => format!("; {conventional} of the {number} that count follow the convention"),
        });
        ui.words(format!("  {}  {commits} since{}", paint(DIM, "commits"), conventional.unwrap_or_default()));
    }

    fn tell_why(&self, ui: Ui, next: &Next, last: Option<&Release<'_>>, weighed: Option<&Weighed<'_>>) {
        let weighed = weighed.filter(|_| self.args.kind.is_none());
        let begins = self.line.filter(|line| last.is_none_or(|last| !line.has(last.version())));
        let because = match (begins, weighed) {
            (Some(line), _) => format!("the line {line} begins"),
            (None, None) => format!("{}, as you say", next.level.as_str()),
            (None, Some(weighed)) => reason(weighed, next, self.line),
        };
        ui.words(format!("  {}       {because}", paint(DIM, "so")));
        let deciding =
            weighed.filter(|_| begins.is_none()).map(|weighed| weighed.deciding.as_slice()).unwrap_or_default();
        for one in deciding.iter().take(NAMED) {
            ui.words(format!("           {} {}", paint(DIM, &one.id[..7]), one.subject));
        }
        if deciding.len() > NAMED {
            ui.words(format!("           and {} more", deciding.len() - NAMED));
        }
    }
}

/// Why the commits make it this release.
fn reason(weighed: &Weighed<'_>, next: &Next, line: Option<Line>) -> String {
    let one = weighed.deciding.len() == 1;
    let number = amount(weighed.deciding.len(), "commit");
    let because = match (weighed.level, one) {
        (Level::Major, true) => format!("{number} breaks something"),
        (Level::Major, false) => format!("{number} break something"),
        (Level::Minor, true) => format!("{number} adds something"),
        (Level::Minor, false) => format!("{number} add something"),
        (Level::Patch, _) => "no commit says that it adds or breaks something".to_owned(),
    };
    let held = match (next.held, line) {
        (Some(held), Some(line)) => format!("; a {} release would leave the line {line}", held.as_str()),
        (Some(_), None) => "; to leave version 0 is for you to decide: `allclear next major`".to_owned(),
        (None, _) => String::new(),
    };
    format!("{}: {because}{held}", next.level.as_str())
}

fn named(release: &Release<'_>) -> String {
    format!("{} at {}", paint(BOLD, release.tag.name), &release.tag.commit[..7])
}

fn spoken(last: &Release<'_>) -> serde_json::Value {
    json!({ "version": last.version(), "tag": last.tag.name, "commit": last.tag.commit })
}

fn amount(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
