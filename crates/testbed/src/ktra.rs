//! A real registry of crates: Ktra, on a port of 127.0.0.1, with its files in the test's root.
//!
//! Ktra keeps its index in git, as registries did when cargo knew no other; nginx before it shows the files of the index as they lie
//! there, which is all that a sparse index is, and lets the rest through. So registry and index have one address.

use std::fs;
use std::path::Path;

use crate::exchange::{answers, exchange, is};
use crate::guarded::{self, Guarded, PUBLISHER};
use crate::{Origin, TestEnv, loopback, nginx};

/// Somebody else who may publish, but no crate of [`PUBLISHER`].
const STRANGER: (&str, &str) = ("stranger", "password-of-a-stranger");

/// A registry of crates, until dropped.
#[derive(Debug)]
pub struct Ktra {
    port: u16,
    publisher: String,
    stranger: String,
    index: Origin,
    // The one that asks is gone before the one that is asked.
    _front: Guarded,
    _running: Guarded,
}

impl Ktra {
    /// Starts a registry from which everybody may read; panics when there is no `ktra` on the `PATH`, or it does not come up.
    #[must_use]
    #[track_caller]
    pub fn serve(env: &TestEnv) -> Self {
        guarded::want("ktra", "or `python3 scripts/get_ktra.py FOLDER`");
        let (own, port) = (loopback::free_port(), loopback::free_port());
        let folder = guarded::folder(env, "ktra", port);
        let index = env.origin_named(&format!("ktra-{port}/index.git"));
        fs::write(folder.join("ktra.toml"), config(&folder, &index.url(), own)).expect("a file in the test's root");
        let mut server = env.command("ktra");
        server.arg("--config").arg(folder.join("ktra.toml")).current_dir(&folder);
        let running = Guarded::start(env, &server, &folder.join("ktra.log"), || answers(own, "/nothing-here", 404));
        let front = nginx::start(env, &folder, port, &before(&folder, own));
        let user = |who| enter(port, "new_user", who);
        Self { port, publisher: user(PUBLISHER), stranger: user(STRANGER), index, _front: front, _running: running }
    }

    /// Returns the port on which it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the address of its index, with a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Returns the token of [`PUBLISHER`].
    #[must_use]
    pub fn token(&self) -> &str {
        &self.publisher
    }

    /// Returns the token of somebody else, to whom crates of their own belong.
    #[must_use]
    pub fn stranger(&self) -> &str {
        &self.stranger
    }

    /// Returns what was published, in its order: `harbor 1.4.0`.
    #[must_use]
    #[track_caller]
    pub fn published(&self) -> Vec<String> {
        // A commit of its index for each: "Updating crate `harbor#1.4.0`".
        let log = self.index.git(&["log", "--reverse", "--format=%s", "main"]);
        log.lines().filter_map(|line| line.split('`').nth(1)).map(|one| one.replace('#', " ")).collect()
    }

    /// From now on the token of [`PUBLISHER`] is worth nothing, as one that has expired.
    pub fn expire(&self) {
        // Who logs in gets another one.
        enter(self.port, "login", PUBLISHER);
    }
}

fn config(folder: &Path, index: &str, port: u16) -> String {
    let folder = folder.display();
    format!(
        r#"[index_config]
remote_url = "{index}"
local_path = "{folder}/index"
branch = "main"
[crate_files_config]
dl_dir_path = "{folder}/crates"
cache_dir_path = "{folder}/unused"
dl_path = ["dl"]
[db_config]
db_dir_path = "{folder}/db"
[server_config]
address = [127, 0, 0, 1]
port = {port}
"#
    )
}

/// What stands before Ktra: the index names the address at which it was asked, so that it leads back there.
fn before(folder: &Path, ktra: u16) -> String {
    let folder = folder.display();
    format!(
        r#"
        root "{folder}/index";
        location /.git {{ return 404; }}
        location = /config.json {{
            default_type application/json;
            return 200 '{{"dl": "http://$http_host/dl", "api": "http://$http_host"}}';
        }}
        location ~ ^/(api|dl|ktra)/ {{ proxy_pass http://127.0.0.1:{ktra}; }}"#
    )
}

/// The token that somebody gets for name and password.
#[track_caller]
fn enter(port: u16, how: &str, (name, password): (&str, &str)) -> String {
    let (path, body) = (format!("/ktra/api/v1/{how}/{name}"), format!(r#"{{"password": "{password}"}}"#));
    let said = exchange(port, "POST", &path, &[("Content-Type", "application/json")], body.as_bytes());
    let said = said.unwrap_or_default();
    let token = said.split_once(r#""token":"#).and_then(|(_, rest)| rest.split('"').nth(1));
    match token {
        Some(token) if is(&said, 200) => token.to_owned(),
        _ => panic!("no token for {name}: {said}"),
    }
}
