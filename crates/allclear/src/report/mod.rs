//! The readiness report: gathered once from the ledger, then rendered as Markdown, as HTML, or as JSON.
//!
//! `gather` asks and decides; the renderers compute nothing.

mod gather;
mod html;
mod markdown;
mod model;
mod words;

pub(crate) use gather::gather;
pub(crate) use html::html;
pub(crate) use markdown::markdown;
