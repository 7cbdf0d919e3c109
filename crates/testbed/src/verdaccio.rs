//! A real npm registry: Verdaccio, one process on a free port of 127.0.0.1, with its files in the test's root.
//!
//! It is alone: what it does not have it does not ask others for.

use std::fs;
use std::path::PathBuf;

use crate::exchange::{answers, exchange, is};
use crate::guarded::{self, BASIC, Guarded, HASH, PUBLISHER};
use crate::{TestEnv, loopback};

/// A user who may read and nothing else, and what they say of themselves in the header `Authorization`.
const VISITOR: (&str, &str) = ("visitor", "password-of-a-visitor");
const VISITOR_BASIC: &str = "Basic dmlzaXRvcjpwYXNzd29yZC1vZi1hLXZpc2l0b3I=";
const VISITOR_HASH: &str = "$2b$04$4rIpgSFWGblOmBD.PqKBSOe4YMLlS7ABixg2uRFUhoMU/XWDrjbe6";

/// An npm registry, until dropped.
#[derive(Debug)]
pub struct Verdaccio {
    port: u16,
    folder: PathBuf,
    publisher: String,
    visitor: String,
    _running: Guarded,
}

impl Verdaccio {
    /// Starts a registry from which everybody may read and to which [`PUBLISHER`] may publish; panics when there is no `verdaccio` on
    /// the `PATH`, or it does not come up.
    #[must_use]
    #[track_caller]
    pub fn serve(env: &TestEnv) -> Self {
        guarded::want("verdaccio", "or `python3 scripts/get_verdaccio.py FOLDER`");
        let port = loopback::free_port();
        let folder = guarded::folder(env, "verdaccio", port);
        let path = |name: &str| folder.join(name).display().to_string();
        fs::write(path("users"), format!("{}:{HASH}\n{}:{VISITOR_HASH}\n", PUBLISHER.0, VISITOR.0))
            .expect("a file in the test's root");
        fs::write(path("config.yaml"), config(&path("storage"), &path("users"))).expect("a file in the test's root");
        let mut server = env.command("verdaccio");
        server.args(["--listen", &format!("http://127.0.0.1:{port}"), "--config", &path("config.yaml")]);
        let running = Guarded::start(env, &server, &folder.join("log"), || answers(port, "/-/ping", 200));
        let publisher = login(port, PUBLISHER, BASIC);
        let visitor = login(port, VISITOR, VISITOR_BASIC);
        Self { port, folder, publisher, visitor, _running: running }
    }

    /// Returns the port on which it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns its address, with the slash that npm wants at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Returns the token of [`PUBLISHER`].
    #[must_use]
    pub fn token(&self) -> &str {
        &self.publisher
    }

    /// Returns the token of somebody whom it knows and who may not publish.
    #[must_use]
    pub fn visitor(&self) -> &str {
        &self.visitor
    }

    /// From now on nobody's password is right, and every token is worth nothing, as one that has expired.
    pub fn expire_everybody(&self) {
        // It forgets nobody whose line is gone.
        let nobody = format!("{}:!\n{}:!\n", PUBLISHER.0, VISITOR.0);
        fs::write(self.folder.join("users"), nobody).expect("a file in the test's root");
    }
}

/// JSON is YAML, and needs no care with what is in a path.
fn config(storage: &str, users: &str) -> String {
    format!(
        r#"{{
  "storage": {storage:?},
  "auth": {{"htpasswd": {{"file": {users:?}, "max_users": -1}}}},
  "uplinks": {{}},
  "packages": {{"**": {{"access": "$all", "publish": {:?}, "unpublish": {:?}}}}},
  "web": {{"enable": false}},
  "userRateLimit": {{"windowMs": 1000, "max": 100000}},
  "log": {{"type": "stdout", "format": "pretty", "level": "http"}}
}}
"#,
        PUBLISHER.0, PUBLISHER.0
    )
}

/// The token that a user gets for name and password.
#[track_caller]
fn login(port: u16, (name, password): (&str, &str), basic: &str) -> String {
    let headers = [("Content-Type", "application/json"), ("Authorization", basic)];
    let body = format!(r#"{{"name": "{name}", "password": "{password}"}}"#);
    let path = format!("/-/user/org.couchdb.user:{name}");
    let said = exchange(port, "PUT", &path, &headers, body.as_bytes()).unwrap_or_default();
    let token = said.split_once(r#""token":"#).and_then(|(_, rest)| rest.split('"').nth(1));
    match token {
        Some(token) if is(&said, 201) => token.to_owned(),
        _ => panic!("no token for {name}: {said}"),
    }
}
