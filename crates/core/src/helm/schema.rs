//! `values.schema.json`, held against values.
//!
//! The validator is the Rust port, by the same author, of the one that Helm uses, so that both mean the same. References to the
//! network are not followed: what a release is judged by must be in its commit.

use std::error::Error;

use boon::{CompileError, Compiler, ErrorKind, InstanceToken, SchemaIndex, Schemas, UrlLoader, ValidationError};
use serde_json::Value as Json;

/// Where Helm says a schema is, which is what relative references in it go by.
const PLACE: &str = "file:///values.schema.json";
/// How many faults of one set of values are told; more say nothing new.
const MOST: usize = 50;

/// A schema that can be held against values.
pub(super) struct Schema {
    schemas: Schemas,
    index: SchemaIndex,
}

/// Why a schema cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum NoSchema {
    /// It is wrong: the line, where one is known, and why.
    Wrong(Option<usize>, String),
    /// It leans on this address, which is not in the commit.
    Remote(String),
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Fault {
    /// The keys and numbers of items that lead to it.
    pub(super) way: Vec<String>,
    /// What is wrong with it, to be read behind its name.
    pub(super) what: String,
}

/// Refuses everything that is not in the schema itself.
struct Nowhere;

impl UrlLoader for Nowhere {
    fn load(&self, _url: &str) -> Result<Json, Box<dyn Error>> {
        Err("only the schema itself is read".into())
    }
}

impl Schema {
    pub(super) fn read(text: &str) -> Result<Self, NoSchema> {
        let text = text.trim_start_matches('\u{feff}');
        let json: Json =
            serde_json::from_str(text).map_err(|error| NoSchema::Wrong(Some(error.line()), error.to_string()))?;
        let mut compiler = Compiler::new();
        compiler.use_loader(Box::new(Nowhere));
        let mut schemas = Schemas::new();
        compiler.add_resource(PLACE, json).map_err(|error| refused(&error))?;
        let index = compiler.compile(PLACE, &mut schemas).map_err(|error| refused(&error))?;
        Ok(Self { schemas, index })
    }

    /// Everything that is wrong with values, in order.
    pub(super) fn faults(&self, values: &Json) -> Vec<Fault> {
        let mut found = Vec::new();
        if let Err(error) = self.schemas.validate(values, self.index) {
            leaves(&error, &mut found);
        }
        found.sort();
        found.dedup();
        found.truncate(MOST);
        found
    }
}

fn refused(error: &CompileError) -> NoSchema {
    match error {
        CompileError::LoadUrlError { url, .. } | CompileError::UnsupportedUrlScheme { url }
            if !url.starts_with("file:") =>
        {
            NoSchema::Remote(url.clone())
        }
        CompileError::ValidationError { src, .. } => {
            let mut found = Vec::new();
            leaves(src, &mut found);
            let first = found.first().map(|fault| format!("`/{}` {}", fault.way.join("/"), fault.what));
            NoSchema::Wrong(None, first.unwrap_or_else(|| src.to_string()))
        }
        error => NoSchema::Wrong(None, error.to_string().replace(PLACE, "")),
    }
}

/// The faults at the ends of the branches of an error; the branches themselves only say that something below is wrong.
fn leaves(error: &ValidationError<'_, '_>, found: &mut Vec<Fault>) {
    let alternatives = matches!(error.kind, ErrorKind::AnyOf | ErrorKind::OneOf(_));
    if !alternatives && !error.causes.is_empty() {
        error.causes.iter().for_each(|cause| leaves(cause, found));
        return;
    }
    let token = |token: &InstanceToken<'_>| match token {
        InstanceToken::Prop(name) => name.to_string(),
        InstanceToken::Item(at) => at.to_string(),
    };
    let way: Vec<String> = error.instance_location.tokens.iter().map(token).collect();
    // Each property that is too much has a line of its own.
    if let ErrorKind::AdditionalProperties { got } = &error.kind {
        let fault = |name: &str| Fault {
            way: way.iter().cloned().chain([name.to_owned()]).collect(),
            what: "is nothing that the schema knows".to_owned(),
        };
        found.extend(got.iter().map(|name| fault(name)));
        return;
    }
    let mut below = Vec::new();
    error.causes.iter().for_each(|cause| leaves(cause, &mut below));
    let why: Vec<String> = below.into_iter().take(3).map(|fault| fault.what).collect();
    let what =
        if why.is_empty() { told(&error.kind) } else { format!("{}: it {}", told(&error.kind), why.join(", or it ")) };
    found.push(Fault { way, what });
}

fn told(kind: &ErrorKind<'_, '_>) -> String {
    let names = |names: &mut dyn Iterator<Item = String>| names.collect::<Vec<_>>().join(", ");
    match kind {
        ErrorKind::Type { got, want } => {
            let want: Vec<String> = want.iter().map(|ty| ty.to_string()).collect();
            format!("is of type {got}, and the schema wants {}", want.join(" or "))
        }
        ErrorKind::Required { want } => format!("lacks {}", names(&mut want.iter().map(|name| format!("`{name}`")))),
        ErrorKind::Enum { want } => {
            format!("is none of what the schema allows: {}", names(&mut want.iter().map(Json::to_string)))
        }
        ErrorKind::FalseSchema => "may not be there at all".to_owned(),
        ErrorKind::AnyOf => "fits none of what `anyOf` allows".to_owned(),
        ErrorKind::OneOf(None) => "fits none of what `oneOf` allows".to_owned(),
        ErrorKind::OneOf(Some(_)) => "fits more than one of what `oneOf` allows".to_owned(),
        kind => format!("does not fit the schema: {kind}"),
    }
}
