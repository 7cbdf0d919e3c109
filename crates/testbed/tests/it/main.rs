//! What the other crates' tests rely on. One binary; a file for each file of the crate.

mod devpi;
mod docker_registry;
mod env;
mod fault_proxy;
mod git_http;
mod hooks;
mod kill;
mod limits;
mod loopback;
mod nginx;
mod pypi_server;
mod repo;
mod tree;
mod verdaccio;
