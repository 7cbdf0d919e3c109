//! A classic chart repository: packed charts, and `index.yaml` beside them that lists them all
//! (<https://helm.sh/docs/topics/chart_repository/>). Any place that serves files is one.
//!
//! A chart is published when its file is there *and* listed. The file comes first, so that nobody is sent to where nothing is.

use std::time::Duration;

use allclear_core::helm::index::{self, INDEX, Listing};

use super::download::{Downloaded, Found, Reader};
use super::packed_chart;
use super::registry::{Frozen, Registry, Stage};
use crate::content::Meter;
use crate::step::{Probe, StepError};

/// Makes the new text of the index from the old one; none where nothing has to be changed.
pub(crate) type Edit<'a> = dyn Fn(Option<&str>) -> Result<Option<String>, StepError> + 'a;

/// Where the index is kept: the one file of a repository that changes.
pub(crate) trait IndexFile {
    /// Reads it; none where there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    fn read(&self) -> Result<Option<String>, StepError>;

    /// Replaces it by what the edit makes of it, where nobody else has changed it meanwhile.
    ///
    /// # Errors
    /// When the edit fails, or it cannot be written: [`StepError::Passing`] where somebody else was faster.
    fn update(&self, edit: &Edit<'_>) -> Result<(), StepError>;
}

/// A repository of charts in a place for files.
pub(crate) struct HelmRepository<P>(pub(crate) P);

impl<P: Registry + IndexFile> Registry for HelmRepository<P> {
    fn find(&self, file: &Frozen) -> Result<Probe, StepError> {
        let (there, listed) = (self.0.find(file)?, listing(self.0.read()?.as_deref(), file)?);
        Ok(match (there, listed) {
            (foreign @ Probe::Foreign { .. }, _) => foreign,
            (_, Listed::Otherwise(digest)) => Probe::Foreign { found: format!("{digest} in `{INDEX}`") },
            (ours @ Probe::Ours { .. }, Listed::Ours) => ours,
            _ => Probe::Absent,
        })
    }

    fn upload(&self, file: &Frozen, meter: &Meter<'_>) -> Result<(), StepError> {
        // An upload that was cut off before the chart was listed has left its file.
        match self.0.find(file)? {
            Probe::Absent => self.0.upload(file, meter)?,
            _ => meter.add(file.content.size),
        }
        let chart = Listing::new(&packed_chart::manifest(file)?, file.content.sha256, &file.name);
        self.0.update(&|text| match listing(text, file)? {
            Listed::No => index::add(text, &chart).map(Some).map_err(unusable),
            // Ours needs nothing, and what is not ours is told by the next look.
            Listed::Ours | Listed::Otherwise(_) => Ok(None),
        })
    }

    fn admits(&self, file: &Frozen) -> Result<(), StepError> {
        // An index that cannot be added to is found out now.
        listing(self.0.read()?.as_deref(), file)?;
        self.0.admits(file)?;
        self.0.admits(&Frozen { name: INDEX.to_owned(), path: INDEX.to_owned(), content: file.content.clone() })
    }

    /// Helm finds a chart by the index only, and holds its file against the digest there.
    fn download(&self, file: &Frozen) -> Result<Option<Downloaded>, StepError> {
        match listing(self.0.read()?.as_deref(), file)? {
            Listed::No => Ok(None),
            Listed::Ours => self.0.download(file),
            Listed::Otherwise(digest) => {
                let found = Found::Other(format!("{digest} in `{INDEX}`"));
                Ok(Some(Downloaded { found, size: file.content.size, place: INDEX.to_owned(), by: Reader::NotRead }))
            }
        }
    }

    fn stage(&self) -> Option<&dyn Stage> {
        Some(self)
    }

    fn visibility(&self) -> Duration {
        self.0.visibility()
    }
}

/// A chart that the index does not list.
impl<P: Registry + IndexFile> Stage for HelmRepository<P> {
    fn find_staged(&self, file: &Frozen) -> Result<Probe, StepError> {
        self.0.find(file)
    }

    fn upload_staged(&self, file: &Frozen, meter: &Meter<'_>) -> Result<(), StepError> {
        self.0.upload(file, meter)
    }
}

/// How an index lists a version of a chart.
enum Listed {
    No,
    Ours,
    /// With another digest, for people.
    Otherwise(String),
}

fn listing(text: Option<&str>, file: &Frozen) -> Result<Listed, StepError> {
    let (name, version) = packed_chart::called(file);
    let digests = match text {
        Some(text) if !text.trim().is_empty() => index::listed(text, &name, &version).map_err(unusable)?,
        _ => vec![],
    };
    let ours = file.content.sha256.to_string();
    Ok(match digests.iter().find(|digest| **digest != ours) {
        Some(other) if other.is_empty() => Listed::Otherwise("an entry without a digest".to_owned()),
        Some(other) => Listed::Otherwise(format!("sha256:{other}")),
        None if digests.is_empty() => Listed::No,
        None => Listed::Ours,
    })
}

fn unusable(error: index::BadIndex) -> StepError {
    StepError::content("nothing can be added to the index of the chart repository: correct it, or move it away")(error)
}

#[cfg(test)]
mod tests;
