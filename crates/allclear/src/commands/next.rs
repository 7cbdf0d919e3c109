use allclear_core::changelog::{Weighed, weigh};
use allclear_core::history::{Level, Line, Next, Release, Releases, Scheme, Wanted, next};
use allclear_core::names::{CommitId, Word};
use allclear_engine::clock::{Clock, SystemClock};
use jiff::tz::TimeZone;
use serde_json::json;

use crate::error::{CommandError, CommandResult};
use crate::exit::Exit;
use crate::tagged::Tagged;
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
    let tagged = Tagged::find(args.line, &args.from)?;
    let releases = tagged.releases();
    let last = releases.last(tagged.line);
    let since = last.map(|last| tagged.commit(last)).transpose()?;
    let log = tagged.here.repository.log(since.as_ref(), &tagged.until, &[])?;
    let commits = log.commits();
    let weighed = weigh(&commits);
    let asked = Asked { ui, args, tagged: &tagged, last: last.zip(since.as_ref()) };
    asked.tell_last(&releases);
    asked.tell_commits(commits.len(), weighed.as_ref());
    let said = args.kind.as_ref().map(|kind| Level::of_kind(kind.as_str()));
    let weight = weighed.as_ref().filter(|weighed| weighed.speaks()).map(|weighed| weighed.level);
    let Some(level) = said.or(weight) else {
        return Ok(asked.cannot_say(commits.len(), weighed.is_some()));
    };
    let wanted = Wanted {
        level,
        said: said.is_some(),
        line: tagged.line,
        label: args.pre.as_deref(),
        scheme: tagged.process.as_ref().map_or(Scheme::SemVer, |process| process.versions.scheme),
        today: SystemClock.now().to_zoned_datetime(TimeZone::UTC).date(),
    };
    let next = next(&releases, &wanted).map_err(CommandError::usage)?;
    asked.tell_why(&next, weighed.as_ref());
    ui.text(&next.version);
    asked.tell_programs(&next, commits.len(), weighed.as_ref());
    Ok(Exit::Done)
}

struct Asked<'a> {
    ui: Ui,
    args: &'a Args,
    tagged: &'a Tagged,
    /// The last release, and its commit.
    last: Option<(&'a Release<'a>, &'a CommitId)>,
}

impl Asked<'_> {
    fn cannot_say(&self, commits: usize, changed: bool) -> Exit {
        self.ui.json(&json!({ "version": null, "last": self.last.map(spoken), "commits": commits }));
        if !changed {
            self.ui.words("nothing has changed, so there is nothing to release");
            return Exit::Done;
        }
        self.ui.words("the commits do not say how much they change, since most of them follow no convention");
        self.ui.hint("`allclear next minor`, or another kind");
        Exit::WaitsForPeople
    }

    fn tell_programs(&self, next: &Next, commits: usize, weighed: Option<&Weighed<'_>>) {
        let deciding = weighed.filter(|_| self.args.kind.is_none()).into_iter().flat_map(|weighed| &weighed.deciding);
        self.ui.json(&json!({
            "version": next.version,
            "tag": self.tagged.pattern.tag(&next.version),
            "level": next.level.as_str(),
            "held": next.held.map(Level::as_str),
            "line": self.tagged.line.map(|line| line.to_string()),
            "last": self.last.map(spoken),
            "commits": commits,
            "deciding": deciding.map(|one| json!({ "commit": one.id, "subject": one.subject })).collect::<Vec<_>>(),
        }));
    }

    fn tell_last(&self, releases: &Releases<'_>) {
        let line = match (self.tagged.line, &self.tagged.branch) {
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
        let text = match self.last {
            Some((last, _)) if self.tagged.line.is_some_and(|line| !line.has(last.version())) => {
                format!("{}, the one before the first {line}", self.named())
            }
            Some(_) => format!("{}, the highest {line}{others}", self.named()),
            None => {
                format!("no tag is like `{}`{others}; where some are missing, `git fetch --tags`", self.tagged.pattern)
            }
        };
        self.ui.words(format!("  {}     {text}", paint(DIM, "last")));
    }

    fn named(&self) -> String {
        self.last.map_or(String::new(), |(last, commit)| format!("{} at {}", paint(BOLD, last.tag), commit.short()))
    }

    fn tell_commits(&self, commits: usize, weighed: Option<&Weighed<'_>>) {
        let weighed = weighed.filter(|_| self.args.kind.is_none());
        let conventional = weighed.map(|weighed| match (weighed.conventional, weighed.number) {
            (conventional, number) if conventional == number => "; all that count follow the convention".to_owned(),
            (conventional, number) => format!("; {conventional} of the {number} that count follow the convention"),
        });
        self.ui.words(format!("  {}  {commits} since{}", paint(DIM, "commits"), conventional.unwrap_or_default()));
    }

    fn tell_why(&self, next: &Next, weighed: Option<&Weighed<'_>>) {
        let weighed = weighed.filter(|_| self.args.kind.is_none());
        let begins = self.tagged.line.filter(|line| self.last.is_none_or(|(last, _)| !line.has(last.version())));
        let because = match (begins, weighed) {
            (Some(line), _) => format!("the line {line} begins"),
            (None, None) => format!("{}, as you say", next.level.as_str()),
            (None, Some(weighed)) => reason(weighed, next, self.tagged.line),
        };
        self.ui.words(format!("  {}       {because}", paint(DIM, "so")));
        let deciding =
            weighed.filter(|_| begins.is_none()).map(|weighed| weighed.deciding.as_slice()).unwrap_or_default();
        for one in deciding.iter().take(NAMED) {
            self.ui.words(format!("           {} {}", paint(DIM, &one.id[..7]), one.subject));
        }
        if deciding.len() > NAMED {
            self.ui.words(format!("           and {} more", deciding.len() - NAMED));
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

fn spoken((last, commit): (&Release<'_>, &CommitId)) -> serde_json::Value {
    json!({ "version": last.version(), "tag": last.tag, "commit": commit })
}

fn amount(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
