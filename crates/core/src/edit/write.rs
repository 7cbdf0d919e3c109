//! Writes a version into a set of files, and holds the result against the rule for release commits.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use super::set::{InFile, Selected, Texts, base_name, find, folder_of, in_folder};
use super::spelled::without_v;
use super::{EditError, Holds, Place, cargo_lock, chart, yaml};
use crate::version::Version;

/// What values become once the version is `to`. Many places hold the same value, and mostly that of the place before, so each answer
/// is kept.
struct NextValues<'a> {
    to: &'a Version,
    known: HashMap<(&'a Holds, &'a str), Rc<str>>,
    last: Option<(&'a Place, Rc<str>)>,
}

impl<'a> NextValues<'a> {
    fn to(to: &'a Version) -> Self {
        Self { to, known: HashMap::new(), last: None }
    }

    fn of(&mut self, place: &'a Place) -> Result<Rc<str>, EditError> {
        if let Some((last, next)) = &self.last
            && (&last.value, &last.holds) == (&place.value, &place.holds)
        {
            return Ok(next.clone());
        }
        let next = match self.known.entry((&place.holds, &place.value)) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(new) => new.insert(place.next(self.to)?.into()).clone(),
        };
        self.last = Some((place, next.clone()));
        Ok(next)
    }
}

/// A file with its new version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    /// The whole new text.
    pub text: String,
    /// What changed, in the order of the file; empty if the version stood there already.
    pub changes: Vec<Change>,
}

/// One changed value.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Change {
    /// The key's full name, such as `project.version`.
    pub field: String,
    /// The value before.
    pub from: String,
    /// The value after.
    pub to: String,
}

/// Writes `to` at every place of the version in the files that are named, and in those that follow them, and changes nothing
/// else. Returns the files that change, by their paths.
///
/// The result was read again and passed [`only_versions_differ`].
///
/// # Errors
/// The first file in which the version cannot be found, or that would not be what was asked for.
pub fn bump(selected: &[Selected], texts: &Texts, to: &Version) -> Result<BTreeMap<String, Edited>, InFile> {
    let before = find(selected, texts)?;
    let mut new = BTreeMap::new();
    let mut next_values = NextValues::to(to);
    for (path, places) in &before {
        let values = places.iter().map(|place| next_values.of(place));
        let values: Vec<Rc<str>> = values.collect::<Result<_, _>>().map_err(InFile::at(path))?;
        let text = replace(&texts[path], places.iter().zip(values.iter().map(AsRef::as_ref)));
        new.insert(path.clone(), New { text, values });
    }
    digests(&before, texts, &mut new)?;
    new.retain(|path, new| new.text != texts[path]);
    check(selected, &before, texts, &new, to)?;
    let edited = before.into_iter().filter_map(|(path, places)| {
        let New { text, values } = new.remove(&path)?;
        let changes = places.into_iter().zip(values).filter(|(place, to)| *place.value != **to);
        let changes = changes
            .map(|(place, to)| Change { field: place.field, from: place.value, to: to.as_ref().to_owned() })
            .collect();
        Some((path, Edited { text, changes }))
    });
    Ok(edited.collect())
}

/// The new text of a file, and the new value at each of its places.
struct New {
    text: String,
    values: Vec<Rc<str>>,
}

/// Computes the digest of every `Chart.lock` anew in which something changed, or in whose chart.
fn digests(
    before: &BTreeMap<String, Vec<Place>>,
    texts: &Texts,
    new: &mut BTreeMap<String, New>,
) -> Result<(), InFile> {
    for (path, places) in before {
        let Some(at) = places.iter().position(|place| place.holds == Holds::Digest) else { continue };
        let chart = in_folder(folder_of(path), chart::FILE);
        let Some(old_chart) = texts.get(&chart) else { continue };
        let new_chart = new.get(&chart).map_or(old_chart, |new| &new.text);
        let lock = new.get(path).map_or(&texts[path], |new| &new.text);
        if (new_chart, lock) == (old_chart, &texts[path]) {
            continue;
        }
        // Only where the old digest comes out as it stands is it known how to make the new one.
        let stated = &places[at].value;
        let old = chart::digest(old_chart, &texts[path]).ok().filter(|old| old == stated);
        let digest =
            old.ok_or(EditError::Digest).and_then(|_| chart::digest(new_chart, lock)).map_err(InFile::at(path))?;
        if let Some(new) = new.get_mut(path) {
            new.text = new.text.replacen(stated, &digest, 1);
            new.values[at] = digest.into();
        }
    }
    Ok(())
}

