//! Prism, which stands before a double of an API and holds every request and every answer against the API's own description.

use std::process::Command;

use crate::exchange::exchange;
use crate::guarded::{self, Guarded};
use crate::{TestEnv, loopback};

/// A proxy before a double, until dropped.
#[derive(Debug)]
pub struct Prism {
    port: u16,
    _running: Guarded,
}

impl Prism {
    /// Stands before the double of GitHub on this port of 127.0.0.1. A request that GitHub's description does not allow is answered with
    /// 422, and an answer of the double that it does not allow becomes 500, both with what is wrong. Panics when there is no `prism` on
    /// the `PATH` with the description beside it, or it does not come up.
    #[must_use]
    #[track_caller]
    pub fn before_github(env: &TestEnv, port: u16) -> Self {
        guarded::want("prism", "or `python3 scripts/get_prism.py FOLDER`");
        let folders = std::env::var_os("PATH").unwrap_or_default();
        let description = std::env::split_paths(&folders).find(|folder| folder.join("prism").is_file());
        let description = description.unwrap_or_default().join("github.json");
        let (own, upstream) = (loopback::free_port(), format!("http://127.0.0.1:{port}"));
        let folder = guarded::folder(env, "prism", own);
        let mut server: Command = env.command("prism");
        server
            .args(["proxy", "--errors", "--host", "127.0.0.1", "--port", &own.to_string()])
            .arg(description)
            .arg(upstream);
        let ready = || exchange(own, "GET", "/", &[], b"").is_some_and(|said| !said.is_empty());
        let running = Guarded::start(env, &server, &folder.join("log"), ready);
        Self { port: own, _running: running }
    }

    /// Returns the port on which it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}
