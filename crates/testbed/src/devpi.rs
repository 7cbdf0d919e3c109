//! A real Python package index that answers as PyPI does: devpi, one process on a free port of 127.0.0.1, with its files in the test's
//! root.
//!
//! It has the index in JSON with digests, takes the same bytes again without an error, and says 409 to others.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::exchange::{answers, exchange, is};
use crate::guarded::{self, BASIC, Guarded, PUBLISHER};
use crate::{Ran, TestEnv, loopback};

/// Keys are derived from the server's secret with so much work that it starts in half a minute; these ask for little.
const HASTE: [&str; 6] = ["--argon2-memory", "4096", "--argon2-time", "1", "--argon2-parallelism", "1"];

/// A Python package index, until dropped.
#[derive(Debug)]
pub struct Devpi {
    port: u16,
    _running: Guarded,
}

impl Devpi {
    /// Starts an index from which everybody may read and to which [`PUBLISHER`] may upload, and where no file is ever replaced; panics
    /// when there is no `devpi-server` on the `PATH`, or it does not come up.
    #[must_use]
    #[track_caller]
    pub fn serve(env: &TestEnv) -> Self {
        guarded::want("devpi-server", "or `python3 scripts/get_pypi_servers.py FOLDER`");
        let port = loopback::free_port();
        let own = guarded::folder(env, "devpi", port);
        let (state, secret) = (own.join("state"), own.join("secret"));
        prepare(env, &state);
        fs::write(&secret, "c2VjcmV0LW9mLXRoZS10ZXN0LXdpdGgtMzItYnl0ZXM=").expect("a file in the test's root");
        for path in [&own, &secret] {
            let mode = if path.is_dir() { 0o700 } else { 0o600 };
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("a file of ours");
        }
        let mut server = env.command("devpi-server");
        server.args(["--host", "127.0.0.1", "--port", &port.to_string(), "--offline-mode"]).args(HASTE);
        server.arg("--secretfile").arg(secret).arg("--serverdir").arg(state);
        let running = Guarded::start(env, &server, &own.join("log"), || answers(port, "/+api", 200));
        let index = Self { port, _running: running };
        index.make_index();
        index
    }

    /// Returns the port on which it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the address for uploads.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/{}/release/", self.port, PUBLISHER.0)
    }

    /// Returns the address of the index, as pages of links and as JSON, for `pip --index-url`.
    #[must_use]
    pub fn simple(&self) -> String {
        format!("{}+simple/", self.url())
    }

    /// Makes the user, which everybody may on a new server, and as that user the index.
    fn make_index(&self) {
        let (name, password) = PUBLISHER;
        let json = ("Content-Type", "application/json");
        let put = |path: &str, headers: &[(&str, &str)], body: &str, status: u16| {
            let said = exchange(self.port, "PUT", path, headers, body.as_bytes()).unwrap_or_default();
            assert!(is(&said, status), "PUT {path}: {said}");
        };
        put(&format!("/{name}"), &[json], &format!(r#"{{"password": "{password}"}}"#), 201);
        let me = ("Authorization", BASIC);
        put(&format!("/{name}/release"), &[json, me], r#"{"volatile": false, "bases": []}"#, 200);
    }
}

/// Puts the state of a server that has just been made into a folder. Making it takes seconds, so a process does it once.
fn prepare(env: &TestEnv, state: &Path) {
    static PREPARED: OnceLock<Vec<(String, Vec<u8>)>> = OnceLock::new();
    let files = PREPARED.get_or_init(|| {
        let first: PathBuf = state.with_extension("first");
        let mut command = env.command("devpi-init");
        command.args(["--no-root-pypi", "--root-passwd", "of-the-test", "--serverdir"]).arg(&first);
        Ran::of(&mut command).expect_success();
        let entries = fs::read_dir(&first).expect("the folder that devpi-init makes");
        let read = |path: PathBuf| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
            (name.unwrap_or_default(), fs::read(&path).expect("a file that devpi-init makes"))
        };
        entries.map(|entry| read(entry.expect("a file that devpi-init makes").path())).collect()
    });
    fs::create_dir(state).expect("a folder in the test's root");
    for (name, bytes) in files {
        fs::write(state.join(name), bytes).expect("a file in the test's root");
    }
}
