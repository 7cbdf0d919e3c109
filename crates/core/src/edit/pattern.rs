//! Any text: literal words around the version, which must stand there exactly as often as the process says.

use super::{EditError, Holds, Place, is_version_byte, spelled};
use crate::version::Spelling;

/// What stands for the version in a pattern.
pub const PLACEHOLDER: &str = "{version}";

pub(super) fn places(text: &str, pattern: &str, count: usize, spelling: Spelling) -> Result<Vec<Place>, EditError> {
    let wrong = || EditError::BadPattern { pattern: pattern.to_owned() };
    let (before, after) = pattern.split_once(PLACEHOLDER).ok_or_else(wrong)?;
    if after.contains(PLACEHOLDER) || (before.is_empty() && after.is_empty()) {
        return Err(wrong());
    }
    let mut found: Vec<Place> = Vec::new();
    let mut at = 0;
    while let Some(end) = version_at(text, at, before, after, spelling, &mut at) {
        let line = 1 + text[..at].matches('\n').count();
        let again = if count == 1 { String::new() } else { format!(", match {}", found.len() + 1) };
        let field = format!("line {line}{again}");
        let value = text[at..end].to_owned();
        found.push(Place { field, value, span: at..end, holds: Holds::Version(spelling), bare: false });
        at = end;
    }
    match found.len() == count {
        true => Ok(found),
        false => Err(EditError::Matches { pattern: pattern.to_owned(), expected: count, found: found.len() }),
    }
}

/// Looks for the pattern from byte `from` on; `start` becomes the version's first byte, and its end is returned.
fn version_at(
    text: &str,
    from: usize,
    before: &str,
    after: &str,
    spelling: Spelling,
    start: &mut usize,
) -> Option<usize> {
    let mut from = from;
    loop {
        let here = from + text[from..].find(before)?;
        let version = here + before.len();
        let word = text[version..].bytes().take(128).take_while(|byte| is_version_byte(*byte)).count();
        let fits = |length: &usize| {
            text[version + length..].starts_with(after)
                && spelled::version_of(&text[version..version + length], spelling).is_some()
        };
        // The longest word that is a version, so that `1.4.0-rc.1` is not taken for `1.4.0` with something behind it.
        let begins = before.is_empty() && text[..version].ends_with(|c: char| c.is_ascii() && is_version_byte(c as u8));
        if let Some(length) = (1..=word).rev().find(fits).filter(|_| !begins) {
            *start = version;
            return Some(version + length);
        }
        from = here + text[here..].chars().next()?.len_utf8();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str, pattern: &str, count: usize) -> Result<Vec<String>, String> {
        let found = places(text, pattern, count, Spelling::SemVer).map_err(|error| error.to_string())?;
        Ok(found.into_iter().map(|place| place.value).collect())
    }

    #[test]
    fn the_words_around_the_version_are_literal() {
        let text = "release = \"1.3.0\"\r\n# release = 1.3.0\nversion = '1.3.0'\n";
        assert_eq!(values(text, "release = \"{version}\"", 1), Ok(vec!["1.3.0".to_owned()]));
        assert_eq!(values("api-v1.3.0-rc.1.tar.gz", "api-v{version}.tar.gz", 1), Ok(vec!["1.3.0-rc.1".to_owned()]));
        assert_eq!(values("a 1.3.0 b 1.3.0", " {version}", 2).unwrap().len(), 2);
        assert_eq!(values("{x} 1.3.0", "{x} {version}", 1).unwrap().len(), 1);
        assert_eq!(values("1.3.0 x", "{version} x", 1).unwrap().len(), 1);
    }

    #[test]
    fn the_pattern_stands_as_often_as_said() {
        insta::assert_snapshot!(values("v1.3.0 v1.3.0", "v{version}", 1).unwrap_err(), @"the pattern `v{version}` stands 2 times in the file, and 1 is expected: make it longer, or say `count = 2`");
        insta::assert_snapshot!(values("nothing", "v{version}", 1).unwrap_err(), @"the pattern `v{version}` stands nowhere in the file, with a version in its place: correct it, or the file");
        insta::assert_snapshot!(values("1.3.0", "{version}", 1).unwrap_err(), @"the pattern `{version}` must have `{version}` once, and other words around it");
    }
}
