//! The JSON Schema of the process file, for editors; made from the same description that the reader checks against.

use serde_json::{Map, Value, json};

use super::spec::{COMMON, Field, KindSpec, TABLES, Type};

/// Returns the JSON Schema (draft 2020-12) of a process file with these kinds of steps.
pub fn schema(kinds: &[&KindSpec]) -> Value {
    let mut root = table(TABLES.iter());
    let steps: Vec<Value> = kinds.iter().map(|kind| step(kind)).collect();
    root["properties"]["phase"] = json!({
        "type": "object",
        "description": "the steps of each phase",
        "additionalProperties": { "type": "array", "items": { "oneOf": steps } },
    });
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["title"] = json!("An Allclear process");
    root
}

fn step(kind: &KindSpec) -> Value {
    let mut schema = table(COMMON.iter().chain(kind.fields).chain([&kind.value]));
    schema["required"] =
        kind.fields.iter().filter(|f| f.required).map(|f| f.key).chain([kind.value.key]).collect::<Vec<_>>().into();
    schema["title"] = json!(kind.value.key);
    schema["description"] = json!(kind.value.doc);
    schema
}

fn table<'a>(fields: impl Iterator<Item = &'a Field> + Clone) -> Value {
    let properties: Map<String, Value> = fields.clone().map(|field| (field.key.to_owned(), property(field))).collect();
    let required: Vec<_> = fields.filter(|field| field.required).map(|field| field.key).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn property(field: &Field) -> Value {
    let mut schema = value(&field.ty);
    schema["description"] = json!(field.doc);
    schema
}

fn value(ty: &Type) -> Value {
    const NAME: &str = "^[a-z0-9][a-z0-9-]{0,63}$";
    match ty {
        Type::Text | Type::Template(_) | Type::Plain(_) | Type::Glob => json!({ "type": "string" }),
        Type::Command => {
            json!({ "oneOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" }, "minItems": 1 }] })
        }
        Type::Flag => json!({ "type": "boolean" }),
        Type::Count(most) => json!({ "type": "integer", "minimum": 0, "maximum": most }),
        Type::Duration => json!({ "type": "string", "pattern": "^[0-9]+[smhd]$" }),
        Type::Notation(notation) => json!({ "type": "string", "pattern": notation.pattern }),
        Type::Word => json!({ "type": "string", "pattern": NAME }),
        Type::Choice(words) => json!({ "enum": words }),
        // A list of words is a command, and a list of commands: either will do.
        Type::List(inner) => json!({ "anyOf": [value(inner), { "type": "array", "items": value(inner) }] }),
        Type::Table(fields) => table(fields.iter()),
        Type::Short(inner, fields) => json!({ "oneOf": [value(inner), table(fields.iter())] }),
        Type::Map(inner) => {
            json!({ "type": "object", "propertyNames": { "pattern": NAME }, "additionalProperties": value(inner) })
        }
    }
}
