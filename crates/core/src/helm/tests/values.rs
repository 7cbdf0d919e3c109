//! Values against schemas.

use super::*;

const SCHEMA: &str = r#"{
  "type": "object",
  "required": ["port"],
  "additionalProperties": false,
  "properties": {
    "port": { "type": "integer", "maximum": 65535 },
    "mode": { "enum": ["a", "b"] },
    "list": { "type": "array", "items": { "type": "object", "required": ["name"] } },
    "either": { "oneOf": [{ "type": "string" }, { "type": "boolean" }] },
    "db": {}, "global": {}
  }
}"#;

fn with(values: &str, overlay: &str) -> String {
    let files =
        [("Chart.yaml", GOOD), ("values.schema.json", SCHEMA), ("values.yaml", values), ("values-prod.yaml", overlay)];
    said_of("charts/api", &files, &["values-prod.yaml"])
}

#[test]
fn values_that_fit_are_passed_in_silence() {
    assert_eq!(with("port: 80\nmode: a\nlist: [{name: x}]\n", "port: 81\neither: yes\n"), "");
    assert_eq!(with("port: 80\n", ""), "");
}

#[test]
fn each_fault_is_told_where_it_stands() {
    insta::assert_snapshot!(with("port: \"80\"\nmode: c\nlist:\n  - name: x\n  - nam: y\n", "port: 80\n"), @r#"
    wrong charts/api/values.yaml:1: `port` is of type string, and the schema wants integer: correct the value, or charts/api/values.schema.json
    wrong charts/api/values.yaml:2: `mode` is none of what the schema allows: "a", "b": correct the value, or charts/api/values.schema.json
    wrong charts/api/values.yaml:5: `list.1` lacks `name`: correct the value, or charts/api/values.schema.json
    "#);
    insta::assert_snapshot!(with("port: 80\n", "# prod\nport: 100000\neither: 7\nextra: 1\n"), @"
    wrong charts/api/values-prod.yaml:2: `port` does not fit the schema: must be <=65535, but got 100000: correct the value, or charts/api/values.schema.json
    wrong charts/api/values-prod.yaml:3: `either` fits none of what `oneOf` allows: it is of type number, and the schema wants string, or it is of type number, and the schema wants boolean: correct the value, or charts/api/values.schema.json
    wrong charts/api/values-prod.yaml:4: `extra` is nothing that the schema knows: correct the value, or charts/api/values.schema.json
    ");
    insta::assert_snapshot!(with("port: 80\n", "port: null\n"), @"wrong charts/api/values-prod.yaml:1: it lacks `port`: correct the value, or charts/api/values.schema.json");
}

#[test]
fn a_schema_that_is_none_is_told() {
    let schema = |text: &str| said(&[("Chart.yaml", GOOD), ("values.schema.json", text)]);
    insta::assert_snapshot!(schema("{\"type\": \"object\",}"), @"wrong charts/api/values.schema.json:1: the schema is wrong: trailing comma at line 1 column 19: correct the schema");
    insta::assert_snapshot!(schema("{\"properties\": {\"a\": {\"type\": \"text\"}}}"), @r#"wrong charts/api/values.schema.json: the schema is wrong: `/properties/a/type` fits none of what `anyOf` allows: it is none of what the schema allows: "array", "boolean", "integer", "null", "number", "object", "string", or it is of type string, and the schema wants array: correct the schema"#);
    insta::assert_snapshot!(schema("{\"properties\": {\"a\": {\"$ref\": \"#/$defs/a\"}}}"), @"wrong charts/api/values.schema.json: the schema is wrong: json-pointer in #/$defs/a not found: correct the schema");
    insta::assert_snapshot!(schema("{\"properties\": {\"a\": {\"$ref\": \"other.json\"}}}"), @"wrong charts/api/values.schema.json: the schema is wrong: error loading file:///other.json: correct the schema");
    insta::assert_snapshot!(schema("{\"$ref\": \"https://example.org/schema.json\"}"), @"note charts/api/values.schema.json: the schema leans on https://example.org/schema.json, which is not read, so it was not held against any values: copy that schema into `$defs` of this one");
    insta::assert_snapshot!(schema("{\"properties\": {\"a\": {\"pattern\": \"(\"}}}"), @"wrong charts/api/values.schema.json: the schema is wrong: `/properties/a/pattern` does not fit the schema: '(' is not valid regex: regex parse error: ( ^ error: unclosed group: correct the schema");
}

/// Helm 3.19 was asked the same.
#[test]
fn charts_below_are_held_against_their_own_schemas() {
    let chart = format!(
        "{GOOD}dependencies:\n- {{name: db, version: ^1, alias: main, condition: main.enabled}}\n- {{name: db, version: ^1, alias: spare, tags: [spare]}}\n"
    );
    let schema =
        r#"{"additionalProperties": false, "properties": {"size": {"type": "integer"}, "enabled": {}, "global": {}}}"#;
    let files = |values: &'static str| {
        [
            ("Chart.yaml", chart.clone()),
            ("values.yaml", values.to_owned()),
            ("charts/api/charts/db/Chart.yaml", "apiVersion: v2\nname: db\nversion: 1.0.0\n".to_owned()),
            ("charts/api/charts/db/values.yaml", "size: 1\n".to_owned()),
            ("charts/api/charts/db/values.schema.json", schema.to_owned()),
        ]
    };
    let said = |values: &'static str| {
        let files = files(values);
        said(&files.iter().map(|(name, text)| (*name, text.as_str())).collect::<Vec<_>>())
    };
    assert_eq!(said("main: {size: 2}\nspare: {size: null}\n"), "");
    assert_eq!(said("main: {size: x, enabled: false}\ntags: {spare: false}\nspare: {size: x}\n"), "");
    insta::assert_snapshot!(said("main:\n  size: x\nspare:\n  other: 1\n"), @"
    wrong charts/api/values.yaml:2: `main.size` is of type string, and the schema wants integer: correct the value, or charts/api/charts/db/values.schema.json
    wrong charts/api/values.yaml:4: `spare.other` is nothing that the schema knows: correct the value, or charts/api/charts/db/values.schema.json
    ");
    insta::assert_snapshot!(said("main: 7\n"), @"wrong charts/api/values.yaml:1: `main` is no mapping, and holds the values of the chart `main`: write keys with values below it");
}
