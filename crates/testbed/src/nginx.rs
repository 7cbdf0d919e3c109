//! A real web server: nginx, one process on a free port of 127.0.0.1, with its files in the test's root.
//!
//! Everybody may read, and [`PUBLISHER`] may `PUT`, as WebDAV has it. Like many a server it does not know `If-None-Match` for `PUT`: it
//! overwrites.

use std::fs;
use std::path::{Path, PathBuf};

use crate::exchange::answers;
use crate::guarded::{self, Guarded, PUBLISHER, SHA1};
use crate::{TestEnv, loopback};

/// A web server that keeps what is put there, until dropped.
#[derive(Debug)]
pub struct Nginx {
    port: u16,
    folder: PathBuf,
    _running: Guarded,
}

impl Nginx {
    /// Starts a server; panics when there is no `nginx` on the `PATH`, or it does not come up.
    #[must_use]
    #[track_caller]
    pub fn serve(env: &TestEnv) -> Self {
        let port = loopback::free_port();
        let own = guarded::folder(env, "nginx", port);
        let folder = own.join("files");
        fs::create_dir(&folder).expect("a folder in the test's root");
        fs::write(own.join("users"), format!("{}:{SHA1}\n", PUBLISHER.0)).expect("a file in the test's root");
        let running = start(env, &own, port, &keeping(&own));
        Self { port, folder, _running: running }
    }

    /// Returns the port on which it listens.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns its address, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Returns the folder in which its files lie.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Starts a server with its own files in a folder and these lines in its configuration; it answers 404 to `/nothing-here`.
#[track_caller]
pub(crate) fn start(env: &TestEnv, own: &Path, port: u16, lines: &str) -> Guarded {
    guarded::want("nginx", "Debian package nginx-light, in /usr/sbin");
    fs::write(own.join("nginx.conf"), config(own, port, lines)).expect("a file in the test's root");
    let mut server = env.command("nginx");
    server.args(["-e", "stderr", "-p"]).arg(own).arg("-c").arg(own.join("nginx.conf"));
    Guarded::start(env, &server, &own.join("log"), || answers(port, "/nothing-here", 404))
}

/// Keeps what is put.
fn keeping(own: &Path) -> String {
    let own = own.display();
    format!(
        r#"
        root "{own}/files";
        dav_methods PUT;
        create_full_put_path on;
        location / {{
            limit_except GET {{ auth_basic test; auth_basic_user_file "{own}/users"; }}
        }}"#
    )
}

/// One process without a master: whoever started it ends all of it, and it keeps the user.
fn config(own: &Path, port: u16, lines: &str) -> String {
    let own = own.display();
    let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .iter()
        .map(|name| format!("    {name}_temp_path \"{own}/{name}\";\n"))
        .collect();
    format!(
        r#"daemon off;
master_process off;
pid "{own}/pid";
events {{ worker_connections 256; }}
http {{
{temporary}    access_log off;
    server_tokens off;
    client_max_body_size 0;
    server {{
        listen 127.0.0.1:{port};{lines}
    }}
}}
"#
    )
}
