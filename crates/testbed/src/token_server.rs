//! The service beside a container registry that gives tokens, as
//! [Docker's specification](https://distribution.github.io/distribution/spec/auth/token/) says; its key is made by `openssl`.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::TestEnv;
use crate::guarded::{self, BASIC};

/// What the registry believes, and what it is called.
pub(crate) const ISSUER: &str = "tokens-of-the-test";
pub(crate) const SERVICE: &str = "registry-of-the-test";

/// A service for tokens, for as long as the test runs.
#[derive(Debug)]
pub(crate) struct TokenServer {
    url: String,
    folder: PathBuf,
}

impl TokenServer {
    pub(crate) fn serve(env: &TestEnv) -> Self {
        guarded::want("openssl", "Debian package openssl");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port of 127.0.0.1");
        let port = listener.local_addr().expect("its address").port();
        let folder = guarded::folder(env, "tokens", port);
        let make = "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=tokens 2>log \
                    && openssl x509 -in cert.pem -outform DER -out cert.der";
        let made = Command::new("sh").args(["-c", make]).current_dir(&folder).status();
        assert!(made.is_ok_and(|status| status.success()), "openssl makes a key in {}", folder.display());
        let own = folder.clone();
        std::thread::spawn(move || {
            // One after the other; who breaks off is nobody's concern.
            listener.incoming().flatten().for_each(|stream| drop(answer(&stream, &own)));
        });
        Self { url: format!("http://127.0.0.1:{port}"), folder }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.join("cert.pem")
    }
}

fn answer(mut stream: &TcpStream, folder: &Path) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
    let mut who = None;
    for line in lines {
        let line = line?;
        match line.split_once(": ") {
            None => break,
            Some((name, value)) if name.eq_ignore_ascii_case("authorization") => who = Some(value.to_owned()),
            Some(_) => {}
        }
    }
    let (status, body) = match who.as_deref() {
        Some(who) if who != BASIC => {
            (401, r#"{"errors":[{"code":"UNAUTHORIZED","message":"wrong password"}]}"#.to_owned())
        }
        who => (200, format!(r#"{{"token":"{}"}}"#, token(&first, who.is_some(), folder))),
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status} \r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// A token (RFC 7519) for the scope of a request line, with the certificate of its key inside.
fn token(request: &str, writes: bool, folder: &Path) -> String {
    let scope = request.split(['?', '&', ' ']).find_map(|part| part.strip_prefix("scope=")).unwrap_or_default();
    let scope = scope.replace("%3A", ":").replace("%2F", "/").replace("%2C", ",");
    let mut parts = scope.splitn(3, ':');
    let (kind, name) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let asked = parts.next().unwrap_or_default().split(',');
    let given: Vec<_> =
        asked.filter(|action| writes || *action == "pull").map(|action| format!("{action:?}")).collect();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a clock").as_secs();
    let certificate = STANDARD.encode(std::fs::read(folder.join("cert.der")).expect("the certificate"));
    let head = format!(r#"{{"typ":"JWT","alg":"RS256","x5c":["{certificate}"]}}"#);
    let claims = format!(
        r#"{{"iss":"{ISSUER}","aud":"{SERVICE}","sub":"","jti":"{now}","iat":{now},"nbf":{now},"exp":{},"access":[{{"type":"{kind}","name":"{name}","actions":[{}]}}]}}"#,
        now + 300,
        given.join(","),
    );
    let said = format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(claims));
    format!("{said}.{}", URL_SAFE_NO_PAD.encode(signature(&said, folder)))
}

fn signature(text: &str, folder: &Path) -> Vec<u8> {
    let mut openssl = Command::new("openssl");
    openssl.args(["dgst", "-sha256", "-sign", "key.pem"]).current_dir(folder);
    let mut running = openssl.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("openssl");
    running.stdin.take().expect("its input").write_all(text.as_bytes()).expect("openssl reads");
    running.wait_with_output().expect("openssl signs").stdout
}
