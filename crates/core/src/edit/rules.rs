//! What holds for every document, shown on random ones.

use proptest::prelude::*;

use super::write::{only_versions_differ_in, set_version};
use super::{Edited, Format, places};

/// A document with `{}` where its own versions stand.
fn document() -> impl Strategy<Value = (Format, String)> {
    prop_oneof![
        lines(&toml_line(), "[project]\nversion = \"{}\" # ours\n", "[tool.poetry]\nversion='{}'\n")
            .prop_map(|t| (Format::Pyproject, t)),
        json().prop_map(|text| (Format::PackageJson, text)),
        lines(&yaml_line(), "version: {}  # ours\n", "appVersion: \"{}\"\n").prop_map(|text| (Format::Chart, text)),
    ]
}

fn lines(
    line: &BoxedStrategy<String>,
    first: &'static str,
    second: &'static str,
) -> impl Strategy<Value = String> + use<> {
    let line = prop::collection::vec(line.clone(), 0..4);
    let other = || line.clone();
    (other(), other(), other(), any::<[bool; 3]>()).prop_map(move |(a, b, c, [both, crlf, mark])| {
        let second = if both { second } else { "" };
        let text = format!("{}{first}{}{second}{}", a.concat(), b.concat(), c.concat());
        let text = if crlf { text.replace('\n', "\r\n") } else { text };
        if mark { format!("\u{feff}{text}") } else { text }
    })
}

/// Sections have random names, because TOML takes each only once.
fn toml_line() -> BoxedStrategy<String> {
    let section = "[a-z]{12}".prop_map(|name| format!("[other.{name}]\nversion = \"1.3.0\"\n"));
    prop_oneof![Just("# version = '1.3.0' ü\n".to_owned()), Just("\n".to_owned()), section].boxed()
}

/// Keys have random names, because YAML takes each only once.
fn yaml_line() -> BoxedStrategy<String> {
    let template = prop::sample::select(vec![
        "# version: 1.3.0 ü\n",
        "\n",
        "KEY: 'a'\n",
        "KEY:\n- name: b\n  version: 1.3.0\n",
        "KEY:\n  - version: 1.3.0\n  -\n    version: 1.3.0\n",
        "KEY: >-\n  version: 1.3.0\n\n  'c\n",
    ]);
    (template, "[a-z]{12}").prop_map(|(template, key)| template.replace("KEY", &key)).boxed()
}

fn json() -> impl Strategy<Value = String> {
    let space = "[ \t\r\n]{0,3}";
    ("[a-u]{1,3}", "[ -z&&[^\"\\\\]]{0,5}", space, space).prop_map(|(key, text, a, b)| {
        format!(
            "{a}{{\"{key}\"{b}:{{\"version\":\"1.3.0\"}},{a}\"version\":{b}\"{{}}\"{a},\"w{key}\":[\"{text}\"]}}{b}"
        )
    })
}

fn version() -> impl Strategy<Value = String> {
    "[0-9]{1,2}\\.[0-9]\\.[0-9](-rc\\.[0-9])?"
}

proptest! {
    #[test]
    fn only_the_expected_spans_change((format, template) in document(), from in version(), to in version()) {
        let before = template.replace("{}", &from);
        let Edited { text: after, changes } = set_version(format, &before, &to).unwrap();
        prop_assert_eq!(&after, &template.replace("{}", &to));
        let expected = if from == to { 0 } else { template.matches("{}").count() };
        prop_assert_eq!(changes.len(), expected);
        prop_assert!(only_versions_differ_in(format, &before, &after).is_ok());
        prop_assert!(set_version(format, &after, &to).unwrap().changes.is_empty());
    }

    #[test]
    fn any_other_difference_is_noticed((format, template) in document(), to in version(), at: prop::sample::Index, extra in "[ a#\n]") {
        let before = template.replace("{}", "1.3.0");
        let mut after = set_version(format, &before, &to).unwrap().text;
        let spans = places(format, &after).unwrap();
        let outside = |at: &usize| after.is_char_boundary(*at) && !spans.iter().any(|p| (p.span.start..=p.span.end).contains(at));
        let at = *at.get(&(0..=after.len()).filter(outside).collect::<Vec<_>>());
        after.insert_str(at, &extra);
        prop_assert!(only_versions_differ_in(format, &before, &after).is_err());
    }

    #[test]
    fn no_text_panics(text in any::<String>(), other in "(version|appVersion|project|[\\[\\]{}\"':.=,#\n\r\t -]|1|\u{feff}|ü){0,24}", to in ".{0,8}") {
        for format in Format::ALL {
            for text in [&text, &other] {
                let _ = set_version(format, text, &to);
                if let Ok(edited) = set_version(format, text, "1.4.0") {
                    prop_assert!(only_versions_differ_in(format, text, &edited.text).is_ok());
                }
            }
        }
    }
}
