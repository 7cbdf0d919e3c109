//! A reply of HTTP/1.1.

use std::io::{self, Write as _};
use std::net::{Shutdown, TcpStream};

/// A whole reply; its headers are lines without their ends.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<String>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    /// Makes git ask for, or send, a name and a password.
    pub(crate) fn unauthorized() -> Self {
        let headers = vec![r#"WWW-Authenticate: Basic realm="git""#.to_owned()];
        Self { headers, ..Self::empty(401) }
    }

    /// Sends it as the last thing on the connection. The reason phrase is left empty, as RFC 9112 section 4 allows.
    pub(crate) fn send(&self, mut stream: &TcpStream) -> io::Result<()> {
        let mut head = format!("HTTP/1.1 {} \r\n", self.status);
        for line in &self.headers {
            head.push_str(line);
            head.push_str("\r\n");
        }
        let length = self.body.len();
        head.push_str(&format!("Content-Length: {length}\r\nConnection: close\r\n\r\n"));
        stream.write_all(head.as_bytes())?;
        stream.write_all(&self.body)?;
        stream.shutdown(Shutdown::Write)
    }
}
