//! Asks whether addresses of the web are still there. Only a server that says so counts: everything else is not known.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How long one address may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);
/// How many are asked at once.
const AT_ONCE: usize = 8;

/// What was found out about an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Something is there.
    There,
    /// The server says that nothing is: its status, 404 or 410.
    Gone(u16),
    /// It could not be found out, for this reason.
    Unknown(String),
}

/// Asks for all of these, for no longer than this.
pub fn ask_all(urls: &BTreeSet<String>, within: Duration) -> BTreeMap<String, Answer> {
    let agent = agent();
    let end = Instant::now() + within;
    let (left, answers) = (Mutex::new(urls.iter()), Mutex::new(BTreeMap::new()));
    let work = || {
        while let Some(url) = left.lock().ok().and_then(|mut left| left.next()) {
            let answer = match Instant::now() < end {
                true => ask(&agent, url),
                false => Answer::Unknown("there was no time left: raise `timeout`".to_owned()),
            };
            if let Ok(mut answers) = answers.lock() {
                answers.insert(url.clone(), answer);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(urls.len()) {
            scope.spawn(work);
        }
    });
    answers.into_inner().unwrap_or_default()
}

/// Whether an address can be asked for: those of the machine itself and of examples say nothing about a page.
pub fn is_public(url: &str) -> bool {
    let host = url.split_once("://").map_or("", |(_, rest)| rest);
    let host = host.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
    let host = host.split(':').next().unwrap_or_default().trim_end_matches('.');
    let top = host.rsplit('.').next().unwrap_or_default();
    let reserved = ["localhost", "local", "internal", "test", "example", "invalid"].contains(&top);
    let examples = ["example.com", "example.org", "example.net"];
    let is_example =
        examples.iter().any(|name| host.strip_suffix(name).is_some_and(|sub| sub.is_empty() || sub.ends_with('.')));
    host.contains('.') && !reserved && !is_example && !top.bytes().all(|byte| byte.is_ascii_digit())
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false);
    config.user_agent(concat!("allclear/", env!("CARGO_PKG_VERSION"))).build().into()
}

/// Asks without the content first. Some servers know no such question, or answer it wrongly, so a no is asked again.
fn ask(agent: &ureq::Agent, url: &str) -> Answer {
    let url = url.split('#').next().unwrap_or_default();
    if let Ok(answer) = agent.head(url).call()
        && answer.status().is_success()
    {
        return Answer::There;
    }
    match agent.get(url).call() {
        Ok(answer) => match answer.status().as_u16() {
            status @ (404 | 410) => Answer::Gone(status),
            200..300 => Answer::There,
            status => Answer::Unknown(format!("the server answers with status {status}")),
        },
        Err(error) => Answer::Unknown(crate::step::chain(&error)),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;

    use super::*;

    /// Answers each request by its path, which is a status; `HEAD` is refused.
    fn serve(listener: &TcpListener) {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let first = lines.next().unwrap().unwrap();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let mut words = first.split(' ');
            let status = match words.next() {
                Some("HEAD") => "405".to_owned(),
                _ => words.next().unwrap().trim_start_matches('/').to_owned(),
            };
            let _ = write!(stream, "HTTP/1.1 {status} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
    }

    #[test]
    fn only_a_server_that_says_no_counts() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = format!("http://{}", listener.local_addr().unwrap());
        std::thread::spawn(move || serve(&listener));
        let closed = {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            format!("http://{}", listener.local_addr().unwrap())
        };
        let urls = ["/200#part", "/404", "/410", "/500", "/403"].map(|path| format!("{at}{path}"));
        let all = urls.iter().chain([&closed]).cloned().collect();
        let answers = ask_all(&all, Duration::from_secs(60));
        let of = |index: usize| answers[&urls[index]].clone();
        assert_eq!((of(0), of(1), of(2)), (Answer::There, Answer::Gone(404), Answer::Gone(410)));
        assert_eq!(of(3), Answer::Unknown("the server answers with status 500".to_owned()));
        assert!(matches!(of(4), Answer::Unknown(_)) && matches!(answers[&closed], Answer::Unknown(_)));
        let late = ask_all(&all, Duration::ZERO);
        assert!(late.values().all(|answer| matches!(answer, Answer::Unknown(_))) && late.len() == all.len());
    }

    #[test]
    fn what_is_only_here_or_made_up_is_not_asked() {
        for url in ["https://docs.rs/x", "http://a@crates.io:443?x", "https://notexample.org"] {
            assert!(is_public(url), "{url}");
        }
        for url in [
            "http://localhost:80/x",
            "http://127.0.0.1",
            "https://a.example.org/",
            "http://[::1]/",
            "http://web:8000",
            "https://x.local",
            "https://example.com",
            "http://10.0.0.1:1/",
        ] {
            assert!(!is_public(url), "{url}");
        }
    }
}
