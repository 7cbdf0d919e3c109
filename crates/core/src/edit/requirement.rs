//! What one package of the repository asks of another, kept in step with it.

use semver::{Comparator, Op, Prerelease, VersionReq};

use super::EditError;
use super::spelled::{version_of, without_v};
use crate::version::{Spelling, Version};

/// How an ecosystem reads a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// [npm's ranges](https://docs.npmjs.com/cli/v11/configuring-npm/package-json#dependencies): a bare version means itself.
    Npm,
    /// [Cargo's](https://doc.rust-lang.org/cargo/reference/specifying-dependencies.html): a bare version means `^`.
    Cargo,
    /// [Helm's](https://github.com/Masterminds/semver#checking-version-constraints): npm's, and `-0` lets prereleases in.
    Helm,
    /// [Python's](https://peps.python.org/pep-0440/#version-specifiers).
    Pep440,
}

/// The operators that keep a requirement in step with the version that it names.
const IN_STEP: [&str; 7] = ["", "^", "~", "=", "==", "~=", "==="];

impl Dialect {
    /// How versions are spelled in it.
    pub(super) fn spelling(self) -> Spelling {
        if self == Self::Pep440 { Spelling::Pep440 } else { Spelling::SemVer }
    }

    /// What the requirement becomes when the package that it names goes from `at` to `to`.
    ///
    /// One that names the very version moves along, with its operator. One that lets the new version in stays. One of a single
    /// number or two (`^1`) moves as many. What is more than that, and shuts the new version out, is a person's to change.
    pub(super) fn follow(self, requirement: &str, at: &str, to: &Version) -> Result<String, EditError> {
        let (head, rest) = split(requirement);
        let operator = head.trim_start_matches("workspace:").trim();
        let single = IN_STEP.contains(&operator);
        let spelled = to.spelled(self.spelling());
        let v = if without_v(rest).len() < rest.len() { "v" } else { "" };
        if single && !rest.is_empty() && without_v(rest) == without_v(at) {
            return Ok(format!("{head}{v}{spelled}"));
        }
        if rest.is_empty() || self.admits(requirement.trim_start_matches("workspace:"), to) == Some(true) {
            return Ok(requirement.to_owned());
        }
        let numbers: Vec<&str> = without_v(rest).split('.').collect();
        let all_numbers = numbers.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
        match (single && self != Self::Pep440 && all_numbers, numbers.len()) {
            // Only a range that names one of the same numbers lets a prerelease in.
            (true, 1..=3) if to.is_prerelease() => Ok(format!("{head}{v}{spelled}")),
            (true, 1) => Ok(format!("{head}{v}{}", to.major())),
            (true, 2) => Ok(format!("{head}{v}{}.{}", to.major(), to.minor())),
            (true, 3) => Ok(format!("{head}{v}{spelled}")),
            _ => Err(EditError::Requirement { requirement: requirement.to_owned(), to: spelled }),
        }
    }

    /// Whether a range means the package of the repository that has this version.
    pub(super) fn points_at(self, requirement: &str, at: &str) -> bool {
        // What names the very version needs no reading, and is by far the usual case.
        let names_it = requirement.trim_start_matches(['^', '~', '=']) == at;
        let here = || version_of(at, self.spelling());
        names_it
            || requirement.starts_with("workspace:")
            || here().and_then(|here| self.admits(requirement, &here)) == Some(true)
    }

    /// Whether the requirement lets a version in; none where it is no range of this dialect.
    pub(crate) fn admits(self, requirement: &str, version: &Version) -> Option<bool> {
        let version = semver::Version::parse(&version.to_string()).ok()?;
        if self == Self::Cargo {
            return Some(VersionReq::parse(requirement).ok()?.matches(&version));
        }
        let mut admitted = false;
        for alternative in requirement.split("||") {
            admitted |= match self {
                Self::Pep440 => python(alternative)?.iter().all(|part| lets_in(part, &version, true)),
                _ => npm(alternative)?
                    .iter()
                    .all(|part| lets_in(part, &version, self == Self::Helm && !part.pre.is_empty())),
            };
        }
        Some(admitted)
    }
}

/// The operator, with what belongs before it, and the version behind it.
fn split(requirement: &str) -> (&str, &str) {
    let end = requirement.rfind(|c: char| "^~=<>: ".contains(c)).map_or(0, |at| at + 1);
    requirement.split_at(end)
}

/// A range lets in prereleases of the very three numbers that it names one of; `loose` is to let in those of others too.
fn lets_in(part: &Comparator, version: &semver::Version, loose: bool) -> bool {
    let only = VersionReq { comparators: vec![part.clone()] };
    let same = (part.major, part.minor, part.patch) == (version.major, Some(version.minor), Some(version.patch));
    let plain = semver::Version { pre: Prerelease::EMPTY, ..version.clone() };
    only.matches(version) || (loose && !same && only.matches(&plain))
}

fn npm(range: &str) -> Option<Vec<Comparator>> {
    if let Some((low, high)) = range.split_once(" - ") {
        return Some(vec![comparator(">=", low.trim())?, comparator("<=", high.trim())?]);
    }
    let spaced = range.replace(',', " ");
    let mut parts = Vec::new();
    let mut operator = String::new();
    for word in spaced.split_whitespace() {
        let (head, rest) = split(word);
        operator.push_str(head);
        if !rest.is_empty() {
            parts.push(comparator(&std::mem::take(&mut operator), without_v(rest))?);
        }
    }
    if parts.is_empty() {
        parts.push(comparator("", "*")?);
    }
    operator.is_empty().then_some(parts)
}

