//! What a range of commits brings, as a changelog tells it.

use allclear_core::changelog::fragment::{self, Fragments};
use allclear_core::changelog::{self, Commit, Entry, Sources};
use allclear_core::names::{CommitId, Word};
use allclear_core::process::{Process, Telling};

use crate::repository::Repository;
use crate::step::StepError;

/// The changelog of a kind of release: the one that its `changelog` step writes, or else that of the project.
pub fn changelog<'p>(process: &'p Process, kind: &Word) -> Option<&'p str> {
    let step = process.steps_of(kind).find(|step| step.kind.as_str() == "changelog");
    let own = step.and_then(|step| step.config.get("changelog")?.get("file")?.as_str());
    own.or(process.project.changelog.as_ref().map(|file| file.as_str()))
}

/// How a project's changes are told.
pub struct Notes<'a> {
    /// Where they are.
    pub repository: &'a Repository,
    /// What the process says about the changelog.
    pub telling: &'a Telling,
    /// The project's forge, such as `github:example/harbor`.
    pub forge: Option<&'a str>,
}

impl Notes<'_> {
    /// What people wrote into files of their own up to `until`, with the commits after `since` that added them.
    ///
    /// # Errors
    /// When git fails, or a file is no fragment.
    pub fn fragments(&self, since: Option<&CommitId>, until: &CommitId) -> Result<Fragments, StepError> {
        let Some(folder) = &self.telling.fragments else { return Ok(Fragments::default()) };
        let all = self.repository.files(until)?;
        let inside = |path: &&str| path.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'));
        let paths: Vec<&str> = all.iter().map(String::as_str).filter(inside).collect();
        let settings = all.iter().map(String::as_str).find(|path| ["towncrier.toml", "pyproject.toml"].contains(path));
        let texts = self.repository.read_all(until, &[paths.as_slice(), settings.as_slice()].concat())?;
        let texts: Vec<String> =
            texts.into_iter().map(|bytes| String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned()).collect();
        let files: Vec<(&str, &str)> = paths.iter().copied().zip(texts.iter().map(String::as_str)).collect();
        let settings = settings.zip(texts.get(paths.len()).map(String::as_str));
        let cannot = StepError::content(format!("the fragments in `{folder}` cannot be read"));
        let mut fragments = fragment::read(folder.as_str(), &files, settings).map_err(cannot)?;
        let added = self.repository.added(since, until, folder.as_str())?;
        for fragment in &mut fragments.told {
            fragment.added_by = added.get(&fragment.path).map(CommitId::to_string);
        }
        Ok(fragments)
    }

    /// The entry of a version: what is `written` in the changelog already is not told again.
    pub fn entry(
        &self,
        version: &str,
        date: &str,
        commits: &[Commit<'_>],
        fragments: &Fragments,
        written: &str,
    ) -> Entry {
        let sources = Sources { commits, fragments: &fragments.told, written };
        let changes = changelog::compose(&sources, &self.telling.rules(self.forge));
        Entry {
            version: version.to_owned(),
            date: date.to_owned(),
            highlights: changes.highlights,
            changes: changes.groups,
            contributors: changelog::contributors(commits).into_iter().map(str::to_owned).collect(),
            ..Entry::default()
        }
    }
}
