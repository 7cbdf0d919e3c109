//! `published`: what was published is downloaded again, as a user would, and is what was frozen.

mod wait;

use allclear_core::event::Item;
use allclear_core::names::Word;
use allclear_core::process::spec::{Field, KindSpec, Naming, Shape, Type};
use serde::Deserialize;
use serde_json::{Value, json};

use self::wait::seen;
use super::attached::Attached;
use super::{receipts, steps_to, work};
use crate::ports::download::{Part, Reader};
use crate::step::{Check, Context, Effect, Finding, Kind, Probe, StepError, Work, item};

/// How many things that are wrong a summary names: all of them stand in the evidence.
const NAMED: usize = 2;

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new(
            "published",
            Type::List(&Type::Word),
            "downloads what was published to these targets, as a user would, and holds it against the digests of what was frozen",
        ),
        fields: &[],
        shape: Shape::Check,
        naming: Naming::Kind,
        once: false,
    },
    work: |step| Ok(Work::Check(Box::new(step.read::<Again>()?))),
    preflight: |step, preflight| {
        if let Ok(again) = step.read::<Again>() {
            again.published.iter().for_each(|target| preflight.target(target));
        }
    },
};

/// What the step says: the targets.
#[derive(Deserialize)]
struct Again {
    published: Vec<Word>,
}

