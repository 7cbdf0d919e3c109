//! A tiny HTTP service that answers for the environments of a rehearsal, so that a smoke test has something real to call.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// Serves `/<environment>/healthz` and `/<environment>/version` on a free port of this machine, until it is dropped.
pub struct EnvironmentServer {
    url: String,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl EnvironmentServer {
    /// Begins to answer for the environments below a folder.
    ///
    /// # Errors
    /// When no port can be had.
    pub fn start(environments: PathBuf) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if asked.load(Ordering::SeqCst) {
                    break;
                }
                // A caller that goes away in the middle of its request is its own affair.
                let _ = answer(stream, &environments);
            }
        });
        Ok(Self { url, stop, thread: Some(thread) })
    }

    /// The address: `http://127.0.0.1:PORT`.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for EnvironmentServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.url.trim_start_matches("http://"));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn answer(mut stream: TcpStream, environments: &Path) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    let mut header = String::new();
    while reader.read_line(&mut header)? > 2 {
        header.clear();
    }
    let path = first.split(' ').nth(1).unwrap_or("/");
    let (status, body) = respond(path, environments);
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn respond(path: &str, environments: &Path) -> (&'static str, String) {
    let mut parts = path.trim_matches('/').splitn(2, '/');
    let (name, what) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let known = allclear_core::names::Word::new(name).ok();
    let current =
        known.and_then(|name| std::fs::read_to_string(environments.join(name.as_str()).join("current.json")).ok());
    match (current, what) {
        (Some(_), "healthz") => ("200 OK", r#"{"status":"ok"}"#.to_owned()),
        (Some(current), "version") => ("200 OK", current),
        (None, "healthz" | "version") => ("503 Service Unavailable", r#"{"status":"nothing is deployed"}"#.to_owned()),
        _ => ("404 Not Found", r#"{"status":"no such page"}"#.to_owned()),
    }
}
