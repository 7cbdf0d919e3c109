/// A dependency that moved, as `Bump NAME from A to B` and the like tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bump<'a> {
    pub(super) name: &'a str,
    /// The version that it moved to; none for several at once.
    pub(super) to: Option<&'a str>,
}

impl<'a> Bump<'a> {
    /// Reads a subject as the forges' robots and careful people write it.
    pub(super) fn of(subject: &'a str) -> Option<Self> {
        let (verb, rest) = subject.split_once(' ')?;
        ["bump", "bumps", "update", "updates", "upgrade"].iter().find(|known| known.eq_ignore_ascii_case(verb))?;
        let rest = rest.strip_prefix("the ").unwrap_or(rest);
        let rest = ["dependency ", "module ", "Rust crate ", "crate ", "rust crate ", "plugin "]
            .iter()
            .find_map(|word| rest.strip_prefix(word))
            .unwrap_or(rest);
        let (name, behind) = rest.split_once(' ').unwrap_or((rest, ""));
        if let Some(group) = behind.strip_prefix("group ") {
            let whole = &rest[..name.len() + " group".len()];
            let several = group.contains(" update") && group.bytes().any(|byte| byte.is_ascii_digit());
            return several.then_some(Self { name: whole, to: None });
        }
        let behind = ["requirement ", "action ", "docker tag ", "digest ", "dependency "]
            .iter()
            .find_map(|word| behind.strip_prefix(word))
            .unwrap_or(behind);
        let target = match behind.strip_prefix("from ") {
            Some(range) => range.split_once(" to ")?.1,
            None => behind.strip_prefix("to ")?,
        };
        let to = target.trim_start_matches(['~', '>', '=', '<', '^', ' ']).split(' ').next()?;
        let is_version = to.trim_start_matches('v').starts_with(|first: char| first.is_ascii_digit()) || is_digest(to);
        let is_name = !name.is_empty() && !name.eq_ignore_ascii_case("version");
        (is_name && is_version).then_some(Self { name, to: Some(to) })
    }
}

impl<'a> Bump<'a> {
    /// Reads what is known to speak of dependencies: `bump to x 2.0`, `update everything`.
    pub(super) fn loose(subject: &'a str) -> Option<Self> {
        let (verb, rest) = subject.split_once(' ')?;
        ["bump", "update", "upgrade"].iter().find(|known| known.eq_ignore_ascii_case(verb))?;
        let rest = rest.strip_prefix("to ").unwrap_or(rest).trim();
        let (name, to) = match rest.split_once(' ') {
            Some((name, to)) if to.starts_with(|first: char| first.is_ascii_digit()) => (name, Some(to)),
            _ => (rest, None),
        };
        (!name.is_empty()).then_some(Self { name, to })
    }
}

fn is_digest(text: &str) -> bool {
    text.len() >= 7 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'`')
}

/// Whether the author is a robot that does nothing but move dependencies.
pub(super) fn is_robot(author: &str) -> bool {
    ["dependabot", "renovate", "pre-commit-ci", "pyup-bot", "greenkeeper", "snyk-bot"]
        .iter()
        .any(|robot| author.starts_with(robot))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn robots_and_people_move_dependencies_in_few_ways() {
        for (subject, name, to) in [
            ("Bump cryptography from 43.0.0 to 43.0.1", "cryptography", Some("43.0.1")),
            ("bump esbuild from 0.28.0 to 0.28.1 in /web", "esbuild", Some("0.28.1")),
            ("Bump the python-packages group across 1 directory with 8 updates", "python-packages group", None),
            ("Update dependency vite to v8", "vite", Some("v8")),
            ("update pnpm/action-setup action to v6", "pnpm/action-setup", Some("v6")),
            ("Update Rust crate serde to 1.0.2", "serde", Some("1.0.2")),
            ("Update rack requirement from ~> 2.0 to ~> 3.0", "rack", Some("3.0")),
            ("Upgrade jiff to 0.2", "jiff", Some("0.2")),
        ] {
            assert_eq!(Bump::of(subject), Some(Bump { name, to }), "{subject}");
        }
    }

    #[test]
    fn other_updates_are_told_as_they_are() {
        for subject in [
            "Bump version to 1.4.0",
            "Update docs to match",
            "Bump the limit",
            "Update x",
            "Bump",
            "Update the x group",
        ] {
            assert_eq!(Bump::of(subject), None, "{subject}");
        }
    }
}
