//! `sign-off`: people of the named roles say yes to the candidate.

use allclear_core::process::spec::{Field, KindSpec, Naming, Shape, Type};

use crate::step::{Kind, Work};

/// The kind.
pub const KIND: Kind = Kind {
    spec: KindSpec {
        value: Field::new(
            "sign-off",
            Type::List(&Type::Word),
            "asks people of these roles for their sign-off on the candidate and its artifacts",
        ),
        fields: &[],
        shape: Shape::SignOff,
        naming: Naming::Kind,
        once: false,
    },
    work: |_| Ok(Work::People),
    preflight: |step, preflight| preflight.quorum(&step.words()),
};
