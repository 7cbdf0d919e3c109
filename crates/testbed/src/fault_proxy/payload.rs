//! Bodies: read out of their framing, and sent in it.

use std::io::{self, BufRead, Read, Write};

use super::head::{line, malformed};

/// How much is read at a time, in bytes.
const PIECE: usize = 64 << 10;

/// How the end of a body is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// By `Content-Length`, in bytes.
    Length(u64),
    /// By `Transfer-Encoding: chunked`.
    Chunked,
    /// By the end of the connection.
    UntilEnd,
}

/// A body out of its framing. An end before its end is an error.
pub(super) struct Body<R> {
    input: R,
    framing: Framing,
    /// What is left of the length, or of the present chunk, in bytes.
    left: u64,
    ended: bool,
}

impl<R: BufRead> Body<R> {
    pub(super) fn new(input: R, framing: Framing) -> Self {
        let left = if let Framing::Length(length) = framing { length } else { 0 };
        Self { input, framing, left, ended: framing == Framing::Length(0) }
    }

    /// Begins the next chunk, or reads the trailer behind the last one.
    fn next_chunk(&mut self) -> io::Result<()> {
        let size = line(&mut self.input)?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let digits = size.split(';').next().unwrap_or_default().trim();
        self.left = u64::from_str_radix(digits, 16).map_err(|_| malformed(&size))?;
        self.ended = self.left == 0;
        while self.ended && !line(&mut self.input)?.ok_or(io::ErrorKind::UnexpectedEof)?.is_empty() {}
        Ok(())
    }
}

impl<R: BufRead> Read for Body<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.framing == Framing::Chunked && self.left == 0 && !self.ended {
            self.next_chunk()?;
        }
        if self.ended {
            return Ok(0);
        }
        if self.framing == Framing::UntilEnd {
            return self.input.read(buffer);
        }
        let most = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        let read = self.input.read(&mut buffer[..most])?;
        if read == 0 && most > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= read as u64;
        match self.framing {
            Framing::Chunked if self.left == 0 => drop(line(&mut self.input)?),
            _ => self.ended = self.left == 0,
        }
        Ok(read)
    }
}

/// Sends a body in this framing, of which the head must speak. Returns false when who should take it went away, and an error when the
/// body itself ends too early.
pub(super) fn send(body: &mut impl Read, framing: Framing, out: &mut impl Write) -> io::Result<bool> {
    let mut buffer = vec![0; PIECE];
    loop {
        let read = body.read(&mut buffer)?;
        let taken = match (framing, &buffer[..read]) {
            (Framing::Chunked, piece) => chunk(piece, out),
            (_, piece) => out.write_all(piece),
        };
        if taken.is_err() {
            return Ok(false);
        }
        if read == 0 {
            return Ok(out.flush().is_ok());
        }
    }
}

/// Sends a chunk; an empty one is the last.
pub(super) fn chunk(piece: &[u8], out: &mut impl Write) -> io::Result<()> {
    write!(out, "{:x}\r\n", piece.len())?;
    out.write_all(piece)?;
    out.write_all(b"\r\n")
}
