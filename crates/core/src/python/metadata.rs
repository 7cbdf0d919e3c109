//! What a package says of itself, in the format of the
//! [core metadata](https://packaging.python.org/en/latest/specifications/core-metadata/).

/// The largest metadata that is read, in bytes. It holds the whole description, which is a page or two.
pub const LARGEST: u64 = 8 << 20;

/// The fields, in the order in which they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    fields: Vec<(String, String)>,
}

/// Text that is no metadata.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadMetadata {
    /// It is not UTF-8.
    #[error("it is not UTF-8 text")]
    NotText,
    /// A line is no field.
    #[error("line {line} is neither a field (`Name: value`) nor the rest of one")]
    Line {
        /// Which line, from 1.
        line: usize,
    },
    /// A field that every package has is not there, or is there twice.
    #[error("the field `{0}` must be there, once")]
    Once(&'static str),
}

impl Metadata {
    /// Reads the file: fields, an empty line, the description.
    ///
    /// # Errors
    /// When it cannot be read so, or lacks its name, its version or that of its own format.
    pub fn read(bytes: &[u8]) -> Result<Self, BadMetadata> {
        let text = std::str::from_utf8(bytes).map_err(|_| BadMetadata::NotText)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut fields: Vec<(String, String)> = Vec::new();
        let mut rest = text;
        for number in 1.. {
            let (line, behind) = rest.split_once('\n').unwrap_or((rest, ""));
            let line = line.strip_suffix('\r').unwrap_or(line);
            rest = behind;
            if line.is_empty() {
                break;
            }
            match (fields.last_mut(), line.starts_with([' ', '\t']), line.split_once(':')) {
                (Some((_, value)), true, _) => {
                    value.push('\n');
                    value.push_str(continued(line));
                }
                (_, false, Some((name, value))) if is_name(name) => {
                    fields.push((name.to_owned(), value.trim().to_owned()));
                }
                _ => return Err(BadMetadata::Line { line: number }),
            }
        }
        if !rest.trim().is_empty() {
            fields.push(("Description".to_owned(), rest.to_owned()));
        }
        Self { fields }.whole()
    }

    fn whole(self) -> Result<Self, BadMetadata> {
        for name in ["Metadata-Version", "Name", "Version"] {
            if self.all(name).filter(|value| !value.is_empty()).count() != 1 || self.all(name).count() != 1 {
                return Err(BadMetadata::Once(name));
            }
        }
        Ok(self)
    }

    /// The fields and their values, in the order in which they stand; some stand there more than once.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The name of the project, as the package spells it.
    pub fn name(&self) -> &str {
        self.all("Name").next().unwrap_or_default()
    }

    /// The version, as the package spells it.
    pub fn version(&self) -> &str {
        self.all("Version").next().unwrap_or_default()
    }

    fn all<'m>(&'m self, wanted: &str) -> impl Iterator<Item = &'m str> {
        self.fields().filter(move |(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value)
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// The text of a further line, without what marks it as one: eight spaces, or seven and a bar.
fn continued(line: &str) -> &str {
    let marked = line.strip_prefix("       |").or_else(|| line.strip_prefix("        "));
    marked.unwrap_or_else(|| line.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_the_description_are_read_in_their_order() {
        let text = "Metadata-Version: 2.1\r\nName: harbor-api\nVersion: 1.4.0\nClassifier: A :: B\nclassifier: C\n\
                    License: first\n        second\n       |  third\nAuthor:\n\nHello,\n\nworld: yes\n";
        let metadata = Metadata::read(text.as_bytes()).unwrap();
        let shown: Vec<_> = metadata.fields().map(|(name, value)| format!("{name} = {value:?}")).collect();
        insta::assert_snapshot!(shown.join("\n"), @r#"
        Metadata-Version = "2.1"
        Name = "harbor-api"
        Version = "1.4.0"
        Classifier = "A :: B"
        classifier = "C"
        License = "first\nsecond\n  third"
        Author = ""
        Description = "Hello,\n\nworld: yes\n"
        "#);
        assert_eq!((metadata.name(), metadata.version()), ("harbor-api", "1.4.0"));
    }

    #[test]
    fn what_is_no_metadata_is_refused_with_its_line() {
        let said = |text: &[u8]| Metadata::read(text).unwrap_err().to_string();
        assert_eq!(said(b"Name: a\nnothing\n"), "line 2 is neither a field (`Name: value`) nor the rest of one");
        assert_eq!(said(b" Name: a\n"), "line 1 is neither a field (`Name: value`) nor the rest of one");
        assert_eq!(
            said(b"Metadata-Version: 2.1\nName: a\nVersion: 1\nversion: 2\n"),
            "the field `Version` must be there, once"
        );
        assert_eq!(said(b"Metadata-Version: 2.1\nName:\nVersion: 1\n"), "the field `Name` must be there, once");
        assert_eq!(said(b""), "the field `Metadata-Version` must be there, once");
        assert_eq!(said(b"Name: \xff\n"), "it is not UTF-8 text");
    }
}
