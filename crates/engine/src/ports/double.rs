//! A server that gives the answers it was told, one a request: for what no real index can be brought to say.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

/// A request: its head as it came, in lower case but for values, and its body.
pub(crate) struct Seen {
    /// `GET /x`.
    pub(crate) request: String,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
    /// The body as it came, where not all of it is text.
    pub(crate) bytes: Vec<u8>,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

pub(crate) struct Double {
    pub(crate) url: String,
    thread: JoinHandle<Vec<Seen>>,
}

impl Double {
    /// Gives these answers: status, type (with further lines of the head behind it) and body of each.
    pub(crate) fn serve(answers: Vec<(u16, &'static str, String)>) -> Self {
        Self::serve_with(|_| answers)
    }

    /// Likewise, where they name its address.
    pub(crate) fn serve_with(answers: impl FnOnce(&str) -> Vec<(u16, &'static str, String)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let answers = answers(&url);
        let thread = std::thread::spawn(move || {
            answers.iter().map(|answer| one(&listener.accept().unwrap().0, answer)).collect()
        });
        Self { url, thread }
    }

    /// What was asked, once every answer is given.
    pub(crate) fn seen(self) -> Vec<Seen> {
        self.thread.join().unwrap()
    }
}

fn one(mut stream: &TcpStream, (status, kind, body): &(u16, &str, String)) -> Seen {
    let mut input = BufReader::new(stream);
    let (mut first, mut line, mut headers) = (String::new(), String::new(), Vec::new());
    input.read_line(&mut first).unwrap();
    while input.read_line(&mut line).unwrap() > 2 {
        let (name, value) = line.trim().split_once(": ").unwrap();
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
        line.clear();
    }
    let request = first.rsplit_once(' ').unwrap().0.to_owned();
    let mut seen = Seen { request, headers, body: String::new(), bytes: Vec::new() };
    let length: u64 = seen.header("content-length").parse().unwrap_or(0);
    input.take(length).read_to_end(&mut seen.bytes).unwrap();
    seen.body = String::from_utf8_lossy(&seen.bytes).into_owned();
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status} \r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
    .unwrap();
    seen
}
