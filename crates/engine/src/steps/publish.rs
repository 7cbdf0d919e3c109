//! `publish`: the frozen artifacts, to where people get them.

mod admission;
mod charts;
mod commands;
mod files;
mod image;
mod npm;
pub mod pointers;
pub mod published;

use allclear_core::names::Word;
use allclear_core::process::Step;
use allclear_core::process::spec::{Becomes, Field, KindSpec, Naming, Shape, Type};
use allclear_core::template::Template;
use serde::Deserialize;

use self::files::{FILES, PYPI, PublishFiles};
use self::image::PublishImage;
use self::npm::NPM;
use self::published::Published;
use crate::step::{Context, Kind, StepError, Work};

const FIELDS: &[Field] = &[
    Field::new("to", Type::Word, "the target of `[targets]`; called like what is published where it is left out"),
    Field::new("artifacts", Type::List(&Type::Glob), "which artifacts, where not all of the kind"),
    Field::new(
        "image",
        Type::Template(Becomes::Text),
        "the name of the image and its tag, such as `example/harbor:{version}`",
    ),
    Field::new("charts", Type::List(&Type::Glob), "the folders of the charts"),
];

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new(
            "publish",
            Type::Choice(&["pypi", "npm", "oci-image", "helm-chart", "files"]),
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
        "pypi" => Box::new(PublishFiles { publish, line: &PYPI }),
        "npm" => Box::new(PublishFiles { publish, line: &NPM }),
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
    charts: Vec<String>,
}

impl Publish {
    fn target(&self) -> Word {
        self.to.clone().unwrap_or_else(|| self.publish.clone())
    }

    /// What to say where no artifact matches these patterns: that none is built yet, or how one comes to be.
    fn nothing(&self, cx: &Context<'_>, texts: &[String], way_out: &str) -> StepError {
        let applies =
            |step: &&Step| step.kind.as_str() == "build" && step.applies(&cx.release.kind, &cx.release.version);
        let built = |step: &&Step| cx.release.steps.get(&step.id).is_some_and(|history| history.last().is_some());
        match cx.process.steps_of(&cx.release.kind).filter(applies).find(|step| !built(step)) {
            Some(step) => StepError::Refused(format!("{} has not built it yet", step.id)),
            None => StepError::Refused(format!("no artifact of the release matches {}: {way_out}", texts.join(", "))),
        }
    }

    /// Which artifacts are published: what the step says, or what is usual.
    fn patterns(&self, usual: &[&str]) -> Vec<String> {
        match self.artifacts.is_empty() {
            true => usual.iter().map(|text| (*text).to_owned()).collect(),
            false => self.artifacts.clone(),
        }
    }
}
