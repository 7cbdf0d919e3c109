//! No text makes the rules panic, or take long.

use proptest::prelude::*;

use super::super::{Files, Ignore, said, verify, yaml};

/// Text that is YAML now and then.
fn yamlish() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec![
        "a",
        "b: ",
        "- ",
        "\n",
        "  ",
        "\t",
        "&x ",
        "*x",
        "<<: ",
        "{",
        "}",
        "[",
        "]",
        ", ",
        "\"",
        "'",
        "|\n",
        ">-\n",
        "---\n",
        "...\n",
        "!!str ",
        "? ",
        "#",
        "1.10",
        "null",
        "yes",
        "name: api\n",
        "version: ",
        "dependencies:\n",
        "repository: file://..\n",
        "\u{feff}",
        "é",
        "%",
        "\\",
    ]);
    prop_oneof![prop::collection::vec(word, 0..40).prop_map(|words| words.concat()), ".{0,60}"]
}

proptest! {
    #[test]
    fn no_text_panics(chart in yamlish(), values in yamlish(), other in yamlish(), overlay in yamlish(), schema in ".{0,40}") {
        let manifest = format!("apiVersion: v2\nname: api\nversion: 1.0.0\n{chart}");
        let files: Files = [
            ("c/Chart.yaml", manifest.as_str()),
            ("c/values.yaml", &values),
            ("c/values-x.yaml", &overlay),
            ("c/values.schema.json", &schema),
            ("c/.helmignore", &other),
            ("c/Chart.lock", &other),
            ("c/charts/d/Chart.yaml", &chart),
        ]
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
        .collect();
        for remark in verify("c", &files, &["c/values-x.yaml".to_owned()]).remarks {
            prop_assert!(!remark.to_string().contains('\n'), "{remark:?}");
        }
        let _ = (yaml::read(&chart), said(&other, "c"));
        if let Ok(ignore) = Ignore::read(&other) {
            let _ = ignore.leaves_out(&values);
        }
    }
}
