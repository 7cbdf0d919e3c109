use std::path::{Path, PathBuf};

use allclear_core::at_once::at_once;
use allclear_core::changelog::fragment::Fragments;
use allclear_core::changelog::{self, Entry};
use allclear_core::history::{Line, Release, Releases};
use allclear_core::process::Telling;
use allclear_core::version::Version;
use allclear_engine::clock::{Clock, SystemClock};
use allclear_engine::history::{Whole, days};
use allclear_engine::notes::Notes;
use allclear_engine::world::write_durably;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use crate::error::{CommandError, CommandResult};
use crate::exit::Exit;
use crate::here::Here;
use crate::tagged::Tagged;
use crate::ui::Ui;

/// The heading of what is not released yet.
const UNRELEASED: &str = "Unreleased";

/// Tell what a release brings: what is not released yet, or a version
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The version; what came after the last release where it is left out, or where it is not tagged
    version: Option<Version>,
    /// Tell the whole history, each commit under the release that was the first to contain it
    #[arg(long, conflicts_with_all = ["version", "write"])]
    all: bool,
    /// With `--all`: tell prereleases of their own
    #[arg(long, requires = "all")]
    prereleases: bool,
    /// Write the version's entry into the changelog of this checkout, and remove the fragments that it tells
    #[arg(long, requires = "version")]
    write: bool,
    /// The changelog; that of `[project]` where it is left out, otherwise `CHANGELOG.md`
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Only commits that touch such files, for a package of a larger repository; may be given several times
    #[arg(long, value_name = "PATTERN")]
    path: Vec<String>,
    /// The line that is told, such as `1.3`; that of the branch, where its name says one
    #[arg(long)]
    line: Option<Line>,
    /// The commit up to which is told
    #[arg(long, value_name = "REVISION", default_value = "HEAD")]
    from: String,
}

pub(crate) fn run(ui: Ui, args: &Args) -> CommandResult {
    let tagged = Tagged::find(args.line, &args.from)?;
    let here = &tagged.here;
    let mut telling = tagged.process.as_ref().map(|process| process.changelog.clone()).unwrap_or_default();
    if !args.path.is_empty() {
        telling.paths.clone_from(&args.path);
    }
    let forge = tagged.process.as_ref().and_then(|process| process.project.forge.as_deref());
    let notes = Notes { repository: &here.repository, telling: &telling, forge };
    let asked = Asked { args, here, tagged: &tagged, telling: &telling, notes };
    if args.all {
        return asked.whole(ui);
    }
    let releases = tagged.releases();
    let told = asked.one(&releases)?;
    if args.write {
        return asked.write(ui, &told);
    }
    ui.text(changelog::render(&told.entry).trim_end());
    ui.json(&spoken(&told.entry));
    Ok(Exit::Done)
}

struct Asked<'a> {
    args: &'a Args,
    here: &'a Here,
    tagged: &'a Tagged,
    telling: &'a Telling,
    notes: Notes<'a>,
}

/// An entry, and the fragments in it.
struct Told {
    entry: Entry,
    fragments: Fragments,
}

