//! Versions as tags spell them, which is more than SemVer allows.

use std::cmp::Ordering;

use crate::version::Version;

/// The version that a tag spells, in the order in which its project released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelled {
    /// The version.
    pub version: Version,
    /// A fourth number, such as that of `7.0.4.1` and `1.0.post1`; 0 where there is none. It counts above the version itself.
    pub more: u64,
    /// Whether it is spelled in full, three numbers and what SemVer has behind them.
    pub exact: bool,
}

impl Spelled {
    /// Reads a version. Beside SemVer it understands two numbers (`4.2`), a fourth (`7.0.4.1`), leading zeros (`24.04.1`), what
    /// [PEP 440](https://peps.python.org/pep-0440/) and Ruby write for prereleases (`1.0rc1`, `7.1.0.beta2`), and post-releases.
    /// One number alone is none: such tags (`v4`) are moved from release to release.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.split_once('+').map_or(text, |(version, _build)| version);
        if let Ok(version) = text.parse() {
            return Some(Self { version, more: 0, exact: true });
        }
        let (numbers, rest) = numbers(text)?;
        let (major, minor) = (numbers[0], *numbers.get(1)?);
        let (patch, mut more) = (numbers.get(2).copied().unwrap_or(0), numbers.get(3).copied().unwrap_or(0));
        let mut suffix = String::new();
        match mark(rest)? {
            Mark::None => {}
            Mark::Post(number) => more = number.max(1),
            Mark::Before(label) => suffix = format!("-{label}"),
        }
        let version = format!("{major}.{minor}.{patch}{suffix}").parse().ok()?;
        Some(Self { version, more, exact: false })
    }
}

impl Ord for Spelled {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |spelled: &Self| (spelled.more, spelled.exact);
        self.version.cmp(&other.version).then_with(|| key(self).cmp(&key(other)))
    }
}

impl PartialOrd for Spelled {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The first one to four numbers, and what is behind them.
fn numbers(text: &str) -> Option<(Vec<u64>, &str)> {
    let (mut found, mut rest) = (Vec::new(), text);
    loop {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        found.push(rest.get(..digits)?.parse().ok()?);
        rest = &rest[digits..];
        match rest.strip_prefix('.') {
            Some(behind) if found.len() < 4 && behind.starts_with(|c: char| c.is_ascii_digit()) => rest = behind,
            _ => return Some((found, rest)),
        }
    }
}

/// What stands behind the numbers.
enum Mark {
    None,
    Post(u64),
    /// A prerelease, as SemVer spells it.
    Before(String),
}

fn mark(text: &str) -> Option<Mark> {
    if text.is_empty() {
        return Some(Mark::None);
    }
    let word = text.trim_start_matches(['.', '-', '_']);
    let letters = word.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (word, number) = word.split_at(letters);
    let number = number.trim_start_matches(['.', '-', '_']);
    let counted = || if number.is_empty() { Some(0) } else { number.parse::<u64>().ok() };
    let label = match word.to_ascii_lowercase().as_str() {
        "post" | "rev" | "r" | "p" => return counted().map(Mark::Post),
        "a" | "alpha" => "alpha",
        "b" | "beta" => "beta",
        "c" | "rc" | "pre" | "preview" => "rc",
        "dev" => "dev",
        // Anything else is a prerelease only where it is set off as SemVer has it.
        _ => return text.strip_prefix('-').map(|label| Mark::Before(label.to_owned())),
    };
    Some(Mark::Before(format!("{label}.{}", counted()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match Spelled::read(text) {
            Some(Spelled { version, more: 0, .. }) => version.to_string(),
            Some(Spelled { version, more, .. }) => format!("{version} and {more}"),
            None => "none".to_owned(),
        }
    }

    #[test]
    fn tags_spell_versions_in_many_ways() {
        for (text, expected) in [
            ("1.4.0", "1.4.0"),
            ("1.4.0-rc.1", "1.4.0-rc.1"),
            ("1.4.0+build.5", "1.4.0"),
            ("4.2", "4.2.0"),
            ("24.04.1", "24.4.1"),
            ("7.0.4.1", "7.0.4 and 1"),
            ("1.0rc1", "1.0.0-rc.1"),
            ("1.0.0b2", "1.0.0-beta.2"),
            ("7.1.0.beta2", "7.1.0-beta.2"),
            ("7.1.0.rc1", "7.1.0-rc.1"),
            ("2.0.dev3", "2.0.0-dev.3"),
            ("1.0.post1", "1.0.0 and 1"),
            ("1.2-nightly.3", "1.2.0-nightly.3"),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn other_tags_spell_none() {
        for text in ["", "4", "v1.2.3", "latest", "1.2.3.4.5", "1.2.3foo", "99999999999999999999.1", "1.", "1.2 "] {
            assert_eq!(read(text), "none", "{text}");
        }
    }

    #[test]
    fn the_order_is_that_of_releases() {
        let ordered = ["1.0a1", "1.0.0-beta.1", "1.0rc1", "1.0.0", "1.0.post1", "1.0.1", "7.0.4", "7.0.4.1", "7.0.5"];
        assert!(ordered.windows(2).all(|pair| Spelled::read(pair[0]) < Spelled::read(pair[1])), "{ordered:?}");
    }
}
