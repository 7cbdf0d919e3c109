//! The index of a classic chart repository, `index.yaml`: what it lists, and one more entry in it.
//!
//! As [Helm describes it](https://helm.sh/docs/topics/chart_repository/#the-index-file). Other people's entries, their comments and
//! their order stay byte for byte wherever the index is written as Helm itself writes it, in blocks; anything else is written anew as
//! JSON, which is YAML. Either way the result is read again, and is taken only if it says what it should.

use serde_json::{Map, Value as Json, json};

use super::yaml::{self, Broken, Entry, Node, Value};
use crate::digest::Digest;

/// The name of the file.
pub const INDEX: &str = "index.yaml";
/// The largest index that is read, in bytes.
pub const LARGEST_INDEX: u64 = yaml::MAX_BYTES as u64;
/// What a chart says of itself that the index repeats: text, in the order in which it is written.
const TEXTS: [&str; 9] =
    ["apiVersion", "name", "version", "kubeVersion", "appVersion", "description", "type", "home", "icon"];

/// A chart as the index lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    name: String,
    version: String,
    digest: Digest,
    file: String,
    /// What the chart says of itself.
    pub(super) said: Vec<(&'static str, String)>,
    deprecated: bool,
}

/// An index that cannot be read or added to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadIndex {
    /// It is no YAML.
    #[error("`{INDEX}` cannot be read: {0}")]
    Broken(#[from] Broken),
    /// It is something else than an index.
    #[error("`{INDEX}` is not the index of a chart repository: {0} is expected")]
    Strange(String),
}

impl Listing {
    /// A chart, by its `Chart.yaml`, and the digest and name of its file, which lies beside the index.
    pub fn new(manifest: &Node, digest: Digest, file: &str) -> Self {
        let text = |key: &str| manifest.text(key).map(str::to_owned);
        Self {
            name: text("name").unwrap_or_default(),
            version: text("version").unwrap_or_default(),
            digest,
            file: file.to_owned(),
            said: TEXTS.into_iter().filter_map(|key| Some((key, text(key)?))).collect(),
            deprecated: manifest.get("deprecated").is_some_and(|node| node.to_json() == true),
        }
    }

    fn json(&self) -> Json {
        let mut entry: Map<String, Json> =
            self.said.iter().map(|(key, text)| ((*key).to_owned(), json!(text))).collect();
        if self.deprecated {
            entry.insert("deprecated".to_owned(), json!(true));
        }
        entry.insert("digest".to_owned(), json!(self.digest));
        entry.insert("urls".to_owned(), json!([self.file]));
        Json::Object(entry)
    }

    /// The lines of the entry, the first of which begins the item of a list.
    fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.said.iter().map(|(key, text)| format!("{key}: {}", quoted(text))).collect();
        if self.deprecated {
            lines.push("deprecated: true".to_owned());
        }
        lines.extend([format!("digest: {}", self.digest), "urls:".to_owned(), format!("  - {}", quoted(&self.file))]);
        let mark = |at: usize| if at == 0 { "- " } else { "  " };
        lines.iter().enumerate().map(|(at, line)| format!("{}{line}", mark(at))).collect()
    }
}

/// The digests that the index lists for a version of a chart, as they are written; empty text where an entry has none.
///
/// # Errors
/// When it is no index.
pub fn listed(text: &str, name: &str, version: &str) -> Result<Vec<String>, BadIndex> {
    let root = yaml::read(text)?.root;
    // Whatever is strange about it is said here too, and not only once something is to be added.
    base(&root)?;
    let entries = root.get("entries").map_or(&[][..], |entries| entries.items(name));
    let ours = entries.iter().filter(|entry| entry.text("version") == Some(version));
    let digest = |entry: &Node| entry.text("digest").unwrap_or_default().trim_start_matches("sha256:").to_owned();
    Ok(ours.map(digest).collect())
}

