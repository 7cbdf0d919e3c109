//! Helm charts as text: what their files say, and what is wrong with it.
//!
//! Everything is read as Helm 3 reads it, since what counts is what Helm will do with a chart: YAML with the older types of YAML 1.1
//! (`yes` is true), values merged as `helm template` merges them, `.helmignore` in Helm's own dialect. Nothing here touches a file:
//! [`verify()`] is given the files of the repository that belong to charts, archives already unpacked.

mod dependency;
mod glob;
mod ignore;
pub mod index;
mod load;
mod locked;
mod metadata;
mod node;
mod place;
mod range;
mod remark;
mod said;
mod scalar;
mod schema;
mod sets;
#[cfg(test)]
mod tests;
mod values;
mod verify;
pub mod yaml;

pub use ignore::{BadRule, Ignore};
pub use load::Files;
pub use metadata::{ChartKind, Dependency, Metadata};
pub use place::{below, called, file_in, folder_of};
pub use remark::{Remark, Weight};
pub use said::{Said, Word, said};
pub use verify::{MANIFEST, Report, is_archive, linked, verify, wanted};
