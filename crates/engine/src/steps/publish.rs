//! `publish`: the frozen artifacts, to where people get them.

mod admission;
mod attached;
mod charts;
mod commands;
mod crates;
mod files;
mod forge;
mod image;
mod npm;
pub mod pointers;
pub mod published;
mod pypi;
pub mod stage;

use allclear_core::event::{Artifact, Receipt};
use allclear_core::names::Word;
use allclear_core::process::Step;
use allclear_core::process::spec::{Becomes, Field, KindSpec, Naming, Shape, Type};
use allclear_core::release::{History, Verdict};
use allclear_core::template::Template;
use serde::Deserialize;

use self::crates::CRATES;
use self::files::{FILES, PublishFiles};
use self::forge::PublishRelease;
use self::image::PublishImage;
use self::npm::NPM;
use self::published::Published;
use self::pypi::PYPI;
use crate::files::Pattern;
use crate::step::{Context, Kind, StepError, Work};

/// What stands, in the target of an item, before the digest of a manifest or file to which no name need lead.
const BY_DIGEST: &str = "@sha256:";

const FIELDS: &[Field] = &[
    Field::new("to", Type::Word, "the target of `[targets]`; called like what is published where it is left out"),
    Field::new("artifacts", Type::List(&Type::Glob), "which artifacts, where not all of the kind"),
    Field::new(
        "image",
        Type::Template(Becomes::Text),
        "the name of the image and its tag, such as `example/harbor:{version}`",
    ),
    Field::new(
        "attach",
        Type::List(&Type::Glob),
        "which artifacts are attached to the image, such as `attestations/*`; who has the image finds them by its digest",
    ),
    Field::new("charts", Type::List(&Type::Glob), "the folders of the charts"),
    Field::new(
        "attestations",
        Type::Flag,
        "with `pypi`: whether each file is sent with the attestations beside it, `FILE.publish.attestation` and their like (PEP 740)",
    ),
];

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new(
            "publish",
            Type::Choice(&["pypi", "npm", "crates", "oci-image", "helm-chart", "github-release", "files"]),
            "publishes what was built",
        ),
        fields: FIELDS,
        shape: Shape::IrreversibleEffect,
        naming: Naming::KindAndValue,
        once: false,
    },
    work: |step| Ok(Work::Effect(work(step.read::<Publish>()?))),
    preflight: |step, preflight| {
        if let Ok(publish) = step.read::<Publish>() {
            preflight.target(&publish.target());
            preflight.charts("charts", &publish.charts);
            admission::ask(&publish, preflight);
        }
    },
};

/// What can be published: one line and one file for each.
fn work(publish: Publish) -> Box<dyn Published> {
    match publish.publish.as_str() {
        "oci-image" => Box::new(PublishImage(publish)),
        "helm-chart" => Box::new(PublishFiles { publish, line: &charts::CHARTS }),
        "github-release" => Box::new(PublishRelease::new(publish)),
        "pypi" => Box::new(PublishFiles { publish, line: &PYPI }),
        "npm" => Box::new(PublishFiles { publish, line: &NPM }),
        "crates" => Box::new(PublishFiles { publish, line: &CRATES }),
        _ => Box::new(PublishFiles { publish, line: &FILES }),
    }
}

/// What the step says.
#[derive(Deserialize)]
struct Publish {
    publish: Word,
    to: Option<Word>,
    #[serde(default)]
    artifacts: Vec<String>,
    image: Option<Template>,
    #[serde(default)]
    attach: Vec<String>,
    #[serde(default)]
    charts: Vec<String>,
    #[serde(default)]
    attestations: bool,
}

impl Publish {
    fn target(&self) -> Word {
        self.to.clone().unwrap_or_else(|| self.publish.clone())
    }

    /// The artifacts that are published: what the step says, or what is usual. `way_out` is how there comes to be one.
    fn artifacts<'c>(
        &self,
        cx: &'c Context<'_>,
        usual: &[&str],
        way_out: &str,
    ) -> Result<Vec<&'c Artifact>, StepError> {
        match self.artifacts.is_empty() {
            true => self.chosen(cx, &usual.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>(), way_out),
            false => self.chosen(cx, &self.artifacts, way_out),
        }
    }

    /// The artifacts that these patterns choose.
    fn chosen<'c>(&self, cx: &'c Context<'_>, texts: &[String], way_out: &str) -> Result<Vec<&'c Artifact>, StepError> {
        let patterns: Vec<Pattern> = texts.iter().map(|text| Pattern::new(text)).collect::<Result<_, _>>()?;
        let fits = |artifact: &&Artifact| patterns.iter().any(|pattern| pattern.fits(artifact.path.as_str()));
        let fitting: Vec<&Artifact> = cx.release.artifacts().into_iter().filter(fits).collect();
        match (fitting.is_empty(), unbuilt(cx)) {
            (false, _) => Ok(fitting),
            (true, Some(build)) => Err(StepError::NotYet(format!("{} has not built it yet", build.id))),
            (true, None) => {
                Err(StepError::Refused(format!("no artifact of the release matches {}: {way_out}", texts.join(", "))))
            }
        }
    }
}

/// A step of this release that is still to build something.
fn unbuilt<'a>(cx: &Context<'a>) -> Option<&'a Step> {
    let builds = cx.process.steps_of(&cx.release.kind).filter(|step| step.kind.as_str() == "build");
    let built = |step: &Step| cx.release.steps.get(&step.id).is_some_and(|history| history.last().is_some());
    builds.filter(|step| step.applies(&cx.release.kind, &cx.release.version)).find(|step| !built(step))
}

/// The steps of this release that publish to a target which a step names under this key.
fn steps_to<'a>(cx: &Context<'a>, target: &Word, key: &str) -> Result<Vec<(&'a Step, Publish)>, StepError> {
    let mut steps = Vec::new();
    for step in cx.process.steps_of(&cx.release.kind).filter(|step| step.kind.as_str() == "publish") {
        let publish = step.read::<Publish>()?;
        if publish.target() == *target {
            steps.push((step, publish));
        }
    }
    if steps.is_empty() {
        return Err(StepError::Refused(format!(
            "no step of a {} release publishes to `{target}`: take it out of `{key}`",
            cx.release.kind
        )));
    }
    steps.retain(|(step, _)| step.applies(&cx.release.kind, &cx.release.version));
    Ok(steps)
}

/// What a publish step has published; none where a person decided that it need not.
fn receipts<'a>(cx: &Context<'a>, step: &Step) -> Result<Option<&'a [Receipt]>, StepError> {
    let history = cx.release.steps.get(&step.id);
    let last = history.and_then(History::last).filter(|attempt| attempt.verdict == Verdict::Passed);
    match (last, history.is_some_and(|history| history.waiver.is_some())) {
        (Some(attempt), _) => Ok(Some(&attempt.outcome.receipts)),
        (None, true) => Ok(None),
        (None, false) => {
            Err(StepError::NotYet(format!("{} has not published yet, and must come before this step", step.id)))
        }
    }
}
