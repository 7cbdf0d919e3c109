//! Checked names: everything that becomes a path, a branch, an argument or a key of the ledger.
//!
//! A name that exists has passed its grammar, so no later code checks it again. All grammars are ASCII, bounded in length, and
//! free of what paths, refs and command lines treat specially (a leading `-`, `..`, control characters, white space).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Text that does not fit the grammar of a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a {what}: {rule}")]
pub struct BadName {
    what: &'static str,
    text: String,
    rule: &'static str,
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $what:literal, $rule:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks the text against the grammar of this name.
            ///
            /// # Errors
            /// When it does not fit; the message states the rule.
            pub fn new(text: impl Into<String>) -> Result<Self, BadName> {
                let text = text.into();
                let check: fn(&str) -> bool = $check;
                if check(&text) {
                    return Ok(Self(text));
                }
                Err(BadName { what: $what, text: text.chars().take(80).flat_map(char::escape_default).collect(), rule: $rule })
            }

            /// Returns the name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = BadName;

            fn from_str(text: &str) -> Result<Self, BadName> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadName;

            fn try_from(text: String) -> Result<Self, BadName> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}

name! {
    /// A word of the process file: a phase, kind, role, person, target, environment or value.
    Word, "name", "lower-case letters, digits and `-` are expected, a letter or digit first, at most 64", is_word
}
name! {
    /// A step: its phase and its own word, as in `verify/lint`.
    StepId, "step", "a phase and a step are expected, as in `verify/lint`",
    |text| text.split_once('/').is_some_and(|(phase, step)| is_word(phase) && is_word(step))
}
name! {
    /// A git object name in full: 40 hexadecimal digits (SHA-1) or 64 (SHA-256).
    CommitId, "commit", "40 or 64 lower-case hexadecimal digits are expected",
    |text| matches!(text.len(), 40 | 64) && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}
name! {
    /// A branch, a safe subset of what `git check-ref-format` allows.
    BranchName, "branch name", "letters, digits and `._/+-` are expected, no part that begins with `.` or `-` or ends with `.lock`, at most 128", is_ref
}
name! {
    /// A tag, in the grammar of [`BranchName`].
    TagName, "tag name", "letters, digits and `._/+-` are expected, no part that begins with `.` or `-` or ends with `.lock`, at most 128", is_ref
}
name! {
    /// A file or folder inside the repository, with `/` between its parts.
    RelPath, "path inside the repository", "a relative path is expected, without `..`, control characters, `\\` or a leading `-`, at most 512 bytes", is_path
}

fn is_word(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

fn is_ref(text: &str) -> bool {
    text.len() <= 128
        && !text.ends_with('.')
        && !text.contains("..")
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._/+-".contains(&b))
        && text.split('/').all(|part| !part.is_empty() && !part.starts_with(['.', '-']) && !part.ends_with(".lock"))
}

fn is_path(text: &str) -> bool {
    text.len() <= 512
        && !text.starts_with('-')
        && !text.chars().any(|c| c.is_control() || c == '\\')
        && text
            .split('/')
            .all(|part| !part.is_empty() && part != "." && part != ".." && !part.eq_ignore_ascii_case(".git"))
}

impl StepId {
    /// Joins a phase and a word to a step's name.
    pub fn of(phase: &Word, step: &Word) -> Self {
        Self(format!("{phase}/{step}"))
    }

    /// Returns the name of the phase.
    pub fn phase(&self) -> &str {
        self.0.split_once('/').map_or("", |(phase, _)| phase)
    }

    /// Returns the step's own word.
    pub fn step(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, step)| step)
    }
}

impl CommitId {
    /// Returns the first seven digits, for people.
    pub fn short(&self) -> &str {
        &self.0[..7]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dangerous_names_do_not_exist() {
        let evil = [
            "../../x",
            "a\0b",
            "C:\\x",
            "-oProxyCommand=x",
            "--upload-pack=x",
            "a/../b",
            "",
            "/",
            ".git/config",
            "a//b",
            "x\u{202e}y",
            "a b\n",
        ];
        for text in evil {
            assert!(Word::new(text).is_err(), "{text:?} as a word");
            assert!(BranchName::new(text).is_err(), "{text:?} as a branch");
            assert!(TagName::new(text).is_err(), "{text:?} as a tag");
            assert!(StepId::new(text).is_err(), "{text:?} as a step");
        }
        for text in ["../x", "/etc/passwd", "a/../b", "", "-rf", "a\0", "x/.git/hooks", "a\\b"] {
            assert!(RelPath::new(text).is_err(), "{text:?} as a path");
        }
    }

    #[test]
    fn the_message_names_the_thing_and_the_rule() {
        let error = BranchName::new("release/../x").unwrap_err().to_string();
        assert!(error.starts_with("`release/../x` is not a branch name: letters, digits"), "{error}");
    }

    proptest! {
        #[test]
        fn a_name_reads_back_as_itself(text in "[a-z][a-z0-9-]{0,20}/[a-z][a-z0-9-]{0,20}") {
            let step = StepId::new(text.clone()).unwrap();
            prop_assert_eq!(format!("{}/{}", step.phase(), step.step()), text);
        }

        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = (Word::new(text.clone()), StepId::new(text.clone()), BranchName::new(text.clone()), RelPath::new(text));
        }
    }
}
