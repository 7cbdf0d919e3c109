//! The outside services as a few small seams, and what stands behind them.

pub(crate) mod address;
pub mod ci;
pub mod crates;
#[cfg(test)]
pub(crate) mod double;
pub mod download;
pub mod environment;
pub mod folder;
pub mod folder_store;
pub mod github;
pub mod helm_repository;
pub(crate) mod http;
pub mod npm;
pub mod object_store;
pub mod oci;
pub(crate) mod packed_chart;
pub mod pypi;
pub mod registry;
pub mod s3;
#[cfg(test)]
pub(crate) mod samples;
pub mod secret;
pub mod server;
pub(crate) mod trusted;
pub mod web;
