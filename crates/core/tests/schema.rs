//! The JSON Schema says everything that the grammar says.

use allclear_core::process::schema::schema;
use allclear_core::process::spec::{COMMON, Field, TABLES, Type};
use serde_json::Value;

use crate::support::KINDS;

/// Checks that a table's schema has each of its keys, with its meaning, and so on downwards.
fn covers<'f>(schema: &Value, fields: impl Iterator<Item = &'f Field>, place: &str) {
    assert_eq!(schema["additionalProperties"], false, "{place} is strict");
    for field in fields {
        let place = format!("{place}.{}", field.key);
        let property = &schema["properties"][field.key];
        assert_eq!(property["description"], field.doc, "{place}");
        let required = schema["required"].as_array().is_some_and(|keys| keys.iter().any(|key| key == field.key));
        assert_eq!(required, field.required, "{place}");
        covers_value(property, &field.ty, &place);
    }
}

fn covers_value(schema: &Value, ty: &Type, place: &str) {
    match ty {
        Type::Table(fields) => covers(schema, fields.iter(), place),
        Type::Map(inner) => covers_value(&schema["additionalProperties"], inner, place),
        Type::List(inner) => {
            covers_value(&schema["anyOf"][0], inner, place);
            covers_value(&schema["anyOf"][1]["items"], inner, place);
        }
        Type::Short(inner, fields) => {
            covers_value(&schema["oneOf"][0], inner, place);
            covers(&schema["oneOf"][1], fields.iter(), place);
        }
        Type::Choice(words) => assert_eq!(schema["enum"].as_array().unwrap().len(), words.len(), "{place}"),
        _ => assert!(schema.get("type").is_some() || schema.get("oneOf").is_some(), "{place} has a type"),
    }
}

#[test]
fn every_key_of_the_grammar_is_in_the_schema() {
    let schema = schema(KINDS);
    let mut root = schema.clone();
    assert_eq!(root["properties"].as_object_mut().unwrap().remove("phase").unwrap()["type"], "object");
    covers(&root, TABLES.iter(), "");
    let steps = schema["properties"]["phase"]["additionalProperties"]["items"]["oneOf"].as_array().unwrap();
    assert_eq!(steps.len(), KINDS.len());
    for (step, kind) in steps.iter().zip(KINDS) {
        covers(step, COMMON.iter().chain(kind.fields).chain([&kind.value]), kind.value.key);
    }
}

#[test]
fn every_property_has_a_description() {
    fn walk(schema: &Value) {
        for (key, property) in schema["properties"].as_object().into_iter().flatten() {
            assert!(property["description"].as_str().is_some_and(|text| !text.is_empty()), "{key} has a description");
        }
        match schema {
            Value::Object(map) => map.values().for_each(walk),
            Value::Array(items) => items.iter().for_each(walk),
            _ => {}
        }
    }
    walk(&schema(KINDS));
}
