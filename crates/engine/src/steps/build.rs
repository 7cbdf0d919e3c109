//! `build`: makes the artifacts from the release commit, once; from then on they travel by their digests.

use std::path::Path;

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
    Field::new(
        "builds",
        Type::Count(4),
        "how many times it is built, each in a clean checkout; 1 where it is left out. All must give the same bytes",
    ),
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
    #[serde(default = "once")]
    builds: u32,
    #[serde(flatten)]
    setting: Setting,
}

fn once() -> u32 {
    1
}

impl Build {
    /// What the command left, kept under its digests.
    fn frozen(&self, cx: &Context<'_>, folder: &Path) -> Result<Vec<Artifact>, StepError> {
        let freeze = |path: String| {
            let (sha256, size) = cx.store.put_file(&folder.join(&path))?;
            Ok(Artifact { path: RelPath::new(path)?, sha256, size })
        };
        files::below(folder, &self.artifacts)?.into_iter().map(freeze).collect()
    }

    /// Builds again, and says what came out otherwise than the first time.
    fn again(&self, cx: &Context<'_>, first: &[Artifact]) -> Result<Option<String>, StepError> {
        let ran = run(cx, &self.build, &self.setting)?;
        let (well, summary) = ran.verdict(cx.step)?;
        if !well {
            return Ok(Some(format!("it worked once and not again: {summary}")));
        }
        Ok(difference(first, &self.frozen(cx, ran.folder())?))
    }
}

/// The first file that two builds do not have in common.
fn difference(one: &[Artifact], other: &[Artifact]) -> Option<String> {
    let differs = one.iter().zip(other).find(|(one, other)| one != other);
    match (differs, one.len().cmp(&other.len())) {
        (Some((one, other)), _) if one.path == other.path => Some(format!(
            "two builds of the same commit differ: `{}` is sha256:{} and then sha256:{}",
            one.path, one.sha256, other.sha256
        )),
        (Some((one, _)), _) => {
            Some(format!("two builds of the same commit differ: only one of them makes `{}`", one.path))
        }
        (None, std::cmp::Ordering::Equal) => None,
        (None, _) => {
            Some(format!("one build of this commit makes {} files, and another makes {}", one.len(), other.len()))
        }
    }
}

impl Check for Build {
    fn check(&self, cx: &Context<'_>) -> Result<Finding, StepError> {
        let ran = run(cx, &self.build, &self.setting)?;
        let (well, summary) = ran.verdict(cx.step)?;
        if !well {
            return Ok(Finding { summary, evidence: ran.evidence, tests: ran.reports.tests, ..Finding::default() });
        }
        let artifacts = self.frozen(cx, ran.folder())?;
        let made = match artifacts.len() {
            0 => format!("left no file that matches {}", self.artifacts.join(", ")),
            1 => format!("made {}", artifacts[0].path),
            n => format!("made {n} files"),
        };
        let passed = !artifacts.is_empty();
        let said = ran.reports.said(passed);
        let (title, evidence, tests) = (ran.title.clone(), ran.evidence.clone(), ran.reports.tests.clone());
        // Its checkout is free for the next build.
        drop(ran);
        for _ in 1..self.builds.max(1) {
            if let Some(difference) = self.again(cx, &artifacts)? {
                return Ok(Finding {
                    summary: format!("`{title}`: {difference}"),
                    evidence,
                    tests,
                    ..Finding::default()
                });
            }
        }
        let times =
            if self.builds > 1 && passed { format!(", the same in {} builds", self.builds) } else { String::new() };
        let summary = format!("`{title}` {made}{times}{said}");
        Ok(Finding { passed, summary, evidence, artifacts, tests })
    }
}
