//! The head of a request or an answer, and what it says of the body behind it.

use std::fmt::Display;
use std::io::{self, BufRead, Read as _};

use super::payload::Framing;

/// The longest head that is read, in bytes; servers refuse less.
const LONGEST: u64 = 256 << 10;

/// The first line and the headers. A char is a byte of what was sent, whatever encoding was meant.
#[derive(Clone, Debug)]
pub(super) struct Head {
    start: String,
    headers: Vec<(String, String)>,
}

impl Head {
    pub(super) fn new(start: String) -> Self {
        Self { start, headers: Vec::new() }
    }

    /// Reads a head up to its empty line; none where the other side said nothing at all.
    pub(super) fn read(input: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut input = input.take(LONGEST);
        let Some(start) = line(&mut input)? else { return Ok(None) };
        let mut head = Self::new(start);
        loop {
            let line = line(&mut input)?.ok_or(io::ErrorKind::UnexpectedEof)?;
            if line.is_empty() {
                return Ok(Some(head));
            }
            let (name, value) = line.split_once(':').ok_or_else(|| malformed(&line))?;
            head.headers.push((name.to_owned(), value.trim().to_owned()));
        }
    }

    /// Returns the value of a header; empty where it is missing.
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    /// Replaces a header.
    pub(super) fn set(&mut self, name: &str, value: &dyn Display) {
        self.remove(name);
        self.headers.push((name.to_owned(), value.to_string()));
    }

    /// Takes a header away.
    pub(super) fn remove(&mut self, name: &str) {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }

    /// Says that the connection ends behind this message, in place of what the sender said about its own connection.
    pub(super) fn close(&mut self) {
        self.remove("keep-alive");
        self.set("Connection", &"close");
    }

    /// Returns the head as it is sent.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let lines = self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
        let text = format!("{}\r\n{}\r\n", self.start, lines.collect::<String>());
        text.chars().map(|char| u8::try_from(char).unwrap_or(b'?')).collect()
    }

    /// Returns the method of a request.
    pub(super) fn method(&self) -> &str {
        self.start.split(' ').next().unwrap_or_default()
    }

    /// Returns the path of a request, with its query.
    pub(super) fn target(&self) -> &str {
        self.start.split(' ').nth(1).unwrap_or_default()
    }

    /// Returns the status of an answer.
    pub(super) fn status(&self) -> io::Result<u16> {
        self.target().parse().map_err(|_| malformed(&self.start))
    }

    /// Returns how the body of a request is framed.
    pub(super) fn framing_of_request(&self) -> io::Result<Framing> {
        Ok(self.framing()?.unwrap_or(Framing::Length(0)))
    }

    /// Returns how the body of an answer to such a request is framed.
    pub(super) fn framing_of_answer(&self, method: &str) -> io::Result<Framing> {
        match self.status()? {
            204 | 304 => Ok(Framing::Length(0)),
            _ if method == "HEAD" => Ok(Framing::Length(0)),
            _ => Ok(self.framing()?.unwrap_or(Framing::UntilEnd)),
        }
    }

    fn framing(&self) -> io::Result<Option<Framing>> {
        let length = self.header("content-length");
        match (self.header("transfer-encoding").to_ascii_lowercase().ends_with("chunked"), length) {
            (true, _) => Ok(Some(Framing::Chunked)),
            (false, "") => Ok(None),
            (false, length) => Ok(Some(Framing::Length(length.parse().map_err(|_| malformed(length))?))),
        }
    }
}

/// Reads a line without its end; none at the end of everything.
pub(super) fn line(input: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    if input.read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    let line = bytes.strip_suffix(b"\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    Ok(Some(line.iter().copied().map(char::from).collect()))
}

pub(super) fn malformed(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("not HTTP/1.1: {text:?}"))
}
