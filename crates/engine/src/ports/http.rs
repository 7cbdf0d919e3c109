//! What every client of a registry needs of HTTP: how long to wait, and what an answer means.
//!
//! A status never decides whether something was published, only whether it makes sense to ask again.

use std::io::Read;
use std::time::Duration;

use allclear_core::digest::Digest;
use jiff::Timestamp;
use jiff::fmt::rfc2822;
use ureq::http::header::AUTHORIZATION;
use ureq::http::request::Builder;
use ureq::http::{HeaderValue, Request, Response};
use ureq::{Agent, AsSendBody, Body};

use super::address;
use crate::step::StepError;
use crate::{content, exec};

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a connection may be silent in the middle of something.
const SILENCE: Duration = Duration::from_secs(60);
/// How much is sent at once, in bytes.
const OUTPUT: usize = 256 << 10;
/// How much is received at once, in bytes.
const INPUT: usize = 128 << 10;
/// How much of an answer that says no is read, in bytes.
const LARGEST_NO: u64 = 16 << 10;
/// How much of it is shown, in characters.
const SHOWN: usize = 300;

/// Makes an agent that follows no redirections, so that no credential goes where nobody sent it.
pub(crate) fn agent() -> Agent {
    let agent = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_connect(Some(CONNECT))
        .timeout_per_read(Some(SILENCE))
        .timeout_per_write(Some(SILENCE))
        .output_buffer_size(OUTPUT)
        .input_buffer_size(INPUT)
        .user_agent(concat!("allclear/", env!("CARGO_PKG_VERSION")));
    agent.build().into()
}

/// Asks once. An answer that passes (overloaded, out of order, somebody else is at it) is an error of its own.
///
/// # Errors
/// [`StepError::Passing`] where no answer comes or it passes; [`StepError::Refused`] where the question cannot even be put.
pub(crate) fn ask<B: AsSendBody>(agent: &Agent, request: Request<B>) -> Result<Response<Body>, StepError> {
    let what = asked(&request);
    passing(&what, answer(agent, request)?)
}

/// Asks once, and returns whatever is answered.
///
/// # Errors
/// As [`ask`], but for answers that pass.
pub(crate) fn answer<B: AsSendBody>(agent: &Agent, request: Request<B>) -> Result<Response<Body>, StepError> {
    let what = asked(&request);
    agent.run(request).map_err(|error| unanswered(&what, error))
}

fn asked<B>(request: &Request<B>) -> String {
    format!("`{} {}`", request.method(), address::shown(&request.uri().to_string()))
}

/// Returns an answer that does not pass.
///
/// # Errors
/// [`StepError::Passing`] where it does.
pub(crate) fn passing(what: &str, answer: Response<Body>) -> Result<Response<Body>, StepError> {
    let status = answer.status().as_u16();
    match passes(status) || status == 403 && pause(&answer).is_some() {
        false => Ok(answer),
        true => {
            let after = pause(&answer);
            Err(StepError::Passing { what: format!("{what}: the service answers with status {status}"), after })
        }
    }
}

/// How long a service asks to be left alone: as `Retry-After` says, or, where everything that it grants is used up, until it grants more
/// (`x-ratelimit-reset`, in seconds since 1970, held against its own clock). GitHub says that with 403 as well as with 429:
/// <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>.
fn pause(answer: &Response<Body>) -> Option<Duration> {
    if let Some(told) = header(answer, "retry-after") {
        return until(told.trim(), Timestamp::now());
    }
    let number = |name| header(answer, name)?.trim().parse::<u64>().ok();
    let reset = number("x-ratelimit-reset").filter(|_| number("x-ratelimit-remaining") == Some(0))?;
    let now = rfc2822::parse(header(answer, "date")?).ok()?.timestamp().as_second();
    Some(Duration::from_secs(reset.saturating_sub(u64::try_from(now).ok()?)))
}

/// How long a service wants to be left alone: seconds, or a date ([RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3)), as
/// crates.io has it.
fn until(text: &str, now: Timestamp) -> Option<Duration> {
    let seconds = || text.parse().ok().map(Duration::from_secs);
    let date = || rfc2822::parse(text).ok()?.timestamp().duration_since(now).try_into().ok();
    seconds().or_else(date)
}

/// Adds a token that proves who asks (RFC 6750). One with strange characters is no token of any service, which says no to whoever has none.
pub(crate) fn bearer(of: Builder, token: Option<&str>) -> Builder {
    match token.and_then(|token| HeaderValue::from_str(&format!("Bearer {token}")).ok()) {
        Some(mut value) => {
            value.set_sensitive(true);
            of.header(AUTHORIZATION, value)
        }
        None => of,
    }
}

/// What no answer means.
fn unanswered(what: &str, error: ureq::Error) -> StepError {
    match error {
        error @ (ureq::Error::BadUri(_) | ureq::Error::Http(_) | ureq::Error::InvalidProxyUrl) => {
            StepError::Refused(format!("{what}: this is not an address that can be asked: {error}"))
        }
        ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            StepError::Refused(format!("{what}: {error}"))
        }
        error => StepError::Passing { what: format!("{what}: {}", crate::step::chain(&error)), after: None },
    }
}

/// Whether a status is one that passes.
fn passes(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
}

/// A header of an answer, where it is text.
pub(crate) fn header<'a>(answer: &'a Response<Body>, name: &str) -> Option<&'a str> {
    answer.headers().get(name)?.to_str().ok()
}

