//! Names that follow releases: npm's dist-tags and the floating tags of images, such as `latest`, `1` and `1.4`.
//!
//! Where a pointer may go is decided by the order of versions alone, never by time: a hotfix that is made after a newer release must
//! not take `latest` back.

use std::fmt;

use crate::template::Template;
use crate::version::Version;

/// The versions that a pointer may name, told from the placeholders in its own name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Line {
    /// All of them: `latest`.
    Everything,
    /// Those of one first number: `{major}`.
    Major,
    /// Those of one first and second number: `{major}.{minor}`.
    Minor,
}

/// Whether a pointer may move to a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// It may: what it names now, if anything, is older.
    Forward,
    /// It names this version already.
    There,
    /// It stays: it would go back from this version, or past it where the pointer is new.
    Newer(Version),
    /// It stays: the version is a prerelease, which nobody gets who did not ask for it.
    Prerelease,
}

impl Line {
    /// The line of a pointer with this name; none where the name is different for every version, so that it points nowhere else ever.
    pub fn of(name: &Template) -> Option<Self> {
        let names = name.names();
        let has = |name: &str| names.contains(&name);
        match (has("version") || has("patch"), has("major"), has("minor")) {
            (true, ..) => None,
            (_, _, true) => Some(Self::Minor),
            (_, true, _) => Some(Self::Major),
            _ => Some(Self::Everything),
        }
    }

    /// Whether two versions are of one line.
    pub fn holds(self, one: &Version, other: &Version) -> bool {
        match self {
            Self::Everything => true,
            Self::Major => one.major() == other.major(),
            Self::Minor => (one.major(), one.minor()) == (other.major(), other.minor()),
        }
    }

    /// Says whether a pointer may move to this version, which is `published`, as others are.
    ///
    /// What counts is what it names `now`: people may have put it back on purpose. Only where it names nothing, or something of another
    /// line, does it count what else is published in its line.
    pub fn may_move(self, to: &Version, now: Option<&Version>, published: &[Version]) -> Move {
        if to.is_prerelease() {
            return if now == Some(to) { Move::There } else { Move::Prerelease };
        }
        let rival = match now.filter(|now| self.holds(now, to)) {
            Some(now) => Some(now),
            None => published.iter().filter(|version| !version.is_prerelease() && self.holds(version, to)).max(),
        };
        match rival {
            _ if now == Some(to) => Move::There,
            Some(rival) if rival > to => Move::Newer(rival.clone()),
            _ => Move::Forward,
        }
    }
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Forward => f.write_str("moves"),
            Self::There => f.write_str("is there"),
            Self::Newer(version) => write!(f, "stays: {version} is newer"),
            Self::Prerelease => f.write_str("stays: a prerelease takes no pointer"),
        }
    }
}

#[cfg(test)]
mod tests;
