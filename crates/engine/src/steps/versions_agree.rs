//! `versions-agree`: every place of the version says the same.

use allclear_core::edit::{self, Agreement, Differs};
use allclear_core::process::spec::{Field, KindSpec, Naming, Shape, Type};

use crate::step::{Check, Context, Finding, Kind, StepError, Work};
use crate::version_files;

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new(
            "versions-agree",
            Type::Flag,
            "checks that all places of `[versions]` say the same, and once `bump` has written it, that it is the version of the release",
        ),
        fields: &[],
        shape: Shape::Check,
        naming: Naming::Kind,
        once: false,
    },
    work: |_| Ok(Work::Check(Box::new(VersionsAgree))),
    preflight: |_, preflight| preflight.version_files(),
};

struct VersionsAgree;

impl Check for VersionsAgree {
    fn check(&self, cx: &Context<'_>) -> Result<Finding, StepError> {
        cx.begin()?;
        let files = &cx.process.versions.files;
        if files.is_empty() {
            let what = "`[versions]` names no file: add `files = [\"pyproject.toml\"]`, or take the step out";
            return Err(StepError::Refused(what.to_owned()));
        }
        let commit = cx.commit()?;
        let paths = cx.repository().files(commit)?;
        let selected = version_files::select(files, &paths)?;
        let texts = version_files::texts(cx.repository(), commit, &selected, &paths)?;
        let written = cx.release.release_commit.is_some().then_some(&cx.release.version);
        let last = cx.release.opening.last.as_ref().map(|last| &last.version);
        let agreement = edit::differing(&selected, &texts, written, last)
            .map_err(StepError::content("the places of the version cannot be compared"))?;
        let lines: String = agreement.differing.iter().map(|place| said(place, written.is_some()) + "\n").collect();
        let summary = summary(&agreement, written.is_some());
        let told = if lines.is_empty() { format!("{summary}\n") } else { lines };
        Ok(Finding {
            passed: agreement.differing.is_empty(),
            evidence: vec![cx.keep("versions-agree.txt", "text/plain", told.into_bytes())?],
            summary,
            ..Finding::default()
        })
    }
}

/// One place that differs, and the way out.
fn said(place: &Differs, is_written: bool) -> String {
    let Differs { path, line, field, value, expected } = place;
    let so = match expected {
        Some(expected) if is_written => format!("the release is `{expected}`"),
        Some(expected) => format!("others say `{expected}`"),
        None => "that is no version of a release".to_owned(),
    };
    format!("{path}:{line}: `{field}` is `{value}`, and {so}: correct it, or take it out of `[versions]`")
}

fn summary(agreement: &Agreement, is_written: bool) -> String {
    let Agreement { places, version, differing } = agreement;
    let version = version.as_ref().map_or("no version".to_owned(), ToString::to_string);
    let Some(first) = differing.first() else {
        return format!("{version} stands in all {places} places of `[versions]`");
    };
    format!("{} of {places} places of `[versions]` differ: {}", differing.len(), said(first, is_written))
}

#[cfg(test)]
mod tests {
    use allclear_core::process::read::read;

    #[test]
    fn a_step_that_asks_for_nothing_is_a_mistake() {
        let source = "[project]\nname = \"demo\"\ntrunk = \"main\"\n[kinds]\nminor = [\"verify\"]\n[[phase.verify]]\nversions-agree = false\n";
        let defaults = crate::defaults::defaults().unwrap();
        let problems = read("allclear.toml", source, &crate::catalogue::specs(), &defaults).unwrap_err();
        insta::assert_snapshot!(problems.render(false), @"
        error: `versions-agree = false` asks for nothing
         --> allclear.toml:7:18
          |
        7 | versions-agree = false
          |                  ^^^^^
          |
          = help: write `versions-agree = true`, or take the step out
        ");
    }
}
