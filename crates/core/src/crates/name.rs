//! The name of a crate, and where an index keeps what it knows of it.

use std::fmt;

use crate::version::Version;

/// The name of a crate, as its manifest has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(String);

/// Text that is not the name of a crate.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` cannot be the name of a crate: up to 64 letters, digits, `-` and `_` are expected")]
pub struct BadName(String);

impl Name {
    /// Reads a name, by the rules of [crates.io](https://doc.rust-lang.org/cargo/reference/manifest.html#the-name-field).
    ///
    /// # Errors
    /// When it is none.
    pub fn new(text: &str) -> Result<Self, BadName> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        match (1..=64).contains(&text.len()) && text.bytes().all(plain) {
            true => Ok(Self(text.to_owned())),
            false => Err(BadName(text.chars().take(65).collect::<String>().escape_debug().to_string())),
        }
    }

    /// Reads the name in that of a file, which is `NAME-VERSION.crate`; none where it is called otherwise.
    pub fn of_file(file: &str, version: &Version) -> Option<Self> {
        let name = file.strip_suffix(".crate")?.strip_suffix(&version.to_string())?.strip_suffix('-')?;
        Self::new(name).ok()
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The folder of a name in an index: `1`, `2`, `3/s` or `se/rd`.
    pub fn folder(&self) -> String {
        let name = &self.0;
        match name.len() {
            1 | 2 => name.len().to_string(),
            3 => format!("3/{}", &name[..1]),
            _ => format!("{}/{}", &name[..2], &name[2..4]),
        }
    }

    /// Where an index has the lines of this crate, always in lower case:
    /// <https://doc.rust-lang.org/cargo/reference/registry-index.html#index-files>.
    pub fn index_path(&self) -> String {
        format!("{}/{}", self.folder(), self.0).to_ascii_lowercase()
    }

    /// See [`canonical`].
    pub fn canonical(&self) -> String {
        canonical(&self.0)
    }

    /// The names that stand in the way of this one where only one of them can be: those with all `-`, and with all `_`.
    pub fn twins(&self) -> Vec<Self> {
        let twins = [self.0.replace('_', "-"), self.0.replace('-', "_")].map(Self);
        twins.into_iter().filter(|twin| twin != self).collect()
    }
}

/// What is the same for two names that crates.io takes for one: they differ in case, or in `-` and `_`.
pub fn canonical(name: &str) -> String {
    name.to_ascii_lowercase().replace('-', "_")
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
    fn an_index_has_a_place_for_every_name() {
        for (name, path) in [
            ("a", "1/a"),
            ("ab", "2/ab"),
            ("abc", "3/a/abc"),
            ("abcd", "ab/cd/abcd"),
            ("Inflector", "in/fl/inflector"),
            ("harbor-core", "ha/rb/harbor-core"),
        ] {
            assert_eq!(Name::new(name).unwrap().index_path(), path);
        }
        assert_eq!(Name::new("Inflector").unwrap().folder(), "In/fl");
    }

    #[test]
    fn the_name_of_a_file_says_the_crate_and_the_version() {
        let name = |file: &str| Name::of_file(file, &"1.4.0-rc.1".parse().unwrap()).map(|name| name.to_string());
        assert_eq!(name("harbor-core-1.4.0-rc.1.crate").as_deref(), Some("harbor-core"));
        for other in ["harbor-1.4.0.crate", "harbor1.4.0-rc.1.crate", "-1.4.0-rc.1.crate", "harbor-1.4.0-rc.1.tgz"] {
            assert_eq!(name(other), None, "{other}");
        }
    }

    #[test]
    fn what_is_no_path_is_no_name() {
        for bad in ["", "..", "a/b", "a b", "ä", &"a".repeat(65)] {
            assert!(Name::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_that_differ_in_dashes_only_are_twins() {
        let names = |name: &str| Name::new(name).unwrap().twins().iter().map(Name::to_string).collect::<Vec<_>>();
        assert_eq!(names("a-b_c"), ["a-b-c", "a_b_c"]);
        assert_eq!(names("a-b"), ["a_b"]);
        assert!(names("ab").is_empty());
        assert_eq!(Name::new("A-b").unwrap().canonical(), Name::new("a_B").unwrap().canonical());
    }
}
