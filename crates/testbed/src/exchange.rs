//! One request to a server on 127.0.0.1, and all of its answer.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};

/// Sends one request and returns the whole answer, head and all; none where nobody answers.
///
/// For looking at servers: it speaks HTTP/1.0, so that nothing in the answer is in pieces, and what is not text comes out mangled.
#[must_use]
pub fn exchange(port: u16, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Option<String> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()?;
    let more: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    let head = format!("{method} {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n{more}Content-Length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body).ok()?;
    let mut said = Vec::new();
    stream.read_to_end(&mut said).ok()?;
    Some(String::from_utf8_lossy(&said).into_owned())
}

/// Whether the server answers this `GET` with this status.
pub(crate) fn answers(port: u16, path: &str, status: u16) -> bool {
    exchange(port, "GET", path, &[], b"").is_some_and(|said| is(&said, status))
}

/// Whether an answer has this status.
pub(crate) fn is(answer: &str, status: u16) -> bool {
    answer.split(' ').nth(1) == Some(&status.to_string())
}