fn check(
    selected: &[Selected],
    before: &BTreeMap<String, Vec<Place>>,
    texts: &Texts,
    new: &BTreeMap<String, New>,
    to: &Version,
) -> Result<(), InFile> {
    let mut after_texts = texts.clone();
    after_texts.extend(new.iter().map(|(path, new)| (path.clone(), new.text.clone())));
    let after = find(selected, &after_texts)?;
    compare_all((before, texts), (&after, &after_texts))?;
    let mut next_values = NextValues::to(to);
    for (path, places) in &after {
        for place in places {
            let to = next_values.of(place).map_err(InFile::at(path))?;
            if *place.value != *to {
                return Err(InFile::at(path)(EditError::NotSet {
                    field: place.field.clone(),
                    to: to.as_ref().to_owned(),
                }));
            }
        }
        if base_name(path) == cargo_lock::FILE {
            cargo_lock::check_order(&after_texts[path]).map_err(InFile::at(path))?;
        }
    }
    Ok(())
}

/// Succeeds if `after` is `before` with other values at the places of the version, each written as [`bump`] writes it.
///
/// This is the rule that a release commit is held to, by the tool that makes it and by whoever verifies it later. It does
/// not say which version is the right one. On refusal, [`EditError::Differs`] names the line.
///
/// # Errors
/// The first file that differs in anything else, or that cannot be read.
pub fn only_versions_differ(selected: &[Selected], before: &Texts, after: &Texts) -> Result<(), InFile> {
    compare_all((&find(selected, before)?, before), (&find(selected, after)?, after))
}

type Side<'a> = (&'a BTreeMap<String, Vec<Place>>, &'a Texts);

fn compare_all((old, before): Side<'_>, (new, after): Side<'_>) -> Result<(), InFile> {
    if let Some(path) =
        before.keys().chain(after.keys()).find(|path| before.contains_key(*path) != after.contains_key(*path))
    {
        return Err(InFile::at(path)(EditError::Differs { line: 1 }));
    }
    let none = Vec::new();
    for (path, text) in before.iter().filter(|(path, text)| after[*path] != **text) {
        let (old, new) = (old.get(path).unwrap_or(&none), new.get(path).unwrap_or(&none));
        compare((text, old), (&after[path], new)).map_err(InFile::at(path))?;
    }
    Ok(())
}

fn compare((before, old): (&str, &[Place]), (after, new): (&str, &[Place])) -> Result<(), EditError> {
    let mut new = new.iter();
    let mut rest = Rest { whole: after, at: 0 };
    let mut kept = 0;
    for old in old {
        rest.take(&before[kept..old.span.start])?;
        let new = new.find(|new| new.field == old.field).ok_or_else(|| rest.differs())?;
        if old.value == new.value {
            rest.take(&before[old.span.clone()])?;
        } else {
            check_value(new)?;
            rest.take(&old.written(&new.value))?;
        }
        kept = old.span.end;
    }
    rest.take(&before[kept..])?;
    rest.end()
}

/// The text with other values at these places, which are in the order of the file.
fn replace<'a>(text: &str, values: impl Iterator<Item = (&'a Place, &'a str)>) -> String {
    let mut new = String::with_capacity(text.len() + 64);
    let mut kept = 0;
    for (place, value) in values.filter(|(place, value)| place.value != *value) {
        new.push_str(&text[kept..place.span.start]);
        new.push_str(&place.written(value));
        kept = place.span.end;
    }
    new.push_str(&text[kept..]);
    new
}

