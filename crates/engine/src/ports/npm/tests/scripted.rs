//! A registry that gives the answers that it was told, one each in their order.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread::JoinHandle;

/// The status, further headers, and the body; `[registry]` in it stands for the address.
pub(super) type Answer<'a> = (u16, &'a str, &'a [u8]);

/// Runs `client` with the address of the registry; returns what it returns and the requests that came, with what they said of who
/// asks.
pub(super) fn registry<T>(answers: &[Answer<'_>], client: impl FnOnce(&str) -> T) -> (T, Vec<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answers: Vec<Vec<u8>> = answers.iter().map(|answer| written(*answer, &url)).collect();
    let server: JoinHandle<Vec<String>> = std::thread::spawn(move || {
        let one = |answer: &Vec<u8>| {
            let (mut stream, _) = listener.accept().unwrap();
            let seen = request(&stream);
            stream.write_all(answer).unwrap();
            seen
        };
        answers.iter().map(one).collect()
    });
    let result = client(&url);
    (result, server.join().unwrap())
}

fn written((status, headers, body): Answer<'_>, url: &str) -> Vec<u8> {
    let body = match std::str::from_utf8(body) {
        Ok(text) => text.replace("[registry]", url).into_bytes(),
        Err(_) => body.to_vec(),
    };
    let head = format!("HTTP/1.1 {status} X\r\nConnection: close\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    [head.into_bytes(), body].concat()
}

/// Reads a request to its end: `GET /x Bearer token`.
fn request(stream: &TcpStream) -> String {
    let mut input = BufReader::new(stream);
    let (mut first, mut line, mut length, mut asks) = (String::new(), String::new(), 0, String::new());
    input.read_line(&mut first).unwrap();
    while input.read_line(&mut line).unwrap() > 2 {
        match line.trim().split_once(": ").unwrap() {
            ("content-length", value) => length = value.parse().unwrap(),
            ("authorization", value) => asks = format!(" {value}"),
            _ => {}
        }
        line.clear();
    }
    std::io::copy(&mut input.take(length), &mut std::io::sink()).unwrap();
    let words: Vec<&str> = first.split(' ').collect();
    format!("{} {}{asks}", words[0], words[1])
}
