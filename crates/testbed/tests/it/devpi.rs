use allclear_testbed::{BASIC, Devpi, TestEnv, exchange};

const FORM: (&str, &str) = ("Content-Type", "multipart/form-data; boundary=edge");
const JSON: (&str, &str) = ("Accept", "application/vnd.pypi.simple.v1+json");

#[test]
fn a_package_is_taken_from_its_publisher_and_never_replaced() {
    let env = TestEnv::new();
    let index = Devpi::serve(&env);
    let port = index.port();
    let upload = |headers: &[(&str, &str)], name: &str, bytes: &str| {
        let form = form(name).replace("bytes", bytes);
        exchange(port, "POST", "/publisher/release/", headers, form.as_bytes()).unwrap()
    };
    let (stranger, me) = ([FORM], [FORM, ("Authorization", BASIC)]);
    for no in [&stranger[..], &[FORM, ("Authorization", "Basic bm9ib2R5OndoYXQ=")]] {
        assert!(!upload(no, "hello-1.0.0.tar.gz", "bytes").contains(" 200 OK"));
    }
    assert!(upload(&me, "hello-1.0.0.tar.gz", "bytes").contains(" 200 OK"));
    let again = upload(&me, "hello-1.0.0.tar.gz", "bytes");
    assert!(again.contains(" 200 "), "the same bytes are taken again: {again}");
    assert!(upload(&me, "hello-1.0.0.tar.gz", "other").contains(" 409 "), "others never");
    let list = exchange(port, "GET", "/publisher/release/+simple/hello/", &[JSON], b"").unwrap();
    // The digest of `bytes`.
    assert!(list.contains("277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9"), "{list}");
    drop(index);
    assert_eq!(exchange(port, "GET", "/", &[], b""), None);
}

#[test]
fn two_indexes_know_nothing_of_each_other() {
    let env = TestEnv::new();
    let (one, other) = (Devpi::serve(&env), Devpi::serve(&env));
    let me = [FORM, ("Authorization", BASIC)];
    let said = exchange(one.port(), "POST", "/publisher/release/", &me, form("hello-1.0.0.tar.gz").as_bytes());
    assert!(said.unwrap().contains(" 200 OK"));
    let has = |index: &Devpi| {
        exchange(index.port(), "GET", "/publisher/release/+simple/hello/", &[JSON], b"").unwrap().contains("hello-1.0")
    };
    assert!(has(&one) && !has(&other));
}

/// The form that uploads a file, with the word `bytes` in it.
pub(crate) fn form(file: &str) -> String {
    let field = |name: &str, value: &str| {
        format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let fields: String = [
        (":action", "file_upload"),
        ("protocol_version", "1"),
        ("metadata_version", "2.1"),
        ("filetype", "sdist"),
        ("name", "hello"),
        ("version", "1.0.0"),
    ]
    .map(|(name, value)| field(name, value))
    .concat();
    let kind = "Content-Type: application/octet-stream";
    format!(
        "{fields}--edge\r\nContent-Disposition: form-data; name=\"content\"; filename=\"{file}\"\r\n{kind}\r\n\r\nbytes\r\n--edge--\r\n"
    )
}
