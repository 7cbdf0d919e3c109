use super::{EditError, Format, Place, places};

/// A file with its new version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// The whole new text.
    pub text: String,
    /// What changed, in the order of the file; empty if the version stood there already.
    pub changes: Vec<Change>,
}

/// One changed value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The key's full name, such as `project.version`.
    pub field: String,
    /// The value before.
    pub from: String,
    /// The value after.
    pub to: String,
}

/// Writes `to` at every place of the project's own version and changes nothing else.
///
/// `to` is spelled as the format wants it (PEP 440, SemVer): spelling is the caller's. The result was read again and passed
/// [`only_versions_differ`].
pub fn set_version(format: Format, text: &str, to: &str) -> Result<Edited, EditError> {
    check_version(to)?;
    let mut edited = Edited { text: text.to_owned(), changes: Vec::new() };
    let mut stale = places(format, text)?;
    stale.retain(|place| place.value != to);
    // From the last to the first, so that the spans still to be written keep their meaning.
    for place in stale.iter().rev() {
        edited.text.replace_range(place.span.clone(), &format.written(text, place, to));
    }
    edited.changes =
        stale.into_iter().map(|place| Change { field: place.field, from: place.value, to: to.to_owned() }).collect();
    check_edit(format, text, &edited.text, to)?;
    Ok(edited)
}

fn check_edit(format: Format, before: &str, after: &str, to: &str) -> Result<(), EditError> {
    only_versions_differ(format, before, after)?;
    match places(format, after)?.into_iter().find(|place| place.value != to) {
        Some(Place { field, .. }) => Err(EditError::NotSet { field, to: to.to_owned() }),
        None => Ok(()),
    }
}

/// Succeeds if `after` is `before` with other values in its version fields, each written as [`set_version`] writes it.
///
/// This is the rule that a release commit is held to, by the tool that makes it and by whoever verifies it later. It does
/// not say which version is the right one. On refusal, [`EditError::Differs`] names the line.
pub fn only_versions_differ(format: Format, before: &str, after: &str) -> Result<(), EditError> {
    let (old, new) = (places(format, before)?, places(format, after)?);
    let mut rest = Rest { whole: after, at: 0 };
    let mut kept = 0;
    for (old, new) in old.iter().zip(&new) {
        rest.take(&before[kept..old.span.start])?;
        if old.value == new.value {
            rest.take(&before[old.span.clone()])?;
        } else {
            check_version(&new.value)?;
            rest.take(&format.written(before, old, &new.value))?;
        }
        kept = old.span.end;
    }
    rest.take(&before[kept..])?;
    rest.end()
}

/// What is left of a text that is being compared piece by piece.
struct Rest<'a> {
    whole: &'a str,
    at: usize,
}

impl Rest<'_> {
    fn take(&mut self, expected: &str) -> Result<(), EditError> {
        let left = &self.whole.as_bytes()[self.at..];
        let same = left.iter().zip(expected.as_bytes()).take_while(|(a, b)| a == b).count();
        self.at += same;
        if same == expected.len() { Ok(()) } else { Err(self.differs()) }
    }

    fn end(&self) -> Result<(), EditError> {
        if self.at == self.whole.len() { Ok(()) } else { Err(self.differs()) }
    }

    fn differs(&self) -> EditError {
        let line = 1 + self.whole.as_bytes()[..self.at].iter().filter(|byte| **byte == b'\n').count();
        EditError::Differs { line }
    }
}

/// Refuses what would need an escape, or other quotes, in one of the formats.
fn check_version(value: &str) -> Result<(), EditError> {
    let first = value.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    if first && value.len() <= 128 && value.bytes().all(is_version_byte) {
        return Ok(());
    }
    Err(EditError::NotAVersion { value: value.chars().take(128).flat_map(char::escape_debug).collect() })
}

/// The alphabet of SemVer, PEP 440 and image tags together.
pub(crate) fn is_version_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".+-_!".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "name: api\nversion: 1.3.0 # ours\nappVersion: '1.3.0'\n";

    fn verdict(after: &str) -> String {
        match only_versions_differ(Format::Chart, BEFORE, after) {
            Ok(()) => "ok".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn other_versions_pass_and_may_differ_from_each_other() {
        assert_eq!(verdict(BEFORE), "ok");
        assert_eq!(verdict("name: api\nversion: 1.4.0 # ours\nappVersion: 'v9'\n"), "ok");
    }

    #[test]
    fn anything_else_is_refused_with_its_line() {
        insta::assert_snapshot!(
            verdict("name: app\nversion: 1.4.0 # ours\nappVersion: '1.4.0'\n"),
            @"more than the version differs, from line 1 on: a release commit may change the version fields only"
        );
        for (line, after) in [
            (1, "name: api\r\nversion: 1.4.0 # ours\nappVersion: '1.4.0'\n"),
            (2, "name: api\nversion: 1.4.0 # yours\nappVersion: '1.4.0'\n"),
            (2, "name: api\nversion: '1.4.0' # ours\nappVersion: '1.4.0'\n"),
            (3, "name: api\nversion: 1.4.0 # ours\nappVersion: '1.4.0'"),
            (3, "name: api\nversion: 1.4.0 # ours\n"),
            (4, "name: api\nversion: 1.4.0 # ours\nappVersion: '1.4.0'\n\n"),
        ] {
            let expected = format!("from line {line} on");
            assert!(verdict(after).contains(&expected), "{after}: {}", verdict(after));
        }
    }

    #[test]
    fn a_value_that_no_release_would_write_is_refused() {
        insta::assert_snapshot!(
            verdict("name: api\nversion: 1.3.0 # ours\nappVersion: 'a b'\n"),
            @"`a b` cannot be written as a version: expected a letter or digit, then letters, digits and `.+-_!`, at most 128 characters"
        );
        for bad in ["", "-1", "1 2", "1\n", "\"", "é", &"1".repeat(129)] {
            assert!(matches!(set_version(Format::Chart, BEFORE, bad), Err(EditError::NotAVersion { .. })), "{bad}");
        }
    }
}
