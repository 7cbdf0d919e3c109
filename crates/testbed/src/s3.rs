//! A real object store that speaks S3: SeaweedFS, one process on free ports of 127.0.0.1, with its files in the test's root.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use crate::exchange::{answers, exchange};
use crate::guarded::{self, Guarded};
use crate::{TestEnv, loopback};

/// A name and a secret that the server knows, for everything.
pub const OWNER: (&str, &str) = ("owner-key-of-the-test", "owner-secret-of-the-test");
/// A name and a secret that the server knows, for reading only.
pub const READER: (&str, &str) = ("reader-key-of-the-test", "reader-secret-of-the-test");

/// An S3 server, until dropped.
#[derive(Debug)]
pub struct S3Server {
    env: TestEnv,
    folder: PathBuf,
    s3: u16,
    filer: u16,
    others: Vec<u16>,
    running: Option<Guarded>,
}

impl S3Server {
    /// Starts a server with these buckets; panics when there is no `weed` on the `PATH`, or it does not come up.
    #[must_use]
    pub fn serve(env: &TestEnv, buckets: &[&str]) -> Self {
        guarded::want("weed", "or `python3 scripts/get_weed.py FOLDER`");
        let folder = env.root().join("s3-server");
        fs::create_dir_all(folder.join("data")).expect("a folder in the test's root");
        fs::write(folder.join("s3.json"), identities()).expect("a file in the test's root");
        let port = loopback::free_port;
        let others = (0..6).map(|_| port()).collect();
        let mut server = Self { env: env.clone(), folder, s3: port(), filer: port(), others, running: None };
        server.start();
        for bucket in buckets {
            server.through_the_back_door("POST", &format!("{bucket}/"), b"");
        }
        server
    }

    /// Returns the address of the service.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.s3)
    }

    /// Takes the server down at once, as when a machine is cut off, or up again with all that it had.
    pub fn down(&mut self, down: bool) {
        if down { self.running = None } else { self.start() }
    }

    /// Puts bytes where an object is, as no client can.
    pub fn damage(&self, bucket: &str, key: &str, bytes: &[u8]) {
        self.through_the_back_door("PUT", &format!("{bucket}/{key}"), bytes);
    }

    /// Takes an object away.
    pub fn remove(&self, bucket: &str, key: &str) {
        self.through_the_back_door("DELETE", &format!("{bucket}/{key}"), b"");
    }

    fn start(&mut self) {
        let path = |name: &str| self.folder.join(name).display().to_string();
        let named =
            ["master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port.grpc", "s3.port.grpc"];
        let mut words = vec![format!("-dir={}", path("data")), format!("-s3.config={}", path("s3.json"))];
        words.extend(named.iter().zip(&self.others).map(|(name, port)| format!("-{name}={port}")));
        words.extend([format!("-s3.port={}", self.s3), format!("-filer.port={}", self.filer)]);
        words.extend(["s3", "filer"].map(|name| format!("-{name}.localSocket={}", path(&format!("{name}.sock")))));
        let plain = "-ip=127.0.0.1 -ip.bind=127.0.0.1 -s3 -s3.port.iceberg=0 -s3.port.lance=0 -s3.autoCreateBucket=false \
                     -master.telemetry=false -master.volumeSizeLimitMB=512 -volume.max=4";
        let mut command = self.env.command("weed");
        command.arg("server").args(words).args(plain.split_whitespace());
        self.running = Some(Guarded::start(&self.env, &command, &self.folder.join("log"), || self.is_ready()));
    }

    /// It is ready when it asks a stranger who they are, and its back door opens.
    fn is_ready(&self) -> bool {
        answers(self.s3, "/", 403) && answers(self.filer, "/", 200)
    }

    /// Asks the part of the server that keeps files and knows nothing of S3 and its rights.
    fn through_the_back_door(&self, method: &str, path: &str, bytes: &[u8]) {
        let said = exchange(self.filer, method, &format!("/buckets/{path}"), &[], bytes).unwrap_or_default();
        assert!(said.split(' ').nth(1).is_some_and(|status| status.starts_with('2')), "{method} {path}: {said}");
    }
}

fn identities() -> String {
    let mut list = String::new();
    for (name, (key, secret), actions) in
        [("owner", OWNER, r#""Admin","Read","Write","List""#), ("reader", READER, r#""Read","List""#)]
    {
        let comma = if list.is_empty() { "" } else { "," };
        let _ = write!(
            list,
            r#"{comma}{{"name":"{name}","credentials":[{{"accessKey":"{key}","secretKey":"{secret}"}}],"actions":[{actions}]}}"#
        );
    }
    format!(r#"{{"identities":[{list}]}}"#)
}
