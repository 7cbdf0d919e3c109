//! `manual`: something that a person does by hand, and says so.

use allclear_core::process::spec::{Field, KindSpec, Naming, Shape, Type};

use super::up_to_date::nothing;
use crate::step::{Kind, Work};

const FIELDS: &[Field] =
    &[Field::new("value", Type::Word, "the name under which later steps find what the person answers")];

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new(
            "manual",
            Type::Text,
            "says what a person does by hand; `allclear done` tells that it is done",
        ),
        fields: FIELDS,
        shape: Shape::Manual,
        naming: Naming::Kind,
        once: false,
    },
    work: |_| Ok(Work::People),
    preflight: nothing,
};
