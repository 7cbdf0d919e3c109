//! A request of HTTP/1.1, as far as git's clients go: RFC 9112 for the framing, RFC 9110 section 10.1.1 for `Expect`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Seek as _, Write};
use std::net::TcpStream;

/// What git sends instead of a push to learn whether it is let in, before a body too large to send twice.
const PROBE: &[u8] = b"0000";

/// A whole request; its body is a file, which the backend takes as its input.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    headers: Vec<(String, String)>,
    pub(crate) body: File,
    pub(crate) body_length: u64,
}

impl Request {
    /// Reads one request, and asks for its body where the client waits to be asked.
    pub(crate) fn read(stream: &TcpStream) -> io::Result<Self> {
        let (mut request, whole) = Self::read_what_comes(stream)?;
        whole?;
        request.body.rewind()?;
        Ok(request)
    }

    /// Likewise, also where the body breaks off: what came of it is in its file, and why no more did is the second answer.
    pub(crate) fn read_what_comes(mut stream: &TcpStream) -> io::Result<(Self, io::Result<()>)> {
        let mut input = BufReader::new(stream);
        let start = read_line(&mut input)?;
        let mut words = start.split(' ');
        let (Some(method), Some(target)) = (words.next(), words.next()) else {
            return Err(malformed(&start));
        };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut request = Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            headers: read_headers(&mut input)?,
            body: tempfile::tempfile()?,
            body_length: 0,
        };
        if request.header("expect").eq_ignore_ascii_case("100-continue") {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        let whole = request.read_body(&mut input);
        Ok((request, whole))
    }

    fn read_body(&mut self, input: &mut impl BufRead) -> io::Result<()> {
        self.body_length = if self.header("transfer-encoding").eq_ignore_ascii_case("chunked") {
            copy_chunks(input, &mut self.body)?
        } else {
            let length = self.header("content-length");
            let length = if length.is_empty() { 0 } else { parse(length, 10)? };
            copy_exactly(input, length, &mut self.body)?
        };
        Ok(())
    }

    /// Returns the value of a header, whose name is given in lower case; empty when it is missing.
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// Returns whether this belongs to a push: the question for the refs, the probe, or the push itself.
    pub(crate) fn concerns_push(&self) -> bool {
        self.path.ends_with("/git-receive-pack") || self.query.contains("service=git-receive-pack")
    }

    /// Returns whether this is the push itself, the one request that changes something.
    pub(crate) fn is_push(&self) -> bool {
        self.method == "POST" && self.concerns_push() && self.body_length > PROBE.len() as u64
    }
}

fn read_headers(input: &mut impl BufRead) -> io::Result<Vec<(String, String)>> {
    let mut headers = Vec::new();
    loop {
        let line = read_line(input)?;
        if line.is_empty() {
            return Ok(headers);
        }
        let (name, value) = line.split_once(':').ok_or_else(|| malformed(&line))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
}

fn copy_chunks(input: &mut impl BufRead, body: &mut impl Write) -> io::Result<u64> {
    let mut total = 0;
    loop {
        let line = read_line(input)?;
        let size = line.split(';').next().unwrap_or_default();
        let length = parse(size, 16)?;
        if length == 0 {
            read_headers(input)?; // the trailer, up to its empty line
            return Ok(total);
        }
        total += copy_exactly(input, length, body)?;
        read_line(input)?;
    }
}

fn copy_exactly(input: &mut impl BufRead, length: u64, body: &mut impl Write) -> io::Result<u64> {
    match io::copy(&mut input.take(length), body)? {
        copied if copied == length => Ok(length),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

fn read_line(input: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    input.read_line(&mut line)?;
    match line.strip_suffix('\n') {
        Some(line) => Ok(line.trim_end_matches('\r').to_owned()),
        None => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

fn parse(number: &str, radix: u32) -> io::Result<u64> {
    u64::from_str_radix(number.trim(), radix).map_err(|_| malformed(number))
}

fn malformed(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("not HTTP/1.1: {text:?}"))
}
