//! Ranges of versions as Helm reads them.

use crate::edit::Dialect;
use crate::version::Version;

/// Whether a text is a range; an empty one is, and lets everything in.
pub(super) fn is_range(range: &str) -> bool {
    let any = "1.0.0".parse::<Version>();
    any.is_ok_and(|any| admits(range, &any).is_some())
}

/// Whether a range lets a version in; none where it is no range.
///
/// What [`Dialect::Helm`] does not know of Helm's operators is taken apart here: `!=`, and the turned ones.
pub(super) fn admits(range: &str, version: &Version) -> Option<bool> {
    let mut admitted = false;
    for alternative in range.split("||") {
        let plain = alternative.replace("=>", ">=").replace("=<", "<=");
        let joined = plain.replace("!= ", "!=").replace(',', " ");
        let (unequal, rest): (Vec<&str>, Vec<&str>) =
            joined.split_whitespace().partition(|word| word.starts_with("!="));
        let mut lets_in = match rest.is_empty() {
            true => true,
            false => Dialect::Helm.admits(&rest.join(" "), version)?,
        };
        for word in unequal {
            lets_in &= !Dialect::Helm.admits(word.trim_start_matches("!="), version)?;
        }
        admitted |= lets_in;
    }
    Some(admitted)
}

/// A chart's version as Helm takes it: a `v` before it is passed over, numbers that are missing are zero, and build metadata
/// (`+…`) has no say in ranges.
pub(super) fn loose(version: &str) -> Option<Version> {
    let plain = version.strip_prefix('v').unwrap_or(version).split('+').next()?;
    let end = plain.find('-').unwrap_or(plain.len());
    let (numbers, rest) = plain.split_at(end);
    let missing = 2_usize.checked_sub(numbers.matches('.').count())?;
    format!("{numbers}{}{rest}", ".0".repeat(missing)).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn helms_operators_are_known() {
        let admits = |range: &str, version: &str| admits(range, &version.parse().unwrap());
        for (range, version, expected) in [
            (">=1.25.0-0", "1.30.2", Some(true)),
            (">= 1.19.0-0 < 1.30", "1.30.2", Some(false)),
            ("!=1.2.3", "1.2.3", Some(false)),
            ("^1, != 1.2.4", "1.2.3", Some(true)),
            ("=>1", "1.2.3", Some(true)),
            ("1.x.x", "1.2.3", Some(true)),
            ("*", "1.2.3", Some(true)),
            ("", "1.2.3", Some(true)),
            ("1.0.0 - 2.0.0", "1.2.3", Some(true)),
            ("~1.2 || ^3", "2.0.0", Some(false)),
            ("latest", "2.0.0", None),
            (">", "2.0.0", None),
        ] {
            assert_eq!(admits(range, version), expected, "{range} {version}");
        }
    }

    #[test]
    fn loose_versions_are_filled_up() {
        let said = ["1", "v1.2", "1.2.3", "1.2-rc.1", "1.2.3+b", "1.2.3.4", "x"]
            .map(|text| loose(text).map_or("none".to_owned(), |version| version.to_string()));
        assert_eq!(said, ["1.0.0", "1.2.0", "1.2.3", "1.2.0-rc.1", "1.2.3", "none", "none"]);
    }
}
