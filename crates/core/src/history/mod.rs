//! What the tags and commits of a repository say about its releases: which was the last, which comes next, and which release
//! was the first to contain a commit.
//!
//! The last release is the highest version of the line that is being released, wherever its tag is: many projects cut releases on
//! branches that never come back to the trunk, so neither reachability nor dates tell.

mod calver;
mod graph;
mod last;
mod line;
mod next;
mod pattern;
mod spelled;

pub use calver::{BadScheme, Scheme};
pub use graph::{Graph, Node};
pub use last::{Release, Releases};
pub use line::Line;
pub use next::{Level, Next, NextError, Wanted, next};
pub use pattern::{TagPattern, habit};
pub use spelled::Spelled;
