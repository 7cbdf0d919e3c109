//! `Chart.yaml`: the top-level `version` and `appVersion`, found by lines.

use super::yaml::{Kind, Line};
use super::{EditError, Place};

const FIELDS: [&str; 2] = ["version", "appVersion"];

pub(super) fn places(text: &str) -> Result<Vec<Place>, EditError> {
    let mut found = Vec::new();
    let (mut at, mut inside, mut after_version) = (0, false, false);
    for (index, raw) in text.split_inclusive('\n').enumerate() {
        let line = Line::new(index + 1, at, raw)?;
        at += raw.len();
        match line.kind()? {
            Kind::Silent => continue,
            Kind::Start if inside => {
                return Err(line.refused("a second document begins: keep one chart in one file"));
            }
            Kind::Start => {}
            Kind::Nested if after_version => {
                return Err(line.refused("the version above goes on here: keep it on one line"));
            }
            Kind::Nested => {}
            Kind::Key { key, value_at } => {
                after_version = FIELDS.contains(&key);
                if after_version {
                    found.push(line.place(key, value_at)?);
                }
            }
        }
        inside = true;
    }
    check(found)
}

fn check(found: Vec<Place>) -> Result<Vec<Place>, EditError> {
    for key in FIELDS {
        match found.iter().filter(|place| place.field == key).count() {
            0 if key == "version" => {
                return Err(EditError::Missing { expected: "`version` at the left margin" });
            }
            0 | 1 => {}
            _ => {
                return Err(EditError::Duplicate { key: key.to_owned() });
            }
        }
    }
    Ok(found)
}

/// Keeps the author's quotes, and adds some where a bare scalar would be read as something else than text.
pub(super) fn written(text: &str, place: &Place, to: &str) -> String {
    let quoted = text[..place.span.start].ends_with(['"', '\'']);
    if quoted || is_plain_text(to) { to.to_owned() } else { format!("\"{to}\"") }
}

