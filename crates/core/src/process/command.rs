//! Commands: the words of a program's call, or text for a shell where the step says so.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::template::Template;

/// What a step runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Command {
    /// A program and its arguments; no shell sees them.
    Words(Vec<Template>),
    /// Text for `sh -c`, because the step says `shell = true`.
    Shell(Template),
}

/// Why text is not a command without a shell, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadCommand {
    /// The bytes of the text.
    pub span: Range<usize>,
    /// What is wrong.
    pub what: BadCommandKind,
}

/// The ways in which text is not a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadCommandKind {
    /// There is no word in it.
    Empty,
    /// A quote is not closed.
    OpenQuote,
    /// Only a shell understands this character.
    NeedsShell(char),
}

impl Command {
    /// The command as people would type it.
    pub fn for_people(&self) -> String {
        match self {
            Self::Shell(text) => text.as_str().to_owned(),
            Self::Words(words) => words.iter().map(|word| quoted(word.as_str())).collect::<Vec<_>>().join(" "),
        }
    }
}

fn quoted(word: &str) -> String {
    match word.is_empty() || word.contains(char::is_whitespace) {
        true => format!("'{word}'"),
        false => word.to_owned(),
    }
}

/// Splits text into words by white space and quotes, as a shell would without any of its other powers.
///
/// # Errors
/// When a quote is open, there is no word, or an unquoted character means something to a shell only.
pub fn split(text: &str) -> Result<Vec<String>, BadCommand> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<(char, usize)> = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some((open, _)), c) if c == open => quote = None,
            (Some(_), c) => word.get_or_insert_default().push(c),
            (None, '\'' | '"') => {
                quote = Some((c, at));
                word.get_or_insert_default();
            }
            (None, '\n') if !text[..at].trim().is_empty() && !text[at..].trim().is_empty() => {
                return Err(BadCommand { span: at..at + 1, what: BadCommandKind::NeedsShell(c) });
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (None, '|' | '&' | ';' | '<' | '>' | '$' | '`' | '*' | '?' | '(' | ')' | '\\' | '~') => {
                return Err(BadCommand { span: at..at + 1, what: BadCommandKind::NeedsShell(c) });
            }
            (None, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    match quote {
        Some((_, at)) => Err(BadCommand { span: at..text.len(), what: BadCommandKind::OpenQuote }),
        None if words.first().is_none_or(String::is_empty) => {
            Err(BadCommand { span: 0..text.len(), what: BadCommandKind::Empty })
        }
        None => Ok(words),
    }
}

/// A short name for a command, from its first telling words: `make lint` is `lint`, `python scripts/smoke_test.py --env staging` is
/// `smoke-test-staging`.
pub fn short_name(words: &[&str]) -> String {
    const CARRIERS: &[&str] = &[
        "make", "python", "python3", "sh", "bash", "npm", "npx", "poetry", "uv", "run", "cargo", "node", "exec", "-m",
    ];
    let telling = |word: &&&str| !word.starts_with('-') && !word.contains('{');
    let named: Vec<String> =
        words.iter().filter(telling).map(|word| slug(word)).filter(|word| !word.is_empty()).collect();
    let from = named.iter().position(|word| !CARRIERS.contains(&word.as_str())).unwrap_or(0);
    named[from..]
        .iter()
        .take(3)
        .cloned()
        .collect::<Vec<_>>()
        .join("-")
        .chars()
        .take(48)
        .collect::<String>()
        .trim_matches('-')
        .to_owned()
}

/// The last part of a path without its extension, in the letters of a name.
fn slug(word: &str) -> String {
    let last = word.trim_end_matches('/').rsplit('/').next().unwrap_or(word);
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| if stem.is_empty() { last } else { stem });
    let letters =
        stem.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect::<String>();
    letters.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_split_as_a_shell_would() {
        let words = split(r#"pytest -k 'slow and not "net"' --junitxml=reports/unit.xml "" "#).unwrap();
        assert_eq!(words, ["pytest", "-k", r#"slow and not "net""#, "--junitxml=reports/unit.xml", ""]);
    }

    #[test]
    fn what_only_a_shell_understands_is_refused_where_it_stands() {
        assert_eq!(
            split("make a && make b").unwrap_err(),
            BadCommand { span: 7..8, what: BadCommandKind::NeedsShell('&') }
        );
        assert_eq!(split("make a\nmake b").unwrap_err().what, BadCommandKind::NeedsShell('\n'));
        assert_eq!(split("\nmake a\n").unwrap(), ["make", "a"]);
        assert_eq!(split("echo 'a").unwrap_err().what, BadCommandKind::OpenQuote);
        assert_eq!(split("  ").unwrap_err().what, BadCommandKind::Empty);
        assert_eq!(split("echo '$HOME | x'").unwrap(), ["echo", "$HOME | x"]);
    }

    #[test]
    fn short_names_tell_commands_apart() {
        let name = |text: &str| short_name(&split(text).unwrap().iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(name("make fmt-check"), "fmt-check");
        assert_eq!(name("pytest --junitxml=reports/unit.xml"), "pytest");
        assert_eq!(name("pytest tests/playwright --headed"), "pytest-playwright");
        assert_eq!(name("python scripts/smoke_test.py --env staging"), "smoke-test-staging");
        assert_eq!(name("npm test"), "test");
        assert_eq!(name("make"), "make");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*") {
            if let Ok(words) = split(&text) {
                let _ = short_name(&words.iter().map(String::as_str).collect::<Vec<_>>());
            }
        }
    }
}