fn comparator(operator: &str, version: &str) -> Option<Comparator> {
    let wild = |part: &str| ["x", "X", "*"].contains(&part);
    let parts: Vec<&str> = version.splitn(3, '.').take_while(|part| !wild(part)).collect();
    if parts.is_empty() {
        return Some(Comparator { op: Op::GreaterEq, major: 0, minor: None, patch: None, pre: Prerelease::EMPTY });
    }
    let whole = parts.len() == 3;
    let operator = match operator.trim() {
        "" | "=" | "==" if whole => "=",
        // Without a third number everything that begins so is meant.
        "" | "=" | "==" if parts.len() == 2 => "~",
        "" | "=" | "==" => "^",
        "^" if parts[0] == "0" && parts.len() == 1 => "~",
        "~>" => "~",
        other => other,
    };
    Comparator::parse(&format!("{operator}{}", parts.join("."))).ok()
}

fn python(specifiers: &str) -> Option<Vec<Comparator>> {
    let mut parts = Vec::new();
    for specifier in specifiers.split(',').map(str::trim) {
        let (operator, rest) = split(specifier);
        let exact = version_of(rest, Spelling::Pep440).map(|version| version.to_string());
        match operator.trim() {
            "==" if rest.ends_with(".*") => parts.push(comparator("", rest.trim_end_matches(".*"))?),
            operator @ (">=" | "<=" | "<" | ">") => parts.push(comparator(operator, &exact?)?),
            "==" | "===" => parts.push(comparator("=", &exact?)?),
            "~=" => {
                parts.push(comparator(">=", &exact?)?);
                let series = rest.rsplit_once('.')?.0;
                parts.push(comparator("", series)?);
            }
            _ => return None,
        }
    }
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(dialect: Dialect, requirement: &str, to: &str) -> String {
        let followed = dialect.follow(requirement, "1.3.0", &to.parse().unwrap());
        followed.unwrap_or_else(|error| error.to_string())
    }

    #[test]
    fn what_names_the_version_moves_with_its_operator() {
        for (before, after) in [
            ("1.3.0", "1.4.0"),
            ("^1.3.0", "^1.4.0"),
            ("~1.3.0", "~1.4.0"),
            ("=1.3.0", "=1.4.0"),
            ("= 1.3.0", "= 1.4.0"),
            ("v1.3.0", "v1.4.0"),
            ("workspace:^1.3.0", "workspace:^1.4.0"),
        ] {
            assert_eq!(follow(Dialect::Npm, before, "1.4.0"), after);
        }
        assert_eq!(follow(Dialect::Pep440, "==1.3.0", "1.4.0-rc.1"), "==1.4.0rc1");
        assert_eq!(follow(Dialect::Pep440, "~=1.3.0", "1.4.0"), "~=1.4.0");
    }

    #[test]
    fn what_lets_the_new_version_in_stays() {
        for same in [
            "*",
            "",
            "^1.0.0",
            ">=1.3.0",
            "1.x",
            "1",
            ">=1 <2",
            "^0.9 || ^1.2",
            "1.0.0 - 2.0.0",
            "workspace:*",
            "workspace:^",
            "> 1.0.0",
        ] {
            assert_eq!(follow(Dialect::Npm, same, "1.4.0"), same);
        }
        assert_eq!(follow(Dialect::Cargo, "1.2", "1.4.0"), "1.2");
        assert_eq!(follow(Dialect::Helm, ">=0.0.0-0", "1.4.0-rc.1"), ">=0.0.0-0");
        assert_eq!(follow(Dialect::Pep440, ">=1.3.0,<2", "1.4.0"), ">=1.3.0,<2");
        assert_eq!(follow(Dialect::Pep440, "==1.*", "1.4.0"), "==1.*");
    }

    #[test]
    fn what_shuts_it_out_moves_as_far_as_it_was_written() {
        assert_eq!(follow(Dialect::Npm, "^1", "2.0.0"), "^2");
        assert_eq!(follow(Dialect::Npm, "~1.3", "1.4.0"), "~1.4");
        assert_eq!(follow(Dialect::Npm, "^1.2.9", "2.0.0"), "^2.0.0");
        assert_eq!(follow(Dialect::Cargo, "1.2", "2.0.0"), "2.0");
        insta::assert_snapshot!(follow(Dialect::Npm, ">=1 <2", "2.0.0"), @"`>=1 <2` does not let 2.0.0 in, and how to change it is not plain: write it by hand");
        assert_eq!(follow(Dialect::Npm, "^1", "2.0.0-rc.1"), "^2.0.0-rc.1");
    }

    #[test]
    fn what_is_no_range_says_nothing() {
        let version: Version = "1.3.0".parse().unwrap();
        for other in ["file:../a", "latest", "git+ssh://example.org/a#1.3.0", "npm:b@^1", "catalog:", "^", "1.2.3.4"] {
            assert_ne!(Dialect::Npm.admits(other, &version), Some(true), "{other}");
        }
    }
}
