//! `archive`: the story of the release, in a folder of the project.

use std::fmt::Write as _;

use allclear_core::event::CommitRole;
use allclear_core::names::{BranchName, CommitId, RelPath};
use allclear_core::process::spec::{Becomes, Field, KindSpec, Naming, Shape, Type};
use allclear_core::release::{Stamp, Verdict};
use allclear_core::template::Template;
use serde::Deserialize;

use super::commit::{Change, Commit};
use crate::files::Pattern;
use crate::repository::Edits;
use crate::step::{Context, Kind, StepError, Work};

const FIELDS: &[Field] = &[
    Field::new("folder", Type::Template(Becomes::Path), "the folder; that of `[project]` where it is left out"),
    Field::new("on", Type::Template(Becomes::Branch), "the branch; the integration branch where it is left out"),
    Field::new("runbooks", Type::List(&Type::Glob), "the runbooks, as files of the release commit"),
];

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new(
            "archive",
            Type::List(&Type::Choice(&["runbooks", "logs", "metrics"])),
            "archives the release in a folder of the project: a summary, and what is named",
        ),
        fields: FIELDS,
        shape: Shape::Effect,
        naming: Naming::Kind,
        once: false,
    },
    work: |step| Ok(Work::Effect(Box::new(Commit(step.read::<Archive>()?)))),
    preflight: |step, preflight| {
        if let Ok(archive) = step.read::<Archive>() {
            preflight.archive(archive.folder.is_some());
        }
    },
};

#[derive(Deserialize)]
struct Archive {
    archive: Vec<String>,
    folder: Option<Template>,
    on: Option<Template>,
    #[serde(default)]
    runbooks: Vec<String>,
}

impl Archive {
    fn folder(&self, cx: &Context<'_>) -> Result<String, StepError> {
        let none = || {
            StepError::Refused(
                "the process names no archive: add `archive = \"docs/releases/{version}\"` to `[project]`".to_owned(),
            )
        };
        let folder = self.folder.as_ref().or(cx.process.project.archive.as_ref()).ok_or_else(none)?;
        Ok(folder.render(cx.values)?.trim_end_matches('/').to_owned())
    }

    fn takes(&self, what: &str) -> bool {
        self.archive.iter().any(|word| word == what)
    }

    fn evidence(&self, cx: &Context<'_>, folder: &str, edits: &mut Edits) -> Result<(), StepError> {
        for record in cx.ledger()?.release(&cx.release.version)? {
            let Some(step) = record.event.step() else { continue };
            for evidence in record.event.evidence() {
                let (log, metric) = (evidence.media_type == "text/plain", evidence.name.as_str() == "metrics.json");
                if !(log && self.takes("logs") || metric && self.takes("metrics")) {
                    continue;
                }
                // Whoever resumes this on another clone must make the same commit: what only this clone has is not in it.
                let bytes = cx.ledger()?.held(&record, &evidence.name)?;
                let path =
                    format!("{folder}/{}/{}-{}", step.phase(), step.step(), evidence.name.as_str().replace('/', "-"));
                edits.insert(RelPath::new(path)?, Some(bytes));
            }
        }
        Ok(())
    }

    fn runbooks(&self, cx: &Context<'_>, folder: &str, edits: &mut Edits) -> Result<(), StepError> {
        let commit = cx.commit()?;
        let files = cx.repository().files(commit)?;
        for pattern in self.runbooks.iter().filter(|_| self.takes("runbooks")) {
            for path in Pattern::new(pattern)?.select(&files) {
                let name = path.strip_prefix(fixed(pattern)).unwrap_or(path);
                edits.insert(RelPath::new(format!("{folder}/runbooks/{name}"))?, cx.repository().read(commit, path)?);
            }
        }
        Ok(())
    }
}

/// The folder that all paths of a pattern have in common: `docs/runbooks/` of `docs/runbooks/**`.
fn fixed(pattern: &str) -> &str {
    let plain = &pattern[..pattern.find(['*', '?', '[', '{']).unwrap_or(pattern.len())];
    plain.rfind('/').map_or("", |end| &plain[..=end])
}

/// The story of the release on one page.
fn summary(cx: &Context<'_>) -> String {
    let release = cx.release;
    let mut page = format!("# {} {}\n\n", cx.process.project.name, release.version);
    let commit = release.commit().map_or("", CommitId::as_str);
    let _ = writeln!(
        page,
        "{} release, opened {} by {}, commit `{commit}`.\n",
        release.kind,
        release.opened.at.strftime("%Y-%m-%d"),
        release.opened.by.name
    );
    let _ = writeln!(page, "| step | result | when | by |\n|---|---|---|---|");
    if let Some(reason) = release.opening.overridden() {
        row(&mut page, "opening", &format!("outside its window: {reason}"), &release.opened);
    }
    for step in cx.process.steps_of(&release.kind) {
        let Some(history) = release.steps.get(&step.id) else { continue };
        let (what, stamp) = match (history.last(), &history.waiver, history.sign_offs.last()) {
            (_, Some(waiver), _) => (format!("waived: {}", waiver.reason), &waiver.stamp),
            (Some(last), _, _) if last.verdict == Verdict::Passed => (last.outcome.summary.clone(), &last.stamp),
            (Some(last), _, _) => (format!("not passed: {}", last.outcome.summary), &last.stamp),
            (None, _, Some(given)) => {
                let signers: Vec<_> = history
                    .sign_offs
                    .iter()
                    .map(|given| format!("{} for {}", given.sign_off.person, given.sign_off.role))
                    .collect();
                (format!("signed off by {}", signers.join(", ")), &given.stamp)
            }
            (None, None, None) => continue,
        };
        row(&mut page, step.id.as_str(), &what, stamp);
    }
    page
}

fn row(page: &mut String, what: &str, said: &str, stamp: &Stamp) {
    let (said, at) = (said.replace('|', "\\|"), stamp.at.strftime("%Y-%m-%d %H:%M"));
    let _ = writeln!(page, "| {what} | {said} | {at} | {} |", stamp.by.name);
}

impl Change for Archive {
    fn branch(&self, cx: &Context<'_>) -> Result<BranchName, StepError> {
        match &self.on {
            Some(on) => Ok(on.render(cx.values)?.parse()?),
            None => Ok(cx.process.integration().clone()),
        }
    }

    fn edits(&self, cx: &Context<'_>, base: &CommitId) -> Result<Edits, StepError> {
        let folder = self.folder(cx)?;
        let page = RelPath::new(format!("{folder}/README.md"))?;
        if cx.repository().read(base, page.as_str())?.is_some() {
            return Ok(Edits::new());
        }
        let mut edits = Edits::from([(page, Some(summary(cx).into_bytes()))]);
        self.evidence(cx, &folder, &mut edits)?;
        self.runbooks(cx, &folder, &mut edits)?;
        Ok(edits)
    }

    fn message(&self, cx: &Context<'_>) -> Result<String, StepError> {
        Ok(format!("docs: archive the release {}\n", cx.release.version))
    }

    fn role(&self) -> Option<CommitRole> {
        None
    }

    fn summary(&self, cx: &Context<'_>) -> String {
        let place = self.folder(cx).unwrap_or_default();
        format!("`{place}` on {}", self.branch(cx).map_or(String::new(), |branch| branch.to_string()))
    }
}
