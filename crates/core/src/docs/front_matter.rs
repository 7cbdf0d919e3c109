//! Front matter: what stands about a page at its head.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Problem;
use crate::changelog::front_matter_end;

/// The key of the day on which somebody last read the page.
const REVIEWED: &str = "last-reviewed";

/// What pages must say about themselves.
#[derive(Clone, Copy, Debug)]
pub struct Matter<'a> {
    /// The keys that must have a value.
    pub required: &'a [String],
    /// How long a review of the page holds, in seconds; for ever where there is none.
    pub reviewed_within: Option<u64>,
    /// The present moment.
    pub now: Timestamp,
}

impl Matter<'_> {
    /// Where the text of a page begins, behind its front matter.
    pub(super) fn end(text: &str) -> usize {
        match toml_of(text) {
            Some((_, end)) => end,
            None => front_matter_end(text),
        }
    }
}

/// Finds what a page does not say about itself, or no longer says rightly.
pub fn front_matter(path: &str, text: &str, rules: Matter<'_>) -> Vec<Problem> {
    let asked = rules.reviewed_within.map(|_| REVIEWED);
    let missing: Vec<&str> = rules.required.iter().map(String::as_str).chain(asked).collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let Some(entries) = entries(text) else {
        let mut keys: Vec<String> = missing.iter().map(|key| format!("`{key}`")).collect();
        keys.dedup();
        let what = format!("there is no front matter: begin the page with `---`, {} and `---`", keys.join(", "));
        return vec![Problem::new(path, 1, what)];
    };
    let find = |key: &str| entries.iter().find(|entry| entry.key == key);
    let mut problems = Vec::new();
    for key in &missing {
        let what = match find(key) {
            None => format!("the front matter does not say `{key}`: add it"),
            Some(entry) if entry.value.is_empty() => format!("`{key}` of the front matter is empty: write it"),
            Some(_) => continue,
        };
        problems.push(Problem::new(path, find(key).map_or(1, |entry| entry.line), what));
    }
    problems.dedup();
    if let Some(entry) = find(REVIEWED).filter(|entry| missing.contains(&REVIEWED) && !entry.value.is_empty())
        && let Err(what) = reviewed(&entry.value, rules)
    {
        problems.push(Problem::new(path, entry.line, what));
    }
    problems
}

/// Whether the day of the review is one, and not too long ago.
fn reviewed(value: &str, rules: Matter<'_>) -> Result<(), String> {
    let plain = value.len() == 10 && value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let day = plain.then(|| value.parse::<Date>().ok()).flatten();
    let shown: String = value.chars().take(40).flat_map(char::escape_debug).collect();
    let day = day.ok_or_else(|| format!("`{REVIEWED}: {shown}` is no day: write it as `2026-02-19`"))?;
    let today = rules.now.to_zoned_datetime(TimeZone::UTC).date();
    let age = day.duration_until(today).as_secs();
    // Where the author lives it may be tomorrow already.
    if age < -86_400 {
        return Err(format!("`{REVIEWED}: {shown}` lies in the future: write the day on which the page was read"));
    }
    let within = rules.reviewed_within.unwrap_or(u64::MAX);
    if u64::try_from(age).is_ok_and(|age| age > within) {
        let (days, most) = (age / 86_400, within / 86_400);
        let what = format!("the page was last reviewed on {shown}, {days} days ago, and {most} are allowed");
        return Err(format!("{what}: read it again, and set `{REVIEWED}`"));
    }
    Ok(())
}

/// What a page says about itself under a key, with its line; none where it says nothing.
pub(super) fn value(text: &str, key: &str) -> Option<(String, usize)> {
    let entry = entries(text)?.into_iter().find(|entry| entry.key == key)?;
    Some((entry.value, entry.line)).filter(|(value, _)| !value.is_empty())
}

/// One key at the head of a page.
struct Entry {
    key: String,
    /// Its value without quotes; a few words for a value of more lines.
    value: String,
    line: usize,
}

/// The keys of the front matter; none where the page has none.
fn entries(text: &str) -> Option<Vec<Entry>> {
    if let Some((matter, _)) = toml_of(text) {
        return Some(toml_entries(matter));
    }
    let end = front_matter_end(text);
    let matter = text.get(..end).filter(|matter| matter.contains('\n'))?;
    Some(yaml_entries(matter))
}

/// The keys at the left margin of YAML. What is deeper only says that the key above has a value.
fn yaml_entries(matter: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for (index, line) in matter.lines().enumerate().skip(1) {
        let is_deeper = line.starts_with([' ', '\t', '-']) && line.trim() != "---" && !line.trim().is_empty();
        if let Some(entry) = entries.last_mut().filter(|entry| is_deeper && entry.value.is_empty()) {
            entry.value = line.trim().to_owned();
        }
        let Some((key, value)) = line.split_once(':').filter(|_| !is_deeper && !line.starts_with('#')) else {
            continue;
        };
        let key = key.trim().trim_matches(['"', '\'']).to_owned();
        entries.push(Entry { key, value: scalar(value), line: index + 1 });
    }
    entries
}

/// A value of YAML on one line, without quotes and without the comment behind it.
fn scalar(value: &str) -> String {
    let value = value.trim();
    if let Some(quote) = value.chars().next().filter(|c| ['"', '\''].contains(c)) {
        return value[1..].split(quote).next().unwrap_or_default().to_owned();
    }
    let value = if value.starts_with('#') { "" } else { value.split(" #").next().unwrap_or_default().trim() };
    if ["~", "null", "|", ">", "[]", "{}"].contains(&value) { String::new() } else { value.to_owned() }
}

/// Front matter in TOML, between lines of `+++`, and where it ends.
fn toml_of(text: &str) -> Option<(&str, usize)> {
    let rest = text.strip_prefix("+++")?;
    let start = rest.find('\n').filter(|at| rest[..*at].trim().is_empty())?;
    let end = start + rest[start..].find("\n+++")?;
    let behind = end + "\n+++".len();
    let line_end = rest[behind..].find('\n').map_or(rest.len(), |at| behind + at + 1);
    Some((&rest[..end], "+++".len() + line_end))
}

fn toml_entries(matter: &str) -> Vec<Entry> {
    let table = DeTable::parse(matter).map(Spanned::into_inner).unwrap_or_default();
    let value = |value: &DeValue<'_>| match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Datetime(day) => day.to_string(),
        DeValue::Array(items) if items.is_empty() => String::new(),
        other => other.type_str().to_owned(),
    };
    let line = |at: usize| 1 + matter[..at].matches('\n').count();
    let entry = |(key, own): (&Spanned<_>, &Spanned<DeValue<'_>>)| {
        let name: &std::borrow::Cow<'_, str> = key.get_ref();
        Entry { key: name.to_string(), value: value(own.get_ref()), line: line(key.span().start) }
    };
    table.iter().map(entry).collect()
}
