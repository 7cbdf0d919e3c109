//! The index of a chart repository.

use proptest::prelude::*;

use crate::digest::Digest;
use crate::helm::index::{self, Listing};
use crate::helm::yaml;

fn chart(name: &str, version: &str) -> Listing {
    let manifest = format!(
        "apiVersion: v2\nname: {name}\nversion: {version}\nappVersion: 1.10\ndescription: 'A \"board\": all'\n"
    );
    let manifest = yaml::read(&manifest).unwrap().root;
    Listing::new(&manifest, Digest::of(version.as_bytes()), &format!("{name}-{version}.tgz"))
}

#[test]
fn where_there_is_no_index_one_is_made() {
    let index = index::add(None, &chart("harbor", "1.4.0")).unwrap();
    insta::assert_snapshot!(index, @r#"
    apiVersion: v1
    entries:
      "harbor":
        - apiVersion: "v2"
          name: "harbor"
          version: "1.4.0"
          appVersion: "1.10"
          description: "A \"board\": all"
          digest: 74b860b3270666137a4d543c3e3d1e4e473d54636f7593d1c17bf693e6540bbe
          urls:
            - "harbor-1.4.0.tgz"
    "#);
    assert_eq!(index::add(Some(" \n"), &chart("harbor", "1.4.0")).unwrap(), index);
}

/// As Helm writes it, and as people have annotated it.
const THEIRS: &str = "# Ours since 2019; ask ana-example\napiVersion: v1\nentries: # by name\n  beacon:\n  - name: beacon\n    \
                      version: 0.1.0\n    digest: aa\n  harbor: # the good one\n  # do not yank\n  - appVersion: 1.10\n    name: harbor\n    \
                      version:   1.3.0   # stable\n    digest: 00\n    urls: [https://example.org/harbor-1.3.0.tgz]\n\n  - name: harbor\n    \
                      version: 1.2.0\ngenerated: \"2026-01-05T09:00:00Z\"\n";

#[test]
fn everything_that_was_there_stays_as_it_is() {
    let index = index::add(Some(THEIRS), &chart("harbor", "1.4.0")).unwrap();
    insta::assert_snapshot!(index, @r##"
    # Ours since 2019; ask ana-example
    apiVersion: v1
    entries: # by name
      beacon:
      - name: beacon
        version: 0.1.0
        digest: aa
      harbor: # the good one
      - apiVersion: "v2"
        name: "harbor"
        version: "1.4.0"
        appVersion: "1.10"
        description: "A \"board\": all"
        digest: 74b860b3270666137a4d543c3e3d1e4e473d54636f7593d1c17bf693e6540bbe
        urls:
          - "harbor-1.4.0.tgz"
      # do not yank
      - appVersion: 1.10
        name: harbor
        version:   1.3.0   # stable
        digest: 00
        urls: [https://example.org/harbor-1.3.0.tgz]

      - name: harbor
        version: 1.2.0
    generated: "2026-01-05T09:00:00Z"
    "##);
    let index = index::add(Some(THEIRS), &chart("cove", "1.4.0")).unwrap();
    assert!(index.contains("entries: # by name\n  \"cove\":\n    - apiVersion: \"v2\"\n"), "{index}");
    assert!(index.ends_with(THEIRS.split_once("by name\n").unwrap().1), "{index}");
}

#[test]
fn what_the_index_lists_is_told_by_its_digests() {
    let listed = |name: &str, version: &str| index::listed(THEIRS, name, version).unwrap();
    assert_eq!(listed("harbor", "1.3.0"), ["00"]);
    assert_eq!(listed("harbor", "1.2.0"), [""]);
    assert_eq!((listed("harbor", "1.4.0"), listed("cove", "1.3.0")), (vec![], vec![]));
}

#[test]
fn an_index_that_is_not_in_blocks_is_written_anew_as_json() {
    for theirs in [
        "apiVersion: v1\nentries: {}\n",
        "{apiVersion: v1, entries: {harbor: [{name: harbor, version: 1.10}]}}",
        "entries:\n  harbor: [ {version: 1.10} ]\n",
        "apiVersion: v1\nentries: &all\n  harbor: &list\n  - version: 1.10\n  again: *list\n",
    ] {
        let written = index::add(Some(theirs), &chart("harbor", "1.4.0")).unwrap();
        let json: serde_json::Value = serde_json::from_str(&written).unwrap();
        assert_eq!(json["apiVersion"], "v1", "{theirs}");
        assert_eq!(json["entries"]["harbor"][0]["version"], "1.4.0", "{theirs}");
        if theirs.contains("1.10") {
            assert_eq!(json["entries"]["harbor"][1]["version"], "1.10", "{theirs}");
        }
        assert_eq!(index::listed(&written, "harbor", "1.4.0").unwrap(), [Digest::of(b"1.4.0").to_string()], "{theirs}");
    }
}

#[test]
fn what_is_no_index_is_left_alone() {
    let said = |theirs: &str| {
        let refused = index::add(Some(theirs), &chart("harbor", "1.4.0")).unwrap_err();
        assert_eq!(index::listed(theirs, "harbor", "1.4.0").unwrap_err(), refused, "{theirs}");
        refused.to_string()
    };
    insta::assert_snapshot!(said("- a\n"), @"`index.yaml` is not the index of a chart repository: a mapping with `apiVersion` and `entries` is expected");
    insta::assert_snapshot!(said("entries: [a]\n"), @"`index.yaml` is not the index of a chart repository: a mapping of charts under `entries` is expected");
    insta::assert_snapshot!(said("entries:\n  harbor: x\n"), @"`index.yaml` is not the index of a chart repository: a list of versions under `harbor` of `entries` is expected");
    insta::assert_snapshot!(said("entries:\n\t- x\n"), @"`index.yaml` cannot be read: line 2: the line is indented with a tab, and YAML wants spaces");
}

/// An index in blocks, with charts and comments as they come: whether lists are indented, and how lines end.
fn indexes() -> impl Strategy<Value = String> {
    let version = ("[0-9]\\.[0-9]{1,2}\\.[0-9]", prop::option::of("#? ?[a-z :]{0,12}"), any::<bool>());
    let versions = prop::collection::vec(version, 1..4);
    let charts = prop::collection::btree_map("[a-h][a-z0-9-]{0,5}", (versions, prop::option::of("[a-z ]{0,9}")), 0..4);
    (charts, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(charts, deeper, windows, last)| {
        let mut text = "apiVersion: v1\nentries:\n".to_owned();
        let margin = if deeper { "    " } else { "  " };
        for (name, (versions, remark)) in charts {
            let remark = remark.map_or(String::new(), |remark| format!("  # {remark}\n"));
            text += &format!("{remark}  {name}:\n");
            for (version, remark, swapped) in versions {
                let remark = remark.map_or(String::new(), |remark| format!(" # {remark}"));
                let fields = [format!("name: {name}{remark}"), format!("version: {version}")];
                let [one, other] = if swapped { [&fields[1], &fields[0]] } else { [&fields[0], &fields[1]] };
                text += &format!("{margin}- {one}\n{margin}  {other}\n");
            }
        }
        text += if last { "generated: x" } else { "" };
        if windows { text.replace('\n', "\r\n") } else { text }
    })
}

proptest! {
    #[test]
    fn one_run_of_lines_comes_in_and_nothing_else_changes(theirs in indexes(), name in "[a-h][a-z0-9-]{0,5}", text in any::<String>()) {
        let mut ours = chart(&name, "1.4.0-rc.1");
        let description = ours.said.iter_mut().find(|(key, _)| *key == "description").unwrap();
        description.1.clone_from(&text);
        let index = index::add(Some(&theirs), &ours).unwrap();
        let before = theirs.bytes().zip(index.bytes()).take_while(|(one, other)| one == other).count();
        let rest = &theirs.as_bytes()[before..];
        prop_assert!(index.as_bytes().ends_with(rest) && index.len() > theirs.len(), "{index}");
        prop_assert_eq!(index::listed(&index, &name, "1.4.0-rc.1").unwrap(), [Digest::of(b"1.4.0-rc.1").to_string()]);
        let root = yaml::read(&index).unwrap().root;
        let entries = root.get("entries").unwrap().items(&name);
        prop_assert_eq!(entries[0].text("description"), Some(text.as_str()));
        let old = yaml::read(&theirs).unwrap().root;
        let others = old.get("entries").map_or(0, |entries| entries.items(&name).len());
        prop_assert_eq!(entries.len(), others + 1);
    }

    #[test]
    fn any_text_is_added_to_or_refused(theirs in "[a-z0-9:\\-\\[\\]{}#&*! \n'\"]{0,60}") {
        let ours = chart("harbor", "1.4.0");
        if let Ok(index) = index::add(Some(&format!("entries:\n{theirs}")), &ours) {
            prop_assert!(index::listed(&index, "harbor", "1.4.0").unwrap().contains(&Digest::of(b"1.4.0").to_string()));
        }
    }
}
