//! Charts of a commit, for the step that verifies them: read from git, unpacked, and rendered by the real `helm`.

mod archive;
mod folders;
mod load;
mod render;

pub(crate) use folders::Folders;
pub(crate) use load::{Charts, charts};
pub(crate) use render::{Rendered, Renderer};