/// Adds a chart before the others of its name; makes an index where there is none.
///
/// # Errors
/// When it is no index.
pub fn add(text: Option<&str>, chart: &Listing) -> Result<String, BadIndex> {
    let text = text.filter(|text| !text.trim().is_empty()).unwrap_or("apiVersion: v1\nentries:\n");
    let root = yaml::read(text)?.root;
    let mut wanted = base(&root)?;
    if let Some(Json::Array(entries)) =
        wanted["entries"].as_object_mut().map(|entries| entries.entry(chart.name.clone()).or_insert_with(|| json!([])))
    {
        entries.insert(0, chart.json());
    }
    let says = |text: &String| yaml::read(text).is_ok_and(|document| told(&document.root) == wanted);
    match inserted(text, &root, chart).filter(says) {
        Some(text) => Ok(text),
        None => Ok(printable(&format!("{wanted:#}\n"))),
    }
}

/// What an index says, with all that an index has to have.
fn base(root: &Node) -> Result<Json, BadIndex> {
    let strange = |what: &str| BadIndex::Strange(what.to_owned());
    let mut index = match told(root) {
        Json::Null => Map::new(),
        Json::Object(index) => index,
        _ => return Err(strange("a mapping with `apiVersion` and `entries`")),
    };
    index.entry("apiVersion").or_insert_with(|| json!("v1"));
    let entries = index.entry("entries").or_insert(Json::Null);
    if entries.is_null() {
        *entries = json!({});
    }
    let lists = entries.as_object_mut().ok_or_else(|| strange("a mapping of charts under `entries`"))?;
    for (name, list) in lists.iter_mut() {
        match list {
            Json::Array(_) => {}
            Json::Null => *list = json!([]),
            _ => return Err(strange(&format!("a list of versions under `{}` of `entries`", name.escape_debug()))),
        }
    }
    Ok(Json::Object(index))
}

/// A node as Helm understands it in an index, where all is text but what is true or false: `1.10` is a version, and no number.
fn told(node: &Node) -> Json {
    match &node.value {
        Value::Scalar(Json::Number(_), text) => json!(text),
        Value::Scalar(json, _) => json.clone(),
        Value::List(items) => items.iter().map(told).collect(),
        Value::Map(entries) => {
            Json::Object(entries.iter().map(|entry| (entry.key.clone(), told(&entry.node))).collect())
        }
    }
}

/// The text with the entry in it, where it looks as if it were written in blocks; whoever asks reads it again.
fn inserted(text: &str, root: &Node, chart: &Listing) -> Option<String> {
    let entries = root.entry("entries")?;
    let first = match &entries.node.value {
        Value::Map(charts) => charts.first(),
        Value::Scalar(Json::Null, _) => None,
        _ => return None,
    };
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let margin =
        |line: usize| lines.get(line.checked_sub(1)?).map(|line| line.len() - line.trim_start_matches(' ').len());
    let (behind, indent, new) = match entries.node.entry(&chart.name) {
        Some(Entry { line, node, .. }) => {
            let item = node_items(node).first()?;
            (*line, margin(item.line)?, chart.lines())
        }
        None => {
            let key = format!("{}:", quoted(&chart.name));
            let below = chart.lines().into_iter().map(|line| format!("  {line}"));
            let indent = first.map_or(Some(2), |first| margin(first.line))?;
            (entries.line, indent, [key].into_iter().chain(below).collect())
        }
    };
    let (before, after) = lines.split_at_checked(behind)?;
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    // The last line of a text may lack its end.
    let join = if before.last()?.ends_with('\n') { "" } else { end };
    let new: String = new.iter().map(|line| format!("{:indent$}{line}{end}", "")).collect();
    Some(format!("{}{join}{new}{}", before.concat(), after.concat()))
}

fn node_items(node: &Node) -> &[Node] {
    match &node.value {
        Value::List(items) => items,
        _ => &[],
    }
}

/// Text as JSON writes it, which YAML reads as the same.
fn quoted(text: &str) -> String {
    printable(&Json::String(text.to_owned()).to_string())
}

/// Spells out, inside the strings of JSON, what YAML does not allow there or takes for the end of a line
/// (YAML 1.1, sections 4.1.1 and 4.1.4).
fn printable(json: &str) -> String {
    let plain =
        |c: char| !matches!(c, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
    let mut text = String::with_capacity(json.len());
    for c in json.chars() {
        match plain(c) {
            true => text.push(c),
            false => text.push_str(&format!("\\u{:04x}", u32::from(c))),
        }
    }
    text
}