/// Reads an answer of at most so many bytes.
///
/// # Errors
/// When it breaks off, or is larger.
pub(crate) fn bytes(answer: Response<Body>, what: &str, largest: u64) -> Result<Vec<u8>, StepError> {
    let mut bytes = Vec::new();
    match answer.into_body().into_reader().take(largest + 1).read_to_end(&mut bytes) {
        Ok(_) if bytes.len() as u64 <= largest => Ok(bytes),
        Ok(_) => Err(StepError::Refused(format!("{what}: the answer has more than {largest} bytes"))),
        Err(error) => Err(StepError::Passing { what: format!("{what}: the answer breaks off: {error}"), after: None }),
    }
}

/// Reads an answer for the digest of its bytes and for their number, without keeping them; there is no digest where they are more than so
/// many.
///
/// # Errors
/// [`StepError::Passing`] where it breaks off, also where nothing tells that it is whole: a part is not somebody else's file.
pub(crate) fn digest(answer: Response<Body>, what: &str, most: u64) -> Result<(Option<Digest>, u64), StepError> {
    let broken = |why: &str| StepError::Passing { what: format!("{what}: the answer breaks off{why}"), after: None };
    // Without either, the end of the connection is the end of the answer (RFC 9112, section 6.3).
    let framed = ["content-length", "transfer-encoding"].iter().any(|name| answer.headers().contains_key(*name));
    match content::hashed(answer.into_body().into_reader(), most) {
        Ok((_, size)) if !framed && size < most => Err(broken(", or is shorter than what was frozen")),
        Ok(read) => Ok(read),
        Err(_) if exec::interrupted() => Err(StepError::Interrupted),
        Err(error) => Err(broken(&format!(": {error}"))),
    }
}

/// An answer that says no for good: what was asked, the status, the first words of what the service says, and the way out.
pub(crate) fn refused(what: &str, answer: Response<Body>, way_out: &str) -> StepError {
    let status = answer.status().as_u16();
    let is_page = header(&answer, "content-type").is_some_and(|kind| kind.starts_with("text/html"));
    let said = bytes(answer, what, LARGEST_NO).unwrap_or_default();
    let text = || String::from_utf8_lossy(&said);
    let plain = || if is_page { without_tags(&text()) } else { text().into_owned() };
    let said = message(&said).unwrap_or_else(plain);
    let line = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let words: String = line.chars().filter(|c| !c.is_control()).take(SHOWN).collect();
    let words = if words.is_empty() { String::new() } else { format!(" ({words})") };
    StepError::Refused(format!("{what} was refused with status {status}{words}: {way_out}"))
}

/// What an answer in JSON says to people: the words of registries, of npm and of package indexes.
fn message(said: &[u8]) -> Option<String> {
    let json: serde_json::Value = serde_json::from_slice(said).ok()?;
    let places =
        ["/errors/0/message", "/errors/0/description", "/errors/0/detail", "/message", "/error", "/reason", "/detail"];
    let said = places.iter().find_map(|place| json.pointer(place)?.as_str())?;
    // GitHub names what it refuses beside it: <https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api>.
    let named = |place: &str| json.pointer(place).and_then(serde_json::Value::as_str);
    let of = named("/errors/0/field").zip(named("/errors/0/code"));
    Some(of.map_or_else(|| said.to_owned(), |(field, code)| format!("{said}: {field} {code}")))
}

/// What a page says, as far as words go: many services answer to programs as they do to browsers.
fn without_tags(page: &str) -> String {
    let (mut words, mut rest) = (String::new(), page);
    while let Some((before, tag)) = rest.split_once('<') {
        words.push_str(before);
        words.push(' ');
        let end =
            ["title", "style", "script"].iter().find(|name| tag.starts_with(**name)).map(|name| format!("</{name}>"));
        let end = end.as_deref().unwrap_or(">");
        rest = tag.split_once(end).map_or("", |(_, behind)| behind);
    }
    words.push_str(rest);
    let entities = [("&#039;", "'"), ("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
    entities.iter().fold(words, |words, (entity, char)| words.replace(entity, char))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_says_in_seconds_or_by_a_date_how_long_it_wants_to_be_left_alone() {
        let now: Timestamp = "2026-11-27T07:00:00Z".parse().unwrap();
        let until = |text: &str| until(text, now).map(|time| time.as_secs());
        assert_eq!(until("120"), Some(120));
        assert_eq!(until("Fri, 27 Nov 2026 07:09:30 GMT"), Some(570));
        // It is over already, or nobody can tell.
        assert_eq!((until("Fri, 27 Nov 2026 06:59:59 GMT"), until("soon")), (None, None));
    }

    #[test]
    fn how_long_to_leave_a_service_alone_is_told_in_two_ways() {
        let told = |headers: &[(&str, &str)]| {
            let answer = Response::builder().status(403).header("date", "Mon, 23 Nov 2026 10:00:00 GMT");
            let answer = headers.iter().fold(answer, |answer, (name, value)| answer.header(*name, *value));
            pause(&answer.body(Body::builder().data("")).unwrap()).map(|pause| pause.as_secs())
        };
        assert_eq!(
            told(&[("retry-after", "7"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795428600")]),
            Some(7)
        );
        assert_eq!(told(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795428090")]), Some(90));
        assert_eq!(told(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795427999")]), Some(0));
        assert_eq!(told(&[("x-ratelimit-remaining", "12"), ("x-ratelimit-reset", "1795428090")]), None);
        assert_eq!(told(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "soon")]), None);
    }

    #[test]
    fn of_a_page_the_words_are_left() {
        let page = "<!DOCTYPE html><title>Error</title><style type=\"x\">a{b}</style>\n<h1>Error:<br>no</h1> &#039;x&#039; &lt;y <b";
        let words = without_tags(page);
        assert_eq!(words.split_whitespace().collect::<Vec<_>>().join(" "), "Error: no 'x' <y");
    }
}
