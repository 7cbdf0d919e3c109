//! How a project counts: by what changed ([SemVer](https://semver.org)) or by the calendar ([CalVer](https://calver.org)).

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::next::Level;
use crate::version::Version;

/// A project's way to count its versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Scheme {
    /// By what changed.
    #[default]
    SemVer,
    /// By the calendar: what each of the three numbers is.
    CalVer([Part; 3]),
}

/// What a number of a calendar version is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// `YYYY`, such as 2026.
    Year,
    /// `YY`, such as 26; years are counted from 2000.
    ShortYear,
    /// `MM`, 1 to 12.
    Month,
    /// `WW`, the ISO week, 1 to 53.
    Week,
    /// `DD`, 1 to 31.
    Day,
    /// `MINOR`, counted from 0 within the numbers before it.
    Minor,
    /// `MICRO`, counted from 0 within the numbers before it.
    Micro,
}

/// Text that is no scheme.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadScheme {
    /// Neither `semver` nor three parts.
    #[error(
        "`{0}` is no way to count: `semver`, or three of YYYY, YY, MM, WW, DD, MINOR and MICRO, as in `YYYY.MM.MICRO`"
    )]
    Unknown(String),
    /// npm, Cargo and PEP 440 do not keep leading zeros.
    #[error("`{0}` would have leading zeros, which npm and Cargo refuse and PyPI removes: use {1}")]
    Zeros(String, &'static str),
    /// Two releases of a day would have one version.
    #[error(
        "`{0}` ends with a date, so a second release has no version of its own: end it with MICRO, as in `YYYY.MM.MICRO`"
    )]
    NoMicro(String),
}

impl Scheme {
    /// The names of its parts, in the order in which they are told to people.
    const PARTS: [(&'static str, Part); 7] = [
        ("YYYY", Part::Year),
        ("YY", Part::ShortYear),
        ("MM", Part::Month),
        ("WW", Part::Week),
        ("DD", Part::Day),
        ("MINOR", Part::Minor),
        ("MICRO", Part::Micro),
    ];

    /// Whether it counts by what changed, as everybody does who says nothing.
    pub fn is_semver(&self) -> bool {
        *self == Self::SemVer
    }

    /// The first version of a project.
    pub(super) fn first(&self, level: Level, today: Date) -> Version {
        match self {
            Self::SemVer if level == Level::Major => Version::new(1, 0, 0),
            Self::SemVer => Version::new(0, 1, 0),
            Self::CalVer(parts) => version(parts.map(|part| part.on(today).unwrap_or(0))),
        }
    }

    /// The version that follows another. By the calendar a release has the date of its day; one that `mends` keeps the date of
    /// what it mends.
    pub(super) fn after(&self, last: &Version, level: Level, mends: bool, today: Date) -> Version {
        let Self::CalVer(parts) = self else { return last.next(level.as_str()) };
        let before = [last.major(), last.minor(), last.patch()];
        let dated = std::array::from_fn(|at| parts[at].on(today).unwrap_or(before[at]));
        if dated != before && !mends {
            return version(parts.map(|part| part.on(today).unwrap_or(0)));
        }
        let wanted = if level == Level::Patch { Part::Micro } else { Part::Minor };
        let counts = |wanted| parts.iter().position(|part| *part == wanted);
        let counter = counts(wanted).or(counts(Part::Micro)).or(counts(Part::Minor)).unwrap_or(2);
        version(std::array::from_fn(|at| before[at] * u64::from(at <= counter) + u64::from(at == counter)))
    }

    /// Whether a patch keeps the date of what it mends also where nobody names a line.
    pub(super) fn has_minors(&self) -> bool {
        matches!(self, Self::CalVer(parts) if parts.contains(&Part::Minor))
    }
}

fn version([major, minor, patch]: [u64; 3]) -> Version {
    Version::new(major, minor, patch)
}

impl Part {
    fn on(self, day: Date) -> Option<u64> {
        let number = match self {
            Self::Year => i64::from(day.year()),
            Self::ShortYear => i64::from(day.year()) - 2000,
            Self::Month => i64::from(day.month()),
            Self::Week => i64::from(day.iso_week_date().week()),
            Self::Day => i64::from(day.day()),
            Self::Minor | Self::Micro => return None,
        };
        u64::try_from(number).ok()
    }
}

impl FromStr for Scheme {
    type Err = BadScheme;

