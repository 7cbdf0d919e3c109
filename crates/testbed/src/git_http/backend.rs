//! `git http-backend`, called as a web server calls it: CGI, RFC 3875.

use std::process::Stdio;

use super::reply::Reply;
use super::request::Request;
use crate::TestEnv;

/// Runs the backend on the request to its end; panics when it does not speak CGI.
///
/// The path is handed on as it came: repositories of tests need no percent-encoding.
pub(super) fn run(env: &TestEnv, user: Option<&str>, request: Request) -> Reply {
    let mut command = env.command("git");
    command
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", env.root())
        .env("GIT_HTTP_EXPORT_ALL", "1")
        // Who may push was decided before; without this the backend refuses whoever has no name.
        .env("GIT_CONFIG_COUNT", "1")
        .env("GIT_CONFIG_KEY_0", "http.receivepack")
        .env("GIT_CONFIG_VALUE_0", "true")
        .env("REQUEST_METHOD", &request.method)
        .env("PATH_INFO", &request.path)
        .env("QUERY_STRING", &request.query)
        .env("CONTENT_TYPE", request.header("content-type"))
        .env("CONTENT_LENGTH", request.body_length.to_string())
        .env("HTTP_CONTENT_ENCODING", request.header("content-encoding"))
        .env("GIT_PROTOCOL", request.header("git-protocol"))
        .env("REMOTE_ADDR", "127.0.0.1");
    if let Some(user) = user {
        command.env("REMOTE_USER", user);
    }
    let output = command.stdin(Stdio::from(request.body)).output().expect("`git http-backend` starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    parse(&output.stdout).unwrap_or_else(|| panic!("`git http-backend` gave no reply, and said: {stderr}"))
}

/// Turns the backend's output (header lines, an empty line, the body) into a reply; `Status` is 200 when it is left out.
fn parse(output: &[u8]) -> Option<Reply> {
    let end = output.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    let mut reply = Reply::empty(200);
    for line in std::str::from_utf8(&output[..end]).ok()?.split("\r\n") {
        match line.strip_prefix("Status: ") {
            Some(status) => reply.status = status.split(' ').next()?.parse().ok()?,
            None => reply.headers.push(line.to_owned()),
        }
    }
    reply.body = output[end + 4..].to_vec();
    Some(reply)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn status_is_a_header_of_its_own() {
        let reply = parse(b"Expires: never\r\nStatus: 404 Not Found\r\n\r\nbody\r\n\r\n").unwrap();
        assert_eq!((reply.status, reply.headers.join("|").as_str()), (404, "Expires: never"));
        assert_eq!(reply.body, b"body\r\n\r\n");
        assert_eq!(parse(b"Expires: never\r\n\r\n").unwrap().status, 200);
        assert!(parse(b"fatal: no such program\n").is_none());
    }
}