/// No parser takes a scalar with two dots for a number, date, truth value or null (YAML 1.2 section 10.3 and the older types
/// of YAML 1.1), nor one that begins with a letter and has a digit.
fn is_plain_text(value: &str) -> bool {
    let letter_first = value.starts_with(|first: char| first.is_ascii_alphabetic());
    value.matches('.').count() >= 2 || (letter_first && value.contains(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use crate::edit::{Format, set_version};

    fn edit_to(text: &str, to: &str) -> String {
        set_version(Format::Chart, text, to).unwrap().text
    }

    fn refusal(text: &str) -> String {
        set_version(Format::Chart, text, "1.4.0").unwrap_err().to_string()
    }

    #[test]
    fn the_charts_own_versions_change_and_nothing_else() {
        let text = r#"# version: 1.3.0
---   # the chart
apiVersion: v2
name: api
description: |
  version: 1.3.0
  # not a comment

  "appVersion: 1.3.0
version:   1.3.0   # keep in step
"appVersion" : '1.3.0'	# with the image
dependencies:
- name: lib
  version: 1.3.0
- version: 1.3.0
annotations: {version: 1.3.0}
keywords: ["a:b",
  version: 1.3.0]"#;
        insta::assert_snapshot!(edit_to(text, "1.4.0"), @r#"
        # version: 1.3.0
        ---   # the chart
        apiVersion: v2
        name: api
        description: |
          version: 1.3.0
          # not a comment

          "appVersion: 1.3.0
        version:   1.4.0   # keep in step
        "appVersion" : '1.4.0'	# with the image
        dependencies:
        - name: lib
          version: 1.3.0
        - version: 1.3.0
        annotations: {version: 1.3.0}
        keywords: ["a:b",
          version: 1.3.0]
        "#);
    }

    #[test]
    fn a_mark_at_the_front_and_crlf_stay() {
        assert_eq!(
            edit_to("\u{feff}version: \"1.3.0\"\r\n\r\nappVersion: 1.3.0\r\nname: ü\r\n", "1.4.0"),
            "\u{feff}version: \"1.4.0\"\r\n\r\nappVersion: 1.4.0\r\nname: ü\r\n"
        );
    }

    #[test]
    fn a_bare_version_gets_quotes_where_it_would_be_a_number_or_a_date() {
        for (to, written) in [
            ("1.4.0-rc.1+build.7", "1.4.0-rc.1+build.7"),
            ("v2", "v2"),
            ("1.0", "\"1.0\""),
            ("2", "\"2\""),
            ("1e3", "\"1e3\""),
            ("0x10", "\"0x10\""),
            ("1_000", "\"1_000\""),
            ("2026-01-02", "\"2026-01-02\""),
            ("true", "\"true\""),
        ] {
            assert_eq!(edit_to("version: 1.3.0 # bare", to), format!("version: {written} # bare"));
            assert_eq!(edit_to("version: '1.3.0' # quoted", to), format!("version: '{to}' # quoted"));
        }
        assert_eq!(edit_to("version: 1.0", "1.0"), "version: 1.0", "what stands already is left alone");
    }

    #[test]
    fn what_the_lines_leave_in_doubt_is_refused() {
        let cases = [
            "name: api",
            "  version: 1.3.0",
            "version: 1\nversion: 2",
            "version: 1\n---\nname: b",
            "---\n---\nversion: 1",
            "--- {version: 1}",
            "version: 1\n...\n",
            "{version: 1}",
            "%YAML 1.2\n---\nversion: 1",
            "version: |\n  1.3.0",
            "version: &v 1.3.0",
            "version: *v",
            "version: !!str 1",
            "version:\n  1.3.0",
            "version: # none",
            "version: 1.3.0\n\n  -rc1",
            "version: \"1.3\n  .0\"",
            "version: \"1\\x2e3\"",
            "version: 'it''s'",
            "version: '1.3.0'# no comment",
            "version: [1, 3]",
            "name: a\rversion: 1",
            "description: 'a\nb'\nversion: 1",
        ];
        let refusals: Vec<String> = cases.iter().map(|text| format!("{text:?}: {}", refusal(text))).collect();
        insta::assert_snapshot!(refusals.join("\n"), @r#"
        "name: api": no version is stated: expected `version` at the left margin; add it, or leave this file out of `versions.files`
        "  version: 1.3.0": no version is stated: expected `version` at the left margin; add it, or leave this file out of `versions.files`
        "version: 1\nversion: 2": the key `version` stands twice: remove one
        "version: 1\n---\nname: b": line 2: a second document begins: keep one chart in one file
        "---\n---\nversion: 1": line 2: a second document begins: keep one chart in one file
        "--- {version: 1}": line 1: write the document below its `---`
        "version: 1\n...\n": line 2: expected `key: value` here: a value that goes on must be indented
        "{version: 1}": line 1: expected `key: value` here: a value that goes on must be indented
        "%YAML 1.2\n---\nversion: 1": line 1: expected `key: value` here: a value that goes on must be indented
        "version: |\n  1.3.0": line 1: the version is a block of lines: write it on the key's line
        "version: &v 1.3.0": line 1: the version has an anchor, alias or tag: write it plainly
        "version: *v": line 1: the version has an anchor, alias or tag: write it plainly
        "version: !!str 1": line 1: the version has an anchor, alias or tag: write it plainly
        "version:\n  1.3.0": line 1: the key has no value on its line: write the version there
        "version: # none": line 1: the key has no value on its line: write the version there
        "version: 1.3.0\n\n  -rc1": line 3: the version above goes on here: keep it on one line
        "version: \"1.3\n  .0\"": line 1: the version's quotes do not close on this line
        "version: \"1\\x2e3\"": line 1: the version is written with escapes: write it plainly
        "version: 'it''s'": line 1: the version is written with escapes: write it plainly
        "version: '1.3.0'# no comment": line 1: something stands behind the version: only a comment, after a space, may
        "version: [1, 3]": line 1: the version is not a single word: write it in quotes
        "name: a\rversion: 1": line 1: some readers see a line end inside this line: use plain line ends
        "description: 'a\nb'\nversion: 1": line 2: expected `key: value` here: a value that goes on must be indented
        "#);
    }
}
