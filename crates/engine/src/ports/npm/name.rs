//! Names of packages, as they stand in addresses.

use std::fmt;

use crate::step::StepError;

/// The longest name that the registry takes, in bytes.
const LONGEST: usize = 214;

/// The name of a package, `board` or `@harbor/board`: fit to stand in an address, wherever it comes from.
///
/// The rules are those of [package.json](https://docs.npmjs.com/cli/v11/configuring-npm/package-json#name); capital letters, which old
/// packages have, are left to the registry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(String);

impl Name {
    /// Takes a name.
    ///
    /// # Errors
    /// When npm allows no such name.
    pub fn new(text: &str) -> Result<Self, StepError> {
        let (scope, own) = text.strip_prefix('@').and_then(|rest| rest.split_once('/')).unwrap_or(("scope", text));
        match text.len() <= LONGEST && is_word(scope) && is_word(own) {
            true => Ok(Self(text.to_owned())),
            false => Err(StepError::Refused(format!(
                "`{}` is not a name that npm allows: letters, digits, `-`, `.` and `_`, as in `board` or `@harbor/board`",
                text.chars().take(LONGEST).collect::<String>().escape_debug()
            ))),
        }
    }

    /// Whether it is one of somebody's own, `@harbor/board`; such a package is private to them unless it is said to be public.
    pub(super) fn is_scoped(&self) -> bool {
        self.0.starts_with('@')
    }

    /// The name behind the scope.
    pub(super) fn own(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The name as one piece of an address, as npm's own client writes it.
    pub(super) fn escaped(&self) -> String {
        self.0.replace('/', "%2f")
    }
}

fn is_word(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    !text.is_empty() && !text.starts_with(['.', '_']) && text.bytes().all(plain)
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_fit_for_an_address_or_no_name() {
        for good in ["board", "@harbor/board", "a.b_c-d", "JSONStream"] {
            assert_eq!(Name::new(good).unwrap().to_string(), good);
        }
        assert_eq!(Name::new("@harbor/board").unwrap().escaped(), "@harbor%2fboard");
        let long = "a".repeat(215);
        for bad in
            ["", "@harbor", "@/board", "@harbor/", "a/b", "@a/b/c", "..", ".a", "_a", "a b", "a?b", "a%2fb", "é", &long]
        {
            assert!(Name::new(bad).is_err(), "{bad}");
        }
        insta::assert_snapshot!(
            Name::new("../etc").unwrap_err(),
            @"`../etc` is not a name that npm allows: letters, digits, `-`, `.` and `_`, as in `board` or `@harbor/board`"
        );
    }
}
