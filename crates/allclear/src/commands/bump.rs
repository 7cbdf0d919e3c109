use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::str::FromStr;

use allclear_core::edit::{self, Edited, Place, Texts};
use allclear_core::process::VersionFile;
use allclear_core::process::read::versions;
use allclear_core::version::{BadVersion, Version};
use allclear_engine::{checkout, open, survey, version_files};
use serde_json::json;

use crate::diff::diff;
use crate::error::{CommandError, CommandResult};
use crate::exit::Exit;
use crate::here::Here;
use crate::ui::{DIM, Ui, paint};

/// Write a version into every place of the checkout where it stands, without a release
///
/// The places are those of `[versions]` in `allclear.toml`, or what `allclear init` would find. Lockfiles, and what packages of
/// the repository ask of each other, follow. Nothing else in the files changes, and either all of them are written or none.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// A version such as 1.4.0, or `major`, `minor` or `patch`
    #[arg(value_name = "VERSION|major|minor|patch")]
    to: To,

    /// Print the difference and write nothing
    #[arg(long)]
    dry_run: bool,

    /// Write it also where another version stands; the step counts from the highest
    #[arg(long)]
    level: bool,
}

/// How many changes of a file are listed for people; `--json` has them all.
const SHOWN: usize = 4;
/// How many files are.
const FILES: usize = 50;

/// What to write.
#[derive(Clone)]
enum To {
    Version(Version),
    Next(&'static str),
}

impl FromStr for To {
    type Err = BadVersion;

    fn from_str(text: &str) -> Result<Self, BadVersion> {
        let step = ["major", "minor", "patch"].into_iter().find(|step| *step == text);
        step.map_or_else(|| text.parse().map(Self::Version), |step| Ok(Self::Next(step)))
    }
}

pub(crate) fn run(ui: Ui, args: &Args) -> CommandResult {
    let here = Here::find()?;
    let paths = checkout::files(&here.repository)?;
    let mut texts = Texts::new();
    let selected = version_files::select(&named(&here, &paths, &mut texts)?, &paths)?;
    checkout::complete(&here.repository, &selected, &paths, &mut texts).map_err(errored)?;
    let places = edit::named_places(&selected, &texts).map_err(CommandError::usage)?;
    let from = stated(&places, args.level)?;
    let to = match &args.to {
        To::Version(version) => version.clone(),
        To::Next(step) => from.next(step),
    };
    let edited = edit::bump(&selected, &texts, &to).map_err(CommandError::usage)?;
    if !args.dry_run {
        let new = edited.iter().map(|(path, edited)| (path.clone(), edited.text.as_str())).collect();
        checkout::replace(&here.repository, &new).map_err(errored)?;
    }
    show(ui, args.dry_run, &to, &texts, &edited);
    Ok(Exit::Done)
}

fn errored(error: checkout::BadFile) -> CommandError {
    CommandError::new(Exit::Errored, error)
}

/// The files of `[versions]`, or those that `init` would put there; what is read to find them is kept.
fn named(here: &Here, paths: &[String], texts: &mut Texts) -> Result<Vec<VersionFile>, CommandError> {
    let files = match &here.process_text {
        Some(text) => versions(open::FILE, text)?.files,
        None => {
            *texts = checkout::manifests(&here.repository, paths).map_err(errored)?;
            let found = survey::versions_here(&here.repository, paths, texts);
            found.listed.into_iter().map(|listed| VersionFile::Manifest(listed.pattern)).collect()
        }
    };
    match (files.is_empty(), &here.process_text) {
        (false, _) => Ok(files),
        (true, Some(_)) => Err(CommandError::usage("`[versions]` names no file, so there is nothing to bump")
            .hint("add `files = [\"pyproject.toml\"]` to it, with every file in which the version stands")),
        (true, None) => Err(CommandError::usage("no file here states a version that can be written")
            .hint("name the files in `[versions]` of an `allclear.toml`; `allclear init` drafts one")),
    }
}

/// The version that stands in all places; with `level`, the highest of them.
fn stated(places: &[(String, Place)], level: bool) -> Result<Version, CommandError> {
    let versions: BTreeSet<Option<Version>> = places.iter().map(|(_, place)| place.version()).collect();
    let highest = versions.last().cloned().flatten();
    match highest {
        Some(version) if versions.len() == 1 || level => Ok(version),
        None => Err(CommandError::usage(format!("no version can be read:{}", list(places)))
            .hint("write a version of three numbers, as in `1.4.0`, into the files first")),
        Some(_) => Err(CommandError::usage(format!("the places state different versions:{}", list(places)))
            .hint("`--level` writes the new version into all of them")
            .hint(
                "what has a version of its own is left out of `[versions]`, or named by one key: \
                 `{ file = \"Chart.yaml\", path = \"version\" }`",
            )),
    }
}

/// The places by what they state; of many with the same version the first few.
fn list(places: &[(String, Place)]) -> String {
    let mut by_value: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (path, place) in places {
        by_value.entry(&place.value).or_default().push(format!("{path}: {}", place.field));
    }
    let mut text = String::new();
    for (value, places) in by_value {
        let more = if places.len() > 4 { format!(", and {} more", places.len() - 4) } else { String::new() };
        let _ = write!(text, "\n  {value}  {}{more}", places[..places.len().min(4)].join(", "));
    }
    text
}

fn show(ui: Ui, dry_run: bool, to: &Version, texts: &Texts, edited: &BTreeMap<String, Edited>) {
    if ui.json {
        let files: Vec<_> =
            edited.iter().map(|(path, edited)| json!({ "path": path, "changes": edited.changes })).collect();
        return ui.json(&json!({ "version": to, "dry_run": dry_run, "files": files }));
    }
    if edited.is_empty() {
        return ui.words(format!("{to} stands everywhere already"));
    }
    let mut text = String::new();
    if dry_run {
        edited.iter().for_each(|(path, edited)| text.push_str(&diff(path, &texts[path], &edited.text)));
        return ui.exact(&text);
    }
    for (path, edited) in edited.iter().take(FILES) {
        for change in edited.changes.iter().take(SHOWN) {
            let _ = writeln!(text, "{path}: {} {} → {}", change.field, paint(DIM, &change.from), change.to);
        }
        if let Some(more @ 1..) = edited.changes.len().checked_sub(SHOWN) {
            let _ = writeln!(text, "{path}: and {more} more");
        }
    }
    if let Some(more @ 1..) = edited.len().checked_sub(FILES) {
        let _ = writeln!(text, "and {more} more files");
    }
    ui.text(text.trim_end());
}
