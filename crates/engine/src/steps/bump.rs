//! `bump`: the release commit, which changes nothing but the version.

use allclear_core::edit;
use allclear_core::event::CommitRole;
use allclear_core::names::{BranchName, CommitId, RelPath};
use allclear_core::process::spec::{Becomes, Field, KindSpec, Naming, Shape, Type};
use allclear_core::template::Template;
use serde::Deserialize;

use super::commit::{Change, Commit};
use crate::repository::Edits;
use crate::step::{Context, Kind, StepError, Work};
use crate::version_files;

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new(
            "bump",
            Type::Template(Becomes::Text),
            "makes the release commit: writes the version into every file of `[versions]` and what follows them; the value is its message",
        ),
        fields: &[],
        shape: Shape::Effect,
        naming: Naming::Kind,
        once: false,
    },
    work: |step| Ok(Work::Effect(Box::new(Commit(step.read::<Bump>()?)))),
    preflight: |_, preflight| preflight.version_files(),
};

#[derive(Deserialize)]
struct Bump {
    bump: Template,
}

impl Change for Bump {
    fn branch(&self, cx: &Context<'_>) -> Result<BranchName, StepError> {
        cx.branch()
    }

    fn edits(&self, cx: &Context<'_>, base: &CommitId) -> Result<Edits, StepError> {
        let paths = cx.repository().files(base)?;
        let selected = version_files::select(&cx.process.versions.files, &paths)?;
        let texts = version_files::texts(cx.repository(), base, &selected, &paths)?;
        let edited = edit::bump(&selected, &texts, &cx.release.version)
            .map_err(StepError::content("the version cannot be written"))?;
        let mut edits = Edits::new();
        for (path, edited) in edited {
            edits.insert(RelPath::new(path)?, Some(edited.text.into_bytes()));
        }
        Ok(edits)
    }

    fn message(&self, cx: &Context<'_>) -> Result<String, StepError> {
        Ok(self.bump.render(cx.values)?)
    }

    fn role(&self) -> Option<CommitRole> {
        Some(CommitRole::Release)
    }

    fn summary(&self, cx: &Context<'_>) -> String {
        format!("{} stands in every file of `[versions]`", cx.release.version)
    }
}
