mod shelf;

use std::collections::HashSet;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::thread;
use std::time::Duration;

use allclear_testbed::{FaultProxy, Trouble, loopback, wait};

use self::shelf::Shelf;

const PATIENCE: Duration = Duration::from_secs(30);

/// What a client hears: an answer as far as it came, and whether the connection was reset.
#[derive(Debug)]
struct Heard {
    status: String,
    head: String,
    body: Vec<u8>,
    reset: bool,
}

/// Sends these bytes and listens to the end, as a client that believes nothing.
fn talk(proxy: &FaultProxy, bytes: &[u8]) -> Heard {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port())).expect("the proxy");
    let sent = stream.write_all(bytes);
    let mut heard = Vec::new();
    let ended = stream.read_to_end(&mut heard);
    let reset = |error: std::io::Error| matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe);
    let end = heard.windows(4).position(|four| four == b"\r\n\r\n").map_or(heard.len(), |at| at + 4);
    let head = String::from_utf8(heard[..end].to_vec()).expect("a head of text");
    Heard {
        status: head.split(' ').nth(1).unwrap_or_default().to_owned(),
        head,
        body: heard[end..].to_vec(),
        reset: sent.err().is_some_and(reset) || ended.err().is_some_and(reset),
    }
}

fn get(proxy: &FaultProxy, path: &str) -> Heard {
    talk(proxy, format!("GET {path} HTTP/1.1\r\nHost: shelf.example:80\r\n\r\n").as_bytes())
}

fn put(proxy: &FaultProxy, path: &str, body: &[u8]) -> Heard {
    let head = format!("PUT {path} HTTP/1.1\r\nHost: shelf.example:80\r\nContent-Length: {}\r\n\r\n", body.len());
    talk(proxy, &[head.as_bytes(), body].concat())
}

fn put_in_pieces(proxy: &FaultProxy, path: &str, pieces: &[&[u8]]) -> Heard {
    let mut bytes =
        format!("PUT {path} HTTP/1.1\r\nHost: shelf.example\r\nTransfer-Encoding: chunked\r\n\r\n").into_bytes();
    for piece in pieces {
        bytes.extend(format!("{:x}\r\n", piece.len()).into_bytes());
        bytes.extend_from_slice(piece);
        bytes.extend_from_slice(b"\r\n");
    }
    talk(proxy, &[&bytes[..], b"0\r\n\r\n"].concat())
}

fn story() -> (Shelf, FaultProxy) {
    let shelf = Shelf::serve();
    let proxy = FaultProxy::before(shelf.port);
    (shelf, proxy)
}

fn noise(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from((at * at / 7 + at) % 251).expect("less than a byte holds")).collect()
}

#[test]
fn without_trouble_everything_passes_as_it_is() {
    let (shelf, proxy) = story();
    assert_eq!(put(&proxy, "/a?b=c", b"twelve bytes").body, b"kept");
    assert_eq!(put_in_pieces(&proxy, "/d", &[b"in ", b"two pieces"]).status, "201");
    assert_eq!(get(&proxy, "/a?b=c").body, b"twelve bytes");
    assert_eq!(get(&proxy, "/d").body, b"in two pieces");
    assert_eq!(get(&proxy, "/nothing").status, "404");
    let head = talk(&proxy, b"HEAD /d HTTP/1.1\r\nHost: shelf.example\r\n\r\n");
    assert!(head.body.is_empty() && head.head.contains("Content-Length: 13\r\n"), "{head:?}");
    assert!(head.head.contains("Connection: close\r\n"), "{head:?}");
    assert_eq!(shelf.seen()[0].host, "shelf.example:80");
    assert_eq!(
        proxy.met(),
        [
            "PUT /a?b=c: passes",
            "PUT /d: passes",
            "GET /a?b=c: passes",
            "GET /d: passes",
            "GET /nothing: passes",
            "HEAD /d: passes"
        ]
    );
}