impl Asked<'_> {
    /// The version that is asked for, or what is not released yet.
    fn one(&self, releases: &Releases<'_>) -> Result<Told, CommandError> {
        let released = self.args.version.as_ref().and_then(|version| releases.find(version));
        let (since, until) = match (released, &self.args.version) {
            (Some(release), Some(version)) => (releases.before(version), self.tagged.commit(release)?),
            (_, Some(version)) => (releases.before(version), self.tagged.until.clone()),
            (_, None) => (releases.last(self.tagged.line), self.tagged.until.clone()),
        };
        let since = since.map(|since| self.tagged.commit(since)).transpose()?;
        let day = match (released, &self.args.version) {
            (Some(_), _) => days(&self.here.repository, &[until.as_str()])?.remove(until.as_str()).unwrap_or_default(),
            (None, Some(_)) => SystemClock.now().to_zoned_datetime(TimeZone::UTC).date().to_string(),
            (None, None) => String::new(),
        };
        let fragments = match released {
            Some(_) => Fragments::default(),
            None => self.notes.fragments(since.as_ref(), &until)?,
        };
        let log = self.here.repository.log(since.as_ref(), &until, &self.telling.paths)?;
        let name = self.args.version.as_ref().map_or(UNRELEASED.to_owned(), Version::to_string);
        let written = if self.args.write { self.file_text()?.1 } else { String::new() };
        let mut entry = self.notes.entry(&name, &day, &log.commits(), &fragments, changelog::unreleased(&written));
        self.fill(&mut entry)?;
        Ok(Told { entry, fragments })
    }

    /// All releases, the newest first.
    fn whole(&self, ui: Ui) -> CommandResult {
        let releases = self.tagged.releases();
        let counts = |release: &&Release<'_>| self.args.prereleases || !release.version().is_prerelease();
        let counted: Vec<&Release<'_>> = releases.list.iter().filter(counts).collect();
        let whole = Whole::read(&self.here.repository, &self.tagged.until, &counted, &self.telling.paths)?;
        let parts: Vec<_> = counted.iter().copied().map(Some).chain([None]).zip(whole.by_release(&counted)).collect();
        let told = parts.iter().rev().filter(|(_, commits)| !commits.is_empty()).collect::<Vec<_>>();
        let entries = at_once(&told, |(release, commits)| {
            let name = release.map_or(UNRELEASED.to_owned(), |release| release.version().to_string());
            let day = release.and_then(|release| whole.day(release)).unwrap_or_default();
            let mut entry = self.notes.entry(&name, day, commits, &Fragments::default(), "");
            self.fill(&mut entry)?;
            Ok((changelog::render(&entry), entry))
        });
        let entries = entries.into_iter().collect::<Result<Vec<_>, CommandError>>()?;
        let mut page = "# Changelog\n".to_owned();
        entries.iter().for_each(|(text, _)| page.extend(["\n", text]));
        ui.text(page.trim_end());
        ui.json(&entries.iter().map(|(_, entry)| spoken(entry)).collect::<Vec<_>>());
        Ok(Exit::Done)
    }

    /// Writes the entry as the step would, into the files of the checkout.
    fn write(&self, ui: Ui, told: &Told) -> CommandResult {
        let (path, text) = self.file_text()?;
        let written = changelog::write(&text, &told.entry).map_err(CommandError::usage)?;
        let top = self.here.repository.top();
        let cannot = |path: &Path, error| {
            CommandError::new(Exit::Errored, format!("`{}` cannot be written: {error}", path.display()))
        };
        write_durably(&path, written.as_bytes()).map_err(|error| cannot(&path, error))?;
        for (path, text) in &told.fragments.rewritten {
            let path = top.join(path);
            write_durably(&path, text.as_bytes()).map_err(|error| cannot(&path, error))?;
        }
        for path in &told.fragments.consumed {
            let path = top.join(path);
            std::fs::remove_file(&path).map_err(|error| cannot(&path, error))?;
        }
        ui.words(format!("`{}` has an entry for {}", path.display(), told.entry.version));
        ui.json(&json!({ "file": path, "consumed": told.fragments.consumed, "entry": spoken(&told.entry) }));
        Ok(Exit::Done)
    }

    fn fill(&self, entry: &mut Entry) -> Result<(), CommandError> {
        let Some(template) = &self.telling.template else { return Ok(()) };
        let path = self.here.repository.top().join(template.as_str());
        let text = std::fs::read_to_string(&path)
            .map_err(|error| CommandError::usage(format!("the template `{template}` cannot be read: {error}")))?;
        entry.text = Some(changelog::fill(template.as_str(), &text, entry).map_err(CommandError::usage)?);
        Ok(())
    }

    /// The changelog of the checkout, and what stands in it.
    fn file_text(&self) -> Result<(PathBuf, String), CommandError> {
        let said = self.tagged.process.as_ref().and_then(|process| process.project.changelog.as_ref());
        let named = || self.here.repository.top().join(said.map_or("CHANGELOG.md", |file| file.as_str()));
        let path = self.args.file.clone().unwrap_or_else(named);
        match std::fs::read_to_string(&path) {
            Ok(text) => Ok((path, text)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok((path, String::new())),
            Err(error) => Err(CommandError::usage(format!("`{}` cannot be read: {error}", path.display()))),
        }
    }
}

fn spoken(entry: &Entry) -> Value {
    let group = |group: &changelog::Group| json!({ "title": group.title, "items": group.items });
    json!({
        "version": entry.version,
        "date": Some(&entry.date).filter(|date| !date.is_empty()),
        "highlights": entry.highlights,
        "groups": entry.changes.iter().map(group).collect::<Vec<_>>(),
        "contributors": entry.contributors,
    })
}