/// A way to publish whose work can be downloaded.
pub(super) trait Published: Effect {
    /// Reads what stands where an item was published: its parts, each with the digest that it must have; none where it cannot be seen, or
    /// not all of it. It has no parts where it is nothing that has bytes, and can be seen.
    ///
    /// # Errors
    /// When it cannot be read: [`StepError::Passing`] where later it may be.
    fn download(&self, cx: &Context<'_>, item: &Item) -> Result<Option<Vec<Part>>, StepError>;

    /// What of it can be done before the point of no return, unseen by anybody who does not know the digests; none where what arrives at its
    /// target is published. Its items are not those of publishing.
    ///
    /// # Errors
    /// When the process does not say where the target is.
    fn staged(&self, _cx: &Context<'_>) -> Result<Option<Box<dyn Effect + '_>>, StepError> {
        Ok(None)
    }
}

/// Looks whether an item is so by what is downloaded of it.
pub(super) fn read_again(work: &dyn Published, cx: &Context<'_>, item: &Item) -> Result<Probe, StepError> {
    let found = work.probe(cx, item)?;
    if !matches!(found, Probe::Ours { .. }) {
        return Ok(found);
    }
    let Some(parts) = work.download(cx, item)? else { return Ok(Probe::Absent) };
    let wrong = parts.iter().find(|part| !part.read.found.is(&part.wanted));
    let told = |part: &Part| format!("{} instead of sha256:{} in what is downloaded", part.read.found, part.wanted);
    Ok(wrong.map_or(found, |part| Probe::Foreign { found: told(part) }))
}

/// Something published, and how it was found.
struct Looked {
    target: Word,
    /// What people call it: a file, an image.
    what: &'static str,
    /// Whether it is told which of its parts is wrong.
    of_parts: bool,
    item: Item,
    /// None where it could not be seen.
    parts: Option<Vec<Part>>,
    /// How long it took to be seen, in seconds.
    after: u64,
}

impl Check for Again {
    fn check(&self, cx: &Context<'_>) -> Result<Finding, StepError> {
        cx.announce();
        let mut looked = Vec::new();
        for target in &self.published {
            let before = looked.len();
            for (step, publish) in steps_to(cx, target, "published")? {
                let Some(receipts) = receipts(cx, step)? else { continue };
                let of_parts = publish.publish.as_str() == "oci-image";
                let work = work(publish);
                for receipt in receipts {
                    let item = item(&receipt.target, &receipt.found, &receipt.target);
                    let patience = work.visibility(cx);
                    let (parts, after) = seen(cx, patience, &|| work.download(cx, &item))?;
                    let what = match (of_parts, Attached::of(&item)) {
                        (true, None) => "image",
                        (true, Some(_)) => "attachment",
                        (false, _) => "file",
                    };
                    looked.push(Looked { target: target.clone(), what, of_parts, item, parts, after: after.as_secs() });
                }
            }
            if looked.len() == before {
                cx.world.progress.says(cx.step.id.as_str(), &format!("nothing was published to {target}"));
            }
        }
        finding(cx, &self.published, &looked)
    }
}

impl Looked {
    /// What is wrong with it: each thing in words, with both digests.
    fn wrong(&self) -> Vec<String> {
        let Item { target, desired, .. } = &self.item;
        let Some(parts) = &self.parts else {
            return vec![format!("{target} cannot be seen after {} s, and sha256:{desired} was published", self.after)];
        };
        let wrong = parts.iter().filter(|part| !part.read.found.is(&part.wanted));
        let told = wrong.map(|part| {
            let what = if self.of_parts { format!("{} of {target}", part.name) } else { target.clone() };
            format!("{what} is {}, and sha256:{} was frozen", part.read.found, part.wanted)
        });
        told.collect()
    }

    /// Whether there was something to read.
    fn is_read(&self) -> bool {
        self.parts.as_ref().is_none_or(|parts| !parts.is_empty())
    }

    fn is_by(&self, reader: Reader) -> bool {
        self.parts.iter().flatten().any(|part| part.read.by == reader)
    }

    /// It in the evidence.
    fn json(&self) -> Value {
        let of = |part: &Part| {
            json!({
                "name": part.name, "sha256": part.wanted.to_string(), "found": part.read.found.to_string(),
                "size": part.read.size, "place": part.read.place, "read": part.read.by,
            })
        };
        json!({
            "target": self.item.target, "sha256": self.item.desired, "seconds": self.after, "wrong": self.wrong(),
            "parts": self.parts.as_ref().map(|parts| parts.iter().map(of).collect::<Vec<_>>()),
        })
    }
}

/// The answer, with everything that was read as evidence.
fn finding(cx: &Context<'_>, targets: &[Word], looked: &[Looked]) -> Result<Finding, StepError> {
    let wrong: Vec<String> = looked.iter().flat_map(Looked::wrong).collect();
    let told = json!({ "published": looked.iter().map(Looked::json).collect::<Vec<_>>() });
    let evidence = vec![cx.keep("published.json", "application/json", format!("{told:#}\n").into_bytes())?];
    let said = match wrong.len() {
        0 => format!(
            "{}: as {} frozen{}",
            counted(targets, looked),
            were(looked.iter().filter(|one| one.is_read()).count()),
            readers(looked)
        ),
        more => {
            let named = wrong.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join("; ");
            let more = more.saturating_sub(NAMED);
            if more == 0 { named } else { format!("{named}; and {more} more") }
        }
    };
    let summary = cx.world.redactor.text(&said);
    Ok(Finding { passed: wrong.is_empty(), summary, evidence, ..Finding::default() })
}

fn were(things: usize) -> &'static str {
    if things == 1 { "it was" } else { "they were" }
}

/// `3 files of pypi, 1 image of oci-image`.
fn counted(targets: &[Word], looked: &[Looked]) -> String {
    let mut counted = Vec::new();
    for target in targets {
        for what in ["file", "image", "attachment"] {
            let is = |one: &&Looked| one.target == *target && one.what == what && one.is_read();
            let count = looked.iter().filter(is).count();
            match count {
                0 => {}
                1 => counted.push(format!("1 {what} of {target}")),
                _ => counted.push(format!("{count} {what}s of {target}")),
            }
        }
    }
    if counted.is_empty() { "nothing was published".to_owned() } else { counted.join(", ") }
}

/// What a reader must know who takes "published" for "everybody can download it".
fn readers(looked: &[Looked]) -> &'static str {
    match (
        looked.iter().any(|one| one.is_by(Reader::NotRead)),
        looked.iter().any(|one| one.is_by(Reader::WithCredentials)),
    ) {
        (true, _) => " (by what the registry says: not all of it could be downloaded)",
        (false, true) => " (not everybody can read all of it)",
        (false, false) => "",
    }
}
