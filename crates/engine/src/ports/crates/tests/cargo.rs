//! What cargo tells a registry, beside what we tell it; and what cargo makes of what we publish.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::thread::JoinHandle;

use allclear_core::digest::Digest;
use allclear_testbed::Ran;
use serde_json::json;

use super::*;

/// Two registries at one address, `/own/` and `/other/`, which have every crate that is asked for, but for those that were not
/// published; they keep what is sent to publish one.
struct Recorder {
    url: String,
    thread: JoinHandle<Vec<Vec<u8>>>,
}

impl Recorder {
    fn serve(unpublished: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let own = url.clone();
        let thread = std::thread::spawn(move || {
            let mut sent: Vec<Vec<u8>> = Vec::new();
            for stream in listener.incoming() {
                let (request, body) = request(stream.as_ref().unwrap());
                let path = request.split(' ').nth(1).unwrap();
                let name = path.rsplit('/').next().unwrap();
                let answer = match (request.split(' ').next().unwrap(), name) {
                    ("GET", "stop") => break,
                    ("GET", "config.json") => Some(format!(r#"{{"dl": "{own}/dl", "api": "{own}"}}"#)),
                    ("GET", name) if name == unpublished => sent.last().map(|sent| line(name, "1.4.0", &parts(sent).1)),
                    ("GET", name) => Some(line(name, "0.4.9", b"")),
                    _ => {
                        sent.push(body);
                        Some("{}".to_owned())
                    }
                };
                respond(stream.as_ref().unwrap(), answer);
            }
            sent
        });
        Self { url, thread }
    }

    /// What was sent to publish a crate: what was told, and the crate.
    fn sent(self) -> Vec<(Value, Vec<u8>)> {
        ureq::get(format!("{}/stop", self.url)).call().unwrap_err();
        self.thread.join().unwrap().iter().map(|sent| parts(sent)).collect()
    }
}

/// A line of an index, of a crate with the feature that the test asks for.
fn line(name: &str, version: &str, bytes: &[u8]) -> String {
    let sha256 = Digest::of(bytes).to_string();
    let line = json!({
        "name": name, "vers": version, "deps": [], "cksum": sha256, "features": {"std": []}, "yanked": false
    });
    line.to_string()
}

fn request(stream: &TcpStream) -> (String, Vec<u8>) {
    let mut input = BufReader::new(stream);
    let (mut first, mut line, mut length, mut body) = (String::new(), String::new(), 0, Vec::new());
    input.read_line(&mut first).unwrap();
    while input.read_line(&mut line).unwrap() > 2 {
        let (name, value) = line.trim().split_once(": ").unwrap();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap(),
            "expect" => write!(&mut &*stream, "HTTP/1.1 100 Continue\r\n\r\n").unwrap(),
            _ => {}
        }
        line.clear();
    }
    input.take(length).read_to_end(&mut body).unwrap();
    (first, body)
}

fn respond(mut stream: &TcpStream, answer: Option<String>) {
    let (status, body) = answer.map_or((404, String::new()), |body| (200, body));
    let length = body.len();
    write!(stream, "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
}

fn parts(sent: &[u8]) -> (Value, Vec<u8>) {
    let part = |bytes: &[u8]| {
        let length = u32::from_le_bytes(bytes[..4].try_into().unwrap()) as usize;
        (bytes[4..4 + length].to_vec(), bytes[4 + length..].to_vec())
    };
    let (told, rest) = part(sent);
    let (bytes, rest) = part(&rest);
    assert!(rest.is_empty());
    (serde_json::from_slice(&told).unwrap(), bytes)
}

fn write(folder: &Path, files: &[(&str, &str)]) {
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

/// Everything that a manifest can say of dependencies, inherited from a workspace and not.
const MANIFEST: &str = r#"
[package]
name = "harbor"
version.workspace = true
edition = "2024"
rust-version = "1.85"
authors = ["Ana <ana@example.org>", "Bo"]
description = """
A harbor \u00e9
of two lines"""
homepage = "https://example.org"
documentation = "https://docs.example.org"
repository.workspace = true
readme = "../READ.md"
keywords = ["sea", "ship"]
categories = ["simulation"]
license-file = "LICENSE"
links = "harbor"
publish = ["own"]

[badges.maintenance]
status = "experimental"

[features]
default = ["fast"]
fast = ["dep:quick", "log/std", "tide?/std"]

[dependencies]
log = { workspace = true, features = ["std"] }
quick = { version = ">=0.4.1, <0.5", registry = "own", optional = true, default-features = false }
tide = { version = "0.4", registry = "own", package = "tide_tables", optional = true, features = [] }
zero = { version = "=0.4.9", registry = "own" }

[dev-dependencies]
probe = { version = "0", registry = "own" }
beside = { path = "../beside" }

[build-dependencies]
maker = { version = "~0.4", registry = "own" }

[target.'cfg(all(unix,not( target_os="wasi" )))'.dependencies]
unix = { version = "*", registry = "own" }

[target.x86_64-unknown-linux-gnu.build-dependencies]
linux = { version = "0.4.2", registry = "own" }
[target.x86_64-unknown-linux-gnu.dev-dependencies]
linux = { version = "^0.4.3", registry = "own" }
"#;

const WORKSPACE: &str = r#"
[workspace]
resolver = "3"
members = ["harbor", "beside"]
[workspace.package]
version = "1.4.0"
repository = "https://example.org/repository"
[workspace.dependencies]
log = { version = "0.4", default-features = false }
"#;

#[test]
fn a_registry_is_told_by_us_exactly_what_cargo_tells_it() {
    let env = TestEnv::new();
    let recorder = Recorder::serve("harbor");
    let folder = env.root().join("project");
    let config = format!(
        "[registries.own]\nindex = \"sparse+{0}/own/\"\ntoken = \"{1}\"\n[source.crates-io]\nreplace-with = \"other\"\n\
         [source.other]\nregistry = \"sparse+{0}/other/\"\n",
        recorder.url, "of-the-test"
    );
    write(
        &folder,
        &[
            ("Cargo.toml", WORKSPACE),
            (".cargo/config.toml", &config),
            ("READ.md", "# Harbor\n\n\"quoted\" \u{e9}\n"),
            ("harbor/Cargo.toml", MANIFEST),
            ("harbor/LICENSE", "as you like\n"),
            ("harbor/build.rs", "fn main() {}\n"),
            ("harbor/src/lib.rs", ""),
            ("beside/Cargo.toml", "[package]\nname = \"beside\"\nversion = \"0.1.0\"\n"),
            ("beside/src/lib.rs", ""),
        ],
    );
    for command in ["package", "publish"] {
        let mut cargo = env.cargo();
        cargo.args([command, "--quiet", "--package", "harbor", "--registry", "own", "--no-verify", "--allow-dirty"]);
        Ran::of(cargo.current_dir(&folder)).expect_success();
    }

    let path = folder.join("target/package/harbor-1.4.0.crate");
    let file = frozen(&env, "harbor-1.4.0.crate", &fs::read(path).unwrap());
    let known = known(&format!("{}/own/", recorder.url), false, Some(&config));
    assert_eq!(known.names.iter().collect::<Vec<_>>(), ["OWN"]);
    let names = known.names.into_iter().collect();
    let registry = CratesRegistry { names, ..at(&format!("{}/own/", recorder.url), "1.4.0", Some("of-the-test")) };
    upload(&registry, &file).unwrap();

    let [theirs, ours]: [(Value, Vec<u8>); 2] = recorder.sent().try_into().unwrap();
    assert!(theirs.1 == ours.1 && Digest::of(&ours.1) == file.content.sha256);
    assert_eq!(format!("{:#}", ours.0), format!("{:#}", theirs.0));
    assert_eq!(ours.0["deps"].as_array().unwrap().len(), 9, "all but the one that only has a path");
}

#[test]
fn cargo_builds_a_project_with_two_crates_of_one_release() {
    let env = TestEnv::new();
    let server = Ktra::serve(&env);
    let config = format!("[registries.own]\nindex = \"sparse+{}\"\n", server.url());
    let folder = env.root().join("project");
    let about = "version = \"1.4.0\"\nedition = \"2021\"\nlicense = \"MIT\"\ndescription = \"of the test\"\npublish = [\"own\"]\n";
    write(
        &folder,
        &[
            ("Cargo.toml", "[workspace]\nresolver = \"2\"\nmembers = [\"dock\", \"core\"]\n"),
            (".cargo/config.toml", &config),
            (
                "dock/Cargo.toml",
                &format!(
                    "[package]\nname = \"dock\"\n{about}[dependencies]\ninner = {{ package = \"dock-core\", path = \"../core\", \
                     version = \"1.4.0\", registry = \"own\" }}\n"
                ),
            ),
            ("dock/src/lib.rs", "pub fn berths() -> u8 { inner::berths() + 1 }\n"),
            ("core/Cargo.toml", &format!("[package]\nname = \"dock-core\"\n{about}")),
            ("core/src/lib.rs", "pub fn berths() -> u8 { 6 }\n"),
        ],
    );
    let mut cargo = env.cargo();
    cargo.args(["package", "--quiet", "--workspace", "--allow-dirty", "--registry", "own"]);
    Ran::of(cargo.current_dir(&folder)).expect_success();
    for name in ["dock-core", "dock"] {
        let bytes = fs::read(folder.join(format!("target/package/{name}-1.4.0.crate"))).unwrap();
        let file = frozen(&env, &format!("{name}-1.4.0.crate"), &bytes);
        let mut registry = at(&server.url(), "1.4.0", Some(server.token()));
        registry.names = vec![spelled("own")];
        registry.admits(&file).unwrap();
        upload(&registry, &file).unwrap();
        assert!(matches!(registry.find(&file).unwrap(), Probe::Ours { .. }));
    }

    let folder = env.root().join("consumer");
    let manifest = "[package]\nname = \"town\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\
        [dependencies]\ndock = { version = \"1\", registry = \"own\" }\n";
    let main = "fn main() { println!(\"berths: {}\", dock::berths()); }\n";
    write(&folder, &[("Cargo.toml", manifest), (".cargo/config.toml", &config), ("src/main.rs", main)]);
    let mut cargo = env.cargo();
    let ran = Ran::of(cargo.args(["run", "--quiet"]).current_dir(&folder));
    assert_eq!(ran.expect_success(), "berths: 7");
}
