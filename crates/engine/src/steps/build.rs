//! `build`: makes the artifacts from the release commit, once; from then on they travel by their digests.

use allclear_core::event::Artifact;
use allclear_core::names::RelPath;
use allclear_core::process::command::Command;
use allclear_core::process::spec::{Field, KindSpec, Naming, Shape, Type};
use serde::Deserialize;

use super::run::{ENV, FOLDER, PROGRAMS, Setting, run};
use crate::files;
use crate::step::{Check, Context, Finding, Kind, StepError, Work};

const FIELDS: &[Field] = &[
    Field::new("artifacts", Type::List(&Type::Glob), "the files that the command makes").required(),
    Field::new("shell", Type::Flag, "whether the command is text for `sh -c`; without it no shell sees it"),
    FOLDER,
    ENV,
    PROGRAMS,
];

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new(
            "build",
            Type::Command,
            "builds the artifacts in a clean checkout of the release commit, and freezes them",
        ),
        fields: FIELDS,
        shape: Shape::Check,
        naming: Naming::Kind,
        once: false,
    },
    work: |step| Ok(Work::Check(Box::new(step.read::<Build>()?))),
    preflight: |step, preflight| {
        if let Ok(build) = step.read::<Build>() {
            preflight.command(&build.build);
            preflight.programs(&build.setting.programs);
        }
    },
};

#[derive(Deserialize)]
struct Build {
    build: Command,
    artifacts: Vec<String>,
    #[serde(flatten)]
    setting: Setting,
}

impl Check for Build {
    fn check(&self, cx: &Context<'_>) -> Result<Finding, StepError> {
        let ran = run(cx, &self.build, &self.setting)?;
        let (well, summary) = ran.verdict(cx.step)?;
        if !well {
            return Ok(Finding { summary, evidence: ran.evidence, tests: ran.reports.tests, ..Finding::default() });
        }
        let mut artifacts = Vec::new();
        for path in files::below(ran.folder(), &self.artifacts)? {
            let (sha256, size) = cx.store.put_file(&ran.folder().join(&path))?;
            artifacts.push(Artifact { path: RelPath::new(path)?, sha256, size });
        }
        let made = match artifacts.len() {
            0 => format!("left no file that matches {}", self.artifacts.join(", ")),
            1 => format!("made {}", artifacts[0].path),
            n => format!("made {n} files"),
        };
        let passed = !artifacts.is_empty();
        let summary = format!("`{}` {made}{}", ran.title, ran.reports.said(passed));
        Ok(Finding { passed, summary, evidence: ran.evidence, artifacts, tests: ran.reports.tests })
    }
}