impl Place {
    /// The value once the version is `to`. A leading `v` stays.
    fn next(&self, to: &Version) -> Result<String, EditError> {
        match &self.holds {
            Holds::Version(spelling) => {
                let v = &self.value[..self.value.len() - without_v(&self.value).len()];
                let next = format!("{v}{}", to.spelled(*spelling));
                check_version(&next).map(|()| next)
            }
            Holds::Requirement { dialect, at } => dialect.follow(&self.value, at, to),
            Holds::Digest => Ok(self.value.clone()),
        }
    }

    /// The text that stands at this place once its value is `to`.
    fn written(&self, to: &str) -> String {
        if self.bare && self.holds != Holds::Digest { yaml::written(to) } else { to.to_owned() }
    }
}

/// What is left of a text that is being compared piece by piece.
struct Rest<'a> {
    whole: &'a str,
    at: usize,
}

impl Rest<'_> {
    fn take(&mut self, expected: &str) -> Result<(), EditError> {
        let left = &self.whole.as_bytes()[self.at..];
        if left.starts_with(expected.as_bytes()) {
            self.at += expected.len();
            return Ok(());
        }
        let same = left.iter().zip(expected.as_bytes()).take_while(|(a, b)| a == b).count();
        self.at += same;
        Err(self.differs())
    }

    fn end(&self) -> Result<(), EditError> {
        if self.at == self.whole.len() { Ok(()) } else { Err(self.differs()) }
    }

    fn differs(&self) -> EditError {
        let line = 1 + self.whole.as_bytes()[..self.at].iter().filter(|byte| **byte == b'\n').count();
        EditError::Differs { line }
    }
}

/// Refuses values that no release would write.
fn check_value(place: &Place) -> Result<(), EditError> {
    match place.holds {
        Holds::Version(_) => check_version(&place.value),
        Holds::Requirement { .. } | Holds::Digest => {
            let usual = |byte: u8| is_version_byte(byte) || b"^~=<>*|:, ".contains(&byte);
            match place.value.len() <= 256 && place.value.bytes().all(usual) {
                true => Ok(()),
                false => Err(not_a_version(&place.value)),
            }
        }
    }
}

/// Refuses what would need an escape, or other quotes, in one of the formats.
fn check_version(value: &str) -> Result<(), EditError> {
    let first = value.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    if first && value.len() <= 128 && value.bytes().all(is_version_byte) {
        return Ok(());
    }
    Err(not_a_version(value))
}

fn not_a_version(value: &str) -> EditError {
    EditError::NotAVersion { value: value.chars().take(128).flat_map(char::escape_debug).collect() }
}

/// The alphabet of SemVer, PEP 440 and image tags together.
pub(crate) fn is_version_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b".+-_!".contains(&byte)
}

#[cfg(test)]
pub(super) use one_file::{only_versions_differ_in, set_version};

/// The same for one manifest on its own and any text as its version.
#[cfg(test)]
mod one_file {
    use super::*;
    use crate::edit::{Format, How, places};

    pub(in crate::edit) fn set_version(format: Format, text: &str, to: &str) -> Result<Edited, EditError> {
        check_version(to)?;
        let places = places(format, text)?;
        let new = replace(text, places.iter().map(|place| (place, to)));
        let change = |place: Place| Change { field: place.field, from: place.value, to: to.to_owned() };
        let changes = places.into_iter().filter(|place| place.value != to).map(change).collect();
        let edited = Edited { text: new, changes };
        only_versions_differ_in(format, text, &edited.text)?;
        Ok(edited)
    }

    pub(in crate::edit) fn only_versions_differ_in(format: Format, before: &str, after: &str) -> Result<(), EditError> {
        let path = format.file_name().to_owned();
        let texts = |text: &str| Texts::from([(path.clone(), text.to_owned())]);
        let selected = [Selected { path: path.clone(), how: How::Manifest(format) }];
        only_versions_differ(&selected, &texts(before), &texts(after)).map_err(|wrong| wrong.error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::Format;

    const BEFORE: &str = "name: api\nversion: 1.3.0 # ours\nappVersion: '1.3.0'\n";

    fn verdict(after: &str) -> String {
        match only_versions_differ_in(Format::Chart, BEFORE, after) {
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
