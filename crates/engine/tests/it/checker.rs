//! What must be so after every run, whatever was done to it: one pure function over the ledger and the world.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use allclear_core::canonical;
use allclear_core::digest::Digest;
use allclear_core::event::{Event, Intent, Receipt, Record};
use allclear_core::names::StepId;
use allclear_core::release::Release;

/// The world outside as it is, and as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    /// For each ref of the origin, without the ledger's: every object that it has ever named, in order; an empty one for a deletion.
    pub(crate) refs: BTreeMap<String, Vec<String>>,
    /// The published and deployed files, by their paths.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    /// Objects that people pushed by themselves.
    pub(crate) people: BTreeSet<String>,
}

impl Seen {
    /// Looks at a bare origin that keeps reflogs, and at the folder with all targets and environments.
    pub(crate) fn look(origin: &Path, outside: &Path, people: impl IntoIterator<Item = String>) -> Self {
        let mut seen = Self { people: people.into_iter().collect(), ..Self::default() };
        let logs = origin.join("logs");
        for (name, log) in files(&logs.join("refs"), "refs/") {
            let new = |line: &str| line.split(' ').nth(1).unwrap().trim_matches('0').to_owned();
            let object = |line: &str| if new(line).is_empty() { String::new() } else { line[41..81].to_owned() };
            if !name.starts_with("refs/heads/allclear/") {
                seen.refs.insert(name, String::from_utf8(log).unwrap().lines().map(object).collect());
            }
        }
        seen.files = files(outside, "");
        seen
    }

    fn state(&self, receipt: &Receipt) -> Result<(), String> {
        let Receipt { target, found, .. } = receipt;
        let wrong = |what: String| Err(format!("{target} was recorded as {found}, and {what}"));
        if let Some((name, base)) = target.split_once(" after ") {
            let history = self.refs.get(name).map(Vec::as_slice).unwrap_or_default();
            let at: Vec<_> = (0..history.len()).filter(|at| &history[*at] == found).collect();
            return match at.as_slice() {
                [0] => Ok(()),
                [at] if history[at - 1] == base => Ok(()),
                _ => wrong(format!("the branch was {history:?}")),
            };
        }
        if target.starts_with("refs/tags/") {
            let history = self.refs.get(target).cloned().unwrap_or_default();
            return if history == [found.as_str()] { Ok(()) } else { wrong(format!("the tag was {history:?}")) };
        }
        if target.starts_with("refs/heads/") {
            let history = self.refs.get(target).cloned().unwrap_or_default();
            return if history.first() == Some(found) { Ok(()) } else { wrong(format!("the branch was {history:?}")) };
        }
        let now = self.outside(target);
        if now.as_ref() == Some(found) { Ok(()) } else { wrong(format!("it is {now:?}")) }
    }

    /// The state of a file, an image or an environment.
    fn outside(&self, target: &str) -> Option<String> {
        if let Some(environment) = target.strip_prefix("environment ") {
            let name = environment.split(' ').next()?;
            let current: serde_json::Value =
                serde_json::from_slice(self.files.get(&format!("{name}/current.json"))?).ok()?;
            return Some(canonical::digest(&current).ok()?.to_string());
        }
        if let Some(bytes) = self.files.get(target) {
            return Some(Digest::of(bytes).to_string());
        }
        let (folder, tag) = target.split_once('/')?;
        let images = images(self.files.get(&format!("{folder}/index.json"))?);
        let [digest] = images.iter().filter(|(name, _)| name == tag).map(|(_, digest)| digest).collect::<Vec<_>>()[..]
        else {
            return Some(format!("not tagged once: {images:?}"));
        };
        let bytes = self.files.get(&format!("{folder}/blobs/sha256/{digest}"))?;
        Some(Digest::of(bytes).to_string())
    }
}

fn images(index: &[u8]) -> Vec<(String, String)> {
    let index: serde_json::Value = serde_json::from_slice(index).unwrap();
    let image = |entry: &serde_json::Value| {
        let tag = entry["annotations"]["org.opencontainers.image.ref.name"].as_str().unwrap().to_owned();
        (tag, entry["digest"].as_str().unwrap().trim_start_matches("sha256:").to_owned())
    };
    index["manifests"].as_array().unwrap().iter().map(image).collect()
}

