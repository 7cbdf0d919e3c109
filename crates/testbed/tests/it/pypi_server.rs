use std::fs;

use allclear_testbed::{BASIC, PypiServer, TestEnv, exchange};

const FORM: (&str, &str) = ("Content-Type", "multipart/form-data; boundary=edge");

#[test]
fn a_package_is_taken_once_and_not_from_strangers() {
    let env = TestEnv::new();
    let index = PypiServer::serve(&env);
    let upload = |headers: &[(&str, &str)]| {
        exchange(index.port(), "POST", "/", headers, crate::devpi::form("hello-1.0.0.tar.gz").as_bytes()).unwrap()
    };
    assert!(upload(&[FORM]).starts_with("HTTP/1.0 401 "));
    assert!(!upload(&[FORM, ("Authorization", "Basic bm9ib2R5OndoYXQ=")]).starts_with("HTTP/1.0 2"));
    assert!(upload(&[FORM, ("Authorization", BASIC)]).starts_with("HTTP/1.0 200 "));
    assert_eq!(fs::read(index.folder().join("hello-1.0.0.tar.gz")).unwrap(), b"bytes");
    assert!(upload(&[FORM, ("Authorization", BASIC)]).starts_with("HTTP/1.0 409 "));
    let page = exchange(index.port(), "GET", "/simple/hello/", &[], b"").unwrap();
    assert!(page.contains("hello-1.0.0.tar.gz#sha256="), "{page}");
    let port = index.port();
    drop(index);
    assert_eq!(exchange(port, "GET", "/", &[], b""), None);
}
