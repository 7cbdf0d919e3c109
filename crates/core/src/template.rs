//! Text with placeholders such as `{version}`, checked when the process is read.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Serialize};

/// Text with placeholders: `release/v{major}.{minor}.0`. A literal brace is doubled: `{{`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Template(String);

/// What the placeholders of a release stand for.
pub type Values = BTreeMap<String, String>;

/// A placeholder that the reader of the process knows without any step: its name and its meaning.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("version", "the version that is released, such as `1.4.0`"),
    ("major", "the version's first number"),
    ("minor", "the version's second number"),
    ("patch", "the version's third number"),
    ("kind", "the kind of release, such as `minor`"),
    ("project", "the project's name"),
    ("trunk", "the trunk branch"),
    ("integration", "the integration branch, or the trunk where there is none"),
    ("last-version", "the version of the release before this one"),
    ("last-tag", "the tag of the release before this one"),
    ("branch", "the release branch"),
    ("date", "the day the release was opened, as `2026-01-31`, in UTC"),
];

/// What is wrong with a template, and where in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadPlaceholder {
    /// The bytes of the template that are wrong.
    pub span: Range<usize>,
    /// What is wrong with them.
    pub what: Wrong,
}

/// The ways in which a template can be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// A brace that opens or closes nothing.
    Brace,
    /// A name between braces.
    Placeholder(String),
}

/// A placeholder whose value is not known yet.
#[derive(Debug, thiserror::Error)]
#[error("`{{{name}}}` has no value yet in `{template}`")]
pub struct NoValue {
    name: String,
    template: String,
}

enum Piece<'a> {
    Text(&'a str),
    Name(&'a str, Range<usize>),
    Stray(Range<usize>),
}

impl Template {
    /// Takes text as a template; [`Template::check`] says whether its placeholders are known.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Returns the text as it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Finds everything that is wrong: stray braces and names for which `known` is false.
    pub fn check(&self, known: impl Fn(&str) -> bool) -> Vec<BadPlaceholder> {
        pieces(&self.0)
            .into_iter()
            .filter_map(|piece| match piece {
                Piece::Stray(span) => Some(BadPlaceholder { span, what: Wrong::Brace }),
                Piece::Name(name, span) if !known(name) => {
                    Some(BadPlaceholder { span, what: Wrong::Placeholder(name.to_owned()) })
                }
                _ => None,
            })
            .collect()
    }

    /// Returns the names between braces.
    pub fn names(&self) -> Vec<&str> {
        let name = |piece| match piece {
            Piece::Name(name, _) => Some(name),
            _ => None,
        };
        pieces(&self.0).into_iter().filter_map(name).collect()
    }

    /// Puts the values in.
    ///
    /// # Errors
    /// When a placeholder has no value: the step that yields it has not passed.
    pub fn render(&self, values: &Values) -> Result<String, NoValue> {
        pieces(&self.0)
            .into_iter()
            .map(|piece| match piece {
                Piece::Text(text) => Ok(text),
                Piece::Stray(span) => Ok(&self.0[span]),
                Piece::Name(name, _) => match values.get(name) {
                    Some(value) => Ok(value.as_str()),
                    None => Err(NoValue { name: name.to_owned(), template: self.0.clone() }),
                },
            })
            .collect()
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let (piece, length) = if rest.starts_with("{{") || rest.starts_with("}}") {
            (Piece::Text(&rest[..1]), 2)
        } else if rest.starts_with('{') {
            match rest.find('}') {
                Some(end) => (Piece::Name(&rest[1..end], at..at + end + 1), end + 1),
                None => (Piece::Stray(at..at + 1), 1),
            }
        } else if rest.starts_with('}') {
            (Piece::Stray(at..at + 1), 1)
        } else {
            let end = rest.find(['{', '}']).unwrap_or(rest.len());
            (Piece::Text(&rest[..end]), end)
        };
        pieces.push(piece);
        at += length;
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn placeholders_are_replaced_and_doubled_braces_stay() {
        let values = Values::from([("major".to_owned(), "1".to_owned()), ("minor".to_owned(), "4".to_owned())]);
        let rendered = Template::new("release/v{major}.{minor}.0 {{x}}").render(&values).unwrap();
        assert_eq!(rendered, "release/v1.4.0 {x}");
    }

    #[test]
    fn what_is_wrong_is_found_where_it_stands() {
        let bad = Template::new("v{verson} }").check(|name| name == "version");
        assert_eq!(
            bad,
            [
                BadPlaceholder { span: 1..9, what: Wrong::Placeholder("verson".to_owned()) },
                BadPlaceholder { span: 10..11, what: Wrong::Brace },
            ]
        );
    }

    proptest! {
        #[test]
        fn text_without_braces_is_itself(text in "[^{}]*") {
            prop_assert_eq!(Template::new(text.clone()).render(&Values::new()).unwrap(), text);
        }

        #[test]
        fn no_text_panics(text in "[a-z{}é]{0,20}") {
            let template = Template::new(text);
            let _ = (template.check(|_| false), template.render(&Values::new()), template.names());
        }
    }
}
