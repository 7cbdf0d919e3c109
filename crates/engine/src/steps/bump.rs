//! `bump`: the release commit, which changes nothing but the version.

use allclear_core::edit::{self, Format};
use allclear_core::event::CommitRole;
use allclear_core::names::{BranchName, CommitId, RelPath};
use allclear_core::process::spec::{Becomes, Field, KindSpec, Naming, Shape, Type};
use allclear_core::template::Template;
use allclear_core::version::Spelling;
use serde::Deserialize;

use super::commit::{Change, Commit};
use crate::files::Pattern;
use crate::repository::Edits;
use crate::step::{Context, Kind, StepError, Work};

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new(
            "bump",
            Type::Template(Becomes::Text),
            "makes the release commit: writes the version into every file of `[versions]`; the value is its message",
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

/// The files of a commit in which the version stands, each with its format.
///
/// # Errors
/// When a pattern matches nothing, or a file of a format that is not known.
pub fn version_files(cx: &Context<'_>, commit: &CommitId) -> Result<Vec<(RelPath, Format)>, StepError> {
    let files = cx.repository().files(commit)?;
    let mut found = Vec::new();
    for pattern in &cx.process.versions.files {
        let matching = Pattern::new(pattern)?.select(&files);
        if matching.is_empty() {
            return Err(StepError::Refused(format!(
                "`{pattern}` of `[versions]` matches no file of {}: correct it, or leave it out",
                commit.short()
            )));
        }
        for path in matching {
            let unknown = || StepError::Refused(format!("`{path}` is of no format whose version can be written"));
            found.push((RelPath::new(path)?, Format::of(path).ok_or_else(unknown)?));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found.dedup();
    Ok(found)
}

/// How a format spells versions.
pub fn spelling(format: Format) -> Spelling {
    match format {
        Format::Pyproject => Spelling::Pep440,
        Format::PackageJson | Format::Chart => Spelling::SemVer,
    }
}

impl Change for Bump {
    fn branch(&self, cx: &Context<'_>) -> Result<BranchName, StepError> {
        cx.branch()
    }

    fn edits(&self, cx: &Context<'_>, base: &CommitId) -> Result<Edits, StepError> {
        let mut edits = Edits::new();
        for (path, format) in version_files(cx, base)? {
            let text = cx.text(base, &path)?;
            let version = cx.release.version.spelled(spelling(format));
            let cannot = || StepError::content(format!("the version cannot be written into `{path}`"));
            let edited = edit::set_version(format, &text, &version).map_err(cannot())?;
            edit::only_versions_differ(format, &text, &edited.text).map_err(cannot())?;
            if edited.text != text {
                edits.insert(path, Some(edited.text.into_bytes()));
            }
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