#[test]
fn many_megabytes_pass_in_every_framing_for_many_at_once() {
    let (_shelf, proxy) = story();
    let bytes = noise(20 << 20);
    thread::scope(|clients| {
        for path in ["/length", "/in/pieces", "/until/end"] {
            let (proxy, bytes) = (&proxy, &bytes);
            clients.spawn(move || {
                assert_eq!(put(proxy, path, bytes).status, "201");
                let body = get(proxy, path).body;
                let body = if path == "/in/pieces" { out_of_chunks(&body) } else { body };
                assert!(body == *bytes, "{path}: {} bytes", body.len());
            });
        }
        for number in 0..40 {
            let proxy = &proxy;
            clients.spawn(move || assert_eq!(get(proxy, &format!("/{number}")).status, "404"));
        }
    });
}

fn out_of_chunks(mut framed: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let end = framed.windows(2).position(|two| two == b"\r\n").expect("the end of a line");
        let size = usize::from_str_radix(std::str::from_utf8(&framed[..end]).expect("text"), 16).expect("a size");
        body.extend_from_slice(&framed[end + 2..][..size]);
        framed = &framed[end + size + 4..];
        if size == 0 {
            return body;
        }
    }
}

#[test]
fn who_waits_to_be_asked_for_the_body_is_asked_or_refused() {
    let (_shelf, proxy) = story();
    let head = b"PUT /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port())).unwrap();
    stream.write_all(head).unwrap();
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).unwrap();
    assert_eq!(asked, *b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"bytes").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");

    proxy.meet([Some(Trouble::ErrorBefore(503))]);
    assert_eq!(talk(&proxy, head).status, "503");
}

#[test]
fn a_reset_in_the_middle_leaves_the_server_with_half() {
    let (shelf, proxy) = story();
    proxy.meet([Some(Trouble::ResetMidUpload); 3]);
    let long = put(&proxy, "/long", &noise(1 << 20));
    assert!(long.reset && long.status.is_empty(), "{long:?}");
    let pieces = put_in_pieces(&proxy, "/pieces", &[b"first", b"second"]);
    assert!(pieces.reset && pieces.status.is_empty(), "{pieces:?}");
    let none = get(&proxy, "/none");
    assert!(none.reset && none.status.is_empty(), "{none:?}");
    wait::until("both halves", PATIENCE, || shelf.seen().len() == 2);
    let mut told = shelf.told();
    told.sort();
    assert_eq!(told, ["PUT /long only 524288", "PUT /pieces only 5"]);
}

#[test]
fn of_a_lost_answer_the_client_hears_nothing_and_it_is_done() {
    let (shelf, proxy) = story();
    proxy.meet([Some(Trouble::AnswerLost)]);
    let lost = put(&proxy, "/x", b"done");
    assert_eq!((lost.status.as_str(), lost.body.len()), ("", 0));
    assert_eq!(shelf.told(), ["PUT /x all 4"]);
    assert_eq!(get(&proxy, "/x").body, b"done");
}

#[test]
fn errors_come_before_or_after_it_is_done() {
    let (shelf, proxy) = story();
    proxy.meet([
        Some(Trouble::TooMany { retry_after_s: 7 }),
        Some(Trouble::ErrorBefore(502)),
        None,
        Some(Trouble::ErrorAfter(500)),
    ]);
    let many = put(&proxy, "/1", &noise(3 << 20));
    assert!(many.status == "429" && many.head.contains("Retry-After: 7\r\n"), "{many:?}");
    assert_eq!(put(&proxy, "/2", &noise(3 << 20)).status, "502");
    assert!(shelf.seen().is_empty());
    assert_eq!(put(&proxy, "/3", b"3").status, "201");
    assert_eq!(put(&proxy, "/4", b"4").status, "500");
    assert_eq!(shelf.told(), ["PUT /3 all 1", "PUT /4 all 1"]);
    assert_eq!(
        proxy.met(),
        [
            "PUT /1: 429, again in 7 s",
            "PUT /2: 502 before anything is done",
            "PUT /3: passes",
            "PUT /4: 500 after it is done"
        ]
    );
}

