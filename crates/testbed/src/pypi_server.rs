//! A real Python package index: pypiserver, one process on a free port of 127.0.0.1, with its files in the test's root.
//!
//! Small and quick. It has the old page of links only, and says 409 to every second upload of a name, whatever the bytes.

use std::fs;
use std::path::{Path, PathBuf};

use crate::exchange::answers;
use crate::guarded::{self, Guarded, PUBLISHER, SHA1};
use crate::{TestEnv, loopback};

/// A Python package index, until dropped.
#[derive(Debug)]
pub struct PypiServer {
    port: u16,
    folder: PathBuf,
    _running: Guarded,
}

impl PypiServer {
    /// Starts an index from which everybody may read and to which [`PUBLISHER`] may upload; panics when there is no `pypi-server` on
    /// the `PATH`, or it does not come up.
    #[must_use]
    #[track_caller]
    pub fn serve(env: &TestEnv) -> Self {
        guarded::want("pypi-server", "or `python3 scripts/get_pypi_servers.py FOLDER`");
        let port = loopback::free_port();
        let own = guarded::folder(env, "pypi-server", port);
        let (folder, users) = (own.join("packages"), own.join("users"));
        fs::create_dir(&folder).expect("a folder in the test's root");
        fs::write(&users, format!("{}:{SHA1}\n", PUBLISHER.0)).expect("a file in the test's root");
        let mut server = env.command("pypi-server");
        server.args(["run", "--interface", "127.0.0.1", "--port", &port.to_string(), "--authenticate", "update"]);
        server.args(["--disable-fallback", "--hash-algo", "sha256", "--passwords"]).arg(users).arg(&folder);
        let running = Guarded::start(env, &server, &own.join("log"), || answers(port, "/simple/", 200));
        Self { port, folder, _running: running }
    }

    /// Returns the port on which it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the address for uploads.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Returns the address of the pages of links, for `pip --index-url`.
    #[must_use]
    pub fn simple(&self) -> String {
        format!("http://127.0.0.1:{}/simple/", self.port)
    }

    /// Returns the folder in which the uploaded files lie.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}
