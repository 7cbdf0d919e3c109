//! Python packages: what the names of their files say, what stands in them, and how an index lists them.

mod agree;
mod attestation;
mod file_name;
mod metadata;
mod name;
mod pep440;
mod simple;

pub use agree::{Disagreement, agree};
pub use attestation::{BadAttestation, attests, form_field, is_attestation};
pub use file_name::{BadFileName, FileName, Form};
pub use metadata::{BadMetadata, LARGEST, Metadata};
pub use name::normalized;
pub use simple::{BadIndex, Listed, Notation, listed};
