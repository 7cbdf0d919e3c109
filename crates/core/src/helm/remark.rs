//! What is said about a chart.

use std::fmt;

/// Something about a file of a chart, for people.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// Whether the chart may go out as it is.
    pub weight: Weight,
    /// The file, as its path in the repository.
    pub file: String,
    /// The line, counted from one, where it is known.
    pub line: Option<usize>,
    /// What it is.
    pub what: String,
    /// What to do.
    pub way_out: String,
}

/// How much a remark weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// The chart must not go out like this.
    Wrong,
    /// Good to know: mostly what was not checked, and why.
    Note,
}

impl Remark {
    /// Something that is wrong.
    pub fn wrong(file: &str, line: Option<usize>, what: impl Into<String>, way_out: impl Into<String>) -> Self {
        Self { weight: Weight::Wrong, file: file.to_owned(), line, what: what.into(), way_out: way_out.into() }
    }

    /// Something that is good to know.
    pub fn note(file: &str, line: Option<usize>, what: impl Into<String>, way_out: impl Into<String>) -> Self {
        Self { weight: Weight::Note, ..Self::wrong(file, line, what, way_out) }
    }

    /// Whether it stands in the way of a release.
    pub fn is_wrong(&self) -> bool {
        self.weight == Weight::Wrong
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}: {}", self.what, self.way_out)
    }
}
