use std::fs;

use allclear_testbed::{BASIC, Nginx, TestEnv, exchange};

#[test]
fn what_the_publisher_puts_there_everybody_can_read() {
    let env = TestEnv::new();
    let server = Nginx::serve(&env);
    let put = |headers: &[(&str, &str)]| exchange(server.port(), "PUT", "/a/b.txt", headers, b"bytes").unwrap();
    assert!(put(&[]).starts_with("HTTP/1.1 401 "));
    assert!(put(&[("Authorization", "Basic bm9ib2R5OndoYXQ=")]).starts_with("HTTP/1.1 401 "));
    assert!(put(&[("Authorization", BASIC)]).starts_with("HTTP/1.1 201 "));
    assert_eq!(fs::read(server.folder().join("a/b.txt")).unwrap(), b"bytes");
    let got = exchange(server.port(), "GET", "/a/b.txt", &[], b"").unwrap();
    assert!(got.ends_with("\r\n\r\nbytes"), "{got}");
    let port = server.port();
    drop(server);
    assert_eq!(exchange(port, "GET", "/", &[], b""), None);
}