#[test]
fn a_slow_answer_comes_whole_and_a_cut_one_does_not() {
    let (_shelf, proxy) = story();
    let bytes = noise(10_001);
    for path in ["/x", "/x/pieces", "/x/end"] {
        put(&proxy, path, &bytes);
        proxy.meet([Some(Trouble::SlowBody), Some(Trouble::CutBody)]);
        let slow = get(&proxy, path);
        assert!(slow.body == bytes && slow.head.contains("Content-Length: 10001\r\n"), "{}", slow.head);
        let cut = get(&proxy, path);
        assert!(cut.body == bytes[..5000] && cut.head.contains("Content-Length: 10001\r\n"), "{}", cut.head);
    }
    proxy.meet([Some(Trouble::SlowBody), Some(Trouble::CutBody)]);
    let head = b"HEAD /x HTTP/1.1\r\nHost: x\r\n\r\n";
    let slow = talk(&proxy, head);
    assert!(slow.head.ends_with("\r\n\r\n") && slow.head.contains("Content-Length: 10001\r\n"), "{slow:?}");
    assert!(!talk(&proxy, head).head.ends_with("\r\n\r\n"));
}

#[test]
fn a_stale_answer_is_that_before_the_last_change() {
    let (_shelf, proxy) = story();
    let stale = |path: &str| {
        proxy.meet([Some(Trouble::StaleRead)]);
        let heard = get(&proxy, path);
        (heard.status, heard.body)
    };
    assert_eq!(get(&proxy, "/x").status, "404");
    put(&proxy, "/x", b"one");
    assert_eq!(stale("/x"), ("404".to_owned(), b"".to_vec()));
    assert_eq!(get(&proxy, "/x").body, b"one");
    assert_eq!(stale("/x").0, "404");
    put(&proxy, "/x", b"two");
    assert_eq!(stale("/x"), ("200".to_owned(), b"one".to_vec()));
    assert_eq!(get(&proxy, "/x").body, b"two");
    // Never asked before the change: there is no stale answer to it.
    assert_eq!(stale("/x?other").0, "404");
    proxy.meet([Some(Trouble::StaleRead)]);
    assert_eq!(put(&proxy, "/y", b"passes").status, "201");
    assert_eq!(get(&proxy, "/y").body, b"passes");
}

#[test]
fn a_new_order_forgets_the_old_one() {
    let (_shelf, proxy) = story();
    proxy.meet([Some(Trouble::ErrorBefore(500)); 5]);
    assert_eq!(get(&proxy, "/x").status, "500");
    proxy.meet([]);
    assert_eq!(get(&proxy, "/x").status, "404");
    assert_eq!(proxy.met(), ["GET /x: passes"]);
}

#[test]
fn a_server_that_is_not_there_is_a_502_and_an_idle_client_holds_nobody_up() {
    let proxy = FaultProxy::before(loopback::free_port());
    assert_eq!(get(&proxy, "/x").status, "502");
    assert_eq!(proxy.url(), format!("http://127.0.0.1:{}", proxy.port()));
    let mut idle = TcpStream::connect((Ipv4Addr::LOCALHOST, proxy.port())).unwrap();
    drop(proxy);
    assert_eq!(idle.read(&mut [0]).unwrap_or(0), 0);
}

#[test]
fn an_order_at_random_is_the_same_for_the_same_seed() {
    let orders: Vec<_> = (0..500).map(FaultProxy::schedule).collect();
    assert_eq!(orders, (0..500).map(FaultProxy::schedule).collect::<Vec<_>>());
    let lengths: HashSet<_> = orders.iter().map(Vec::len).collect();
    assert_eq!(lengths, (0..=12).collect());
    let kinds: HashSet<_> = orders.iter().flatten().map(|met| met.map(|met| std::mem::discriminant(&met))).collect();
    assert_eq!(kinds.len(), 9, "each of the eight, and none");
}
