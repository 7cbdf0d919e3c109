//! `package.json`: the top-level `version`. `serde_json` reads every token; this walk only keeps where the tokens stand.

use serde::de::{Deserialize, IgnoredAny};

use super::{EditError, Place};

const BOM: &str = "\u{feff}";

pub(super) fn places(text: &str) -> Result<Vec<Place>, EditError> {
    let start = text.len() - text.trim_start_matches(BOM).len();
    serde_json::from_str::<IgnoredAny>(&text[start..]).map_err(EditError::Json)?;
    let missing = EditError::Missing { expected: "a top-level `version`" };
    let mut walk = Walk { text, at: start };
    if !walk.skip('{') {
        return Err(missing);
    }
    let mut found = None;
    let mut seen = std::collections::BTreeSet::new();
    while !walk.skip('}') {
        walk.skip(',');
        let key: String = walk.token()?;
        walk.skip(':');
        if key == "version" {
            found = Some(walk.place()?);
        } else {
            walk.token::<IgnoredAny>()?;
        }
        if let Some(key) = seen.replace(key) {
            return Err(EditError::Duplicate { key: key.escape_debug().to_string() });
        }
    }
    found.map(|place| vec![place]).ok_or(missing)
}

/// A position in a text that is known to be JSON.
struct Walk<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Walk<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Skips white space, and then `mark` if it comes next.
    fn skip(&mut self, mark: char) -> bool {
        self.at = self.text.len() - self.rest().trim_start().len();
        let there = self.rest().starts_with(mark);
        self.at += if there { mark.len_utf8() } else { 0 };
        there
    }

    /// Reads the value that comes next and stands behind it.
    fn token<T: Deserialize<'a>>(&mut self) -> Result<T, EditError> {
        let mut values = serde_json::Deserializer::from_str(self.rest()).into_iter();
        let end = || serde::de::Error::custom("a value is missing");
        let value = values.next().unwrap_or_else(|| Err(end())).map_err(EditError::Json)?;
        self.at += values.byte_offset();
        Ok(value)
    }

    fn place(&mut self) -> Result<Place, EditError> {
        let field = "version";
        // Stands on the value's first byte, whatever white space came before it.
        if !self.skip('"') {
            return Err(EditError::NotText { field });
        }
        let start = self.at;
        self.at -= 1;
        let value = self.token()?;
        Ok(Place { field: field.to_owned(), value, span: start..self.at - 1 })
    }
}

#[cfg(test)]
mod tests {
    use crate::edit::{Format, set_version};

    fn edit(text: &str) -> String {
        set_version(Format::PackageJson, text, "1.4.0").unwrap().text
    }

    fn refusal(text: &str) -> String {
        set_version(Format::PackageJson, text, "1.4.0").unwrap_err().to_string()
    }

    #[test]
    fn only_the_top_level_version_changes() {
        let text = r#"{
    "engines": { "version": "1.3.0" },
  "name" : "a \"version\": \"1.3.0\" {",
	"version":"1.3.0"  ,
  "dependencies": {"lib": "1.3.0", "version": "1.3.0"}, "list": ["version", {"version": "1.3.0"}]
}"#;
        insta::assert_snapshot!(edit(text), @r#"
        {
            "engines": { "version": "1.3.0" },
          "name" : "a \"version\": \"1.3.0\" {",
        	"version":"1.4.0"  ,
          "dependencies": {"lib": "1.3.0", "version": "1.3.0"}, "list": ["version", {"version": "1.3.0"}]
        }
        "#);
    }

    #[test]
    fn a_mark_at_the_front_crlf_and_escapes_stay() {
        assert_eq!(
            edit("\u{feff}{\r\n\t\"\\u0076ersion\":\r\n\"1\\u002e3.0\",\r\n\"b\\\\\": -1e9,\"c\":null}\r\n\r\n"),
            "\u{feff}{\r\n\t\"\\u0076ersion\":\r\n\"1.4.0\",\r\n\"b\\\\\": -1e9,\"c\":null}\r\n\r\n"
        );
    }

    #[test]
    fn refusals_name_the_reason() {
        insta::assert_snapshot!(refusal("{}"), @"no version is stated: expected a top-level `version`; add it, or leave this file out of `versions.files`");
        insta::assert_snapshot!(refusal(r#"[{"version": "1"}]"#), @"no version is stated: expected a top-level `version`; add it, or leave this file out of `versions.files`");
        insta::assert_snapshot!(refusal(r#"{"version": 1}"#), @r#"`version` is not a text in quotes: write the version as `"1.2.3"`"#);
        insta::assert_snapshot!(refusal(r#"{"version": "1", "versio\u006e": "2"}"#), @"the key `version` stands twice: remove one");
        insta::assert_snapshot!(refusal(r#"{"a": 1, "version": "1", "a": 2}"#), @"the key `a` stands twice: remove one");
        insta::assert_snapshot!(refusal(r#"{"version": "1",}"#), @"the file cannot be read as JSON");
        insta::assert_snapshot!(refusal("{} {}"), @"the file cannot be read as JSON");
    }
}
