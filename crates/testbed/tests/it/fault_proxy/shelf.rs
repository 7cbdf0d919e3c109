//! A small server that keeps what is put on it, and tells what reached it.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What reached the server of one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// `PUT /x`.
    pub(super) request: String,
    pub(super) host: String,
    /// How much of the body arrived, in bytes.
    pub(super) body: usize,
    /// Whether that is all of it.
    pub(super) whole: bool,
}

/// It ends with the process: nothing but its own thread, which waits for connections, is left behind by a test.
pub(super) struct Shelf {
    pub(super) port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
}

type Things = Arc<Mutex<HashMap<String, Vec<u8>>>>;

impl Shelf {
    pub(super) fn serve() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("the port").port();
        let (seen, things) = (Arc::<Mutex<Vec<Seen>>>::default(), Things::default());
        let noted = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (noted, things) = (Arc::clone(&noted), Arc::clone(&things));
                thread::spawn(move || drop(one(&stream, &noted, &things)));
            }
        });
        Self { port, seen }
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().expect("nobody panicked").clone()
    }

    /// `PUT /x 10 of it`, or `all 20`, one for each request that arrived.
    pub(super) fn told(&self) -> Vec<String> {
        let tell = |seen: Seen| format!("{} {} {}", seen.request, if seen.whole { "all" } else { "only" }, seen.body);
        self.seen().into_iter().map(tell).collect()
    }
}

/// `PUT` keeps, `GET` and `HEAD` give; a path that ends in `/pieces` is answered in chunks, one that ends in `/end` until the end.
fn one(mut stream: &TcpStream, seen: &Mutex<Vec<Seen>>, things: &Mutex<HashMap<String, Vec<u8>>>) -> io::Result<()> {
    let mut input = BufReader::new(stream);
    let (mut first, mut line, mut host, mut length) = (String::new(), String::new(), String::new(), Some(0));
    input.read_line(&mut first)?;
    while input.read_line(&mut line)? > 2 {
        let (name, value) = line.trim().split_once(": ").expect("a header");
        match name.to_ascii_lowercase().as_str() {
            "host" => value.clone_into(&mut host),
            "content-length" => length = Some(value.parse().expect("a length")),
            "transfer-encoding" => length = None,
            _ => {}
        }
        line.clear();
    }
    let (body, whole) = body(&mut input, length);
    let words: Vec<&str> = first.split(' ').collect();
    let request = format!("{} {}", words[0], words[1]);
    seen.lock().expect("nobody panicked").push(Seen { request, host, body: body.len(), whole });
    if !whole {
        return Ok(());
    }
    if words[0] == "PUT" {
        things.lock().expect("nobody panicked").insert(words[1].to_owned(), body);
        return stream.write_all(b"HTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\nkept");
    }
    let thing = things.lock().expect("nobody panicked").get(words[1]).cloned();
    let (status, thing) = thing.map_or(("404 Not Found", Vec::new()), |thing| ("200 OK", thing));
    let mut answer = Vec::new();
    match words[1] {
        path if path.ends_with("/pieces") => {
            answer.extend_from_slice(b"Transfer-Encoding: chunked\r\n\r\n");
            for piece in thing.chunks(100_000) {
                write!(answer, "{:X};word=\"x\"\r\n", piece.len())?;
                answer.extend_from_slice(piece);
                answer.extend_from_slice(b"\r\n");
            }
            answer.extend_from_slice(b"0\r\nTrailer: x\r\n\r\n");
        }
        path if path.ends_with("/end") => answer.extend([b"\r\n", &thing[..]].concat()),
        _ => {
            write!(answer, "Content-Length: {}\r\n\r\n", thing.len())?;
            answer.extend(if words[0] == "HEAD" { &[][..] } else { &thing[..] });
        }
    }
    stream.write_all(format!("HTTP/1.1 {status}\r\n").as_bytes())?;
    stream.write_all(&answer)
}

/// Reads so many bytes, or chunks where there is no length, and says whether that was all.
fn body(input: &mut impl BufRead, length: Option<usize>) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    if let Some(length) = length {
        let _ = input.take(length as u64).read_to_end(&mut body);
        let whole = body.len() == length;
        return (body, whole);
    }
    loop {
        let mut size = String::new();
        let _ = input.read_line(&mut size);
        let Ok(size) = usize::from_str_radix(size.trim(), 16) else { return (body, false) };
        let mut piece = vec![0; size + 2];
        if input.read_exact(&mut piece).is_err() {
            return (body, false);
        }
        body.extend_from_slice(&piece[..size]);
        if size == 0 {
            return (body, true);
        }
    }
}