    fn from_str(text: &str) -> Result<Self, BadScheme> {
        if text == "semver" {
            return Ok(Self::SemVer);
        }
        let unknown = || BadScheme::Unknown(text.escape_debug().to_string());
        let mut parts = Vec::new();
        for word in text.split('.') {
            if let Some((name, _)) = Self::PARTS.iter().find(|(name, _)| Some(*name) == zeros(word)) {
                return Err(BadScheme::Zeros(word.to_owned(), name));
            }
            let (_, part) = Self::PARTS.into_iter().find(|(name, _)| *name == word).ok_or_else(unknown)?;
            parts.push(part);
        }
        let parts: [Part; 3] = parts.try_into().map_err(|_| unknown())?;
        match (parts[0], parts[2]) {
            (Part::Minor | Part::Micro, _) => Err(unknown()),
            (_, Part::Micro | Part::Minor) => Ok(Self::CalVer(parts)),
            _ => Err(BadScheme::NoMicro(text.to_owned())),
        }
    }
}

/// The part that a word with leading zeros should be.
fn zeros(word: &str) -> Option<&'static str> {
    match word {
        "0Y" => Some("YY"),
        "0M" => Some("MM"),
        "0W" => Some("WW"),
        "0D" => Some("DD"),
        _ => None,
    }
}

impl TryFrom<String> for Scheme {
    type Error = BadScheme;

    fn try_from(text: String) -> Result<Self, BadScheme> {
        text.parse()
    }
}

impl From<Scheme> for String {
    fn from(scheme: Scheme) -> Self {
        scheme.to_string()
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::CalVer(parts) = self else { return f.write_str("semver") };
        let name = |part: &Part| Self::PARTS.iter().find(|(_, other)| other == part).map_or("", |(name, _)| name);
        f.write_str(&parts.iter().map(name).collect::<Vec<_>>().join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(scheme: &str, last: &str, level: Level, today: &str) -> String {
        let scheme: Scheme = scheme.parse().unwrap();
        let mends = level == Level::Patch && scheme.has_minors();
        assert_eq!(scheme.to_string().parse(), Ok(scheme));
        scheme.after(&last.parse().unwrap(), level, mends, today.parse().unwrap()).to_string()
    }

    #[test]
    fn the_calendar_counts() {
        for (scheme, last, level, today, expected) in [
            ("YYYY.MM.MICRO", "2026.10.3", Level::Minor, "2026-11-23", "2026.11.0"),
            ("YYYY.MM.MICRO", "2026.11.0", Level::Minor, "2026-11-30", "2026.11.1"),
            ("YYYY.MM.MICRO", "2026.12.4", Level::Minor, "2027-01-01", "2027.1.0"),
            ("YY.WW.MICRO", "26.52.0", Level::Major, "2027-01-01", "27.53.0"),
            ("YY.MINOR.MICRO", "26.3.1", Level::Minor, "2026-11-23", "26.4.0"),
            ("YY.MINOR.MICRO", "26.3.1", Level::Minor, "2027-01-02", "27.0.0"),
            ("YY.MINOR.MICRO", "26.3.1", Level::Patch, "2027-01-02", "26.3.2"),
            ("YYYY.MM.MICRO", "2026.10.3", Level::Patch, "2026-10-30", "2026.10.4"),
        ] {
            assert_eq!(after(scheme, last, level, today), expected, "{scheme} {last} {level:?} {today}");
        }
    }

    #[test]
    fn what_no_registry_keeps_is_refused() {
        let say = |text: &str| text.parse::<Scheme>().unwrap_err().to_string();
        insta::assert_snapshot!(say("YYYY.0M.MICRO"), @"`0M` would have leading zeros, which npm and Cargo refuse and PyPI removes: use MM");
        insta::assert_snapshot!(say("YYYY.MM.DD"), @"`YYYY.MM.DD` ends with a date, so a second release has no version of its own: end it with MICRO, as in `YYYY.MM.MICRO`");
        insta::assert_snapshot!(say("YYYY.MM"), @"`YYYY.MM` is no way to count: `semver`, or three of YYYY, YY, MM, WW, DD, MINOR and MICRO, as in `YYYY.MM.MICRO`");
        for text in ["", "calver", "MICRO.YYYY.MM", "YYYY.MM.MICRO.MICRO", "yyyy.mm.micro"] {
            assert!(text.parse::<Scheme>().is_err(), "{text}");
        }
    }
}