fn files(folder: &Path, prefix: &str) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        match entry.file_type().unwrap().is_dir() {
            true => found.extend(files(&entry.path(), &format!("{name}/"))),
            false => drop(found.insert(name, std::fs::read(entry.path()).unwrap_or_default())),
        }
    }
    found
}

/// Everything that is wrong with a release that has come to its end, given what was acknowledged on the way.
pub(crate) fn violations(records: &[Record], acknowledged: &[Event], seen: &Seen) -> Vec<String> {
    let mut wrong = Vec::new();
    let receipts = receipts(records);
    wrong.extend(distinct(&receipts));
    wrong.extend(lost(records, acknowledged));
    wrong.extend(unsettled(records));
    wrong.extend(receipts.iter().filter_map(|receipt| seen.state(receipt).err()));
    wrong.extend(unexplained(records, &receipts, seen));
    wrong
}

fn intents(records: &[Record]) -> impl Iterator<Item = (&StepId, &Intent)> {
    records.iter().filter_map(|record| match &record.event {
        Event::StepStarted { step, intent: Some(intent), .. } => Some((step, intent)),
        _ => None,
    })
}

fn receipts(records: &[Record]) -> Vec<&Receipt> {
    let of = records.iter().filter_map(|record| match &record.event {
        Event::StepPassed(outcome) => Some(&outcome.receipts),
        _ => None,
    });
    of.flatten().collect()
}

/// I1: at most one distinct state a target.
fn distinct(receipts: &[&Receipt]) -> Vec<String> {
    let mut states: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for receipt in receipts {
        states.entry(&receipt.target).or_default().insert(&receipt.found);
    }
    let several = states.into_iter().filter(|(_, states)| states.len() > 1);
    several.map(|(target, states)| format!("{target} was given several states: {states:?}")).collect()
}

/// I2: what was acknowledged once is there, in the same order.
pub(crate) fn lost(records: &[Record], acknowledged: &[Event]) -> Vec<String> {
    let mut rest = records.iter();
    let missing = acknowledged.iter().filter(|event| !rest.by_ref().any(|record| record.event == **event));
    missing.map(|event| format!("acknowledged and lost: {}", event.sentence())).collect()
}

/// Every intent has its outcome, and no more than one of those that count.
fn unsettled(records: &[Record]) -> Vec<String> {
    let mut wrong = Vec::new();
    let release = Release::fold(records).unwrap().unwrap();
    for (step, history) in &release.steps {
        if history.open.iter().any(|open| open.intent.is_some()) {
            wrong.push(format!("{step} has an intent without an outcome"));
        }
        let intents = intents(records).filter(|(of, _)| *of == step).count();
        let ends = history.attempts.iter().filter(|attempt| !attempt.outcome.receipts.is_empty()).count();
        if ends > intents {
            wrong.push(format!("{step} has {intents} intents and {ends} outcomes with receipts"));
        }
    }
    wrong
}

/// I5: whatever stands outside was announced by a step, or put there by people.
fn unexplained(records: &[Record], receipts: &[&Receipt], seen: &Seen) -> Vec<String> {
    let items = intents(records).flat_map(|(_, intent)| &intent.items);
    let announced: BTreeSet<&str> = items.map(|item| item.desired.as_str()).collect();
    let known = |object: &String| announced.contains(object.as_str()) || seen.people.contains(object);
    let objects = seen.refs.iter().flat_map(|(name, history)| history.iter().map(move |object| (name, object)));
    let strange = objects.filter(|(_, object)| !known(object)).map(|(name, object)| format!("{name} named {object:?}"));
    let targets: BTreeSet<&str> = receipts.iter().map(|receipt| receipt.target.as_str()).collect();
    let indexes = ["/index.json", "/oci-layout", "/index.yaml"];
    let layout = |path: &str| path.contains("/blobs/") || indexes.iter().any(|name| path.ends_with(name));
    let deployed = |path: &str| {
        let name = path.strip_suffix("/current.json").map(|name| format!("environment {name} of "));
        name.is_some_and(|name| targets.iter().any(|target| target.starts_with(&name)))
    };
    let files = seen.files.keys().filter(|path| !targets.contains(path.as_str()) && !layout(path) && !deployed(path));
    strange.chain(files.map(|path| format!("{path} was put there by nobody"))).collect()
}
